use chrono::{DateTime, NaiveDateTime, Utc};
use csv::ByteRecord;
use purser_domain::Timestamp;

use super::{Cause, LedgerError};

/// One row of the file, as text turned into values and not yet judged.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its place in the file, from 1, without the heading.
    pub number: u64,
    /// `StockCode`.
    pub sku: String,
    /// `Description`; may be empty.
    pub description: String,
    /// `Quantity`; negative for what went the other way.
    pub quantity: i64,
    /// `InvoiceDate`.
    pub at: Timestamp,
    /// `UnitPrice` in pence.
    pub price_pence: i64,
    /// `CustomerID`; empty for a guest.
    pub customer: String,
    /// `Country`.
    pub country: String,
}

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// A number or a time is none.
    #[error("a quantity, price or time is unreadable")]
    Unreadable,
    /// The price has a part of a penny.
    #[error("the price is finer than a penny")]
    TooFine,
}

impl From<RowError> for Cause {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Unreadable => Self::Unreadable,
            RowError::TooFine => Self::TooFine,
        }
    }
}

/// Where each column is.
pub(super) struct Columns {
    invoice: usize,
    sku: usize,
    description: usize,
    quantity: usize,
    at: usize,
    price: usize,
    customer: usize,
    country: usize,
}

impl Columns {
    pub(super) fn find(header: &ByteRecord) -> Result<Self, LedgerError> {
        let place = |name: &'static str| {
            let found = header.iter().position(|field| field.trim_ascii() == name.as_bytes());
            found.ok_or(LedgerError::Column { name })
        };
        Ok(Self {
            invoice: place("InvoiceNo")?,
            sku: place("StockCode")?,
            description: place("Description")?,
            quantity: place("Quantity")?,
            at: place("InvoiceDate")?,
            price: place("UnitPrice")?,
            customer: place("CustomerID")?,
            country: place("Country")?,
        })
    }

    pub(super) fn invoice(&self, record: &ByteRecord) -> String {
        text(record, self.invoice)
    }

    pub(super) fn row(&self, number: u64, record: &ByteRecord) -> Result<Row, RowError> {
        let customer = text(record, self.customer);
        Ok(Row {
            number,
            sku: text(record, self.sku),
            description: text(record, self.description),
            quantity: text(record, self.quantity).parse().map_err(|_| RowError::Unreadable)?,
            at: moment(&text(record, self.at)).ok_or(RowError::Unreadable)?,
            price_pence: pence(&text(record, self.price))?,
            // Programs that take the column for numbers write 17850.0.
            customer: customer.strip_suffix(".0").unwrap_or(&customer).to_owned(),
            country: text(record, self.country),
        })
    }
}

/// A field as text. The public data set is often found in Latin-1, whose bytes are the first 256 characters of Unicode.
fn text(record: &ByteRecord, column: usize) -> String {
    let bytes = record.get(column).unwrap_or_default().trim_ascii();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A decimal number of pounds as pence, exactly: no binary fraction comes near the money.
fn pence(text: &str) -> Result<i64, RowError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (pounds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if pounds.is_empty() || !numeric(pounds) || !numeric(fraction) {
        return Err(RowError::Unreadable);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 2 {
        return Err(RowError::TooFine);
    }
    let value: i64 = format!("{pounds}{fraction:0<2}").parse().map_err(|_| RowError::Unreadable)?;
    Ok(if negative { -value } else { value })
}

/// The times of the excerpt (ISO 8601) and of the public data set (spreadsheet exports). The latter name no zone; the shop
/// is in London, in whose winter the excerpt lies, and both are read as UTC.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&Utc));
    }
    ["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|moment| moment.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_become_pence_without_a_fraction_in_between() {
        assert_eq!(pence("2.55"), Ok(255));
        assert_eq!(pence("50"), Ok(5_000));
        assert_eq!(pence("4.5"), Ok(450));
        assert_eq!(pence("1.250"), Ok(125));
        assert_eq!(pence("-11062.06"), Ok(-1_106_206));
        assert_eq!(pence("0.001"), Err(RowError::TooFine));
        for text in ["", "-", ".5", "1,5", "1e3", "£1"] {
            assert_eq!(pence(text), Err(RowError::Unreadable), "{text}");
        }
    }

    #[test]
    fn the_times_of_both_editions_are_read() {
        let eight: Timestamp = "2010-12-01T08:26:00Z".parse().unwrap();
        for text in ["2010-12-01T08:26:00Z", "2010-12-01 08:26:00", "12/1/2010 8:26"] {
            assert_eq!(moment(text), Some(eight), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
