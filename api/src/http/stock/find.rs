use axum::extract::State;
use purser_domain::text::Sku;
use purser_projections::{follower::Streams, views::stock_level::find};
use serde::Deserialize;

use super::level::{Stock, wait};
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the counts must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindStockParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// The stock of a SKU.
///
/// At all its locations. A SKU that nothing was ever received of has no stock.
#[utoipa::path(
    get,
    path = "/v1/stock/{sku}",
    tag = "stock",
    params(("sku" = inline(schema::Sku), Path, description = "Of which product."), FindStockParameters),
    responses((status = 200, description = "The stock.", body = Stock))
)]
pub(crate) async fn find_stock(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Parameters(parameters): Parameters<FindStockParameters>,
    Caller(caller): Caller,
) -> Result<Answered<Stock>, Problem> {
    let position = own(&state, &Streams::stocks_of(&sku), parameters.min_position).await?;
    wait(&state, &caller.principal, None, position).await?;
    let found = find(&state.pool, &caller.principal, &sku).await?;
    found.map(|level| Answered::ok(level.into())).ok_or_else(|| Problem::not_found("stock"))
}
