use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    merchant::MerchantRefusal,
    money::{Amount, Currency, Money},
    text::{CountryCode, ShippingMethod},
};

/// The most shipping rates of one merchant.
pub const MAX_SHIPPING_RATES: usize = 50;

/// What a way of delivery costs, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingRate {
    /// The way of delivery.
    pub method: ShippingMethod,
    /// To these countries; everywhere, where absent. A rate that names the country goes before one for everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries: Option<BTreeSet<CountryCode>>,
    /// For an order, in its currency.
    pub fee: Money,
    /// For each piece of goods on top, in minor units of the fee's currency.
    #[serde(default)]
    pub per_unit: Amount,
    /// Nothing for orders of at least this undiscounted sum of lines, in minor units of the fee's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Amount>,
}

impl ShippingRate {
    /// The fee for an order of this undiscounted sum and number of pieces, unless it is more than an amount can be.
    pub fn fee_for(&self, subtotal: Amount, pieces: u64) -> Option<Amount> {
        if self.free_from.is_some_and(|free_from| subtotal >= free_from) {
            return Some(Amount::ZERO);
        }
        let pieces = i64::try_from(pieces).ok()?;
        let on_top = self.per_unit.minor_units().checked_mul(pieces)?;
        self.fee.amount.checked_add(on_top.try_into().ok()?)
    }

    fn names(&self, country: &CountryCode) -> bool {
        self.countries.as_ref().is_some_and(|countries| countries.contains(country))
    }

    fn overlaps(&self, other: &Self) -> bool {
        let same = self.method == other.method && self.fee.currency == other.fee.currency;
        same && match (&self.countries, &other.countries) {
            (None, None) => true,
            (Some(own), Some(others)) => !own.is_disjoint(others),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

/// A merchant's shipping rates. Without any, nothing is charged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShippingRates(pub Vec<ShippingRate>);

impl ShippingRates {
    /// Whether nothing is charged.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rates that hold for an order, at most one for each method.
    pub fn serving<'a>(
        &'a self,
        country: &'a CountryCode,
        currency: Currency,
    ) -> impl Iterator<Item = &'a ShippingRate> + 'a {
        let priced = move || self.0.iter().filter(move |rate| rate.fee.currency == currency);
        priced().filter(move |rate| match &rate.countries {
            Some(countries) => countries.contains(country),
            None => !priced().any(|other| other.method == rate.method && other.names(country)),
        })
    }

    pub(super) fn check(&self) -> Result<(), MerchantRefusal> {
        if self.0.len() > MAX_SHIPPING_RATES {
            return Err(MerchantRefusal::TooManyShippingRates);
        }
        for (index, rate) in self.0.iter().enumerate() {
            if rate.countries.as_ref().is_some_and(BTreeSet::is_empty) {
                return Err(MerchantRefusal::ShippingNowhere { rate: index });
            }
            if self.0[..index].iter().any(|earlier| earlier.overlaps(rate)) {
                return Err(MerchantRefusal::ShippingRateRepeated { rate: index });
            }
        }
        Ok(())
    }
}
