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
    /// The offers that took something off.
    pub(super) used: Set,
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

    /// Takes off what is left at the most, and tells whether that was anything.
    fn take(&mut self, amount: Amount, candidate: &Candidate<'_>) -> bool {
        let amount = amount.min(self.left);
        if amount == Amount::ZERO {
            return false;
        }
        self.left = self.left.saturating_sub(amount);
        self.discounts.push(AppliedDiscount { source: candidate.source.clone(), amount });
        true
    }
}

impl Scene<'_> {
    /// Nothing, if the total is more than an amount can be.
    pub(super) fn apply(&self, candidates: &[Candidate<'_>], set: Set) -> Option<Draft> {
        let mut lines: Vec<Open> = self.lines.iter().map(|line| Open::of(line.total)).collect();
        let mut fee = Open::of(self.shipping.map_or(Amount::ZERO, |(_, fee)| fee));
        let mut used = Set::EMPTY;
        for (number, candidate) in candidates.iter().enumerate().filter(|(number, _)| set.contains(*number)) {
            let took = match &candidate.effect {
                Effect::Lines(amounts) => {
                    amounts.iter().fold(false, |took, (line, amount)| lines[*line].take(*amount, candidate) || took)
                }
                Effect::OrderShare { .. } | Effect::OrderAmount(_) => take_off_order(&mut lines, candidate),
                Effect::Shipping(rate) => fee.take(rate.of(fee.left), candidate),
            };
            if took {
                used = used.with(number);
            }
        }
        self.close(lines, fee, used)
    }

    fn close(&self, lines: Vec<Open>, fee: Open, used: Set) -> Option<Draft> {
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
        Some(Draft { lines: priced, shipping, used, total })
    }

    fn tax(&self, net: Amount, rate: Option<&TaxRate>) -> Option<(Option<AppliedTax>, Amount)> {
        let Some(rate) = rate else { return Some((None, net)) };
        let (amount, total) = match self.basis {
            TaxBasis::Included => (rate.rate.contained_in(net), net),
            TaxBasis::Added => {
                let amount = rate.rate.of(net);
                (amount, net.checked_add(amount)?)
            }
        };
        Some((Some(AppliedTax { category: rate.category.clone(), rate: rate.rate, basis: self.basis, amount }), total))
    }
}

fn take_off_order(lines: &mut [Open], candidate: &Candidate<'_>) -> bool {
    let weights: Vec<i64> = lines.iter().map(|line| line.left.minor_units()).collect();
    let left = lines.iter().fold(Amount::ZERO, |sum, line| sum.checked_add(line.left).unwrap_or(sum));
    let parts = split(candidate.effect.off_order(left), &weights);
    lines.iter_mut().zip(parts).fold(false, |took, (line, part)| line.take(part, candidate) || took)
}
