//! Offers that the specs speak of, one of each discount.

use std::collections::BTreeSet;

use super::{Sample, every_variant, gbp, quantity, text};
use crate::{
    pricing::{Discount, EligibleLines, Offer, Rate, Tier, Validity},
    text::Sku,
};

pub(crate) fn rate(parts_per_million: i64) -> Rate {
    parts_per_million.try_into().unwrap()
}

pub(crate) fn skus(names: &[&str]) -> BTreeSet<Sku> {
    names.iter().map(|name| text(name)).collect()
}

/// An offer without conditions, to be used alone.
pub(crate) fn offer(discount: Discount) -> Offer {
    Offer { discount, minimum_spend: None, valid: Validity::default(), combines_with: BTreeSet::new() }
}

pub(crate) fn sample_discounts() -> Vec<Sample<Discount>> {
    let named = EligibleLines::Skus(skus(&["85123A", "71053"]));
    every_variant!(Discount {
        PercentageOffLines: [
            "" => Discount::PercentageOffLines { rate: rate(150_000), lines: named.clone(), cap: Some(gbp(2_000)) },
            "minimal" => Discount::PercentageOffLines { rate: rate(1), lines: EligibleLines::All, cap: None },
        ],
        AmountOffUnits: ["" => Discount::AmountOffUnits { amount: gbp(50), skus: skus(&["85123A"]) }],
        BuyXGetY: [
            "" => Discount::BuyXGetY { buy: quantity(2), get: quantity(1), rate: rate(1_000_000), lines: named.clone() },
        ],
        VolumeTiers: [
            "" => Discount::VolumeTiers {
                tiers: vec![
                    Tier { from: quantity(12), rate: rate(50_000) },
                    Tier { from: quantity(144), rate: rate(88_750) },
                ],
                lines: named,
            },
        ],
        PercentageOffOrder: [
            "" => Discount::PercentageOffOrder { rate: rate(100_000), cap: Some(gbp(1_000)) },
            "minimal" => Discount::PercentageOffOrder { rate: rate(100_000), cap: None },
        ],
        AmountOffOrder: ["" => Discount::AmountOffOrder { amount: gbp(500) }],
        ShippingOff: ["" => Discount::ShippingOff { rate: rate(1_000_000) }],
    })
}
