//! Every status against every command: nothing is left to chance, and nothing is forgotten.

use Outcome::{AlreadySo, Does, Refused, WrongStatus};
use ReturnStatus::{Approved, Cancelled, Closed, Declined, InTransit, Inspected, Received, Requested, Resolving};

use super::{approve, given, life, state, terms};
use crate::{
    returns::{Return, ReturnAction, ReturnCommand, ReturnEvent, ReturnRefusal, ReturnStatus, decide},
    samples::{Sample, at, every_variant, inspected, text},
};

#[derive(Debug, Clone)]
enum Outcome {
    /// The event, and the status after it.
    Does(&'static str, ReturnStatus),
    AlreadySo,
    WrongStatus(ReturnAction),
    Refused(ReturnRefusal),
}

/// No such return, and then every status in the order of [`ReturnStatus::ALL`].
const STATES: usize = ReturnStatus::ALL.len() + 1;

fn commands() -> Vec<Sample<ReturnCommand>> {
    let found = vec![inspected(0, 3, 2, 0), inspected(1, 1, 0, 0)];
    every_variant!(ReturnCommand {
        Request: ["" => ReturnCommand::Request { terms: terms() }],
        Approve: ["" => approve("Ada Byron")],
        Decline: [
            "" => ReturnCommand::Decline { reason: text("worn"), actor: text("saga:return"), at: at(10_100) },
        ],
        Cancel: ["" => ReturnCommand::Cancel { reason: None, at: at(10_100) }],
        ReportReviewOverdue: [
            "in time" => ReturnCommand::ReportReviewOverdue { at: at(11_439) },
            "too late" => ReturnCommand::ReportReviewOverdue { at: at(11_440) },
        ],
        RecordInTransit: [
            "" => ReturnCommand::RecordInTransit { tracking: Some(text("GB-9")), at: at(12_000) },
        ],
        Receive: ["" => ReturnCommand::Receive { at: at(13_000) }],
        Inspect: ["" => ReturnCommand::Inspect { inspected: found.clone(), location: None, at: at(13_100) }],
        Resolve: ["" => ReturnCommand::Resolve { refunds: vec![], at: at(13_200) }],
        GiveUpReplacement: ["" => ReturnCommand::GiveUpReplacement { refunds: vec![], at: at(13_300) }],
        SettleRefund: ["" => ReturnCommand::SettleRefund { refund: text("rfd_00000000000000000000000000000002"), at: at(13_900) }],
        Close: ["" => ReturnCommand::Close { at: at(14_000) }],
    })
}

/// The columns: unrequested, requested, approved, declined, cancelled, in transit, received, inspected, resolving, closed.
fn outcomes(command: &ReturnCommand) -> [Outcome; STATES] {
    let row = |action, does: [(ReturnStatus, Outcome); 2]| -> [Outcome; STATES] {
        std::array::from_fn(|column| match column.checked_sub(1) {
            None => Refused(ReturnRefusal::Unknown),
            Some(column) => {
                let status = ReturnStatus::ALL[column];
                let special = does.iter().find(|(special, _)| *special == status);
                special.map_or(WrongStatus(action), |(_, outcome)| outcome.clone())
            }
        })
    };
    match command {
        ReturnCommand::Request { .. } => std::array::from_fn(|column| match column {
            0 => Does("ReturnRequested", Requested),
            _ => AlreadySo,
        }),
        ReturnCommand::Approve { .. } => {
            row(ReturnAction::Approve, [(Requested, Does("ReturnApproved", Approved)), (Approved, AlreadySo)])
        }
        ReturnCommand::Decline { .. } => {
            row(ReturnAction::Decline, [(Requested, Does("ReturnDeclined", Declined)), (Declined, AlreadySo)])
        }
        ReturnCommand::Cancel { .. } => {
            let ends = || Does("ReturnCancelled", Cancelled);
            let mut row = row(ReturnAction::Cancel, [(Requested, ends()), (Approved, ends())]);
            row[4] = AlreadySo;
            row
        }
        ReturnCommand::ReportReviewOverdue { at: moment } => {
            let early = *moment < at(11_440);
            let answer = if early {
                Refused(ReturnRefusal::NotOverdue { review_by: at(11_440) })
            } else {
                Does("ReturnEscalated", Requested)
            };
            let action = ReturnAction::ReportReviewOverdue;
            row(action, [(Requested, answer), (Closed, WrongStatus(action))])
        }
        ReturnCommand::RecordInTransit { .. } => {
            let sent = Does("ReturnInTransit", InTransit);
            row(ReturnAction::RecordInTransit, [(Approved, sent), (InTransit, AlreadySo)])
        }
        ReturnCommand::Receive { .. } => {
            row(ReturnAction::Receive, [(InTransit, Does("ReturnReceived", Received)), (Received, AlreadySo)])
        }
        ReturnCommand::Inspect { .. } => {
            row(ReturnAction::Inspect, [(Received, Does("ReturnInspected", Inspected)), (Inspected, AlreadySo)])
        }
        ReturnCommand::Resolve { .. } => {
            let resolving = Does("ReturnResolving", Resolving);
            let mut row = row(ReturnAction::Resolve, [(Inspected, resolving), (Resolving, AlreadySo)]);
            row[2] = Refused(ReturnRefusal::NotInspected);
            row
        }
        // Money is what it owes.
        ReturnCommand::GiveUpReplacement { .. } => {
            let action = ReturnAction::GiveUpReplacement;
            row(action, [(Resolving, WrongStatus(action)), (Closed, WrongStatus(action))])
        }
        // The sample refund is none that it awaits.
        ReturnCommand::SettleRefund { .. } => row(ReturnAction::Close, [(Resolving, AlreadySo), (Closed, AlreadySo)]),
        ReturnCommand::Close { .. } => {
            row(ReturnAction::Close, [(Resolving, Does("ReturnClosed", Closed)), (Closed, AlreadySo)])
        }
    }
}

#[test]
fn every_status_answers_every_command_as_the_table_says() {
    let statuses = std::iter::once(None).chain(ReturnStatus::ALL.map(Some));
    for (column, status) in statuses.enumerate() {
        let events = status.map_or_else(Vec::new, life);
        for Sample { variant, label, value: command } in commands() {
            let expected = outcomes(&command)[column].clone();
            let pair = format!("{status:?} x {variant} {label}");
            let answer = given(events.clone()).when(command).inspect_result();
            match (expected, answer) {
                (Does(name, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(ReturnEvent::name).collect::<Vec<_>>(), [name], "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (AlreadySo, Ok(decided)) => assert_eq!(decided, [], "{pair}"),
                (WrongStatus(action), Err(refusal)) => {
                    let status = status.unwrap();
                    assert_eq!(refusal, ReturnRefusal::WrongStatus { action, status }, "{pair}");
                }
                (Refused(expected), Err(refusal)) => assert_eq!(refusal, expected, "{pair}"),
                (expected, answer) => panic!("{pair}: expected {expected:?}, got {answer:?}"),
            }
        }
    }
}

/// Whatever a command did, the same command right after it does nothing more.
#[test]
fn an_accepted_command_that_is_repeated_adds_nothing() {
    for status in ReturnStatus::ALL {
        for Sample { variant, label, value: command } in commands() {
            let before = state(life(status));
            let Ok(decided) = decide(&before, command.clone()) else { continue };
            let after = decided.into_iter().fold(before, Return::evolve);
            assert_eq!(decide(&after, command), Ok(vec![]), "{status} x {variant} {label}");
        }
    }
}
