use std::{collections::BTreeMap, fmt};

/// Why a row is not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The invoice number starts with a letter other than C: bad debts and other bookkeeping.
    Bookkeeping,
    /// A quantity, price or time is unreadable.
    Unreadable,
    /// The price has a part of a penny.
    TooFine,
    /// The stock code is none.
    StockCode,
    /// The quantity is zero.
    NoQuantity,
    /// A negative quantity among sales.
    NegativeQuantity,
    /// A positive quantity among what came back.
    PositiveQuantity,
    /// The price is negative.
    NegativePrice,
    /// The quantity is larger than the engine takes.
    Quantity,
    /// A correction that has a price.
    PricedCorrection,
    /// The invoice has more lines than the engine takes.
    TooManyLines,
}

/// What is not imported: counted, and named by its cause.
#[derive(Debug, Default)]
pub struct SetAside {
    /// Rows by cause.
    pub rows: BTreeMap<Cause, usize>,
}

impl SetAside {
    pub(super) fn invoice(&mut self, cause: Cause, rows: usize) {
        *self.rows.entry(cause).or_default() += rows;
    }

    pub(super) fn row(&mut self, cause: Cause) {
        self.invoice(cause, 1);
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bookkeeping => "bookkeeping entries, no sales",
            Self::Unreadable => "quantity, price or time is unreadable",
            Self::TooFine => "price is finer than a penny",
            Self::StockCode => "stock code is none",
            Self::NoQuantity => "quantity is zero",
            Self::NegativeQuantity => "negative quantity among sales",
            Self::PositiveQuantity => "positive quantity among what came back",
            Self::NegativePrice => "price is negative",
            Self::Quantity => "quantity is larger than the engine takes",
            Self::PricedCorrection => "stock correction with a price",
            Self::TooManyLines => "invoice has more lines than the engine takes",
        })
    }
}
