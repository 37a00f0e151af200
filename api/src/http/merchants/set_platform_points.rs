use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::{money::Money, text::MerchantId};
use serde::{Deserialize, Serialize};

use super::{MerchantDecision, decide};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Whether the platform's points are taken at a merchant's orders.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformPointsPolicy {
    /// How; not at all, where absent.
    points: Option<PlatformPoints>,
}

/// What the platform's points are worth at a merchant's orders.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformPoints {
    /// What 100 of them are worth in an order of this currency: 1 to 1000000 minor units.
    #[schema(value_type = schema::Money)]
    pub(super) value_per_100: Money,
}

/// Says what the platform's points are worth at a merchant's orders.
///
/// The platform pays for them: an order that they pay in part says so (`points_of`), and the merchant is owed their value. A
/// merchant decides about its own points by its policies.
#[utoipa::path(
    put,
    path = "/v1/merchants/{merchant}/platform-points",
    tag = "merchants",
    params(("merchant" = inline(schema::MerchantId), Path, description = "At whose orders.")),
    request_body = PlatformPointsPolicy,
    responses((status = 200, description = "It holds, or held already.", body = MerchantDecision))
)]
pub(crate) async fn set_platform_points(
    State(state): State<AppState>,
    Id(merchant): Id<MerchantId>,
    Submission { body, envelope }: Submission<PlatformPointsPolicy>,
) -> Result<Answered<MerchantDecision>, Problem> {
    let value_per_100 = body.points.map(|points| points.value_per_100);
    decide(&state, &envelope, merchant, MerchantChange::SetPlatformPoints(value_per_100)).await
}
