use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    ids::OrderId,
    merchant::{self, MAX_POINTS_VALUE, Merchant, MerchantCommand, PointsPolicy, Policies},
    money::MAX_AMOUNT,
    points::{FrozenPoints, GrantCause, MAX_EARNED, Points, PointsAccount, PointsCommand, PointsEvent, decide},
    samples::{amount, at, gbp, order_id, points, text},
};

/// Few orders and few points, so that commands meet; now and then as many as a command may name.
pub(super) fn commands() -> impl Strategy<Value = Vec<PointsCommand>> {
    let order = || (1..=5_u128).prop_map(order_id);
    let some = || (1..=12_i64).prop_map(points);
    let many = prop_oneof![12 => 1..=12_i64, 1 => Just(Points::MAX)].prop_map(points);
    let cause = prop_oneof![
        order().prop_map(|order| GrantCause::OrderCompleted { order }),
        Just(GrantCause::ByHand { actor: text("back_office:tok_1"), reason: text("sorry") }),
    ];
    let command = prop_oneof![
        3 => (many, cause).prop_map(|(points, cause)| PointsCommand::Grant { points, cause, at: at(0) }),
        4 => (order(), some()).prop_map(|(order, points)| PointsCommand::Freeze { order, points }),
        3 => order().prop_map(|order| PointsCommand::Spend { order }),
        2 => order().prop_map(|order| PointsCommand::Unfreeze { order }),
        2 => (order(), some()).prop_map(|(order, points)| PointsCommand::Return { order, points }),
        1 => (order(), some()).prop_map(|(order, points)| PointsCommand::Revoke { order, points, at: at(1) }),
    ];
    prop::collection::vec(command, 1..80)
}

/// The points, kept a second time and in the plainest way.
#[derive(Default)]
struct Ledger {
    granted: i128,
    revoked: i128,
    spent: i128,
    frozen: BTreeMap<OrderId, i128>,
}

impl Ledger {
    fn enter(&mut self, event: &PointsEvent) {
        let count = |points: &Points| i128::from(i64::from(*points));
        match event {
            PointsEvent::PointsGranted { points, .. } => self.granted += count(points),
            PointsEvent::PointsFrozen(FrozenPoints { order, points }) => {
                assert!(self.frozen.insert(*order, count(points)).is_none(), "frozen twice");
            }
            PointsEvent::PointsSpent(FrozenPoints { order, points }) => {
                assert_eq!(self.frozen.remove(order), Some(count(points)));
                self.spent += count(points);
            }
            PointsEvent::PointsUnfrozen(FrozenPoints { order, points }) => {
                assert_eq!(self.frozen.remove(order), Some(count(points)));
            }
            PointsEvent::PointsReturned { points, .. } => self.spent -= count(points),
            PointsEvent::PointsRevoked { points, .. } => self.revoked += count(points),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_commands_freezes_or_spends_a_point_twice(commands in commands()) {
        let (mut account, mut ledger, mut log) = (PointsAccount::default(), Ledger::default(), Vec::new());
        for command in commands {
            for event in decide(&account, command).unwrap_or_default() {
                let debt = account.debt();
                account.evolve(&event);
                ledger.enter(&event);
                let revoked = matches!(event, PointsEvent::PointsRevoked { .. });
                prop_assert!(revoked || account.debt() <= debt, "{event:?} made a debt: {account:?}");
                log.push(event);
            }
            prop_assert!(account.frozen() >= 0 && account.spent() >= 0, "{account:?}");
            prop_assert!((0..=MAX_EARNED).contains(&account.earned()), "{account:?}");
            prop_assert!(account.balance() + account.debt() >= account.frozen(), "{account:?}");
            prop_assert!(i128::from(account.debt()) <= ledger.revoked, "{account:?}");
            prop_assert_eq!(i128::from(account.balance()), ledger.granted - ledger.revoked - ledger.spent);
            prop_assert_eq!(i128::from(account.frozen()), ledger.frozen.values().sum::<i128>());
            prop_assert_eq!(i128::from(account.spent()), ledger.spent);
            prop_assert_eq!(account.open_freezes(), ledger.frozen.len());
        }
        let replayed = log.iter().fold(PointsAccount::default(), |mut account, event| {
            let stored = serde_json::to_string(event).unwrap();
            account.evolve(&serde_json::from_str(&stored).unwrap());
            account
        });
        prop_assert_eq!(replayed, account);
    }

    /// What is available can be frozen to the last point, and not one more.
    #[test]
    fn exactly_what_is_available_can_be_frozen(commands in commands()) {
        let mut account = PointsAccount::default();
        for command in commands {
            for event in decide(&account, command).unwrap_or_default() {
                account.evolve(&event);
            }
        }
        let freeze = |number: i64| PointsCommand::Freeze { order: order_id(99), points: points(number) };
        let available = account.available();
        if (1..Points::MAX).contains(&available) {
            prop_assert!(decide(&account, freeze(available)).is_ok());
        }
        if available < Points::MAX {
            prop_assert!(decide(&account, freeze(available.max(0) + 1)).is_err());
        }
    }

    /// What a payment earns is never worth more than the payment, by any policy that can be set.
    #[test]
    fn no_policy_makes_money_out_of_nothing(value in 0..=2_000_000_i64, granted in rates(), paid in 0..=MAX_AMOUNT) {
        let policy = PointsPolicy { value_per_100: gbp(value), granted_per_100: granted };
        let policies = Policies { points: Some(policy), ..Policies::default() };
        let set = merchant::decide(&Merchant::default(), MerchantCommand::SetPolicies { policies, at: at(0) });
        if set.is_ok() {
            let worth = policy.value_of(policy.granted_for(amount(paid)));
            prop_assert!(worth.is_some_and(|worth| worth <= amount(paid)), "{policy:?} of {paid} makes {worth:?}");
        } else {
            let nominal = i128::from(value) * i128::from(granted);
            prop_assert!(value == 0 || value > MAX_POINTS_VALUE || nominal > 10_000, "{policy:?} was refused");
        }
    }
}

/// Mostly such as shops have.
fn rates() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..=200_u32, 2 => 0..=20_000_u32, 1 => any::<u32>()]
}
