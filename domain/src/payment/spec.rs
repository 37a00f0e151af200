mod every_pair;
mod quarantine;
mod reports;
mod requests;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    payment::{
        GatewayReport, Payment, PaymentCommand, PaymentEvent, PaymentRefusal, PaymentStatus, PaymentTerms,
        ReportSource, ReportedStatus, new_captures,
    },
    samples::{at, gbp, part, payment_id, payment_terms, report, text},
};

fn given(events: Vec<PaymentEvent>) -> AggregateTestExecutor<Payment> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<PaymentEvent>) -> Payment {
    events.into_iter().fold(Payment::default(), Payment::evolve)
}

fn initiated() -> PaymentEvent {
    PaymentEvent::PaymentInitiated { payment: payment_id(3), terms: payment_terms(), at: at(0) }
}

fn pending() -> PaymentEvent {
    PaymentEvent::PaymentPending { gateway_reference: text("sbx_9"), next_action: None, at: at(1) }
}

fn authorized(pence: i64) -> PaymentEvent {
    PaymentEvent::PaymentAuthorized { amount: gbp(pence), source: ReportSource::Poll, at: at(2) }
}

fn captured(reference: &str, pence: i64, sum: i64) -> PaymentEvent {
    PaymentEvent::PaymentCaptured {
        capture: part(reference, pence),
        sum: gbp(sum),
        rest: payment_terms().amount.amount.saturating_sub(gbp(sum).amount),
        source: ReportSource::Poll,
        at: at(2),
    }
}

fn failed() -> PaymentEvent {
    PaymentEvent::PaymentFailed { code: text("card_declined"), source: ReportSource::Poll, at: at(2) }
}

fn expired() -> PaymentEvent {
    PaymentEvent::PaymentExpired { source: Some(ReportSource::Poll), at: at(2) }
}

fn authorization_expired() -> PaymentEvent {
    PaymentEvent::AuthorizationExpired { source: ReportSource::Poll, at: at(2) }
}

fn voided() -> PaymentEvent {
    PaymentEvent::PaymentVoided { source: ReportSource::Poll, at: at(2) }
}

fn disputed() -> PaymentEvent {
    PaymentEvent::PaymentDisputed { as_of: None, source: ReportSource::Poll, at: at(2) }
}

fn charged_back() -> PaymentEvent {
    PaymentEvent::PaymentChargedBack { amount: gbp(1530), source: ReportSource::Poll, at: at(2) }
}

/// A life that has come as far as the status: a thousand of 1530 pence are taken by `tx-1`, the rest by `tx-2`.
fn life(status: PaymentStatus) -> Vec<PaymentEvent> {
    let first = [initiated(), pending(), authorized(1530)];
    let after = |count: usize, more: Vec<PaymentEvent>| first.iter().take(count).cloned().chain(more).collect();
    let all = || vec![captured("tx-1", 1000, 1000), captured("tx-2", 530, 1530)];
    match status {
        PaymentStatus::Initiated => after(1, vec![]),
        PaymentStatus::Pending => after(2, vec![]),
        PaymentStatus::Authorized => after(3, vec![]),
        PaymentStatus::PartiallyCaptured => after(3, vec![captured("tx-1", 1000, 1000)]),
        PaymentStatus::Captured => after(3, all()),
        PaymentStatus::Disputed => after(3, all().into_iter().chain([disputed()]).collect()),
        PaymentStatus::ChargedBack => after(3, all().into_iter().chain([charged_back()]).collect()),
        PaymentStatus::Failed => after(2, vec![failed()]),
        PaymentStatus::Expired => after(2, vec![expired()]),
        PaymentStatus::AuthorizationExpired => after(3, vec![authorization_expired()]),
        PaymentStatus::Voided => after(3, vec![voided()]),
    }
}

fn initiate() -> PaymentCommand {
    PaymentCommand::Initiate { payment: payment_id(3), terms: payment_terms(), at: at(0) }
}

fn record_pending(reference: &str) -> PaymentCommand {
    PaymentCommand::RecordPending { gateway_reference: text(reference), next_action: None, at: at(1) }
}

fn says(report: GatewayReport) -> PaymentCommand {
    PaymentCommand::Report { report, source: ReportSource::Poll, at: at(2) }
}

fn failed_status() -> ReportedStatus {
    ReportedStatus::Failed { code: text("card_declined") }
}

#[test]
fn an_attempt_begins_with_its_terms() {
    given(vec![]).when(initiate()).then_expect_events(vec![initiated()]);
}

#[test]
fn an_attempt_begins_once_and_on_one_set_of_terms() {
    for status in PaymentStatus::ALL {
        given(life(status)).when(initiate()).then_expect_events(vec![]);
        let dearer = PaymentTerms { amount: gbp(1531), ..payment_terms() };
        for (payment, terms) in [(payment_id(3), dearer), (payment_id(4), payment_terms())] {
            given(life(status))
                .when(PaymentCommand::Initiate { payment, terms, at: at(0) })
                .then_expect_error(PaymentRefusal::OtherTerms);
        }
    }
}

#[test]
fn there_is_no_payment_of_nothing() {
    let terms = PaymentTerms { amount: gbp(0), ..payment_terms() };
    given(vec![])
        .when(PaymentCommand::Initiate { payment: payment_id(3), terms, at: at(0) })
        .then_expect_error(PaymentRefusal::EmptyPayment);
}

#[test]
fn a_gateway_knows_a_payment_by_one_name() {
    given(life(PaymentStatus::Pending)).when(record_pending("sbx_9")).then_expect_events(vec![]);
    let refusal = PaymentRefusal::OtherReference { known: text("sbx_9"), received: text("sbx_10") };
    given(life(PaymentStatus::Pending)).when(record_pending("sbx_10")).then_expect_error(refusal);
}

/// A webhook may be faster than the answer to the call that caused it.
#[test]
fn an_answer_that_a_report_has_overtaken_still_tells_the_name_at_the_gateway() {
    for (overtaking, status) in [
        (authorized(1530), PaymentStatus::Authorized),
        (captured("tx-1", 1530, 1530), PaymentStatus::Captured),
        (failed(), PaymentStatus::Failed),
    ] {
        let events = vec![initiated(), overtaking];
        given(events.clone()).when(record_pending("sbx_9")).then_expect_events(vec![pending()]);
        let after = state(events.into_iter().chain([pending()]).collect());
        assert_eq!(after.status(), Some(status));
        assert_eq!(after.attempt().unwrap().gateway_reference, Some(text("sbx_9")));
    }
}

#[test]
fn the_captures_to_record_on_the_order_are_the_new_ones() {
    let given_first = life(PaymentStatus::PartiallyCaptured);
    let both = report(ReportedStatus::Captured, 1530, &[("tx-1", 1000), ("tx-2", 530)]);
    let events = given(given_first).when(says(both)).inspect_result().unwrap();
    assert_eq!(new_captures(&events).collect::<Vec<_>>(), [&part("tx-2", 530)]);
}

#[test]
fn every_status_has_a_word_of_its_own_and_is_stored_as_that() {
    for status in PaymentStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        assert_eq!(state(life(status)).status(), Some(status));
    }
}
