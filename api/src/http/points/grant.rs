use axum::extract::State;
use purser_commands::{Accepted, Answer, Command};
use purser_domain::{
    points::{Points, PointsId},
    text::{CustomerId, MerchantId, Reason},
};
use serde::Deserialize;

use super::PointsAccount;
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Points that somebody gives.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsGrant {
    /// The merchant whose points they are, who pays for what they pay; the platform's, where absent.
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// How many.
    #[schema(value_type = schema::Points)]
    points: Points,
    /// Why, in somebody's words.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Grants points by hand.
///
/// Beside those that completed orders earn. They are a merchant's or the platform's, and are taken where their issuer's are.
#[utoipa::path(
    post,
    path = "/v1/customers/{customer}/points",
    tag = "points",
    params(("customer" = inline(schema::CustomerId), Path, description = "To whom.")),
    request_body = PointsGrant,
    responses((status = 200, description = "They are there; this is how many there are now.", body = PointsAccount))
)]
pub(crate) async fn grant_points(
    State(state): State<AppState>,
    Id(customer): Id<CustomerId>,
    Submission { body: PointsGrant { merchant, points, reason }, envelope }: Submission<PointsGrant>,
) -> Result<Answered<PointsAccount>, Problem> {
    envelope
        .require_key("a grant of points needs an Idempotency-Key, so that its repetition does not give them twice")?;
    let account = PointsId { customer: customer.clone(), merchant: merchant.clone() };
    let command = Command::GrantPoints { account, points, reason };
    let Accepted { position, answer, replayed: _ } = envelope.execute(&state, command).await?;
    match answer {
        Answer::PointsAre { balance, frozen } => Ok(Answered::ok(PointsAccount {
            customer,
            merchant,
            balance,
            frozen,
            available: balance - frozen,
            position,
        })),
        other => Err(Problem::internal(format!("a grant of points was answered as {other:?}"))),
    }
}
