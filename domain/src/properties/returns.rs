use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    order::LineUnits,
    returns::{InspectedLine, Owed, Return, ReturnCommand, ReturnEvent, ReturnKind, ReturnTerms, decide, restocked},
    samples::{at, bare_address, exchange, inspected, return_terms, text},
};

/// Whole lives and fragments: five units of one line and one of another, inspected in every way that may add up.
pub(super) fn commands() -> impl Strategy<Value = Vec<ReturnCommand>> {
    let kind = prop::sample::select(vec![ReturnKind::RefundOnly, ReturnKind::Return, exchange()]);
    let found = (0..=5_u32, 0..=5_u32, 0..=1_u32).prop_map(|(restock, scrap, second)| {
        let missing = 5_u32.saturating_sub(restock + scrap);
        vec![inspected(0, restock, scrap, missing), inspected(1, second, 0, 1 - second)]
    });
    let command = prop_oneof![
        2 => Just(ReturnCommand::Approve { return_address: Some(bare_address()), actor: text("saga:return"), at: at(1) }),
        1 => Just(ReturnCommand::Decline { reason: text("worn"), actor: text("saga:return"), at: at(1) }),
        1 => Just(ReturnCommand::Cancel { reason: None, at: at(2) }),
        1 => (11_430..11_450_i64).prop_map(|minute| ReturnCommand::ReportReviewOverdue { at: at(minute) }),
        4 => Just(ReturnCommand::RecordInTransit { tracking: None, at: at(3) }),
        4 => Just(ReturnCommand::Receive { at: at(4) }),
        6 => found.prop_map(|inspected| ReturnCommand::Inspect { inspected, location: None, at: at(5) }),
        4 => Just(ReturnCommand::Resolve { refunds: vec![], at: at(6) }),
        2 => Just(ReturnCommand::GiveUpReplacement { refunds: vec![], at: at(6) }),
        2 => Just(ReturnCommand::Close { at: at(7) }),
    ];
    (kind, prop::collection::vec(command, 1..30)).prop_map(|(kind, mut rest)| {
        rest.insert(0, ReturnCommand::Request { terms: return_terms(kind) });
        rest
    })
}

fn count(units: &[LineUnits]) -> BTreeMap<u32, i64> {
    units.iter().map(|units| (units.line, units.quantity.into())).collect()
}

fn is_within(part: &[LineUnits], terms: &ReturnTerms) -> bool {
    let whole: BTreeMap<u32, i64> = terms.units.iter().map(|units| (units.line, units.quantity.into())).collect();
    count(part).iter().all(|(line, units)| whole.get(line).is_some_and(|whole| units <= whole))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// What is owed is decided once, and is never for more than what was asked for or, where goods come back, for what
    /// came back.
    #[test]
    fn no_sequence_of_commands_owes_for_what_did_not_come_back(commands in commands()) {
        let (mut state, mut found, mut resolved) = (Return::default(), Vec::<InspectedLine>::new(), 0);
        for command in commands {
            for event in decide(&state, command).unwrap_or_default() {
                match &event {
                    ReturnEvent::ReturnInspected { inspected, .. } => found.clone_from(inspected),
                    ReturnEvent::ReturnResolving { owed, .. } => {
                        resolved += 1;
                        let terms = state.terms().unwrap();
                        let back: u32 = found.iter().map(|line| line.restock + line.scrap).sum();
                        let (refunded, replaced) = match owed {
                            Owed::Refund { units } => (units.clone(), false),
                            Owed::Replacement { .. } => (vec![], true),
                            Owed::Nothing => (vec![], false),
                        };
                        prop_assert!(is_within(&refunded, terms) && is_within(&restocked(&found), terms));
                        let paid: i64 = refunded.iter().map(|units| i64::from(units.quantity)).sum();
                        match &terms.kind {
                            ReturnKind::RefundOnly => prop_assert_eq!((paid, found.len()), (6, 0)),
                            ReturnKind::Return => prop_assert_eq!((paid, replaced), (i64::from(back), false)),
                            ReturnKind::Exchange { .. } => {
                                prop_assert_eq!((paid, replaced), if back == 6 { (0, true) } else { (i64::from(back), false) });
                            }
                        }
                    }
                    ReturnEvent::ReturnRequested(_)
                    | ReturnEvent::ReturnApproved { .. }
                    | ReturnEvent::ReturnDeclined { .. }
                    | ReturnEvent::ReturnCancelled { .. }
                    | ReturnEvent::ReturnEscalated { .. }
                    | ReturnEvent::ReturnInTransit { .. }
                    | ReturnEvent::ReturnReceived { .. }
                    | ReturnEvent::ReturnReplacementGivenUp { .. }
                    | ReturnEvent::ReturnRefundSettled { .. }
                    | ReturnEvent::ReturnClosed { .. } => {}
                }
                state = state.evolve(event);
            }
        }
        prop_assert!(resolved <= 1);
    }
}
