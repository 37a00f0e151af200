use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    money::Amount,
    order::Capture,
    payment::{
        Captures, GatewayReport, Mismatch, Payment, PaymentCommand, PaymentEvent, PaymentStatus, ReportSource,
        ReportedStatus, decide, new_captures,
    },
    samples::{at, gbp, order_id, payment_id, payment_terms, report, text},
};

/// Together they make up the whole amount, so that any part of them fits it.
const TRANSACTIONS: [(&str, i64); 4] = [("tx-1", 1000), ("tx-2", 300), ("tx-3", 200), ("tx-4", 30)];

fn statuses() -> impl Strategy<Value = ReportedStatus> {
    prop_oneof![
        Just(ReportedStatus::Pending),
        Just(ReportedStatus::Authorized),
        Just(ReportedStatus::Captured),
        prop::sample::select(vec!["card_declined", "insufficient_funds"])
            .prop_map(|code| ReportedStatus::Failed { code: text(code) }),
        Just(ReportedStatus::Expired),
        Just(ReportedStatus::Voided),
        Just(ReportedStatus::Disputed),
    ]
}

/// Reports that go together, up to what the bank takes back, after which nothing else comes: no two of them name one transaction with two amounts, and all transactions fit the amount.
/// Some are wrong by themselves, and some are for somebody else. Whether one gateway would say all of that in one life is
/// left open.
fn agreeing() -> impl Strategy<Value = GatewayReport> {
    let parts = prop::sample::subsequence(TRANSACTIONS.to_vec(), 0..=TRANSACTIONS.len());
    let sets_aside = prop_oneof![8 => Just(0_u8), 1 => Just(1), 1 => Just(2)];
    (statuses(), prop::sample::select(vec![0, 700, 1530, 1531]), parts, sets_aside).prop_map(
        |(status, authorized, parts, foreign)| {
            let report = report(status, authorized, &parts);
            match foreign {
                0 => report,
                1 => GatewayReport { order: order_id(2), ..report },
                _ => GatewayReport { currency: text("EUR"), ..report },
            }
        },
    )
}

/// Anything: one reference with several amounts, more than the amount, nothing.
fn wild() -> impl Strategy<Value = GatewayReport> {
    let transaction = (
        prop::sample::select(vec!["tx-1", "tx-2", "tx-3"]),
        prop::sample::select(vec![0, 500, 530, 1000, 1530, crate::money::MAX_AMOUNT]),
    );
    let transactions = prop::collection::vec(transaction, 0..4);
    (
        prop_oneof![7 => statuses(), 1 => Just(ReportedStatus::ChargedBack)],
        prop::sample::select(vec![0, 700, 1530, 1531]),
        transactions,
    )
        .prop_map(|(status, authorized, transactions)| report(status, authorized, &transactions))
}

/// What may be asked of a payment between the reports.
fn commands() -> impl Strategy<Value = PaymentCommand> {
    prop_oneof![
        6 => wild().prop_map(says),
        1 => Just(PaymentCommand::RecordPending { gateway_reference: text("sbx_9"), next_action: None, at: at(1) }),
        1 => (prop::sample::select(vec![500, 530, 1530]), any::<bool>()).prop_map(|(pence, is_final)| {
            PaymentCommand::RequestCapture { amount: gbp(pence), is_final, at: at(3) }
        }),
        1 => Just(PaymentCommand::RequestVoid { at: at(4) }),
        1 => Just(PaymentCommand::Expire { at: at(30) }),
        1 => Just(PaymentCommand::ResolveMismatch { actor: text("x"), reason: text("y"), at: at(5) }),
    ]
}

/// A life of a payment, from its beginning on.
pub(super) fn lives() -> impl Strategy<Value = Vec<PaymentCommand>> {
    prop::collection::vec(commands(), 1..30).prop_map(|mut commands| {
        commands.insert(0, initiate());
        commands
    })
}

fn initiate() -> PaymentCommand {
    PaymentCommand::Initiate { payment: payment_id(3), terms: payment_terms(), at: at(0) }
}

fn says(report: GatewayReport) -> PaymentCommand {
    PaymentCommand::Report { report, source: ReportSource::Poll, at: at(2) }
}

fn begun() -> Payment {
    follow(Payment::default(), initiate()).0
}

/// The payment after a command, and what the command led to. A refusal leads to nothing.
fn follow(payment: Payment, command: PaymentCommand) -> (Payment, Vec<PaymentEvent>) {
    let events = decide(&payment, command).unwrap_or_default();
    (events.iter().cloned().fold(payment, Payment::evolve), events)
}

fn after(payment: Payment, reports: &[GatewayReport]) -> Payment {
    reports.iter().cloned().fold(payment, |payment, report| follow(payment, says(report)).0)
}

fn tells_of_money(command: &PaymentCommand) -> bool {
    matches!(command, PaymentCommand::Report { report, .. } if !report.captures.is_empty())
}

fn sum(payment: &Payment) -> Amount {
    payment.captures().map_or(Amount::ZERO, Captures::sum)
}

/// One set of reports, each at least once, in two orders.
fn two_orders() -> impl Strategy<Value = [Vec<GatewayReport>; 2]> {
    prop::collection::vec(agreeing(), 1..8).prop_flat_map(|reports| {
        let once = reports.clone();
        let repeats = prop::collection::vec(prop::sample::select(reports), 0..8);
        repeats.prop_flat_map(move |repeats| {
            let all: Vec<GatewayReport> = once.iter().cloned().chain(repeats).collect();
            [Just(once.clone()).prop_shuffle(), Just(all).prop_shuffle()]
        })
    })
}

/// Where a payment may go from where it stands.
fn may_follow(before: PaymentStatus, after: PaymentStatus) -> bool {
    use PaymentStatus::{
        AuthorizationExpired, Authorized, Captured, ChargedBack, Disputed, Expired, Failed, Initiated,
        PartiallyCaptured, Pending, Voided,
    };
    let money = matches!(after, PartiallyCaptured | Captured | Disputed | ChargedBack);
    let ending = |from: usize| [Failed, Expired, AuthorizationExpired, Voided][from..].contains(&after);
    before == after
        || match before {
            Initiated => true,
            Pending => after != Initiated,
            Authorized => money || ending(0),
            PartiallyCaptured => matches!(after, Captured | Disputed | ChargedBack),
            Captured => matches!(after, Disputed | ChargedBack),
            Disputed => after == ChargedBack,
            ChargedBack => false,
            Failed => money || ending(1),
            Expired => money || ending(2),
            AuthorizationExpired => money || ending(3),
            Voided => money,
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn reports_lead_to_the_same_payment_in_whatever_order_and_however_often_they_come(
        [once, shuffled] in two_orders(),
    ) {
        prop_assert_eq!(after(begun(), &once), after(begun(), &shuffled));
    }

    /// What was asked of the gateway before, and how far it came without money, makes no difference to that.
    #[test]
    fn the_order_of_reports_does_not_matter_after_any_life_either(
        life in lives(),
        [once, shuffled] in two_orders(),
    ) {
        let moneyless = life.into_iter().filter(|command| !tells_of_money(command));
        let payment = moneyless.fold(Payment::default(), |payment, command| follow(payment, command).0);
        prop_assert_eq!(after(payment.clone(), &once), after(payment, &shuffled));
    }

    #[test]
    fn each_transaction_is_taken_once_and_the_sum_neither_shrinks_nor_passes_the_amount(life in lives()) {
        let mut payment = Payment::default();
        let mut taken = BTreeMap::new();
        for command in life {
            let before = payment.clone();
            let (next, events) = follow(payment, command);
            payment = next;
            for Capture { reference, amount, payment: of, tender: _ } in new_captures(&events) {
                prop_assert_eq!(*of, Some(payment_id(3)));
                prop_assert_eq!(taken.insert(reference.clone(), amount.amount), None, "{} was taken twice", reference);
            }
            let total = taken.values().fold(Amount::ZERO, |sum, amount| sum.checked_add(*amount).unwrap());
            prop_assert_eq!(sum(&payment), total);
            prop_assert!(total <= payment_terms().amount.amount);
            prop_assert!(sum(&before) <= sum(&payment));
            if let (Some(before), Some(after)) = (before.status(), payment.status()) {
                prop_assert!(may_follow(before, after), "{} became {}", before, after);
            }
        }
    }

    #[test]
    fn every_report_is_taken_or_set_aside_or_known(life in lives(), report in wild()) {
        let payment = life.into_iter().fold(Payment::default(), |payment, command| follow(payment, command).0);
        let (after, events) = follow(payment.clone(), says(report.clone()));
        let set_aside: Vec<&Mismatch> = events
            .iter()
            .filter_map(|event| match event {
                PaymentEvent::PaymentMismatchReported { mismatch, .. } => Some(mismatch),
                _ => None,
            })
            .collect();
        if let [mismatch] = set_aside.as_slice() {
            prop_assert_eq!(events.len(), 1, "something else came of a mismatch");
            prop_assert!(after.attempt().unwrap().quarantine.open.contains(*mismatch));
        }
        prop_assert_eq!(decide(&after, says(report)), Ok(vec![]), "a report that was dealt with is news");
    }

    #[test]
    fn the_status_alone_follows_the_events_as_the_whole_payment_does(life in lives()) {
        let (mut payment, mut status) = (Payment::default(), None);
        for command in life {
            for event in decide(&payment, command).unwrap_or_default() {
                status = Some(PaymentStatus::after(status, &event));
                payment = payment.evolve(event);
                prop_assert_eq!(status, payment.status());
            }
        }
    }

    #[test]
    fn every_event_of_a_payment_takes_effect(life in lives()) {
        let mut payment = Payment::default();
        for command in life {
            for event in decide(&payment, command).unwrap_or_default() {
                let before = payment.clone();
                payment = payment.evolve(event);
                prop_assert_ne!(&payment, &before, "an event without effect was decided");
            }
        }
    }
}
