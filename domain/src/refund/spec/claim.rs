//! Parts of a capture.

use super::{claim, given, request, requested};
use crate::{
    ids::RefundId,
    money::Money,
    refund::{Claim, RefundEvent, RefundRefusal},
    samples::{self, at, gbp, money, order_id, text},
};

fn part(number: u32, amount: Money) -> Claim {
    Claim { amount: Some(amount), number, ..claim() }
}

#[test]
fn a_part_of_a_capture_is_owed_under_its_number() {
    for amount in [gbp(1), gbp(530), gbp(1530)] {
        let part = part(1, amount);
        assert_eq!(part.owed(), amount);
        let event = RefundEvent::RefundRequested { claim: part.clone(), at: at(1) };
        given(vec![]).when(request(part)).then_expect_events(vec![event]);
    }
    assert_eq!(claim().owed(), gbp(1530));
}

#[test]
fn a_part_is_something_of_its_capture_and_not_more() {
    let refusal = RefundRefusal::PartOutOfBounds { captured: gbp(1530) };
    for amount in [gbp(0), gbp(1531), money(530, "EUR")] {
        given(vec![]).when(request(part(1, amount))).then_expect_error(refusal.clone());
    }
}

#[test]
fn a_part_bears_a_number_and_the_whole_bears_none() {
    for claim in [part(0, gbp(530)), Claim { number: 1, ..claim() }] {
        given(vec![]).when(request(claim)).then_expect_error(RefundRefusal::PartNotNumbered);
    }
}

#[test]
fn the_same_money_by_another_way_is_already_requested() {
    let through_gateway = Claim { capture: samples::part("tx-1", 1530), ..claim() };
    given(vec![requested()]).when(request(through_gateway)).then_expect_events(vec![]);
}

#[test]
fn another_part_is_another_claim() {
    let first = part(1, gbp(530));
    let begun = vec![RefundEvent::RefundRequested { claim: first.clone(), at: at(1) }];
    given(begun.clone()).when(request(first)).then_expect_events(vec![]);
    for other in [part(2, gbp(530)), part(1, gbp(531)), claim()] {
        given(begun.clone()).when(request(other)).then_expect_error(RefundRefusal::OtherClaim);
    }
}

#[test]
fn a_claim_names_its_refund() {
    assert_eq!(claim().refund(), RefundId::of_payment(order_id(1), &text("tx-1")));
    assert_eq!(part(2, gbp(1)).refund(), RefundId::of_part(order_id(1), &text("tx-1"), 2));
}
