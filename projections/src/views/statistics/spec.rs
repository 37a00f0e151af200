use purser_domain::{order::OrderPlaced, returns::ReturnTerms};
use serde_json::{Value, json};

use super::{
    Figures, begins,
    turn::{OrderTurn, RefundTurn, Turn, of_order, of_refund, of_return},
};
use purser_domain::{event::Event, refund::Claim, returns::ReturnEvent, time_zone::TimeZone};

fn placed(pricing: &Value) -> OrderPlaced {
    let line = |sku: &str, quantity: i64| json!({"sku": sku, "title": sku, "kind": "goods", "quantity": quantity, "unit_price": 10, "total": 10 * quantity});
    let mut placed = json!({
        "merchant": "m1", "lines": [line("A", 2), line("B", 4)], "total": {"amount": 60, "currency": "GBP"},
        "ship_to": {"recipient": "Ada", "country": "GB"}, "allocations": [],
        "placed_at": "2010-12-01T23:59:59.999999Z", "pay_by": "2010-12-02T00:29:00Z",
    });
    if !pricing.is_null() {
        placed["pricing"] = pricing.clone();
        placed["total"] = pricing["total"].clone();
    }
    serde_json::from_value(placed).unwrap()
}

#[test]
fn a_payment_counts_what_was_frozen_at_the_placement() {
    let (currency, figures) = of_order(OrderTurn::Paid, &placed(&Value::Null));
    assert_eq!(currency.code(), "GBP");
    assert_eq!(figures, Figures { orders_paid: 1, units: 6, gross: 60, paid: 60, ..Figures::default() });
    let line = |quantity: i64| json!({"quantity": quantity, "price": 10 * quantity, "total": 10 * quantity});
    let sums = json!({"subtotal": 60, "discount": 15, "shipping": 8, "tax": 7, "tax_added": 5, "points": 4});
    let pricing = json!({"lines": [line(2), line(4)], "sums": sums, "total": {"amount": 54, "currency": "GBP"}});
    let (_, figures) = of_order(OrderTurn::Paid, &placed(&pricing));
    let Figures { gross, discounts, shipping, tax, tax_added, points, paid, .. } = figures;
    assert_eq!((gross, discounts, shipping, tax, tax_added, points, paid), (60, 15, 8, 7, 5, 4, 54));
    assert_eq!(gross - discounts + shipping + tax_added - points, paid);
}

fn claim(cause: &str) -> Claim {
    let capture = json!({"reference": "tx-1", "amount": {"amount": 90, "currency": "GBP"}});
    let claim = json!({"order": "ord_0193abcd0193abcd0193abcd0193abcd", "capture": capture, "cause": cause,
        "amount": {"amount": 40, "currency": "GBP"}, "number": 1});
    serde_json::from_value(claim).unwrap()
}

#[test]
fn money_that_settled_no_order_goes_back_on_its_own_account() {
    let of_sale = Figures { refunds: 1, refunded: 40, ..Figures::default() };
    for cause in ["order_cancelled", "lines_cancelled", "returned", "goodwill", "undelivered"] {
        assert_eq!(of_refund(&claim(cause), RefundTurn::Succeeded).1, of_sale, "{cause}");
    }
    let unapplied = Figures { unapplied_refunds: 1, unapplied_refunded: 40, ..Figures::default() };
    for cause in ["late_payment", "surplus_payment", "incomplete_payment"] {
        assert_eq!(of_refund(&claim(cause), RefundTurn::Succeeded).1, unapplied, "{cause}");
    }
}

#[test]
fn a_return_counts_the_units_that_are_settled() {
    let terms: ReturnTerms = serde_json::from_value(json!({
        "order": "ord_0193abcd0193abcd0193abcd0193abcd", "merchant": "m1", "kind": "return",
        "units": [{"line": 0, "quantity": 2, "reason": "broken"}, {"line": 1, "quantity": 3, "reason": "broken"}],
        "requested_at": "2010-12-01T00:00:00Z", "review_by": "2010-12-02T00:00:00Z",
    }))
    .unwrap();
    let counted = |owed: Value| -> Option<Figures> {
        let resolving = json!({"ReturnResolving": {"owed": owed, "at": "2010-12-01T00:00:00Z"}});
        let event: ReturnEvent = serde_json::from_value(resolving).unwrap();
        let event = Event::Return("ret_0193abcd0193abcd0193abcd0193abcd".parse().unwrap(), event);
        let Some(Turn::Returned(_, units)) = Turn::of(&event) else { return None };
        Some(of_return(&terms, units))
    };
    let returned = |units_returned| Some(Figures { returns: 1, units_returned, ..Figures::default() });
    assert_eq!(counted(json!({"refund": {"units": [{"line": 1, "quantity": 1}]}})), returned(1));
    assert_eq!(counted(json!({"replacement": {"lines": [{"sku": "B", "quantity": 9}]}})), returned(5));
    assert_eq!(counted(json!("nothing")), None);
}

#[test]
fn a_minute_and_a_day_begin_with_their_first_microsecond() {
    let moment = |text: &str| text.parse().unwrap();
    let of = |text: &str| begins(moment(text), TimeZone::default()).unwrap();
    let expected = [moment("2010-12-01T23:59:00Z"), moment("2010-12-01T00:00:00Z")];
    assert_eq!(of("2010-12-01T23:59:00Z"), expected);
    assert_eq!(of("2010-12-01T23:59:59.999999Z"), expected);
    assert_eq!(of("1969-12-31T23:59:59.5Z"), [moment("1969-12-31T23:59:00Z"), moment("1969-12-31T00:00:00Z")]);
}

#[test]
fn a_day_is_the_merchants() {
    let moment = |text: &str| text.parse().unwrap();
    let tokyo = "Asia/Tokyo".parse().unwrap();
    let expected = [moment("2010-12-01T15:00:00Z"), moment("2010-12-02T00:00:00Z")];
    assert_eq!(begins(moment("2010-12-01T15:00:01Z"), tokyo).unwrap(), expected);
}
