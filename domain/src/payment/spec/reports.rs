//! What a payment takes from a report.

use super::{
    authorization_expired, authorized, captured, disputed, expired, failed, failed_status, given, initiated, life,
    pending, says, state, voided,
};
use crate::{
    payment::{Ending, Payment, PaymentEvent, PaymentRefusal, PaymentStatus, ReportedStatus, Rest},
    samples::report,
};

fn taken(status: ReportedStatus) -> crate::payment::GatewayReport {
    report(status, 1530, &[("tx-1", 1530)])
}

#[test]
fn nothing_is_taken_from_a_report_of_no_payment() {
    given(vec![]).when(says(taken(ReportedStatus::Captured))).then_expect_error(PaymentRefusal::Unknown);
}

#[test]
fn a_transaction_is_taken_once_however_often_it_is_reported() {
    let events = vec![initiated(), captured("tx-1", 1530, 1530)];
    given(vec![initiated()]).when(says(taken(ReportedStatus::Captured))).then_expect_events(events[1..].to_vec());
    given(events).when(says(taken(ReportedStatus::Captured))).then_expect_events(vec![]);
    let twice_in_one = report(ReportedStatus::Captured, 0, &[("tx-1", 500), ("tx-1", 500)]);
    given(vec![initiated()]).when(says(twice_in_one)).then_expect_events(vec![captured("tx-1", 500, 500)]);
}

#[test]
fn a_report_after_a_gap_tells_everything_at_once() {
    let all = report(ReportedStatus::Disputed, 1530, &[("tx-1", 1000), ("tx-2", 530)]);
    given(life(PaymentStatus::Initiated)).when(says(all)).then_expect_events(vec![
        captured("tx-1", 1000, 1000),
        captured("tx-2", 530, 1530),
        disputed(),
    ]);
    let part = report(ReportedStatus::Captured, 1530, &[("tx-1", 1000)]);
    given(life(PaymentStatus::Pending))
        .when(says(part))
        .then_expect_events(vec![authorized(1530), captured("tx-1", 1000, 1000)]);
}

#[test]
fn money_is_never_turned_away_for_the_payments_state() {
    for ending in [failed(), expired(), authorization_expired(), voided()] {
        let events = vec![initiated(), pending(), ending];
        given(events.clone())
            .when(says(taken(ReportedStatus::Captured)))
            .then_expect_events(vec![captured("tx-1", 1530, 1530)]);
        let after = state(events.into_iter().chain([captured("tx-1", 1530, 1530)]).collect());
        assert_eq!(after.status(), Some(PaymentStatus::Captured));
    }
}

/// The customer's bank keeps a word in it, but what was taken on top must be on the order, too.
#[test]
fn money_that_comes_after_a_dispute_is_taken_and_the_dispute_stands() {
    let events = vec![initiated(), captured("tx-1", 1000, 1000), disputed()];
    let all = report(ReportedStatus::Captured, 0, &[("tx-1", 1000), ("tx-2", 530)]);
    given(events.clone()).when(says(all)).then_expect_events(vec![captured("tx-2", 530, 1530)]);
    let after = state(events.into_iter().chain([captured("tx-2", 530, 1530)]).collect());
    assert_eq!(after.status(), Some(PaymentStatus::Disputed));
    assert_eq!(after.captures().unwrap().iter().count(), 2);
}

#[test]
fn an_older_report_that_arrives_later_changes_nothing() {
    for status in [PaymentStatus::Captured, PaymentStatus::Disputed] {
        for older in [
            report(ReportedStatus::Pending, 0, &[]),
            report(ReportedStatus::Authorized, 1530, &[]),
            report(ReportedStatus::Captured, 1530, &[("tx-1", 1000)]),
            report(failed_status(), 0, &[]),
            report(ReportedStatus::Expired, 0, &[]),
            report(ReportedStatus::Expired, 1530, &[]),
            report(ReportedStatus::Voided, 1530, &[]),
        ] {
            given(life(status)).when(says(older)).then_expect_events(vec![]);
        }
    }
    for ended in
        [PaymentStatus::Failed, PaymentStatus::Expired, PaymentStatus::AuthorizationExpired, PaymentStatus::Voided]
    {
        for older in [report(ReportedStatus::Pending, 0, &[]), report(ReportedStatus::Authorized, 1530, &[])] {
            given(life(ended)).when(says(older)).then_expect_events(vec![]);
        }
    }
}

#[test]
fn what_was_authorized_grows_and_never_shrinks() {
    let less = report(ReportedStatus::Authorized, 1000, &[]);
    given(life(PaymentStatus::Pending)).when(says(less.clone())).then_expect_events(vec![authorized(1000)]);
    given(life(PaymentStatus::Authorized)).when(says(less)).then_expect_events(vec![]);
    let more = report(ReportedStatus::Authorized, 1530, &[]);
    given(vec![initiated(), authorized(1000)]).when(says(more)).then_expect_events(vec![authorized(1530)]);
}

#[test]
fn what_lets_the_time_go_by_is_told_by_what_was_authorized() {
    let pending = || life(PaymentStatus::Pending);
    given(pending()).when(says(report(ReportedStatus::Expired, 0, &[]))).then_expect_events(vec![expired()]);
    given(pending())
        .when(says(report(ReportedStatus::Expired, 1530, &[])))
        .then_expect_events(vec![authorization_expired()]);
}

#[test]
fn the_rest_of_a_payment_ends_without_touching_what_was_taken() {
    let part = [("tx-1", 1000)];
    let rest_voided = report(ReportedStatus::Voided, 1530, &part);
    given(life(PaymentStatus::PartiallyCaptured)).when(says(rest_voided.clone())).then_expect_events(vec![voided()]);
    let after: Vec<PaymentEvent> = life(PaymentStatus::PartiallyCaptured).into_iter().chain([voided()]).collect();
    let ended = state(after.clone());
    assert!(matches!(&ended, Payment::PartiallyCaptured { rest: Rest::Ended(Ending::Voided), .. }), "{ended:?}");
    given(after).when(says(rest_voided)).then_expect_events(vec![]);
}

#[test]
fn of_two_endings_the_one_that_says_more_stands() {
    let endings = [
        (report(failed_status(), 0, &[]), failed(), PaymentStatus::Failed),
        (report(ReportedStatus::Expired, 0, &[]), expired(), PaymentStatus::Expired),
        (report(ReportedStatus::Expired, 1530, &[]), authorization_expired(), PaymentStatus::AuthorizationExpired),
        (report(ReportedStatus::Voided, 1530, &[]), voided(), PaymentStatus::Voided),
    ];
    for (rank, (_, first, _)) in endings.iter().enumerate() {
        for (later_rank, (report, event, status)) in endings.iter().enumerate() {
            let events = vec![initiated(), first.clone()];
            let news = if later_rank > rank { vec![event.clone()] } else { vec![] };
            given(events.clone()).when(says(report.clone())).then_expect_events(news.clone());
            if !news.is_empty() {
                assert_eq!(state(events.into_iter().chain(news).collect()).status(), Some(*status));
            }
        }
    }
}
