//! What an exchange may ask for: never more than what comes back, over all lines, prices and repricings.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    order::{Order, OrderCommand, OrderLine, PlaceOrder},
    product::{Product, ProductCommand, decide},
    returns::{Replacement, ReturnKind, ReturnRefusal, ReturnTerms, ReturnUnits, check_replacement},
    samples::{amount, at, gbp, goods_line, listing, place, quantity, return_terms, text},
};

const SKUS: [&str; 3] = ["A", "B", "C"];

/// A line of an order, and how many of its units come back.
#[derive(Debug, Clone)]
struct Line {
    sku: &'static str,
    price: i64,
    units: i64,
    back: i64,
}

#[derive(Debug, Clone)]
struct Case {
    lines: Vec<Line>,
    /// The prices that each SKU goes through after the order; off sale after the last one, or not.
    prices: BTreeMap<&'static str, (Vec<i64>, bool)>,
    asked: BTreeMap<&'static str, i64>,
}

fn price() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0..=20_i64, 1 => Just(0), 1 => prop::sample::select(vec![100, 1_000, 100_000])]
}

fn cases() -> impl Strategy<Value = Case> {
    let sku = || prop::sample::select(SKUS.to_vec());
    let line = (sku(), price(), 1..=3_i64, 0..=3_i64).prop_map(|(sku, price, units, back)| {
        let back = back.min(units);
        Line { sku, price, units, back }
    });
    let lines = prop::collection::vec(line, 1..=4)
        .prop_filter("something comes back", |lines: &Vec<Line>| lines.iter().any(|line| line.back > 0));
    let prices = (prop::collection::vec(price(), 1..3), prop::bool::weighted(0.2));
    let prices = prop::collection::vec(prices, SKUS.len()).prop_map(|prices| SKUS.into_iter().zip(prices).collect());
    let asked = prop::collection::btree_map(sku(), 1..=6_i64, 1..=3);
    (lines, prices, asked).prop_map(|(lines, prices, asked)| Case { lines, prices, asked })
}

impl Case {
    fn checked(&self) -> Result<(), ReturnRefusal> {
        let line = |Line { sku, price, units, .. }: &Line| OrderLine {
            unit_price: amount(*price),
            total: amount(price * units),
            ..goods_line(sku, *units)
        };
        let lines: Vec<OrderLine> = self.lines.iter().map(line).collect();
        let total = gbp(lines.iter().map(|line| line.total.minor_units()).sum());
        let order = OrderCommand::Place(PlaceOrder { lines, total, ..place() });
        let order = crate::order::decide(&Order::Unplaced, order).unwrap();
        let order = order.into_iter().fold(Order::Unplaced, Order::evolve);
        let goods = |(sku, pieces): (&&str, &i64)| Replacement { sku: text(sku), quantity: quantity(*pieces) };
        let replacement = self.asked.iter().map(goods).collect();
        let back = |(line, Line { back, .. }): (u32, &Line)| {
            let quantity = (*back > 0).then(|| quantity(*back))?;
            Some(ReturnUnits { line, quantity, reason: text("does not fit") })
        };
        let units = (0..).zip(&self.lines).filter_map(back).collect();
        let terms = ReturnTerms { units, ..return_terms(ReturnKind::Exchange { replacement }) };
        let catalogue: BTreeMap<_, _> = self.prices.iter().map(|(sku, prices)| (*sku, product(prices))).collect();
        check_replacement(order.terms().unwrap(), &terms, |sku| catalogue.get(sku.as_str()))
    }

    /// What one piece costs now; nothing where it is off sale.
    fn today(&self, sku: &str) -> Option<i64> {
        let (prices, is_off) = &self.prices[sku];
        prices.last().copied().filter(|_| !is_off)
    }

    /// The units that come back, one by one.
    fn back(&self) -> Vec<(&'static str, i64)> {
        let units = |line: &Line| vec![(line.sku, line.price); usize::try_from(line.back).unwrap()];
        self.lines.iter().flat_map(units).collect()
    }

    /// Whether there is any way to send it that is even: some units go for one of their own, and what the others were sold
    /// for is enough, at the prices of now, for all the rest.
    fn can_be_even(&self) -> bool {
        let back = self.back();
        (0..1_u32 << back.len()).any(|chosen| {
            let (mut open, mut left) = (self.asked.clone(), 0);
            for (place, (sku, sold_at)) in back.iter().enumerate() {
                if chosen & (1 << place) == 0 {
                    left += sold_at;
                } else {
                    match open.get_mut(sku).filter(|open| **open > 0) {
                        Some(open) => *open -= 1,
                        None => return false,
                    }
                }
            }
            let rest =
                open.iter().map(|(sku, pieces)| if *pieces == 0 { Some(0) } else { Some(self.today(sku)? * pieces) });
            rest.sum::<Option<i64>>().is_some_and(|worth| worth <= left)
        })
    }
}

fn product((prices, is_off): &(Vec<i64>, bool)) -> Product {
    let mut product = Product::Unlisted;
    let list = ProductCommand::List { listing: listing(1), at: at(0) };
    let reprice = prices.iter().map(|price| ProductCommand::Reprice { price: gbp(*price), at: at(1) });
    let delist = is_off.then_some(ProductCommand::Delist { at: at(2) });
    for command in [list].into_iter().chain(reprice).chain(delist) {
        for event in decide(&product, command).unwrap() {
            product = product.evolve(event);
        }
    }
    product
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn an_exchange_is_taken_exactly_when_it_can_be_even(case in cases()) {
        prop_assert_eq!(case.checked().is_ok(), case.can_be_even());
    }

    /// Who gives back one unit of each line for the same has what the order sold them, whatever became of prices.
    #[test]
    fn like_for_like_is_always_even(case in cases()) {
        let mut asked = BTreeMap::new();
        for (sku, _) in case.back() {
            *asked.entry(sku).or_default() += 1;
        }
        prop_assert_eq!(Case { asked, ..case }.checked(), Ok(()));
    }

    /// Nobody has more at the prices of now than what comes back was sold for, and one for each of its own.
    #[test]
    fn what_is_further_sent_is_worth_no_more_than_all_that_comes_back(case in cases()) {
        if case.checked().is_ok() {
            let back = case.back();
            let given: i64 = back.iter().map(|(_, price)| price).sum();
            let further = case.asked.iter().map(|(sku, pieces)| {
                let own = i64::try_from(back.iter().filter(|(known, _)| known == sku).count()).unwrap();
                (pieces - own).max(0) * case.today(sku).unwrap_or_default()
            });
            prop_assert!(further.sum::<i64>() <= given);
        }
    }
}
