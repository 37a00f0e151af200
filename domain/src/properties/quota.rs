use proptest::prelude::*;

use crate::{
    quota::{PurchaseQuota, QuotaCommand, QuotaEvent, decide},
    samples::{order_id, quantity},
};

/// Limits that are raised and lowered on the way.
pub(super) fn commands() -> impl Strategy<Value = Vec<QuotaCommand>> {
    let order = || (1..=5_u128).prop_map(order_id);
    let units = || (1..=6_i64).prop_map(quantity);
    let limit = (1..=12_i64).prop_map(quantity);
    let command = prop_oneof![
        3 => (order(), units(), limit).prop_map(|(order, units, limit)| QuotaCommand::Take { order, units, limit }),
        2 => (order(), units()).prop_map(|(order, units)| QuotaCommand::Return { order, units }),
    ];
    prop::collection::vec(command, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_commands_takes_past_the_limit_or_gives_back_what_was_not_taken(commands in commands()) {
        let (mut quota, mut log) = (PurchaseQuota::default(), Vec::<QuotaEvent>::new());
        for command in commands {
            let before = quota.taken();
            let decided = decide(&quota, command);
            let (fits, after) = match command {
                QuotaCommand::Take { units, limit, .. } => {
                    let after = before + i64::from(units);
                    (after <= i64::from(limit), after)
                }
                QuotaCommand::Return { units, .. } => {
                    let after = before - i64::from(units);
                    (after >= 0, after)
                }
            };
            prop_assert_eq!(decided.is_ok(), fits, "{:?} with {} taken", &decided, before);
            for event in decided.unwrap_or_default() {
                quota.evolve(&event);
                log.push(event);
            }
            prop_assert_eq!(quota.taken(), if fits { after } else { before });
        }
        let replayed = log.iter().fold(PurchaseQuota::default(), |mut quota, event| {
            let stored = serde_json::to_string(event).unwrap();
            quota.evolve(&serde_json::from_str(&stored).unwrap());
            quota
        });
        prop_assert_eq!(replayed, quota);
    }
}
