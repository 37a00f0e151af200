//! Effects: a slow one holds up its own subject and nothing else, many at once do not hold up each other, and what the log shows
//! as done is not done again.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use purser_domain::saga::{Effect, EffectError, SagaCommand};
use purser_projections::sagas::{CommandPort, EffectPort, PortError, SagaRequest};
use purser_tests::{SagasAlone, TestDatabase, wait::until};
use sqlx::{PgPool, types::Uuid};

/// A gateway that never answers for the first subject.
#[derive(Default)]
struct Gateway {
    asked: Mutex<Vec<Uuid>>,
    recorded: Mutex<Vec<SagaCommand>>,
}

impl EffectPort for Gateway {
    fn perform<'a>(&'a self, effect: &'a Effect, id: Uuid) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        self.asked.lock().unwrap().push(id);
        Box::pin(async move {
            if effect.subject() == Uuid::from_u128(1) {
                std::future::pending::<()>().await;
            }
            Ok(None)
        })
    }
}

impl CommandPort for Gateway {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        self.recorded.lock().unwrap().push(request.command);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Gateway {
    fn asked(&self) -> Vec<Uuid> {
        self.asked.lock().unwrap().clone()
    }
}

fn id(position: u128) -> Uuid {
    Uuid::from_u128(1_000 + position)
}

/// A submission of a refund about a subject, as it waits in the outbox.
async fn stored(database: &TestDatabase, subject: u128, position: u128) {
    let action = format!(
        r#"{{"submit_refund":{{"refund":"rfd_{position:032x}","claim":{{"order":"ord_{subject:032x}",
            "capture":{{"reference":"tx-1","amount":{{"amount":5,"currency":"GBP"}}}},"cause":"late_payment"}}}}}}"#
    );
    sqlx::query(
        "insert into saga_commands (id, saga, subject, position, correlation_id, causation_id, kind, action, state,
                                    attempts, refusals, next_attempt_at, stored_at)
         values ($1, 'refund', $2, $3, 'c', 'event', 'effect', $4::json, 'pending', 0, 0, '2026-01-01', '2026-01-01')",
    )
    .bind(id(position))
    .bind(Uuid::from_u128(subject))
    .bind(i64::try_from(position).unwrap())
    .bind(action)
    .execute(&mut database.owner().await)
    .await
    .unwrap();
}

async fn are_left(database: &TestDatabase, ids: &[Uuid]) {
    until("the outbox as it should be", async || {
        let left: Vec<Uuid> = sqlx::query_scalar("select id from saga_commands order by id")
            .fetch_all(&mut database.owner().await)
            .await
            .unwrap();
        (left == ids).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_holds_up_one_subject_only() {
    let database = TestDatabase::create().await;
    let gateway = Arc::<Gateway>::default();
    let ports = Arc::clone(&gateway);
    let _sagas = SagasAlone::start(&database, &Arc::default(), ports, Arc::clone(&gateway) as _).await;
    stored(&database, 1, 1).await;
    stored(&database, 1, 2).await;
    until("the gateway is asked", async || (gateway.asked() == [id(1)]).then_some(())).await;
    for position in 3..=6 {
        stored(&database, position % 2 + 2, position).await;
    }
    are_left(&database, &[id(1), id(2)]).await;
    // Each was asked for once, those of one subject in order, and the one behind the silent one not at all.
    let asked = gateway.asked();
    let of =
        |wanted: [u128; 2]| asked.iter().filter(|id| wanted.map(self::id).contains(id)).copied().collect::<Vec<_>>();
    assert_eq!((of([3, 5]), of([4, 6])), (vec![id(3), id(5)], vec![id(4), id(6)]));
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert_eq!(*gateway.recorded.lock().unwrap(), [], "there is nothing to record where the port says so");
}

/// A gateway that looks into the database before it answers, over connections that the sagas need as well.
struct Reader {
    pool: PgPool,
    asked: Mutex<Vec<Uuid>>,
}

impl EffectPort for Reader {
    fn perform<'a>(&'a self, _: &'a Effect, id: Uuid) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        self.asked.lock().unwrap().push(id);
        Box::pin(async move {
            let unavailable = |error: sqlx::Error| EffectError::Unavailable(error.to_string());
            let mut connection = self.pool.acquire().await.map_err(unavailable)?;
            for _ in 0..3 {
                sqlx::query("select count(*) from saga_commands")
                    .execute(&mut *connection)
                    .await
                    .map_err(unavailable)?;
            }
            Ok(None)
        })
    }
}

#[tokio::test]
async fn calls_that_need_connections_do_not_wait_for_a_worker_that_waits_for_one() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let many = u128::from(pool.options().get_max_connections()) * 4;
    for position in 1..=many {
        stored(&database, position, position).await;
    }
    let reader = Arc::new(Reader { pool: pool.clone(), asked: Mutex::default() });
    let effects = Arc::clone(&reader);
    let _sagas = SagasAlone::on(pool, &Arc::default(), Arc::<Gateway>::default(), effects).await;
    are_left(&database, &[]).await;
    let mut asked = reader.asked.lock().unwrap().clone();
    asked.sort_unstable();
    assert_eq!(asked, (1..=many).map(id).collect::<Vec<_>>(), "each is asked for once");
}
