use std::sync::Mutex;

use futures_util::future::BoxFuture;
use purser_domain::{
    ids::{OrderId, RefundId},
    order::Capture,
    refund::{Claim, RefundCause, RefundChannel},
    saga::Saga,
};
use uuid::Uuid;

use super::*;
use crate::sagas::{BackOfficeList, PortError, step::Cause};

/// Answers by order number: 1 is done, 2 refuses, 3 never answers, 4 panics; notes what came.
#[derive(Default)]
struct Desk {
    came: Mutex<Vec<SagaRequest>>,
}

impl CommandPort for Desk {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        let order = match &request.command {
            SagaCommand::StartProcessing { order } => order.as_uuid().as_u128(),
            _ => 1,
        };
        self.came.lock().unwrap().push(request);
        Box::pin(async move {
            match order {
                2 => Err(PortError::Refused("no".to_owned())),
                3 => std::future::pending().await,
                4 => panic!("at the disco"),
                _ => Ok(()),
            }
        })
    }
}

fn step(order: u128, position: i64) -> Step {
    let command = SagaCommand::StartProcessing { order: OrderId::from_uuid(Uuid::from_u128(order)) };
    let cause = Cause { saga: Saga::Processing, position, correlation_id: "c".to_owned() };
    Step::after_event(cause, 0, Action::Command(command))
}

fn issuer(desk: &Arc<Desk>, concurrency: usize) -> Issuer {
    Issuer {
        commands: Arc::clone(desk) as Arc<dyn CommandPort>,
        effects: Arc::new(BackOfficeList),
        concurrency,
        stop: CancellationToken::new(),
    }
}

async fn fates(issuer: &Issuer, steps: Vec<Step>, patience: Patience) -> Vec<(i64, &'static str)> {
    let mut fates: Vec<_> =
        issuer.issue(steps, patience).map(|(step, fate)| (step.position, fate.name())).collect().await;
    fates.sort_unstable();
    fates
}

const ONE_SECOND: Patience = Patience { each: Duration::from_secs(1), altogether: None };

#[tokio::test]
async fn a_refused_step_holds_up_its_own_lane_and_no_other() {
    let desk = Arc::default();
    let steps = vec![step(2, 1), step(1, 2), step(2, 3), step(1, 4)];
    let fates = fates(&issuer(&desk, 64), steps, ONE_SECOND).await;
    assert_eq!(fates, [(1, "refused"), (2, "done"), (3, "waiting"), (4, "done")]);
}

#[tokio::test]
async fn steps_of_one_lane_go_one_after_the_other() {
    let desk = Arc::default();
    fates(&issuer(&desk, 64), (1..=50).map(|position| step(1, position)).collect(), ONE_SECOND).await;
    let came: Vec<Uuid> = desk.came.lock().unwrap().iter().map(|request| request.id).collect();
    assert_eq!(came, (1..=50).map(|position| step(1, position).id).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_step_without_an_answer_ends_when_patience_does() {
    let desk = Arc::default();
    let patience = Patience { each: Duration::from_millis(20), altogether: None };
    let fates = fates(&issuer(&desk, 64), vec![step(3, 1), step(1, 2)], patience).await;
    assert_eq!(fates, [(1, "unavailable"), (2, "done")]);
}

#[tokio::test]
async fn what_there_was_no_time_for_was_not_tried() {
    let desk = Arc::default();
    let patience = Patience { each: Duration::from_secs(1), altogether: Some(Duration::from_millis(20)) };
    let fates = fates(&issuer(&desk, 1), vec![step(3, 1), step(1, 2)], patience).await;
    assert_eq!(fates, [(1, "unavailable"), (2, "waiting")]);
    assert_eq!(desk.came.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_port_that_panics_has_refused() {
    let desk = Arc::default();
    let fates = fates(&issuer(&desk, 64), vec![step(4, 1), step(1, 2)], ONE_SECOND).await;
    assert_eq!(fates, [(1, "refused"), (2, "done")]);
}

/// Answers by order number as the desk does: 2 refuses, 3 never answers, 4 panics, 5 has no outcome to record, and 6 is away.
struct Gateway;

impl EffectPort for Gateway {
    fn perform<'a>(&'a self, effect: &'a Effect, _: Uuid) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        let Effect::SubmitRefund { refund, claim } = effect else { unreachable!("only refunds are asked for here") };
        let record = SagaCommand::RecordRefundSubmitted { refund: *refund, channel: RefundChannel::BackOffice };
        let order = claim.order.as_uuid().as_u128();
        Box::pin(async move {
            match order {
                2 => Err(EffectError::Refused("no".to_owned())),
                3 => std::future::pending().await,
                4 => panic!("at the disco"),
                5 => Ok(None),
                6 => Err(EffectError::Unavailable("away".to_owned())),
                _ => Ok(Some(record)),
            }
        })
    }
}

fn refund() -> RefundId {
    RefundId::from_uuid(Uuid::from_u128(9))
}

fn effect(order: u128) -> Step {
    let capture: Capture =
        serde_json::from_str(r#"{"reference":"tx-1","amount":{"amount":5,"currency":"GBP"}}"#).unwrap();
    let order = OrderId::from_uuid(Uuid::from_u128(order));
    let claim = Claim::whole(order, capture, RefundCause::LatePayment);
    let cause = Cause { saga: Saga::Refund, position: 1, correlation_id: "c".to_owned() };
    Step::after_event(cause, 0, Action::Effect(Effect::SubmitRefund { refund: refund(), claim }))
}

#[tokio::test]
async fn a_refund_that_was_taken_in_hand_is_put_on_record() {
    let desk = Arc::default();
    assert_eq!(fates(&issuer(&desk, 64), vec![effect(1)], ONE_SECOND).await, [(1, "done")]);
    let commands: Vec<SagaCommand> = desk.came.lock().unwrap().iter().map(|request| request.command.clone()).collect();
    let channel = RefundChannel::BackOffice;
    assert_eq!(commands, [SagaCommand::RecordRefundSubmitted { refund: refund(), channel }]);
}

#[tokio::test]
async fn an_effect_ends_as_its_port_says_and_only_one_that_was_done_is_put_on_record() {
    let desk = Arc::default();
    let issuer = Issuer { effects: Arc::new(Gateway), ..issuer(&desk, 64) };
    let patience = Patience { each: Duration::from_millis(20), altogether: None };
    for (order, expected) in [(2, "refused"), (3, "unknown"), (4, "refused"), (5, "done"), (6, "unavailable")] {
        assert_eq!(fates(&issuer, vec![effect(order)], patience).await, [(1, expected)], "order {order}");
        assert_eq!(desk.came.lock().unwrap().len(), 0, "order {order}");
    }
    assert_eq!(fates(&issuer, vec![effect(1)], patience).await, [(1, "done")]);
    assert_eq!(desk.came.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn once_stopped_nothing_new_is_tried() {
    let desk = Arc::default();
    let issuer = issuer(&desk, 64);
    issuer.stop.cancel();
    assert_eq!(fates(&issuer, vec![step(1, 1)], ONE_SECOND).await, [(1, "waiting")]);
    assert_eq!(desk.came.lock().unwrap().len(), 0);
}
