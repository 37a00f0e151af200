//! Every status against every command: nothing is left to chance, and nothing is forgotten.

use FulfillmentStatus::{Cancelled, Delivered, DeliveryFailed, InProgress, Lost, OnHold, Open, Returned, Shipped};
use Outcome::{AlreadySo, Does, DoesAll, Refused, WrongStatus};

use super::{given, life, open, ship, state, units};
use crate::{
    fulfillment::{
        Fulfillment, FulfillmentAction, FulfillmentCommand, FulfillmentEvent, FulfillmentRefusal, FulfillmentStatus,
        Undelivered, decide,
    },
    samples::{Sample, at, every_variant, parcel, text},
};

#[derive(Debug, Clone)]
enum Outcome {
    /// The event, and the status after it.
    Does(&'static str, FulfillmentStatus),
    /// The events, and the status after them.
    DoesAll(&'static [&'static str], FulfillmentStatus),
    AlreadySo,
    WrongStatus(FulfillmentAction),
    Refused(FulfillmentRefusal),
}

fn commands() -> Vec<Sample<FulfillmentCommand>> {
    let reason = || text("address");
    let reduce = |lines| FulfillmentCommand::Reduce { lines, reason: reason(), at: at(9) };
    let give_up = |lines, outcome| FulfillmentCommand::GiveUp { lines, outcome, reason: reason(), at: at(200) };
    every_variant!(FulfillmentCommand {
        Open: ["" => open(parcel())],
        Hold: ["" => FulfillmentCommand::Hold { reason: reason(), at: at(6) }],
        ReleaseHold: ["" => FulfillmentCommand::ReleaseHold { at: at(7) }],
        Start: ["" => FulfillmentCommand::Start { at: at(8) }],
        Ship: [
            "all of it" => ship(None, "GB-1"),
            "all of it, by name" => ship(Some(vec![units(1, 1), units(0, 6)]), "GB-1"),
            "a part" => ship(Some(vec![units(0, 4)]), "GB-1"),
        ],
        Deliver: ["" => FulfillmentCommand::Deliver { at: at(90) }],
        RecordDeliveryFailure: [
            "" => FulfillmentCommand::RecordDeliveryFailure { reason: text("nobody at home"), at: at(100) },
        ],
        Reduce: [
            "by a part" => reduce(vec![units(0, 2)]),
            "to nothing" => reduce(vec![units(0, 6), units(1, 1)]),
        ],
        Cancel: ["" => FulfillmentCommand::Cancel { reason: reason(), at: at(9) }],
        GiveUp: [
            "as returned" => give_up(None, Undelivered::Returned),
            "as lost" => give_up(None, Undelivered::Lost),
            "a part, as lost" => give_up(Some(vec![units(0, 2)]), Undelivered::Lost),
        ],
        ReportOverdue: [
            "in time" => FulfillmentCommand::ReportOverdue { at: at(2879) },
            "too late" => FulfillmentCommand::ReportOverdue { at: at(2880) },
        ],
    })
}

/// The columns: unopened, and every status.
fn outcomes(command: &FulfillmentCommand) -> Vec<Outcome> {
    let given_up = match command {
        FulfillmentCommand::Open { .. } => [AlreadySo, AlreadySo],
        FulfillmentCommand::Hold { .. } => both(FulfillmentAction::Hold),
        FulfillmentCommand::ReleaseHold { .. } => both(FulfillmentAction::ReleaseHold),
        FulfillmentCommand::Start { .. } => both(FulfillmentAction::Start),
        FulfillmentCommand::Ship { .. } => both(FulfillmentAction::Ship),
        FulfillmentCommand::Deliver { .. } => both(FulfillmentAction::Deliver),
        FulfillmentCommand::RecordDeliveryFailure { .. } => both(FulfillmentAction::RecordDeliveryFailure),
        FulfillmentCommand::Reduce { .. } => both(FulfillmentAction::Reduce),
        FulfillmentCommand::Cancel { .. } => both(FulfillmentAction::Cancel),
        FulfillmentCommand::ReportOverdue { .. } => both(FulfillmentAction::ReportOverdue),
        FulfillmentCommand::GiveUp { lines: Some(_), .. } => both(FulfillmentAction::ReportLost),
        FulfillmentCommand::GiveUp { lines: None, outcome: Undelivered::Returned, .. } => {
            [AlreadySo, WrongStatus(FulfillmentAction::ReturnToStock)]
        }
        FulfillmentCommand::GiveUp { lines: None, outcome: Undelivered::Lost, .. } => {
            [WrongStatus(FulfillmentAction::ReportLost), AlreadySo]
        }
    };
    outcomes_until_given_up(command).into_iter().chain(given_up).collect()
}

const fn both(action: FulfillmentAction) -> [Outcome; 2] {
    [WrongStatus(action), WrongStatus(action)]
}

/// The columns: unopened, open, on hold, in progress, shipped, delivered, delivery failed, cancelled.
fn outcomes_until_given_up(command: &FulfillmentCommand) -> [Outcome; 8] {
    let none = || Refused(FulfillmentRefusal::Unknown);
    match command {
        FulfillmentCommand::Open { .. } => {
            let known = || AlreadySo;
            let first = Does("FulfillmentOpened", Open);
            [first, known(), known(), known(), known(), known(), known(), known()]
        }
        FulfillmentCommand::Hold { .. } => {
            let no = || WrongStatus(FulfillmentAction::Hold);
            [none(), Does("FulfillmentHeld", OnHold), AlreadySo, no(), no(), no(), no(), no()]
        }
        FulfillmentCommand::ReleaseHold { .. } => {
            let no = || WrongStatus(FulfillmentAction::ReleaseHold);
            [none(), AlreadySo, Does("FulfillmentHoldReleased", Open), no(), no(), no(), no(), no()]
        }
        FulfillmentCommand::Start { .. } => {
            let no = || WrongStatus(FulfillmentAction::Start);
            [none(), Does("FulfillmentStarted", InProgress), no(), AlreadySo, no(), no(), no(), no()]
        }
        FulfillmentCommand::Ship { lines, .. } => {
            let no = || WrongStatus(FulfillmentAction::Ship);
            let first = Does("FulfillmentShipped", Shipped);
            let (repeat, again) = if lines.as_ref().is_none_or(|lines| lines.len() == 2) {
                (AlreadySo, first.clone())
            } else {
                let other = FulfillmentRefusal::RecordedDifferently { action: FulfillmentAction::Ship };
                (Refused(other), Refused(FulfillmentRefusal::PartialReshipment))
            };
            let at_once = DoesAll(&["FulfillmentStarted", "FulfillmentShipped"], Shipped);
            [none(), at_once, no(), first, repeat, no(), again, no()]
        }
        FulfillmentCommand::Deliver { .. } => {
            let no = || WrongStatus(FulfillmentAction::Deliver);
            [none(), no(), no(), no(), Does("FulfillmentDelivered", Delivered), AlreadySo, no(), no()]
        }
        FulfillmentCommand::RecordDeliveryFailure { .. } => {
            let no = || WrongStatus(FulfillmentAction::RecordDeliveryFailure);
            [none(), no(), no(), no(), Does("FulfillmentDeliveryFailed", DeliveryFailed), no(), AlreadySo, no()]
        }
        FulfillmentCommand::Reduce { lines, .. } => {
            let no = || WrongStatus(FulfillmentAction::Reduce);
            let yes = |status| {
                let all = lines.len() == 2;
                if all { Does("FulfillmentCancelled", Cancelled) } else { Does("FulfillmentReduced", status) }
            };
            [none(), yes(Open), yes(OnHold), yes(InProgress), no(), no(), no(), no()]
        }
        FulfillmentCommand::Cancel { .. } => {
            let no = || WrongStatus(FulfillmentAction::Cancel);
            let yes = || Does("FulfillmentCancelled", Cancelled);
            [none(), yes(), yes(), yes(), no(), no(), no(), AlreadySo]
        }
        FulfillmentCommand::GiveUp { lines, outcome, .. } => {
            let (action, name, next) = match outcome {
                Undelivered::Returned => (FulfillmentAction::ReturnToStock, "FulfillmentReturned", Returned),
                Undelivered::Lost => (FulfillmentAction::ReportLost, "FulfillmentLost", Lost),
            };
            let no = || WrongStatus(action);
            let yes = |status| if lines.is_none() { Does(name, next) } else { Does("FulfillmentReduced", status) };
            [none(), no(), no(), no(), yes(Shipped), no(), yes(DeliveryFailed), no()]
        }
        FulfillmentCommand::ReportOverdue { at: moment } => {
            let no = || WrongStatus(FulfillmentAction::ReportOverdue);
            let yes = |status| {
                let early = Refused(FulfillmentRefusal::NotOverdue { ship_by: at(2880) });
                if *moment < at(2880) { early } else { Does("ShipmentOverdue", status) }
            };
            [none(), yes(Open), yes(OnHold), yes(InProgress), no(), no(), no(), no()]
        }
    }
}

#[test]
fn every_status_answers_every_command_as_the_table_says() {
    let statuses = std::iter::once(None).chain(FulfillmentStatus::ALL.map(Some));
    for (column, status) in statuses.enumerate() {
        let events = status.map_or_else(Vec::new, life);
        for Sample { variant, label, value: command } in commands() {
            let expected = outcomes(&command)[column].clone();
            let pair = format!("{status:?} x {variant} {label}");
            let answer = given(events.clone()).when(command).inspect_result();
            match (expected, answer) {
                (Does(name, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(FulfillmentEvent::name).collect::<Vec<_>>(), [name], "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (DoesAll(names, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(FulfillmentEvent::name).collect::<Vec<_>>(), names, "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (AlreadySo, Ok(decided)) => assert_eq!(decided, [], "{pair}"),
                (WrongStatus(action), Err(refusal)) => {
                    let status = status.unwrap();
                    assert_eq!(refusal, FulfillmentRefusal::WrongStatus { action, status }, "{pair}");
                }
                (Refused(expected), Err(refusal)) => assert_eq!(refusal, expected, "{pair}"),
                (expected, answer) => panic!("{pair}: expected {expected:?}, got {answer:?}"),
            }
        }
    }
}

/// Whatever a command did, the same command right after it does nothing more; a reduction is one of its own each time.
#[test]
fn an_accepted_command_that_is_repeated_adds_nothing() {
    for status in FulfillmentStatus::ALL {
        for Sample { variant, label, value: command } in commands() {
            let before = state(life(status));
            let Ok(decided) = decide(&before, command.clone()) else { continue };
            let after = decided.into_iter().fold(before, Fulfillment::evolve);
            let repeated = decide(&after, command.clone());
            match command {
                FulfillmentCommand::Reduce { .. } | FulfillmentCommand::GiveUp { lines: Some(_), .. } => {
                    assert_ne!(repeated, Ok(vec![]), "{status} x {variant} {label}");
                }
                FulfillmentCommand::Open { .. }
                | FulfillmentCommand::Hold { .. }
                | FulfillmentCommand::ReleaseHold { .. }
                | FulfillmentCommand::Start { .. }
                | FulfillmentCommand::Ship { .. }
                | FulfillmentCommand::Deliver { .. }
                | FulfillmentCommand::RecordDeliveryFailure { .. }
                | FulfillmentCommand::Cancel { .. }
                | FulfillmentCommand::GiveUp { lines: None, .. }
                | FulfillmentCommand::ReportOverdue { .. } => {
                    assert_eq!(repeated, Ok(vec![]), "{status} x {variant} {label}");
                }
            }
        }
    }
}
