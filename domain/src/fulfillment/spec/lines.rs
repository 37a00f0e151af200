//! What belongs into a parcel, and how it is divided.

use super::{given, opened, ship, started, state};
use crate::{
    fulfillment::{
        Fulfillment, FulfillmentCommand, FulfillmentEvent, FulfillmentLine, FulfillmentRefusal, Parcel, Split, split,
    },
    order::LineUnits,
    product::ProductKind,
    samples::{allocation, at, parcel, parcel_line, text, units},
};

fn goods(units: i64) -> FulfillmentLine {
    parcel_line(0, "85123A", ProductKind::Goods, units)
}

fn postage() -> FulfillmentLine {
    parcel_line(1, "POST", ProductKind::Service, 1)
}

fn reduce(lines: Vec<LineUnits>) -> FulfillmentCommand {
    FulfillmentCommand::Reduce { lines, reason: text("fewer"), at: at(9) }
}

fn reduced(lines: Vec<FulfillmentLine>) -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentReduced { lines, reason: text("fewer"), at: at(9) }
}

fn lines(fulfillment: &Fulfillment) -> &[FulfillmentLine] {
    &fulfillment.parcel().unwrap().lines
}

#[test]
fn a_part_and_the_rest_are_the_whole() {
    let whole = parcel().lines;
    let part = |taken, left| Ok(Split { taken, left });
    assert_eq!(split(&whole, &[units(0, 4)]), part(vec![goods(4)], vec![goods(2), postage()]));
    assert_eq!(split(&whole, &[units(0, 6)]), part(vec![goods(6)], vec![postage()]));
    assert_eq!(split(&whole, &[units(1, 1), units(0, 6)]), part(whole.clone(), vec![]));
}

/// What can be wrong about a part, wherever one is named.
#[test]
fn a_part_that_is_none_is_refused_by_name() {
    for (part, refusal) in [
        (vec![], FulfillmentRefusal::NoLines),
        (vec![units(2, 1)], FulfillmentRefusal::UnknownLine { line: 2 }),
        (vec![units(0, 7)], FulfillmentRefusal::TooManyUnits { line: 0, asked: 7, there: 6 }),
        (vec![units(0, 1), units(1, 1), units(0, 1)], FulfillmentRefusal::LineNamedTwice { line: 0 }),
    ] {
        let in_progress = vec![opened(), started()];
        given(in_progress.clone()).when(reduce(part.clone())).then_expect_error(refusal.clone());
        given(in_progress).when(ship(Some(part.clone()), "GB-1")).then_expect_error(refusal.clone());
        assert_eq!(parcel().left_behind(&part, 2), Err(refusal));
    }
}

#[test]
fn a_parcel_without_lines_or_with_one_line_twice_is_not_opened() {
    for (lines, refusal) in [
        (vec![], FulfillmentRefusal::NoLines),
        (vec![goods(1), postage(), goods(2)], FulfillmentRefusal::LineNamedTwice { line: 0 }),
    ] {
        let open = FulfillmentCommand::Open { parcel: Parcel { lines, ..parcel() }, at: at(5) };
        given(vec![]).when(open).then_expect_error(refusal);
    }
}

#[test]
fn units_are_taken_out_until_the_last_one_cancels_it() {
    let first = reduced(vec![goods(2)]);
    given(vec![opened()]).when(reduce(vec![units(0, 2)])).then_expect_events(vec![first.clone()]);
    let fewer = vec![opened(), first];
    assert_eq!(lines(&state(fewer.clone())), [goods(4), postage()]);
    let cancelled = FulfillmentEvent::FulfillmentCancelled { replaces: None, reason: text("fewer"), at: at(9) };
    given(fewer.clone()).when(reduce(vec![units(0, 4), units(1, 1)])).then_expect_events(vec![cancelled.clone()]);
    let after = state([fewer, vec![cancelled]].concat());
    assert_eq!(lines(&after), [goods(4), postage()], "what was in it then");
}

#[test]
fn what_was_taken_out_does_not_ship() {
    let shipped = FulfillmentEvent::FulfillmentShipped {
        lines: vec![goods(4)],
        tracking: Some(text("GB-1")),
        carrier: Some(text("Royal Mail")),
        at: at(60),
    };
    given(vec![opened(), reduced(vec![goods(2), postage()]), started()])
        .when(ship(None, "GB-1"))
        .then_expect_events(vec![shipped]);
}

#[test]
fn what_stays_behind_is_a_parcel_of_its_own() {
    let part = vec![units(0, 4)];
    let shipped = FulfillmentEvent::FulfillmentShipped {
        lines: vec![goods(4)],
        tracking: Some(text("GB-1")),
        carrier: Some(text("Royal Mail")),
        at: at(60),
    };
    given(vec![opened(), started()]).when(ship(Some(part.clone()), "GB-1")).then_expect_events(vec![shipped.clone()]);
    assert_eq!(lines(&state(vec![opened(), started(), shipped])), [goods(4)]);
    let rest = Parcel { number: 7, lines: vec![goods(2), postage()], ..parcel() };
    assert_eq!(parcel().left_behind(&part, 7), Ok(Some(rest)));
    assert_eq!(parcel().left_behind(&[units(0, 6), units(1, 1)], 7), Ok(None));
}

#[test]
fn goods_take_the_stock_of_the_parcels_location_and_services_take_none() {
    let parcel = parcel();
    assert_eq!(parcel.stock(&parcel.lines).collect::<Vec<_>>(), [allocation("85123A@main", 6)]);
    assert_eq!(parcel.stock(&[goods(2)]).collect::<Vec<_>>(), [allocation("85123A@main", 2)]);
    let nowhere = Parcel { location: None, lines: vec![postage()], ..parcel };
    assert_eq!(nowhere.stock(&nowhere.lines).count(), 0);
}
