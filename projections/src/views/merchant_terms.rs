//! What each merchant has decided about prices and orders: its promotions, rates and policies, as one document.

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{event::Event, merchant::Merchant, text::MerchantId};
use sqlx::{FromRow, PgConnection, PgPool, Row, postgres::PgRow};

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{
        column::{column, read, unreadable},
        poison, reading,
    },
};

/// The view.
#[derive(Debug)]
pub struct MerchantTerms;

/// What a merchant has decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MerchantTermsRow {
    /// All of it.
    pub terms: Merchant,
    /// The position of its last decision; zero where it has decided nothing.
    pub position: i64,
}

impl View for MerchantTerms {
    fn name(&self) -> &'static str {
        "merchant_terms"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["merchant_terms"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// What a merchant has decided. One of whom nothing is recorded has decided nothing.
pub async fn find(pool: &PgPool, merchant: &MerchantId) -> Result<MerchantTermsRow, sqlx::Error> {
    let found = sqlx::query_as("select document, position from views.merchant_terms where merchant = $1")
        .bind(merchant.as_str())
        .fetch_optional(pool)
        .await?;
    Ok(found.unwrap_or_default())
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Merchant(merchant, event) = reading(feed_event)? {
            steps.push((merchant, event, &feed_event.recorded));
        }
    }
    let Some((_, _, last)) = steps.last() else { return Ok(()) };
    let mut rows = load(db, column(&steps, |(merchant, ..)| merchant.as_str())).await?;
    for (merchant, event, recorded) in &steps {
        let terms = rows.remove(*merchant).unwrap_or_default().terms.evolve((*event).clone());
        rows.insert((*merchant).clone(), MerchantTermsRow { terms, position: recorded.position });
    }
    let rows: Vec<(MerchantId, MerchantTermsRow)> = rows.into_iter().collect();
    let documents: Result<Vec<String>, serde_json::Error> =
        rows.iter().map(|(_, row)| serde_json::to_string(&row.terms)).collect();
    sqlx::query(
        "insert into merchant_terms (merchant, document, position)
         select * from unnest($1::text[], $2::text[], $3::bigint[])
         on conflict (merchant) do update set document = excluded.document, position = excluded.position",
    )
    .bind(column(&rows, |(merchant, _)| merchant.as_str()))
    .bind(documents.map_err(|error| poison(last, error))?)
    .bind(column(&rows, |(_, row)| row.position))
    .execute(db)
    .await?;
    Ok(())
}

/// Rows that a batch goes on with.
async fn load(
    db: &mut PgConnection,
    merchants: Vec<&str>,
) -> Result<BTreeMap<MerchantId, MerchantTermsRow>, sqlx::Error> {
    let rows: Vec<PgRow> =
        sqlx::query("select merchant, document, position from merchant_terms where merchant = any($1)")
            .persistent(false)
            .bind(merchants)
            .fetch_all(db)
            .await?;
    rows.iter().map(|row| Ok((read(row, "merchant")?, MerchantTermsRow::from_row(row)?))).collect()
}

impl FromRow<'_, PgRow> for MerchantTermsRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let document: &str = row.try_get("document")?;
        let terms = serde_json::from_str(document).map_err(|error| unreadable("document", error))?;
        Ok(Self { terms, position: row.try_get("position")? })
    }
}
