//! Parcels that answer a return: what has become of all of them, and how they are given up.

use ReplacementFate::{Arrived, GivenUp, UnderWay};

use super::{cancelled, failed, given, life, opened, shipped, started, state};
use crate::{
    fulfillment::{
        Fulfillment, FulfillmentCommand, FulfillmentEvent, FulfillmentStatus, Parcel, Recalled, RecalledFrom,
        ReplacementFate, recall, replacement_fate,
    },
    ids::ReturnId,
    samples::{allocation, at, parcel, return_id, text},
};

fn id() -> ReturnId {
    return_id(4)
}

/// The shortest life of a parcel that answers the return.
fn answering(number: u32, status: FulfillmentStatus) -> Fulfillment {
    let mut events = life(status);
    let parcel = Parcel { number, replaces: Some(id()), ..parcel() };
    events[0] = FulfillmentEvent::FulfillmentOpened { parcel, at: at(5) };
    state(events)
}

#[test]
fn a_replacement_has_arrived_with_its_last_parcel_and_is_given_up_when_none_will_come() {
    use FulfillmentStatus::{Cancelled, Delivered, DeliveryFailed, Open, Shipped};
    let others = [state(vec![opened()]), state(vec![opened(), cancelled()])];
    for (statuses, fate) in [
        (&[][..], GivenUp),
        (&[Delivered], Arrived),
        (&[Delivered, Delivered], Arrived),
        (&[Delivered, Cancelled], Arrived),
        (&[Cancelled, Cancelled], GivenUp),
        (&[Delivered, Open], UnderWay),
        (&[Delivered, Shipped], UnderWay),
        (&[DeliveryFailed, Delivered], UnderWay),
        (&[Cancelled, Open], UnderWay),
    ] {
        let parcels: Vec<_> = (1..).zip(statuses).map(|(number, status)| answering(number, *status)).collect();
        assert_eq!(replacement_fate(parcels.iter().chain(&others), id()), fate, "{statuses:?}");
        let another = return_id(5);
        assert_eq!(replacement_fate(&parcels, another), GivenUp, "of another return");
    }
}

#[test]
fn a_replacement_is_given_up_whole_and_not_once_some_of_it_is_on_its_way() {
    use FulfillmentStatus::{Cancelled, Delivered, DeliveryFailed, InProgress, OnHold, Open, Shipped};
    let stock = || vec![allocation("85123A@main", 6)];
    let of = |number, from| Recalled { number, stock: stock(), from };
    let pending = |number| of(number, RecalledFrom::Stock);
    let all = [Open, OnHold, InProgress, DeliveryFailed, Cancelled];
    let parcels: Vec<_> = (1..).zip(all).map(|(number, status)| answering(number, status)).collect();
    let back = of(4, RecalledFrom::Customer);
    let ordered = [state(vec![opened()])];
    let expected = vec![pending(1), pending(2), pending(3), back];
    assert_eq!(recall(parcels.iter().chain(&ordered), id()), Some(expected));
    for gone in [Shipped, Delivered] {
        let gone = [answering(6, gone)];
        assert_eq!(recall(parcels.iter().chain(&gone), id()), None);
    }
}

/// What was ordered and came back is asked back by a return.
#[test]
fn a_parcel_that_came_back_is_cancelled_only_where_it_answers_a_return() {
    let cancel = || FulfillmentCommand::Cancel { reason: text("changed my mind"), at: at(9) };
    let answers = Parcel { replaces: Some(id()), ..parcel() };
    let first = FulfillmentEvent::FulfillmentOpened { parcel: answers, at: at(5) };
    let came_back = vec![first, started(), shipped(), failed()];
    let ended =
        FulfillmentEvent::FulfillmentCancelled { replaces: Some(id()), reason: text("changed my mind"), at: at(9) };
    given(came_back.clone()).when(cancel()).then_expect_events(vec![ended.clone()]);
    let after = state([came_back, vec![ended]].concat());
    assert_eq!(after.status(), Some(FulfillmentStatus::Cancelled));
    assert!(given(life(FulfillmentStatus::DeliveryFailed)).when(cancel()).inspect_result().is_err());
}
