//! Every status against every command: nothing is left to chance, and nothing is forgotten.

use Outcome::{AlreadySo, Does, Refused, WrongStatus};
use PaymentStatus::{
    AuthorizationExpired, Authorized, Captured, ChargedBack, Disputed, Expired, Failed, Initiated, PartiallyCaptured,
    Pending, Voided,
};

use super::{failed_status, given, initiate, life, record_pending, says, state};
use crate::{
    payment::{
        Payment, PaymentAction, PaymentCommand, PaymentEvent, PaymentRefusal, PaymentStatus, ReportedStatus, decide,
    },
    samples::{Sample, amount, at, every_variant, gbp, report, text},
};

#[derive(Debug, Clone)]
enum Outcome {
    /// The events, and the status after them.
    Does(&'static [&'static str], PaymentStatus),
    AlreadySo,
    WrongStatus(PaymentAction),
    Refused(PaymentRefusal),
}

const STATUSES: usize = PaymentStatus::ALL.len();

/// The statuses in the order of [`PaymentStatus::ALL`].
type Row = [Outcome; STATUSES];

fn commands() -> Vec<Sample<PaymentCommand>> {
    let captured = ReportedStatus::Captured;
    every_variant!(PaymentCommand {
        Initiate: ["" => initiate()],
        RecordPending: ["by its name" => record_pending("sbx_9"), "by another name" => record_pending("sbx_10")],
        Report: [
            "pending" => says(report(ReportedStatus::Pending, 0, &[])),
            "authorized" => says(report(ReportedStatus::Authorized, 1530, &[])),
            "captured in part" => says(report(captured.clone(), 1530, &[("tx-1", 1000)])),
            "captured" => says(report(captured.clone(), 1530, &[("tx-1", 1000), ("tx-2", 530)])),
            "captured too much" => says(report(captured, 1530, &[("tx-1", 1000), ("tx-2", 531)])),
            "failed" => says(report(failed_status(), 0, &[])),
            "expired" => says(report(ReportedStatus::Expired, 0, &[])),
            "expired after the authorisation" => says(report(ReportedStatus::Expired, 1530, &[])),
            "voided" => says(report(ReportedStatus::Voided, 1530, &[])),
            "disputed" => says(report(ReportedStatus::Disputed, 1530, &[("tx-1", 1000), ("tx-2", 530)])),
            "charged back" => says(report(ReportedStatus::ChargedBack, 1530, &[("tx-1", 1000), ("tx-2", 530)])),
        ],
        RequestCapture: [
            "" => PaymentCommand::RequestCapture { amount: gbp(530), is_final: false, at: at(3) },
        ],
        RequestVoid: ["" => PaymentCommand::RequestVoid { at: at(3) }],
        Expire: [
            "within the window" => PaymentCommand::Expire { at: at(29) },
            "after the window" => PaymentCommand::Expire { at: at(30) },
        ],
        BeginRefund: [
            "" => PaymentCommand::BeginRefund { refund: text("rfd_00000000000000000000000000000005"), at: at(3) },
        ],
        ApplyMoneyBack: [
            "of which not so much is back" => PaymentCommand::ApplyMoneyBack {
                refund: text("rfd_00000000000000000000000000000005"),
                amount: amount(1531),
                at: at(3),
            },
        ],
        ResolveMismatch: ["" => PaymentCommand::ResolveMismatch {
            actor: text("back_office:tok_1"),
            reason: text("settled"),
            at: at(3),
        }],
    })
}

fn each(outcome: impl Fn(PaymentStatus) -> Outcome) -> Row {
    PaymentStatus::ALL.map(outcome)
}

fn outcomes(command: &PaymentCommand) -> Row {
    match command {
        PaymentCommand::Initiate { .. } => each(|_| AlreadySo),
        PaymentCommand::RecordPending { gateway_reference, .. } => each(|status| {
            if status == Initiated {
                Does(&["PaymentPending"], Pending)
            } else if *gateway_reference == text("sbx_9") {
                AlreadySo
            } else {
                Refused(PaymentRefusal::OtherReference { known: text("sbx_9"), received: text("sbx_10") })
            }
        }),
        PaymentCommand::Report { report, .. } => reported(&report.status, report.authorized.minor_units(), {
            report.captures.iter().map(|capture| capture.amount.minor_units()).sum()
        }),
        PaymentCommand::RequestCapture { .. } => each(|status| match status {
            Authorized | PartiallyCaptured => Does(&["CaptureRequested"], status),
            Initiated | Pending | Captured | Disputed | ChargedBack | Failed | Expired | AuthorizationExpired
            | Voided => WrongStatus(PaymentAction::Capture),
        }),
        PaymentCommand::RequestVoid { .. } => each(|status| match status {
            Initiated | Pending | Authorized | PartiallyCaptured | Failed | Expired => Does(&["VoidRequested"], status),
            Voided => AlreadySo,
            Captured | Disputed | ChargedBack | AuthorizationExpired => WrongStatus(PaymentAction::Void),
        }),
        PaymentCommand::Expire { at: moment } => each(|status| match status {
            Initiated | Pending if *moment < at(30) => Refused(PaymentRefusal::WindowOpen { expires_at: at(30) }),
            Initiated | Pending => Does(&["PaymentExpired"], Expired),
            Expired => AlreadySo,
            Authorized | PartiallyCaptured | Captured | Disputed | ChargedBack | Failed | AuthorizationExpired
            | Voided => WrongStatus(PaymentAction::Expire),
        }),
        PaymentCommand::BeginRefund { .. } => each(|status| Does(&["PaymentRefundBegun"], status)),
        PaymentCommand::ApplyMoneyBack { .. } => each(|status| {
            let open = gbp(if status == ChargedBack { 1530 } else { 0 });
            Refused(PaymentRefusal::NotBack { open })
        }),
        PaymentCommand::ResolveMismatch { .. } => each(|_| Refused(PaymentRefusal::NoMismatch)),
    }
}

fn reported(status: &ReportedStatus, authorized: i64, captured: i64) -> Row {
    let so = || AlreadySo;
    let both: &[&str] = &["PaymentCaptured", "PaymentCaptured"];
    match status {
        ReportedStatus::Pending => each(|_| AlreadySo),
        ReportedStatus::Authorized => {
            let yes = || Does(&["PaymentAuthorized"], Authorized);
            [yes(), yes(), so(), so(), so(), so(), so(), so(), so(), so(), so()]
        }
        ReportedStatus::Captured if captured > 1530 => each(|status| Does(&["PaymentMismatchReported"], status)),
        ReportedStatus::Captured if captured < 1530 => {
            let first = || Does(&["PaymentAuthorized", "PaymentCaptured"], PartiallyCaptured);
            let part = || Does(&["PaymentCaptured"], PartiallyCaptured);
            [first(), first(), part(), so(), so(), so(), so(), part(), part(), part(), part()]
        }
        ReportedStatus::Captured => {
            let all = || Does(both, Captured);
            let rest = Does(&["PaymentCaptured"], Captured);
            [all(), all(), all(), rest, so(), so(), so(), all(), all(), all(), all()]
        }
        ReportedStatus::Failed { .. } => {
            let yes = |status| Does(&["PaymentFailed"], status);
            [yes(Failed), yes(Failed), yes(Failed), yes(PartiallyCaptured), so(), so(), so(), so(), so(), so(), so()]
        }
        ReportedStatus::Expired if authorized == 0 => {
            let yes = |status| Does(&["PaymentExpired"], status);
            let end = || yes(Expired);
            [end(), end(), end(), yes(PartiallyCaptured), so(), so(), so(), end(), so(), so(), so()]
        }
        ReportedStatus::Expired => {
            let yes = |status| Does(&["AuthorizationExpired"], status);
            let end = || yes(AuthorizationExpired);
            [end(), end(), end(), yes(PartiallyCaptured), so(), so(), so(), end(), end(), so(), so()]
        }
        ReportedStatus::Voided => {
            let yes = |status| Does(&["PaymentVoided"], status);
            let end = || yes(Voided);
            [end(), end(), end(), yes(PartiallyCaptured), so(), so(), so(), end(), end(), end(), so()]
        }
        ReportedStatus::ChargedBack => {
            let all = || Does(&["PaymentCaptured", "PaymentCaptured", "PaymentChargedBack"], ChargedBack);
            let rest = Does(&["PaymentCaptured", "PaymentChargedBack"], ChargedBack);
            let lost = || Does(&["PaymentChargedBack"], ChargedBack);
            [all(), all(), all(), rest, lost(), lost(), so(), all(), all(), all(), all()]
        }
        ReportedStatus::Disputed => {
            let all = || Does(&["PaymentCaptured", "PaymentCaptured", "PaymentDisputed"], Disputed);
            let rest = Does(&["PaymentCaptured", "PaymentDisputed"], Disputed);
            let dispute = Does(&["PaymentDisputed"], Disputed);
            [all(), all(), all(), rest, dispute, so(), so(), all(), all(), all(), all()]
        }
    }
}

#[test]
fn every_status_answers_every_command_as_the_table_says() {
    for (column, status) in PaymentStatus::ALL.into_iter().enumerate() {
        let events = life(status);
        for Sample { variant, label, value: command } in commands() {
            let expected = outcomes(&command)[column].clone();
            let pair = format!("{status} x {variant} {label}");
            let answer = given(events.clone()).when(command).inspect_result();
            match (expected, answer) {
                (Does(names, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(PaymentEvent::name).collect::<Vec<_>>(), names, "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (AlreadySo, Ok(decided)) => assert_eq!(decided, [], "{pair}"),
                (WrongStatus(action), Err(refusal)) => {
                    assert_eq!(refusal, PaymentRefusal::WrongStatus { action, status }, "{pair}");
                }
                (Refused(expected), Err(refusal)) => assert_eq!(refusal, expected, "{pair}"),
                (expected, answer) => panic!("{pair}: expected {expected:?}, got {answer:?}"),
            }
        }
    }
}

#[test]
fn there_is_nothing_to_ask_of_a_payment_that_was_never_begun() {
    for Sample { variant, label, value: command } in commands() {
        let begins = matches!(command, PaymentCommand::Initiate { .. });
        let answer = decide(&Payment::Uninitiated, command);
        assert_eq!(answer == Err(PaymentRefusal::Unknown), !begins, "{variant} {label}");
    }
}

/// Whatever a command did, the same command right after it does nothing more.
#[test]
fn an_accepted_command_that_is_repeated_adds_nothing() {
    for status in PaymentStatus::ALL {
        for Sample { variant, label, value: command } in commands() {
            let before = state(life(status));
            let Ok(decided) = decide(&before, command.clone()) else { continue };
            let after = decided.into_iter().fold(before, Payment::evolve);
            assert_eq!(decide(&after, command), Ok(vec![]), "{status} x {variant} {label}");
        }
    }
}

#[test]
fn only_a_beginning_begins_and_only_a_capture_touches_the_money() {
    for sample in crate::samples::events::payment_events() {
        let label = format!("{} {}", sample.variant, sample.label);
        let begins = matches!(sample.value, PaymentEvent::PaymentInitiated { .. });
        let unborn = Payment::Uninitiated.evolve(sample.value.clone());
        assert_eq!(unborn != Payment::Uninitiated, begins, "{label}");
        let captures = matches!(sample.value, PaymentEvent::PaymentCaptured { .. });
        for status in PaymentStatus::ALL {
            let before = state(life(status));
            let after = before.clone().evolve(sample.value.clone());
            assert!(captures || after.captures() == before.captures(), "{label} x {status}");
        }
    }
}
