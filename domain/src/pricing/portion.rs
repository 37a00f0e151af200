use crate::{
    merchant::TaxBasis,
    money::Amount,
    pricing::{AppliedTax, PointsSpent, Priced, PricedLine, PricedShipping},
    quantity::Quantity,
    split::{number_share, units_share},
};

/// What falls on some units of a line, or on shipping: the figures that a refund of them goes by.
///
/// `price - discount + tax` (where the tax came on top) `= payable + points_value`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Portion {
    /// Before anything.
    pub price: Amount,
    /// What was taken off.
    pub discount: Amount,
    /// Tax, in the price or on top.
    pub tax: Amount,
    /// Points to give back.
    pub points: u64,
    /// What these points were worth.
    pub points_value: Amount,
    /// Money to give back.
    pub payable: Amount,
}

impl Portion {
    /// Both together, unless a figure passes its largest.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            price: self.price.checked_add(other.price)?,
            discount: self.discount.checked_add(other.discount)?,
            tax: self.tax.checked_add(other.tax)?,
            points: self.points.checked_add(other.points)?,
            points_value: self.points_value.checked_add(other.points_value)?,
            payable: self.payable.checked_add(other.payable)?,
        })
    }
}

impl Priced {
    /// What falls on one unit of a line; both count from zero.
    pub fn unit(&self, line: usize, index: u32) -> Option<Portion> {
        self.refund_of(line, index, 1)
    }

    /// What falls on each unit of a line.
    pub fn line_units(&self, line: usize) -> impl Iterator<Item = Portion> + '_ {
        let line = self.lines.get(line);
        line.into_iter().flat_map(|line| (0..line.quantity.units()).map(|index| line.units(index, 1)))
    }

    /// What falls on `count` units of a line from `from_unit` on: the exact sum of what falls on each. Nothing, unless
    /// all of them exist.
    pub fn refund_of(&self, line: usize, from_unit: u32, count: u32) -> Option<Portion> {
        let line = self.lines.get(line)?;
        let end = from_unit.checked_add(count)?;
        (end <= line.quantity.units()).then(|| line.units(from_unit, count))
    }

    /// What falls on shipping.
    pub fn shipping_portion(&self) -> Option<Portion> {
        let shipping = self.shipping.as_ref()?;
        let PricedShipping {
            method: _,
            fee,
            discounts,
            tax: _,
            taxes: _,
            tax_not_due: _,
            points,
            total,
            kept_on_return: _,
        } = shipping;
        let points = points.unwrap_or(PointsSpent { spent: 0, value: Amount::ZERO });
        Some(Portion {
            price: *fee,
            discount: sum(discounts.iter().map(|discount| discount.amount)),
            tax: tax(shipping.taxes()),
            points: points.spent,
            points_value: points.value,
            payable: total.saturating_sub(points.value),
        })
    }
}

impl PricedLine {
    /// All that was taken off it.
    pub fn discount(&self) -> Amount {
        sum(self.discounts.iter().map(|discount| discount.amount))
    }

    /// Total, tax (all of it) and points are split evenly onto the units, the first of which have what is over; the discount is
    /// what explains the rest. Splitting the discount as well would not do: a unit might have had the larger part of
    /// discount and of points alike, and cost less than nothing. As it is, each figure is within a minor unit of its
    /// exact share: the larger parts of a sum and of its summand lie on units that are either nested or exhaust each
    /// other.
    fn units(&self, from: u32, count: u32) -> Portion {
        let share = |amount| units_share(amount, self.quantity, from, count);
        let total = share(self.total);
        let tax = share(tax(self.taxes()));
        let points = self.points.unwrap_or(PointsSpent { spent: 0, value: Amount::ZERO });
        let points_value = share(points.value);
        let price = share(self.price);
        Portion {
            price,
            discount: price.saturating_sub(net(total, tax, self.taxes().next())),
            tax,
            points: points_of(points, self.quantity, from, count),
            points_value,
            payable: total.saturating_sub(points_value),
        }
    }
}

fn net(total: Amount, tax: Amount, applied: Option<&AppliedTax>) -> Amount {
    match applied.map(|applied| applied.basis) {
        Some(TaxBasis::Added) => total.saturating_sub(tax),
        Some(TaxBasis::Included) | None => total,
    }
}

fn points_of(points: PointsSpent, quantity: Quantity, from: u32, count: u32) -> u64 {
    number_share(points.spent, quantity, from, count)
}

fn tax<'a>(taxes: impl Iterator<Item = &'a AppliedTax>) -> Amount {
    sum(taxes.map(|tax| tax.amount))
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(sum))
}
