use purser_domain::{
    Timestamp,
    principal::Principal,
    text::{Location, MerchantId, Sku},
};
use serde::Serialize;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};

use crate::views::{column::read, listing::Period};

/// Which SKUs are wanted, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct StockQuery {
    /// Whose.
    pub merchant: Option<MerchantId>,
    /// Those that are or were at this location.
    pub location: Option<Location>,
    /// When the log took the last change at one of their locations.
    pub changed: Period,
    /// The last SKU of the page before.
    pub after: Option<Sku>,
    /// How many SKUs are wanted, at most.
    pub rows: i64,
}

/// The stock of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkuLevel {
    /// Which.
    pub sku: Sku,
    /// Pieces at all locations.
    pub on_hand: i64,
    /// Pieces of these that are held for orders.
    pub reserved: i64,
    /// Pieces that can still be sold; none at a location where orders wait.
    pub available: i64,
    /// Pieces that orders wait for.
    pub waiting: i64,
    /// The position of the last event of any of its stocks.
    pub position: i64,
    /// Location by location, in the order of their names; never empty.
    pub locations: Vec<LocationLevel>,
}

/// The stock of a SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocationLevel {
    /// Where.
    pub location: Location,
    /// Pieces there.
    pub on_hand: i64,
    /// Pieces of these that are held for orders.
    pub reserved: i64,
    /// Pieces that can still be sold; none at a location where orders wait.
    pub available: i64,
    /// Pieces that orders wait for.
    pub waiting: i64,
    /// The position of its last event.
    pub position: i64,
    /// When the log took that.
    pub changed_at: Timestamp,
}

struct Level {
    sku: Sku,
    at: LocationLevel,
}

/// The stock of a SKU at all its locations, if it ever had any and the reader may see it.
///
/// Whose a SKU is says the catalogue: what a merchant listed just now is theirs as soon as the view `catalogue` has it.
pub async fn find(pool: &PgPool, principal: &Principal, sku: &Sku) -> Result<Option<SkuLevel>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select sku, location, on_hand, reserved, waiting, position, changed_at from views.stock_level as stock where sku = ",
    );
    sql.push_bind(sku.to_string());
    restrict(&mut sql, principal);
    sql.push(" order by location");
    let levels: Vec<Level> = sql.build_query_as().fetch_all(pool).await?;
    Ok(gather(levels).pop())
}

/// The SKUs that a reader may see and that meet the query, each at all its locations.
pub async fn list(pool: &PgPool, principal: &Principal, query: &StockQuery) -> Result<Vec<SkuLevel>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new("with page as (select sku from views.stock_level as stock where true");
    restrict(&mut sql, principal);
    if let Some(merchant) = &query.merchant {
        restrict_to_merchant(&mut sql, merchant);
    }
    if let Some(location) = &query.location {
        sql.push(" and location = ").push_bind(location.to_string());
    }
    query.changed.restrict(&mut sql, "changed_at");
    if let Some(after) = &query.after {
        sql.push(" and sku > ").push_bind(after.to_string());
    }
    sql.push(" group by sku order by sku limit ").push_bind(query.rows);
    sql.push(
        ") select sku, location, on_hand, reserved, waiting, position, changed_at
         from page join views.stock_level as stock using (sku) order by sku, location",
    );
    let levels: Vec<Level> = sql.build_query_as().persistent(false).fetch_all(pool).await?;
    Ok(gather(levels))
}

/// The rule of [`Principal::owns_product`].
fn restrict(sql: &mut QueryBuilder<'_, Postgres>, principal: &Principal) {
    match principal {
        Principal::Merchant(merchant) => restrict_to_merchant(sql, merchant),
        Principal::BackOffice | Principal::Saga => {}
        Principal::Customer(_) | Principal::Operator => {
            sql.push(" and false");
        }
    }
}

fn restrict_to_merchant(sql: &mut QueryBuilder<'_, Postgres>, merchant: &MerchantId) {
    sql.push(" and exists (select from views.product where product.sku = stock.sku and product.merchant = ");
    sql.push_bind(merchant.to_string()).push(")");
}

/// Puts the locations of each SKU together. They come in the order of SKUs.
fn gather(levels: Vec<Level>) -> Vec<SkuLevel> {
    let mut skus: Vec<SkuLevel> = Vec::new();
    for Level { sku, at } in levels {
        match skus.last_mut().filter(|last| last.sku == sku) {
            Some(last) => {
                last.on_hand += at.on_hand;
                last.reserved += at.reserved;
                last.available += at.available;
                last.waiting += at.waiting;
                last.position = last.position.max(at.position);
                last.locations.push(at);
            }
            None => skus.push(SkuLevel {
                sku,
                on_hand: at.on_hand,
                reserved: at.reserved,
                available: at.available,
                waiting: at.waiting,
                position: at.position,
                locations: vec![at],
            }),
        }
    }
    skus
}

/// The rule of [`purser_domain::stock::Stock::reservable`]: what lies there while orders wait is kept for the first of them.
pub const fn sellable(on_hand: i64, reserved: i64, waiting: i64) -> i64 {
    if waiting == 0 { on_hand - reserved } else { 0 }
}

impl FromRow<'_, PgRow> for Level {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (on_hand, reserved): (i64, i64) = (row.try_get("on_hand")?, row.try_get("reserved")?);
        let waiting: i64 = row.try_get("waiting")?;
        Ok(Self {
            sku: read(row, "sku")?,
            at: LocationLevel {
                location: read(row, "location")?,
                on_hand,
                reserved,
                available: sellable(on_hand, reserved, waiting),
                waiting,
                position: row.try_get("position")?,
                changed_at: row.try_get("changed_at")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(sku: &str, location: &str, [on_hand, reserved, waiting]: [i64; 3], position: i64) -> Level {
        Level {
            sku: sku.parse().unwrap(),
            at: LocationLevel {
                location: location.parse().unwrap(),
                on_hand,
                reserved,
                available: sellable(on_hand, reserved, waiting),
                waiting,
                position,
                changed_at: Timestamp::UNIX_EPOCH,
            },
        }
    }

    /// Where orders wait nothing can be sold, and elsewhere what is there can.
    #[test]
    fn the_locations_of_a_sku_are_added_up() {
        let a = [level("A", "east", [5, 2, 0], 9), level("A", "west", [4, 1, 7], 7)];
        let skus = gather(a.into_iter().chain([level("B", "east", [4, 0, 0], 3)]).collect());
        let sums: Vec<_> =
            skus.iter().map(|sku| (sku.sku.as_str(), sku.on_hand, sku.reserved, sku.available, sku.waiting)).collect();
        assert_eq!(sums, [("A", 9, 3, 3, 7), ("B", 4, 0, 4, 0)]);
        assert_eq!((skus[0].position, skus[0].locations.len()), (9, 2));
    }
}
