use crate::{
    merchant::{ShippingRate, TaxBasis, TaxRate},
    money::Amount,
    order::OrderLine,
    pricing::{
        AppliedDiscount, AppliedTax, PricedLine, PricedShipping,
        candidate::{Candidate, Effect},
        combination::Set,
    },
    split::split,
};

/// What no choice of offers changes.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) lines: &'a [OrderLine],
    /// The tax rate of each line; of none, where there is no tax.
    pub(super) taxes: Vec<Option<&'a TaxRate>>,
    pub(super) shipping: Option<(&'a ShippingRate, Amount)>,
    pub(super) shipping_tax: Option<&'a TaxRate>,
    pub(super) basis: TaxBasis,
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
        let mut fee = Open::of(self.shipping.map_or(Amount::ZERO, |(_, fee)| fee));
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
            let (tax, with_tax) = self.tax(open.left, self.taxes.get(number).copied().flatten())?;
            total = total.checked_add(with_tax)?;
            priced.push(PricedLine {
                quantity: line.quantity,
                price: line.total,
                discounts: open.discounts,
                tax,
                points: None,
                total: with_tax,
            });
        }
        let shipping = match self.shipping {
            None => None,
            Some((rate, price)) => {
                let (tax, with_tax) = self.tax(fee.left, self.shipping_tax)?;
                total = total.checked_add(with_tax)?;
                let method = rate.method.clone();
                Some(PricedShipping {
                    method,
                    fee: price,
                    discounts: fee.discounts,
                    tax,
                    points: None,
                    total: with_tax,
                })
            }
        };
        Some(Draft { lines: priced, shipping, total })
    }

    fn tax(&self, net: Amount, rate: Option<&TaxRate>) -> Option<(Option<AppliedTax>, Amount)> {
        let applied = |rate: &TaxRate| AppliedTax {
            category: rate.category.clone(),
            rate: rate.rate,
            basis: self.basis,
            amount: self.tax_on(net, rate),
        };
        Some((rate.map(applied), self.with_tax(net, rate)?))
    }

    fn tax_on(&self, net: Amount, rate: &TaxRate) -> Amount {
        match self.basis {
            TaxBasis::Included => rate.rate.contained_in(net),
            TaxBasis::Added => rate.rate.of(net),
        }
    }

    /// What is to be paid where so much is left of a line or of the fee.
    pub(super) fn with_tax(&self, net: Amount, rate: Option<&TaxRate>) -> Option<Amount> {
        match (self.basis, rate) {
            (TaxBasis::Included, _) | (TaxBasis::Added, None) => Some(net),
            (TaxBasis::Added, Some(rate)) => net.checked_add(self.tax_on(net, rate)),
        }
    }

    /// What all lines come to where so much is left of each, in minor units.
    pub(super) fn with_taxes(&self, left: &[i64]) -> Option<Amount> {
        left.iter().enumerate().try_fold(Amount::ZERO, |sum, (number, left)| {
            let rate = self.taxes.get(number).copied().flatten();
            sum.checked_add(self.with_tax(Amount::try_from(*left).ok()?, rate)?)
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
