use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::text::{MerchantId, PromotionId};
use serde::Deserialize;

use super::{MerchantDecision, decide};
use crate::http::{
    answer::Answered,
    extract::{IdPair, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Nothing needs to be said. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionEnd {}

/// Ends a promotion.
///
/// It applies to no new order. Orders that are placed keep what it gave them, and it may be defined again.
#[utoipa::path(
    post,
    path = "/v1/merchants/{merchant}/promotions/{promotion}/end",
    tag = "merchants",
    params(
        ("merchant" = inline(schema::MerchantId), Path, description = "Whose."),
        ("promotion" = inline(schema::PromotionId), Path, description = "Which promotion."),
    ),
    request_body = PromotionEnd,
    responses((status = 200, description = "It is over, or was already.", body = MerchantDecision))
)]
pub(crate) async fn end_promotion(
    State(state): State<AppState>,
    IdPair(merchant, promotion): IdPair<MerchantId, PromotionId>,
    Submission { body: PromotionEnd {}, envelope }: Submission<PromotionEnd>,
) -> Result<Answered<MerchantDecision>, Problem> {
    decide(&state, &envelope, merchant, MerchantChange::EndPromotion(promotion)).await
}
