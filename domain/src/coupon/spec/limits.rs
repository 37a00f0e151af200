//! How many uses there are: in all, and for each customer.

use std::num::NonZeroU32;

use super::{
    CouponCommand, CouponEvent, at, freeze, frozen, give_back, given, given_back, issued, limited, redeemed, state,
    text, unfrozen, withdrawn,
};
use crate::coupon::{CouponRefusal, usable};

fn used_up(uses_max: u32) -> CouponRefusal {
    CouponRefusal::UsedUp { uses_max: NonZeroU32::new(uses_max).unwrap() }
}

fn used_up_by_customer(uses_per_customer_max: u32) -> CouponRefusal {
    CouponRefusal::UsedUpByCustomer { uses_per_customer_max: NonZeroU32::new(uses_per_customer_max).unwrap() }
}

/// With at most two uses.
fn two(more: Vec<CouponEvent>) -> Vec<CouponEvent> {
    [vec![issued(limited(Some(2), None))], more].concat()
}

/// With at most two uses for each customer.
fn two_each(more: Vec<CouponEvent>) -> Vec<CouponEvent> {
    [vec![issued(limited(None, Some(2)))], more].concat()
}

#[test]
fn the_last_use_can_be_had_and_not_one_more() {
    given(two(vec![frozen(1, "a")])).when(freeze(2, "b")).then_expect_events(vec![frozen(2, "b")]);
    given(two(vec![frozen(1, "a"), frozen(2, "b")])).when(freeze(3, "c")).then_expect_error(used_up(2));
}

#[test]
fn a_use_counts_from_its_freeze_on_and_still_when_it_is_redeemed() {
    let both = two(vec![frozen(1, "a"), frozen(2, "b"), redeemed(1, "a")]);
    given(both.clone()).when(freeze(3, "c")).then_expect_error(used_up(2));
    given(both).and(vec![redeemed(2, "b")]).when(freeze(3, "c")).then_expect_error(used_up(2));
}

#[test]
fn a_use_that_came_back_can_be_had_again() {
    let both = two(vec![frozen(1, "a"), frozen(2, "b")]);
    for back in [vec![unfrozen(1, "a")], vec![redeemed(1, "a"), given_back(1, "a")]] {
        given(both.clone()).and(back.clone()).when(freeze(3, "c")).then_expect_events(vec![frozen(3, "c")]);
        given(both.clone()).and(back).and(vec![frozen(3, "c")]).when(freeze(4, "d")).then_expect_error(used_up(2));
    }
}

#[test]
fn guests_share_the_limit_in_all_with_everybody() {
    given(two(vec![frozen(1, "a")])).when(freeze(2, "")).then_expect_events(vec![frozen(2, "")]);
    given(two(vec![frozen(1, ""), frozen(2, "")])).when(freeze(3, "")).then_expect_error(used_up(2));
}

#[test]
fn a_customers_last_use_can_be_had_and_others_keep_theirs() {
    let one = two_each(vec![frozen(1, "a")]);
    given(one).when(freeze(2, "a")).then_expect_events(vec![frozen(2, "a")]);
    let both = two_each(vec![frozen(1, "a"), frozen(2, "a"), redeemed(2, "a")]);
    given(both.clone()).when(freeze(3, "a")).then_expect_error(used_up_by_customer(2));
    given(both).when(freeze(3, "b")).then_expect_events(vec![frozen(3, "b")]);
}

#[test]
fn a_use_that_came_back_is_the_customers_again() {
    let both = two_each(vec![frozen(1, "a"), frozen(2, "a")]);
    for back in [vec![unfrozen(1, "a")], vec![redeemed(1, "a"), given_back(1, "a")]] {
        given(both.clone()).and(back).when(freeze(3, "a")).then_expect_events(vec![frozen(3, "a")]);
    }
}

#[test]
fn a_guest_cannot_use_what_is_limited_for_each_customer() {
    given(two_each(vec![])).when(freeze(1, "")).then_expect_error(CouponRefusal::CustomerNeeded);
}

/// Otherwise a frozen use would be counted as none, and the customer would have one too many.
#[test]
fn what_is_frozen_cannot_be_given_back_as_if_it_were_redeemed() {
    let redeemed_by_another = two_each(vec![frozen(1, "a"), frozen(2, "b"), redeemed(2, "b")]);
    for (order, customer) in [(1, "a"), (1, "b"), (3, "a"), (3, "c"), (3, "")] {
        given(redeemed_by_another.clone())
            .when(give_back(order, customer))
            .then_expect_error(CouponRefusal::NotRedeemed);
    }
    given(redeemed_by_another).when(give_back(2, "b")).then_expect_events(vec![given_back(2, "b")]);
}

#[test]
fn what_is_usable_is_what_could_be_frozen() {
    let lives = [vec![], two(vec![]), two(vec![frozen(1, "a"), frozen(2, "b")]), two(vec![withdrawn()])];
    for life in lives.into_iter().chain([two_each(vec![]), two_each(vec![frozen(1, "a"), frozen(2, "a")])]) {
        for customer in [None, Some(text("a"))] {
            let coupon = state(&life);
            let usable = usable(&coupon, customer.as_ref(), &text("gifts"), at(1));
            let claim = crate::coupon::CouponUse { customer: customer.clone(), ..super::claim(9, "") };
            let freeze = CouponCommand::Freeze { claim, merchant: text("gifts"), at: at(1) };
            let frozen = given(life.clone()).when(freeze).inspect_result();
            assert_eq!(usable.err(), frozen.err(), "{life:?} x {customer:?}");
        }
    }
}
