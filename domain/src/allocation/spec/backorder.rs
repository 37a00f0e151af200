use super::{shelf, shelves, stock};
use crate::{
    allocation::{AllocationRule, Found, Shelf, Shortage, allocate_or_wait, asks},
    order::OrderLine,
    samples::{allocation, goods_line, order_id, quantity, service_line, text},
    stock::{Reservation, StockEvent},
    text::Sku,
};
use std::collections::BTreeMap;

/// `LATE` and `LATER` may be waited for.
fn found(rule: &AllocationRule, lines: &[OrderLine], shelves: &BTreeMap<Sku, Shelf>) -> Result<Found, Vec<Shortage>> {
    let far = |location: &crate::text::Location| u32::try_from(location.as_str().len()).unwrap();
    let may_wait = |sku: &Sku| sku.as_str().starts_with("LATE");
    allocate_or_wait(rule, &asks(lines).unwrap(), |sku| shelves.get(sku), far, may_wait)
}

fn waits(rule: &AllocationRule, units: i64, stocks: &[(&str, i64)]) -> String {
    let Found { allocations, waiting } =
        found(rule, &[goods_line("LATE", units)], &shelves(&[("LATE", stocks)])).unwrap();
    assert_eq!(allocations, [allocation(&waiting[0].to_string(), units)]);
    waiting[0].location.to_string()
}

#[test]
fn what_is_there_is_not_waited_for() {
    let found = found(
        &AllocationRule::default(),
        &[goods_line("LATE", 5)],
        &shelves(&[("LATE", &[("main", 2), ("north", 3)])]),
    );
    let allocations = vec![allocation("LATE@north", 3), allocation("LATE@main", 2)];
    assert_eq!(found, Ok(Found { allocations, waiting: vec![] }));
}

#[test]
fn a_sku_that_is_short_waits_whole_and_the_others_are_found_as_always() {
    let lines = [goods_line("LATE", 2), goods_line("A", 4), service_line("POST", 1), goods_line("LATE", 1)];
    let shelves = shelves(&[("LATE", &[("main", 2)]), ("A", &[("main", 3), ("north", 4)])]);
    let expected = Found {
        allocations: vec![allocation("A@north", 4), allocation("LATE@main", 3)],
        waiting: vec![text("LATE@main")],
    };
    assert_eq!(found(&AllocationRule::default(), &lines, &shelves), Ok(expected));
}

#[test]
fn what_must_not_wait_refuses_all_of_it_and_only_that_is_named() {
    let lines = [goods_line("LATE", 2), goods_line("A", 4), goods_line("B", 1), goods_line("A", 1)];
    let short = |sku, lines: &[usize], asked| Shortage { sku: text(sku), lines: lines.to_vec(), asked, available: 0 };
    let refused = found(&AllocationRule::default(), &lines, &BTreeMap::new());
    assert_eq!(refused, Err(vec![short("A", &[1, 3], 5), short("B", &[2], 1)]));
}

#[test]
fn an_order_waits_where_the_fewest_pieces_are_missing() {
    for rule in [AllocationRule::FirstLocation, AllocationRule::FewestParcels] {
        assert_eq!(waits(&rule, 9, &[("a", 1), ("main", 3), ("north", 2)]), "main");
        assert_eq!(waits(&rule, 9, &[("north", 0), ("main", 0)]), "main", "of equal ones the first by name");
        assert_eq!(waits(&rule, 9, &[]), "main", "there never was any");
    }
}

#[test]
fn those_who_wait_already_count_as_missing() {
    let mut queue = stock(3, 0);
    queue.evolve(&StockEvent::StockBackordered(Reservation { order: order_id(9), quantity: quantity(5) }));
    let mut late = shelf(&[("north", 1)]);
    late.insert(text("main"), queue);
    let shelves = BTreeMap::from([(text("LATE"), late)]);
    let found = found(&AllocationRule::default(), &[goods_line("LATE", 2)], &shelves).unwrap();
    assert_eq!(found.waiting, [text("LATE@north")]);
}

#[test]
fn an_order_waits_where_its_merchants_rule_looks_first() {
    let stocks = [("farther-away", 3), ("near", 1)];
    let first = AllocationRule::Priority(vec![text("new-one"), text("near")]);
    assert_eq!(waits(&first, 9, &stocks), "new-one");
    assert_eq!(waits(&AllocationRule::Priority(vec![]), 9, &stocks), "farther-away");
    assert_eq!(waits(&AllocationRule::Nearest, 9, &stocks), "near");
    assert_eq!(waits(&AllocationRule::Nearest, 9, &[]), "main");
}
