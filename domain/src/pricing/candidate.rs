use crate::{
    money::{Amount, Money},
    order::OrderLine,
    pricing::{Discount, EligibleLines, Offer, Rate, Source, Tier},
    quantity::Quantity,
    split::split,
};

/// An offer that would take something off this order, were it used alone.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) source: Source,
    pub(super) offer: &'a Offer,
    pub(super) effect: Effect,
}

/// What an offer takes off. The order of the variants is the order in which they are applied.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// So much off these lines, whatever else is used.
    Lines(Vec<(usize, Amount)>),
    /// A share of what is left of the order.
    OrderShare { rate: Rate, cap: Option<Amount> },
    /// An amount off what is left of the order.
    OrderAmount(Amount),
    /// A share of what is left of the fee.
    Shipping(Rate),
}

impl<'a> Candidate<'a> {
    /// Nothing, if the offer takes nothing off.
    pub(super) fn of(
        source: Source,
        offer: &'a Offer,
        lines: &[OrderLine],
        subtotal: Amount,
        fee: Amount,
    ) -> Option<Self> {
        let effect = effect(&offer.discount, lines);
        let empty = match &effect {
            Effect::Lines(amounts) => amounts.is_empty(),
            Effect::OrderShare { .. } | Effect::OrderAmount(_) => effect.off_order(subtotal) == Amount::ZERO,
            Effect::Shipping(rate) => rate.of(fee) == Amount::ZERO,
        };
        (!empty).then_some(Self { source, offer, effect })
    }

    /// Where it comes among the others: product discounts, shares of the order, amounts, shipping; then by source.
    pub(super) fn place(&self) -> (u8, &Source) {
        let step = match self.effect {
            Effect::Lines(_) => 0,
            Effect::OrderShare { .. } => 1,
            Effect::OrderAmount(_) => 2,
            Effect::Shipping(_) => 3,
        };
        (step, &self.source)
    }
}

impl Effect {
    /// What it takes off an order of which so much is left.
    pub(super) fn off_order(&self, left: Amount) -> Amount {
        match self {
            Self::OrderShare { rate, cap } => rate.of(left).min(cap.unwrap_or(left)),
            Self::OrderAmount(amount) => left.min(*amount),
            Self::Lines(_) | Self::Shipping(_) => Amount::ZERO,
        }
    }
}

fn effect(discount: &Discount, lines: &[OrderLine]) -> Effect {
    match discount {
        Discount::PercentageOffLines { rate, lines: eligible, cap } => {
            let shares = eligible_lines(lines, eligible).map(|(number, line)| (number, rate.of(line.total)));
            Effect::Lines(capped(positive(shares), *cap))
        }
        Discount::AmountOffUnits { amount, skus } => {
            let named = lines.iter().enumerate().filter(|(_, line)| skus.contains(&line.sku));
            Effect::Lines(positive(named.map(|(number, line)| {
                let off_one = amount.amount.min(line.unit_price);
                (number, off_one.checked_times(line.quantity).unwrap_or(line.total))
            })))
        }
        Discount::BuyXGetY { buy, get, rate, lines: eligible } => {
            let groups = Groups { buy: *buy, get: *get };
            Effect::Lines(cheapest(eligible_lines(lines, eligible).collect(), groups, *rate))
        }
        Discount::VolumeTiers { tiers, lines: eligible } => {
            let pieces = pieces(eligible_lines(lines, eligible).map(|(_, line)| line));
            let reached = |tier: &&Tier| u64::from(tier.from.units()) <= pieces;
            let rate = tiers.iter().rfind(reached).map_or(Rate::ZERO, |tier| tier.rate);
            Effect::Lines(positive(eligible_lines(lines, eligible).map(|(number, line)| (number, rate.of(line.total)))))
        }
        Discount::PercentageOffOrder { rate, cap } => {
            Effect::OrderShare { rate: *rate, cap: cap.map(|cap| cap.amount) }
        }
        Discount::AmountOffOrder { amount } => Effect::OrderAmount(amount.amount),
        Discount::ShippingOff { rate } => Effect::Shipping(*rate),
    }
}

fn eligible_lines<'a>(
    lines: &'a [OrderLine],
    eligible: &'a EligibleLines,
) -> impl Iterator<Item = (usize, &'a OrderLine)> {
    lines.iter().enumerate().filter(|(_, line)| eligible.include(&line.sku))
}

/// How many pieces the lines are about.
pub(super) fn pieces<'a>(lines: impl Iterator<Item = &'a OrderLine>) -> u64 {
    lines.map(|line| u64::from(line.quantity.units())).sum()
}

fn positive(amounts: impl Iterator<Item = (usize, Amount)>) -> Vec<(usize, Amount)> {
    amounts.filter(|(_, amount)| *amount > Amount::ZERO).collect()
}

/// Brings the amounts down to the cap, in proportion.
fn capped(amounts: Vec<(usize, Amount)>, cap: Option<Money>) -> Vec<(usize, Amount)> {
    let sum = amounts.iter().try_fold(Amount::ZERO, |sum, (_, amount)| sum.checked_add(*amount));
    match cap {
        Some(cap) if sum.is_none_or(|sum| sum > cap.amount) => {
            let weights: Vec<i64> = amounts.iter().map(|(_, amount)| amount.minor_units()).collect();
            positive(amounts.iter().map(|(line, _)| *line).zip(split(cap.amount, &weights)))
        }
        Some(_) | None => amounts,
    }
}

#[derive(Clone, Copy)]
struct Groups {
    buy: Quantity,
    get: Quantity,
}

impl Groups {
    /// How many of so many pieces are discounted: those of whole groups, and of the rest those past `buy`.
    fn discounted(self, pieces: u64) -> u64 {
        let (buy, get) = (u64::from(self.buy.units()), u64::from(self.get.units()));
        pieces / (buy + get) * get + (pieces % (buy + get)).saturating_sub(buy)
    }
}

fn cheapest(mut lines: Vec<(usize, &OrderLine)>, groups: Groups, rate: Rate) -> Vec<(usize, Amount)> {
    let mut open = groups.discounted(pieces(lines.iter().map(|(_, line)| *line)));
    lines.sort_by_key(|(number, line)| (line.unit_price, *number));
    positive(lines.into_iter().map(|(number, line)| {
        let taken = open.min(line.quantity.units().into());
        open -= taken;
        let price = line.total.part(line.unit_price.minor_units().unsigned_abs().saturating_mul(taken));
        (number, rate.of(price))
    }))
}
