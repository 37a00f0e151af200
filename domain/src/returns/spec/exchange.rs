//! Other goods for what came back: which may be asked for, and what follows when they do not come.

use serde_json::json;

use super::{approved, given, requested, state};
use crate::{
    money::Amount,
    order::{Order, OrderCommand, OrderLine, PlaceOrder, Terms},
    product::{Listing, Product, ProductKind},
    returns::{
        Owed, Replacement, Return, ReturnAction, ReturnCommand, ReturnEvent, ReturnKind, ReturnRefusal, ReturnStatus,
        ReturnTerms, ReturnUnits, check_replacement, is_for_the_same,
    },
    samples::{
        amount, at, exchange, gbp, goods_line, listing, money, place, quantity, return_terms, service_line, text, units,
    },
};

/// Six pieces and their postage, at 255 pence each.
fn sold() -> Terms {
    let lines = vec![goods_line("85123A", 6), service_line("POST", 1)];
    let place = OrderCommand::Place(PlaceOrder { lines, total: gbp(1785), ..place() });
    let placed = crate::order::decide(&Order::Unplaced, place).unwrap();
    placed.into_iter().fold(Order::Unplaced, Order::evolve).terms().unwrap().clone()
}

/// Five of the six pieces, for these.
fn asks_for(replacement: &[(&str, i64)]) -> ReturnTerms {
    let goods = |(sku, units): &(&str, i64)| Replacement { sku: text(sku), quantity: quantity(*units) };
    let replacement = replacement.iter().map(goods).collect();
    let mut terms = return_terms(ReturnKind::Exchange { replacement });
    terms.units.truncate(1);
    terms
}

fn checked(terms: &ReturnTerms, listing: Listing) -> Result<(), ReturnRefusal> {
    let product = Product::Listed(listing);
    check_replacement(&sold(), terms, |sku| (sku.as_str() != "UNKNOWN").then_some(&product))
}

#[test]
fn what_is_asked_for_is_worth_no_more_than_what_comes_back() {
    let six = asks_for(&[("71053", 6)]);
    assert_eq!(checked(&six, listing(212)), Ok(()));
    let refused = ReturnRefusal::ReplacementTooDear { worth: gbp(1278), given: gbp(1275) };
    assert_eq!(checked(&six, listing(213)), Err(refused));
    let dearest = Listing { price: crate::money::Money { amount: Amount::MAX, ..gbp(1) }, ..listing(1) };
    assert!(matches!(checked(&six, dearest), Err(ReturnRefusal::ReplacementTooDear { .. })));
}

/// Its price may have risen since: who was sold five broken pieces has five whole ones. A sixth is a new piece.
#[test]
fn like_for_like_is_even_at_any_price_for_as_many_pieces_as_come_back() {
    assert_eq!(checked(&asks_for(&[("85123A", 5)]), listing(9_999)), Ok(()));
    let refused = ReturnRefusal::ReplacementTooDear { worth: gbp(1275 + 9_999), given: gbp(1275) };
    assert_eq!(checked(&asks_for(&[("85123A", 6)]), listing(9_999)), Err(refused));
}

/// One piece was sold at each of these prices, each in a line of its own; all of them come back for these goods.
fn exchanged(sold: &[(&str, i64)], replacement: &[(&str, i64)], today: i64) -> Result<(), ReturnRefusal> {
    let line = |(sku, price): &(&str, i64)| OrderLine {
        unit_price: amount(*price),
        total: amount(*price),
        ..goods_line(sku, 1)
    };
    let lines: Vec<OrderLine> = sold.iter().map(line).collect();
    let total = gbp(sold.iter().map(|(_, price)| price).sum());
    all_back(PlaceOrder { lines, total, ..place() }, replacement, today)
}

fn all_back(order: PlaceOrder, replacement: &[(&str, i64)], today: i64) -> Result<(), ReturnRefusal> {
    let back = |line| ReturnUnits { line, quantity: quantity(1), reason: text("does not fit") };
    let terms = ReturnTerms { units: (0..).take(order.lines.len()).map(back).collect(), ..asks_for(replacement) };
    let placed = crate::order::decide(&Order::Unplaced, OrderCommand::Place(order));
    let order = placed.unwrap().into_iter().fold(Order::Unplaced, Order::evolve);
    let product = Product::Listed(listing(today));
    check_replacement(order.terms().unwrap(), &terms, |_| Some(&product))
}

/// One X was sold at this price, less a discount.
fn discounted(price: i64, discount: i64, replacement: &[(&str, i64)]) -> Result<(), ReturnRefusal> {
    let line = OrderLine { unit_price: amount(price), total: amount(price), ..goods_line("X", 1) };
    let pricing = serde_json::from_value(json!({
        "lines": [{
            "quantity": 1, "price": price, "total": price - discount,
            "discounts": [{"source": {"promotion": "gift"}, "amount": discount}],
        }],
        "sums": {"subtotal": price, "discount": discount},
        "total": {"amount": price - discount, "currency": "GBP"},
    }));
    let (pricing, total) = (Some(pricing.unwrap()), gbp(price - discount));
    all_back(PlaceOrder { lines: vec![line], pricing, total, ..place() }, replacement, price)
}

fn too_dear(worth: i64, given: i64) -> Result<(), ReturnRefusal> {
    Err(ReturnRefusal::ReplacementTooDear { worth: gbp(worth), given: gbp(given) })
}

/// A dear unit beside it does not turn a cheap one into many of its own.
#[test]
fn what_else_comes_back_pays_for_further_pieces_at_the_price_of_today() {
    let sold = [("X", 10), ("Y", 990)];
    assert_eq!(exchanged(&sold, &[("X", 100)], 100_000), too_dear(10 + 99 * 100_000, 1_000));
    assert_eq!(exchanged(&sold, &[("X", 1), ("Y", 1)], 100_000), Ok(()));
    assert_eq!(exchanged(&sold, &[("X", 2), ("Z", 1)], 495), Ok(()));
    assert_eq!(exchanged(&sold, &[("X", 2), ("Z", 1)], 496), too_dear(10 + 2 * 496, 1_000));
}

#[test]
fn a_unit_that_was_given_away_goes_for_one_of_its_own() {
    assert_eq!(exchanged(&[("X", 0)], &[("X", 1)], 500), Ok(()));
    assert_eq!(exchanged(&[("X", 0)], &[("X", 100)], 500), too_dear(99 * 500, 0));
    assert_eq!(exchanged(&[("X", 0)], &[("Z", 1)], 500), too_dear(500, 0));
}

/// A promotion or a coupon that takes all of it gives it away as much as a price of nothing.
#[test]
fn so_does_a_unit_that_discounts_took_to_nothing() {
    assert_eq!(discounted(500, 500, &[("X", 1)]), Ok(()));
    assert_eq!(discounted(500, 500, &[("Z", 1)]), too_dear(500, 0));
    assert_eq!(discounted(500, 499, &[("Z", 1)]), Ok(()));
}

/// The cheapest goes for the one of its own, and what the others were sold for is there for other goods.
#[test]
fn each_unit_of_a_sku_counts_at_the_price_of_its_own_line() {
    let sold = [("X", 0), ("X", 300), ("X", 100)];
    assert_eq!(exchanged(&sold, &[("X", 3)], 9_999), Ok(()));
    assert_eq!(exchanged(&sold, &[("X", 1), ("Z", 2)], 200), Ok(()));
    assert_eq!(exchanged(&sold, &[("X", 2), ("Z", 2)], 200), too_dear(100 + 2 * 200, 400));
}

/// What has become cheaper is worth what it costs now, and what it was sold for is there for more.
#[test]
fn a_piece_that_has_become_cheaper_counts_at_the_price_of_today() {
    assert_eq!(exchanged(&[("X", 1_000)], &[("X", 1), ("Z", 1)], 500), Ok(()));
    assert_eq!(exchanged(&[("X", 1_000)], &[("X", 2)], 500), Ok(()));
    assert_eq!(exchanged(&[("X", 1_000)], &[("X", 3)], 500), too_dear(1_500, 1_000));
}

/// Nothing is sold by it: pieces that are still there go for the same.
#[test]
fn what_is_off_sale_goes_for_as_many_of_its_own_and_no_more() {
    let delisted = Product::Delisted(listing(9_999));
    let checked = |pieces| check_replacement(&sold(), &asks_for(&[("85123A", pieces)]), |_| Some(&delisted));
    assert_eq!(checked(5), Ok(()));
    assert_eq!(checked(6), Err(ReturnRefusal::ReplacementNotOffered { place: 0 }));
    let in_yen = Product::Listed(Listing { price: money(1, "JPY"), ..listing(1) });
    let checked = |pieces| check_replacement(&sold(), &asks_for(&[("85123A", pieces)]), |_| Some(&in_yen));
    assert_eq!(checked(5), Ok(()));
    assert_eq!(checked(6), Err(ReturnRefusal::ReplacementNotOffered { place: 0 }));
}

#[test]
fn only_goods_that_the_seller_offers_in_the_orders_currency_are_sent() {
    let other = ReturnRefusal::ReplacementNotOffered { place: 1 };
    assert_eq!(checked(&asks_for(&[("71053", 1), ("UNKNOWN", 1)]), listing(1)), Err(other));
    let first = ReturnRefusal::ReplacementNotOffered { place: 0 };
    for wrong in [
        Listing { merchant: text("others"), ..listing(1) },
        Listing { kind: ProductKind::Service, ..listing(1) },
        Listing { price: money(1, "JPY"), ..listing(1) },
    ] {
        assert_eq!(checked(&asks_for(&[("71053", 1)]), wrong), Err(first.clone()));
    }
    let delisted = Product::Delisted(listing(1));
    assert_eq!(check_replacement(&sold(), &asks_for(&[("71053", 1)]), |_| Some(&delisted)), Err(first));
}

#[test]
fn goods_are_named_once_and_no_more_limited_ones_are_sent_than_come_back() {
    let twice = asks_for(&[("71053", 1), ("71053", 1)]);
    assert_eq!(checked(&twice, listing(1)), Err(ReturnRefusal::ReplacementRepeated { place: 1 }));
    let limited = Listing { purchase_limit: Some(quantity(9)), ..listing(1) };
    assert_eq!(checked(&asks_for(&[("85123A", 5)]), limited.clone()), Ok(()));
    for more in [("85123A", 6), ("71053", 1)] {
        let refused = ReturnRefusal::ReplacementLimited { place: 0 };
        assert_eq!(checked(&asks_for(&[more]), limited.clone()), Err(refused));
    }
}

#[test]
fn an_exchange_is_for_the_same_when_all_of_it_is() {
    for (asked, same) in [
        (&[("85123A", 5)][..], true),
        (&[("85123A", 4)], false),
        (&[("71053", 5)], false),
        (&[("85123A", 4), ("71053", 1)], false),
    ] {
        assert_eq!(is_for_the_same(&sold(), &asks_for(asked)), same, "{asked:?}");
    }
}

/// Everything came back, and five other pieces are owed for it.
fn resolving() -> Vec<ReturnEvent> {
    let lines = exchange().replacement().to_vec();
    let owed = Owed::Replacement { lines };
    vec![
        requested(exchange()),
        approved(),
        ReturnEvent::ReturnInTransit { tracking: None, at: at(12_000) },
        ReturnEvent::ReturnReceived { at: at(13_000) },
        ReturnEvent::ReturnInspected {
            inspected: vec![crate::samples::inspected(0, 5, 0, 0), crate::samples::inspected(1, 1, 0, 0)],
            location: None,
            at: at(13_100),
        },
        ReturnEvent::ReturnResolving { owed, refunds: vec![], at: at(13_100) },
    ]
}

fn give_up() -> ReturnCommand {
    let refunds = vec![text("rfd_00000000000000000000000000000002")];
    ReturnCommand::GiveUpReplacement { refunds, at: at(13_200) }
}

fn given_up() -> ReturnEvent {
    let refunds = vec![text("rfd_00000000000000000000000000000002")];
    ReturnEvent::ReturnReplacementGivenUp { refunds, at: at(13_200) }
}

#[test]
fn all_that_came_back_is_paid_back_when_its_replacement_is_given_up() {
    given(resolving()).when(give_up()).then_expect_events(vec![given_up()]);
    let after = state([resolving(), vec![given_up()]].concat());
    let Return::Resolving { owed, refunds, .. } = &after else { panic!("{after:?}") };
    assert_eq!(*owed, Owed::Refund { units: vec![units(0, 5), units(1, 1)] });
    assert_eq!(refunds.len(), 1);
}

#[test]
fn a_replacement_is_given_up_once_and_not_after_it_has_arrived() {
    let closed = ReturnEvent::ReturnClosed { at: at(14_000) };
    given(resolving()).and(vec![given_up()]).when(give_up()).then_expect_events(vec![]);
    given(resolving()).and(vec![given_up(), closed.clone()]).when(give_up()).then_expect_events(vec![]);
    let (action, status) = (ReturnAction::GiveUpReplacement, ReturnStatus::Closed);
    given(resolving())
        .and(vec![closed])
        .when(give_up())
        .then_expect_error(ReturnRefusal::WrongStatus { action, status });
}
