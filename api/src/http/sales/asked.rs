use purser_domain::{
    money::Currency,
    principal::Principal,
    text::{MerchantId, Sku},
};
use purser_projections::views::sales::{Gross, SalesQuery};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::http::{
    moment::Day,
    page::{Limit, Page},
    schema,
};

/// Which sales to add up.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SalesParameters {
    /// The first day in the merchant's time zone, YYYY-MM-DD.
    #[param(value_type = Option<schema::Day>, inline)]
    from: Option<Day>,
    /// The last day, inclusive, YYYY-MM-DD.
    #[param(value_type = Option<schema::Day>, inline)]
    to: Option<Day>,
    /// Whose. A merchant sees their own sales alone.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// In which currency. Currencies are never added up.
    #[param(value_type = Option<schema::Currency>, inline)]
    currency: Option<Currency>,
    /// Of which SKU.
    #[param(value_type = Option<schema::Sku>, inline)]
    sku: Option<Sku>,
    /// The most rows of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    pub(super) limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    pub(super) cursor: Option<String>,
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    pub(super) min_position: Option<i64>,
}

/// A sum of money in one currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Gross)]
pub(crate) struct GrossSum {
    /// Whole minor units of the currency.
    #[schema(value_type = schema::Sum)]
    amount: i128,
    /// What the units are of.
    #[schema(value_type = schema::Currency)]
    currency: Currency,
}

impl SalesParameters {
    /// A merchant's query is about the merchant, whatever it says; none if it says somebody else.
    pub(super) fn query<Key>(self, reader: &Principal, page: &Page<'_, Key>) -> Option<SalesQuery<Key>>
    where
        Key: Clone + Serialize + DeserializeOwned,
    {
        let merchant = match (reader, self.merchant) {
            (Principal::Merchant(own), Some(asked)) if asked != *own => return None,
            (Principal::Merchant(own), _) => Some(own.clone()),
            (Principal::Customer(_) | Principal::BackOffice | Principal::Operator | Principal::Saga, asked) => asked,
        };
        Some(SalesQuery {
            from: self.from.map(Into::into),
            to: self.to.map(Into::into),
            merchant,
            currency: self.currency,
            sku: self.sku,
            after: page.after.clone(),
            rows: page.rows_wanted(),
        })
    }
}

impl From<Gross> for GrossSum {
    fn from(Gross { amount, currency }: Gross) -> Self {
        Self { amount, currency }
    }
}
