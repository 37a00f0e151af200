mod report;

pub use report::contradicts;

use crate::{
    Timestamp,
    ids::PaymentId,
    money::{Amount, Money},
    payment::{
        Asked, Attempt, CaptureMethod, Captures, Ending, Payment, PaymentAction, PaymentCommand, PaymentEvent,
        PaymentRefusal, PaymentStatus, PaymentTerms, Rest,
    },
};

/// What follows from a command. No events mean "already so"; whatever must not be is a refusal with its own name.
pub fn decide(payment: &Payment, command: PaymentCommand) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    let attempt = payment.attempt().ok_or(PaymentRefusal::Unknown);
    match command {
        PaymentCommand::Initiate { payment: id, terms, at } => decide_initiate(attempt.ok(), id, terms, at),
        PaymentCommand::RecordPending { gateway_reference, next_action, at } => match &attempt?.gateway_reference {
            None => Ok(vec![PaymentEvent::PaymentPending { gateway_reference, next_action, at }]),
            Some(known) if *known == gateway_reference => Ok(vec![]),
            Some(known) => Err(PaymentRefusal::OtherReference { known: known.clone(), received: gateway_reference }),
        },
        PaymentCommand::Report { report, source, at } => report::decide(payment, attempt?, report, &source, at),
        PaymentCommand::RequestCapture { amount, is_final, at } => {
            decide_capture(payment, attempt?, amount, is_final, at)
        }
        PaymentCommand::RequestVoid { at } => decide_void(payment, attempt?, at),
        PaymentCommand::Expire { at } => decide_expire(payment, at),
        PaymentCommand::BeginRefund { refund, at } => {
            let is_known = attempt?.refunds.contains(&refund);
            Ok(if is_known { vec![] } else { vec![PaymentEvent::PaymentRefundBegun { refund, at }] })
        }
        PaymentCommand::ApplyMoneyBack { refund, amount, at } => {
            let attempt = attempt?;
            if amount == Amount::ZERO || amount > attempt.back.open() {
                return Err(PaymentRefusal::NotBack { open: attempt.money(attempt.back.open()) });
            }
            Ok(vec![PaymentEvent::MoneyBackApplied { refund, amount: attempt.money(amount), at }])
        }
        PaymentCommand::ResolveMismatch { actor, reason, at } => {
            let quarantine = &attempt?.quarantine;
            if !quarantine.open.is_empty() {
                Ok(vec![PaymentEvent::PaymentMismatchResolved { actor, reason, at }])
            } else if !quarantine.settled.is_empty() {
                Ok(vec![])
            } else {
                Err(PaymentRefusal::NoMismatch)
            }
        }
    }
}

fn decide_initiate(
    known: Option<&Attempt>,
    payment: PaymentId,
    terms: PaymentTerms,
    at: Timestamp,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    match known {
        Some(attempt) if attempt.payment == payment && attempt.terms == terms => Ok(vec![]),
        Some(_) => Err(PaymentRefusal::OtherTerms),
        None if terms.amount.amount == Amount::ZERO => Err(PaymentRefusal::EmptyPayment),
        None => Ok(vec![PaymentEvent::PaymentInitiated { payment, terms, at }]),
    }
}

/// The gateway has the last word on what can be taken; what is refused here would only be refused there. A final capture of
/// less than is authorised is followed by a void of the rest.
fn decide_capture(
    payment: &Payment,
    attempt: &Attempt,
    Money { amount, currency }: Money,
    is_final: bool,
    at: Timestamp,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    let expected = attempt.terms.amount.currency;
    if currency != expected {
        return Err(PaymentRefusal::OtherCurrency { expected, received: currency });
    }
    if amount == Amount::ZERO {
        return Err(PaymentRefusal::EmptyCapture);
    }
    match attempt.terms.capture {
        CaptureMethod::Automatic => return Err(PaymentRefusal::CapturedByGateway),
        CaptureMethod::Manual => {}
    }
    let authorized = match payment {
        Payment::Authorized { authorized, .. } | Payment::PartiallyCaptured { rest: Rest::Open { authorized }, .. } => {
            *authorized
        }
        Payment::Uninitiated
        | Payment::Initiated(_)
        | Payment::Pending(_)
        | Payment::PartiallyCaptured { rest: Rest::Ended(_), .. }
        | Payment::Captured { .. }
        | Payment::Disputed { .. }
        | Payment::ChargedBack { .. }
        | Payment::Ended { .. } => return refuse(payment, PaymentAction::Capture),
    };
    match attempt.asked {
        Some(Asked::Void) => return Err(PaymentRefusal::BeingVoided),
        Some(Asked::Capture(known)) if known == amount => {
            return Ok(if is_final { vec![PaymentEvent::VoidRequested { at }] } else { vec![] });
        }
        Some(Asked::Capture(_)) | None => {}
    }
    let captured = payment.captures().map_or(Amount::ZERO, Captures::sum);
    let sum = captured.checked_add(amount);
    if sum.is_none_or(|sum| sum > authorized) {
        return Err(PaymentRefusal::MoreThanAuthorized {
            authorized: attempt.money(authorized),
            captured: attempt.money(captured),
            asked: attempt.money(amount),
        });
    }
    let number = attempt.captures_asked.saturating_add(1);
    let capture = PaymentEvent::CaptureRequested { number, amount: attempt.money(amount), at };
    // What is asked of a gateway about one payment is done in order: the rest is called off when the capture is done.
    let rest = (is_final && sum != Some(authorized)).then_some(PaymentEvent::VoidRequested { at });
    Ok(std::iter::once(capture).chain(rest).collect())
}

/// What failed or expired here may still be open at the gateway.
fn decide_void(payment: &Payment, attempt: &Attempt, at: Timestamp) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    let asked = match attempt.asked {
        Some(Asked::Void) => vec![],
        Some(Asked::Capture(_)) | None => vec![PaymentEvent::VoidRequested { at }],
    };
    match payment {
        Payment::Initiated(_)
        | Payment::Pending(_)
        | Payment::Authorized { .. }
        | Payment::PartiallyCaptured { rest: Rest::Open { .. }, .. } => Ok(asked),
        Payment::PartiallyCaptured { rest: Rest::Ended(ending), .. } | Payment::Ended { ending, .. } => match ending {
            Ending::Failed | Ending::Expired => Ok(asked),
            Ending::AuthorizationExpired => refuse(payment, PaymentAction::Void),
            Ending::Voided => Ok(vec![]),
        },
        Payment::Uninitiated | Payment::Captured { .. } | Payment::Disputed { .. } | Payment::ChargedBack { .. } => {
            refuse(payment, PaymentAction::Void)
        }
    }
}

/// A payment that came to something in time is past its window: the timer that asks has lost a race it may lose.
fn decide_expire(payment: &Payment, at: Timestamp) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    match payment {
        Payment::Initiated(attempt) | Payment::Pending(attempt) => {
            let expires_at = attempt.terms.expires_at;
            if at < expires_at {
                Err(PaymentRefusal::WindowOpen { expires_at })
            } else {
                Ok(vec![PaymentEvent::PaymentExpired { source: None, at }])
            }
        }
        Payment::Ended { ending: Ending::Expired, .. } => Ok(vec![]),
        Payment::Uninitiated
        | Payment::Authorized { .. }
        | Payment::PartiallyCaptured { .. }
        | Payment::Captured { .. }
        | Payment::Disputed { .. }
        | Payment::ChargedBack { .. }
        | Payment::Ended { ending: Ending::Failed | Ending::AuthorizationExpired | Ending::Voided, .. } => {
            refuse(payment, PaymentAction::Expire)
        }
    }
}

fn refuse(payment: &Payment, action: PaymentAction) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    Err(payment
        .status()
        .map_or(PaymentRefusal::Unknown, |status: PaymentStatus| PaymentRefusal::WrongStatus { action, status }))
}
