//! Offers on the wire: what promotions and coupons give. One flat object whose `kind` says which of its fields it needs, so
//! that each of them has a short name and a refusal can point at it.

use std::collections::BTreeSet;

use purser_domain::{
    money::Money,
    pricing::{self, Discount, DiscountClass, EligibleLines, Rate},
    quantity::Quantity,
    text::Sku,
};
use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    problem::{Fault, Kind, Problem},
    schema,
};

/// What is taken off, under which conditions, and together with what. Which fields an offer has, its `kind` says:
///
/// - `percentage_off_lines`: `rate`, and perhaps `skus` and `cap`. A share of each of these lines.
/// - `amount_off_units`: `amount`, `skus`. An amount off every piece of these SKUs.
/// - `buy_x_get_y`: `buy`, `get`, `rate`, and perhaps `skus`. Of each `buy + get` pieces, the `get` cheapest at the rate off.
/// - `volume_tiers`: `tiers`, and perhaps `skus`. The more pieces, the more off.
/// - `percentage_off_order`: `rate`, and perhaps `cap`. A share of what is left of the lines.
/// - `amount_off_order`: `amount`. An amount off what is left of the lines.
/// - `shipping_off`: `rate`. A share of the shipping fee; 1000000 is free shipping.
///
/// `minimum_spend`, `valid` and `combines_with` go with every kind.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offer {
    /// What is taken off.
    #[schema(value_type = schema::DiscountKind)]
    kind: DiscountKind,
    /// The share that is taken off; more than nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Rate>)]
    rate: Option<Rate>,
    /// The amount that is taken off; more than nothing. The offer is then for orders of its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    amount: Option<Money>,
    /// No more than this is taken off an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    cap: Option<Money>,
    /// The SKUs that it is about; all, where absent and not needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schema::Sku>>, min_items = 1, max_items = 100)]
    skus: Option<BTreeSet<Sku>>,
    /// So many pieces at their price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Quantity>)]
    buy: Option<Quantity>,
    /// So many pieces at the rate off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Quantity>)]
    get: Option<Quantity>,
    /// Steps, ascending in pieces and in rate; the last one that an order reaches holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 20)]
    tiers: Option<Vec<OfferTier>>,
    /// From which undiscounted sum of the lines on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    minimum_spend: Option<Money>,
    /// When it can be had; always, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid: Option<OfferValidity>,
    /// Discounts of which classes it may be used together with; none, where absent. Two offers go together only if each
    /// names the other's class.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schema::DiscountClass>>)]
    combines_with: Option<BTreeSet<DiscountClass>>,
}

/// From how many pieces on a rate holds.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferTier {
    /// From this many.
    #[schema(value_type = schema::Quantity)]
    from: Quantity,
    /// So much off.
    #[schema(value_type = schema::Rate)]
    rate: Rate,
}

/// When an offer can be had.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferValidity {
    /// From this moment on; ever since, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Moment>,
    /// Until just before this moment; for good, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiscountKind {
    PercentageOffLines,
    AmountOffUnits,
    #[serde(rename = "buy_x_get_y")]
    BuyXGetY,
    VolumeTiers,
    PercentageOffOrder,
    AmountOffOrder,
    ShippingOff,
}

impl Offer {
    /// The offer that is meant. The offer stands in the body's field `offer`.
    pub(super) fn read(mut self) -> Result<pricing::Offer, Problem> {
        let discount = self.discount()?;
        self.refuse_the_rest()?;
        let valid = self.valid.map_or_else(pricing::Validity::default, |valid| pricing::Validity {
            from: valid.from.map(Into::into),
            until: valid.until.map(Into::into),
        });
        let combines_with = self.combines_with.unwrap_or_default();
        Ok(pricing::Offer { discount, minimum_spend: self.minimum_spend, valid, combines_with })
    }

    fn discount(&mut self) -> Result<Discount, Problem> {
        Ok(match self.kind {
            DiscountKind::PercentageOffLines => {
                Discount::PercentageOffLines { rate: self.rate()?, lines: self.lines(), cap: self.cap.take() }
            }
            DiscountKind::AmountOffUnits => {
                Discount::AmountOffUnits { amount: self.amount()?, skus: needed(self.skus.take(), "skus")? }
            }
            DiscountKind::BuyXGetY => Discount::BuyXGetY {
                buy: needed(self.buy.take(), "buy")?,
                get: needed(self.get.take(), "get")?,
                rate: self.rate()?,
                lines: self.lines(),
            },
            DiscountKind::VolumeTiers => {
                let tiers = needed(self.tiers.take(), "tiers")?.into_iter().map(pricing::Tier::from).collect();
                Discount::VolumeTiers { tiers, lines: self.lines() }
            }
            DiscountKind::PercentageOffOrder => {
                Discount::PercentageOffOrder { rate: self.rate()?, cap: self.cap.take() }
            }
            DiscountKind::AmountOffOrder => Discount::AmountOffOrder { amount: self.amount()? },
            DiscountKind::ShippingOff => Discount::ShippingOff { rate: self.rate()? },
        })
    }

    fn rate(&mut self) -> Result<Rate, Problem> {
        needed(self.rate.take(), "rate")
    }

    fn amount(&mut self) -> Result<Money, Problem> {
        needed(self.amount.take(), "amount")
    }

    fn lines(&mut self) -> EligibleLines {
        self.skus.take().map_or(EligibleLines::All, EligibleLines::Skus)
    }

    /// What the kind has no use for is a mistake, and not to be passed over.
    fn refuse_the_rest(&self) -> Result<(), Problem> {
        let rest = [
            ("rate", self.rate.is_some()),
            ("amount", self.amount.is_some()),
            ("cap", self.cap.is_some()),
            ("skus", self.skus.is_some()),
            ("buy", self.buy.is_some()),
            ("get", self.get.is_some()),
            ("tiers", self.tiers.is_some()),
        ];
        match rest.into_iter().find(|(_, is_left)| *is_left) {
            None => Ok(()),
            Some((field, _)) => Err(fault(field, format!("an offer of this kind has no `{field}`"))),
        }
    }

    fn of_kind(kind: DiscountKind) -> Self {
        Self {
            kind,
            rate: None,
            amount: None,
            cap: None,
            skus: None,
            buy: None,
            get: None,
            tiers: None,
            minimum_spend: None,
            valid: None,
            combines_with: None,
        }
    }
}

fn needed<T>(value: Option<T>, field: &str) -> Result<T, Problem> {
    value.ok_or_else(|| fault(field, format!("missing field `{field}`: an offer of this kind needs it")))
}

fn fault(field: &str, detail: String) -> Problem {
    Problem::at(Kind::InvalidValue, Fault::pointer(format!("/offer/{field}"), detail))
}

impl From<OfferTier> for pricing::Tier {
    fn from(tier: OfferTier) -> Self {
        Self { from: tier.from, rate: tier.rate }
    }
}

impl From<pricing::Offer> for Offer {
    fn from(offer: pricing::Offer) -> Self {
        let pricing::Offer { discount, minimum_spend, valid, combines_with } = offer;
        let valid = OfferValidity { from: valid.from.map(Into::into), until: valid.until.map(Into::into) };
        Self {
            minimum_spend,
            valid: Some(valid).filter(|valid| valid.from.is_some() || valid.until.is_some()),
            combines_with: Some(combines_with).filter(|classes| !classes.is_empty()),
            ..discount.into()
        }
    }
}

impl From<Discount> for Offer {
    fn from(discount: Discount) -> Self {
        match discount {
            Discount::PercentageOffLines { rate, lines, cap } => {
                Self { rate: Some(rate), skus: skus(lines), cap, ..Self::of_kind(DiscountKind::PercentageOffLines) }
            }
            Discount::AmountOffUnits { amount, skus } => {
                Self { amount: Some(amount), skus: Some(skus), ..Self::of_kind(DiscountKind::AmountOffUnits) }
            }
            Discount::BuyXGetY { buy, get, rate, lines } => Self {
                buy: Some(buy),
                get: Some(get),
                rate: Some(rate),
                skus: skus(lines),
                ..Self::of_kind(DiscountKind::BuyXGetY)
            },
            Discount::VolumeTiers { tiers, lines } => {
                let tiers = tiers.into_iter().map(|tier| OfferTier { from: tier.from, rate: tier.rate }).collect();
                Self { tiers: Some(tiers), skus: skus(lines), ..Self::of_kind(DiscountKind::VolumeTiers) }
            }
            Discount::PercentageOffOrder { rate, cap } => {
                Self { rate: Some(rate), cap, ..Self::of_kind(DiscountKind::PercentageOffOrder) }
            }
            Discount::AmountOffOrder { amount } => {
                Self { amount: Some(amount), ..Self::of_kind(DiscountKind::AmountOffOrder) }
            }
            Discount::ShippingOff { rate } => Self { rate: Some(rate), ..Self::of_kind(DiscountKind::ShippingOff) },
        }
    }
}

fn skus(lines: EligibleLines) -> Option<BTreeSet<Sku>> {
    match lines {
        EligibleLines::All => None,
        EligibleLines::Skus(skus) => Some(skus),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(offer: &Value) -> Result<pricing::Offer, Problem> {
        serde_json::from_value::<Offer>(offer.clone()).expect("the form of an offer").read()
    }

    #[test]
    fn an_offer_of_every_kind_is_shown_as_it_was_written() {
        let money = json!({"amount": 500, "currency": "GBP"});
        for offer in [
            json!({"kind": "percentage_off_lines", "rate": 100_000, "skus": ["A", "B"], "cap": money}),
            json!({"kind": "percentage_off_lines", "rate": 100_000}),
            json!({"kind": "amount_off_units", "amount": money, "skus": ["A"]}),
            json!({"kind": "buy_x_get_y", "buy": 2, "get": 1, "rate": 1_000_000, "skus": ["A"]}),
            json!({"kind": "volume_tiers", "tiers": [{"from": 10, "rate": 50_000}, {"from": 20, "rate": 90_000}]}),
            json!({"kind": "percentage_off_order", "rate": 100_000, "cap": money, "combines_with": ["shipping"]}),
            json!({"kind": "amount_off_order", "amount": money, "minimum_spend": money}),
            json!({"kind": "shipping_off", "rate": 1_000_000, "valid": {"until": "2026-02-01T00:00:00.000000Z"}}),
        ] {
            let read = read(&offer).unwrap();
            read.check().unwrap();
            assert_eq!(serde_json::to_value(Offer::from(read)).unwrap(), offer);
        }
    }

    #[test]
    fn what_a_kind_needs_and_has_no_use_for_is_named() {
        let money = json!({"amount": 500, "currency": "GBP"});
        for (offer, field) in [
            (json!({"kind": "percentage_off_order"}), "rate"),
            (json!({"kind": "amount_off_order"}), "amount"),
            (json!({"kind": "amount_off_units", "amount": money}), "skus"),
            (json!({"kind": "buy_x_get_y", "get": 1, "rate": 1}), "buy"),
            (json!({"kind": "buy_x_get_y", "buy": 1, "rate": 1}), "get"),
            (json!({"kind": "volume_tiers"}), "tiers"),
            (json!({"kind": "shipping_off", "rate": 1, "amount": money}), "amount"),
            (json!({"kind": "amount_off_order", "amount": money, "cap": money}), "cap"),
            (json!({"kind": "percentage_off_order", "rate": 1, "skus": ["A"]}), "skus"),
        ] {
            let refused = read(&offer).unwrap_err();
            assert_eq!(refused.kind(), Kind::InvalidValue, "{offer}");
            let faults = serde_json::to_value(refused.listed_faults()).unwrap();
            assert_eq!(faults[0]["pointer"], format!("/offer/{field}"), "{offer}");
        }
    }
}
