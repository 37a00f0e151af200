//! Every state against every command: nothing is left to chance, and nothing is forgotten.

use Outcome::{AlreadySo, Does, Refused};
use Stage::{Failed, ManualReview, Requested, Submitted, Succeeded, Unrequested, WrittenOff};

use super::{
    claim, given, request, requested,
    review::{fail, failed, mark_done, retry, review_requested, write_off, written_off},
    state, submit, submitted, succeed, succeeded,
};
use crate::{
    refund::{Refund, RefundCommand, RefundEvent, RefundFailure, RefundRefusal, decide},
    samples::{Sample, amount, at, events::refund_events, every_variant, order_id, text},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unrequested,
    Requested,
    Submitted,
    Failed,
    ManualReview,
    Succeeded,
    WrittenOff,
}

const STAGES: [Stage; 7] = [Unrequested, Requested, Submitted, Failed, ManualReview, Succeeded, WrittenOff];

#[derive(Debug, Clone)]
enum Outcome {
    /// The event, and the stage after it.
    Does(&'static str, Stage),
    AlreadySo,
    Refused(RefundRefusal),
}

const fn stage(refund: &Refund) -> Stage {
    match refund {
        Refund::Unrequested => Unrequested,
        Refund::Requested(_) => Requested,
        Refund::Submitted(_) => Submitted,
        Refund::Failed { .. } => Failed,
        Refund::ManualReview(_) => ManualReview,
        Refund::Succeeded { .. } => Succeeded,
        Refund::WrittenOff(_) => WrittenOff,
    }
}

/// A life that has come as far as the stage; its failure was a refusal.
fn life(stage: Stage) -> Vec<RefundEvent> {
    let steps = [requested(), submitted(), failed(RefundFailure::Refused), review_requested(), written_off()];
    let first = |count: usize| steps.iter().take(count).cloned().collect::<Vec<_>>();
    match stage {
        Unrequested => first(0),
        Requested => first(1),
        Submitted => first(2),
        Failed => first(3),
        ManualReview => first(4),
        WrittenOff => first(5),
        Succeeded => [requested(), submitted(), succeeded()].into(),
    }
}

fn commands() -> Vec<Sample<RefundCommand>> {
    let other = crate::refund::Claim { order: order_id(2), ..claim() };
    every_variant!(RefundCommand {
        Request: ["" => request(claim()), "of other money" => request(other)],
        RecordSubmitted: ["" => submit()],
        RecordSucceeded: ["by its transfer" => succeed("ft-1"), "by another transfer" => succeed("ft-2")],
        RecordFailed: [
            "refused" => fail(RefundFailure::Refused),
            "outcome unknown" => fail(RefundFailure::OutcomeUnknown),
        ],
        Offset: [
            "of a part" => RefundCommand::Offset { amount: amount(30), reference: text("re-7"), at: at(5) },
            "of all" => RefundCommand::Offset { amount: claim().owed().amount, reference: text("re-7"), at: at(5) },
            "of more" => RefundCommand::Offset {
                amount: claim().owed().amount.checked_add(amount(1)).unwrap(),
                reference: text("re-7"),
                at: at(5),
            },
        ],
        Reverse: [
            "" => RefundCommand::Reverse { attempt: 1, reference: text("ft-1"), cause: text("closed"), at: at(5) },
        ],
        RequestReview: ["" => RefundCommand::RequestReview { at: at(5) }],
        Retry: ["" => retry()],
        MarkDone: ["by its transfer" => mark_done("ft-1"), "by another transfer" => mark_done("ft-2")],
        WriteOff: ["" => write_off()],
    })
}

/// The columns: unrequested, requested, submitted, failed, manual review, succeeded, written off.
fn outcomes(command: &RefundCommand) -> [Outcome; STAGES.len()] {
    let none = || Refused(RefundRefusal::Unknown);
    let no = Refused;
    let done = || no(RefundRefusal::Succeeded);
    let given_up = || no(RefundRefusal::WrittenOff);
    let so = || AlreadySo;
    let transfer = |reference: &str| if reference == "ft-1" { AlreadySo } else { no(RefundRefusal::AlreadyDone) };
    match command {
        RefundCommand::Request { claim: asked, .. } => {
            let again = || if *asked == claim() { AlreadySo } else { no(RefundRefusal::OtherClaim) };
            let first = Does("RefundRequested", Requested);
            [first, again(), again(), again(), again(), again(), again()]
        }
        RefundCommand::RecordSubmitted { .. } => {
            let yes = || Does("RefundSubmitted", Submitted);
            [none(), yes(), so(), yes(), no(RefundRefusal::InReview), so(), given_up()]
        }
        RefundCommand::RecordSucceeded { reference, .. } => {
            let yes = || Does("RefundSucceeded", Succeeded);
            let early = no(RefundRefusal::NotSubmitted);
            [none(), early, yes(), yes(), yes(), transfer(reference.as_str()), given_up()]
        }
        RefundCommand::RecordFailed { .. } => {
            let early = no(RefundRefusal::NotSubmitted);
            [none(), early, Does("RefundFailed", Failed), so(), so(), done(), so()]
        }
        RefundCommand::Offset { amount: less, .. } => {
            let closed = || no(RefundRefusal::NotOpen);
            let owed = claim().owed().amount;
            let counts = |before| match (*less).cmp(&owed) {
                std::cmp::Ordering::Less => Does("RefundOffset", before),
                std::cmp::Ordering::Equal => Does("RefundOffset", Succeeded),
                std::cmp::Ordering::Greater => no(RefundRefusal::NotOpen),
            };
            let [requested, submitted, failed] = [counts(Requested), counts(Submitted), counts(Failed)];
            [none(), requested, submitted, failed, counts(ManualReview), closed(), closed()]
        }
        // These are performed by people: no gateway says that they came back.
        RefundCommand::Reverse { .. } => [none(), so(), so(), so(), so(), so(), so()],
        RefundCommand::RequestReview { .. } => {
            let early = || no(RefundRefusal::NotFailed);
            [none(), early(), early(), Does("RefundReviewRequested", ManualReview), so(), done(), given_up()]
        }
        RefundCommand::Retry { .. } => {
            let early = || no(RefundRefusal::NotInReview);
            [none(), early(), so(), early(), Does("RefundRetried", Submitted), done(), given_up()]
        }
        RefundCommand::MarkDone { reference, .. } => {
            let early = || no(RefundRefusal::NotInReview);
            let yes = Does("RefundSucceeded", Succeeded);
            [none(), early(), early(), early(), yes, transfer(reference.as_str()), given_up()]
        }
        RefundCommand::WriteOff { .. } => {
            let early = || no(RefundRefusal::NotInReview);
            [none(), early(), early(), early(), Does("RefundWrittenOff", WrittenOff), done(), so()]
        }
    }
}

#[test]
fn every_stage_answers_every_command_as_the_table_says() {
    for (column, from) in STAGES.into_iter().enumerate() {
        for Sample { variant, label, value: command } in commands() {
            let expected = outcomes(&command)[column].clone();
            let pair = format!("{from:?} x {variant} {label}");
            let answer = given(life(from)).when(command).inspect_result();
            match (expected, answer) {
                (Does(name, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(RefundEvent::name).collect::<Vec<_>>(), [name], "{pair}");
                    let after = state(life(from).into_iter().chain(decided).collect());
                    assert_eq!(stage(&after), next, "{pair}");
                    assert_eq!(after.claim().map(|claim| claim.capture.clone()), Some(claim().capture), "{pair}");
                }
                (AlreadySo, Ok(decided)) => assert_eq!(decided, [], "{pair}"),
                (Refused(expected), Err(refusal)) => assert_eq!(refusal, expected, "{pair}"),
                (expected, answer) => panic!("{pair}: expected {expected:?}, got {answer:?}"),
            }
        }
    }
}

/// Whatever a command did, the same command right after it does nothing more; but what counts for it is told by the payment,
/// which counts it once.
#[test]
fn an_accepted_command_that_is_repeated_adds_nothing() {
    for from in STAGES {
        for Sample { variant, label, value: command } in commands() {
            if variant == "Offset" {
                continue;
            }
            let before = state(life(from));
            let Ok(decided) = decide(&before, command.clone()) else { continue };
            let after = decided.into_iter().fold(before, Refund::evolve);
            assert_eq!(decide(&after, command), Ok(vec![]), "{from:?} x {variant} {label}");
        }
    }
}

#[test]
fn each_event_moves_the_states_it_fits_and_no_other() {
    for from in STAGES {
        for sample in refund_events() {
            let fits: &[Stage] = match sample.value {
                RefundEvent::RefundRequested { .. } => &[Unrequested],
                RefundEvent::RefundSubmitted { .. } => &[Requested, Failed],
                RefundEvent::RefundSucceeded { .. } => &[Submitted, Failed, ManualReview],
                RefundEvent::RefundOffset { left, .. } if left == amount(0) => {
                    &[Requested, Submitted, Failed, ManualReview]
                }
                RefundEvent::RefundOffset { .. } => &[],
                RefundEvent::RefundReversed { .. } => &[Succeeded],
                RefundEvent::RefundFailed { .. } => &[Submitted],
                RefundEvent::RefundReviewRequested { .. } => &[Failed],
                RefundEvent::RefundRetried { .. } | RefundEvent::RefundWrittenOff { .. } => &[ManualReview],
            };
            let before = state(life(from));
            let moved = stage(&before.evolve(sample.value)) != from;
            assert_eq!(moved, fits.contains(&from), "{from:?} x {} {}", sample.variant, sample.label);
        }
    }
}
