//! What sets each saga to work, and what it leaves behind.

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use purser_commands::{Command, FulfillmentChange, MerchantChange, Request, RequestReturn};
use purser_domain::{
    ids::{FulfillmentId, OrderId, PaymentId, ReturnId},
    payment::CaptureMethod,
    principal::Principal,
    product::{Backorder, Listing},
    refund::{Claim, RefundCause, RefundChannel},
    returns::ReturnKind,
    saga::Saga,
    text::CustomerId,
};
use purser_tests::{
    Sandbox, TestDatabase, WriteSide,
    write_side::{listing, order_of, place, receive, request},
};
use serde_json::json;

pub(super) type Cause = for<'a> fn(&'a TestDatabase, &'a WriteSide, &'a Sandbox) -> BoxFuture<'a, ()>;

/// What sets a saga to work, and what it leaves behind.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    /// Only the write side runs when it is done, so that nothing follows yet.
    pub(super) cause: Cause,
    /// How long to wait for its timers.
    pub(super) wait: TimeDelta,
    /// The events that the saga's steps put into the log, each as often as it says, whatever happens on the way.
    pub(super) leaves: &'static [(&'static str, i64)],
    /// How many timers are still set at its end, for a time long after it.
    pub(super) timers: i64,
    /// The events of which one records that an effect was given up; where there are none, a refusal makes a dead letter.
    pub(super) failures: &'static [&'static str],
}

pub(super) fn scenarios(saga: Saga) -> Vec<Scenario> {
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
            Scenario { cause: cancelled_after_a_gateway_took_it, leaves: AT_THE_GATEWAY, timers: 1, ..refused_once },
            Scenario {
                cause: a_unit_cancelled_after_a_gateway_took_it,
                leaves: AT_THE_GATEWAY,
                timers: 2,
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

/// For a month the gateway is asked whether the money came back.
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
        let order = a_delivered_order(write_side).await;
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
            Command::RecordRefundSucceeded { refund, attempt: None, reference, note: None, reason: None },
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
    let order = a_delivered_order(write_side).await;
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

async fn a_delivered_order(write_side: &WriteSide) -> OrderId {
    let order = an_order(write_side).await;
    pay(write_side, order, "tx-1").await;
    for step in [
        Command::StartProcessing { order },
        Command::ShipOrder { order, tracking: None, at: None },
        Command::DeliverOrder { order, at: None },
    ] {
        write_side.execute(step).await.expect("a step");
    }
    order
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
        tender: None,
        at: None,
    };
    write_side.execute(payment).await.expect("a payment");
}
