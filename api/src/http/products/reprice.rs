use axum::extract::State;
use purser_commands::Command;
use purser_domain::{money::Money, text::Sku};
use serde::Deserialize;

use super::ProductChange;
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// A product's new price.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repricing {
    /// What one piece costs from now on, in the same currency as before.
    #[schema(value_type = schema::Money)]
    price: Money,
}

/// Reprices a product.
///
/// The price holds from now on. Orders that are placed keep the price that was frozen into them.
#[utoipa::path(
    post,
    path = "/v1/products/{sku}/reprice",
    tag = "products",
    params(("sku" = inline(schema::Sku), Path, description = "Which product.")),
    request_body = Repricing,
    responses((status = 200, description = "It has this price, or had it already.", body = ProductChange))
)]
pub(crate) async fn reprice_product(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Submission { body: Repricing { price }, envelope }: Submission<Repricing>,
) -> Result<Answered<ProductChange>, Problem> {
    let command = Command::RepriceProduct { sku: sku.clone(), price };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(ProductChange { sku, position }))
}
