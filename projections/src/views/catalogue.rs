//! What is sold, and what was: one row a SKU.

mod read;

pub use read::{ListingState, ProductQuery, ProductRow, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    event::Event,
    product::ProductEvent,
    recorded::Recorded,
    text::{Sku, TaxCategory},
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading, words::words},
};

/// The view.
#[derive(Debug)]
pub struct Catalogue;

impl View for Catalogue {
    fn name(&self) -> &'static str {
        "catalogue"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["product"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// An event of a product, in the log and as it reads.
struct Step<'a> {
    sku: &'a Sku,
    recorded: &'a Recorded,
    event: &'a ProductEvent,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Product(sku, event) = reading(feed_event)? {
            steps.push(Step { sku, recorded: &feed_event.recorded, event });
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |step| step.sku.as_str())).await?;
    let mut rows: BTreeMap<Sku, ProductRow> = known.into_iter().map(|row| (row.sku.clone(), row)).collect();
    for step in &steps {
        let folded =
            evolve(rows.remove(step.sku), step).ok_or_else(|| poison(step.recorded, "the view has no such product"))?;
        rows.insert(step.sku.clone(), folded);
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await?;
    Ok(())
}

/// The row after an event; none where the event needs a row and there is none.
fn evolve(row: Option<ProductRow>, step: &Step<'_>) -> Option<ProductRow> {
    let position = step.recorded.position;
    match step.event {
        ProductEvent::ProductListed { listing, at } => Some(ProductRow {
            sku: step.sku.clone(),
            title: listing.title.clone(),
            kind: listing.kind,
            price: listing.price,
            merchant: listing.merchant.clone(),
            tax_category: listing.tax_category.clone(),
            purchase_limit: listing.purchase_limit,
            backorder: listing.backorder,
            state: ListingState::Listed,
            since: *at,
            position,
        }),
        ProductEvent::ProductRepriced { price, at: _ } => Some(ProductRow { price: *price, position, ..row? }),
        ProductEvent::ProductBackorderChanged { backorder, at: _ } => {
            Some(ProductRow { backorder: *backorder, position, ..row? })
        }
        ProductEvent::ProductDelisted { at } => {
            Some(ProductRow { state: ListingState::Delisted, since: *at, position, ..row? })
        }
    }
}

async fn upsert(db: &mut PgConnection, rows: &[ProductRow]) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("catalogue/upsert.sql"))
        .bind(column(rows, |row| row.sku.as_str()))
        .bind(column(rows, |row| row.title.as_str()))
        .bind(column(rows, |row| read::kind_word(row.kind)))
        .bind(column(rows, |row| row.price.amount.minor_units()))
        .bind(column(rows, |row| row.price.currency.code()))
        .bind(column(rows, |row| row.merchant.as_str()))
        .bind(column(rows, |row| row.tax_category.as_ref().map(TaxCategory::as_str)))
        .bind(column(rows, |row| row.purchase_limit.map(i64::from)))
        .bind(column(rows, |row| read::backorder_word(row.backorder)))
        .bind(column(rows, |row| read::state_word(row.state)))
        .bind(column(rows, |row| row.since))
        .bind(column(rows, |row| words(std::iter::once(row.title.as_str()))))
        .bind(column(rows, |row| row.position))
        .execute(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use purser_domain::{
        product::{Backorder, Listing, ProductKind},
        text::MerchantId,
    };

    use super::*;
    use crate::follower::spec::readable;

    fn listing(title: &str) -> Listing {
        Listing {
            title: title.parse().unwrap(),
            kind: ProductKind::Goods,
            price: serde_json::from_str(r#"{"amount":255,"currency":"GBP"}"#).unwrap(),
            merchant: "m1".parse::<MerchantId>().unwrap(),
            tax_category: None,
            backorder: Backorder::Refused,
            purchase_limit: None,
        }
    }

    fn story(events: &[ProductEvent]) -> Option<ProductRow> {
        let sku: Sku = "A".parse().unwrap();
        events.iter().zip(1..).fold(None, |row, (event, position)| {
            let recorded = readable(position, "A@x").recorded;
            evolve(row, &Step { sku: &sku, recorded: &recorded, event })
        })
    }

    #[test]
    fn a_price_changes_nothing_about_since_when_a_product_is_on_sale() {
        let listed_at = "2026-01-01T00:00:00Z".parse().unwrap();
        let price = serde_json::from_str(r#"{"amount":300,"currency":"GBP"}"#).unwrap();
        let row = story(&[
            ProductEvent::ProductListed { listing: listing("TEAPOT"), at: listed_at },
            ProductEvent::ProductRepriced { price, at: "2026-02-01T00:00:00Z".parse().unwrap() },
        ])
        .unwrap();
        assert_eq!((row.price, row.since, row.position), (price, listed_at, 2));
    }

    #[test]
    fn a_product_that_comes_back_is_listed_since_then_with_its_new_details() {
        let at = |day: u32| format!("2026-01-0{day}T00:00:00Z").parse().unwrap();
        let row = story(&[
            ProductEvent::ProductListed { listing: listing("TEAPOT"), at: at(1) },
            ProductEvent::ProductDelisted { at: at(2) },
            ProductEvent::ProductListed { listing: listing("BLUE TEAPOT"), at: at(3) },
        ])
        .unwrap();
        assert_eq!((row.state, row.since, row.title.as_str()), (ListingState::Listed, at(3), "BLUE TEAPOT"));
    }

    #[test]
    fn an_event_of_a_product_that_was_never_listed_is_not_folded() {
        assert_eq!(story(&[ProductEvent::ProductDelisted { at: "2026-01-01T00:00:00Z".parse().unwrap() }]), None);
    }
}
