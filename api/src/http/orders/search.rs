use std::str::FromStr;

use axum::extract::State;
use purser_domain::{
    ids::OrderId,
    money::{Amount, Currency, Money},
    order::OrderStatus,
    text::{CustomerId, ExternalReference, InvalidValue, MerchantId, Sku},
};
use purser_projections::views::{
    listing::Direction,
    order_search::{OrderQuery, OrderSort, OrderSummary, TotalRange, search},
};
use serde::{Deserialize, Serialize};

use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters, parameter},
    moment::{Moment, period},
    page::{Limit, Page, wait_for},
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// What orders to look for; an order must meet all of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderParameters {
    /// Who bought.
    #[param(value_type = Option<schema::CustomerId>, inline)]
    customer: Option<CustomerId>,
    /// Who sold.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// The order's name in the system that sent it.
    #[param(value_type = Option<schema::ExternalReference>, inline)]
    reference: Option<ExternalReference>,
    /// Any of these statuses, divided by commas.
    #[param(example = "paid,processing")]
    status: Option<String>,
    /// A SKU that it has a line of.
    #[param(value_type = Option<schema::Sku>, inline)]
    sku: Option<Sku>,
    /// Placed at this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    placed_from: Option<Moment>,
    /// Placed before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    placed_until: Option<Moment>,
    /// In this currency. Needed with a range of totals, because amounts of different currencies do not compare.
    #[param(value_type = Option<schema::Currency>, inline)]
    currency: Option<Currency>,
    /// The least total in minor units, inclusive.
    #[param(value_type = Option<schema::Amount>, inline)]
    total_min: Option<Amount>,
    /// The greatest total in minor units, inclusive.
    #[param(value_type = Option<schema::Amount>, inline)]
    total_max: Option<Amount>,
    /// Words in the titles of its lines: all of them, the last one may be unfinished. Case, accents, width and the composition
    /// of letters do not matter; in scripts without spaces any part is found; an emoji counts as a word. 1 to 200 characters.
    #[param(min_length = 1, max_length = 200)]
    text: Option<String>,
    /// `placed_at` (if nothing is said) or `total`.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^(placed_at|total)$")]
    sort: OrderSort,
    /// `descending` (if nothing is said) or `ascending`.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^(ascending|descending)$")]
    direction: Direction,
    /// The most orders of a page: 1 to 1000; 100 if nothing is said.
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

/// Orders that were found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderList {
    /// The orders.
    items: Vec<FoundOrder>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// An order in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = OrderSummary)]
pub(crate) struct FoundOrder {
    /// Its id.
    #[schema(value_type = schema::OrderId)]
    id: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// Who bought; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Who sold.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Its name in the system that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::ExternalReference>)]
    reference: Option<ExternalReference>,
    /// What it came to.
    #[schema(value_type = schema::Money)]
    total: Money,
    /// Pieces of all lines together.
    #[schema(minimum = 1)]
    units: i64,
    /// How many lines it has.
    #[schema(minimum = 1, maximum = 1000)]
    line_count: i32,
    /// When it was placed.
    placed_at: Moment,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Searches orders.
///
/// By whatever combination of customer, merchant, status, SKU, time, total and words. Pages follow one another without
/// gaps or repeats however deep they go; a cursor belongs to one search.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "orders",
    params(OrderParameters),
    responses((status = 200, description = "The orders.", body = OrderList))
)]
pub(crate) async fn search_orders(
    State(state): State<AppState>,
    ListParameters { parameters, list }: ListParameters<OrderParameters>,
    Caller(caller): Caller,
) -> Result<Answered<OrderList>, Problem> {
    let page = Page::open(&state, &list, parameters.limit, parameters.cursor.as_deref())?;
    let min_position = parameters.min_position;
    let query = OrderQuery { after: page.after, rows: page.rows_wanted(), ..parameters.query()? };
    wait_for(&state, "order_search", min_position).await?;
    let found = search(&state.pool, &caller.principal, &query).await?;
    let (found, next_cursor) = page.close(found, OrderSummary::key)?;
    Ok(Answered::ok(OrderList { items: found.into_iter().map(FoundOrder::from).collect(), next_cursor }))
}

impl OrderParameters {
    fn query(self) -> Result<OrderQuery, Problem> {
        Ok(OrderQuery {
            total: self.totals()?,
            statuses: parameter::<Statuses>("status", self.status.as_deref())?.unwrap_or_default().0,
            text: parameter("text", self.text.as_deref())?,
            customer: self.customer,
            merchant: self.merchant,
            reference: self.reference,
            sku: self.sku,
            placed: period(self.placed_from, self.placed_until),
            sort: self.sort,
            direction: self.direction,
            after: None,
            rows: 0,
        })
    }

    fn totals(&self) -> Result<Option<TotalRange>, Problem> {
        match (self.currency, self.total_min, self.total_max) {
            (Some(currency), min, max) => Ok(Some(TotalRange { currency, min, max })),
            (None, None, None) => Ok(None),
            (None, Some(_), _) | (None, _, Some(_)) => {
                let detail = "is needed with a range of totals";
                Err(Problem::at(Kind::MalformedParameter, Fault::parameter("currency", detail)))
            }
        }
    }
}

#[derive(Debug, Default)]
struct Statuses(Vec<OrderStatus>);

impl FromStr for Statuses {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl From<OrderSummary> for FoundOrder {
    fn from(order: OrderSummary) -> Self {
        let OrderSummary { id, status, customer, merchant, reference, total, units, line_count, placed_at, position } =
            order;
        let placed_at = placed_at.into();
        Self { id, status, customer, merchant, reference, total, units, line_count, placed_at, position }
    }
}
