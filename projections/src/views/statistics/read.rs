use purser_domain::{Timestamp, money::Currency, principal::Principal, text::MerchantId};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};

use super::figures::{COLUMNS, Figures};
use crate::views::{column::read, owner::restrict_merchant};

/// How long a row of the statistics is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A minute.
    Minute,
    /// A day in each merchant's time zone.
    Day,
}

impl Grain {
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Minute => "statistics_minute",
            Self::Day => "statistics_day",
        }
    }
}

/// Which statistics are wanted. Merchants are added up, currencies never are.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// By what.
    pub grain: Grain,
    /// Of minutes or days that begin at this moment or later; from the beginning if there is none.
    pub from: Option<Timestamp>,
    /// Of minutes or days that begin at this moment or before; to the end if there is none.
    pub to: Option<Timestamp>,
    /// Whose.
    pub merchant: Option<MerchantId>,
    /// In which currency.
    pub currency: Option<Currency>,
    /// The last place of the page before.
    pub after: Option<StatisticsKey>,
    /// How many rows are wanted, at most.
    pub rows: i64,
}

/// The statistics of a minute or a day in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// When it began; of a day, its midnight in UTC.
    pub begins: Timestamp,
    /// What the sums are of.
    pub currency: Currency,
    /// What happened.
    pub figures: Figures,
}

/// A place in a list of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsKey {
    begins: Timestamp,
    currency: Currency,
}

impl Statistics {
    /// Its place in the list.
    pub const fn key(&self) -> StatisticsKey {
        StatisticsKey { begins: self.begins, currency: self.currency }
    }
}

/// The statistics that a reader may see and that meet the query, in the order of time and currency.
pub async fn list(
    pool: &PgPool,
    principal: &Principal,
    query: &StatisticsQuery,
) -> Result<Vec<Statistics>, sqlx::Error> {
    let sums: Vec<String> = COLUMNS.iter().map(|name| format!("sum({name})::text as {name}")).collect();
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "select begins, currency, {} from views.{} where true",
        sums.join(", "),
        query.grain.table()
    ));
    restrict_merchant(&mut sql, principal);
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    if let Some(currency) = &query.currency {
        sql.push(" and currency = ").push_bind(currency.code());
    }
    for (comparison, moment) in [(" and begins >= ", query.from), (" and begins <= ", query.to)] {
        if let Some(moment) = moment {
            sql.push(comparison).push_bind(moment);
        }
    }
    if let Some(StatisticsKey { begins, currency }) = &query.after {
        sql.push(" and (begins, currency) > (").push_bind(*begins).push(", ").push_bind(currency.code()).push(")");
    }
    sql.push(" group by begins, currency order by begins, currency limit ").push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

impl FromRow<'_, PgRow> for Statistics {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let figures = Figures::from_row(row)?;
        Ok(Self { begins: row.try_get("begins")?, currency: read(row, "currency")?, figures })
    }
}
