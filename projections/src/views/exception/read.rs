use purser_domain::{
    Timestamp,
    exception::ExceptionKind,
    ids::{ExceptionId, OrderId},
    text::{Actor, MerchantId, Reason, Subject},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use crate::views::{
    column::{read, read_optional, read_word, stored_words},
    listing::{Direction, Period},
};

/// Which exceptions are wanted, in the order in which they were raised, the last time.
#[derive(Debug, Clone, Default)]
pub struct ExceptionQuery {
    /// Where they stand.
    pub status: Option<ExceptionStatus>,
    /// What is the matter.
    pub kind: Option<ExceptionKind>,
    /// With which order.
    pub order: Option<OrderId>,
    /// With whose orders.
    pub merchant: Option<MerchantId>,
    /// When they were raised, the last time.
    pub raised: Period,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<ExceptionKey>,
    /// How many are wanted, at most.
    pub rows: i64,
}

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionStatus {
    /// A person has to look at it.
    Open,
    /// The reconciliation repaired it.
    Repaired,
    /// It was not there any more.
    Gone,
    /// A person settled it.
    Settled,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionRow {
    /// Its id.
    pub id: ExceptionId,
    /// What is the matter.
    pub kind: ExceptionKind,
    /// With what.
    pub subject: Subject,
    /// With which order, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Whose order that is, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant: Option<MerchantId>,
    /// In words.
    pub detail: Reason,
    /// Where it stands.
    pub status: ExceptionStatus,
    /// When it was raised, the last time.
    pub raised_at: Timestamp,
    /// How often it was raised.
    pub times: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// What repaired it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Reason>,
    /// Who settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// How they settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The position of its last event.
    pub position: i64,
}

/// A place in a list of exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionKey {
    raised_at: Timestamp,
    id: ExceptionId,
}

impl ExceptionRow {
    /// Its place in the list.
    pub const fn key(&self) -> ExceptionKey {
        ExceptionKey { raised_at: self.raised_at, id: self.id }
    }
}

stored_words! {
    pub(super) status_word / status: ExceptionStatus {
        Open = "open",
        Repaired = "repaired",
        Gone = "gone",
        Settled = "settled",
    }
}

const COLUMNS: &str = "exception_id, kind, subject, order_id, merchant, detail, status, raised_at, times, closed_at, \
                       action, actor, reason, position";

/// An exception, if there is one.
pub async fn find(pool: &PgPool, id: ExceptionId) -> Result<Option<ExceptionRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from views.exception where exception_id = $1"))
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
}

/// The exceptions that meet the query.
pub async fn list(pool: &PgPool, query: &ExceptionQuery) -> Result<Vec<ExceptionRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.exception where true"));
    if let Some(wanted) = query.status {
        sql.push(" and status = ").push_bind(status_word(wanted));
    }
    if let Some(kind) = query.kind {
        sql.push(" and kind = ").push_bind(kind.as_str());
    }
    if let Some(order) = query.order {
        sql.push(" and order_id = ").push_bind(order.as_uuid());
    }
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    query.raised.restrict(&mut sql, "raised_at");
    if let Some(ExceptionKey { raised_at, id }) = query.after {
        sql.push(format!(" and (raised_at, exception_id){}(", query.direction.beyond()));
        sql.push_bind(raised_at).push(", ").push_bind(id.as_uuid()).push(")");
    }
    let keyword = query.direction.keyword();
    sql.push(format!(" order by raised_at{keyword}, exception_id{keyword} limit ")).push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// Rows that a batch goes on with.
pub(super) async fn load(db: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<ExceptionRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from exception where exception_id = any($1)"))
        .persistent(false)
        .bind(ids)
        .fetch_all(db)
        .await
}

impl FromRow<'_, PgRow> for ExceptionRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: ExceptionId::from_uuid(row.try_get("exception_id")?),
            kind: read(row, "kind")?,
            subject: read(row, "subject")?,
            order: row.try_get::<Option<Uuid>, _>("order_id")?.map(OrderId::from_uuid),
            merchant: read_optional(row, "merchant")?,
            detail: read(row, "detail")?,
            status: read_word(row, "status", status)?,
            raised_at: row.try_get("raised_at")?,
            times: row.try_get("times")?,
            closed_at: row.try_get("closed_at")?,
            action: read_optional(row, "action")?,
            actor: read_optional(row, "actor")?,
            reason: read_optional(row, "reason")?,
            position: row.try_get("position")?,
        })
    }
}
