use purser_domain::{
    Timestamp,
    fulfillment::{FulfillmentLine, FulfillmentStatus},
    ids::{FulfillmentId, OrderId, ReturnId},
    principal::Principal,
    text::{Carrier, CustomerId, Location, MerchantId, Reason, TrackingNumber},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use crate::views::{
    column::{read, read_optional, unreadable},
    listing::{Direction, Period},
    owner::restrict_orders,
};

/// Which fulfillments are wanted, by when they must have shipped.
#[derive(Debug, Clone, Default)]
pub struct FulfillmentQuery {
    /// Of which order.
    pub order: Option<OrderId>,
    /// Of whose orders.
    pub merchant: Option<MerchantId>,
    /// Where they are packed.
    pub location: Option<Location>,
    /// Where they stand.
    pub status: Option<FulfillmentStatus>,
    /// Whether they were found to be overdue and have not shipped.
    pub overdue: Option<bool>,
    /// When they must have shipped.
    pub ship_by: Period,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<FulfillmentKey>,
    /// How many are wanted, at most.
    pub rows: i64,
}

/// A fulfillment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulfillmentRow {
    /// Its id.
    pub id: FulfillmentId,
    /// Of which order.
    pub order: OrderId,
    /// Its number within the order, from one.
    pub number: u32,
    /// Who sells.
    pub merchant: MerchantId,
    /// Who bought; absent for a guest.
    pub customer: Option<CustomerId>,
    /// Where it is packed; nowhere if there are only services in it.
    pub location: Option<Location>,
    /// The return that it answers, if it is not a part of what was ordered.
    pub replaces: Option<ReturnId>,
    /// What is in it.
    pub lines: Vec<FulfillmentLine>,
    /// Where it stands.
    pub status: FulfillmentStatus,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it must have shipped.
    pub ship_by: Timestamp,
    /// Since when it is overdue.
    pub overdue_since: Option<Timestamp>,
    /// When the packing began.
    pub started_at: Option<Timestamp>,
    /// Its name at the carrier.
    pub tracking: Option<TrackingNumber>,
    /// Who carries it.
    pub carrier: Option<Carrier>,
    /// When it left, the last time.
    pub shipped_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it was cancelled, when its delivery failed, or when it was given up.
    pub ended_at: Option<Timestamp>,
    /// Why it is on hold, was cancelled, not delivered or given up.
    pub reason: Option<Reason>,
    /// The position of its last event.
    pub position: i64,
}

/// A place in a list of fulfillments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfillmentKey {
    ship_by: Timestamp,
    id: FulfillmentId,
}

impl FulfillmentRow {
    /// Its place in the list.
    pub const fn key(&self) -> FulfillmentKey {
        FulfillmentKey { ship_by: self.ship_by, id: self.id }
    }
}

const COLUMNS: &str = "fulfillment_id, order_id, number, merchant, customer, location, replaces, lines, status, \
                       opened_at, ship_by, overdue_since, started_at, tracking, carrier, shipped_at, delivered_at, \
                       ended_at, reason, position";

/// A fulfillment, if there is one that the reader may see.
pub async fn find(
    pool: &PgPool,
    id: FulfillmentId,
    principal: &Principal,
) -> Result<Option<FulfillmentRow>, sqlx::Error> {
    let mut sql =
        QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.fulfillment where fulfillment_id = "));
    sql.push_bind(id.as_uuid());
    restrict_orders(&mut sql, principal);
    sql.build_query_as().fetch_optional(pool).await
}

/// The fulfillments that meet the query and that the reader may see.
pub async fn list(
    pool: &PgPool,
    query: &FulfillmentQuery,
    principal: &Principal,
) -> Result<Vec<FulfillmentRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.fulfillment where true"));
    restrict_orders(&mut sql, principal);
    if let Some(order) = query.order {
        sql.push(" and order_id = ").push_bind(order.as_uuid());
    }
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    if let Some(location) = &query.location {
        sql.push(" and location = ").push_bind(location.to_string());
    }
    if let Some(status) = query.status {
        sql.push(" and status = ").push_bind(status.as_str());
    }
    match query.overdue {
        None => {}
        // In these words, so that the index over those that are still to be shipped is used.
        Some(true) => {
            sql.push(" and status in ('open', 'on_hold', 'in_progress') and overdue_since is not null");
        }
        Some(false) => {
            sql.push(" and overdue_since is null");
        }
    }
    query.ship_by.restrict(&mut sql, "ship_by");
    if let Some(FulfillmentKey { ship_by, id }) = query.after {
        sql.push(format!(" and (ship_by, fulfillment_id){}(", query.direction.beyond()));
        sql.push_bind(ship_by).push(", ").push_bind(id.as_uuid()).push(")");
    }
    let keyword = query.direction.keyword();
    sql.push(format!(" order by ship_by{keyword}, fulfillment_id{keyword} limit ")).push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// Rows that a batch goes on with.
pub(super) async fn load(db: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<FulfillmentRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from fulfillment where fulfillment_id = any($1)"))
        .persistent(false)
        .bind(ids)
        .fetch_all(db)
        .await
}

impl FromRow<'_, PgRow> for FulfillmentRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let number: i64 = row.try_get("number")?;
        let lines: &str = row.try_get("lines")?;
        Ok(Self {
            id: FulfillmentId::from_uuid(row.try_get::<Uuid, _>("fulfillment_id")?),
            order: OrderId::from_uuid(row.try_get::<Uuid, _>("order_id")?),
            // Postgres has no unsigned numbers.
            number: u32::try_from(number).map_err(|error| unreadable("number", error))?,
            merchant: read(row, "merchant")?,
            customer: read_optional(row, "customer")?,
            location: read_optional(row, "location")?,
            replaces: row.try_get::<Option<Uuid>, _>("replaces")?.map(ReturnId::from_uuid),
            lines: serde_json::from_str(lines).map_err(|error| unreadable("lines", error))?,
            status: read(row, "status")?,
            opened_at: row.try_get("opened_at")?,
            ship_by: row.try_get("ship_by")?,
            overdue_since: row.try_get("overdue_since")?,
            started_at: row.try_get("started_at")?,
            tracking: read_optional(row, "tracking")?,
            carrier: read_optional(row, "carrier")?,
            shipped_at: row.try_get("shipped_at")?,
            delivered_at: row.try_get("delivered_at")?,
            ended_at: row.try_get("ended_at")?,
            reason: read_optional(row, "reason")?,
            position: row.try_get("position")?,
        })
    }
}
