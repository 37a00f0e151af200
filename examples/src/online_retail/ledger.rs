//! The shop's ledger, read row by row: what was sold, what came back, which counts were
//! corrected, and what is set aside.

mod return_invoice;
mod row;
mod set_aside;

pub use return_invoice::{ReturnInvoice, ReturnLine};
pub use row::{Row, RowError};
pub use set_aside::{Cause, SetAside};

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use purser_domain::{
    Timestamp,
    checkout::MAX_LINES,
    money::Amount,
    quantity::Quantity,
    text::{CountryCode, CustomerId, ExternalReference, Sku},
};
use sha2::{Digest, Sha256};

use self::row::Columns;

/// A ledger, every row of it either sold, back, a correction or set aside.
#[derive(Debug)]
pub struct Ledger {
    /// Names the file by its content.
    pub digest: String,
    /// The sales, in the order of the file.
    pub sales: Vec<Sale>,
    /// The invoices that take goods back, in the order of the file.
    pub returns: Vec<ReturnInvoice>,
    /// The corrections, in the order of the file.
    pub corrections: Vec<Correction>,
    /// What is not imported, and why.
    pub set_aside: SetAside,
}

/// An invoice of goods sold.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The invoice's number.
    pub invoice: ExternalReference,
    /// Its time. Where the rows differ (536591 was written from 16:57 to 16:58), the first row's.
    pub at: Timestamp,
    /// Who bought; nobody known for a guest.
    pub customer: Option<CustomerId>,
    /// Where it went.
    pub country: CountryCode,
    /// What was bought, in the order of the file.
    pub lines: Vec<SaleLine>,
}

/// A row of an invoice of goods sold.
#[derive(Debug, Clone)]
pub struct SaleLine {
    /// What.
    pub sku: Sku,
    /// Its description; may be empty.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// At which price each, in pence.
    pub unit_price: Amount,
}

/// A count that was corrected: goods found damaged, lost, or sold elsewhere.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The number that the correction was booked under.
    pub invoice: String,
    /// Which row of the file, from 1. An invoice may hold several.
    pub row: u64,
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub sku: Sku,
    /// What was noted; may be empty.
    pub note: String,
    /// How many pieces are gone.
    pub gone: Quantity,
}

/// Why a file is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read.
    #[error("cannot read {}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It is not CSV.
    #[error("the file is not CSV")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("the file has no column {name}")]
    Column {
        /// Which.
        name: &'static str,
    },
}

struct Invoice {
    number: String,
    rows: Vec<Result<Row, RowError>>,
}

impl Ledger {
    /// Reads a file: an excerpt with ISO 8601 times, or the full public data set as CSV.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        let bytes = fs::read(path).map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
        Self::parse(&bytes)
    }

    /// Reads the bytes of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        let digest =
            Sha256::digest(bytes).iter().take(6).fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
        let mut ledger = Self {
            digest,
            sales: Vec::new(),
            returns: Vec::new(),
            corrections: Vec::new(),
            set_aside: SetAside::default(),
        };
        for invoice in invoices(bytes)? {
            ledger.enter(invoice);
        }
        Ok(ledger)
    }

    /// Says of one invoice what it is, by the rules that come with the data.
    fn enter(&mut self, invoice: Invoice) {
        if invoice.number.starts_with('C') {
            self.take_back(invoice);
        } else if invoice.number.starts_with(|first: char| first.is_ascii_alphabetic()) {
            self.set_aside.invoice(Cause::Bookkeeping, invoice.rows.len());
        } else if invoice.rows.iter().all(|row| row.as_ref().is_ok_and(|row| row.quantity < 0)) {
            self.correct(invoice);
        } else {
            self.sell(invoice);
        }
    }

    fn take_back(&mut self, invoice: Invoice) {
        let mut back: Option<ReturnInvoice> = None;
        for row in invoice.rows {
            let read = row.map_err(Cause::from).and_then(|row| ReturnLine::of(&row).map(|line| (row, line)));
            match (read, &mut back) {
                (Ok((_, line)), Some(back)) => back.lines.push(line),
                (Ok((row, line)), None) => match ReturnInvoice::begin(&invoice.number, &row, line) {
                    Ok(begun) => back = Some(begun),
                    Err(cause) => self.set_aside.row(cause),
                },
                (Err(cause), _) => self.set_aside.row(cause),
            }
        }
        self.returns.extend(back);
    }

    fn correct(&mut self, invoice: Invoice) {
        for row in invoice.rows.into_iter().flatten() {
            if row.price_pence != 0 {
                self.set_aside.row(Cause::PricedCorrection);
                continue;
            }
            match (row.sku.parse(), Quantity::try_from(row.quantity.saturating_neg())) {
                (Ok(sku), Ok(gone)) => self.corrections.push(Correction {
                    invoice: invoice.number.clone(),
                    row: row.number,
                    at: row.at,
                    sku,
                    note: row.description,
                    gone,
                }),
                (Err(_), _) => self.set_aside.row(Cause::StockCode),
                (_, Err(_)) => self.set_aside.row(Cause::Quantity),
            }
        }
    }

    fn sell(&mut self, invoice: Invoice) {
        let mut sale: Option<Sale> = None;
        for row in invoice.rows {
            let read = row.map_err(Cause::from).and_then(|row| line(&row).map(|line| (row, line)));
            match read {
                Ok((_, line)) if sale.is_some() => sale.iter_mut().for_each(|sale| sale.lines.push(line.clone())),
                Ok((row, line)) => match head(&invoice.number, &row, line) {
                    Some(head) => sale = Some(head),
                    None => self.set_aside.row(Cause::Unreadable),
                },
                Err(cause) => self.set_aside.row(cause),
            }
        }
        match sale {
            Some(sale) if sale.lines.len() > MAX_LINES => {
                self.set_aside.invoice(Cause::TooManyLines, sale.lines.len());
            }
            Some(sale) => self.sales.push(sale),
            None => {}
        }
    }
}

/// Gathers the rows by invoice, in the order in which the invoices first appear.
fn invoices(bytes: &[u8]) -> Result<Vec<Invoice>, LedgerError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = Columns::find(reader.byte_headers()?)?;
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut invoices: Vec<Invoice> = Vec::new();
    for (number, record) in (1..).zip(reader.byte_records()) {
        let record = record?;
        let invoice = columns.invoice(&record);
        let place = *places.entry(invoice).or_insert_with_key(|invoice| {
            invoices.push(Invoice { number: invoice.clone(), rows: Vec::new() });
            invoices.len() - 1
        });
        invoices[place].rows.push(columns.row(number, &record));
    }
    Ok(invoices)
}

fn line(row: &Row) -> Result<SaleLine, Cause> {
    if row.quantity == 0 {
        return Err(Cause::NoQuantity);
    }
    if row.quantity < 0 {
        return Err(Cause::NegativeQuantity);
    }
    Ok(SaleLine {
        sku: row.sku.parse().map_err(|_| Cause::StockCode)?,
        description: row.description.clone(),
        quantity: row.quantity.try_into().map_err(|_| Cause::Quantity)?,
        unit_price: row.price_pence.try_into().map_err(|_| Cause::NegativePrice)?,
    })
}

fn head(invoice: &str, row: &Row, line: SaleLine) -> Option<Sale> {
    let customer = if row.customer.is_empty() { None } else { Some(row.customer.parse().ok()?) };
    Some(Sale {
        invoice: invoice.parse().ok()?,
        at: row.at,
        customer,
        country: super::countries::country_code(&row.country).parse().ok()?,
        lines: vec![line],
    })
}

#[cfg(test)]
mod tests;
