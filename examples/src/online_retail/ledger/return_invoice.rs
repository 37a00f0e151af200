use purser_domain::{
    Timestamp,
    money::Amount,
    quantity::Quantity,
    text::{CustomerId, ExternalReference, Sku},
};

use super::{Cause, Row};

/// An invoice that takes goods back. It names no earlier invoice.
#[derive(Debug, Clone)]
pub struct ReturnInvoice {
    /// Its number, which begins with a C.
    pub invoice: ExternalReference,
    /// Its time.
    pub at: Timestamp,
    /// Whose goods; nobody known for a guest.
    pub customer: Option<CustomerId>,
    /// What came back, in the order of the file.
    pub lines: Vec<ReturnLine>,
}

/// A row of an invoice that takes goods back.
#[derive(Debug, Clone)]
pub struct ReturnLine {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// At which price each, in pence.
    pub unit_price: Amount,
}

impl ReturnInvoice {
    pub(super) fn begin(invoice: &str, row: &Row, line: ReturnLine) -> Result<Self, Cause> {
        let customer =
            if row.customer.is_empty() { None } else { row.customer.parse().map(Some).or(Err(Cause::Unreadable))? };
        let invoice = invoice.parse().map_err(|_| Cause::Unreadable)?;
        Ok(Self { invoice, at: row.at, customer, lines: vec![line] })
    }
}

impl ReturnLine {
    pub(super) fn of(row: &Row) -> Result<Self, Cause> {
        if row.quantity == 0 {
            return Err(Cause::NoQuantity);
        }
        if row.quantity > 0 {
            return Err(Cause::PositiveQuantity);
        }
        Ok(Self {
            sku: row.sku.parse().map_err(|_| Cause::StockCode)?,
            quantity: row.quantity.saturating_neg().try_into().map_err(|_| Cause::Quantity)?,
            unit_price: row.price_pence.try_into().map_err(|_| Cause::NegativePrice)?,
        })
    }
}
