//! Other goods for what came back: which may be asked for, and what follows when they do not come.

use super::{approved, given, requested, state};
use crate::{
    money::Amount,
    order::{Order, OrderCommand, PlaceOrder, Terms},
    product::{Listing, Product, ProductKind},
    returns::{
        Owed, Replacement, Return, ReturnAction, ReturnCommand, ReturnEvent, ReturnKind, ReturnRefusal, ReturnStatus,
        ReturnTerms, check_replacement, is_for_the_same,
    },
    samples::{
        at, exchange, gbp, goods_line, listing, money, place, quantity, return_terms, service_line, text, units,
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

/// Its price may have risen since: who was sold five broken pieces has five whole ones.
#[test]
fn like_for_like_is_even_at_any_price() {
    assert_eq!(checked(&asks_for(&[("85123A", 5)]), listing(9_999)), Ok(()));
    let refused = ReturnRefusal::ReplacementTooDear { worth: gbp(1530), given: gbp(1275) };
    assert_eq!(checked(&asks_for(&[("85123A", 6)]), listing(9_999)), Err(refused));
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
