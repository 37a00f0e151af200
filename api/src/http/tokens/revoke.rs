use axum::{extract::State, http::StatusCode};

use super::id::TokenId;
use crate::http::{
    extract::{Caller, Id},
    problem::Problem,
    schema,
    state::AppState,
};

/// Revokes a token.
///
/// It is void on this node at once and on others within two seconds.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{id}",
    tag = "engine",
    params(("id" = inline(schema::TokenId), Path, description = "Which token.")),
    responses((status = 204, description = "It is void, or was already."))
)]
pub(crate) async fn revoke_token(
    State(state): State<AppState>,
    Id(TokenId(id)): Id<TokenId>,
    Caller(caller): Caller,
) -> Result<StatusCode, Problem> {
    if !state.tokens.revoke(&id).await? {
        return Err(Problem::not_found("token"));
    }
    tracing::info!(token = id, actor = caller.actor, "token {id} revoked");
    Ok(StatusCode::NO_CONTENT)
}
