use crate::{
    Timestamp,
    money::{Amount, Money},
    refund::{
        Claim, InHand, Refund, RefundChannel, RefundCommand, RefundEvent, RefundFailure, RefundRefusal, SettledBy,
    },
    text::{PaymentReference, Reason},
};

/// What follows from a command. No events mean "already so".
pub fn decide(refund: &Refund, command: RefundCommand) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match command {
        RefundCommand::Request { claim, at } => decide_request(refund, claim, at),
        RefundCommand::RecordSubmitted { channel, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) => Ok(vec![submitted(channel, None, at)]),
            Refund::Failed { claim, .. } => Ok(vec![submitted(channel, claim.attempt, at)]),
            Refund::Submitted(_) | Refund::Succeeded { .. } => Ok(vec![]),
            Refund::ManualReview(_) => Err(RefundRefusal::InReview),
            Refund::WrittenOff(_) => Err(RefundRefusal::WrittenOff),
        },
        RefundCommand::RecordSucceeded { attempt, reference, note, at } => {
            decide_success(refund, attempt, reference, note, at)
        }
        RefundCommand::RecordFailed { attempt, failure, cause, at } => {
            decide_failure(refund, attempt, failure, cause, at)
        }
        RefundCommand::Offset { amount, reference, at } => decide_offset(refund, amount, reference, at),
        RefundCommand::Reverse { attempt, reference, cause, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Succeeded { claim, reference: known } if claim.attempt == Some(attempt) && *known == reference => {
                Ok(vec![RefundEvent::RefundReversed { amount: claim.to_send(), cause, attempt, at }])
            }
            // Another transfer, or one of which it is known that it failed.
            Refund::Requested(_)
            | Refund::Submitted(_)
            | Refund::Failed { .. }
            | Refund::ManualReview(_)
            | Refund::Succeeded { .. }
            | Refund::WrittenOff(_) => Ok(vec![]),
        },
        RefundCommand::RequestReview { at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) | Refund::Submitted(_) => Err(RefundRefusal::NotFailed),
            Refund::Failed { .. } => Ok(vec![RefundEvent::RefundReviewRequested { at }]),
            Refund::ManualReview(_) => Ok(vec![]),
            Refund::Succeeded { .. } => Err(RefundRefusal::Succeeded),
            Refund::WrittenOff(_) => Err(RefundRefusal::WrittenOff),
        },
        RefundCommand::Retry { actor, reason, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) | Refund::Failed { .. } => Err(RefundRefusal::NotInReview),
            Refund::Submitted(_) => Ok(vec![]),
            Refund::ManualReview(InHand { attempt, .. }) => {
                Ok(vec![RefundEvent::RefundRetried { actor, reason, attempt: *attempt, at }])
            }
            Refund::Succeeded { .. } => Err(RefundRefusal::Succeeded),
            Refund::WrittenOff(_) => Err(RefundRefusal::WrittenOff),
        },
        RefundCommand::MarkDone { reference, actor, reason, at } => {
            decide_done(refund, reference, SettledBy { actor, reason }, at)
        }
        RefundCommand::WriteOff { actor, reason, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) | Refund::Submitted(_) | Refund::Failed { .. } => Err(RefundRefusal::NotInReview),
            Refund::ManualReview(_) => Ok(vec![RefundEvent::RefundWrittenOff { actor, reason, at }]),
            Refund::Succeeded { .. } => Err(RefundRefusal::Succeeded),
            Refund::WrittenOff(_) => Ok(vec![]),
        },
    }
}

/// What is under way at a gateway is not changed: its amount is known there.
fn decide_offset(
    refund: &Refund,
    amount: Amount,
    reference: PaymentReference,
    at: Timestamp,
) -> Result<Vec<RefundEvent>, RefundRefusal> {
    let claim = refund.claim().ok_or(RefundRefusal::Unknown)?;
    let open = refund.may_be_offset();
    if amount == Amount::ZERO || amount > open {
        return Err(RefundRefusal::NotOpen);
    }
    let money = Money { amount, ..claim.owed() };
    Ok(vec![RefundEvent::RefundOffset { amount: money, left: open.saturating_sub(amount), reference, at }])
}

fn decide_request(refund: &Refund, claim: Claim, at: Timestamp) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match refund.claim() {
        None => {
            claim.check()?;
            Ok(vec![RefundEvent::RefundRequested { claim, at }])
        }
        Some(known) if known.is_same_money(&claim) => Ok(vec![]),
        Some(_) => Err(RefundRefusal::OtherClaim),
    }
}

/// Money that is back is back: also after the refund had failed, and while a person thinks about it, who would otherwise
/// send it a second time. Of an attempt that has failed for certain no success is news: an answer of before may come late.
fn decide_success(
    refund: &Refund,
    told_of: Option<u32>,
    reference: PaymentReference,
    note: Option<Reason>,
    at: Timestamp,
) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match refund {
        Refund::Unrequested => Err(RefundRefusal::Unknown),
        Refund::Requested(_) => Err(RefundRefusal::NotSubmitted),
        Refund::Submitted(in_hand)
        | Refund::Failed { claim: in_hand, .. }
        | Refund::ManualReview(in_hand)
        | Refund::Succeeded { claim: in_hand, .. }
            if told_of.is_some_and(|told_of| in_hand.attempt.is_some_and(|present| told_of < present)) =>
        {
            Ok(vec![])
        }
        Refund::Submitted(in_hand) | Refund::Failed { claim: in_hand, .. } | Refund::ManualReview(in_hand) => {
            let attempt = in_hand.attempt;
            Ok(vec![RefundEvent::RefundSucceeded { reference, note, settled_by: None, attempt, at }])
        }
        Refund::Succeeded { reference: known, .. } => already_done(known, &reference),
        Refund::WrittenOff(_) => Err(RefundRefusal::WrittenOff),
    }
}

/// Who has it in hand now; a gateway, under the number that comes next.
fn submitted(channel: RefundChannel, next: Option<u32>, at: Timestamp) -> RefundEvent {
    let attempt = match channel {
        RefundChannel::BackOffice => None,
        RefundChannel::Gateway => Some(next.unwrap_or(1)),
    };
    RefundEvent::RefundSubmitted { channel, attempt, at }
}

/// Only one failure is news to a refund that has failed: that the gateway, asked again, has said no. Of an attempt that
/// another one has followed nothing is news.
fn decide_failure(
    refund: &Refund,
    attempt: Option<u32>,
    failure: RefundFailure,
    cause: Reason,
    at: Timestamp,
) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match (refund, failure) {
        (Refund::Unrequested, _) => Err(RefundRefusal::Unknown),
        (Refund::Requested(_), _) => Err(RefundRefusal::NotSubmitted),
        (Refund::Submitted(in_hand), _)
        | (Refund::Failed { claim: in_hand, failure: RefundFailure::OutcomeUnknown }, RefundFailure::Refused)
            if in_hand.attempt == attempt =>
        {
            Ok(vec![RefundEvent::RefundFailed { failure, cause, attempt, at }])
        }
        (Refund::Submitted(_) | Refund::Failed { .. } | Refund::ManualReview(_) | Refund::WrittenOff(_), _) => {
            Ok(vec![])
        }
        (Refund::Succeeded { .. }, _) => Err(RefundRefusal::Succeeded),
    }
}

fn decide_done(
    refund: &Refund,
    reference: PaymentReference,
    settled_by: SettledBy,
    at: Timestamp,
) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match refund {
        Refund::Unrequested => Err(RefundRefusal::Unknown),
        Refund::Requested(_) | Refund::Submitted(_) | Refund::Failed { .. } => Err(RefundRefusal::NotInReview),
        Refund::ManualReview(_) => {
            let settled_by = Some(settled_by);
            Ok(vec![RefundEvent::RefundSucceeded { reference, note: None, settled_by, attempt: None, at }])
        }
        Refund::Succeeded { reference: known, .. } => already_done(known, &reference),
        Refund::WrittenOff(_) => Err(RefundRefusal::WrittenOff),
    }
}

fn already_done(known: &PaymentReference, reference: &PaymentReference) -> Result<Vec<RefundEvent>, RefundRefusal> {
    if known == reference { Ok(vec![]) } else { Err(RefundRefusal::AlreadyDone) }
}
