mod every_pair;
mod limits;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    coupon::{Coupon, CouponCommand, CouponEvent, CouponRefusal, CouponTerms, CouponUse},
    pricing::{Discount, Offer, OfferRefusal, Validity},
    samples::{
        at, coupon_terms,
        events::coupon_events,
        limited,
        offers::{offer, rate},
        order_id, text,
    },
};

fn given(events: Vec<CouponEvent>) -> AggregateTestExecutor<Coupon> {
    TestFramework::with(()).given(events)
}

fn state(events: &[CouponEvent]) -> Coupon {
    events.iter().fold(Coupon::default(), |mut coupon, event| {
        coupon.evolve(event);
        coupon
    })
}

/// A customer's use, or a guest's where the name is empty.
fn claim(order: u128, customer: &str) -> CouponUse {
    let customer = if customer.is_empty() { None } else { Some(text(customer)) };
    CouponUse { order: order_id(order), customer }
}

fn issue(terms: CouponTerms) -> CouponCommand {
    CouponCommand::Issue { terms, at: at(0) }
}

fn withdraw() -> CouponCommand {
    CouponCommand::Withdraw { reason: text("the spring is over"), at: at(9) }
}

fn freeze(order: u128, customer: &str) -> CouponCommand {
    CouponCommand::Freeze { claim: claim(order, customer), merchant: text("gifts"), at: at(1) }
}

fn redeem(order: u128) -> CouponCommand {
    CouponCommand::Redeem { order: order_id(order) }
}

fn unfreeze(order: u128) -> CouponCommand {
    CouponCommand::Unfreeze { order: order_id(order) }
}

fn give_back(order: u128, customer: &str) -> CouponCommand {
    CouponCommand::GiveBack(claim(order, customer))
}

fn issued(terms: CouponTerms) -> CouponEvent {
    CouponEvent::CouponIssued { terms, at: at(0) }
}

fn withdrawn() -> CouponEvent {
    CouponEvent::CouponWithdrawn { reason: text("the spring is over"), at: at(9) }
}

fn frozen(order: u128, customer: &str) -> CouponEvent {
    CouponEvent::CouponFrozen(claim(order, customer))
}

fn redeemed(order: u128, customer: &str) -> CouponEvent {
    CouponEvent::CouponRedeemed(claim(order, customer))
}

fn unfrozen(order: u128, customer: &str) -> CouponEvent {
    CouponEvent::CouponUnfrozen(claim(order, customer))
}

fn given_back(order: u128, customer: &str) -> CouponEvent {
    CouponEvent::CouponGivenBack(claim(order, customer))
}

fn valid(from: Option<i64>, until: Option<i64>) -> CouponTerms {
    let valid = Validity { from: from.map(at), until: until.map(at) };
    CouponTerms { offer: Offer { valid, ..coupon_terms().offer }, ..coupon_terms() }
}

#[test]
fn an_offer_that_makes_no_sense_is_not_issued() {
    let nothing_off = Discount::PercentageOffOrder { rate: rate(0), cap: None };
    given(vec![])
        .when(issue(CouponTerms { offer: offer(nothing_off), ..coupon_terms() }))
        .then_expect_error(CouponRefusal::Offer(OfferRefusal::EmptyRate));
    given(vec![])
        .when(issue(valid(Some(5), Some(5))))
        .then_expect_error(CouponRefusal::Offer(OfferRefusal::NeverValid));
}

#[test]
fn the_terms_of_a_coupon_do_not_change() {
    for other in [
        limited(Some(100), None),
        limited(None, Some(1)),
        CouponTerms { title: text("Spring"), ..coupon_terms() },
        CouponTerms { merchant: Some(text("gifts")), ..coupon_terms() },
        valid(None, Some(90)),
    ] {
        given(vec![issued(coupon_terms())]).when(issue(other)).then_expect_error(CouponRefusal::OtherTerms);
    }
}

#[test]
fn a_merchants_coupon_is_for_the_orders_of_that_merchant() {
    let own = |merchant| issued(CouponTerms { merchant: Some(text(merchant)), ..coupon_terms() });
    given(vec![own("gifts")]).when(freeze(1, "17850")).then_expect_events(vec![frozen(1, "17850")]);
    given(vec![own("books")]).when(freeze(1, "17850")).then_expect_error(CouponRefusal::Unknown);
}

/// Otherwise a guesser learns which codes another merchant has, and had.
#[test]
fn a_coupon_of_another_merchant_is_unknown_whatever_has_become_of_it() {
    let of_books = |terms: CouponTerms| issued(CouponTerms { merchant: Some(text("books")), ..terms });
    for life in [
        vec![of_books(coupon_terms())],
        vec![of_books(coupon_terms()), withdrawn()],
        vec![of_books(valid(Some(2), Some(3)))],
        vec![of_books(valid(Some(0), Some(1)))],
        vec![of_books(limited(Some(1), None)), frozen(1, "17850")],
        vec![of_books(limited(None, Some(1)))],
    ] {
        for customer in ["17850", ""] {
            given(life.clone()).when(freeze(2, customer)).then_expect_error(CouponRefusal::Unknown);
        }
    }
}

#[test]
fn a_platforms_coupon_is_for_the_orders_of_every_merchant() {
    for merchant in ["gifts", "books"] {
        given(vec![issued(coupon_terms())])
            .when(CouponCommand::Freeze { claim: claim(1, "17850"), merchant: text(merchant), at: at(1) })
            .then_expect_events(vec![frozen(1, "17850")]);
    }
}

#[test]
fn a_coupon_can_be_used_from_its_first_moment_until_just_before_its_last() {
    let at_minute_one = |terms| given(vec![issued(terms)]).when(freeze(1, "17850"));
    at_minute_one(valid(Some(1), Some(2))).then_expect_events(vec![frozen(1, "17850")]);
    at_minute_one(valid(Some(2), Some(3))).then_expect_error(CouponRefusal::NotYetValid { from: at(2) });
    at_minute_one(valid(Some(0), Some(1))).then_expect_error(CouponRefusal::Over { until: at(1) });
}

/// The order was placed in time, and its total rests on the discount.
#[test]
fn what_is_frozen_can_be_redeemed_after_the_coupon_was_withdrawn() {
    let life = vec![issued(coupon_terms()), frozen(1, "17850"), withdrawn()];
    given(life.clone()).when(redeem(1)).then_expect_events(vec![redeemed(1, "17850")]);
    given(life.clone()).when(unfreeze(1)).then_expect_events(vec![unfrozen(1, "17850")]);
    given(life).when(freeze(2, "12583")).then_expect_error(CouponRefusal::Withdrawn);
}

#[test]
fn a_step_tells_whose_use_it_was() {
    let both = vec![issued(coupon_terms()), frozen(1, "17850"), frozen(2, "")];
    given(both.clone()).when(redeem(1)).then_expect_events(vec![redeemed(1, "17850")]);
    given(both.clone()).when(redeem(2)).then_expect_events(vec![redeemed(2, "")]);
    given(both).when(unfreeze(2)).then_expect_events(vec![unfrozen(2, "")]);
}

#[test]
fn the_counts_follow_a_use_to_its_end() {
    let counts = |events: &[CouponEvent]| {
        let coupon = state(events);
        let uses = coupon.counts().unwrap();
        (uses.frozen(), uses.redeemed(), coupon.uses(), coupon.remaining(), coupon.entries())
    };
    let mut life = vec![issued(limited(Some(3), Some(2)))];
    assert_eq!(counts(&life), (0, 0, 0, Some(3), 0));
    life.push(frozen(1, "17850"));
    assert_eq!(counts(&life), (1, 0, 1, Some(2), 2));
    assert_eq!(counts(&[life.clone(), vec![unfrozen(1, "17850")]].concat()), (0, 0, 0, Some(3), 0));
    life.push(redeemed(1, "17850"));
    assert_eq!(counts(&life), (0, 1, 1, Some(2), 1));
    assert_eq!(counts(&[life.clone(), vec![withdrawn()]].concat()), (0, 1, 1, Some(0), 1));
    life.push(given_back(1, "17850"));
    assert_eq!(counts(&life), (0, 0, 0, Some(3), 0));
}

/// A coupon that millions use would name them all.
#[test]
fn customers_are_remembered_only_where_they_are_limited() {
    let life = [issued(limited(Some(3), None)), frozen(1, "17850"), redeemed(1, "17850")];
    assert_eq!(state(&life).entries(), 0);
}

#[test]
fn a_coupon_without_a_limit_never_tells_how_many_uses_remain() {
    assert_eq!(state(&[issued(coupon_terms()), frozen(1, "17850")]).remaining(), None);
    assert_eq!(Coupon::default().remaining(), Some(0));
}

#[test]
fn a_coupon_knows_its_terms_from_its_issue_on() {
    assert_eq!(Coupon::default().terms(), None);
    assert_eq!(state(&[issued(coupon_terms())]).terms(), Some(&coupon_terms()));
    assert_eq!(state(&[issued(coupon_terms()), withdrawn()]).terms(), Some(&coupon_terms()));
}

#[test]
fn before_its_issue_nothing_but_the_issue_changes_a_coupon() {
    for sample in coupon_events() {
        let issue = matches!(sample.value, CouponEvent::CouponIssued { .. });
        assert_eq!(state(&[sample.value]) != Coupon::Unissued, issue, "{}", sample.variant);
    }
}
