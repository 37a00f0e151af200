mod backorder;
mod rule;
mod site;

use std::collections::BTreeMap;

use super::{Ask, Shelf, Shortage, allocate, asks};
use crate::{
    checkout::CheckoutRefusal,
    order::{Allocation, OrderLine},
    samples::{allocation, at, goods_line, order_id, quantity, service_line, text},
    stock::{Reservation, Stock, StockEvent},
    text::Sku,
};

fn stock(on_hand: i64, reserved: i64) -> Stock {
    let mut stock = Stock::default();
    stock.evolve(&StockEvent::StockAdjusted { change: on_hand, reason: text("counted"), at: at(0) });
    if reserved > 0 {
        stock.evolve(&StockEvent::StockReserved(Reservation { order: order_id(99), quantity: quantity(reserved) }));
    }
    stock
}

fn shelf(stocks: &[(&str, i64)]) -> Shelf {
    stocks.iter().map(|(location, pieces)| (text(location), stock(*pieces, 0))).collect()
}

fn shelves(shelves: &[(&str, &[(&str, i64)])]) -> BTreeMap<Sku, Shelf> {
    shelves.iter().map(|(sku, stocks)| (text(sku), shelf(stocks))).collect()
}

fn allocated(lines: &[OrderLine], shelves: &BTreeMap<Sku, Shelf>) -> Result<Vec<Allocation>, Vec<Shortage>> {
    allocate(&asks(lines).unwrap(), |sku| shelves.get(sku))
}

fn one_sku(units: i64, stocks: &[(&str, i64)]) -> Result<Vec<Allocation>, Vec<Shortage>> {
    allocated(&[goods_line("85123A", units)], &shelves(&[("85123A", stocks)]))
}

#[test]
fn one_location_that_has_all_of_it_is_taken() {
    assert_eq!(one_sku(6, &[("main", 6)]), Ok(vec![allocation("85123A@main", 6)]));
}

#[test]
fn one_parcel_beats_two_even_from_a_later_location() {
    assert_eq!(one_sku(6, &[("main", 5), ("north", 6)]), Ok(vec![allocation("85123A@north", 6)]));
}

#[test]
fn of_several_locations_that_have_all_of_it_the_first_by_name_is_taken() {
    let stocks = [("west", 100), ("main", 5), ("north", 7), ("south", 6)];
    assert_eq!(one_sku(6, &stocks), Ok(vec![allocation("85123A@north", 6)]));
}

#[test]
fn a_split_empties_the_fullest_location_first() {
    let stocks = [("main", 2), ("north", 5), ("south", 3)];
    assert_eq!(one_sku(6, &stocks), Ok(vec![allocation("85123A@north", 5), allocation("85123A@south", 1)]));
    let all = vec![allocation("85123A@north", 5), allocation("85123A@south", 3), allocation("85123A@main", 2)];
    assert_eq!(one_sku(10, &stocks), Ok(all));
}

#[test]
fn of_equally_full_locations_the_first_by_name_is_emptied_first() {
    let stocks = [("south", 3), ("main", 3), ("north", 3)];
    assert_eq!(one_sku(4, &stocks), Ok(vec![allocation("85123A@main", 3), allocation("85123A@north", 1)]));
}

#[test]
fn empty_locations_take_no_part() {
    let stocks = [("a", 0), ("main", 2), ("z", 0)];
    assert_eq!(one_sku(2, &stocks), Ok(vec![allocation("85123A@main", 2)]));
}

#[test]
fn pieces_that_are_held_for_others_are_not_available() {
    let shelf = BTreeMap::from([(text("main"), stock(10, 6)), (text("north"), stock(3, 0))]);
    let shelves = BTreeMap::from([(text("85123A"), shelf)]);
    let split = vec![allocation("85123A@main", 4), allocation("85123A@north", 2)];
    assert_eq!(allocated(&[goods_line("85123A", 6)], &shelves), Ok(split));
    let short = Shortage { sku: text("85123A"), lines: vec![0], asked: 8, available: 7 };
    assert_eq!(allocated(&[goods_line("85123A", 8)], &shelves), Err(vec![short]));
}

#[test]
fn several_lines_of_one_sku_are_one_ask() {
    let lines = [goods_line("85123A", 2), goods_line("71053", 1), goods_line("85123A", 3)];
    let expected = BTreeMap::from([
        (text("71053"), Ask { quantity: quantity(1), lines: vec![1] }),
        (text("85123A"), Ask { quantity: quantity(5), lines: vec![0, 2] }),
    ]);
    assert_eq!(asks(&lines), Ok(expected));
    let shelves = shelves(&[("85123A", &[("main", 5)]), ("71053", &[("main", 1)])]);
    let held = vec![allocation("71053@main", 1), allocation("85123A@main", 5)];
    assert_eq!(allocated(&lines, &shelves), Ok(held));
}

/// Each line alone could be served: together they cannot.
#[test]
fn several_lines_of_one_sku_are_short_together() {
    let lines = [goods_line("85123A", 3), goods_line("71053", 1), goods_line("85123A", 3)];
    let shelves = shelves(&[("85123A", &[("main", 5)]), ("71053", &[("main", 1)])]);
    let short = Shortage { sku: text("85123A"), lines: vec![0, 2], asked: 6, available: 5 };
    assert_eq!(allocated(&lines, &shelves), Err(vec![short]));
}

#[test]
fn every_shortage_is_named_with_its_lines_asked_and_available() {
    let lines = [goods_line("85123A", 6), goods_line("71053", 1), goods_line("NEVER SEEN", 2)];
    let shelves = shelves(&[("85123A", &[("main", 2), ("north", 3)]), ("71053", &[("main", 1)])]);
    let shortages = vec![
        Shortage { sku: text("85123A"), lines: vec![0], asked: 6, available: 5 },
        Shortage { sku: text("NEVER SEEN"), lines: vec![2], asked: 2, available: 0 },
    ];
    assert_eq!(allocated(&lines, &shelves), Err(shortages));
}

#[test]
fn services_take_no_stock() {
    let lines = [service_line("POST", 1), goods_line("85123A", 1), service_line("POST", 2)];
    let expected = BTreeMap::from([(text("85123A"), Ask { quantity: quantity(1), lines: vec![1] })]);
    assert_eq!(asks(&lines), Ok(expected));
    assert_eq!(allocated(&[service_line("POST", 1)], &BTreeMap::new()), Ok(vec![]));
}

#[test]
fn the_lines_of_one_sku_ask_for_a_million_pieces_at_most() {
    let most = [goods_line("85123A", 999_999), goods_line("85123A", 1)];
    assert_eq!(asks(&most).unwrap()[&text("85123A")].quantity, quantity(1_000_000));
    let more = [goods_line("71053", 1), goods_line("85123A", 999_999), goods_line("85123A", 2)];
    assert_eq!(asks(&more), Err(CheckoutRefusal::QuantityOverflow { line: 2, sku: text("85123A") }));
    let services = [service_line("POST", 999_999), service_line("POST", 2)];
    assert_eq!(asks(&services), Ok(BTreeMap::new()));
}
