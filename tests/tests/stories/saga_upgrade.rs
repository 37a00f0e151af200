//! What an older version of the engine has left to do is done by this one, under the ids that it had.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use purser_commands::database::{self, OwnerAsEngine};
use purser_domain::saga::{Effect, EffectError, SagaCommand};
use purser_projections::sagas::{BackOfficeList, CommandPort, EffectPort, PortError, SagaRequest};
use purser_tests::{SagasAlone, TestDatabase, wait::until};
use sqlx::types::Uuid;

/// The last version whose sagas knew orders only.
const BEFORE: i64 = 8;

const REFUND: &str = "00000000-0000-5000-8000-0000000000aa";

#[derive(Default)]
struct Desk {
    commands: Mutex<Vec<(Uuid, SagaCommand, String)>>,
    effects: Mutex<Vec<Uuid>>,
}

impl CommandPort for Desk {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        self.commands.lock().unwrap().push((request.id, request.command, request.metadata.causation_id));
        Box::pin(std::future::ready(Ok(())))
    }
}

impl EffectPort for Desk {
    fn perform<'a>(&'a self, effect: &'a Effect, id: Uuid) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        self.effects.lock().unwrap().push(id);
        BackOfficeList.perform(effect, id)
    }
}

#[tokio::test]
async fn timers_and_stored_steps_of_an_older_version_are_worked_off_under_their_ids() {
    let database = TestDatabase::at_version(BEFORE).await;
    sqlx::raw_sql(
        r#"insert into saga_timers (saga, order_id, due, position, correlation_id)
           values ('payment_window', '00000000-0000-0000-0000-000000000001', '2026-01-01', 7, 'c');
           insert into saga_commands (id, saga, subject, position, correlation_id, causation_id, kind, action, state,
                                      attempts, refusals, next_attempt_at, stored_at)
           values ('00000000-0000-5000-8000-0000000000aa', 'refund', '00000000-0000-0000-0000-000000000001', 9, 'c',
                   'event:9', 'refund', '{"submit_refund":{"refund":"rfd_00000000000000000000000000000009","claim":{
                   "order":"ord_00000000000000000000000000000001","capture":{"reference":"tx-1",
                   "amount":{"amount":5,"currency":"GBP"}},"cause":"late_payment"}}}', 'pending', 3, 1, '2026-01-01',
                   '2026-01-01'),
                  ('00000000-0000-5000-8000-0000000000bb', 'processing', '00000000-0000-0000-0000-000000000001', 8, 'c',
                   'event:8', 'command',
                   '{"command":{"command":"start_processing","order":"ord_00000000000000000000000000000001"}}',
                   'pending', 3, 1, '2026-01-01', '2026-01-01')"#,
    )
    .execute(&mut database.owner().await)
    .await
    .unwrap();
    database::migrate(database.owner_options(), OwnerAsEngine::Refused).await.unwrap();
    let desk = Arc::<Desk>::default();
    let sagas = SagasAlone::start(&database, &Arc::default(), Arc::clone(&desk) as _, Arc::clone(&desk) as _).await;
    until("nothing is left to do", async || {
        let status = sagas.status().await;
        (status.pending_commands == 0 && status.open_timers == 0).then_some(())
    })
    .await;
    assert_eq!(*desk.effects.lock().unwrap(), [REFUND.parse::<Uuid>().unwrap()]);
    let mut commands: Vec<(String, String)> = desk
        .commands
        .lock()
        .unwrap()
        .iter()
        .map(|(id, _, causation_id)| (causation_id.clone(), id.to_string()))
        .collect();
    commands.sort_unstable();
    let expected = [
        ("event:8", "00000000-0000-5000-8000-0000000000bb"),
        ("event:9", "fff7cc99-a947-5c9e-b406-4756d079042c"),
        ("timer:payment_window:ord_00000000000000000000000000000001", "4377f0d6-d493-5b9c-ad34-940d8bda2b74"),
    ];
    assert_eq!(commands, expected.map(|(causation_id, id)| (causation_id.to_owned(), id.to_owned())));
}
