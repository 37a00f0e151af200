//! How much tax falls on an amount, tax by tax.
//!
//! On top of a price every tax is worked out by itself and rounded once: those that are not compound on the price, each
//! compound one on the price with the taxes before it. In a price the compound ones are taken out from the last to the
//! first, each rounded once; what those hold that are not compound is rounded once for all of them and split by their
//! rates, so that no sum of roundings passes the price.

use crate::{
    merchant::{TaxBasis, TaxRate, Taxes},
    money::Amount,
    pricing::{AppliedTax, Rate},
    split::split,
};

/// The taxes on what is left of a line or of the fee, each with its rate. Nothing, if a sum is more than an amount can be.
pub(super) fn levy<'a>(taxes: &Taxes<'a>, basis: TaxBasis, left: Amount) -> Option<Vec<(&'a TaxRate, Amount)>> {
    match basis {
        TaxBasis::Added => on_top(taxes, left),
        TaxBasis::Included => Some(within(taxes, left)),
    }
}

fn on_top<'a>(taxes: &Taxes<'a>, left: Amount) -> Option<Vec<(&'a TaxRate, Amount)>> {
    let mut sum = left;
    let levied = |rate: &'a TaxRate| {
        let amount = rate.rate.of(if rate.compound { sum } else { left });
        sum = sum.checked_add(amount)?;
        Some((rate, amount))
    };
    taxes.rates().map(levied).collect()
}

fn within<'a>(taxes: &Taxes<'a>, left: Amount) -> Vec<(&'a TaxRate, Amount)> {
    let mut rest = left;
    let mut levied: Vec<(&TaxRate, Amount)> = vec![];
    for rate in taxes.rates().rev().filter(|rate| rate.compound) {
        let amount = rate.rate.contained_in(rest);
        rest = rest.saturating_sub(amount);
        levied.push((rate, amount));
    }
    let simple = taxes.rates().filter(|rate| !rate.compound);
    let weights: Vec<i64> = simple.clone().map(|rate| i64::from(rate.rate)).collect();
    let parts = split(Rate::all_contained_in(simple.clone().map(|rate| rate.rate), rest), &weights);
    levied.reverse();
    simple.zip(parts).chain(levied).collect()
}

/// What is to be paid where so much is left of a line or of the fee. Nothing, if it is more than an amount can be. It makes no
/// list, because it is asked of every set of offers.
pub(super) fn with_tax(taxes: &Taxes<'_>, basis: TaxBasis, left: Amount) -> Option<Amount> {
    match basis {
        TaxBasis::Included => Some(left),
        TaxBasis::Added => taxes
            .rates()
            .try_fold(left, |sum, rate| sum.checked_add(rate.rate.of(if rate.compound { sum } else { left }))),
    }
}

/// A price without the tax that it holds.
pub(super) fn net_of(taxes: &Taxes<'_>, price: Amount) -> Amount {
    within(taxes, price).into_iter().fold(price, |rest, (_, tax)| rest.saturating_sub(tax))
}

/// As the order is stored with it.
pub(super) fn applied(levied: Vec<(&TaxRate, Amount)>, basis: TaxBasis) -> (Option<AppliedTax>, Vec<AppliedTax>) {
    let mut taxes: Vec<AppliedTax> = levied
        .into_iter()
        .map(|(rate, amount)| AppliedTax {
            name: rate.name.clone(),
            category: rate.category.clone(),
            rate: rate.rate,
            basis,
            compound: rate.compound,
            amount,
        })
        .collect();
    if taxes.len() > 1 { (None, taxes) } else { (taxes.pop(), vec![]) }
}
