//! The table at the end of an import: file beside views.

use std::{collections::BTreeSet, fmt};

use super::{
    comparison::{Leftover, Viewed},
    figures::{Figures, Sales},
    ledger::Ledger,
    mapping,
    matching::{Matching, Unfound},
};

/// How many rows of one kind are shown before the rest is only counted.
const ROWS_MAX: usize = 40;

/// A ledger beside what the views say about it. Its text is the report.
#[derive(Debug)]
pub struct Report<'a> {
    ledger: &'a Ledger,
    matching: &'a Matching<'a>,
    viewed: &'a Viewed,
    file: Sales,
    lines: i64,
    refunded: i64,
}

impl<'a> Report<'a> {
    /// Puts the two beside each other.
    pub fn new(ledger: &'a Ledger, matching: &'a Matching<'a>, viewed: &'a Viewed) -> Self {
        let lines = ledger.sales.iter().map(|sale| i64::try_from(sale.lines.len()).unwrap_or(i64::MAX)).sum();
        let refunded = matching.returns.iter().map(|back| back.pence(ledger)).sum();
        Self { ledger, matching, viewed, file: Sales::net(ledger, matching), lines, refunded }
    }

    /// Whether every figure is the same on both sides.
    pub fn is_exact(&self) -> bool {
        let Viewed { sales, lines, refunded, orders, left } = self.viewed;
        let sums = *sales == self.file && (*lines, *refunded) == (self.lines, self.refunded);
        sums && orders.is_empty() && left.is_empty()
    }

    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, viewed) = (self.file.total(), self.viewed.sales.total());
        let sales = &self.viewed.sales;
        writeln!(f, "{:<22} {:>16} {:>16}", "", "file", "views")?;
        let mut row = |name: &str, file: i64, viewed: i64, show: fn(i64) -> String| {
            let mark = if file == viewed { "" } else { "  <-" };
            writeln!(f, "{name:<22} {:>16} {:>16}{mark}", show(file), show(viewed))
        };
        row("days", size(self.file.days.len()), size(sales.days.len()), grouped)?;
        row("SKUs", size(self.file.skus.len()), size(sales.skus.len()), grouped)?;
        row("orders", file.orders, viewed.orders, grouped)?;
        row("lines", self.lines, self.viewed.lines, grouped)?;
        row("units", file.units, viewed.units, grouped)?;
        row("net, GBP", file.gross, viewed.gross, pounds)?;
        row("paid back, GBP", self.refunded, self.viewed.refunded, pounds)?;
        let strays = self.viewed.left.iter().map(|left| left.on_hand - left.restocked).sum();
        row("stray pieces in stock", 0, strays, grouped)
    }

    fn days(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: BTreeSet<_> = self.file.days.keys().chain(self.viewed.sales.days.keys()).collect();
        let rows = days
            .into_iter()
            .map(|day| (day.to_string(), self.file.days.get(day).copied(), self.viewed.sales.days.get(day).copied()));
        // A month is worth showing whole; of a year, only what differs is.
        let all = self.file.days.len() <= 31;
        table(f, "day", rows.filter(|(_, file, viewed)| all || file != viewed).collect())
    }

    fn skus(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skus: BTreeSet<_> = self.file.skus.keys().chain(self.viewed.sales.skus.keys()).collect();
        let rows = skus
            .into_iter()
            .map(|sku| (sku.to_string(), self.file.skus.get(sku).copied(), self.viewed.sales.skus.get(sku).copied()));
        table(f, "SKU", rows.filter(|(_, file, viewed)| file != viewed).collect())
    }

    fn differences(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders = &self.viewed.orders;
        for order in orders.iter().take(ROWS_MAX) {
            writeln!(f, "invoice {}: file says {}; view says {}", order.invoice, order.file, order.view)?;
        }
        more(f, orders.len())?;
        let left = &self.viewed.left;
        for left in left.iter().take(ROWS_MAX) {
            let Leftover { sku, restocked, on_hand, reserved } = left;
            writeln!(f, "stock of {sku}: {on_hand} on hand and {reserved} reserved, not {restocked} and 0")?;
        }
        more(f, left.len())
    }

    fn aside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aside = &self.ledger.set_aside;
        for (cause, rows) in &aside.rows {
            writeln!(f, "set aside: {} rows: {cause}", grouped(size(*rows)))?;
        }
        let corrections = &self.ledger.corrections;
        let invoices: BTreeSet<&str> = corrections.iter().map(|correction| correction.invoice.as_str()).collect();
        let gone: i64 = corrections.iter().map(|correction| i64::from(correction.gone)).sum();
        let services = corrections.len() - mapping::corrections(self.ledger).count();
        if services > 0 {
            writeln!(f, "set aside: {services} stock corrections of services, which keep no stock")?;
        }
        writeln!(f, "adjusted: {} invoices, {} units adjusted away", grouped(size(invoices.len())), grouped(gone))
    }

    fn returned(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Matching { returns, unmatched } = self.matching;
        let units: i64 = returns.iter().flat_map(|back| back.units(self.ledger)).map(|(_, units, _)| units).sum();
        let invoices: BTreeSet<&str> = returns.iter().map(|back| back.invoice).collect();
        writeln!(
            f,
            "returned: {} units of {} orders' with {} of {} invoices, {} GBP",
            grouped(units),
            grouped(size(returns.iter().map(|back| back.sale).collect::<BTreeSet<_>>().len())),
            grouped(size(invoices.len())),
            grouped(size(self.ledger.returns.len())),
            pounds(self.refunded)
        )?;
        for (cause, Unfound { rows, units, pence }) in unmatched {
            let (rows, units) = (grouped(*rows), grouped(*units));
            writeln!(f, "unmatched: {units} units of {rows} rows, {} GBP: {cause}", pounds(*pence))?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |figures: Figures, lines: i64, refunded: i64| {
            let Figures { orders, units, gross } = figures;
            let (net, refunded) = (plain_pounds(gross), plain_pounds(refunded));
            format!("orders={orders} lines={lines} units={units} net={net} refunded={refunded} GBP")
        };
        let viewed = line(self.viewed.sales.total(), self.viewed.lines, self.viewed.refunded);
        if self.is_exact() {
            return writeln!(f, "{viewed}: exact");
        }
        let Viewed { sales, orders, left, .. } = self.viewed;
        let days = differing(&self.file.days, &sales.days);
        let skus = differing(&self.file.skus, &sales.skus);
        let file = line(self.file.total(), self.lines, self.refunded);
        let (orders, left) = (orders.len(), left.len());
        writeln!(
            f,
            "{viewed}: differs from the file's {file} ({days} days, {skus} SKUs, {orders} orders, {left} stocks)"
        )
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.days(f)?;
        self.skus(f)?;
        self.totals(f)?;
        writeln!(f)?;
        self.differences(f)?;
        self.aside(f)?;
        self.returned(f)?;
        self.verdict(f)
    }
}

type Row = (String, Option<Figures>, Option<Figures>);

fn table(f: &mut fmt::Formatter<'_>, what: &str, rows: Vec<Row>) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "{what:<14} {:>8} {:>10} {:>14}   {:>8} {:>10} {:>14}",
        "orders", "units", "GBP", "orders", "units", "GBP"
    )?;
    writeln!(f, "{:<14} {:>34}   {:>34}", "", "in the file", "in the views")?;
    let count = rows.len();
    // The differing ones first where not all can be shown.
    let (differing, same): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|(_, file, viewed)| file != viewed);
    let mut shown: Vec<Row> = differing.into_iter().chain(same).take(ROWS_MAX).collect();
    shown.sort_by(|one, other| one.0.cmp(&other.0));
    for (name, file, viewed) in shown {
        let mark = if file == viewed { "" } else { "  <-" };
        writeln!(f, "{name:<14} {}   {}{mark}", cells(file), cells(viewed))?;
    }
    more(f, count)?;
    writeln!(f)
}

fn cells(figures: Option<Figures>) -> String {
    let Some(Figures { orders, units, gross }) = figures else {
        return format!("{:>8} {:>10} {:>14}", "-", "-", "-");
    };
    format!("{:>8} {:>10} {:>14}", grouped(orders), grouped(units), pounds(gross))
}

fn more(f: &mut fmt::Formatter<'_>, rows: usize) -> fmt::Result {
    if rows > ROWS_MAX { writeln!(f, "... and {} more", rows - ROWS_MAX) } else { Ok(()) }
}

fn differing<K: Ord>(
    file: &std::collections::BTreeMap<K, Figures>,
    viewed: &std::collections::BTreeMap<K, Figures>,
) -> usize {
    let keys: BTreeSet<&K> = file.keys().chain(viewed.keys()).collect();
    keys.into_iter().filter(|key| file.get(key) != viewed.get(key)).count()
}

fn size(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// `755687.43`
fn plain_pounds(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let pence = pence.unsigned_abs();
    format!("{sign}{}.{:02}", pence / 100, pence % 100)
}

/// `755,687.43`
fn pounds(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let pence = pence.unsigned_abs();
    format!("{sign}{}.{:02}", grouped(i64::try_from(pence / 100).unwrap_or(i64::MAX)), pence % 100)
}

/// `1,524`
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let file = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                    1,A,a,1000,2010-12-01T08:00:00Z,1.50,17850,France\n\
                    2,B,b,-5,2010-12-01T08:00:00Z,0,,France\n\
                    C3,A,a,-7,2010-12-01T09:00:00Z,1.50,17850,France\n";
        Ledger::parse(file.as_bytes()).unwrap()
    }

    #[test]
    fn equal_figures_are_called_exact_in_the_last_line() {
        let ledger = ledger();
        let matching = Matching::of(&ledger);
        let viewed = Viewed { sales: Sales::net(&ledger, &matching), lines: 1, refunded: 1_050, ..Viewed::default() };
        let report = Report::new(&ledger, &matching, &viewed);
        assert!(report.is_exact());
        let text = report.to_string();
        assert_eq!(text.lines().last(), Some("orders=1 lines=1 units=993 net=1489.50 refunded=10.50 GBP: exact"));
        assert!(text.contains("returned: 7 units of 1 orders' with 1 of 1 invoices, 10.50 GBP"), "{text}");
        assert!(text.contains("adjusted: 1 invoices, 5 units adjusted away"), "{text}");
    }

    #[test]
    fn a_single_penny_is_found_and_shown_with_both_figures() {
        let ledger = ledger();
        let matching = Matching::of(&ledger);
        let mut sales = Sales::net(&ledger, &matching);
        sales.days.values_mut().for_each(|day| day.gross += 1);
        let viewed = Viewed { sales, lines: 1, refunded: 1_050, ..Viewed::default() };
        let report = Report::new(&ledger, &matching, &viewed);
        assert!(!report.is_exact());
        let text = report.to_string();
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("orders=1 lines=1 units=993 net=1489.51 refunded=10.50 GBP: differs"), "{last}");
        assert!(text.contains("1,489.50") && text.contains("1,489.51"), "{text}");
    }
}
