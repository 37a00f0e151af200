mod every_pair;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    points::{
        FrozenPoints, GrantCause, Issuer, MAX_EARNED, Points, PointsAccount, PointsCommand, PointsEvent, PointsId,
        PointsRefusal,
    },
    samples::{at, events::points_events, order_id, points, text},
};

fn given(events: Vec<PointsEvent>) -> AggregateTestExecutor<PointsAccount> {
    TestFramework::with(()).given(events)
}

fn state(events: &[PointsEvent]) -> PointsAccount {
    events.iter().fold(PointsAccount::default(), |mut account, event| {
        account.evolve(event);
        account
    })
}

/// Balance, frozen, spent, available, debt, orders with frozen points.
fn counts(events: &[PointsEvent]) -> (i64, i64, i64, i64, i64, usize) {
    let account = state(events);
    (account.balance(), account.frozen(), account.spent(), account.available(), account.debt(), account.open_freezes())
}

fn by_hand() -> GrantCause {
    GrantCause::ByHand { actor: text("back_office:tok_1"), reason: text("sorry for the delay") }
}

fn grant(number: i64) -> PointsCommand {
    PointsCommand::Grant { points: points(number), cause: by_hand(), at: at(0) }
}

fn freeze(order: u128, number: i64) -> PointsCommand {
    PointsCommand::Freeze { order: order_id(order), points: points(number) }
}

fn give_back(order: u128, number: i64) -> PointsCommand {
    PointsCommand::Return { order: order_id(order), points: points(number) }
}

fn revoke(order: u128, number: i64) -> PointsCommand {
    PointsCommand::Revoke { order: order_id(order), points: points(number), at: at(9) }
}

fn granted(number: i64) -> PointsEvent {
    PointsEvent::PointsGranted { points: points(number), cause: by_hand(), at: at(0) }
}

fn for_order(order: u128, number: i64) -> FrozenPoints {
    FrozenPoints { order: order_id(order), points: points(number) }
}

fn frozen(order: u128, number: i64) -> PointsEvent {
    PointsEvent::PointsFrozen(for_order(order, number))
}

fn spent(order: u128, number: i64) -> PointsEvent {
    PointsEvent::PointsSpent(for_order(order, number))
}

fn unfrozen(order: u128, number: i64) -> PointsEvent {
    PointsEvent::PointsUnfrozen(for_order(order, number))
}

fn returned(order: u128, number: i64) -> PointsEvent {
    PointsEvent::PointsReturned { order: order_id(order), points: points(number) }
}

fn revoked(order: u128, number: i64) -> PointsEvent {
    PointsEvent::PointsRevoked { order: order_id(order), points: points(number), at: at(9) }
}

/// An account that has earned exactly so many points.
fn earning(number: i64) -> Vec<PointsEvent> {
    let mut events = vec![granted(Points::MAX); usize::try_from(number / Points::MAX).unwrap()];
    events.extend((number % Points::MAX > 0).then(|| granted(number % Points::MAX)));
    events
}

#[test]
fn points_are_granted_for_a_completed_order_or_by_hand() {
    for cause in [GrantCause::OrderCompleted { order: order_id(1) }, by_hand()] {
        given(vec![])
            .when(PointsCommand::Grant { points: points(15), cause: cause.clone(), at: at(0) })
            .then_expect_events(vec![PointsEvent::PointsGranted { points: points(15), cause, at: at(0) }]);
    }
}

#[test]
fn two_grants_of_the_same_are_two_grants() {
    given(vec![granted(10)]).when(grant(10)).then_expect_events(vec![granted(10)]);
}

#[test]
fn an_account_earns_up_to_its_bound_and_no_point_further() {
    given(earning(MAX_EARNED - 5)).when(grant(5)).then_expect_events(vec![granted(5)]);
    given(earning(MAX_EARNED - 5)).when(grant(6)).then_expect_error(PointsRefusal::TooMany);
    assert!(PointsRefusal::TooMany.to_string().contains(&MAX_EARNED.to_string()));
}

/// Otherwise they could come back to a full account.
#[test]
fn spent_points_still_count_against_the_bound() {
    let mut full = earning(MAX_EARNED);
    full.extend([frozen(1, 6), spent(1, 6)]);
    given(full.clone()).when(grant(1)).then_expect_error(PointsRefusal::TooMany);
    given(full).when(give_back(1, 6)).then_expect_events(vec![returned(1, 6)]);
}

#[test]
fn every_point_that_is_there_can_be_frozen_and_not_one_more() {
    given(vec![granted(10)]).when(freeze(1, 10)).then_expect_events(vec![frozen(1, 10)]);
    given(vec![granted(10)]).when(freeze(1, 11)).then_expect_error(PointsRefusal::Insufficient { asked: 11 });
}

#[test]
fn two_orders_never_count_on_the_same_point() {
    let one = vec![granted(10), frozen(1, 6)];
    given(one.clone()).when(freeze(2, 4)).then_expect_events(vec![frozen(2, 4)]);
    given(one).when(freeze(2, 5)).then_expect_error(PointsRefusal::Insufficient { asked: 5 });
}

#[test]
fn spent_points_cannot_be_frozen_again_and_returned_ones_can() {
    let life = vec![granted(10), frozen(1, 6), spent(1, 6)];
    given(life.clone()).when(freeze(2, 5)).then_expect_error(PointsRefusal::Insufficient { asked: 5 });
    given(life).and(vec![returned(1, 1)]).when(freeze(2, 5)).then_expect_events(vec![frozen(2, 5)]);
}

#[test]
fn one_order_is_settled_and_the_other_keeps_what_it_froze() {
    let both = vec![granted(10), frozen(1, 6), frozen(2, 3)];
    for settled in [spent(1, 6), unfrozen(1, 6)] {
        given(both.clone())
            .and(vec![settled])
            .when(PointsCommand::Spend { order: order_id(2) })
            .then_expect_events(vec![spent(2, 3)]);
    }
}

#[test]
fn spent_points_come_back_in_parts_until_all_are_back() {
    let life = vec![granted(10), frozen(1, 6), spent(1, 6)];
    given(life.clone()).when(give_back(1, 2)).then_expect_events(vec![returned(1, 2)]);
    let partly = || given(life.clone()).and(vec![returned(1, 2)]);
    partly().when(give_back(1, 4)).then_expect_events(vec![returned(1, 4)]);
    partly().when(give_back(1, 5)).then_expect_error(PointsRefusal::MoreThanSpent { asked: 5, spent: 4 });
}

#[test]
fn points_are_revoked_though_they_are_spent_and_leave_a_debt() {
    let life = vec![granted(10), frozen(1, 10), spent(1, 10)];
    given(life.clone()).when(revoke(2, 10)).then_expect_events(vec![revoked(2, 10)]);
    let in_debt = [life, vec![revoked(2, 10)]].concat();
    assert_eq!(counts(&in_debt), (-10, 0, 10, -10, 10, 0));
}

#[test]
fn new_points_pay_a_debt_before_they_can_be_frozen() {
    let in_debt = vec![granted(10), frozen(1, 10), spent(1, 10), revoked(2, 10)];
    let paying = || given(in_debt.clone()).and(vec![granted(13)]);
    paying().when(freeze(3, 3)).then_expect_events(vec![frozen(3, 3)]);
    paying().when(freeze(3, 4)).then_expect_error(PointsRefusal::Insufficient { asked: 4 });
}

#[test]
fn returned_points_pay_a_debt_too() {
    let events = [granted(10), frozen(1, 10), spent(1, 10), revoked(2, 4), returned(1, 10)];
    assert_eq!(counts(&events), (6, 0, 0, 6, 0, 0));
}

/// The order's total rests on them: a freeze is a promise.
#[test]
fn what_is_frozen_stays_with_its_order_when_points_are_revoked() {
    let life = vec![granted(10), frozen(1, 6), revoked(2, 10)];
    assert_eq!(counts(&life), (0, 6, 0, -6, 6, 1));
    given(life.clone()).when(PointsCommand::Spend { order: order_id(1) }).then_expect_events(vec![spent(1, 6)]);
    assert_eq!(counts(&[life.clone(), vec![spent(1, 6)]].concat()), (-6, 0, 6, -6, 6, 0));
    assert_eq!(counts(&[life, vec![unfrozen(1, 6)]].concat()), (0, 0, 0, 0, 0, 0));
}

#[test]
fn no_more_is_revoked_than_was_earned() {
    let life = vec![granted(10), frozen(1, 6), spent(1, 6), revoked(2, 3)];
    given(life.clone()).when(revoke(2, 7)).then_expect_events(vec![revoked(2, 7)]);
    given(life).when(revoke(2, 8)).then_expect_error(PointsRefusal::MoreThanEarned { asked: 8, earned: 7 });
}

#[test]
fn the_counts_follow_the_points_to_their_end() {
    let mut events = vec![granted(10), frozen(1, 6)];
    assert_eq!(counts(&events), (10, 6, 0, 4, 0, 1));
    events.push(spent(1, 6));
    assert_eq!(counts(&events), (4, 0, 6, 4, 0, 0));
    events.push(returned(1, 2));
    assert_eq!(counts(&events), (6, 0, 4, 6, 0, 0));
    assert_eq!(counts(&[granted(10), frozen(1, 6), unfrozen(1, 6)]), (10, 0, 0, 10, 0, 0));
    assert_eq!(counts(&[]), (0, 0, 0, 0, 0, 0));
}

/// Views sum these changes up instead of folding the aggregate.
#[test]
fn the_changes_that_events_state_are_the_changes_that_the_account_makes() {
    let before = [granted(1000), frozen(2, 700), spent(2, 700), frozen(1, 600)];
    for sample in points_events() {
        let (old, mut new) = (state(&before), state(&before));
        new.evolve(&sample.value);
        assert_eq!(new.balance() - old.balance(), sample.value.balance_change(), "{}", sample.variant);
        assert_eq!(new.frozen() - old.frozen(), sample.value.frozen_change(), "{}", sample.variant);
        assert_eq!(new.spent() - old.spent(), sample.value.spent_change(), "{}", sample.variant);
    }
}

#[test]
fn an_account_is_a_customers_with_a_merchant_or_with_the_platform() {
    let own: PointsId = text("gifts/17850");
    assert_eq!((own.customer.as_str(), own.merchant.as_ref().unwrap().as_str()), ("17850", "gifts"));
    let platforms: PointsId = text("17850");
    assert_eq!((platforms.customer.as_str(), &platforms.merchant), ("17850", &None));
    for id in ["gifts/17850", "17850"] {
        assert_eq!(text::<PointsId>(id).to_string(), id);
        assert_eq!(serde_json::to_value(text::<PointsId>(id)).unwrap(), id);
    }
    let (customer, merchant) = (text("17850"), text("gifts"));
    assert_eq!(Issuer::Merchant.account(&customer, &merchant), own);
    assert_eq!(Issuer::Platform.account(&customer, &merchant), platforms);
}

/// Otherwise one customer's account with the platform could be another's with a merchant.
#[test]
fn the_divider_of_an_account_is_in_neither_of_its_parts() {
    for malformed in ["", "/", "gifts/", "/17850", "gifts/178/50", "gifts/17850/", "gi fts/17850"] {
        assert!(malformed.parse::<PointsId>().is_err(), "{malformed} was accepted");
    }
    let platforms = PointsId { customer: text("gifts/17850"), merchant: None };
    assert_eq!(platforms.to_string(), "gifts%2F17850");
    assert_eq!(text::<PointsId>("gifts%2F17850"), platforms);
}

#[test]
fn a_refusal_does_not_tell_how_many_points_there_are() {
    let told = |number| given(vec![granted(number)]).when(freeze(1, 900)).inspect_result().unwrap_err().to_string();
    assert_eq!(told(1), told(899));
}
