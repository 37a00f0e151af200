//! Every step of every saga, repeated and failed: what was to be done is in the log once, or in the hands of a person.
//!
//! A saga that is added needs a line in [`scenarios`], or nothing here compiles.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::{BoxFuture, join_all};
use purser::ports::{SagaCommands, effects};
use purser_commands::{Command, FulfillmentChange, MerchantChange, Request, RequestReturn};
use purser_domain::{
    clock::Clock,
    ids::{FulfillmentId, OrderId, PaymentId, ReturnId},
    payment::CaptureMethod,
    principal::Principal,
    product::{Backorder, Listing},
    refund::{Claim, RefundCause, RefundChannel},
    returns::ReturnKind,
    saga::Saga,
    text::CustomerId,
};
use purser_projections::sagas::dead_letters::{DeadLetter, DeadLetterFilter, Decision, list, retry};
use purser_tests::{
    Fault, Faulty, HandClock, SagasAlone, Sandbox, TestDatabase, Wish, WriteSide, shop,
    wait::until,
    write_side::{listing, order_of, place, receive, request},
};
use serde_json::json;

type Cause = for<'a> fn(&'a TestDatabase, &'a WriteSide, &'a Sandbox) -> BoxFuture<'a, ()>;

/// What sets a saga to work, and what it leaves behind.
#[derive(Clone, Copy)]
struct Scenario {
    /// Only the write side runs when it is done, so that nothing follows yet.
    cause: Cause,
    /// How long to wait for its timers.
    wait: TimeDelta,
    /// The events that the saga's steps put into the log, each as often as it says, whatever happens on the way.
    leaves: &'static [(&'static str, i64)],
    /// How many timers are still set at its end, for a time long after it.
    timers: i64,
    /// The events of which one records that an effect was given up; where there are none, a refusal makes a dead letter.
    failures: &'static [&'static str],
}

fn scenarios(saga: Saga) -> Vec<Scenario> {
    let at_once = Scenario { cause: cancelled, wait: TimeDelta::zero(), leaves: &[], timers: 0, failures: &[] };
    let refused_once = Scenario { failures: &["RefundFailed"], ..at_once };
    match saga {
        Saga::PaymentWindow => {
            vec![Scenario { cause: placed, wait: TimeDelta::minutes(30), leaves: &[("OrderExpired", 1)], ..at_once }]
        }
        Saga::Processing => {
            let leaves = &[("ProcessingStarted", 1), ("FulfillmentOpened", 1)];
            let come = &[
                ("ProcessingStarted", 1),
                ("BackorderServed", 1),
                ("ReservationCommitted", 1),
                ("FulfillmentOpened", 1),
            ];
            vec![
                Scenario { cause: paid_and_kept, leaves, timers: 1, ..at_once },
                Scenario { cause: paid_and_come, leaves: come, timers: 1, ..at_once },
            ]
        }
        Saga::Release => {
            vec![Scenario { leaves: &[("OrderReservationsReleased", 1), ("ReservationReleased", 1)], ..at_once }]
        }
        // The customer does nothing: it is opened, asked after, given up and closed.
        Saga::Payment => vec![Scenario {
            cause: initiated,
            wait: TimeDelta::minutes(30),
            leaves: &[("PaymentPending", 1), ("PaymentExpired", 1), ("VoidRequested", 1), ("PaymentVoided", 1)],
            timers: 0,
            failures: &["PaymentFailed"],
        }],
        Saga::LatePayment => vec![
            Scenario {
                cause: late_and_wanted,
                leaves: &[("OrderReinstated", 1), ("ProcessingStarted", 1), ("ReservationCommitted", 1)],
                timers: 1,
                ..at_once
            },
            Scenario { cause: late, leaves: &[("RefundOwed", 1), ("RefundRequested", 1)], ..at_once },
        ],
        // By people; by the gateway; and some of the money, by `RefundOwed`.
        Saga::Refund => vec![
            Scenario {
                cause: paid_too_much,
                leaves: &[("RefundRequested", 1), ("RefundSubmitted", 1)],
                timers: 1,
                ..at_once
            },
            Scenario { cause: cancelled_after_a_gateway_took_it, leaves: AT_THE_GATEWAY, ..refused_once },
            Scenario {
                cause: a_unit_cancelled_after_a_gateway_took_it,
                leaves: AT_THE_GATEWAY,
                timers: 1,
                ..refused_once
            },
        ],
        Saga::Fulfillment => {
            let leaves = &[("ShipmentOverdue", 1)];
            vec![Scenario { cause: begun, wait: TimeDelta::hours(72), leaves, ..at_once }]
        }
        // One return that nobody answers, and one whose money is back.
        Saga::Return => vec![Scenario {
            cause: returned,
            wait: TimeDelta::hours(24),
            leaves: &[("ReturnEscalated", 1), ("ReturnClosed", 1)],
            ..at_once
        }],
        // One whose goods have arrived, and one whose goods were given up.
        Saga::Exchange => vec![
            Scenario { cause: exchanged, leaves: &[("ReturnClosed", 1), ("ReturnEnded", 1)], ..at_once },
            Scenario {
                cause: given_up,
                leaves: &[("ReturnReplacementGivenUp", 1), ("UnitsReturned", 1), ("RefundSubmitted", 1)],
                ..at_once
            },
        ],
    }
}

const AT_THE_GATEWAY: &[(&str, i64)] = &[("RefundRequested", 1), ("RefundSubmitted", 1), ("RefundSucceeded", 1)];

fn placed<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        an_order(write_side).await;
    })
}

fn initiated<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        let payment = Command::InitiatePayment {
            payment: PaymentId::from_uuid(order.as_uuid()),
            order,
            gateway: "sandbox".parse().expect("a gateway"),
            capture: CaptureMethod::Automatic,
        };
        write_side.execute(payment).await.expect("a payment");
    })
}

fn cancelled<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        let reason = "changed my mind".parse().expect("a reason");
        write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.expect("a cancellation");
    })
}

/// Two events ask for one beginning of the work: the payment, and the seller's no to a cancellation.
fn paid_and_kept<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let customer: CustomerId = "c1".parse().expect("a customer");
        let order = an_order_of(write_side, Some(customer.clone())).await;
        pay(write_side, order, "tx-1").await;
        let reason = || "ordered twice".parse().expect("a reason");
        let wish = request(Command::CancelOrder { order, lines: vec![], reason: reason() }, None);
        let wish = Request { principal: Principal::Customer(customer), ..wish };
        write_side.commands.execute(wish).await.expect("a wish");
        write_side.execute(Command::DeclineCancellation { order, reason: reason() }).await.expect("a no");
    })
}

/// What the order waited for comes when it is paid, and the saga has seen neither.
fn paid_and_come<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let listing = Listing { backorder: Backorder::Allowed, ..listing(250) };
        let list = Command::ListProduct { sku: "LATE".parse().expect("a sku"), listing };
        write_side.execute(list).await.expect("a listing");
        let order = order_of(&write_side.execute(place(&[("LATE", 1)])).await.expect("a placement that waits"));
        pay(write_side, order, "tx-1").await;
        write_side.execute(receive("LATE", 2)).await.expect("a receipt");
    })
}

fn late<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        write_side.clock.advance(TimeDelta::minutes(30));
        write_side.execute(Command::ExpireOrder { order }).await.expect("an expiry");
        pay(write_side, order, "tx-1").await;
    })
}

fn late_and_wanted<'a>(
    database: &'a TestDatabase,
    write_side: &'a WriteSide,
    gateway: &'a Sandbox,
) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let policies = serde_json::from_value(json!({"late_payment": "reinstate"})).expect("policies");
        let change = MerchantChange::SetPolicies(policies);
        let merchant = "m1".parse().expect("a merchant");
        write_side.execute(Command::ChangeMerchant { merchant, change }).await.expect("policies that hold");
        late(database, write_side, gateway).await;
    })
}

/// Nobody sends the parcel.
fn begun<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        pay(write_side, order, "tx-1").await;
        write_side.execute(Command::StartProcessing { order }).await.expect("the beginning of the work");
    })
}

fn paid_too_much<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        pay(write_side, order, "tx-1").await;
        pay(write_side, order, "tx-2").await;
    })
}

fn cancelled_after_a_gateway_took_it<'a>(
    database: &'a TestDatabase,
    write_side: &'a WriteSide,
    gateway: &'a Sandbox,
) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        gateway.takes(database, write_side, order).await;
        let reason = "changed my mind".parse().expect("a reason");
        write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.expect("a cancellation");
    })
}

fn a_unit_cancelled_after_a_gateway_took_it<'a>(
    database: &'a TestDatabase,
    write_side: &'a WriteSide,
    gateway: &'a Sandbox,
) -> BoxFuture<'a, ()> {
    Box::pin(async {
        write_side.stock("A", 10).await;
        let order = order_of(&write_side.execute(place(&[("A", 2)])).await.expect("a placement"));
        gateway.takes(database, write_side, order).await;
        let unit = serde_json::from_value(json!([{"line": 0, "quantity": 1}])).expect("a unit");
        let reason = "changed my mind".parse().expect("a reason");
        write_side.execute(Command::CancelOrder { order, lines: unit, reason }).await.expect("a cancellation");
    })
}

fn returned<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let order = an_order(write_side).await;
        pay(write_side, order, "tx-1").await;
        for step in [
            Command::StartProcessing { order },
            Command::ShipOrder { order, tracking: None, at: None },
            Command::DeliverOrder { order, at: None },
        ] {
            write_side.execute(step).await.expect("a step");
        }
        let id = asked_back(write_side, order).await;
        write_side.execute(Command::ApproveReturn { id, return_address: None, at: None }).await.expect("a yes");
        let capture =
            serde_json::from_value(json!({"reference": "tx-1", "amount": {"amount": 250, "currency": "GBP"}}));
        let whole = Claim::whole(order, capture.expect("a capture"), RefundCause::Returned);
        let claim = Claim { amount: Some(whole.capture.amount), number: 1, returned: Some(id), ..whole };
        let refund = claim.refund();
        let (reference, channel) = ("bank-1".parse().expect("a reference"), RefundChannel::BackOffice);
        for step in [
            Command::RequestRefund { claim },
            Command::RecordRefundSubmitted { refund, channel },
            Command::RecordRefundSucceeded { refund, reference, note: None, reason: None },
        ] {
            write_side.execute(step).await.expect("a step");
        }
        let other = an_order(write_side).await;
        pay(write_side, other, "tx-2").await;
        for step in
            [Command::StartProcessing { order: other }, Command::ShipOrder { order: other, tracking: None, at: None }]
        {
            write_side.execute(step).await.expect("a step");
        }
        asked_back(write_side, other).await;
    })
}

fn exchanged<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let fulfillment = sent_in_exchange(write_side).await;
        let ship = FulfillmentChange::Ship { lines: None, tracking: None, carrier: None, at: None };
        for change in [ship, FulfillmentChange::Deliver { at: None }] {
            write_side.execute(Command::ChangeFulfillment { fulfillment, change }).await.expect("a step");
        }
    })
}

fn given_up<'a>(_: &'a TestDatabase, write_side: &'a WriteSide, _: &'a Sandbox) -> BoxFuture<'a, ()> {
    Box::pin(async {
        let fulfillment = sent_in_exchange(write_side).await;
        let change = FulfillmentChange::Cancel { reason: "broken in the warehouse".parse().expect("a reason") };
        write_side.execute(Command::ChangeFulfillment { fulfillment, change }).await.expect("a cancellation");
    })
}

/// A delivered piece is back, and the parcel with another one is open.
async fn sent_in_exchange(write_side: &WriteSide) -> FulfillmentId {
    let order = an_order(write_side).await;
    pay(write_side, order, "tx-1").await;
    for step in [
        Command::StartProcessing { order },
        Command::ShipOrder { order, tracking: None, at: None },
        Command::DeliverOrder { order, at: None },
    ] {
        write_side.execute(step).await.expect("a step");
    }
    let replacement = serde_json::from_value(json!([{"sku": "A", "quantity": 1}])).expect("goods");
    let id = asked_for(write_side, order, ReturnKind::Exchange { replacement }).await;
    let return_address = serde_json::from_value(json!({"recipient": "Returns", "country": "GB"})).expect("an address");
    let inspected = serde_json::from_value(json!([{"line": 0, "scrap": 1}])).expect("a finding");
    for step in [
        Command::ApproveReturn { id, return_address, at: None },
        Command::SendReturn { id, tracking: None, at: None },
        Command::ReceiveReturn { id, at: None },
        Command::InspectReturn { id, inspected, location: None, at: None },
    ] {
        write_side.execute(step).await.expect("a step");
    }
    FulfillmentId::of_order(order, 2)
}

async fn asked_back(write_side: &WriteSide, order: OrderId) -> ReturnId {
    asked_for(write_side, order, ReturnKind::RefundOnly).await
}

async fn asked_for(write_side: &WriteSide, order: OrderId, kind: ReturnKind) -> ReturnId {
    let id = ReturnId::from_uuid(order.as_uuid());
    let units = serde_json::from_value(json!([{"line": 0, "quantity": 1, "reason": "broken"}])).expect("units");
    let wish = RequestReturn { id, order, kind, units, at: None };
    write_side.execute(Command::RequestReturn(wish)).await.expect("a return");
    id
}

async fn an_order(write_side: &WriteSide) -> OrderId {
    an_order_of(write_side, None).await
}

async fn an_order_of(write_side: &WriteSide, customer: Option<CustomerId>) -> OrderId {
    write_side.stock("A", 10).await;
    let mut placement = place(&[("A", 1)]);
    if let Command::PlaceOrder(placement) = &mut placement {
        placement.customer = customer;
    }
    order_of(&write_side.execute(placement).await.expect("a placement"))
}

async fn pay(write_side: &WriteSide, order: OrderId, reference: &str) {
    let payment = Command::RecordPayment {
        order,
        reference: reference.parse().expect("a reference"),
        amount: serde_json::from_value(json!({"amount": 250, "currency": "GBP"})).expect("money"),
        at: None,
    };
    write_side.execute(payment).await.expect("a payment");
}

/// A saga with everything in place to work on its cause.
struct Stage {
    saga: Saga,
    scenario: Scenario,
    database: TestDatabase,
    write_side: WriteSide,
    gateway: Sandbox,
}

impl Stage {
    async fn set(saga: Saga, scenario: Scenario) -> Self {
        let database = TestDatabase::create().await;
        let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
        let gateway = Sandbox::start().await;
        (scenario.cause)(&database, &write_side, &gateway).await;
        Self { saga, scenario, database, write_side, gateway }
    }

    fn clock(&self) -> &Arc<HandClock> {
        &self.write_side.clock
    }

    fn ports(&self, step: usize, fault: Fault) -> Arc<Faulty> {
        let commands = Arc::new(SagaCommands::new(self.write_side.commands.clone()));
        Faulty::new(commands, effects(self.gateway.gateways(), self.database.pool()), self.saga, step, fault)
    }

    async fn sagas(&self, ports: &Arc<Faulty>) -> SagasAlone {
        let sagas =
            SagasAlone::start(&self.database, self.clock(), Arc::clone(ports) as _, Arc::clone(ports) as _).await;
        let seen = async || {
            let status = sagas.status().await;
            (status.position >= status.head).then_some(())
        };
        if !self.scenario.wait.is_zero() {
            until("the sagas have seen the cause", seen).await;
            self.clock().advance(self.scenario.wait);
        }
        sagas
    }

    /// Waits until nothing is left to do and everything is in the log that the saga leaves.
    async fn ends(&self, sagas: &SagasAlone) {
        until("the end of the saga", async || {
            // The pauses between attempts go by this clock.
            self.clock().advance(TimeDelta::seconds(1));
            let status = sagas.status().await;
            let mut is_there = status.is_quiescent() && status.open_timers == self.scenario.timers;
            for (event, count) in self.scenario.leaves {
                is_there &= shop::events(&self.database, event).await >= *count;
            }
            is_there.then_some(())
        })
        .await;
        for (event, count) in self.scenario.leaves {
            assert_eq!(shop::events(&self.database, event).await, *count, "{event} of {}", self.saga.name());
        }
        assert_eq!(sagas.status().await.dead_letters, 0);
        shop::verified(&self.database).await.expect("a whole log");
    }

    async fn dead_letters(&self, sagas: &SagasAlone) -> Vec<DeadLetter> {
        let all = DeadLetterFilter { limit: 10, ..DeadLetterFilter::default() };
        list(sagas.pool(), &all).await.expect("the dead letters")
    }

    async fn clear(self) {
        self.write_side.stop().await;
        self.gateway.stop().await;
    }
}

/// Every scenario of every saga.
fn all() -> impl Iterator<Item = (Saga, Scenario)> {
    Saga::ALL.into_iter().flat_map(|saga| scenarios(saga).into_iter().map(move |scenario| (saga, scenario)))
}

/// How many steps a saga takes when nothing fails.
async fn steps_of(saga: Saga, scenario: Scenario) -> usize {
    let stage = Stage::set(saga, scenario).await;
    let ports = stage.ports(usize::MAX, Fault::Nothing);
    let sagas = stage.sagas(&ports).await;
    stage.ends(&sagas).await;
    stage.clear().await;
    ports.steps()
}

async fn survives(saga: Saga, scenario: Scenario, step: usize, fault: Fault) {
    let stage = Stage::set(saga, scenario).await;
    let ports = stage.ports(step, fault);
    let mut sagas = stage.sagas(&ports).await;
    match fault {
        Fault::Nothing | Fault::Repeated | Fault::Unavailable | Fault::Unknown => {}
        Fault::Crash => {
            ports.death().await;
            drop(sagas);
            ports.mend();
            sagas = SagasAlone::start(&stage.database, stage.clock(), Arc::clone(&ports) as _, Arc::clone(&ports) as _)
                .await;
        }
        Fault::Refused => {
            if !refused(&stage, &sagas, &ports).await {
                stage.clear().await;
                return;
            }
        }
    }
    stage.ends(&sagas).await;
    assert!(ports.was_met(), "step {step} of {} was not taken", saga.name());
    stage.clear().await;
}

/// A refusal ends as a dead letter, which an operator retries once its cause is gone; or on record, and then the saga goes
/// another way: the answer is `false`.
async fn refused(stage: &Stage, sagas: &SagasAlone, ports: &Faulty) -> bool {
    let is_dead = until("a dead letter, or a failure on record", async || {
        stage.clock().advance(TimeDelta::seconds(1));
        if sagas.status().await.dead_letters > 0 {
            return Some(true);
        }
        for failure in stage.scenario.failures {
            if shop::events(&stage.database, failure).await > 0 {
                return Some(false);
            }
        }
        None
    })
    .await;
    if is_dead {
        let letters = stage.dead_letters(sagas).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0].saga, stage.saga.name());
        ports.mend();
        let decision = Decision { actor: "operator:test".to_owned(), at: stage.clock().now() };
        retry(sagas.pool(), letters[0].id, &decision).await.expect("a retry");
    }
    is_dead
}

async fn every_step_of_every_saga_survives(fault: Fault) {
    for (saga, scenario) in all() {
        let steps = steps_of(saga, scenario).await;
        assert!(steps > 0, "{} does nothing in its scenario", saga.name());
        join_all((0..steps).map(|step| survives(saga, scenario, step, fault))).await;
    }
}

#[tokio::test]
async fn a_step_that_is_repeated_has_one_effect() {
    every_step_of_every_saga_survives(Fault::Repeated).await;
}

#[tokio::test]
async fn a_step_is_done_once_though_the_sagas_die_before_they_tick_it_off() {
    every_step_of_every_saga_survives(Fault::Crash).await;
}

#[tokio::test]
async fn a_step_that_nobody_is_there_for_is_done_when_they_are() {
    every_step_of_every_saga_survives(Fault::Unavailable).await;
}

#[tokio::test]
async fn a_step_whose_outcome_is_unknown_is_done_once() {
    every_step_of_every_saga_survives(Fault::Unknown).await;
}

#[tokio::test]
async fn a_step_that_is_refused_waits_for_a_person_or_is_on_record_and_is_never_lost() {
    every_step_of_every_saga_survives(Fault::Refused).await;
}

/// What leaves a trace in the log is not done a second time, even by a gateway that has forgotten its idempotency keys.
#[tokio::test]
async fn sagas_that_start_again_from_the_first_event_leave_nothing_twice() {
    for (saga, scenario) in all() {
        let stage = Stage::set(saga, scenario).await;
        let ports = stage.ports(usize::MAX, Fault::Nothing);
        let sagas = stage.sagas(&ports).await;
        stage.ends(&sagas).await;
        drop(sagas);
        sqlx::query("update follower_checkpoints set position = 0 where follower = 'sagas'")
            .execute(&mut stage.database.owner().await)
            .await
            .expect("sagas set back");
        let ports = stage.ports(usize::MAX, Fault::Nothing);
        let sagas =
            SagasAlone::start(&stage.database, stage.clock(), Arc::clone(&ports) as _, Arc::clone(&ports) as _).await;
        stage.ends(&sagas).await;
        let again: Vec<_> = ports.effects().into_iter().filter(|effect| effect.trace().is_some()).collect();
        assert_eq!(again, [], "{} did again what the log shows as done", saga.name());
        drop(sagas);
        stage.clear().await;
    }
}
