//! Cancelled units, and the parcels that they are taken out of.

use super::{state, units};
use crate::{
    fulfillment::{Fulfillment, FulfillmentEvent, Parcel, Withdrawal, withdraw},
    product::ProductKind,
    samples::{allocation, at, parcel, parcel_line, text},
};

/// A parcel with so many units of the first line, which somebody works on or nobody.
fn holding(number: u32, location: &str, pieces: i64, started: bool) -> Fulfillment {
    let lines = vec![parcel_line(0, "85123A", ProductKind::Goods, pieces)];
    let parcel = Parcel { number, location: Some(text(location)), lines, ..parcel() };
    let opened = FulfillmentEvent::FulfillmentOpened { parcel, at: at(5) };
    state([opened].into_iter().chain(started.then_some(FulfillmentEvent::FulfillmentStarted { at: at(8) })).collect())
}

fn taken(number: u32, location: &str, pieces: i64) -> Withdrawal {
    let stock = vec![allocation(&format!("85123A@{location}"), pieces)];
    Withdrawal { number, lines: vec![units(0, pieces)], stock }
}

#[test]
fn the_last_parcel_is_emptied_first() {
    let parcels = [holding(1, "main", 4, false), holding(2, "north", 2, false)];
    assert_eq!(withdraw(&parcels, &[units(0, 1)], None), Some(vec![taken(2, "north", 1)]));
    assert_eq!(withdraw(&parcels, &[units(0, 3)], None), Some(vec![taken(2, "north", 2), taken(1, "main", 1)]));
}

#[test]
fn what_nobody_works_on_yet_goes_before_what_is_being_packed() {
    let parcels = [holding(1, "main", 4, false), holding(2, "north", 2, true)];
    assert_eq!(withdraw(&parcels, &[units(0, 1)], None), Some(vec![taken(1, "main", 1)]));
}

#[test]
fn the_parcel_that_is_named_goes_before_all_others() {
    let parcels = [holding(1, "main", 4, true), holding(2, "north", 2, false)];
    assert_eq!(withdraw(&parcels, &[units(0, 4)], Some(1)), Some(vec![taken(1, "main", 4)]));
}

#[test]
fn what_has_shipped_or_answers_a_return_is_not_there_any_more() {
    let Fulfillment::Open(replacing) = holding(3, "west", 2, false) else { panic!("the parcel is not open") };
    let replaces = Some(text("ret_00000000000000000000000000000004"));
    let opened = FulfillmentEvent::FulfillmentOpened { parcel: Parcel { replaces, ..replacing.parcel }, at: at(5) };
    let shipped = FulfillmentEvent::FulfillmentShipped {
        lines: vec![parcel_line(0, "85123A", ProductKind::Goods, 4)],
        tracking: None,
        carrier: None,
        at: at(60),
    };
    let parcels = [holding(1, "main", 4, true).evolve(shipped), holding(2, "north", 2, false), state(vec![opened])];
    assert_eq!(withdraw(&parcels, &[units(0, 2)], None), Some(vec![taken(2, "north", 2)]));
    assert_eq!(withdraw(&parcels, &[units(0, 3)], None), None);
}
