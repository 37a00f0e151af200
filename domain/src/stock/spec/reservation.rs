//! The life of a reservation: held, deducted, gone with its order, or given back.

use super::{
    allocated, backordered, committed, consumed, given, no_longer_awaited, received, released, reserved, restock,
    restocked, state,
};
use crate::{
    samples::{every_variant, order_id, quantity},
    stock::{ReservationStage, StockCommand, StockEvent, StockRefusal},
};

fn reserve(order: u128, units: i64) -> StockCommand {
    StockCommand::Reserve { order: order_id(order), quantity: quantity(units) }
}

fn release(order: u128) -> StockCommand {
    StockCommand::Release { order: order_id(order) }
}

fn commit(order: u128) -> StockCommand {
    StockCommand::Commit { order: order_id(order) }
}

fn consume(order: u128) -> StockCommand {
    StockCommand::Consume { order: order_id(order) }
}

fn backorder(order: u128, units: i64) -> StockCommand {
    StockCommand::Backorder { order: order_id(order), quantity: quantity(units) }
}

fn release_part(order: u128, units: i64) -> StockCommand {
    StockCommand::ReleasePart { order: order_id(order), quantity: quantity(units) }
}

fn consume_part(order: u128, units: i64) -> StockCommand {
    StockCommand::ConsumePart { order: order_id(order), quantity: quantity(units) }
}

/// Waits for twelve where ten are.
fn awaited() -> Vec<StockEvent> {
    vec![received(10), backordered(1, 12)]
}

fn held() -> Vec<StockEvent> {
    vec![received(10), reserved(1, 6)]
}

fn deducted() -> Vec<StockEvent> {
    vec![received(10), reserved(1, 6), committed(1, 6)]
}

fn over(end: StockEvent) -> Vec<StockEvent> {
    let mut events = deducted();
    events.push(end);
    events
}

#[test]
fn every_piece_that_is_there_can_be_held() {
    given(vec![received(10)]).when(reserve(1, 10)).then_expect_events(vec![reserved(1, 10)]);
}

#[test]
fn one_piece_more_than_there_is_cannot_be_held() {
    given(vec![received(10)])
        .when(reserve(1, 11))
        .then_expect_error(StockRefusal::Insufficient { asked: 11, available: 10 });
}

#[test]
fn pieces_that_are_held_for_one_order_cannot_be_held_for_another() {
    given(held()).when(reserve(2, 4)).then_expect_events(vec![reserved(2, 4)]);
    given(held()).when(reserve(2, 5)).then_expect_error(StockRefusal::Insufficient { asked: 5, available: 4 });
}

#[test]
fn pieces_that_are_deducted_cannot_be_held_again() {
    given(deducted()).when(reserve(2, 5)).then_expect_error(StockRefusal::Insufficient { asked: 5, available: 4 });
}

#[test]
fn pieces_that_came_back_can_be_held_again() {
    for (events, from) in [(held(), ReservationStage::Held), (deducted(), ReservationStage::Committed)] {
        given(events).and(vec![released(1, 6, from)]).when(reserve(2, 10)).then_expect_events(vec![reserved(2, 10)]);
    }
}

#[test]
fn a_release_says_where_the_pieces_were() {
    given(held()).when(release(1)).then_expect_events(vec![released(1, 6, ReservationStage::Held)]);
    given(deducted()).when(release(1)).then_expect_events(vec![released(1, 6, ReservationStage::Committed)]);
}

/// A stock may be full again when a deducted reservation comes back: the pieces are there all the same.
#[test]
fn a_release_is_never_refused_for_want_of_room() {
    let full = super::adjusted(crate::stock::MAX_ON_HAND - 4);
    given(deducted()).and(vec![full]).when(release(1)).then_expect_events(vec![released(
        1,
        6,
        ReservationStage::Committed,
    )]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "the table is read as one")]
fn every_stage_answers_every_step_as_the_table_says() {
    use ReservationStage::{Committed, Held};
    use StockRefusal::{AlreadyBackordered, AlreadyReserved, Insufficient, NotReserved, WrongStage};
    let stages = [
        ("none", vec![received(10)]),
        ("waiting", awaited()),
        ("held", held()),
        ("deducted", deducted()),
        ("released", over(released(1, 6, ReservationStage::Committed))),
        ("consumed", over(consumed(1, 6))),
    ];
    let steps = every_variant!(StockCommand {
        Receive: ["" => super::receive(1)],
        Adjust: ["" => super::adjust(1)],
        Short: ["" => super::shortage::short(-5, &[1])],
        BackorderMore: ["" => super::shortage::more(1, 1)],
        Reserve: ["" => reserve(1, 4), "by another" => reserve(2, 4)],
        Backorder: ["that fits" => backorder(1, 4), "that does not" => backorder(1, 11)],
        Release: ["" => release(1)],
        ReleasePart: ["" => release_part(1, 1)],
        Extend: ["" => super::extend(1, 4), "too far" => super::extend(1, 11)],
        Commit: ["" => commit(1)],
        Consume: ["" => consume(1)],
        ConsumePart: ["" => consume_part(1, 1)],
        Restock: ["" => restock(1, 1)],
    });
    for (stage, (name, events)) in stages.into_iter().enumerate() {
        for step in &steps {
            let outcomes = match &step.value {
                StockCommand::Receive { .. } => std::array::from_fn(|_| Ok(vec![received(1)])),
                StockCommand::Adjust { .. } => std::array::from_fn(|_| Ok(vec![super::adjusted(1)])),
                StockCommand::Restock { .. } => std::array::from_fn(|_| Ok(vec![restocked(1, 1)])),
                StockCommand::Short { .. } => {
                    let counted = || Ok(vec![super::adjusted(-5)]);
                    let lost = |stage| Ok(vec![super::shortage::shorted(1, 6, stage), super::adjusted(-5)]);
                    [counted(), counted(), lost(Held), lost(Committed), counted(), Err(NotReserved)]
                }
                StockCommand::BackorderMore { .. } => {
                    let none = || Err(NotReserved);
                    [none(), Ok(vec![backordered(1, 1)]), none(), none(), none(), none()]
                }
                StockCommand::Reserve { order, .. } if *order == order_id(2) => {
                    let other = || Ok(vec![reserved(2, 4)]);
                    let waiting = Err(Insufficient { asked: 4, available: 0 });
                    [other(), waiting, other(), other(), other(), other()]
                }
                StockCommand::Reserve { .. } => {
                    let new = || Ok(vec![reserved(1, 4)]);
                    [new(), Err(AlreadyBackordered), Err(AlreadyReserved), Err(AlreadyReserved), new(), new()]
                }
                StockCommand::Backorder { quantity, .. } => {
                    let pieces = i64::from(*quantity);
                    let fits = |available| {
                        let served = (pieces <= available).then(|| allocated(1, pieces));
                        Ok([backordered(1, pieces)].into_iter().chain(served).collect::<Vec<_>>())
                    };
                    let no = || Err(AlreadyReserved);
                    [fits(10), Err(AlreadyBackordered), no(), no(), fits(10), fits(4)]
                }
                StockCommand::Extend { quantity, .. } => {
                    let asked = i64::from(*quantity);
                    let up_to = |available| {
                        if asked <= available {
                            Ok(vec![super::extended(1, asked)])
                        } else {
                            Err(Insufficient { asked, available })
                        }
                    };
                    [up_to(10), Err(AlreadyBackordered), Err(WrongStage), up_to(4), up_to(10), up_to(4)]
                }
                StockCommand::Release { .. } => [
                    Err(NotReserved),
                    Ok(vec![no_longer_awaited(1, 12)]),
                    Ok(vec![released(1, 6, Held)]),
                    Ok(vec![released(1, 6, Committed)]),
                    Err(NotReserved),
                    Err(NotReserved),
                ],
                StockCommand::ReleasePart { .. } => [
                    Err(NotReserved),
                    Ok(vec![no_longer_awaited(1, 1)]),
                    Ok(vec![released(1, 1, Held)]),
                    Ok(vec![released(1, 1, Committed)]),
                    Err(NotReserved),
                    Err(NotReserved),
                ],
                StockCommand::Commit { .. } => {
                    let none = || Err(NotReserved);
                    [none(), Err(WrongStage), Ok(vec![committed(1, 6)]), Err(WrongStage), none(), none()]
                }
                StockCommand::Consume { .. } => {
                    let none = || Err(NotReserved);
                    [none(), Err(WrongStage), Err(WrongStage), Ok(vec![consumed(1, 6)]), none(), none()]
                }
                StockCommand::ConsumePart { .. } => {
                    let none = || Err(NotReserved);
                    [none(), Err(WrongStage), Err(WrongStage), Ok(vec![consumed(1, 1)]), none(), none()]
                }
            };
            let answer = given(events.clone()).when(step.value.clone()).inspect_result();
            assert_eq!(answer, outcomes[stage], "{name} x {} {}", step.variant, step.label);
        }
    }
}

#[test]
fn the_counts_follow_a_reservation_to_its_end() {
    let counts = |events: &[StockEvent]| {
        let stock = state(events);
        (stock.on_hand(), stock.reserved(), stock.available(), stock.open_reservations())
    };
    assert_eq!(counts(&held()), (10, 6, 4, 1));
    assert_eq!(counts(&deducted()), (4, 0, 4, 1));
    assert_eq!(counts(&over(consumed(1, 6))), (4, 0, 4, 0));
    assert_eq!(counts(&over(released(1, 6, ReservationStage::Committed))), (10, 0, 10, 0));
    let given_back = [received(10), reserved(1, 6), released(1, 6, ReservationStage::Held)];
    assert_eq!(counts(&given_back), (10, 0, 10, 0));
}

#[test]
fn one_order_is_released_and_the_other_keeps_what_it_holds() {
    let both = [received(10), reserved(1, 6), reserved(2, 3), released(1, 6, ReservationStage::Held)];
    let stock = state(&both);
    assert_eq!((stock.on_hand(), stock.reserved(), stock.open_reservations()), (10, 3, 1));
}
