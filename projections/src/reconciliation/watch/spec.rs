use chrono::{DateTime, TimeDelta};
use purser_domain::{
    Timestamp, clearing,
    event::Event,
    exception::ExceptionKind,
    ids::{OrderId, PaymentId},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Watch;
use crate::reconciliation::{Patience, Repair, ShownOrders};

fn at(minute: i64) -> Timestamp {
    DateTime::from_timestamp(minute * 60, 0).expect("a time")
}

fn order() -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(1))
}

fn payment() -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128(3))
}

fn of_payment(event: Value) -> Event {
    Event::Payment(payment(), serde_json::from_value(event).expect("an event"))
}

fn of_order(event: Value) -> Event {
    Event::Order(order(), serde_json::from_value(event).expect("an event"))
}

fn placed() -> Event {
    of_order(json!({"OrderPlaced": {"merchant": "m", "lines": [], "total": {"amount": 250, "currency": "GBP"},
        "ship_to": {"recipient": "Ada", "country": "GB"}, "allocations": [], "placed_at": at(0), "pay_by": at(30)}}))
}

fn initiated() -> Event {
    of_payment(json!({"PaymentInitiated": {"payment": payment(), "order": order(), "merchant": "m",
        "gateway": "sandbox", "amount": {"amount": 250, "currency": "GBP"}, "capture": "manual", "expires_at": at(30),
        "at": at(0)}}))
}

fn authorized() -> Event {
    of_payment(
        json!({"PaymentAuthorized": {"amount": {"amount": 250, "currency": "GBP"}, "source": "poll", "at": at(1)}}),
    )
}

fn cancelled() -> Event {
    of_order(json!({"OrderCancelled": {"reason": "x", "at": at(2)}}))
}

/// What is found at the tenth minute of these, which came a minute apart.
fn found(events: &[Event]) -> Vec<Option<Repair>> {
    let mut watch = Watch::default();
    for (minute, event) in (0..).zip(events) {
        watch.see(event, at(minute));
    }
    let findings = watch.findings(at(10), Patience::default(), &ShownOrders::default());
    let unreleased = findings.iter().filter(|found| found.case.kind == ExceptionKind::AuthorizationNotReleased);
    unreleased.map(|found| found.repair).collect()
}

#[test]
fn money_that_is_set_aside_for_an_order_that_takes_none_is_found_and_released() {
    let release = vec![Some(Repair::ReleasePayment(payment()))];
    assert_eq!(found(&[placed(), initiated(), authorized()]), vec![]);
    assert_eq!(found(&[placed(), initiated(), authorized(), cancelled()]), release);
    assert_eq!(found(&[placed(), initiated(), cancelled(), authorized()]), release, "it came late");
    let asked = of_payment(json!({"VoidRequested": {"at": at(3)}}));
    let voided = of_payment(json!({"PaymentVoided": {"source": "reply", "at": at(3)}}));
    assert_eq!(found(&[placed(), initiated(), authorized(), cancelled(), asked.clone()]), vec![None]);
    assert_eq!(found(&[placed(), initiated(), authorized(), cancelled(), asked, voided]), vec![]);
}

#[test]
fn the_engine_has_its_time_to_release_it() {
    let mut watch = Watch::default();
    for (minute, event) in (0..).zip([placed(), initiated(), authorized(), cancelled()]) {
        watch.see(&event, at(minute));
    }
    let early = at(3) + Patience::default().engine - TimeDelta::seconds(1);
    assert_eq!(watch.findings(early, Patience::default(), &ShownOrders::default()), vec![]);
}

/// The second dispute begins before anybody has found the first one to be over.
#[test]
fn a_payment_that_is_disputed_once_more_is_found_once_more() {
    let disputed = || of_payment(json!({"PaymentDisputed": {"source": "poll", "at": at(3)}}));
    let won = of_payment(json!({"PaymentDisputeWon": {"as_of": at(4), "source": "poll", "at": at(4)}}));
    let raised = json!({"ExceptionRaised":
        {"kind": "payment_disputed", "subject": payment(), "detail": "x", "at": at(3)}});
    let raised = serde_json::from_value(raised).expect("an event");
    let raised = Event::Exception(clearing::dispute_of(payment()).expect("an id"), raised);
    let mut watch = Watch::default();
    let mut found = Vec::new();
    for event in [disputed(), raised, won, disputed()] {
        watch.see(&event, at(3));
        found.push(watch.findings(at(10), Patience::default(), &ShownOrders::default()).len());
    }
    assert_eq!(found, [0, 1, 0, 1]);
}
