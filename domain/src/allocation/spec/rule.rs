//! The same order and the same stock under each rule.

use super::{allocated, shelves, stock};
use crate::{
    allocation::{AllocationRule, Shelf, allocate_by, asks, remembered_distance},
    order::{Allocation, OrderLine},
    samples::{allocation, goods_line, order_id, quantity, text},
    stock::{Reservation, StockEvent},
    text::{Location, Sku},
};
use std::collections::BTreeMap;

fn by(rule: &AllocationRule, lines: &[OrderLine], shelves: &BTreeMap<Sku, Shelf>) -> Vec<Allocation> {
    let distance = |location: &Location| match location.as_str() {
        "west" => 10,
        "main" => 20,
        _ => 300,
    };
    allocate_by(rule, &asks(lines).unwrap(), |sku| shelves.get(sku), distance).unwrap()
}

fn priority(locations: &[&str]) -> AllocationRule {
    AllocationRule::Priority(locations.iter().map(|location| text(location)).collect())
}

/// Six of one SKU and two of another; `west` alone has both, `main` has the first and `east` the second.
fn order() -> ([OrderLine; 2], BTreeMap<Sku, Shelf>) {
    let lines = [goods_line("85123A", 6), goods_line("71053", 2)];
    let heart: &[(&str, i64)] = &[("main", 6), ("west", 6)];
    let lantern: &[(&str, i64)] = &[("east", 9), ("west", 2)];
    (lines, shelves(&[("85123A", heart), ("71053", lantern)]))
}

#[test]
fn the_first_location_is_looked_for_sku_by_sku() {
    let (lines, shelves) = order();
    let expected = vec![allocation("71053@east", 2), allocation("85123A@main", 6)];
    assert_eq!(by(&AllocationRule::FirstLocation, &lines, &shelves), expected);
    assert_eq!(allocated(&lines, &shelves), Ok(expected));
    assert_eq!(AllocationRule::default(), AllocationRule::FirstLocation);
}

#[test]
fn the_fewest_parcels_are_looked_for_over_all_skus_together() {
    let (lines, shelves) = order();
    let expected = vec![allocation("71053@west", 2), allocation("85123A@west", 6)];
    assert_eq!(by(&AllocationRule::FewestParcels, &lines, &shelves), expected);
}

#[test]
fn the_fewest_parcels_start_where_most_of_the_pieces_are() {
    let lines = [goods_line("A", 5), goods_line("B", 5), goods_line("C", 1)];
    let shelves = shelves(&[("A", &[("a", 5), ("z", 4)]), ("B", &[("b", 5), ("z", 5)]), ("C", &[("c", 1), ("y", 1)])]);
    let expected = vec![allocation("A@a", 5), allocation("B@b", 5), allocation("C@c", 1)];
    assert_eq!(by(&AllocationRule::FewestParcels, &lines, &shelves), expected, "z and two more are no fewer");
    let lines = [goods_line("A", 4), goods_line("B", 5), goods_line("C", 1)];
    let expected = vec![allocation("A@z", 4), allocation("B@z", 5), allocation("C@c", 1)];
    assert_eq!(by(&AllocationRule::FewestParcels, &lines, &shelves), expected);
}

/// `y` has all of one SKU and some of the other: the next location is chosen for what `y` leaves open.
#[test]
fn each_further_parcel_is_chosen_for_what_is_still_open() {
    let lines = [goods_line("A", 6), goods_line("B", 2)];
    let shelves = shelves(&[("A", &[("x", 3), ("y", 2), ("z", 4)]), ("B", &[("b", 2), ("y", 2)])]);
    let expected = vec![allocation("A@y", 2), allocation("A@z", 4), allocation("B@y", 2)];
    assert_eq!(by(&AllocationRule::FewestParcels, &lines, &shelves), expected);
}

/// The greedy choice of `mid`, which has most, needs two more beside it; `lo` and `hi` have everything.
#[test]
fn the_fewest_parcels_are_never_more_than_the_first_location_needs() {
    let lines = [goods_line("A", 4), goods_line("B", 4)];
    let shelves = shelves(&[("A", &[("lo", 4), ("mid", 3)]), ("B", &[("hi", 4), ("mid", 3)])]);
    let expected = vec![allocation("A@lo", 4), allocation("B@hi", 4)];
    assert_eq!(by(&AllocationRule::FewestParcels, &lines, &shelves), expected);
}

#[test]
fn priority_empties_its_locations_in_their_order_and_then_the_others_by_name() {
    let lines = [goods_line("85123A", 9)];
    let shelves = shelves(&[("85123A", &[("a", 1), ("b", 9), ("y", 3), ("z", 4)])]);
    let expected = vec![allocation("85123A@z", 4), allocation("85123A@y", 3), allocation("85123A@a", 1)];
    let mut with_rest = expected.clone();
    with_rest.push(allocation("85123A@b", 1));
    assert_eq!(by(&priority(&["z", "nowhere", "y"]), &lines, &shelves), with_rest);
    assert_eq!(by(&priority(&["z", "y"]), &[goods_line("85123A", 8)], &shelves), expected);
}

#[test]
fn priority_prefers_its_first_location_even_to_a_single_parcel() {
    let shelves = shelves(&[("85123A", &[("main", 5), ("north", 6)])]);
    let expected = vec![allocation("85123A@main", 5), allocation("85123A@north", 1)];
    assert_eq!(by(&priority(&["main"]), &[goods_line("85123A", 6)], &shelves), expected);
}

#[test]
fn the_nearest_locations_are_emptied_first_and_equally_near_ones_by_name() {
    let shelves = shelves(&[("85123A", &[("main", 2), ("north", 2), ("south", 2), ("west", 2)])]);
    let expected = ["west", "main", "north"].map(|location| allocation(&format!("85123A@{location}"), 2));
    assert_eq!(by(&AllocationRule::Nearest, &[goods_line("85123A", 6)], &shelves), expected);
}

#[test]
fn where_an_order_was_served_from_before_is_nearest_to_it() {
    let before: [crate::text::Location; 2] = [text("west"), text("main")];
    let distance = |location: &str| remembered_distance(&before, &text(location));
    assert!(distance("west") < distance("main") && distance("main") < distance("north"));
    assert_eq!(distance("north"), u32::MAX);
}

#[test]
fn a_stock_that_others_wait_for_takes_no_part_under_any_rule() {
    let mut awaited = stock(3, 0);
    awaited.evolve(&StockEvent::StockBackordered(Reservation { order: order_id(9), quantity: quantity(4) }));
    let shelf = BTreeMap::from([(text("main"), awaited), (text("north"), stock(3, 0))]);
    let shelves = BTreeMap::from([(text("85123A"), shelf)]);
    let rules =
        [AllocationRule::FirstLocation, AllocationRule::FewestParcels, priority(&["main"]), AllocationRule::Nearest];
    for rule in rules {
        assert_eq!(by(&rule, &[goods_line("85123A", 3)], &shelves), [allocation("85123A@north", 3)], "{rule:?}");
        let refused = allocate_by(&rule, &asks(&[goods_line("85123A", 4)]).unwrap(), |sku| shelves.get(sku), |_| 0);
        assert_eq!(refused.unwrap_err()[0].available, 3, "{rule:?}");
    }
}

#[test]
fn a_rule_is_data() {
    let rules =
        [AllocationRule::FirstLocation, AllocationRule::FewestParcels, priority(&["main"]), AllocationRule::Nearest];
    let stored = r#"["first_location","fewest_parcels",{"priority":["main"]},"nearest"]"#;
    assert_eq!(serde_json::to_string(&rules).unwrap(), stored);
    assert_eq!(serde_json::from_str::<[AllocationRule; 4]>(stored).unwrap(), rules);
}
