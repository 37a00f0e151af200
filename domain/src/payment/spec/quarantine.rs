//! Reports that cannot be true of the payment.

use super::{captured, failed_status, given, initiated, life, says, state};
use crate::{
    payment::{
        CAPTURES_MAX, GatewayReport, MISMATCHES_MAX, Mismatch, PaymentCommand, PaymentEvent, PaymentRefusal,
        PaymentStatus, PaymentTerms, ReportSource, ReportedCapture, ReportedStatus,
    },
    samples::{amount, at, gbp, order_id, payment_id, payment_terms, report, text},
};

fn full() -> GatewayReport {
    report(ReportedStatus::Captured, 1530, &[("tx-1", 1530)])
}

fn reported(report: GatewayReport, mismatch: Mismatch) -> PaymentEvent {
    PaymentEvent::PaymentMismatchReported { report, mismatch, source: ReportSource::Poll, at: at(2) }
}

fn resolve() -> PaymentCommand {
    PaymentCommand::ResolveMismatch { actor: text("back_office:tok_1"), reason: text("a test of theirs"), at: at(3) }
}

fn resolved() -> PaymentEvent {
    PaymentEvent::PaymentMismatchResolved {
        actor: text("back_office:tok_1"),
        reason: text("a test of theirs"),
        at: at(3),
    }
}

fn wrong_by_themselves() -> Vec<(GatewayReport, Mismatch)> {
    vec![
        (GatewayReport { payment: payment_id(4), ..full() }, Mismatch::OtherPayment { reported: payment_id(4) }),
        (GatewayReport { order: order_id(2), ..full() }, Mismatch::OtherOrder { reported: order_id(2) }),
        (GatewayReport { currency: text("EUR"), ..full() }, Mismatch::OtherCurrency { reported: text("EUR") }),
        (GatewayReport { authorized: amount(1531), ..full() }, Mismatch::MoreAuthorized { reported: amount(1531) }),
        (report(ReportedStatus::Authorized, 0, &[]), Mismatch::NothingAuthorized),
        (report(ReportedStatus::Captured, 1530, &[]), Mismatch::NothingCaptured),
        (report(ReportedStatus::Disputed, 1530, &[]), Mismatch::NothingCaptured),
        (report(ReportedStatus::Captured, 0, &[("tx-1", 0)]), Mismatch::EmptyCapture { reference: text("tx-1") }),
        (
            report(ReportedStatus::Captured, 0, &[("tx-1", 7), ("tx-1", 8)]),
            Mismatch::OtherCaptureAmount { reference: text("tx-1"), reported: amount(8) },
        ),
        (
            report(ReportedStatus::Captured, 0, &[("tx-1", 1000), ("tx-2", 531)]),
            Mismatch::MoreCaptured { reference: text("tx-2") },
        ),
        (
            report(failed_status(), 0, &[("tx-1", crate::money::MAX_AMOUNT), ("tx-2", crate::money::MAX_AMOUNT)]),
            Mismatch::MoreCaptured { reference: text("tx-1") },
        ),
    ]
}

#[test]
fn what_cannot_be_true_of_the_payment_is_set_aside_in_every_state_and_nothing_else_comes_of_it() {
    for status in PaymentStatus::ALL {
        for (report, mismatch) in wrong_by_themselves() {
            let event = reported(report.clone(), mismatch);
            given(life(status)).when(says(report)).then_expect_events(vec![event.clone()]);
            let mut events = life(status);
            let before = state(events.clone());
            events.push(event);
            let after = state(events);
            assert_eq!(after.status(), before.status());
            assert_eq!(after.captures(), before.captures());
        }
    }
}

#[test]
fn more_than_the_amount_is_noticed_across_reports() {
    let more = report(ReportedStatus::Captured, 0, &[("tx-3", 531)]);
    let mismatch = Mismatch::MoreCaptured { reference: text("tx-3") };
    given(life(PaymentStatus::PartiallyCaptured))
        .when(says(more.clone()))
        .then_expect_events(vec![reported(more, mismatch)]);
}

#[test]
fn a_known_transaction_with_another_amount_is_set_aside() {
    let other = report(ReportedStatus::Captured, 0, &[("tx-1", 999), ("tx-2", 1)]);
    let mismatch = Mismatch::OtherCaptureAmount { reference: text("tx-1"), reported: amount(999) };
    given(life(PaymentStatus::PartiallyCaptured))
        .when(says(other.clone()))
        .then_expect_events(vec![reported(other, mismatch)]);
}

fn many(count: usize) -> GatewayReport {
    let captures =
        (0..count).map(|number| ReportedCapture { reference: text(&format!("tx-{number}")), amount: amount(1) });
    GatewayReport { captures: captures.collect(), ..report(ReportedStatus::Captured, 0, &[]) }
}

#[test]
fn a_payment_has_at_most_a_hundred_captures() {
    let most = given(vec![initiated()]).when(says(many(CAPTURES_MAX))).inspect_result().unwrap();
    assert_eq!(most.len(), CAPTURES_MAX);
    given(vec![initiated()])
        .when(says(many(CAPTURES_MAX + 1)))
        .then_expect_events(vec![reported(many(CAPTURES_MAX + 1), Mismatch::TooManyCaptures)]);
    let events: Vec<PaymentEvent> = std::iter::once(initiated()).chain(most).collect();
    let one_more = report(ReportedStatus::Captured, 0, &[("tx-x", 1)]);
    given(events).when(says(one_more.clone())).then_expect_events(vec![reported(one_more, Mismatch::TooManyCaptures)]);
}

#[test]
fn a_mismatch_is_reported_once_also_after_it_was_settled() {
    let foreign = GatewayReport { order: order_id(2), ..full() };
    let event = reported(foreign.clone(), Mismatch::OtherOrder { reported: order_id(2) });
    given(vec![initiated(), event.clone()]).when(says(foreign.clone())).then_expect_events(vec![]);
    given(vec![initiated(), event.clone(), resolved()]).when(says(foreign)).then_expect_events(vec![]);
    let another = GatewayReport { order: order_id(9), ..full() };
    let more = reported(another.clone(), Mismatch::OtherOrder { reported: order_id(9) });
    given(vec![initiated(), event, resolved()]).when(says(another)).then_expect_events(vec![more]);
}

#[test]
fn a_payment_goes_on_beside_its_quarantine() {
    let foreign = GatewayReport { order: order_id(2), ..full() };
    let event = reported(foreign, Mismatch::OtherOrder { reported: order_id(2) });
    given(vec![initiated(), event]).when(says(full())).then_expect_events(vec![captured("tx-1", 1530, 1530)]);
}

#[test]
fn a_person_settles_what_is_in_quarantine_once() {
    let foreign = GatewayReport { order: order_id(2), ..full() };
    let event = reported(foreign, Mismatch::OtherOrder { reported: order_id(2) });
    given(vec![initiated()]).when(resolve()).then_expect_error(PaymentRefusal::NoMismatch);
    given(vec![initiated(), event.clone()]).when(resolve()).then_expect_events(vec![resolved()]);
    given(vec![initiated(), event, resolved()]).when(resolve()).then_expect_events(vec![]);
}

#[test]
fn a_quarantine_does_not_grow_without_end() {
    let terms = PaymentTerms { amount: gbp(1530), ..payment_terms() };
    let mut events = vec![PaymentEvent::PaymentInitiated { payment: payment_id(3), terms, at: at(0) }];
    for number in 0..MISMATCHES_MAX {
        let other = order_id(100 + number as u128);
        let foreign = GatewayReport { order: other, ..full() };
        events.push(reported(foreign, Mismatch::OtherOrder { reported: other }));
    }
    let one_more = GatewayReport { order: order_id(2), ..full() };
    given(events.clone()).when(says(one_more)).then_expect_error(PaymentRefusal::QuarantineFull);
    let known = GatewayReport { order: order_id(100), ..full() };
    given(events.clone()).when(says(known)).then_expect_events(vec![]);
    given(events).when(says(full())).then_expect_events(vec![captured("tx-1", 1530, 1530)]);
}
