use axum::extract::State;
use purser_commands::Command;
use purser_domain::{address::Address, ids::ReturnId};
use serde::Deserialize;

use super::{ReturnStanding, step};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    orders::place::check_address,
    problem::Problem,
    schema,
    state::AppState,
};

/// How a return is approved. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnApproval {
    /// Where the goods go; where the merchant's policies say, if nothing is said. Of no use where the goods stay where they
    /// are.
    #[schema(value_type = Option<schema::Address>)]
    return_address: Option<Address>,
    /// When, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Approves a return.
///
/// Where the goods stay where they are, the money is owed back at once, and the return is `resolving`, or `closed` where
/// there is none to give back.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/approve",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = ReturnApproval,
    responses((status = 200, description = "It is approved, or was already.", body = ReturnStanding))
)]
pub(crate) async fn approve_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: ReturnApproval { return_address, at }, envelope }: Submission<ReturnApproval>,
) -> Result<Answered<ReturnStanding>, Problem> {
    if let Some(address) = &return_address {
        check_address(address, "/return_address")?;
    }
    step(&state, &envelope, Command::ApproveReturn { id, return_address, at: at.map(Into::into) }).await
}
