use proptest::prelude::*;

use super::{number_share, split, split_number, unit_share, units_share};
use crate::{
    money::{Amount, MAX_AMOUNT},
    quantity::Quantity,
    samples::{amount, money, quantity},
};

fn parts(total: i64, weights: &[i64]) -> Vec<i64> {
    split(amount(total), weights).into_iter().map(Amount::minor_units).collect()
}

#[test]
fn the_parts_that_were_cut_off_most_are_rounded_up() {
    assert_eq!(parts(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(parts(10, &[6, 6, 5]), [4, 3, 3]);
    assert_eq!(parts(5, &[50, 30, 20]), [3, 1, 1]);
    assert_eq!(parts(1, &[1, 2]), [0, 1]);
}

#[test]
fn without_any_weight_all_weigh_the_same() {
    assert_eq!(parts(7, &[0, 0, 0]), [3, 2, 2]);
    assert_eq!(parts(7, &[0, -5, 0]), [3, 2, 2]);
    assert_eq!(parts(7, &[0, 3, -5]), [0, 7, 0]);
    assert_eq!(parts(7, &[]), Vec::<i64>::new());
}

#[test]
fn the_largest_amount_splits_by_the_largest_weights() {
    assert_eq!(parts(MAX_AMOUNT, &[i64::MAX, i64::MAX]), [MAX_AMOUNT / 2, MAX_AMOUNT / 2]);
    assert_eq!(
        split_number(u64::MAX, &[i64::MAX, 1]).iter().map(|part| u128::from(*part)).sum::<u128>(),
        u64::MAX.into()
    );
}

#[test]
fn the_first_units_have_what_is_over() {
    let share = |index| unit_share(amount(11), quantity(4), index).minor_units();
    assert_eq!([0, 1, 2, 3, 4].map(share), [3, 3, 3, 2, 0]);
    assert_eq!(units_share(amount(11), quantity(4), 1, 2), amount(6));
    assert_eq!(units_share(amount(11), quantity(4), 2, u32::MAX), amount(5));
}

fn amounts() -> impl Strategy<Value = Amount> {
    prop_oneof![0..=10_000_i64, 0..=MAX_AMOUNT, MAX_AMOUNT - 9..=MAX_AMOUNT].prop_map(amount)
}

fn quantities() -> impl Strategy<Value = Quantity> {
    prop_oneof![1..=12_i64, 1..=i64::from(Quantity::MAX)].prop_map(quantity)
}

fn weights() -> impl Strategy<Value = Vec<i64>> {
    let weight = prop_oneof![Just(0), 1..=9_i64, 0..=MAX_AMOUNT];
    prop::collection::vec(weight, 1..40)
}

proptest! {
    /// Amounts are whole minor units, so the law is the same in a currency of no decimals, of two and of three: the
    /// parts, written as money, add up to the money that was split.
    #[test]
    fn parts_add_up_and_none_is_a_minor_unit_off(
        total in amounts(),
        weights in weights(),
        code in prop::sample::select(vec!["JPY", "GBP", "KWD"]),
    ) {
        let parts = split(total, &weights);
        let sum = parts.iter().try_fold(Amount::ZERO, |sum, part| sum.checked_add(*part)).unwrap();
        prop_assert_eq!(money(sum.minor_units(), code).to_string(), money(total.minor_units(), code).to_string());
        let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (part, weight) in parts.iter().zip(&weights) {
            let (weight, all) = if all == 0 { (1, i128::try_from(weights.len()).unwrap()) } else { ((*weight).into(), all) };
            let off = i128::from(part.minor_units()) * all - i128::from(total.minor_units()) * weight;
            prop_assert!(off.abs() < all, "{} is a minor unit or more off its share", part.minor_units());
        }
        prop_assert_eq!(split(total, &weights), parts);
    }

    /// What makes discounts safe: a part of less than all never takes more than there is.
    #[test]
    fn no_part_is_larger_than_its_weight_while_the_total_is_not_larger_than_theirs(
        weights in prop::collection::vec(0..=1_000_i64, 1..20),
        share in 0..=1_000_i64,
    ) {
        let total = weights.iter().sum::<i64>() * share / 1_000;
        for (part, weight) in parts(total, &weights).iter().zip(&weights) {
            prop_assert!(part <= weight);
        }
    }

    /// The one that was cut off most is rounded up, and the earlier of two that were cut off the same.
    #[test]
    fn nobody_is_rounded_up_before_somebody_who_was_cut_off_more(
        total in 0..=1_000_i64,
        weights in prop::collection::vec(1..=30_i64, 1..12),
    ) {
        let all: i64 = weights.iter().sum();
        let cut = |index: usize| (total * weights[index]) % all;
        let up: Vec<bool> = parts(total, &weights).iter().zip(&weights).map(|(part, weight)| *part > total * weight / all).collect();
        for one in 0..weights.len() {
            for other in 0..weights.len() {
                if up[one] && !up[other] {
                    prop_assert!((cut(one), other) > (cut(other), one));
                }
            }
        }
    }

    #[test]
    fn units_add_up_however_they_are_counted_out(total in amounts(), quantity in quantities(), cut in 0..=Quantity::MAX) {
        let before = units_share(total, quantity, 0, cut);
        let after = units_share(total, quantity, cut, quantity.units());
        prop_assert_eq!(before.checked_add(after), Some(total));
        let units: u64 = (0..quantity.units().min(500))
            .map(|index| number_share(total.minor_units().unsigned_abs(), quantity, index, 1))
            .sum();
        prop_assert_eq!(units_share(total, quantity, 0, 500).minor_units().unsigned_abs(), units);
    }

    #[test]
    fn no_unit_is_a_minor_unit_off(total in amounts(), quantity in quantities(), index in 0..Quantity::MAX) {
        prop_assume!(index < quantity.units());
        let exact = total.minor_units() / i64::from(quantity);
        let share = unit_share(total, quantity, index).minor_units();
        prop_assert!(share == exact || (share == exact + 1 && total.minor_units() % i64::from(quantity) > i64::from(index)));
    }
}
