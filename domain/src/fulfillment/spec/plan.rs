//! An order, cut into parcels.

use crate::{
    fulfillment::{self, FulfillmentLine, PlanMismatch, PlannedParcel},
    order::{Allocation, OrderLine},
    product::ProductKind,
    samples::{allocation, goods_line, parcel_line, parcel_lines, service_line, text},
};

fn goods(line: u32, sku: &str, units: i64) -> FulfillmentLine {
    parcel_line(line, sku, ProductKind::Goods, units)
}

fn plan(lines: &[OrderLine], allocations: &[Allocation]) -> Result<Vec<PlannedParcel>, PlanMismatch> {
    fulfillment::plan(&parcel_lines(lines), allocations)
}

fn service(line: u32, units: i64) -> FulfillmentLine {
    parcel_line(line, "POST", ProductKind::Service, units)
}

fn at(location: &str, lines: Vec<FulfillmentLine>) -> PlannedParcel {
    PlannedParcel { location: Some(text(location)), lines }
}

#[test]
fn what_one_location_has_is_one_parcel() {
    let lines = [goods_line("A", 6), goods_line("B", 2)];
    let allocations = [allocation("A@main", 6), allocation("B@main", 2)];
    assert_eq!(plan(&lines, &allocations), Ok(vec![at("main", vec![goods(0, "A", 6), goods(1, "B", 2)])]));
}

#[test]
fn parcels_come_in_the_order_in_which_the_lines_need_their_locations() {
    let lines = [goods_line("B", 2), goods_line("A", 6)];
    let allocations = [allocation("A@main", 4), allocation("A@west", 2), allocation("B@west", 2)];
    let west = at("west", vec![goods(0, "B", 2), goods(1, "A", 2)]);
    assert_eq!(plan(&lines, &allocations), Ok(vec![west, at("main", vec![goods(1, "A", 4)])]));
}

#[test]
fn the_lines_of_one_sku_are_served_one_after_the_other() {
    let lines = [goods_line("A", 3), goods_line("B", 1), goods_line("A", 4)];
    let allocations = [allocation("A@main", 5), allocation("A@west", 2), allocation("B@west", 1)];
    let main = at("main", vec![goods(0, "A", 3), goods(2, "A", 2)]);
    let west = at("west", vec![goods(1, "B", 1), goods(2, "A", 2)]);
    assert_eq!(plan(&lines, &allocations), Ok(vec![main, west]));
}

#[test]
fn services_go_with_the_first_parcel_at_their_place_among_the_lines() {
    let lines = [service_line("POST", 1), goods_line("A", 6), service_line("POST", 2)];
    let allocations = [allocation("A@west", 4), allocation("A@main", 2)];
    let first = at("west", vec![service(0, 1), goods(1, "A", 4), service(2, 2)]);
    assert_eq!(plan(&lines, &allocations), Ok(vec![first, at("main", vec![goods(1, "A", 2)])]));
}

#[test]
fn services_alone_are_a_parcel_that_has_no_location() {
    let lines = [service_line("POST", 1), service_line("POST", 2)];
    assert_eq!(
        plan(&lines, &[]),
        Ok(vec![PlannedParcel { location: None, lines: vec![service(0, 1), service(1, 2)] }])
    );
    assert_eq!(plan(&[], &[]), Ok(vec![]));
}

#[test]
fn a_line_is_named_once_even_where_its_location_is_named_twice() {
    let allocations = [allocation("A@main", 4), allocation("A@main", 2)];
    assert_eq!(plan(&[goods_line("A", 6)], &allocations), Ok(vec![at("main", vec![goods(0, "A", 6)])]));
}

#[test]
fn lines_and_allocations_that_do_not_add_up_are_refused() {
    let mismatch = || Err(PlanMismatch { sku: text("A") });
    let of = |lines: &[OrderLine], allocations: &[Allocation]| plan(lines, allocations);
    assert_eq!(of(&[goods_line("A", 6)], &[allocation("A@main", 5)]), mismatch());
    assert_eq!(of(&[goods_line("A", 6)], &[allocation("A@main", 7)]), mismatch());
    assert_eq!(of(&[goods_line("A", 6)], &[]), mismatch());
    assert_eq!(of(&[service_line("POST", 1)], &[allocation("A@main", 1)]), mismatch());
}
