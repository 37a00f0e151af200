use std::collections::BTreeSet;

use super::{Discount, EligibleLines, MAX_SKUS, MAX_TIERS, Offer, OfferRefusal, Tier};
use crate::{
    money::{Amount, Money},
    pricing::Rate,
    text::Sku,
};

impl Offer {
    /// Whether the offer makes sense. Whoever makes one asks this first.
    pub fn check(&self) -> Result<(), OfferRefusal> {
        self.discount.check()?;
        if self.minimum_spend.is_some_and(|minimum| minimum.amount == Amount::ZERO) {
            return Err(OfferRefusal::EmptyMinimumSpend);
        }
        let amounts = self.discount.money().zip(self.minimum_spend);
        if amounts.is_some_and(|(discount, minimum)| discount.currency != minimum.currency) {
            return Err(OfferRefusal::TwoCurrencies);
        }
        if self.valid.is_ordered() { Ok(()) } else { Err(OfferRefusal::NeverValid) }
    }
}

impl Discount {
    fn check(&self) -> Result<(), OfferRefusal> {
        match self {
            Self::PercentageOffLines { rate, lines, cap } => {
                check_rate(*rate)?;
                check_lines(lines)?;
                check_cap(*cap)
            }
            Self::AmountOffUnits { amount, skus } => {
                check_amount(*amount)?;
                check_skus(skus)
            }
            Self::BuyXGetY { buy: _, get: _, rate, lines } => {
                check_rate(*rate)?;
                check_lines(lines)
            }
            Self::VolumeTiers { tiers, lines } => {
                check_tiers(tiers)?;
                check_lines(lines)
            }
            Self::PercentageOffOrder { rate, cap } => {
                check_rate(*rate)?;
                check_cap(*cap)
            }
            Self::AmountOffOrder { amount } => check_amount(*amount),
            Self::ShippingOff { rate } => check_rate(*rate),
        }
    }
}

fn check_rate(rate: Rate) -> Result<(), OfferRefusal> {
    if rate == Rate::ZERO { Err(OfferRefusal::EmptyRate) } else { Ok(()) }
}

fn check_amount(money: Money) -> Result<(), OfferRefusal> {
    if money.amount == Amount::ZERO { Err(OfferRefusal::EmptyAmount) } else { Ok(()) }
}

fn check_cap(cap: Option<Money>) -> Result<(), OfferRefusal> {
    if cap.is_some_and(|cap| cap.amount == Amount::ZERO) { Err(OfferRefusal::EmptyCap) } else { Ok(()) }
}

fn check_lines(lines: &EligibleLines) -> Result<(), OfferRefusal> {
    match lines {
        EligibleLines::All => Ok(()),
        EligibleLines::Skus(skus) => check_skus(skus),
    }
}

fn check_skus(skus: &BTreeSet<Sku>) -> Result<(), OfferRefusal> {
    match skus.len() {
        0 => Err(OfferRefusal::NoSkus),
        1..=MAX_SKUS => Ok(()),
        _ => Err(OfferRefusal::TooManySkus),
    }
}

fn check_tiers(tiers: &[Tier]) -> Result<(), OfferRefusal> {
    if tiers.is_empty() {
        return Err(OfferRefusal::NoTiers);
    }
    if tiers.len() > MAX_TIERS {
        return Err(OfferRefusal::TooManyTiers);
    }
    check_rate(tiers[0].rate)?;
    let ascends = |(lower, higher): (&Tier, &Tier)| lower.from < higher.from && lower.rate < higher.rate;
    match tiers.iter().zip(&tiers[1..]).position(|pair| !ascends(pair)) {
        None => Ok(()),
        Some(before) => Err(OfferRefusal::TiersNotAscending { tier: before + 1 }),
    }
}
