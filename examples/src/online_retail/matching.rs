//! Which sold units came back.
//!
//! An invoice that takes goods back names no earlier one. A row of it is matched with units that the same customer had bought
//! before, of the same stock code and at the same price, the latest ones first, so that what is paid back is what was paid. What
//! is left of a row is not matched, and counted by its cause: the excerpt holds no sale before December, and most of what came
//! back then had been sold in the months before.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use purser_domain::{
    Timestamp,
    money::Amount,
    product::ProductKind,
    quantity::Quantity,
    text::{CustomerId, Sku},
};

use super::{
    ledger::{Ledger, ReturnInvoice, ReturnLine},
    mapping,
};

/// What of a ledger came back.
#[derive(Debug, Default)]
pub struct Matching<'a> {
    /// Units that were sold, in the order in which they came back.
    pub returns: Vec<Matched<'a>>,
    /// Units of which the ledger does not say when they were sold, by why not.
    pub unmatched: BTreeMap<Unmatched, Unfound>,
}

/// Units of one sale that came back with one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched<'a> {
    /// The invoice that took them back.
    pub invoice: &'a str,
    /// When.
    pub at: Timestamp,
    /// Of which sale of the ledger, counted from zero.
    pub sale: usize,
    /// Whether they are goods, which are sent back; all are of one kind.
    pub kind: ProductKind,
    /// Which units, each line at most once and in the sale's order.
    pub lines: BTreeMap<u32, Quantity>,
}

/// Why units are not matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmatched {
    /// Nobody knows who the customer was.
    Guest,
    /// The customer had bought nothing of the kind.
    NeverBought,
    /// The customer had bought it at other prices.
    OtherPrice,
    /// The customer had bought fewer, or had given them back already.
    MoreThanBought,
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guest => "nobody knows whose",
            Self::NeverBought => "the customer had not bought it within the file",
            Self::OtherPrice => "the customer had bought it at other prices",
            Self::MoreThanBought => "more than the customer had of it",
        })
    }
}

/// How much is not matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unfound {
    /// Rows of which something is not.
    pub rows: i64,
    /// Units.
    pub units: i64,
    /// What they were invoiced at, in pence.
    pub pence: i64,
}

/// Units of a sale's line that have not come back.
struct Lot {
    sale: usize,
    line: u32,
    at: Timestamp,
    price: Amount,
    left: i64,
}

/// What a row took out of what was sold.
struct Taken {
    /// Sale, line and units.
    pieces: Vec<(usize, u32, i64)>,
    /// What was not found, and why not.
    unfound: Option<(Unmatched, i64)>,
}

type Lots<'a> = HashMap<(&'a CustomerId, &'a Sku), Vec<Lot>>;

impl<'a> Matching<'a> {
    /// Matches all rows of a ledger that take goods back, in the order of their times.
    pub fn of(ledger: &'a Ledger) -> Self {
        let mut lots = lots(ledger);
        let mut matching = Self::default();
        let mut invoices: Vec<&ReturnInvoice> = ledger.returns.iter().collect();
        invoices.sort_by_key(|invoice| invoice.at);
        for invoice in invoices {
            let mut found: BTreeMap<(usize, bool), BTreeMap<u32, i64>> = BTreeMap::new();
            for line in &invoice.lines {
                let is_goods = mapping::kind(&line.sku) == ProductKind::Goods;
                let Taken { pieces, unfound } = take(&mut lots, invoice, line);
                for (sale, line, units) in pieces {
                    *found.entry((sale, is_goods)).or_default().entry(line).or_default() += units;
                }
                if let Some((cause, units)) = unfound {
                    let sum = matching.unmatched.entry(cause).or_default();
                    sum.rows += 1;
                    sum.units += units;
                    sum.pence += units * line.unit_price.minor_units();
                }
            }
            matching.returns.extend(found.into_iter().map(|((sale, is_goods), lines)| Matched {
                invoice: invoice.invoice.as_str(),
                at: invoice.at,
                sale,
                kind: if is_goods { ProductKind::Goods } else { ProductKind::Service },
                // What was taken of a line is at least one and at most what was sold of it.
                lines: lines.into_iter().filter_map(|(line, units)| Some((line, units.try_into().ok()?))).collect(),
            }));
        }
        matching
    }

    /// Pieces that are in stock again, by SKU.
    pub fn restocked(&self, ledger: &'a Ledger) -> BTreeMap<&'a Sku, i64> {
        let mut pieces = BTreeMap::new();
        for (sku, units, _) in
            self.returns.iter().filter(|back| back.kind == ProductKind::Goods).flat_map(|back| back.units(ledger))
        {
            *pieces.entry(sku).or_default() += units;
        }
        pieces
    }
}

impl Matched<'_> {
    /// SKU, units and pence of each line.
    pub fn units<'ledger>(&self, ledger: &'ledger Ledger) -> impl Iterator<Item = (&'ledger Sku, i64, i64)> {
        let sold = &ledger.sales[self.sale].lines;
        self.lines.iter().filter_map(|(line, quantity)| {
            let line = sold.get(usize::try_from(*line).ok()?)?;
            let units = i64::from(*quantity);
            Some((&line.sku, units, units * line.unit_price.minor_units()))
        })
    }

    /// What is paid back for it, in pence.
    pub fn pence(&self, ledger: &Ledger) -> i64 {
        self.units(ledger).map(|(_, _, pence)| pence).sum()
    }
}

/// Everything that was sold to a known customer, the latest last.
fn lots(ledger: &Ledger) -> Lots<'_> {
    let mut lots = Lots::new();
    for (number, sale) in ledger.sales.iter().enumerate() {
        let Some(customer) = &sale.customer else { continue };
        for (place, line) in (0..).zip(&sale.lines) {
            let lot =
                Lot { sale: number, line: place, at: sale.at, price: line.unit_price, left: line.quantity.into() };
            lots.entry((customer, &line.sku)).or_default().push(lot);
        }
    }
    for lots in lots.values_mut() {
        lots.sort_by_key(|lot| lot.at);
    }
    lots
}

/// Takes the units of a row out of what was sold.
fn take<'a>(lots: &mut Lots<'a>, invoice: &'a ReturnInvoice, line: &'a ReturnLine) -> Taken {
    let mut wanted = i64::from(line.quantity);
    let Some(customer) = &invoice.customer else {
        return Taken { pieces: Vec::new(), unfound: Some((Unmatched::Guest, wanted)) };
    };
    let mut bought: Vec<&mut Lot> = lots.get_mut(&(customer, &line.sku)).into_iter().flatten().collect();
    bought.retain(|lot| lot.at <= invoice.at);
    let was_bought = !bought.is_empty();
    bought.retain(|lot| lot.price == line.unit_price);
    let cause = match (was_bought, bought.is_empty()) {
        (false, _) => Unmatched::NeverBought,
        (true, true) => Unmatched::OtherPrice,
        (true, false) => Unmatched::MoreThanBought,
    };
    let mut pieces = Vec::new();
    for lot in bought.into_iter().rev() {
        let units = lot.left.min(wanted);
        if units > 0 {
            lot.left -= units;
            wanted -= units;
            pieces.push((lot.sale, lot.line, units));
        }
    }
    Taken { pieces, unfound: (wanted > 0).then_some((cause, wanted)) }
}

#[cfg(test)]
mod tests;
