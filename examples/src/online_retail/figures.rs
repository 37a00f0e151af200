//! Sums: what the file says, and what the views say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use purser_domain::text::Sku;

use super::ledger::Ledger;

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
    /// The sums of a ledger's rows, straight from the file: nothing of what is sent to the engine is used.
    pub fn of(ledger: &Ledger) -> Self {
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
        let sales = Sales::of(&Ledger::parse(file.as_bytes()).unwrap());
        assert_eq!(sales.skus[&"A".parse().unwrap()], Figures { orders: 2, units: 7, gross: 429 });
        assert_eq!(sales.skus[&"B".parse().unwrap()], Figures { orders: 1, units: 1, gross: 0 });
        assert_eq!(sales.total(), Figures { orders: 2, units: 8, gross: 429 });
    }
}
