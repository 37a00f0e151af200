use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use purser_domain::{
    money::Money,
    order::{LineUnits, OrderPlaced},
};

use super::gone::Gone;

/// Which sums an order goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TallyKey<'a> {
    pub(super) day: NaiveDate,
    pub(super) merchant: &'a str,
    pub(super) currency: &'static str,
}

impl<'a> TallyKey<'a> {
    fn of(placed: &'a OrderPlaced) -> Self {
        Self {
            day: placed.time_zone.day(placed.placed_at),
            merchant: placed.merchant.as_str(),
            currency: placed.total.currency.code(),
        }
    }
}

/// By how much sums change. A sum that does not change is written too: whether there is a row must not depend on whether
/// a sale and its return came in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) orders: i64,
    pub(super) units: i64,
    /// Minor units of the currency.
    pub(super) gross: i64,
}

/// What a batch changes.
#[derive(Debug, Default)]
pub(super) struct Tallies<'a> {
    days: BTreeMap<TallyKey<'a>, Tally>,
    skus: BTreeMap<(TallyKey<'a>, &'a str), Tally>,
}

/// The sums of a batch, in the order of their keys.
pub(super) type Rows<Key> = Vec<(Key, Tally)>;

impl Tally {
    fn add(&mut self, other: Self) -> Option<()> {
        *self = Self {
            orders: self.orders.checked_add(other.orders)?,
            units: self.units.checked_add(other.units)?,
            gross: self.gross.checked_add(other.gross)?,
        };
        Some(())
    }
}

impl<'a> Tallies<'a> {
    /// Counts an order, or with a sign of -1 takes it back. None where a sum overflows.
    pub(super) fn count(&mut self, placed: &'a OrderPlaced, sign: i64) -> Option<()> {
        let key = TallyKey::of(placed);
        let mut counted = HashSet::with_capacity(placed.lines.len());
        let mut day = Tally { orders: sign, units: 0, gross: sign * placed.total.amount.minor_units() };
        for line in &placed.lines {
            let sku = line.sku.as_str();
            // An order with several lines of a SKU is one order of it.
            let orders = if counted.insert(sku) { sign } else { 0 };
            let units = sign * i64::from(line.quantity);
            day.units += units;
            let gross = sign * line.total.minor_units();
            self.skus.entry((key, sku)).or_default().add(Tally { orders, units, gross })?;
        }
        self.days.entry(key).or_default().add(day)
    }

    /// Takes units out of an order that counts. The order counts for a SKU as long as it has some of it left, and for the
    /// day as long as it has anything left. None where a sum overflows or the order has no such line.
    pub(super) fn take_out(
        &mut self,
        placed: &'a OrderPlaced,
        lines: &[LineUnits],
        refund: Money,
        gone: &mut Gone,
    ) -> Option<()> {
        if lines.is_empty() {
            return Some(());
        }
        let key = TallyKey::of(placed);
        gone.take(lines);
        let rest = gone.rest(placed);
        let mut day =
            Tally { orders: if rest.is_empty() { -1 } else { 0 }, units: 0, gross: -refund.amount.minor_units() };
        let sku = |line: &LineUnits| Some(placed.lines.get(usize::try_from(line.line).ok()?)?.sku.as_str());
        let left: HashSet<&str> = rest.iter().filter_map(sku).collect();
        let mut touched = HashSet::new();
        for LineUnits { line, quantity } in lines {
            let line = placed.lines.get(usize::try_from(*line).ok()?)?;
            let sku = line.sku.as_str();
            let orders = if touched.insert(sku) && !left.contains(sku) { -1 } else { 0 };
            let units = -i64::from(*quantity);
            day.units += units;
            let gross = -line.unit_price.checked_times(*quantity)?.minor_units();
            self.skus.entry((key, sku)).or_default().add(Tally { orders, units, gross })?;
        }
        self.days.entry(key).or_default().add(day)
    }

    /// Money that goes back for nothing that comes back: it is of the whole order, and of none of its SKUs. None where the sum
    /// overflows.
    pub(super) fn give(&mut self, placed: &'a OrderPlaced, refund: Money) -> Option<()> {
        let day = Tally { gross: -refund.amount.minor_units(), ..Tally::default() };
        self.days.entry(TallyKey::of(placed)).or_default().add(day)
    }

    pub(super) fn into_rows(self) -> (Rows<TallyKey<'a>>, Rows<(TallyKey<'a>, &'a str)>) {
        (self.days.into_iter().collect(), self.skus.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn placed() -> OrderPlaced {
        let line = |sku: &str, quantity: i64| json!({"sku": sku, "title": sku, "kind": "goods", "quantity": quantity, "unit_price": 10, "total": 10 * quantity});
        serde_json::from_value(json!({
            "merchant": "m1",
            "lines": [line("A", 2), line("B", 1), line("A", 3)],
            "total": {"amount": 60, "currency": "GBP"},
            "ship_to": {"recipient": "Ada", "country": "GB"},
            "allocations": [],
            "placed_at": "2010-12-01T23:59:59.999999Z", "pay_by": "2010-12-02T00:29:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn an_order_counts_once_per_day_and_once_per_sku_on_the_day_of_its_placement() {
        let placed = placed();
        let mut tallies = Tallies::default();
        tallies.count(&placed, 1).unwrap();
        let (days, skus) = tallies.into_rows();
        assert_eq!(days.len(), 1);
        assert_eq!(days[0].0.day, NaiveDate::from_ymd_opt(2010, 12, 1).unwrap());
        assert_eq!(days[0].1, Tally { orders: 1, units: 6, gross: 60 });
        let skus: Vec<(&str, Tally)> = skus.into_iter().map(|((_, sku), tally)| (sku, tally)).collect();
        assert_eq!(
            skus,
            [("A", Tally { orders: 1, units: 5, gross: 50 }), ("B", Tally { orders: 1, units: 1, gross: 10 })]
        );
    }

    #[test]
    fn a_sale_and_its_return_in_one_batch_leave_a_row_of_nothing() {
        let placed = placed();
        let mut tallies = Tallies::default();
        tallies.count(&placed, 1).unwrap();
        tallies.count(&placed, -1).unwrap();
        let (days, skus) = tallies.into_rows();
        assert_eq!(days[0].1, Tally::default());
        assert!(skus.iter().all(|(_, tally)| *tally == Tally::default()));
    }

    fn units(line: u32, units: i64) -> LineUnits {
        LineUnits { line, quantity: units.try_into().unwrap() }
    }

    fn money(amount: i64) -> Money {
        serde_json::from_value(json!({"amount": amount, "currency": "GBP"})).unwrap()
    }

    #[test]
    fn an_order_counts_for_a_sku_as_long_as_it_has_some_of_it_left() {
        let placed = placed();
        let (mut tallies, mut gone) = (Tallies::default(), Gone::default());
        tallies.count(&placed, 1).unwrap();
        for (lines, refund) in [(vec![units(0, 2), units(1, 1)], 30), (vec![units(2, 2)], 20)] {
            tallies.take_out(&placed, &lines, money(refund), &mut gone).unwrap();
        }
        let (days, skus) = tallies.into_rows();
        assert_eq!(days[0].1, Tally { orders: 1, units: 1, gross: 10 });
        let skus: Vec<(&str, Tally)> = skus.into_iter().map(|((_, sku), tally)| (sku, tally)).collect();
        assert_eq!(skus, [("A", Tally { orders: 1, units: 1, gross: 10 }), ("B", Tally::default())]);
    }

    #[test]
    fn an_order_of_which_nothing_is_left_does_not_count() {
        let placed = placed();
        let (mut tallies, mut gone) = (Tallies::default(), Gone::default());
        tallies.count(&placed, 1).unwrap();
        tallies.take_out(&placed, &[units(0, 1)], money(10), &mut gone).unwrap();
        let rest = gone.rest(&placed);
        assert_eq!(rest, [units(0, 1), units(1, 1), units(2, 3)]);
        tallies.take_out(&placed, &rest, money(50), &mut gone).unwrap();
        tallies.take_out(&placed, &gone.rest(&placed), money(0), &mut gone).unwrap();
        let (days, skus) = tallies.into_rows();
        assert_eq!(days[0].1, Tally::default());
        assert!(skus.iter().all(|(_, tally)| *tally == Tally::default()), "{skus:?}");
    }

    #[test]
    fn sums_that_overflow_are_refused() {
        let mut tally = Tally { orders: 0, units: 0, gross: i64::MAX };
        assert_eq!(tally.add(Tally { orders: 0, units: 0, gross: 1 }), None);
    }
}
