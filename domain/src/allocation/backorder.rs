use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{AllocationRule, Ask, Shelf, Shortage, allocate_by};
use crate::{
    order::Allocation,
    quantity::Quantity,
    stock::{Stock, StockId, USUAL_LOCATION},
    text::{Location, Sku},
};

/// Where an order's pieces come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The stock of each SKU; of one that is waited for all of it, at one location.
    pub allocations: Vec<Allocation>,
    /// Those of it that the order waits for.
    pub waiting: Vec<StockId>,
}

/// A SKU that an order waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Of what.
    pub sku: Sku,
    /// The lines that ask for it, counted from zero.
    pub lines: Vec<usize>,
    /// Pieces asked for by all of them, which come together.
    pub quantity: Quantity,
}

/// As [`allocate_by`]; but the SKUs that may wait, and are short, are waited for. What must not wait and is short refuses all
/// of it, and only that is named.
///
/// A SKU is waited for whole, also where some of it is there: it joins one queue, which serves whole orders in their turn.
/// It waits where the rule looks first: at the first location of an order of preference, whether or not it ever had any; at
/// the nearest; and otherwise where the fewest pieces are missing, those counted that others wait for already. Of equal
/// ones the first by name is taken, and where there never was any, [`USUAL_LOCATION`].
pub fn allocate_or_wait<'shelves>(
    rule: &AllocationRule,
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
    distance: impl Fn(&Location) -> u32,
    may_wait: impl Fn(&Sku) -> bool,
) -> Result<Found, Vec<Shortage>> {
    let shortages = match allocate_by(rule, asks, &shelf, &distance) {
        Ok(allocations) => return Ok(Found { allocations, waiting: vec![] }),
        Err(shortages) => shortages,
    };
    let (mut late, mut refused) = (Vec::new(), Vec::new());
    for shortage in shortages {
        let location = may_wait(&shortage.sku).then(|| wait_at(rule, shelf(&shortage.sku), &distance)).flatten();
        match (location, asks.get(&shortage.sku)) {
            (Some(location), Some(ask)) => {
                let stock = StockId { sku: shortage.sku, location };
                late.push(Allocation { stock, quantity: ask.quantity });
            }
            (_, _) => refused.push(shortage),
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut rest = asks.clone();
    rest.retain(|sku, _| late.iter().all(|late| late.stock.sku != *sku));
    let mut allocations = allocate_by(rule, &rest, shelf, distance)?;
    let waiting = late.iter().map(|late| late.stock.clone()).collect();
    allocations.extend(late);
    Ok(Found { allocations, waiting })
}

/// None only if the usual location had no name.
fn wait_at(rule: &AllocationRule, shelf: Option<&Shelf>, distance: impl Fn(&Location) -> u32) -> Option<Location> {
    let known = || shelf.into_iter().flatten();
    let left = |stock: &Stock| stock.available().saturating_sub(stock.awaited_pieces());
    let fullest = || known().min_by_key(|(_, stock)| Reverse(left(stock))).map(|(location, _)| location);
    let chosen = match rule {
        AllocationRule::FirstLocation | AllocationRule::FewestParcels => fullest(),
        AllocationRule::Priority(first) => first.first().or_else(fullest),
        AllocationRule::Nearest => known().map(|(location, _)| location).min_by_key(|location| distance(location)),
    };
    chosen.cloned().or_else(|| USUAL_LOCATION.parse().ok())
}
