use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::{
    allocation::{AllocationRule, Shelf, Shortage, allocate_by, asks},
    order::{Allocation, OrderLine},
    samples::{at, goods_line, order_id, quantity, service_line, text},
    stock::{Reservation, Stock, StockEvent, StockId},
    text::{Location, Sku},
};

const SKUS: [&str; 3] = ["71053", "85123A", "GIFT WRAP"];

fn stocks() -> impl Strategy<Value = Stock> {
    (0..12_i64, 0..12_i64).prop_map(|(available, reserved)| {
        let mut stock = Stock::default();
        let change = available + reserved;
        stock.evolve(&StockEvent::StockAdjusted { change, reason: text("counted"), at: at(0) });
        if reserved > 0 {
            stock.evolve(&StockEvent::StockReserved(Reservation { order: order_id(9), quantity: quantity(reserved) }));
        }
        stock
    })
}

pub(super) fn shelves() -> impl Strategy<Value = BTreeMap<Sku, Shelf>> {
    let location = prop::sample::select(vec!["east", "main", "north", "south", "west"]);
    let shelf = prop::collection::btree_map(location.prop_map(text), stocks(), 0..5);
    prop::collection::btree_map(prop::sample::select(SKUS.to_vec()).prop_map(text), shelf, 0..=SKUS.len())
}

pub(super) fn lines() -> impl Strategy<Value = Vec<OrderLine>> {
    let line = (prop::sample::select(SKUS.to_vec()), 1..12_i64, prop::bool::weighted(0.85));
    let line =
        line.prop_map(|(sku, units, goods)| if goods { goods_line(sku, units) } else { service_line("POST", units) });
    prop::collection::vec(line, 1..6)
}

pub(super) fn rules() -> impl Strategy<Value = AllocationRule> {
    let location = prop::sample::select(vec!["east", "main", "north", "south", "west"]).prop_map(text);
    prop_oneof![
        Just(AllocationRule::FirstLocation),
        Just(AllocationRule::FewestParcels),
        prop::collection::vec(location, 0..4).prop_map(AllocationRule::Priority),
        Just(AllocationRule::Nearest),
    ]
}

fn parcels(allocations: &[Allocation]) -> usize {
    allocations.iter().map(|allocation| &allocation.stock.location).collect::<BTreeSet<_>>().len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn an_allocation_by_any_rule_takes_exactly_what_is_asked_of_what_is_there(
        shelves in shelves(),
        lines in lines(),
        rule in rules(),
        distances in prop::collection::vec(0..3_u32, 256),
    ) {
        let distance = |location: &Location| distances[usize::from(location.as_str().as_bytes()[0])];
        let asked = asks(&lines).unwrap();
        let available_of = |sku: &Sku| -> Vec<i64> {
            shelves.get(sku).into_iter().flatten().map(|(_, stock)| stock.available()).collect()
        };
        let short: Vec<Shortage> = asked
            .iter()
            .map(|(sku, ask)| Shortage {
                sku: sku.clone(),
                lines: ask.lines.clone(),
                asked: ask.quantity.into(),
                available: available_of(sku).iter().sum(),
            })
            .filter(|shortage| shortage.asked > shortage.available)
            .collect();
        let allocations = match allocate_by(&rule, &asked, |sku| shelves.get(sku), distance) {
            Err(shortages) => {
                prop_assert!(!shortages.is_empty());
                prop_assert_eq!(shortages, short);
                return Ok(());
            }
            Ok(allocations) => allocations,
        };
        prop_assert_eq!(short, vec![]);
        let places: BTreeSet<_> = allocations.iter().map(|allocation| &allocation.stock).collect();
        prop_assert_eq!(places.len(), allocations.len(), "one stock is named twice");
        for allocation in &allocations {
            let stock = &shelves[&allocation.stock.sku][&allocation.stock.location];
            prop_assert!(i64::from(allocation.quantity) <= stock.available());
        }
        for (sku, ask) in &asked {
            let parts: Vec<i64> = allocations
                .iter()
                .filter(|allocation| allocation.stock.sku == *sku)
                .map(|allocation| allocation.quantity.into())
                .collect();
            prop_assert_eq!(parts.iter().sum::<i64>(), i64::from(ask.quantity));
        }
        let services = allocations.iter().filter(|allocation| !asked.contains_key(&allocation.stock.sku)).count();
        prop_assert_eq!(services, 0);
    }

    /// What the first location needs is the fewest that each SKU can do with, and what the fewest parcels take is no more
    /// over all SKUs together.
    #[test]
    fn no_rule_takes_more_parcels_than_it_promises(shelves in shelves(), lines in lines()) {
        let asked = asks(&lines).unwrap();
        let by = |rule| allocate_by(&rule, &asked, |sku| shelves.get(sku), |_| 0);
        let Ok(first) = by(AllocationRule::FirstLocation) else { return Ok(()) };
        for (sku, ask) in &asked {
            let parts = first.iter().filter(|allocation| allocation.stock.sku == *sku).count();
            let mut fullest: Vec<i64> = shelves[sku].values().map(Stock::available).collect();
            fullest.sort_by_key(|available| std::cmp::Reverse(*available));
            let fewer: i64 = fullest.iter().take(parts - 1).sum();
            prop_assert!(fewer < i64::from(ask.quantity), "fewer locations would have done for {}", sku);
        }
        let fewest = by(AllocationRule::FewestParcels).unwrap();
        prop_assert!(parcels(&fewest) <= parcels(&first));
        let has_all = |location: &Location| {
            asked.iter().all(|(sku, ask)| {
                shelves[sku].get(location).is_some_and(|stock| stock.available() >= i64::from(ask.quantity))
            })
        };
        if shelves.values().flat_map(|shelf| shelf.keys()).any(has_all) {
            prop_assert!(parcels(&fewest) <= 1, "one location has everything: {fewest:?}");
        }
    }

    /// A location takes part only where all that come before it give all they have.
    #[test]
    fn what_comes_first_is_emptied_first(
        shelves in shelves(),
        lines in lines(),
        distances in prop::collection::vec(0..3_u32, 256),
    ) {
        let asked = asks(&lines).unwrap();
        let distance = |location: &Location| distances[usize::from(location.as_str().as_bytes()[0])];
        let allocated = allocate_by(&AllocationRule::Nearest, &asked, |sku| shelves.get(sku), distance);
        for allocation in allocated.iter().flatten() {
            let StockId { sku, location } = &allocation.stock;
            let nearer = shelves[sku].iter().filter(|(other, stock)| {
                (distance(other), *other) < (distance(location), location) && stock.available() > 0
            });
            for (other, stock) in nearer {
                let id = StockId { sku: sku.clone(), location: other.clone() };
                let taken = allocated.iter().flatten().find(|other| other.stock == id);
                prop_assert_eq!(taken.map(|taken| i64::from(taken.quantity)), Some(stock.available()), "{}", id);
            }
        }
    }
}
