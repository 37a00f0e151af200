use chrono::NaiveDate;
use purser_domain::{
    money::Currency,
    text::{MerchantId, Sku},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};

use crate::views::column::read;

/// Which sales are wanted. Merchants are added up, currencies never are.
#[derive(Debug, Clone)]
pub struct SalesQuery<Key> {
    /// The first day; from the beginning if there is none.
    pub from: Option<NaiveDate>,
    /// The last day, inclusive; to the end if there is none.
    pub to: Option<NaiveDate>,
    /// Whose.
    pub merchant: Option<MerchantId>,
    /// In which currency.
    pub currency: Option<Currency>,
    /// Of what.
    pub sku: Option<Sku>,
    /// The last place of the page before.
    pub after: Option<Key>,
    /// How many rows are wanted, at most.
    pub rows: i64,
}

/// A sum of money. Unlike the amount of one order it may pass the largest amount that the engine handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gross {
    /// Minor units of the currency.
    pub amount: i128,
    /// What the units are of.
    pub currency: Currency,
}

/// The sales of a day in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Which day, in the merchant's time zone.
    pub day: NaiveDate,
    /// How many orders.
    pub orders: i128,
    /// How many pieces.
    pub units: i128,
    /// What they came to.
    pub gross: Gross,
}

/// The sales of a SKU in a currency, over all days that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkuTotal {
    /// Which.
    pub sku: Sku,
    /// How many orders had it.
    pub orders: i128,
    /// How many pieces.
    pub units: i128,
    /// What they came to.
    pub gross: Gross,
}

/// The sales of a SKU on a day in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DaySku {
    /// Which day, in the merchant's time zone.
    pub day: NaiveDate,
    /// Which SKU.
    pub sku: Sku,
    /// How many orders had it.
    pub orders: i128,
    /// How many pieces.
    pub units: i128,
    /// What they came to.
    pub gross: Gross,
}

/// A place in the list of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayKey {
    day: NaiveDate,
    currency: Currency,
}

/// A place in the list of SKUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkuKey {
    sku: Sku,
    currency: Currency,
}

/// A place in the list of days and SKUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySkuKey {
    day: NaiveDate,
    sku: Sku,
    currency: Currency,
}

impl Day {
    /// Its place in the list.
    pub const fn key(&self) -> DayKey {
        DayKey { day: self.day, currency: self.gross.currency }
    }
}

impl SkuTotal {
    /// Its place in the list.
    pub fn key(&self) -> SkuKey {
        SkuKey { sku: self.sku.clone(), currency: self.gross.currency }
    }
}

impl DaySku {
    /// Its place in the list.
    pub fn key(&self) -> DaySkuKey {
        DaySkuKey { day: self.day, sku: self.sku.clone(), currency: self.gross.currency }
    }
}

/// Sales per day, in the order of days and currencies. With a SKU, the sales of that one.
pub async fn days(pool: &PgPool, query: &SalesQuery<DayKey>) -> Result<Vec<Day>, sqlx::Error> {
    let table = if query.sku.is_some() { "views.sales_day_sku" } else { "views.sales_day" };
    query
        .rows(pool, table, "day, currency", |sql, DayKey { day, currency }| {
            sql.push_bind(*day).push(", ").push_bind(currency.code());
        })
        .await
}

/// Sales per SKU over all days together, in the order of SKUs and currencies.
pub async fn skus(pool: &PgPool, query: &SalesQuery<SkuKey>) -> Result<Vec<SkuTotal>, sqlx::Error> {
    query
        .rows(pool, "views.sales_day_sku", "sku, currency", |sql, SkuKey { sku, currency }| {
            sql.push_bind(sku.to_string()).push(", ").push_bind(currency.code());
        })
        .await
}

/// Sales per day and SKU, in the order of days, SKUs and currencies.
pub async fn day_skus(pool: &PgPool, query: &SalesQuery<DaySkuKey>) -> Result<Vec<DaySku>, sqlx::Error> {
    query
        .rows(pool, "views.sales_day_sku", "day, sku, currency", |sql, DaySkuKey { day, sku, currency }| {
            sql.push_bind(*day).push(", ").push_bind(sku.to_string()).push(", ").push_bind(currency.code());
        })
        .await
}

impl<Key> SalesQuery<Key> {
    /// Adds up by the columns that the list is sorted by. Sums that have come back to nothing are no sales; where only
    /// money is left that was kept, such as a shipping fee, that is told.
    async fn rows<Row>(
        &self,
        pool: &PgPool,
        table: &'static str,
        columns: &'static str,
        bind_key: impl Fn(&mut QueryBuilder<'_, Postgres>, &Key),
    ) -> Result<Vec<Row>, sqlx::Error>
    where
        Row: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        let mut sql = QueryBuilder::<Postgres>::new(format!(
            "select {columns}, sum(orders)::text as orders, sum(units)::text as units, sum(gross)::text as gross
             from {table} where true"
        ));
        self.restrict(&mut sql);
        if let Some(after) = &self.after {
            sql.push(format!(" and ({columns}) > ("));
            bind_key(&mut sql, after);
            sql.push(")");
        }
        sql.push(format!(
            " group by {columns} having sum(orders) <> 0 or sum(gross) <> 0
             order by {columns} limit "
        ))
        .push_bind(self.rows);
        sql.build_query_as().persistent(false).fetch_all(pool).await
    }

    fn restrict(&self, sql: &mut QueryBuilder<'_, Postgres>) {
        if let Some(from) = self.from {
            sql.push(" and day >= ").push_bind(from);
        }
        if let Some(to) = self.to {
            sql.push(" and day <= ").push_bind(to);
        }
        if let Some(merchant) = &self.merchant {
            sql.push(" and merchant = ").push_bind(merchant.to_string());
        }
        if let Some(currency) = &self.currency {
            sql.push(" and currency = ").push_bind(currency.code());
        }
        if let Some(sku) = &self.sku {
            sql.push(" and sku = ").push_bind(sku.to_string());
        }
    }
}

fn gross(row: &PgRow) -> Result<Gross, sqlx::Error> {
    Ok(Gross { amount: read(row, "gross")?, currency: read(row, "currency")? })
}

impl FromRow<'_, PgRow> for Day {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (orders, units) = (read(row, "orders")?, read(row, "units")?);
        Ok(Self { day: row.try_get("day")?, orders, units, gross: gross(row)? })
    }
}

impl FromRow<'_, PgRow> for SkuTotal {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (orders, units) = (read(row, "orders")?, read(row, "units")?);
        Ok(Self { sku: read(row, "sku")?, orders, units, gross: gross(row)? })
    }
}

impl FromRow<'_, PgRow> for DaySku {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (orders, units) = (read(row, "orders")?, read(row, "units")?);
        Ok(Self { day: row.try_get("day")?, sku: read(row, "sku")?, orders, units, gross: gross(row)? })
    }
}
