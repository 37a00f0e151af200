use purser_domain::{
    Timestamp,
    ids::{OrderId, PaymentId, RefundId},
    money::{Amount, Money},
    refund::{RefundCause, RefundChannel, RefundFailure},
    text::{Actor, CustomerId, MerchantId, PaymentReference, Reason},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

use crate::views::{
    column::{read, read_money, read_optional, read_optional_word, read_word, stored_words, unreadable},
    listing::{Direction, Period},
};

/// Which refunds are wanted, in the order in which they were requested.
#[derive(Debug, Clone, Default)]
pub struct RefundQuery {
    /// Those still to be performed, or those that are done.
    pub progress: Option<RefundProgress>,
    /// Of which order.
    pub order: Option<OrderId>,
    /// Of whose orders.
    pub merchant: Option<MerchantId>,
    /// When they were requested.
    pub requested: Period,
    /// Which way.
    pub direction: Direction,
    /// The last place of the page before.
    pub after: Option<RefundKey>,
    /// How many refunds are wanted, at most.
    pub rows: i64,
}

/// Whether a refund still needs somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundProgress {
    /// Requested, submitted, failed or under review.
    Due,
    /// Under review: a person has to decide.
    Review,
    /// The money is back.
    Done,
    /// A person gave it up.
    WrittenOff,
}

/// How far a refund has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Owed, and nobody has it in hand yet.
    Requested,
    /// In somebody's hands.
    Submitted,
    /// It did not succeed, and may be tried again.
    Failed,
    /// A person has to decide about it.
    ManualReview,
    /// The money is back.
    Succeeded,
    /// A person gave it up.
    WrittenOff,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundRow {
    /// Its id.
    pub id: RefundId,
    /// The order that was paid for.
    pub order: OrderId,
    /// Who sold it.
    pub merchant: MerchantId,
    /// Who bought it; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// How much is owed.
    pub amount: Money,
    /// How much of it went back without being asked for, in minor units.
    pub offset: Amount,
    /// How much was taken, of which the refund is a part or all.
    pub captured: Money,
    /// Which part of it; 0 for all of it.
    pub part: u32,
    /// The payment through whose gateway it goes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// Why.
    pub cause: RefundCause,
    /// The payment's name where it was taken.
    pub payment_reference: PaymentReference,
    /// How far it has come.
    pub status: RefundStatus,
    /// In whose hands it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<RefundChannel>,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When somebody took it in hand, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// When the money was back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded_at: Option<Timestamp>,
    /// The transfer's name at the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_reference: Option<PaymentReference>,
    /// What there is to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Reason>,
    /// What was known of the money when it failed, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<RefundFailure>,
    /// What was the matter then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<Reason>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    /// Who decided about it, the last time that a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<Actor>,
    /// Why they decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_reason: Option<Reason>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_off_at: Option<Timestamp>,
    /// The position of its last event.
    pub position: i64,
}

/// A place in a list of refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundKey {
    requested_at: Timestamp,
    id: RefundId,
}

impl RefundRow {
    /// Its place in the list.
    pub const fn key(&self) -> RefundKey {
        RefundKey { requested_at: self.requested_at, id: self.id }
    }
}

stored_words! {
    pub(super) cause_word / cause: RefundCause {
        OrderCancelled = "order_cancelled",
        LatePayment = "late_payment",
        SurplusPayment = "surplus_payment",
        IncompletePayment = "incomplete_payment",
        LinesCancelled = "lines_cancelled",
        Returned = "returned",
        Goodwill = "goodwill",
        Undelivered = "undelivered",
    }
    pub(super) channel_word / channel: RefundChannel { BackOffice = "back_office", Gateway = "gateway" }
    pub(super) failure_word / failure: RefundFailure { Refused = "refused", OutcomeUnknown = "outcome_unknown" }
    pub(super) status_word / status: RefundStatus {
        Requested = "requested",
        Submitted = "submitted",
        Failed = "failed",
        ManualReview = "manual_review",
        Succeeded = "succeeded",
        WrittenOff = "written_off",
    }
}

const COLUMNS: &str = "refund_id, order_id, merchant, customer, amount, currency, cause, payment_reference, status, \
                       channel, requested_at, submitted_at, succeeded_at, transfer_reference, note, \
                       captured, part, payment_id, failure, failure_cause, failed_at, reviewer, review_reason, \
                       written_off_at, position, offset_amount";

/// A refund, if there is one.
pub async fn find(pool: &PgPool, id: RefundId) -> Result<Option<RefundRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from views.refund where refund_id = $1"))
        .bind(id.as_uuid())
        .fetch_optional(pool)
        .await
}

/// The refunds that meet the query.
pub async fn list(pool: &PgPool, query: &RefundQuery) -> Result<Vec<RefundRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.refund where true"));
    match query.progress {
        None => {}
        // In these words, so that the index over those that are due is used.
        Some(RefundProgress::Due) => {
            sql.push(" and status <> 'succeeded' and status <> 'written_off'");
        }
        Some(RefundProgress::Review) => {
            sql.push(" and status = 'manual_review'");
        }
        Some(RefundProgress::WrittenOff) => {
            sql.push(" and status = 'written_off'");
        }
        Some(RefundProgress::Done) => {
            sql.push(" and status = 'succeeded'");
        }
    }
    if let Some(order) = query.order {
        sql.push(" and order_id = ").push_bind(order.as_uuid());
    }
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    query.requested.restrict(&mut sql, "requested_at");
    if let Some(RefundKey { requested_at, id }) = query.after {
        sql.push(format!(" and (requested_at, refund_id){}(", query.direction.beyond()));
        sql.push_bind(requested_at).push(", ").push_bind(id.as_uuid()).push(")");
    }
    let keyword = query.direction.keyword();
    sql.push(format!(" order by requested_at{keyword}, refund_id{keyword} limit ")).push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// Rows that a batch goes on with.
pub(super) async fn load(db: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<RefundRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from refund where refund_id = any($1)"))
        .persistent(false)
        .bind(ids)
        .fetch_all(db)
        .await
}

fn offset(row: &PgRow) -> Result<Amount, sqlx::Error> {
    Amount::try_from(row.try_get::<i64, _>("offset_amount")?).map_err(|error| unreadable("offset_amount", error))
}

/// Postgres has no unsigned numbers.
fn part(row: &PgRow) -> Result<u32, sqlx::Error> {
    u32::try_from(row.try_get::<i64, _>("part")?).map_err(|error| unreadable("part", error))
}

impl FromRow<'_, PgRow> for RefundRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: RefundId::from_uuid(row.try_get::<Uuid, _>("refund_id")?),
            order: OrderId::from_uuid(row.try_get::<Uuid, _>("order_id")?),
            merchant: read(row, "merchant")?,
            customer: read_optional(row, "customer")?,
            amount: read_money(row, "amount")?,
            offset: offset(row)?,
            captured: read_money(row, "captured")?,
            part: part(row)?,
            payment: row.try_get::<Option<Uuid>, _>("payment_id")?.map(PaymentId::from_uuid),
            cause: read_word(row, "cause", cause)?,
            payment_reference: read(row, "payment_reference")?,
            status: read_word(row, "status", status)?,
            channel: read_optional_word(row, "channel", channel)?,
            requested_at: row.try_get("requested_at")?,
            submitted_at: row.try_get("submitted_at")?,
            succeeded_at: row.try_get("succeeded_at")?,
            transfer_reference: read_optional(row, "transfer_reference")?,
            note: read_optional(row, "note")?,
            failure: read_optional_word(row, "failure", failure)?,
            failure_cause: read_optional(row, "failure_cause")?,
            failed_at: row.try_get("failed_at")?,
            reviewer: read_optional(row, "reviewer")?,
            review_reason: read_optional(row, "review_reason")?,
            written_off_at: row.try_get("written_off_at")?,
            position: row.try_get("position")?,
        })
    }
}
