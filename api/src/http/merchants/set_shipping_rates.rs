use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::{merchant, text::MerchantId};
use serde::Deserialize;

use super::{MerchantDecision, decide, rates::ShippingRate};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// All shipping rates of a merchant.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShippingRates {
    /// The rates: at most one for each method, currency and country. Without any, nothing is charged; with some, an order
    /// that none of them serves is refused.
    #[schema(max_items = 50)]
    rates: Vec<ShippingRate>,
}

/// Sets a merchant's shipping rates.
///
/// All of them, in place of those before. Orders that are placed keep the fee that was frozen into them.
#[utoipa::path(
    put,
    path = "/v1/merchants/{merchant}/shipping-rates",
    tag = "merchants",
    params(("merchant" = inline(schema::MerchantId), Path, description = "Whose.")),
    request_body = ShippingRates,
    responses((status = 200, description = "They hold, or held already.", body = MerchantDecision))
)]
pub(crate) async fn set_shipping_rates(
    State(state): State<AppState>,
    Id(merchant): Id<MerchantId>,
    Submission { body: ShippingRates { rates }, envelope }: Submission<ShippingRates>,
) -> Result<Answered<MerchantDecision>, Problem> {
    let rates = merchant::ShippingRates(rates.into_iter().map(Into::into).collect());
    decide(&state, &envelope, merchant, MerchantChange::SetShippingRates(rates)).await
}
