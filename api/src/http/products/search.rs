use axum::extract::State;
use purser_domain::{
    product::ProductKind,
    text::{MerchantId, Sku},
};
use purser_projections::views::catalogue::{ListingState, ProductQuery, ProductRow, list};
use serde::{Deserialize, Serialize};

use super::product::Product;
use crate::http::{
    answer::Answered,
    extract::{ListParameters, parameter},
    moment::{Moment, period},
    page::{Limit, Page, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// What products to look for; a product must meet all of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductParameters {
    /// Who sells it.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// `goods` or `service`.
    #[param(value_type = Option<schema::ProductKind>, inline)]
    kind: Option<ProductKind>,
    /// `listed` or `delisted`.
    #[param(value_type = Option<String>, pattern = "^(listed|delisted)$")]
    status: Option<ListingState>,
    /// On or off sale since this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    since_from: Option<Moment>,
    /// On or off sale since before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    since_until: Option<Moment>,
    /// Words of the title: all of them, the last one may be unfinished. Case, accents, width and the composition
    /// of letters do not matter; in scripts without spaces any part is found; an emoji counts as a word. 1 to 200 characters.
    #[param(min_length = 1, max_length = 200)]
    text: Option<String>,
    /// The most products of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// Products that were found, in the order of their SKUs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProductList {
    /// The products.
    items: Vec<Product>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Searches products.
///
/// By merchant, kind, status, time and words of the title.
#[utoipa::path(
    get,
    path = "/v1/products",
    tag = "products",
    params(ProductParameters),
    responses((status = 200, description = "The products.", body = ProductList))
)]
pub(crate) async fn search_products(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<ProductParameters>,
) -> Result<Answered<ProductList>, Problem> {
    let page = Page::<Sku>::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = ProductQuery {
        text: parameter("text", parameters.text.as_deref())?,
        merchant: parameters.merchant,
        kind: parameters.kind,
        state: parameters.status,
        since: period(parameters.since_from, parameters.since_until),
        after: page.after.clone(),
        rows: page.rows_wanted(),
    };
    wait_for(&state, "catalogue", parameters.min_position).await?;
    let found = list(&state.pool, &wanted).await?;
    let (found, next_cursor) = page.close(found, |product: &ProductRow| product.sku.clone())?;
    Ok(Answered::ok(ProductList { items: found.into_iter().map(Product::from).collect(), next_cursor }))
}
