use purser_domain::{
    Timestamp,
    coupon::CouponTerms,
    principal::Principal,
    text::{CouponCode, MerchantId},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};

use crate::views::{
    column::{read, unreadable},
    owner::restrict_merchant,
};

/// Which coupons are wanted, in the order of their codes.
#[derive(Debug, Clone, Default)]
pub struct CouponQuery {
    /// Whose.
    pub merchant: Option<MerchantId>,
    /// Those that can be used, or those that cannot any more.
    pub status: Option<CouponStatus>,
    /// The last code of the page before.
    pub after: Option<CouponCode>,
    /// How many coupons are wanted, at most.
    pub rows: i64,
}

/// Whether new orders can use a coupon, as far as it was not withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// They can.
    Issued,
    /// They cannot any more.
    Withdrawn,
}

/// A coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponRow {
    /// Its code.
    pub code: CouponCode,
    /// What it promises.
    pub terms: CouponTerms,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Timestamp>,
    /// Uses that orders hold and have not redeemed.
    pub frozen: i64,
    /// Uses that orders have redeemed.
    pub redeemed: i64,
    /// The position of its last event.
    pub position: i64,
}

impl CouponRow {
    /// Whether it was withdrawn.
    pub const fn status(&self) -> CouponStatus {
        match self.withdrawn_at {
            None => CouponStatus::Issued,
            Some(_) => CouponStatus::Withdrawn,
        }
    }

    /// Uses that orders can still take; nothing where they are not limited, none where it was withdrawn.
    pub fn remaining(&self) -> Option<i64> {
        match self.status() {
            CouponStatus::Withdrawn => Some(0),
            CouponStatus::Issued => {
                self.terms.uses_max.map(|uses_max| (i64::from(uses_max.get()) - self.frozen - self.redeemed).max(0))
            }
        }
    }
}

const COLUMNS: &str = "code, terms, issued_at, withdrawn_at, frozen, redeemed, position";

/// A coupon, if there is one and the reader may see it.
pub async fn find(pool: &PgPool, principal: &Principal, code: &CouponCode) -> Result<Option<CouponRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.coupon where code = "));
    sql.push_bind(code.to_string());
    restrict_merchant(&mut sql, principal);
    sql.build_query_as().fetch_optional(pool).await
}

/// The coupons that a reader may see and that meet the query.
pub async fn list(pool: &PgPool, principal: &Principal, query: &CouponQuery) -> Result<Vec<CouponRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.coupon where true"));
    restrict_merchant(&mut sql, principal);
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    match query.status {
        None => {}
        Some(CouponStatus::Issued) => {
            sql.push(" and withdrawn_at is null");
        }
        Some(CouponStatus::Withdrawn) => {
            sql.push(" and withdrawn_at is not null");
        }
    }
    if let Some(after) = &query.after {
        sql.push(" and code > ").push_bind(after.to_string());
    }
    sql.push(" order by code limit ").push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

impl FromRow<'_, PgRow> for CouponRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let terms: &str = row.try_get("terms")?;
        Ok(Self {
            code: read(row, "code")?,
            terms: serde_json::from_str(terms).map_err(|error| unreadable("terms", error))?,
            issued_at: row.try_get("issued_at")?,
            withdrawn_at: row.try_get("withdrawn_at")?,
            frozen: row.try_get("frozen")?,
            redeemed: row.try_get("redeemed")?,
            position: row.try_get("position")?,
        })
    }
}
