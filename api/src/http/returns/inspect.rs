use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::ReturnId, returns::InspectedLine, text::Location};
use serde::{Deserialize, Serialize};

use super::{ReturnStanding, step};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// What was found in the parcel of a return.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inspection {
    /// Line by line; every unit of the return is in one of the three counts.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<FoundUnits>,
    /// Where what can be sold again is put; where it came from, if nothing is said.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// When, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// What was found of one line.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundUnits {
    /// Which line of the order, counted from zero.
    #[schema(minimum = 0, maximum = 999)]
    line: u32,
    /// Units that can be sold again: they go into the stock.
    #[serde(default)]
    #[schema(required = false)]
    restock: u32,
    /// Units that came back and cannot be sold again.
    #[serde(default)]
    #[schema(required = false)]
    scrap: u32,
    /// Units that did not come back.
    #[serde(default)]
    #[schema(required = false)]
    missing: u32,
}

impl From<FoundUnits> for InspectedLine {
    fn from(FoundUnits { line, restock, scrap, missing }: FoundUnits) -> Self {
        Self { line, restock, scrap, missing }
    }
}

impl From<InspectedLine> for FoundUnits {
    fn from(InspectedLine { line, restock, scrap, missing }: InspectedLine) -> Self {
        Self { line, restock, scrap, missing }
    }
}

/// Inspects a return.
///
/// Says what was in the parcel, and settles the return in the same step: what came back, sellable or not, is paid back with
/// exactly what was frozen for it, with its points and its share of purchase limits, and what can be sold again goes into
/// the stock. What is missing may be asked back again. The return is `resolving` until the money is back, and `closed` at
/// once where there is none to give back.
///
/// Of an exchange whose units all came back, the goods are deducted from the stock and put into fulfillments in the same
/// step, by the merchant's `allocation`; it is `resolving` until the last of them is delivered. Where they cannot be had,
/// or something is missing, what came back is paid back instead.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/inspect",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = Inspection,
    responses((status = 200, description = "It is inspected and being settled.", body = ReturnStanding))
)]
pub(crate) async fn inspect_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: Inspection { lines, location, at }, envelope }: Submission<Inspection>,
) -> Result<Answered<ReturnStanding>, Problem> {
    let inspected = lines.into_iter().map(InspectedLine::from).collect();
    step(&state, &envelope, Command::InspectReturn { id, inspected, location, at: at.map(Into::into) }).await
}
