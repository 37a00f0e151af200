use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    money::Money,
    principal::Principal,
    product::{Backorder, Listing, ProductKind},
    quantity::Quantity,
    text::{MerchantId, Sku, TaxCategory, Title},
};
use serde::Deserialize;

use super::ProductChange;
use crate::http::{
    answer::Answered,
    extract::Submission,
    path::path,
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// A product to be put on sale.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductListing {
    /// What it is called in the catalogue, in stock and on order lines.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// What the customer reads.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// Whether it keeps stock.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// What one piece costs.
    #[schema(value_type = schema::Money)]
    price: Money,
    /// Who sells it. A merchant's own id is filled in; the back office must say.
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// What it is to the tax office; `standard`, where absent.
    #[schema(value_type = Option<schema::TaxCategory>)]
    tax_category: Option<TaxCategory>,
    /// The most pieces that one customer may buy, over all their orders; no limit, where absent. A guest
    /// is counted by the e-mail address and telephone number that they give, or by the address of delivery.
    #[schema(value_type = Option<schema::Quantity>)]
    purchase_limit: Option<Quantity>,
    /// Whether orders may wait for it while it is not there; they may not, where absent. Of goods only.
    #[serde(default)]
    #[schema(value_type = schema::Backorder, required = false)]
    backorder: Backorder,
}

/// Lists a product.
///
/// Puts a product on sale, for the first time or again. Listing it again with the same details changes nothing.
#[utoipa::path(
    post,
    path = "/v1/products",
    tag = "products",
    request_body = ProductListing,
    responses((
        status = 201,
        description = "It is on sale, or was already with the same details.",
        body = ProductChange,
        headers(("Location" = String, description = "The product's path."))
    ))
)]
pub(crate) async fn list_product(
    State(state): State<AppState>,
    Submission { body, envelope }: Submission<ProductListing>,
) -> Result<Answered<ProductChange>, Problem> {
    let ProductListing { sku, title, kind, price, merchant, tax_category, purchase_limit, backorder } = body;
    let merchant = merchant.or_else(|| own(&envelope.caller.principal)).ok_or_else(|| {
        Problem::at(Kind::InvalidValue, Fault::pointer("/merchant", "missing field `merchant`: say who sells it"))
    })?;
    let listing = Listing { title, kind, price, merchant, tax_category, backorder, purchase_limit };
    let command = Command::ListProduct { sku: sku.clone(), listing };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::created(path("/v1/products", sku.as_str()), ProductChange { sku, position }))
}

fn own(principal: &Principal) -> Option<MerchantId> {
    match principal {
        Principal::Merchant(own) => Some(own.clone()),
        Principal::Customer(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => None,
    }
}
