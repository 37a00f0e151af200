use purser_domain::{
    Timestamp,
    ids::OrderId,
    money::{Amount, Currency, Money},
    order::OrderStatus,
    principal::Principal,
    text::{CustomerId, ExternalReference, MerchantId, Sku},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use crate::views::{
    column::{read, read_money, read_optional},
    listing::{Direction, Period},
    owner,
    words::SearchText,
};

/// What is looked for; an order must meet all of it.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    /// Who bought.
    pub customer: Option<CustomerId>,
    /// Who sold.
    pub merchant: Option<MerchantId>,
    /// The order's name in the system that sent it.
    pub reference: Option<ExternalReference>,
    /// Any of these statuses; whatever it is if there are none.
    pub statuses: Vec<OrderStatus>,
    /// A SKU that it has a line of.
    pub sku: Option<Sku>,
    /// When it was placed.
    pub placed: Period,
    /// Its currency and what it came to.
    pub total: Option<TotalRange>,
    /// Words in the titles of its lines.
    pub text: Option<SearchText>,
    /// What the list is sorted by.
    pub sort: OrderSort,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<OrderKey>,
    /// How many orders are wanted, at most.
    pub rows: i64,
}

/// A range of totals. Amounts of different currencies do not compare, so that a range is in one.
#[derive(Debug, Clone, Copy)]
pub struct TotalRange {
    /// The currency.
    pub currency: Currency,
    /// The least total, inclusive.
    pub min: Option<Amount>,
    /// The greatest total, inclusive.
    pub max: Option<Amount>,
}

/// What a list of orders is sorted by. Ties are broken by the order's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSort {
    /// When they were placed.
    #[default]
    PlacedAt,
    /// Their totals, within each currency; the currencies by their codes.
    Total,
}

/// A place in a list of orders, however that is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderKey {
    placed_at: Timestamp,
    total: Money,
    id: OrderId,
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// Its status.
    pub status: OrderStatus,
    /// Who bought; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Who sold.
    pub merchant: MerchantId,
    /// Its name in the system that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalReference>,
    /// What it came to.
    pub total: Money,
    /// Pieces of all lines together.
    pub units: i64,
    /// How many lines it has.
    pub line_count: i32,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// The position of its last event.
    pub position: i64,
}

impl OrderSummary {
    /// Its place in the list.
    pub const fn key(&self) -> OrderKey {
        OrderKey { placed_at: self.placed_at, total: self.total, id: self.id }
    }
}

impl FromRow<'_, PgRow> for OrderSummary {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: OrderId::from_uuid(row.try_get::<Uuid, _>("order_id")?),
            status: read(row, "status")?,
            customer: read_optional(row, "customer")?,
            merchant: read(row, "merchant")?,
            reference: read_optional(row, "reference")?,
            total: read_money(row, "total")?,
            units: row.try_get("units")?,
            line_count: row.try_get("line_count")?,
            placed_at: row.try_get("placed_at")?,
            position: row.try_get("position")?,
        })
    }
}

/// The orders that a reader may see and that meet the query.
///
/// Planned anew each time: which index is best depends on the values that are looked for.
pub async fn search(
    pool: &PgPool,
    principal: &Principal,
    query: &OrderQuery,
) -> Result<Vec<OrderSummary>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select content.order_id, content.placed_at, customer, merchant, reference, currency, total, units, line_count,
                status.status, status.position
         from views.order_search as content
         join views.order_search_status as status on status.order_id = content.order_id
         where true",
    );
    owner::restrict_orders(&mut sql, principal);
    // One status in the order of time is read from the statuses' own index, which has to be asked for: the planner does
    // not know that both tables have the same time.
    let leading =
        if let ([_], OrderSort::PlacedAt) = (query.statuses.as_slice(), query.sort) { "status" } else { "content" };
    query.restrict_content(&mut sql);
    query.restrict_status(&mut sql);
    query.placed.restrict(&mut sql, &format!("{leading}.placed_at"));
    query.place(&mut sql, leading);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

impl OrderQuery {
    fn restrict_content(&self, sql: &mut QueryBuilder<'_, Postgres>) {
        if let Some(customer) = &self.customer {
            sql.push(" and customer = ").push_bind(customer.to_string());
        }
        if let Some(merchant) = &self.merchant {
            sql.push(" and merchant = ").push_bind(merchant.to_string());
        }
        if let Some(reference) = &self.reference {
            sql.push(" and reference = ").push_bind(reference.to_string());
        }
        if let Some(sku) = &self.sku {
            sql.push(" and skus @> array[").push_bind(sku.to_string()).push("]");
        }
        if let Some(text) = &self.text {
            sql.push(" and words @@ ").push_bind(text.as_tsquery().to_owned()).push("::tsquery");
        }
        if let Some(TotalRange { currency, min, max }) = self.total {
            sql.push(" and currency = ").push_bind(currency.code());
            for (comparison, amount) in [(" and total >= ", min), (" and total <= ", max)] {
                if let Some(amount) = amount {
                    sql.push(comparison).push_bind(amount.minor_units());
                }
            }
        }
    }

    fn restrict_status(&self, sql: &mut QueryBuilder<'_, Postgres>) {
        match self.statuses.as_slice() {
            [] => {}
            [status] => {
                sql.push(" and status.status = ").push_bind(status.as_str());
            }
            several => {
                let words: Vec<&str> = several.iter().map(|status| status.as_str()).collect();
                sql.push(" and status.status = any(").push_bind(words).push(")");
            }
        }
    }

    /// Begins behind the last page, in the order of the list.
    fn place(&self, sql: &mut QueryBuilder<'_, Postgres>, leading: &str) {
        let columns = match self.sort {
            OrderSort::PlacedAt => vec![format!("{leading}.placed_at"), format!("{leading}.order_id")],
            OrderSort::Total => vec!["currency".to_owned(), "total".to_owned(), "content.order_id".to_owned()],
        };
        if let Some(OrderKey { placed_at, total, id }) = self.after {
            sql.push(format!(" and ({}){}(", columns.join(", "), self.direction.beyond()));
            match self.sort {
                OrderSort::PlacedAt => sql.push_bind(placed_at),
                OrderSort::Total => {
                    sql.push_bind(total.currency.code()).push(", ").push_bind(total.amount.minor_units())
                }
            };
            sql.push(", ").push_bind(id.as_uuid()).push(")");
        }
        let keyword = self.direction.keyword();
        sql.push(format!(" order by {}{keyword}", columns.join(&format!("{keyword}, "))));
        sql.push(" limit ").push_bind(self.rows);
    }
}
