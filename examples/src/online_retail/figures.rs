//! Sums: what the file says, and what the views say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use purser_domain::text::Sku;

use super::{ledger::Ledger, matching::Matching};

/// Orders, pieces and their price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Orders.
    pub orders: i64,
    /// Pieces.
    pub units: i64,
    /// Pence.
    pub gross: i64,
}

/// Sales by day and by SKU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sales {
    /// By day in UTC.
    pub days: BTreeMap<NaiveDate, Figures>,
    /// By SKU.
    pub skus: BTreeMap<Sku, Figures>,
}

impl Figures {
    /// Adds other figures to these.
    pub fn add(&mut self, other: Self) {
        self.orders += other.orders;
        self.units += other.units;
        self.gross += other.gross;
    }
}

impl Sales {
    /// The sums of a ledger's rows less what of them came back, straight from the file: nothing that the engine said is used.
    /// As in the engine's views, a unit that came back is taken out of the day on which it was sold, and an order counts,
    /// for its day and for each SKU, for as long as something is left of it.
    pub fn net(ledger: &Ledger, matching: &Matching<'_>) -> Self {
        let mut sales = Self::gross(ledger);
        let mut gone: BTreeMap<(usize, &Sku), i64> = BTreeMap::new();
        for back in &matching.returns {
            let day = sales.days.entry(ledger.sales[back.sale].at.date_naive()).or_default();
            for (sku, units, pence) in back.units(ledger) {
                let back_again = Figures { orders: 0, units: -units, gross: -pence };
                day.add(back_again);
                sales.skus.entry(sku.clone()).or_default().add(back_again);
                *gone.entry((back.sale, sku)).or_default() += units;
            }
        }
        let one_less = Figures { orders: -1, ..Figures::default() };
        for (number, sale) in ledger.sales.iter().enumerate() {
            let mut left: BTreeMap<&Sku, i64> = BTreeMap::new();
            for line in &sale.lines {
                *left.entry(&line.sku).or_default() += i64::from(line.quantity);
            }
            left.retain(|sku, sold| *sold > gone.get(&(number, *sku)).copied().unwrap_or_default());
            if left.is_empty() {
                sales.days.entry(sale.at.date_naive()).or_default().add(one_less);
            }
            let named: BTreeSet<&Sku> = sale.lines.iter().map(|line| &line.sku).collect();
            for sku in named.into_iter().filter(|sku| !left.contains_key(sku)) {
                sales.skus.entry(sku.clone()).or_default().add(one_less);
            }
        }
        sales
    }

    /// The sums of a ledger's sales, whatever came back of them.
    pub fn gross(ledger: &Ledger) -> Self {
        let mut sales = Self::default();
        for sale in &ledger.sales {
            let day = sales.days.entry(sale.at.date_naive()).or_default();
            day.orders += 1;
            let mut named = BTreeSet::new();
            for line in &sale.lines {
                let units = i64::from(line.quantity);
                let gross = units * line.unit_price.minor_units();
                let first = named.insert(&line.sku);
                day.add(Figures { orders: 0, units, gross });
                let sku = sales.skus.entry(line.sku.clone()).or_default();
                sku.add(Figures { orders: i64::from(first), units, gross });
            }
        }
        sales
    }

    /// The sum over all days.
    pub fn total(&self) -> Figures {
        let mut total = Figures::default();
        self.days.values().for_each(|day| total.add(*day));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_counts_once_for_a_sku_that_it_names_twice() {
        let file = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                    1,A,a,2,2010-12-01T08:00:00Z,1.50,,France\n\
                    1,A,a,1,2010-12-01T08:00:00Z,1.25,,France\n\
                    1,B,b,1,2010-12-01T08:00:00Z,0,,France\n\
                    2,A,a,4,2010-12-02T08:00:00Z,0.01,,France\n";
        let sales = Sales::gross(&Ledger::parse(file.as_bytes()).unwrap());
        assert_eq!(sales.skus[&"A".parse().unwrap()], Figures { orders: 2, units: 7, gross: 429 });
        assert_eq!(sales.skus[&"B".parse().unwrap()], Figures { orders: 1, units: 1, gross: 0 });
        assert_eq!(sales.total(), Figures { orders: 2, units: 8, gross: 429 });
    }

    #[test]
    fn what_came_back_is_taken_out_of_the_day_of_its_sale() {
        let file = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                    1,A,a,2,2010-12-01T08:00:00Z,1.50,17850,France\n\
                    1,B,b,1,2010-12-01T08:00:00Z,2.00,17850,France\n\
                    2,A,a,4,2010-12-02T08:00:00Z,1.50,17850,France\n\
                    C4,B,b,-1,2010-12-03T07:00:00Z,2.00,17850,France\n\
                    C3,A,a,-5,2010-12-03T08:00:00Z,1.50,17850,France\n";
        let ledger = Ledger::parse(file.as_bytes()).unwrap();
        let sales = Sales::net(&ledger, &Matching::of(&ledger));
        // All of the second order is back, and the first counts for A although one piece of it is left.
        let days: Vec<Figures> = sales.days.values().copied().collect();
        assert_eq!(days, [Figures { orders: 1, units: 1, gross: 150 }, Figures::default()]);
        assert_eq!(sales.skus[&"A".parse().unwrap()], Figures { orders: 1, units: 1, gross: 150 });
        assert_eq!(sales.skus[&"B".parse().unwrap()], Figures::default());
    }
}
