use axum::extract::State;
use purser_domain::text::Sku;
use purser_projections::{follower::Streams, views::catalogue::find};
use serde::Deserialize;

use super::product::Product;
use crate::http::{
    answer::Answered,
    extract::{Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the product must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindProductParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A product.
///
/// As the catalogue has it, on sale or not.
#[utoipa::path(
    get,
    path = "/v1/products/{sku}",
    tag = "products",
    params(("sku" = inline(schema::Sku), Path, description = "Which product."), FindProductParameters),
    responses((status = 200, description = "The product.", body = Product))
)]
pub(crate) async fn find_product(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Parameters(parameters): Parameters<FindProductParameters>,
) -> Result<Answered<Product>, Problem> {
    wait_for_own(&state, "catalogue", &Streams::of::<purser_domain::product::Product>(&sku), parameters.min_position)
        .await?;
    let found = find(&state.pool, &sku).await?;
    found.map(|product| Answered::ok(product.into())).ok_or_else(|| Problem::not_found("product"))
}
