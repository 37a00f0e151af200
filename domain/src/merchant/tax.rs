use serde::{Deserialize, Serialize};

use crate::{
    merchant::MerchantRefusal,
    pricing::Rate,
    text::{AddressLine, CountryCode, TaxCategory},
};

/// The most tax rates of one merchant.
pub const MAX_TAX_RATES: usize = 1_000;

/// How prices and tax belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// The tax is a part of the price.
    #[default]
    Included,
    /// The tax comes on top of the price.
    Added,
}

/// A tax rate, and on what it falls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// Where the order goes.
    pub country: CountryCode,
    /// To which state, county or province, written as in addresses; to all of the country, where absent. A rate that
    /// names the region goes before one for the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
    /// Which products.
    #[serde(default = "TaxRates::standard")]
    pub category: TaxCategory,
    /// How much.
    pub rate: Rate,
}

/// A merchant's tax rates. Without any, no tax is shown or charged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxRates {
    /// Whether prices and fees hold the tax already.
    pub prices: TaxBasis,
    /// The rates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<TaxRate>,
}

impl TaxRates {
    /// The category of a product that names none.
    pub const STANDARD: &'static str = "standard";
    /// The category of shipping fees.
    pub const SHIPPING: &'static str = "shipping";

    /// [`TaxRates::STANDARD`], as a category.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it cannot: the text is a constant on this screen, and follows the rule"
    )]
    pub fn standard() -> TaxCategory {
        Self::STANDARD.parse().expect("it follows the rule of names")
    }

    /// The rate of a category where an order goes. What has no rate of its own is not taxed: nothing is guessed.
    pub fn rate(&self, country: &CountryCode, region: Option<&AddressLine>, category: &str) -> Option<&TaxRate> {
        let in_country =
            || self.rates.iter().filter(|rate| rate.country == *country && rate.category.as_str() == category);
        let regional = region.and_then(|region| in_country().find(|rate| rate.region.as_ref() == Some(region)));
        regional.or_else(|| in_country().find(|rate| rate.region.is_none()))
    }

    pub(super) fn check(&self) -> Result<(), MerchantRefusal> {
        if self.rates.len() > MAX_TAX_RATES {
            return Err(MerchantRefusal::TooManyTaxRates);
        }
        let mut seen = std::collections::BTreeSet::new();
        let repeated = self
            .rates
            .iter()
            .position(|TaxRate { country, region, category, rate: _ }| !seen.insert((country, region, category)));
        repeated.map_or(Ok(()), |rate| Err(MerchantRefusal::TaxRateRepeated { rate }))
    }
}
