use purser_domain::{event::Event, upcast::Upcasters};
use serde_json::{Value, json};

use super::*;

const ID: &str = "ord_0193abcd0193abcd0193abcd0193abcd";

fn recorded(position: i64, payload: Value) -> Recorded {
    let name = payload.as_object().unwrap().keys().next().unwrap().clone();
    Recorded {
        position,
        recorded_at: "2026-01-02T00:00:00Z".parse().unwrap(),
        aggregate_type: "order".into(),
        aggregate_id: ID.to_owned(),
        sequence: 1,
        event_type: name.into(),
        event_version: "1.0".into(),
        payload: serde_json::from_value(payload).unwrap(),
        metadata: serde_json::from_str(r#"{"actor":"back_office:t","correlation_id":"c","causation_id":"r"}"#).unwrap(),
    }
}

fn placed() -> Value {
    json!({"OrderPlaced": {
        "customer": "c1", "merchant": "m1",
        "lines": [{"sku": "A", "title": "TEAPOT", "kind": "goods", "quantity": 2, "unit_price": 255, "total": 510}],
        "total": {"amount": 510, "currency": "GBP"},
        "ship_to": {"recipient": "Ada", "country": "GB"},
        "allocations": [{"stock": "A@main", "quantity": 2}],
        "placed_at": "2026-01-01T08:00:00Z", "pay_by": "2026-01-01T08:30:00Z",
    }})
}

fn capture(reference: &str) -> Value {
    json!({"reference": reference, "amount": {"amount": 510, "currency": "GBP"}})
}

fn paid() -> Value {
    json!({"OrderPaid": {"settlement": {"captured": capture("tx-1")}, "at": "2026-01-01T08:05:00Z"}})
}

fn at(event: &str, time: &str) -> Value {
    json!({event: {"at": time}})
}

/// Folds events at positions 10, 20, 30 and so on.
fn fold(payloads: impl IntoIterator<Item = Value>) -> OrderDetail {
    let mut detail = OrderDetail::default();
    for (number, payload) in (1..).zip(payloads) {
        let recorded = recorded(number * 10, payload);
        let Event::Order(_, event) = Event::decode(&recorded, &Upcasters::current()).unwrap() else {
            panic!("not an order's event")
        };
        detail.record(&recorded, &event).unwrap();
    }
    detail
}

fn statuses(detail: &OrderDetail) -> Vec<(&str, &'static str)> {
    detail.history.iter().map(|entry| (entry.event.as_ref(), entry.status.as_str())).collect()
}

#[test]
fn a_completed_order_has_gone_through_every_status() {
    let detail = fold([
        placed(),
        paid(),
        at("ProcessingStarted", "2026-01-01T08:06:00Z"),
        json!({"OrderShipped": {"tracking": "RM1", "at": "2026-01-01T09:00:00Z"}}),
        at("OrderDelivered", "2026-01-02T09:00:00Z"),
        at("OrderCompleted", "2026-01-03T09:00:00Z"),
    ]);
    assert_eq!(
        statuses(&detail),
        [
            ("OrderPlaced", "pending_payment"),
            ("OrderPaid", "paid"),
            ("ProcessingStarted", "processing"),
            ("OrderShipped", "shipped"),
            ("OrderDelivered", "delivered"),
            ("OrderCompleted", "completed"),
        ]
    );
    assert_eq!(detail.status(), Some(OrderStatus::Completed));
    assert_eq!(detail.tracking.as_ref().map(TrackingNumber::as_str), Some("RM1"));
    assert_eq!(detail.payments.len(), 1);
    assert_eq!(detail.payments[0].role, PaymentRole::Settlement);
}

#[test]
fn every_entry_tells_when_it_happened_and_who_had_it_recorded_where() {
    let detail = fold([placed(), paid()]);
    let entry = &detail.history[1];
    assert_eq!(entry.at, "2026-01-01T08:05:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(
        entry.recorded,
        Some(LogEntry { position: 20, at: "2026-01-02T00:00:00Z".parse().unwrap(), actor: "back_office:t".to_owned() })
    );
    assert_eq!(detail.history[0].at, "2026-01-01T08:00:00Z".parse::<Timestamp>().unwrap());
}

#[test]
fn money_that_is_owed_back_and_given_back_stock_leave_the_status_as_it_is() {
    let detail = fold([
        placed(),
        at("OrderExpired", "2026-01-01T08:30:00Z"),
        at("OrderReservationsReleased", "2026-01-01T08:30:01Z"),
        json!({"LatePaymentReceived": {"capture": capture("tx-2"), "at": "2026-01-01T08:31:00Z"}}),
    ]);
    assert_eq!(detail.status(), Some(OrderStatus::Expired));
    assert_eq!(statuses(&detail)[2..], [("OrderReservationsReleased", "expired"), ("LatePaymentReceived", "expired")]);
    assert_eq!(detail.payments[0].role, PaymentRole::Late);
}

#[test]
fn a_second_payment_is_a_surplus() {
    let detail = fold([
        placed(),
        paid(),
        json!({"SurplusPaymentReceived": {"capture": capture("tx-2"), "at": "2026-01-01T08:31:00Z"}}),
    ]);
    let roles: Vec<_> = detail.payments.iter().map(|payment| payment.role).collect();
    assert_eq!(roles, [PaymentRole::Settlement, PaymentRole::Surplus]);
    assert_eq!(detail.status(), Some(OrderStatus::Paid));
}

#[test]
fn a_free_order_is_paid_without_a_payment() {
    let detail = fold([placed(), json!({"OrderPaid": {"settlement": "nothing_due", "at": "2026-01-01T08:00:00Z"}})]);
    assert_eq!(detail.payments, []);
    assert_eq!(detail.status(), Some(OrderStatus::Paid));
}

#[test]
fn a_cancellation_says_why() {
    let cancelled = json!({"OrderCancelled": {"reason": "changed my mind", "at": "2026-01-01T08:10:00Z"}});
    let detail = fold([placed(), cancelled]);
    assert_eq!(detail.status(), Some(OrderStatus::Cancelled));
    assert_eq!(detail.history[1].reason.as_ref().map(Reason::as_str), Some("changed my mind"));
    assert_eq!(detail.history[0].reason, None);
}

#[test]
fn folding_on_from_the_stored_document_gives_the_same_bytes_as_folding_at_once() {
    let story = [
        placed(),
        paid(),
        at("ProcessingStarted", "2026-01-01T08:06:00.123456Z"),
        json!({"OrderShipped": {"at": "2026-01-01T09:00:00Z"}}),
    ];
    let at_once = serde_json::to_string(&fold(story.clone())).unwrap();
    let mut in_steps = OrderDetail::default();
    for (number, payload) in (1..).zip(story) {
        let recorded = recorded(number * 10, payload);
        let Event::Order(_, event) = Event::decode(&recorded, &Upcasters::current()).unwrap() else {
            panic!("not an order's event")
        };
        let stored = serde_json::to_string(&in_steps).unwrap();
        in_steps = serde_json::from_str(&stored).unwrap();
        in_steps.record(&recorded, &event).unwrap();
    }
    assert_eq!(serde_json::to_string(&in_steps).unwrap(), at_once);
}
