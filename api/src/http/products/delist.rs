use axum::extract::State;
use purser_commands::Command;
use purser_domain::text::Sku;
use serde::Deserialize;

use super::ProductChange;
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Nothing needs to be said. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delisting {}

/// Delists a product.
///
/// Takes it off sale. Its stock and its orders stay as they are, and it may be listed again.
#[utoipa::path(
    post,
    path = "/v1/products/{sku}/delist",
    tag = "products",
    params(("sku" = inline(schema::Sku), Path, description = "Which product.")),
    request_body = Delisting,
    responses((status = 200, description = "It is off sale, or was already.", body = ProductChange))
)]
pub(crate) async fn delist_product(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Submission { body: Delisting {}, envelope }: Submission<Delisting>,
) -> Result<Answered<ProductChange>, Problem> {
    let command = Command::DelistProduct { sku: sku.clone() };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(ProductChange { sku, position }))
}
