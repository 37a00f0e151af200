use axum::extract::State;
use purser_commands::MerchantChange;
use purser_domain::text::MerchantId;

use super::{MerchantDecision, decide, policies::Policies};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Sets a merchant's policies.
///
/// All of them, in place of those before: what is absent goes back to what holds where nothing was decided. They hold for
/// what happens from now on; the payment window of an order is that of its placement.
#[utoipa::path(
    put,
    path = "/v1/merchants/{merchant}/policies",
    tag = "merchants",
    params(("merchant" = inline(schema::MerchantId), Path, description = "Whose.")),
    request_body = Policies,
    responses((status = 200, description = "They hold, or held already.", body = MerchantDecision))
)]
pub(crate) async fn set_policies(
    State(state): State<AppState>,
    Id(merchant): Id<MerchantId>,
    Submission { body, envelope }: Submission<Policies>,
) -> Result<Answered<MerchantDecision>, Problem> {
    decide(&state, &envelope, merchant, MerchantChange::SetPolicies(body.read()?)).await
}
