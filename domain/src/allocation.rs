//! Allocation: from which locations the stock of an order is taken.

mod backorder;
mod rule;
mod site;

pub use backorder::{Awaited, Found, allocate_or_wait};
pub use rule::{AllocationRule, allocate_by, remembered_distance};
pub use site::Site;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    checkout::CheckoutRefusal,
    order::{Allocation, OrderLine},
    product::ProductKind,
    quantity::Quantity,
    stock::{Stock, StockId},
    text::{Location, Sku},
};

/// The stock of one SKU at every location that ever had some.
pub type Shelf = BTreeMap<Location, Stock>;

/// A SKU of which less is available than an order asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// What is short.
    pub sku: Sku,
    /// The lines that ask for it, counted from zero.
    pub lines: Vec<usize>,
    /// Pieces asked for by all of them.
    pub asked: i64,
    /// Pieces available at all locations together.
    pub available: i64,
}

/// What an order asks of one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// How many pieces, over all lines.
    pub quantity: Quantity,
    /// The lines, counted from zero.
    pub lines: Vec<usize>,
}

/// Sums up what the lines ask of each SKU that keeps stock.
pub fn asks(lines: &[OrderLine]) -> Result<BTreeMap<Sku, Ask>, CheckoutRefusal> {
    let mut asks: BTreeMap<Sku, Ask> = BTreeMap::new();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.kind == ProductKind::Goods) {
        match asks.get_mut(&line.sku) {
            None => {
                asks.insert(line.sku.clone(), Ask { quantity: line.quantity, lines: vec![number] });
            }
            Some(ask) => {
                ask.quantity = ask
                    .quantity
                    .checked_add(line.quantity)
                    .ok_or_else(|| CheckoutRefusal::QuantityOverflow { line: number, sku: line.sku.clone() })?;
                ask.lines.push(number);
            }
        }
    }
    Ok(asks)
}

/// Finds the stock for every ask, or names every shortage.
///
/// One parcel beats two: the first location, by name, that has all of it is taken. Where none has, the fullest locations
/// are emptied first, so that as few as possible take part. Each SKU is looked at for itself; where the parcels of the
/// whole order count, [`AllocationRule::FewestParcels`] looks at all of them together.
pub fn allocate<'shelves>(
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
) -> Result<Vec<Allocation>, Vec<Shortage>> {
    allocate_each(asks, shelf, |asked, stocks| {
        if let Some(whole) = stocks.iter().position(|(_, available)| *available >= asked) {
            stocks.drain(..whole);
            stocks.truncate(1);
        } else {
            stocks.sort_by_key(|(_, available)| std::cmp::Reverse(*available));
        }
    })
}

/// Takes what each SKU's locations have, in the order into which `arrange` brings them; they come sorted by name, and
/// together they have enough.
fn allocate_each<'shelves>(
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
    arrange: impl Fn(i64, &mut Vec<(&'shelves Location, i64)>),
) -> Result<Vec<Allocation>, Vec<Shortage>> {
    let mut allocations = Vec::with_capacity(asks.len());
    let mut shortages = Vec::new();
    for (sku, ask) in asks {
        let asked = i64::from(ask.quantity);
        let mut stocks: Vec<(&Location, i64)> = reservable(shelf(sku)).collect();
        let available: i64 = stocks.iter().map(|(_, available)| available).sum();
        if available < asked {
            shortages.push(Shortage { sku: sku.clone(), lines: ask.lines.clone(), asked, available });
            continue;
        }
        arrange(asked, &mut stocks);
        allocations.extend(take(sku, asked, &stocks));
    }
    if shortages.is_empty() { Ok(allocations) } else { Err(shortages) }
}

/// The locations that have something for a new order, by name. A stock that others wait for has nothing.
fn reservable(shelf: Option<&Shelf>) -> impl Iterator<Item = (&Location, i64)> {
    shelf
        .into_iter()
        .flatten()
        .map(|(location, stock)| (location, stock.reservable()))
        .filter(|(_, available)| *available > 0)
}

fn take<'a>(sku: &'a Sku, asked: i64, stocks: &'a [(&Location, i64)]) -> impl Iterator<Item = Allocation> + 'a {
    stocks.iter().scan(asked, move |open, (location, available)| {
        let taken = (*open).min(*available);
        *open -= taken;
        let quantity = Quantity::try_from(taken).ok()?;
        Some(Allocation { stock: StockId { sku: sku.clone(), location: (*location).clone() }, quantity })
    })
}

#[cfg(test)]
mod spec;
