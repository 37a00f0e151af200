use Return::{
    Approved, Cancelled, Closed, Declined, InTransit, Inspected, Received, Requested, Resolving, Unrequested,
};

use crate::{
    Timestamp,
    address::Address,
    ids::RefundId,
    returns::{
        InspectedLine, Owed, Return, ReturnAction, ReturnCommand, ReturnEvent, ReturnKind, ReturnRefusal, ReturnTerms,
        inspection,
    },
    text::{Actor, Location, Reason, TrackingNumber},
};

type Decision = Result<Vec<ReturnEvent>, ReturnRefusal>;

/// Refuses a step whose time, which may have been stated by whoever reports it, is before the return was asked for.
fn check_time(state: &Return, command: &ReturnCommand) -> Result<(), ReturnRefusal> {
    let at = match command {
        ReturnCommand::Request { .. } => return Ok(()),
        ReturnCommand::Approve { at, .. }
        | ReturnCommand::Decline { at, .. }
        | ReturnCommand::Cancel { at, .. }
        | ReturnCommand::ReportReviewOverdue { at }
        | ReturnCommand::RecordInTransit { at, .. }
        | ReturnCommand::Receive { at }
        | ReturnCommand::Inspect { at, .. }
        | ReturnCommand::Resolve { at, .. }
        | ReturnCommand::GiveUpReplacement { at, .. }
        | ReturnCommand::SettleRefund { at, .. }
        | ReturnCommand::Close { at } => *at,
    };
    match state.terms() {
        Some(terms) if at < terms.requested_at => Err(ReturnRefusal::TooEarly { since: terms.requested_at }),
        Some(_) | None => Ok(()),
    }
}

/// What follows from a command. No events mean "already so".
pub fn decide(state: &Return, command: ReturnCommand) -> Decision {
    check_time(state, &command)?;
    match command {
        ReturnCommand::Request { terms } => request(state, terms),
        ReturnCommand::Approve { return_address, actor, at } => approve(state, return_address, actor, at),
        ReturnCommand::Decline { reason, actor, at } => decline(state, reason, actor, at),
        ReturnCommand::Cancel { reason, at } => match state {
            Requested { .. } | Approved { .. } => Ok(vec![ReturnEvent::ReturnCancelled { reason, at }]),
            Cancelled(_) => Ok(vec![]),
            Unrequested
            | Declined { .. }
            | InTransit { .. }
            | Received(_)
            | Inspected { .. }
            | Resolving { .. }
            | Closed { .. } => Err(wrong_status(state, ReturnAction::Cancel)),
        },
        ReturnCommand::ReportReviewOverdue { at } => match state {
            Requested { terms, .. } if at < terms.review_by => {
                Err(ReturnRefusal::NotOverdue { review_by: terms.review_by })
            }
            Requested { escalated_at: Some(_), .. } => Ok(vec![]),
            Requested { escalated_at: None, .. } => Ok(vec![ReturnEvent::ReturnEscalated { at }]),
            Unrequested
            | Approved { .. }
            | Declined { .. }
            | Cancelled(_)
            | InTransit { .. }
            | Received(_)
            | Inspected { .. }
            | Resolving { .. }
            | Closed { .. } => Err(wrong_status(state, ReturnAction::ReportReviewOverdue)),
        },
        ReturnCommand::RecordInTransit { tracking, at } => record_in_transit(state, tracking, at),
        ReturnCommand::Receive { at } => match state {
            InTransit { .. } => Ok(vec![ReturnEvent::ReturnReceived { at }]),
            Received(_) => Ok(vec![]),
            Unrequested
            | Requested { .. }
            | Approved { .. }
            | Declined { .. }
            | Cancelled(_)
            | Inspected { .. }
            | Resolving { .. }
            | Closed { .. } => Err(wrong_status(state, ReturnAction::Receive)),
        },
        ReturnCommand::Inspect { inspected, location, at } => inspect(state, inspected, location, at),
        ReturnCommand::Resolve { refunds, at } => resolve(state, refunds, at),
        ReturnCommand::GiveUpReplacement { refunds, at } => give_up_replacement(state, refunds, at),
        ReturnCommand::SettleRefund { refund, at } => settle_refund(state, refund, at),
        ReturnCommand::Close { at } => match state {
            Resolving { refunds, .. } if refunds.is_empty() => Ok(vec![ReturnEvent::ReturnClosed { at }]),
            Resolving { refunds, .. } => Err(ReturnRefusal::RefundsOpen { open: refunds.len() }),
            Closed { .. } => Ok(vec![]),
            Unrequested
            | Requested { .. }
            | Approved { .. }
            | Declined { .. }
            | Cancelled(_)
            | InTransit { .. }
            | Received(_)
            | Inspected { .. } => Err(wrong_status(state, ReturnAction::Close)),
        },
    }
}

fn request(state: &Return, terms: ReturnTerms) -> Decision {
    match state.terms() {
        None => {
            terms.check()?;
            Ok(vec![ReturnEvent::ReturnRequested(terms)])
        }
        Some(known) if *known == terms => Ok(vec![]),
        Some(_) => Err(ReturnRefusal::AlreadyRequested),
    }
}

/// An answer may come late: the deadline only calls for somebody to give it.
fn approve(state: &Return, return_address: Option<Address>, actor: Actor, at: Timestamp) -> Decision {
    match state {
        Requested { terms, .. } if return_address.is_none() && terms.kind.sends_goods() => {
            Err(ReturnRefusal::AddressNeeded)
        }
        Requested { .. } => Ok(vec![ReturnEvent::ReturnApproved { return_address, actor, at }]),
        Approved { return_address: known, .. } => same(*known == return_address, ReturnAction::Approve),
        Unrequested
        | Declined { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Received(_)
        | Inspected { .. }
        | Resolving { .. }
        | Closed { .. } => Err(wrong_status(state, ReturnAction::Approve)),
    }
}

fn decline(state: &Return, reason: Reason, actor: Actor, at: Timestamp) -> Decision {
    match state {
        Requested { .. } => Ok(vec![ReturnEvent::ReturnDeclined { reason, actor, at }]),
        Declined { reason: known, .. } => same(*known == reason, ReturnAction::Decline),
        Unrequested
        | Approved { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Received(_)
        | Inspected { .. }
        | Resolving { .. }
        | Closed { .. } => Err(wrong_status(state, ReturnAction::Decline)),
    }
}

fn record_in_transit(state: &Return, tracking: Option<TrackingNumber>, at: Timestamp) -> Decision {
    match state {
        Approved { terms, .. } if terms.kind == ReturnKind::RefundOnly => Err(ReturnRefusal::NothingToSend),
        Approved { .. } => Ok(vec![ReturnEvent::ReturnInTransit { tracking, at }]),
        InTransit { tracking: known, .. } => same(*known == tracking, ReturnAction::RecordInTransit),
        Unrequested
        | Requested { .. }
        | Declined { .. }
        | Cancelled(_)
        | Received(_)
        | Inspected { .. }
        | Resolving { .. }
        | Closed { .. } => Err(wrong_status(state, ReturnAction::RecordInTransit)),
    }
}

fn inspect(state: &Return, inspected: Vec<InspectedLine>, location: Option<Location>, at: Timestamp) -> Decision {
    match state {
        Received(terms) => {
            inspection::check(terms, &inspected)?;
            Ok(vec![ReturnEvent::ReturnInspected { inspected, location, at }])
        }
        Inspected { inspected: known, .. } => same(*known == inspected, ReturnAction::Inspect),
        Unrequested
        | Requested { .. }
        | Approved { .. }
        | Declined { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Resolving { .. }
        | Closed { .. } => Err(wrong_status(state, ReturnAction::Inspect)),
    }
}

fn resolve(state: &Return, refunds: Vec<RefundId>, at: Timestamp) -> Decision {
    if let Some(owed) = state.to_settle() {
        return Ok(vec![ReturnEvent::ReturnResolving { owed, refunds, at }]);
    }
    match state {
        Approved { .. } => Err(ReturnRefusal::NotInspected),
        Resolving { .. } => Ok(vec![]),
        Unrequested
        | Inspected { .. }
        | Requested { .. }
        | Declined { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Received(_)
        | Closed { .. } => Err(wrong_status(state, ReturnAction::Resolve)),
    }
}

/// All of its units came back, or no replacement would be owed for them.
fn give_up_replacement(state: &Return, refunds: Vec<RefundId>, at: Timestamp) -> Decision {
    match state {
        Resolving { owed: Owed::Replacement { .. }, .. } => {
            Ok(vec![ReturnEvent::ReturnReplacementGivenUp { refunds, at }])
        }
        Resolving { terms, owed: Owed::Refund { .. } | Owed::Nothing, .. }
        | Closed { terms, owed: Owed::Refund { .. } | Owed::Nothing }
            if terms.kind.is_exchange() =>
        {
            Ok(vec![])
        }
        Unrequested
        | Requested { .. }
        | Approved { .. }
        | Declined { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Received(_)
        | Inspected { .. }
        | Resolving { .. }
        | Closed { .. } => Err(wrong_status(state, ReturnAction::GiveUpReplacement)),
    }
}

/// A refund that is not awaited, or not any more, changes nothing.
fn settle_refund(state: &Return, refund: RefundId, at: Timestamp) -> Decision {
    match state {
        Resolving { refunds, .. } => Ok(match refunds.as_slice() {
            [last] if *last == refund => vec![ReturnEvent::ReturnClosed { at }],
            several if several.contains(&refund) => vec![ReturnEvent::ReturnRefundSettled { refund, at }],
            _ => vec![],
        }),
        Closed { .. } => Ok(vec![]),
        Unrequested
        | Requested { .. }
        | Approved { .. }
        | Declined { .. }
        | Cancelled(_)
        | InTransit { .. }
        | Received(_)
        | Inspected { .. } => Err(wrong_status(state, ReturnAction::Close)),
    }
}

fn same(same: bool, action: ReturnAction) -> Decision {
    if same { Ok(vec![]) } else { Err(ReturnRefusal::RecordedDifferently { action }) }
}

fn wrong_status(state: &Return, action: ReturnAction) -> ReturnRefusal {
    match state.status() {
        None => ReturnRefusal::Unknown,
        Some(status) => ReturnRefusal::WrongStatus { action, status },
    }
}
