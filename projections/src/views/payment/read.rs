use purser_domain::{
    Timestamp,
    ids::{OrderId, PaymentId},
    payment::PaymentStatus,
    principal::Principal,
    text::{GatewayName, MerchantId},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use super::PaymentDetail;
use crate::views::{
    column::{read_word, unreadable},
    listing::{Direction, Period},
    owner,
};

/// Which payments are wanted, in the order in which they began.
#[derive(Debug, Clone, Default)]
pub struct PaymentQuery {
    /// For which order.
    pub order: Option<OrderId>,
    /// Of whose orders.
    pub merchant: Option<MerchantId>,
    /// Through which gateway.
    pub gateway: Option<GatewayName>,
    /// Where they stand.
    pub status: Option<PaymentStatus>,
    /// Whether a person has something to look into.
    pub needs_review: Option<bool>,
    /// When they began.
    pub initiated: Period,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<PaymentKey>,
    /// How many payments are wanted, at most.
    pub rows: i64,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentRow {
    /// Its id.
    pub id: PaymentId,
    /// Where it stands.
    pub status: PaymentStatus,
    /// When it began.
    pub initiated_at: Timestamp,
    /// Everything else.
    pub detail: PaymentDetail,
    /// The position of its last event.
    pub position: i64,
}

/// A place in a list of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentKey {
    initiated_at: Timestamp,
    id: PaymentId,
}

impl PaymentRow {
    /// Its place in the list.
    pub const fn key(&self) -> PaymentKey {
        PaymentKey { initiated_at: self.initiated_at, id: self.id }
    }
}

const COLUMNS: &str = "payment_id, status, initiated_at, document, position";

/// A payment, if there is one and the reader may see it.
pub async fn find(pool: &PgPool, principal: &Principal, id: PaymentId) -> Result<Option<PaymentRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.payment where payment_id = "));
    sql.push_bind(id.as_uuid());
    owner::restrict_orders(&mut sql, principal);
    sql.build_query_as().fetch_optional(pool).await
}

/// The payments that a reader may see and that meet the query.
pub async fn list(pool: &PgPool, principal: &Principal, query: &PaymentQuery) -> Result<Vec<PaymentRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.payment where true"));
    owner::restrict_orders(&mut sql, principal);
    if let Some(order) = query.order {
        sql.push(" and order_id = ").push_bind(order.as_uuid());
    }
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    if let Some(gateway) = &query.gateway {
        sql.push(" and gateway = ").push_bind(gateway.to_string());
    }
    if let Some(status) = query.status {
        sql.push(" and status = ").push_bind(status.as_str());
    }
    // In these words, so that the index over those in review is used.
    match query.needs_review {
        None => {}
        Some(true) => {
            sql.push(" and mismatches_open > 0");
        }
        Some(false) => {
            sql.push(" and mismatches_open = 0");
        }
    }
    query.initiated.restrict(&mut sql, "initiated_at");
    if let Some(PaymentKey { initiated_at, id }) = query.after {
        sql.push(format!(" and (initiated_at, payment_id){}(", query.direction.beyond()));
        sql.push_bind(initiated_at).push(", ").push_bind(id.as_uuid()).push(")");
    }
    let keyword = query.direction.keyword();
    sql.push(format!(" order by initiated_at{keyword}, payment_id{keyword} limit ")).push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// The rows of some payments, for a fold.
pub(super) async fn load(db: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<PaymentRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from payment where payment_id = any($1)"))
        .persistent(false)
        .bind(ids)
        .fetch_all(db)
        .await
}

fn status(word: &str) -> Option<PaymentStatus> {
    PaymentStatus::ALL.into_iter().find(|status| status.as_str() == word)
}

impl FromRow<'_, PgRow> for PaymentRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let document: &str = row.try_get("document")?;
        Ok(Self {
            id: PaymentId::from_uuid(row.try_get::<Uuid, _>("payment_id")?),
            status: read_word(row, "status", status)?,
            initiated_at: row.try_get("initiated_at")?,
            detail: serde_json::from_str(document).map_err(|error| unreadable("document", error))?,
            position: row.try_get("position")?,
        })
    }
}
