use std::collections::BTreeSet;

use purser_domain::{
    merchant,
    money::{Amount, Money},
    pricing::Rate,
    text::{AddressLine, CountryCode, ShippingMethod, TaxCategory},
};
use serde::{Deserialize, Serialize};

use crate::http::schema;

/// What a way of delivery costs, and where to.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShippingRate {
    /// The way of delivery.
    #[schema(value_type = schema::ShippingMethod)]
    method: ShippingMethod,
    /// To these countries; everywhere, where absent. A rate that names the country goes before one for everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schema::CountryCode>>, min_items = 1)]
    countries: Option<BTreeSet<CountryCode>>,
    /// For an order, in its currency.
    #[schema(value_type = schema::Money)]
    fee: Money,
    /// For each piece of goods on top, in minor units of the fee's currency; nothing, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Amount>)]
    per_unit: Option<Amount>,
    /// Free for orders of at least this undiscounted sum of lines, in minor units of the fee's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Amount>)]
    free_from: Option<Amount>,
}

/// A tax rate, and on what it falls.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaxRate {
    /// Where the order goes.
    #[schema(value_type = schema::CountryCode)]
    country: CountryCode,
    /// To which state, county or province, written as in addresses; to all of the country, where absent. A rate that names
    /// the region goes before one for the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::AddressLine>)]
    region: Option<AddressLine>,
    /// Which products; those of `standard`, where absent. Shipping fees are of the category `shipping`.
    #[schema(value_type = Option<schema::TaxCategory>)]
    category: Option<TaxCategory>,
    /// How much.
    #[schema(value_type = schema::Rate)]
    rate: Rate,
}

impl From<ShippingRate> for merchant::ShippingRate {
    fn from(rate: ShippingRate) -> Self {
        let ShippingRate { method, countries, fee, per_unit, free_from } = rate;
        Self { method, countries, fee, per_unit: per_unit.unwrap_or(Amount::ZERO), free_from }
    }
}

impl From<merchant::ShippingRate> for ShippingRate {
    fn from(rate: merchant::ShippingRate) -> Self {
        let merchant::ShippingRate { method, countries, fee, per_unit, free_from } = rate;
        Self { method, countries, fee, per_unit: Some(per_unit).filter(|amount| *amount != Amount::ZERO), free_from }
    }
}

impl From<TaxRate> for merchant::TaxRate {
    fn from(rate: TaxRate) -> Self {
        let TaxRate { country, region, category, rate } = rate;
        Self { country, region, category: category.unwrap_or_else(merchant::TaxRates::standard), rate }
    }
}

impl From<merchant::TaxRate> for TaxRate {
    fn from(rate: merchant::TaxRate) -> Self {
        let merchant::TaxRate { country, region, category, rate } = rate;
        Self { country, region, category: Some(category), rate }
    }
}
