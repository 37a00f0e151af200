//! Splitting sums exactly: the parts of a split always add up to what was split, to the minor unit.
//!
//! Two splits are enough for everything. [`split`] is the method of the largest remainder (Hamilton's): every part is its
//! exact share rounded down or up, and the parts that were cut off most are the ones rounded up. [`unit_share`] splits a
//! sum onto equal units, the first of which have the minor unit that is over; being a formula, it needs no list of a
//! million units.

use std::cmp::Reverse;

use crate::{money::Amount, quantity::Quantity};

/// Splits an amount by weights, by the largest remainder; of equal remainders the earlier one is rounded up.
///
/// A negative weight counts as zero. If all weights are zero, the split is as if all were equal. The parts add up to
/// `total` unless there are no weights at all. Takes time in proportion to the number of weights.
pub fn split(total: Amount, weights: &[i64]) -> Vec<Amount> {
    split_number(total.minor_units().unsigned_abs(), weights).into_iter().map(|units| total.part(units)).collect()
}

/// The same split for what is counted and not money: points.
pub fn split_number(total: u64, weights: &[i64]) -> Vec<u64> {
    let weighed = |weight: &i64| u64::try_from(*weight).unwrap_or(0);
    let mut sum: u128 = weights.iter().map(weighed).map(u128::from).sum();
    let even = sum == 0;
    if even {
        sum = weights.iter().map(|_| 1).sum();
    }
    let mut left = total;
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let (part, remainder) = share(total, if even { 1 } else { weighed(weight) }, sum);
        let part = part.min(left);
        left -= part;
        parts.push(part);
        remainders.push((Reverse(remainder), index));
    }
    let over = usize::try_from(left).unwrap_or(usize::MAX).min(remainders.len());
    if over > 0 {
        remainders.select_nth_unstable(over - 1);
        for (_, index) in &remainders[..over] {
            parts[*index] += 1;
        }
    }
    parts
}

/// `total * weight / sum`, and what that leaves over. Nearly all sums are small enough for the processor's own division; one
/// of 128 bits takes several times as long.
fn share(total: u64, weight: u64, sum: u128) -> (u64, u128) {
    if let (Some(product), Ok(sum)) = (total.checked_mul(weight), u64::try_from(sum)) {
        return (product / sum, u128::from(product % sum));
    }
    let product = u128::from(total) * u128::from(weight);
    let part = product / sum;
    // No weight is more than their sum.
    (u64::try_from(part).unwrap_or(total), product - part * sum)
}

/// What of a sum falls on one unit of `quantity`, counted from zero. The first units have the minor unit more that the
/// division leaves over; a unit that does not exist has nothing.
pub fn unit_share(total: Amount, quantity: Quantity, index: u32) -> Amount {
    units_share(total, quantity, index, 1)
}

/// What of a sum falls on `count` units of `quantity` from the unit `from` on: the sum of their [`unit_share`]s.
pub fn units_share(total: Amount, quantity: Quantity, from: u32, count: u32) -> Amount {
    total.part(number_share(total.minor_units().unsigned_abs(), quantity, from, count))
}

/// The same for what is counted and not money: points.
pub fn number_share(total: u64, quantity: Quantity, from: u32, count: u32) -> u64 {
    let units = u64::from(quantity.units());
    let (each, over) = (total / units, total % units);
    let begin = u64::from(from).min(units);
    let end = u64::from(from).saturating_add(count.into()).min(units);
    each * (end - begin) + (end.min(over) - begin.min(over))
}

#[cfg(test)]
mod spec;
