//! What the gateway is asked to do.

use super::{authorized, captured, given, initiated, life, state, voided};
use crate::{
    money::Money,
    payment::{CaptureMethod, PaymentCommand, PaymentEvent, PaymentRefusal, PaymentStatus, PaymentTerms},
    samples::{amount, at, gbp, payment_id, payment_terms, text},
};

fn capture(pence: i64) -> PaymentCommand {
    PaymentCommand::RequestCapture { amount: gbp(pence), is_final: false, at: at(3) }
}

fn last_capture(pence: i64) -> PaymentCommand {
    PaymentCommand::RequestCapture { amount: gbp(pence), is_final: true, at: at(3) }
}

fn capture_requested(number: u32, pence: i64) -> PaymentEvent {
    PaymentEvent::CaptureRequested { number, amount: gbp(pence), at: at(3) }
}

fn void_requested() -> PaymentEvent {
    PaymentEvent::VoidRequested { at: at(3) }
}

fn after(events: &[PaymentEvent]) -> Vec<PaymentEvent> {
    life(PaymentStatus::Authorized).into_iter().chain(events.iter().cloned()).collect()
}

fn more_than_authorized(captured: i64, asked: i64) -> PaymentRefusal {
    PaymentRefusal::MoreThanAuthorized { authorized: gbp(1530), captured: gbp(captured), asked: gbp(asked) }
}

#[test]
fn money_is_captured_in_the_currency_of_the_payment() {
    let yen = text("JPY");
    let amount = Money { amount: amount(530), currency: yen };
    let asked = PaymentCommand::RequestCapture { amount, is_final: false, at: at(3) };
    given(life(PaymentStatus::Authorized))
        .when(asked)
        .then_expect_error(PaymentRefusal::OtherCurrency { expected: gbp(1).currency, received: yen });
}

#[test]
fn authorized_money_is_captured_whole_or_in_parts() {
    given(after(&[])).when(capture(1530)).then_expect_events(vec![capture_requested(1, 1530)]);
    let first = [capture_requested(1, 1000), captured("tx-1", 1000, 1000)];
    given(after(&first)).when(capture(530)).then_expect_events(vec![capture_requested(2, 530)]);
}

#[test]
fn what_a_final_capture_leaves_is_called_off_after_it() {
    let both = vec![capture_requested(1, 1000), void_requested()];
    given(after(&[])).when(last_capture(1000)).then_expect_events(both.clone());
    given(after(&[])).when(last_capture(1530)).then_expect_events(vec![capture_requested(1, 1530)]);
    given(after(&[capture_requested(1, 1000)])).when(last_capture(1000)).then_expect_events(vec![void_requested()]);
    // The part has come, the answer to the void has not.
    let taken: Vec<PaymentEvent> = both.into_iter().chain([captured("tx-1", 1000, 1000)]).collect();
    given(after(&taken)).when(capture(530)).then_expect_error(PaymentRefusal::BeingVoided);
    given(after(&taken)).when(PaymentCommand::RequestVoid { at: at(3) }).then_expect_events(vec![]);
}

#[test]
fn money_is_set_aside_until_it_is_taken_or_released() {
    let holds = |events: &[PaymentEvent]| state(after(events)).holds_authorization();
    assert!(holds(&[]) && holds(&[captured("tx-1", 1000, 1000)]));
    assert!(!holds(&[captured("tx-1", 1530, 1530)]) && !holds(&[voided()]));
    assert!(!holds(&[captured("tx-1", 1000, 1000), voided()]));
    assert!(!state(vec![initiated(), captured("tx-1", 1000, 1000)]).holds_authorization());
}

#[test]
fn a_capture_that_is_under_way_is_not_asked_for_again() {
    given(after(&[capture_requested(1, 1000)])).when(capture(1000)).then_expect_events(vec![]);
}

/// Two parts of the same size are two captures, and bear two numbers.
#[test]
fn a_capture_that_has_come_makes_room_for_the_same_again() {
    let first = [capture_requested(1, 500), captured("tx-1", 500, 500)];
    given(after(&first)).when(capture(500)).then_expect_events(vec![capture_requested(2, 500)]);
}

#[test]
fn no_more_is_asked_for_than_is_authorized() {
    given(after(&[])).when(capture(1531)).then_expect_error(more_than_authorized(0, 1531));
    given(after(&[captured("tx-1", 1000, 1000)])).when(capture(531)).then_expect_error(more_than_authorized(1000, 531));
    given(after(&[])).when(capture(0)).then_expect_error(PaymentRefusal::EmptyCapture);
}

#[test]
fn a_gateway_that_captures_by_itself_is_not_asked_to() {
    let terms = PaymentTerms { capture: CaptureMethod::Automatic, ..payment_terms() };
    let begun = PaymentEvent::PaymentInitiated { payment: payment_id(3), terms, at: at(0) };
    given(vec![begun, authorized(1530)]).when(capture(1530)).then_expect_error(PaymentRefusal::CapturedByGateway);
}

#[test]
fn a_payment_that_is_being_voided_is_not_captured() {
    given(after(&[void_requested()])).when(capture(1)).then_expect_error(PaymentRefusal::BeingVoided);
}

#[test]
fn a_void_is_asked_for_once_and_takes_the_place_of_a_capture() {
    let void = || PaymentCommand::RequestVoid { at: at(3) };
    given(after(&[])).when(void()).then_expect_events(vec![void_requested()]);
    given(after(&[void_requested()])).when(void()).then_expect_events(vec![]);
    given(after(&[capture_requested(1, 1530)])).when(void()).then_expect_events(vec![void_requested()]);
    given(after(&[voided()])).when(void()).then_expect_events(vec![]);
    let rest = [captured("tx-1", 1000, 1000), void_requested(), voided()];
    given(after(&rest)).when(void()).then_expect_events(vec![]);
    assert_eq!(state(after(&rest)).attempt().unwrap().asked, None);
}

/// The gateway may not have heard that the time is over.
#[test]
fn what_expired_here_is_voided_at_the_gateway() {
    let expired = vec![initiated(), PaymentEvent::PaymentExpired { source: None, at: at(30) }];
    given(expired).when(PaymentCommand::RequestVoid { at: at(3) }).then_expect_events(vec![void_requested()]);
}

#[test]
fn a_payment_expires_when_its_time_is_over_and_not_before() {
    let expire = |minute| PaymentCommand::Expire { at: at(minute) };
    for status in [PaymentStatus::Initiated, PaymentStatus::Pending] {
        given(life(status)).when(expire(29)).then_expect_error(PaymentRefusal::WindowOpen { expires_at: at(30) });
        given(life(status))
            .when(expire(30))
            .then_expect_events(vec![PaymentEvent::PaymentExpired { source: None, at: at(30) }]);
    }
}
