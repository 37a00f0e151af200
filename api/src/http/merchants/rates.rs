use std::collections::BTreeSet;

use purser_domain::{
    merchant,
    money::{Amount, Money},
    pricing::Rate,
    text::{AddressLine, CountryCode, ShippingMethod, TaxCategory, TaxName},
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
    /// To which state, county or province: an ISO 3166-2 code, with the country or without, or a name; it is shown as
    /// `US-CA`. To all of the country, where absent. Rates that name the region go before those for the country, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::AddressLine>)]
    region: Option<AddressLine>,
    /// Which products; those of `standard`, where absent. Shipping fees are of the category `shipping`.
    #[schema(value_type = Option<schema::TaxCategory>)]
    category: Option<TaxCategory>,
    /// What the tax is called; needed where several are for the same country, region and category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TaxName>)]
    name: Option<TaxName>,
    /// How much.
    #[schema(value_type = schema::Rate)]
    rate: Rate,
    /// Whether it falls on the price with the other taxes, those that are compound and listed later excepted, and not on
    /// the price alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    compound: Option<bool>,
}

/// A country or one of its regions.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaxPlace {
    /// Which country.
    #[schema(value_type = schema::CountryCode)]
    country: CountryCode,
    /// Which region of it, written as in a rate; none in particular, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::AddressLine>)]
    region: Option<AddressLine>,
}

impl From<TaxPlace> for merchant::TaxPlace {
    fn from(TaxPlace { country, region }: TaxPlace) -> Self {
        Self { country, region }
    }
}

impl From<merchant::TaxPlace> for TaxPlace {
    fn from(merchant::TaxPlace { country, region }: merchant::TaxPlace) -> Self {
        Self { country, region }
    }
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
        let TaxRate { country, region, category, name, rate, compound } = rate;
        let category = category.unwrap_or_else(merchant::TaxRates::standard);
        Self { country, region, category, name, rate, compound: compound.unwrap_or_default() }
    }
}

impl From<merchant::TaxRate> for TaxRate {
    fn from(rate: merchant::TaxRate) -> Self {
        let merchant::TaxRate { country, region, category, name, rate, compound } = rate;
        Self { country, region, category: Some(category), name, rate, compound: compound.then_some(true) }
    }
}
