use purser_domain::{
    money::Money,
    product::{Backorder, ProductKind},
    quantity::Quantity,
    text::{MerchantId, Sku, TaxCategory, Title},
};
use purser_projections::views::catalogue::{ListingState, ProductRow};
use serde::Serialize;

use crate::http::{moment::Moment, schema};

/// A product of the catalogue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Product {
    /// Its SKU.
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
    /// Who sells it.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// What it is to the tax office; `standard`, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TaxCategory>)]
    tax_category: Option<TaxCategory>,
    /// The most pieces that one customer may buy, over all their orders; no limit, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Quantity>)]
    purchase_limit: Option<Quantity>,
    /// Whether orders may wait for it while it is not there.
    #[schema(value_type = schema::Backorder)]
    backorder: Backorder,
    /// `listed` while it is on sale, else `delisted`.
    #[schema(value_type = String, example = "listed", pattern = "^(listed|delisted)$")]
    status: ListingState,
    /// Since when it has been so.
    since: Moment,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

impl From<ProductRow> for Product {
    fn from(row: ProductRow) -> Self {
        let ProductRow {
            sku,
            title,
            kind,
            price,
            merchant,
            tax_category,
            purchase_limit,
            backorder,
            state: status,
            since,
            position,
        } = row;
        let since = since.into();
        Self { sku, title, kind, price, merchant, tax_category, purchase_limit, backorder, status, since, position }
    }
}
