use axum::extract::State;
use purser_domain::ids::ReturnId;
use purser_projections::{follower::Streams, views::goods_return::find};
use serde::Deserialize;

use super::goods_return::GoodsReturn;
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the return must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindReturnParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A return.
///
/// What is asked back, what was found, what is owed for it, and its history.
#[utoipa::path(
    get,
    path = "/v1/returns/{id}",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return."), FindReturnParameters),
    responses((status = 200, description = "The return.", body = GoodsReturn))
)]
pub(crate) async fn find_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Parameters(parameters): Parameters<FindReturnParameters>,
    Caller(caller): Caller,
) -> Result<Answered<GoodsReturn>, Problem> {
    wait_for_own(&state, "return", &Streams::of::<purser_domain::returns::Return>(&id), parameters.min_position)
        .await?;
    let found = find(&state.pool, &caller.principal, id).await?.ok_or_else(|| Problem::not_found("return"))?;
    Ok(Answered::ok(GoodsReturn::shown_to(&caller.principal, found)))
}
