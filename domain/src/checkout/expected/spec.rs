use super::{Change, Expected, Figure, TotalChanged};
use crate::{
    pricing::Sums,
    samples::{amount, gbp, text, till::line},
};

fn seen(pence: i64) -> Expected {
    Expected { total: gbp(pence), unit_prices: vec![], sums: vec![] }
}

fn sums(subtotal: i64, discount: i64) -> Sums {
    Sums { subtotal: amount(subtotal), discount: amount(discount), ..Sums::default() }
}

#[test]
fn an_order_that_costs_what_was_seen_is_taken_whatever_else_was() {
    let lines = [line("A", 2, 100)];
    assert_eq!(seen(200).check(&lines, &sums(200, 0), gbp(200)), Ok(()));
    let other = Expected {
        unit_prices: vec![Some(amount(150))],
        sums: vec![(Figure::Subtotal, amount(300)), (Figure::Discount, amount(100))],
        ..seen(200)
    };
    assert_eq!(other.check(&lines, &sums(200, 0), gbp(200)), Ok(()));
}

#[test]
fn another_total_is_refused_with_all_that_is_known_to_have_changed() {
    let lines = [line("A", 2, 100), line("B", 1, 50), line("C", 1, 10)];
    let plain = seen(250).check(&lines, &sums(260, 0), gbp(260)).unwrap_err();
    assert_eq!(plain, TotalChanged { expected: gbp(250), total: gbp(260), changes: vec![] });
    assert_eq!(plain.to_string(), "the order costs 2.60 GBP, not 2.50 GBP");
    let expected = Expected {
        unit_prices: vec![Some(amount(100)), None, Some(amount(9))],
        sums: vec![(Figure::Subtotal, amount(260)), (Figure::Discount, amount(10)), (Figure::Shipping, amount(0))],
        ..seen(250)
    };
    let changed = expected.check(&lines, &sums(260, 0), gbp(260)).unwrap_err();
    let price = Change::UnitPrice { line: 2, sku: text("C"), expected: gbp(9), now: gbp(10) };
    let discount = Change::Sum { figure: Figure::Discount, expected: gbp(10), now: gbp(0) };
    assert_eq!(changed.changes, [price, discount]);
    assert_eq!(
        changed.to_string(),
        "the order costs 2.60 GBP, not 2.50 GBP; the price of C is 0.10 GBP, not 0.09 GBP; what promotions and coupons take \
         off is 0.00 GBP, not 0.10 GBP"
    );
}

#[test]
fn a_total_in_another_currency_is_another_total() {
    let expected = Expected { total: crate::samples::money(200, "EUR"), ..seen(0) };
    assert!(expected.check(&[line("A", 2, 100)], &sums(200, 0), gbp(200)).is_err());
}
