use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ask, Shelf, Shortage, allocate, allocate_each, reservable};
use crate::{
    order::Allocation,
    text::{Location, Sku},
};

/// From which locations an order is served, where several could. Every rule serves what any of them could.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationRule {
    /// Each SKU from the first location, by name, that has all of it, as [`allocate`] does.
    #[default]
    FirstLocation,
    /// The whole order from as few locations as can be found, see [`allocate_by`].
    FewestParcels,
    /// Each SKU from these locations first, in this order, and then from all others by name. A location is emptied
    /// before the next one is asked, even where a later one had all of it.
    Priority(Vec<Location>),
    /// As [`AllocationRule::Priority`], with the locations in the order of their distance; equal distances by name.
    Nearest,
}

/// Finds the stock for every ask by a rule, or names every shortage.
///
/// `distance` says how far a location is from where the order goes, in whatever unit the caller has: only the order counts.
/// No rule but [`AllocationRule::Nearest`] asks it. A location of unknown distance is best called [`u32::MAX`] away.
///
/// The fewest parcels are a set cover, for which no quick exact answer is known. Greedily, the location that serves most of
/// the pieces still open is taken, over all SKUs together and by name where equal, until nothing is open. That takes at
/// most `1 + ln n` times the fewest, `n` being the pieces asked for, and finds the one location that has everything where
/// there is one. Where [`allocate`] needs no more parcels, its answer stands: this rule is never worse. The work grows with
/// the SKUs times the square of the locations that have any.
pub fn allocate_by<'shelves>(
    rule: &AllocationRule,
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
    distance: impl Fn(&Location) -> u32,
) -> Result<Vec<Allocation>, Vec<Shortage>> {
    match rule {
        AllocationRule::FirstLocation => allocate(asks, shelf),
        AllocationRule::FewestParcels => fewest_parcels(asks, shelf),
        AllocationRule::Priority(first) => in_order(asks, shelf, |location| place(first.iter(), location)),
        AllocationRule::Nearest => in_order(asks, shelf, distance),
    }
}

/// How far a location is from where an order goes, as far as the order itself remembers, which does not keep its address:
/// the locations that it was served from before are nearest, in their order, and all others are equally far.
pub fn remembered_distance<'a>(served_from: impl IntoIterator<Item = &'a Location>, location: &Location) -> u32 {
    u32::try_from(place(served_from.into_iter(), location)).unwrap_or(u32::MAX)
}

fn in_order<'shelves, R: Ord>(
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
    rank: impl Fn(&Location) -> R,
) -> Result<Vec<Allocation>, Vec<Shortage>> {
    allocate_each(asks, shelf, |_, stocks| stocks.sort_by_cached_key(|(location, _)| rank(location)))
}

/// The place in a list; whoever is not in it comes after all who are.
fn place<'a>(mut list: impl Iterator<Item = &'a Location>, location: &Location) -> usize {
    list.position(|listed| listed == location).unwrap_or(usize::MAX)
}

fn fewest_parcels<'shelves>(
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
) -> Result<Vec<Allocation>, Vec<Shortage>> {
    let each_for_itself = allocate(asks, &shelf)?;
    if parcels(&each_for_itself) <= 1 {
        return Ok(each_for_itself);
    }
    let chosen = cover(asks, &shelf);
    let together = in_order(asks, shelf, |location| place(chosen.iter().copied(), location))?;
    Ok(if parcels(&together) < parcels(&each_for_itself) { together } else { each_for_itself })
}

fn parcels(allocations: &[Allocation]) -> usize {
    allocations.iter().map(|allocation| &allocation.stock.location).collect::<BTreeSet<_>>().len()
}

/// Locations that have everything together, in the order in which they were chosen.
fn cover<'shelves>(
    asks: &BTreeMap<Sku, Ask>,
    shelf: impl Fn(&Sku) -> Option<&'shelves Shelf>,
) -> Vec<&'shelves Location> {
    let mut open: Vec<i64> = asks.values().map(|ask| i64::from(ask.quantity)).collect();
    let mut candidates: BTreeMap<&Location, Vec<(usize, i64)>> = BTreeMap::new();
    for (number, sku) in asks.keys().enumerate() {
        for (location, available) in reservable(shelf(sku)) {
            candidates.entry(location).or_default().push((number, available));
        }
    }
    let mut chosen = Vec::new();
    loop {
        let serves =
            |stocks: &[(usize, i64)]| -> i64 { stocks.iter().map(|(sku, there)| open[*sku].min(*there)).sum() };
        let mut best: Option<(&Location, i64)> = None;
        for (location, stocks) in &candidates {
            let served = serves(stocks);
            if served > best.map_or(0, |(_, most)| most) {
                best = Some((location, served));
            }
        }
        let Some((location, _)) = best else { return chosen };
        for (sku, there) in candidates.remove(location).unwrap_or_default() {
            open[sku] -= open[sku].min(there);
        }
        chosen.push(location);
    }
}
