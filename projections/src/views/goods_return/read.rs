use purser_domain::{
    Timestamp,
    ids::{OrderId, ReturnId},
    principal::Principal,
    returns::ReturnStatus,
    text::MerchantId,
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use super::ReturnDetail;
use crate::views::{
    column::unreadable,
    listing::{Direction, Period},
    owner::restrict_orders,
};

/// Which returns are wanted, in the order in which they were requested.
#[derive(Debug, Clone, Default)]
pub struct ReturnQuery {
    /// How far they have come.
    pub status: Option<ReturnStatus>,
    /// Only those that were not answered in time and still are not.
    pub overdue: bool,
    /// Of which order.
    pub order: Option<OrderId>,
    /// Of whose orders.
    pub merchant: Option<MerchantId>,
    /// When they were requested.
    pub requested: Period,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<ReturnKey>,
    /// How many returns are wanted, at most.
    pub rows: i64,
}

/// A return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRow {
    /// Its id.
    pub id: ReturnId,
    /// All that is known of it.
    pub detail: ReturnDetail,
    /// The position of its last event.
    pub position: i64,
}

/// A place in a list of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnKey {
    requested_at: Timestamp,
    id: ReturnId,
}

impl ReturnRow {
    /// Its place in the list.
    pub const fn key(&self) -> ReturnKey {
        ReturnKey { requested_at: self.detail.terms.requested_at, id: self.id }
    }
}

/// A return, if there is one and the reader may see it.
pub async fn find(pool: &PgPool, principal: &Principal, id: ReturnId) -> Result<Option<ReturnRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select return_id, document, position from views.goods_return where return_id = ",
    );
    sql.push_bind(id.as_uuid());
    restrict_orders(&mut sql, principal);
    sql.build_query_as().fetch_optional(pool).await
}

/// The returns that a reader may see and that meet the query.
pub async fn list(pool: &PgPool, principal: &Principal, query: &ReturnQuery) -> Result<Vec<ReturnRow>, sqlx::Error> {
    let mut sql =
        QueryBuilder::<Postgres>::new("select return_id, document, position from views.goods_return where true");
    restrict_orders(&mut sql, principal);
    if let Some(status) = query.status {
        sql.push(" and status = ").push_bind(status.as_str());
    }
    if query.overdue {
        // In these words, so that the index over those that wait for an answer is used.
        sql.push(" and status = 'requested' and escalated_at is not null");
    }
    if let Some(order) = query.order {
        sql.push(" and order_id = ").push_bind(order.as_uuid());
    }
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    query.requested.restrict(&mut sql, "requested_at");
    if let Some(ReturnKey { requested_at, id }) = query.after {
        sql.push(format!(" and (requested_at, return_id){}(", query.direction.beyond()));
        sql.push_bind(requested_at).push(", ").push_bind(id.as_uuid()).push(")");
    }
    let keyword = query.direction.keyword();
    sql.push(format!(" order by requested_at{keyword}, return_id{keyword} limit ")).push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// Rows that a batch goes on with.
pub(super) async fn load(db: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<ReturnRow>, sqlx::Error> {
    sqlx::query_as("select return_id, document, position from goods_return where return_id = any($1)")
        .persistent(false)
        .bind(ids)
        .fetch_all(db)
        .await
}

impl FromRow<'_, PgRow> for ReturnRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let document: &str = row.try_get("document")?;
        Ok(Self {
            id: ReturnId::from_uuid(row.try_get::<Uuid, _>("return_id")?),
            detail: serde_json::from_str(document).map_err(|error| unreadable("document", error))?,
            position: row.try_get("position")?,
        })
    }
}
