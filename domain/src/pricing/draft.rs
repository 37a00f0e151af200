use crate::{
    merchant::{ShippingRate, TaxBasis, TaxRate, Taxes},
    money::Amount,
    order::OrderLine,
    pricing::{
        AppliedDiscount, PricedLine, PricedShipping,
        candidate::{Candidate, Effect},
        combination::Set,
        levy::{applied, levy, with_tax},
    },
    split::split,
};

/// What no choice of offers changes.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) lines: &'a [OrderLine],
    /// The taxes on each line; of none, where there is no tax.
    pub(super) taxes: Vec<Taxes<'a>>,
    /// What the price of each line would hold of tax that is not due; of none, where there is nothing.
    pub(super) not_due: &'a [Amount],
    pub(super) shipping: Option<Fee<'a>>,
    pub(super) shipping_taxes: Taxes<'a>,
    pub(super) basis: TaxBasis,
}

/// What delivery costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fee<'a> {
    pub(super) rate: &'a ShippingRate,
    pub(super) amount: Amount,
    /// Tax that is not due and that the fee would hold.
    pub(super) not_due: Amount,
}

/// What the order costs with some set of offers, before points.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) lines: Vec<PricedLine>,
    pub(super) shipping: Option<PricedShipping>,
    pub(super) total: Amount,
}

/// Something that discounts are taken off.
struct Open {
    left: Amount,
    discounts: Vec<AppliedDiscount>,
}

impl Open {
    const fn of(price: Amount) -> Self {
        Self { left: price, discounts: vec![] }
    }

    /// Takes off what is left at the most.
    fn take(&mut self, amount: Amount, candidate: &Candidate<'_>) {
        let amount = amount.min(self.left);
        if amount > Amount::ZERO {
            self.left = self.left.saturating_sub(amount);
            self.discounts.push(AppliedDiscount { source: candidate.source.clone(), amount });
        }
    }
}

impl Scene<'_> {
    /// Nothing, if the total is more than an amount can be.
    pub(super) fn apply(&self, candidates: &[Candidate<'_>], set: Set) -> Option<Draft> {
        let mut lines: Vec<Open> = self.lines.iter().map(|line| Open::of(line.total)).collect();
        let mut fee = Open::of(self.shipping.map_or(Amount::ZERO, |fee| fee.amount));
        for candidate in set.numbers().filter_map(|number| candidates.get(number)) {
            match &candidate.effect {
                Effect::Lines(amounts) => {
                    for (line, amount) in amounts {
                        lines[*line].take(*amount, candidate);
                    }
                }
                Effect::OrderShare { .. } | Effect::OrderAmount(_) => take_off_order(&mut lines, candidate),
                Effect::Shipping(rate) => fee.take(rate.of(fee.left), candidate),
            }
        }
        self.close(lines, fee)
    }

    fn close(&self, lines: Vec<Open>, fee: Open) -> Option<Draft> {
        let mut total = Amount::ZERO;
        let mut priced = Vec::with_capacity(lines.len());
        for (number, (line, open)) in self.lines.iter().zip(lines).enumerate() {
            let levied = levy(&self.line_taxes(number), self.basis, open.left)?;
            let with_tax = self.sum(open.left, &levied)?;
            let (tax, taxes) = applied(levied, self.basis);
            total = total.checked_add(with_tax)?;
            priced.push(PricedLine {
                quantity: line.quantity,
                price: line.total,
                discounts: open.discounts,
                tax,
                taxes,
                tax_not_due: self.not_due.get(number).copied().filter(|amount| *amount > Amount::ZERO),
                points: None,
                total: with_tax,
            });
        }
        let shipping = match self.shipping {
            None => None,
            Some(Fee { rate, amount, not_due }) => {
                let levied = levy(&self.shipping_taxes, self.basis, fee.left)?;
                let with_tax = self.sum(fee.left, &levied)?;
                let (tax, taxes) = applied(levied, self.basis);
                total = total.checked_add(with_tax)?;
                let method = rate.method.clone();
                Some(PricedShipping {
                    method,
                    fee: amount,
                    discounts: fee.discounts,
                    tax,
                    taxes,
                    tax_not_due: Some(not_due).filter(|amount| *amount > Amount::ZERO),
                    points: None,
                    total: with_tax,
                    kept_on_return: false,
                })
            }
        };
        Some(Draft { lines: priced, shipping, total })
    }

    fn line_taxes(&self, number: usize) -> Taxes<'_> {
        self.taxes.get(number).copied().unwrap_or_default()
    }

    fn sum(&self, left: Amount, levied: &[(&TaxRate, Amount)]) -> Option<Amount> {
        match self.basis {
            TaxBasis::Included => Some(left),
            TaxBasis::Added => levied.iter().try_fold(left, |sum, (_, tax)| sum.checked_add(*tax)),
        }
    }

    /// What all lines come to where so much is left of each, in minor units.
    pub(super) fn with_taxes(&self, left: &[i64]) -> Option<Amount> {
        left.iter().enumerate().try_fold(Amount::ZERO, |sum, (number, left)| {
            let left = Amount::try_from(*left).ok()?;
            sum.checked_add(with_tax(&self.line_taxes(number), self.basis, left)?)
        })
    }
}

fn take_off_order(lines: &mut [Open], candidate: &Candidate<'_>) {
    let weights: Vec<i64> = lines.iter().map(|line| line.left.minor_units()).collect();
    let left = lines.iter().fold(Amount::ZERO, |sum, line| sum.checked_add(line.left).unwrap_or(sum));
    let parts = split(candidate.effect.off_order(left), &weights);
    for (line, part) in lines.iter_mut().zip(parts) {
        line.take(part, candidate);
    }
}
