use std::time::Duration;

use purser::client::{Coupon, DayStatistics, Reconciliation};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::{
    sandbox::Stats,
    storm::{calm::Open, crowd::Visits, evidence::Testimony},
};

const SOLD: &str = "ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d";
const EXPIRED: &str = "ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2e";

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn order(id: &str, status: &str, payments: &Value) -> OrderDetail {
    read(json!({
        "id": id, "status": status, "total": pounds(900), "payments": payments, "pricing": {"coupons": ["STORM"]},
        "lines": [{"sku": "LANTERN", "quantity": 2, "total": 1_000}],
    }))
}

fn payment(order: &str, number: u32, refunds: &Value) -> GatewayPayment {
    read(json!({
        "id": format!("pay_{number}"), "payment": format!("p-{number}"), "order": order, "currency": "GBP", "amount": 900,
        "authorized": 900, "refunds": refunds, "status": "captured",
        "captures": [{"reference": format!("cap_{number}"), "amount": 900, "at": "2026-01-01T00:00:00Z"}],
    }))
}

fn refund(amount: i64, status: &Value) -> Value {
    json!([{"reference": "back_1", "refund": "rfd_1", "amount": amount, "status": status}])
}

fn statistics(refunds: &Value) -> DayStatistics {
    read(json!({
        "day": "2026-01-01", "orders": {"placed": 2, "paid": 1, "cancelled": 0}, "refunds": refunds,
        "returns": {"count": 0, "units": 0}, "net": 900,
    }))
}

/// Two orders: one was paid, and the money for the other came late and went back.
fn calm() -> Evidence {
    let settlement = json!([{"role": "settlement", "reference": "cap_1", "amount": pounds(900)}]);
    let late = json!([{"role": "late", "reference": "cap_2", "amount": pounds(900)}]);
    let open = Open {
        orders: 0,
        refunds: 0,
        commands: 0,
        timers: 0,
        dead_letters: 0,
        parked_events: 0,
        unseen_events: 0,
        callbacks: 0,
        head: 9,
    };
    let orders = vec![SOLD.parse().unwrap(), EXPIRED.parse().unwrap()];
    let reconciled = Reconciliation { position: 9, orders: 0, found: vec![], gateways: vec![] };
    Evidence {
        said: Testimony {
            visits: Visits { orders, attempts: 2 },
            open,
            reconciled,
            verified: "OK in 0.1 s".to_owned(),
        },
        orders: vec![order(SOLD, "shipped", &settlement), order(EXPIRED, "expired", &late)],
        stock: vec![read(json!({"sku": "LANTERN", "on_hand": 8, "reserved": 0}))],
        coupon: Coupon { frozen: 0, redeemed: 1 },
        to_review: 0,
        days: vec![read(json!({"day": "2026-01-01", "orders": 1, "units": 2, "gross": pounds(900)}))],
        skus: vec![read(json!({"sku": "LANTERN", "orders": 1, "units": 2, "gross": pounds(1_000)}))],
        statistics: vec![statistics(&json!({"count": 0, "amount": 0, "unapplied_count": 1, "unapplied_amount": 900}))],
        gateway: vec![payment(SOLD, 1, &json!([])), payment(EXPIRED, 2, &refund(900, &json!("succeeded")))],
        stats: Stats::default(),
    }
}

fn failed(evidence: &Evidence) -> Vec<&'static str> {
    let settings = Settings {
        purser: "purser".into(),
        buyers: 2,
        units: 10,
        coupons: std::num::NonZeroU32::MIN,
        kills: 0,
        seed: 1,
        rush: Duration::from_secs(1),
        waves: 1,
        patience: Duration::from_secs(1),
    };
    all(evidence, &settings).into_iter().filter(|check| !check.holds).map(|check| check.what).collect()
}

#[test]
fn a_calm_in_which_everything_adds_up_is_found_so() {
    assert_eq!(failed(&calm()), Vec::<&str>::new());
}

#[test]
fn a_unit_that_is_sold_twice_or_still_held_is_found() {
    let mut evidence = calm();
    evidence.stock = vec![read(json!({"sku": "LANTERN", "on_hand": 9, "reserved": 1}))];
    assert_eq!(failed(&evidence), ["units sold and on hand", "units reserved"]);
}

#[test]
fn a_coupon_that_is_used_too_often_or_held_by_nobody_is_found() {
    let mut evidence = calm();
    evidence.coupon = Coupon { frozen: 1, redeemed: 2 };
    assert_eq!(failed(&evidence), ["coupon uses, of sold orders", "coupon uses", "coupon uses held"]);
}

#[test]
fn money_that_neither_belongs_to_an_order_nor_is_back_is_found() {
    let (astray, kept) = ("captures neither of one order nor back", "pence kept at the gateway");
    let refunded = "pence refunded in the statistics";
    for refunds in [json!([]), refund(899, &json!("succeeded")), refund(900, &json!({"failed": {"code": "no"}}))] {
        let mut evidence = calm();
        evidence.gateway[1] = payment(EXPIRED, 2, &refunds);
        assert_eq!(failed(&evidence), [astray, kept, refunded], "{refunds}");
    }
    // Back, though the goods are gone.
    let mut evidence = calm();
    evidence.gateway[0] = payment(SOLD, 1, &refund(900, &json!("succeeded")));
    assert_eq!(failed(&evidence), [astray, kept, refunded]);
    // Another order's.
    let mut evidence = calm();
    evidence.gateway[0] = payment(EXPIRED, 1, &json!([]));
    assert_eq!(failed(&evidence), [astray]);
}

#[test]
fn an_order_that_is_sold_for_money_that_the_gateway_never_took_is_found() {
    let mut evidence = calm();
    evidence.gateway.remove(0);
    assert_eq!(failed(&evidence), ["settlements that the gateway denies", "pence kept at the gateway"]);
}

#[test]
fn an_order_that_only_its_buyer_knows_of_is_found() {
    let mut evidence = calm();
    evidence.orders.pop();
    evidence.gateway.pop();
    let lost = [
        "orders, as buyers were told",
        "orders that one side alone knows of",
        "orders in the statistics",
        "pence refunded in the statistics",
    ];
    assert_eq!(failed(&evidence), lost);
}

#[test]
fn statistics_that_say_something_else_are_found() {
    let mut evidence = calm();
    evidence.statistics =
        vec![statistics(&json!({"count": 0, "amount": 0, "unapplied_count": 0, "unapplied_amount": 0}))];
    evidence.statistics[0].net = 0;
    evidence.statistics[0].orders.placed = 1;
    evidence.statistics[0].orders.cancelled = 1;
    let differing = [
        "orders in the statistics",
        "cancelled in the statistics",
        "pence refunded in the statistics",
        "net pence in the statistics",
    ];
    assert_eq!(failed(&evidence), differing);
}

#[test]
fn what_is_left_over_is_found() {
    let mut evidence = calm();
    evidence.said.open.timers = 1;
    evidence.said.open.orders = 1;
    evidence.said.verified = "purser: view sales differs".to_owned();
    assert_eq!(failed(&evidence), ["orders that wait", "timers", "purser verify"]);
}
