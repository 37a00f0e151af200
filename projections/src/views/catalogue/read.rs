use purser_domain::{
    Timestamp,
    money::Money,
    product::{Backorder, ProductKind},
    quantity::Quantity,
    text::{MerchantId, Sku, TaxCategory, Title},
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};

use crate::views::{
    column::{read, read_money, read_optional, read_word, stored_words, unreadable},
    listing::Period,
    words::SearchText,
};

/// Which products are wanted, in the order of their SKUs.
#[derive(Debug, Clone, Default)]
pub struct ProductQuery {
    /// Whose.
    pub merchant: Option<MerchantId>,
    /// Goods, or services.
    pub kind: Option<ProductKind>,
    /// Those on sale, or those that are not.
    pub state: Option<ListingState>,
    /// Since when they have been so.
    pub since: Period,
    /// Words of the title.
    pub text: Option<SearchText>,
    /// The last SKU of the page before.
    pub after: Option<Sku>,
    /// How many products are wanted, at most.
    pub rows: i64,
}

/// Whether a product is on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingState {
    /// It is.
    Listed,
    /// It was.
    Delisted,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductRow {
    /// Its SKU.
    pub sku: Sku,
    /// What the customer reads.
    pub title: Title,
    /// Whether it keeps stock.
    pub kind: ProductKind,
    /// What one piece costs.
    pub price: Money,
    /// Who sells it.
    pub merchant: MerchantId,
    /// What it is to the tax office, where its merchant says.
    pub tax_category: Option<TaxCategory>,
    /// The most pieces that one customer may buy, where there is a limit.
    pub purchase_limit: Option<Quantity>,
    /// Whether it is sold while it is not there.
    pub backorder: Backorder,
    /// Whether it is on sale.
    pub state: ListingState,
    /// Since when it has been so.
    pub since: Timestamp,
    /// The position of its last event.
    pub position: i64,
}

stored_words! {
    pub(super) kind_word / kind: ProductKind { Goods = "goods", Service = "service" }
    pub(super) backorder_word / backorder: Backorder { Refused = "refused", Allowed = "allowed" }
    pub(super) state_word / state: ListingState { Listed = "listed", Delisted = "delisted" }
}

const COLUMNS: &str =
    "sku, title, kind, price, currency, merchant, tax_category, purchase_limit, backorder, state, since, position";

/// A product, if there is or was one.
pub async fn find(pool: &PgPool, sku: &Sku) -> Result<Option<ProductRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from views.product where sku = $1"))
        .bind(sku.as_str())
        .fetch_optional(pool)
        .await
}

/// The products that meet the query.
pub async fn list(pool: &PgPool, query: &ProductQuery) -> Result<Vec<ProductRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("select {COLUMNS} from views.product where true"));
    if let Some(merchant) = &query.merchant {
        sql.push(" and merchant = ").push_bind(merchant.to_string());
    }
    if let Some(kind) = query.kind {
        sql.push(" and kind = ").push_bind(kind_word(kind));
    }
    if let Some(state) = query.state {
        sql.push(" and state = ").push_bind(state_word(state));
    }
    if let Some(text) = &query.text {
        sql.push(" and words @@ ").push_bind(text.as_tsquery().to_owned()).push("::tsquery");
    }
    query.since.restrict(&mut sql, "since");
    if let Some(after) = &query.after {
        sql.push(" and sku > ").push_bind(after.to_string());
    }
    sql.push(" order by sku limit ").push_bind(query.rows);
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

/// Rows that a batch goes on with.
pub(super) async fn load(db: &mut PgConnection, skus: Vec<&str>) -> Result<Vec<ProductRow>, sqlx::Error> {
    sqlx::query_as(&format!("select {COLUMNS} from product where sku = any($1)"))
        .persistent(false)
        .bind(skus)
        .fetch_all(db)
        .await
}

impl FromRow<'_, PgRow> for ProductRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            sku: read(row, "sku")?,
            title: read(row, "title")?,
            kind: read_word(row, "kind", kind)?,
            price: read_money(row, "price")?,
            merchant: read(row, "merchant")?,
            tax_category: read_optional(row, "tax_category")?,
            purchase_limit: read_quantity(row, "purchase_limit")?,
            backorder: read_word(row, "backorder", backorder)?,
            state: read_word(row, "state", state)?,
            since: row.try_get("since")?,
            position: row.try_get("position")?,
        })
    }
}

fn read_quantity(row: &PgRow, column: &str) -> Result<Option<Quantity>, sqlx::Error> {
    let units: Option<i64> = row.try_get(column)?;
    units.map(Quantity::try_from).transpose().map_err(|error| unreadable(column, error))
}
