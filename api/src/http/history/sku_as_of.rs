use axum::extract::State;
use purser_domain::{
    money::Money,
    product::ProductKind,
    text::{Location, MerchantId, Sku, Title},
};
use purser_projections::history::{self, AsOf, LocationState, ProductState, State as Past, Subject};
use serde::Serialize;

use super::point::PointParameters;
use crate::http::{
    answer::Answered,
    extract::{Id, Parameters},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// How a SKU stood.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SkuAsOf {
    /// Which.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// The position of the last event that is in it.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// When the log took that event.
    recorded_at: Moment,
    /// In the catalogue; absent where it had not been listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<ProductAsOf>,
    /// In stock, by location.
    stock: Vec<LocationAsOf>,
}

/// How a product stood in the catalogue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProductAsOf {
    /// Whether it was for sale.
    listed: bool,
    /// Its title.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// Whether it keeps stock.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// The price of one piece.
    #[schema(value_type = schema::Money)]
    price: Money,
    /// Who sold it.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
}

/// How a SKU stood at one location.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LocationAsOf {
    /// Where.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// Pieces that were there.
    #[schema(value_type = schema::Count)]
    on_hand: i64,
    /// Pieces of these that were held for orders.
    #[schema(value_type = schema::Count)]
    reserved: i64,
    /// Pieces that could be sold; none while orders waited there.
    #[schema(value_type = schema::Count)]
    available: i64,
    /// Pieces that orders waited for.
    waiting: i64,
}

/// A SKU as of then.
///
/// How a product and its stock stood after a log position or at a time, folded from the log itself.
#[utoipa::path(
    get,
    path = "/v1/products/{sku}/as-of",
    tag = "history",
    params(("sku" = inline(schema::Sku), Path, description = "Which SKU."), PointParameters),
    responses((status = 200, description = "How it stood.", body = SkuAsOf))
)]
pub(crate) async fn sku_as_of(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Parameters(point): Parameters<PointParameters>,
) -> Result<Answered<SkuAsOf>, Problem> {
    let past = history::as_of(&state.pool, &state.upcasters, &Subject::Sku(sku), point.at()?).await?;
    let AsOf { position, recorded_at, state: past } = past.ok_or_else(|| Problem::not_found("product then"))?;
    match past {
        Past::Sku(past) => Ok(Answered::ok(SkuAsOf {
            sku: past.sku,
            position,
            recorded_at: recorded_at.into(),
            product: past.product.map(ProductAsOf::from),
            stock: past.stock.into_iter().map(LocationAsOf::from).collect(),
        })),
        Past::Order(_) | Past::Refund(_) => Err(Problem::internal("a product's past is something else")),
    }
}

impl From<ProductState> for ProductAsOf {
    fn from(state: ProductState) -> Self {
        let ProductState { listed, title, kind, price, merchant } = state;
        Self { listed, title, kind, price, merchant }
    }
}

impl From<LocationState> for LocationAsOf {
    fn from(state: LocationState) -> Self {
        let LocationState { location, on_hand, reserved, available, waiting } = state;
        Self { location, on_hand, reserved, available, waiting }
    }
}
