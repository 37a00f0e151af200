//! What the customer saw before they ordered, and how it differs from what the order costs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Money},
    order::OrderLine,
    pricing::Sums,
    text::Sku,
};

/// What the customer saw. The total decides; the rest is only there to tell what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// What the order is expected to cost.
    pub total: Money,
    /// What one piece of each line was seen to cost, in the lines' order; nothing of a line that says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_prices: Vec<Option<Amount>>,
    /// The sums that a quote showed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<(Figure, Amount)>,
}

/// A sum of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The lines before anything.
    Subtotal,
    /// All that promotions and coupons take off.
    Discount,
    /// The shipping fee before anything.
    Shipping,
    /// All tax, in the prices or on top.
    Tax,
    /// What of the tax comes on top.
    TaxAdded,
    /// What the points are worth.
    Points,
}

/// A figure that is not what the customer saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The price of one piece of a line.
    UnitPrice {
        /// Which line, counted from zero.
        line: usize,
        /// Of what.
        sku: Sku,
        /// As it was seen.
        expected: Money,
        /// As it is.
        now: Money,
    },
    /// A sum.
    Sum {
        /// Which.
        figure: Figure,
        /// As it was seen.
        expected: Money,
        /// As it is.
        now: Money,
    },
}

/// The order costs something else than the customer saw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("the order costs {total}, not {expected}{}", told(changes))]
pub struct TotalChanged {
    /// What the customer saw.
    pub expected: Money,
    /// What it costs.
    pub total: Money,
    /// What of it changed, as far as the customer said what they saw.
    pub changes: Vec<Change>,
}

impl Expected {
    /// Compares with what the order costs: its lines, its sums and its total.
    pub fn check(&self, lines: &[OrderLine], sums: &Sums, total: Money) -> Result<(), TotalChanged> {
        if self.total == total {
            return Ok(());
        }
        let money = |amount| Money { amount, currency: total.currency };
        let prices = lines.iter().zip(&self.unit_prices).enumerate().filter_map(|(number, (line, expected))| {
            let expected = expected.filter(|expected| *expected != line.unit_price)?;
            Some(Change::UnitPrice {
                line: number,
                sku: line.sku.clone(),
                expected: money(expected),
                now: money(line.unit_price),
            })
        });
        let sums = self.sums.iter().filter_map(|(figure, expected)| {
            let now = figure.of(sums);
            (now != *expected).then(|| Change::Sum { figure: *figure, expected: money(*expected), now: money(now) })
        });
        Err(TotalChanged { expected: self.total, total, changes: prices.chain(sums).collect() })
    }
}

impl Figure {
    /// Its name, as stored and as in a quote.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subtotal => "subtotal",
            Self::Discount => "discount",
            Self::Shipping => "shipping",
            Self::Tax => "tax",
            Self::TaxAdded => "tax_added",
            Self::Points => "points",
        }
    }

    const fn of(self, sums: &Sums) -> Amount {
        match self {
            Self::Subtotal => sums.subtotal,
            Self::Discount => sums.discount,
            Self::Shipping => sums.shipping,
            Self::Tax => sums.tax,
            Self::TaxAdded => sums.tax_added,
            Self::Points => sums.points,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subtotal => "the sum of the lines",
            Self::Discount => "what promotions and coupons take off",
            Self::Shipping => "the shipping fee",
            Self::Tax => "the tax",
            Self::TaxAdded => "the tax on top of the prices",
            Self::Points => "what the points are worth",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnitPrice { line: _, sku, expected, now } => write!(f, "the price of {sku} is {now}, not {expected}"),
            Self::Sum { figure, expected, now } => write!(f, "{figure} is {now}, not {expected}"),
        }
    }
}

fn told(changes: &[Change]) -> String {
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    if changes.is_empty() { String::new() } else { format!("; {}", changes.join("; ")) }
}

#[cfg(test)]
mod spec;
