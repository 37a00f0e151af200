use axum::extract::State;
use purser_commands::Command;
use purser_domain::{product::Backorder, text::Sku};
use serde::Deserialize;

use super::ProductChange;
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Whether orders may wait for a product.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackorderSetting {
    /// `allowed` or `refused`.
    #[schema(value_type = schema::Backorder)]
    backorder: Backorder,
}

/// Lets orders wait for a product, or no more.
///
/// What is short is refused, or waits for what comes in, first come first served. Orders that wait already go on waiting.
#[utoipa::path(
    post,
    path = "/v1/products/{sku}/backorder",
    tag = "products",
    params(("sku" = inline(schema::Sku), Path, description = "Which product.")),
    request_body = BackorderSetting,
    responses((status = 200, description = "It is so, or was so already.", body = ProductChange))
)]
pub(crate) async fn set_backorder(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Submission { body: BackorderSetting { backorder }, envelope }: Submission<BackorderSetting>,
) -> Result<Answered<ProductChange>, Problem> {
    let command = Command::SetBackorder { sku: sku.clone(), backorder };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(ProductChange { sku, position }))
}
