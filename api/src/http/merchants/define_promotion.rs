use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::{
    merchant,
    text::{MerchantId, PromotionId, Title},
};
use serde::Deserialize;

use super::{MerchantDecision, decide};
use crate::http::{
    answer::Answered,
    extract::{IdPair, Submission},
    offer::Offer,
    problem::Problem,
    schema,
    state::AppState,
};

/// A promotion: an offer that applies by itself.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionDefinition {
    /// What the customer reads.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// What it gives, and when.
    offer: Offer,
}

/// Defines a promotion.
///
/// From now on it applies to every order that meets its conditions, in place of the promotion that bore its id, if there
/// was one. Of all promotions and coupons that go together, an order gets those that make it cheapest. A merchant has at
/// most 20 promotions that have not been ended.
#[utoipa::path(
    put,
    path = "/v1/merchants/{merchant}/promotions/{promotion}",
    tag = "merchants",
    params(
        ("merchant" = inline(schema::MerchantId), Path, description = "Whose."),
        ("promotion" = inline(schema::PromotionId), Path, description = "The merchant's name for it."),
    ),
    request_body = PromotionDefinition,
    responses((status = 200, description = "It holds, or held already.", body = MerchantDecision))
)]
pub(crate) async fn define_promotion(
    State(state): State<AppState>,
    IdPair(merchant, id): IdPair<MerchantId, PromotionId>,
    Submission { body, envelope }: Submission<PromotionDefinition>,
) -> Result<Answered<MerchantDecision>, Problem> {
    let PromotionDefinition { title, offer } = body;
    let promotion = merchant::Promotion { id, title, offer: offer.read()? };
    decide(&state, &envelope, merchant, MerchantChange::DefinePromotion(promotion)).await
}
