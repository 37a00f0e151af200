use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::{
    merchant::{self, TaxBasis},
    text::MerchantId,
};
use serde::{Deserialize, Serialize};

use super::{
    MerchantDecision, decide,
    rates::{TaxPlace, TaxRate},
};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// All tax rates of a merchant.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaxRates {
    /// Whether prices and fees hold the tax already, `included`, or it comes on top of them: `added`.
    #[schema(value_type = String, example = "included", pattern = "^(included|added)$")]
    prices: TaxBasis,
    /// The rates. What has no rate is not taxed. For one country, region and category there may be up to five, each with a
    /// name of its own: all of them fall on the same.
    #[schema(max_items = 1000)]
    rates: Vec<TaxRate>,
    /// Whose tax the prices hold, where an order to a country without any rate is to cost that much less: prices of one
    /// piece and fees are net then. Absent, prices are the same everywhere. Only where `prices` are `included`; there must be
    /// a rate for the place. Prices that were negotiated with the order stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    export_net_of: Option<TaxPlace>,
}

/// Sets a merchant's tax rates.
///
/// All of them, in place of those before. Orders that are placed keep the tax that was frozen into them.
///
/// Where a country has rates by region, an address there needs to name its region, by code or name, unless there is a rate
/// for all of the country as well; one that names no region of its country is refused as `unknown-region`.
#[utoipa::path(
    put,
    path = "/v1/merchants/{merchant}/tax-rates",
    tag = "merchants",
    params(("merchant" = inline(schema::MerchantId), Path, description = "Whose.")),
    request_body = TaxRates,
    responses((status = 200, description = "They hold, or held already.", body = MerchantDecision))
)]
pub(crate) async fn set_tax_rates(
    State(state): State<AppState>,
    Id(merchant): Id<MerchantId>,
    Submission { body: TaxRates { prices, rates, export_net_of }, envelope }: Submission<TaxRates>,
) -> Result<Answered<MerchantDecision>, Problem> {
    let rates = rates.into_iter().map(Into::into).collect();
    let tax = merchant::TaxRates { prices, rates, export_net_of: export_net_of.map(Into::into) };
    decide(&state, &envelope, merchant, MerchantChange::SetTaxRates(tax)).await
}

impl From<merchant::TaxRates> for TaxRates {
    fn from(tax: merchant::TaxRates) -> Self {
        let merchant::TaxRates { prices, rates, export_net_of } = tax;
        Self {
            prices,
            rates: rates.into_iter().map(TaxRate::from).collect(),
            export_net_of: export_net_of.map(TaxPlace::from),
        }
    }
}
