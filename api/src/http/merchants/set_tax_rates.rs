use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::{
    merchant::{self, TaxBasis},
    text::MerchantId,
};
use serde::{Deserialize, Serialize};

use super::{MerchantDecision, decide, rates::TaxRate};
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
    /// The rates: at most one for each country, region and category. What has no rate is not taxed.
    #[schema(max_items = 1000)]
    rates: Vec<TaxRate>,
}

/// Sets a merchant's tax rates.
///
/// All of them, in place of those before. Orders that are placed keep the tax that was frozen into them.
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
    Submission { body: TaxRates { prices, rates }, envelope }: Submission<TaxRates>,
) -> Result<Answered<MerchantDecision>, Problem> {
    let tax = merchant::TaxRates { prices, rates: rates.into_iter().map(Into::into).collect() };
    decide(&state, &envelope, merchant, MerchantChange::SetTaxRates(tax)).await
}

impl From<merchant::TaxRates> for TaxRates {
    fn from(tax: merchant::TaxRates) -> Self {
        Self { prices: tax.prices, rates: tax.rates.into_iter().map(TaxRate::from).collect() }
    }
}
