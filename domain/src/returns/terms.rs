use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    checkout::MAX_LINES,
    ids::OrderId,
    order::LineUnits,
    quantity::Quantity,
    returns::ReturnRefusal,
    text::{CustomerId, MerchantId, Reason, Sku},
};

/// What the customer asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// The money, and the goods stay where they are.
    RefundOnly,
    /// The money for goods that come back.
    Return,
    /// Other goods for goods that come back.
    Exchange {
        /// Which.
        replacement: Vec<Replacement>,
    },
}

impl ReturnKind {
    /// Whether goods come back.
    pub const fn sends_goods(&self) -> bool {
        match self {
            Self::RefundOnly => false,
            Self::Return | Self::Exchange { .. } => true,
        }
    }

    /// Whether other goods are sent.
    pub const fn is_exchange(&self) -> bool {
        match self {
            Self::Exchange { .. } => true,
            Self::RefundOnly | Self::Return => false,
        }
    }

    /// What is sent, if anything is.
    pub fn replacement(&self) -> &[Replacement] {
        match self {
            Self::Exchange { replacement } => replacement,
            Self::RefundOnly | Self::Return => &[],
        }
    }
}

/// Goods that are sent in exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// Units of one line of the order that a return is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnUnits {
    /// The order's line, counted from zero.
    pub line: u32,
    /// How many.
    pub quantity: Quantity,
    /// Why, in the customer's words.
    pub reason: Reason,
}

/// What a return is about. Whether the order has so many units to return is decided before it gets here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTerms {
    /// Of which order.
    pub order: OrderId,
    /// Who bought; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Who sold.
    pub merchant: MerchantId,
    /// What is asked for.
    pub kind: ReturnKind,
    /// For which units; each line at most once.
    pub units: Vec<ReturnUnits>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the merchant must have answered.
    pub review_by: Timestamp,
}

impl ReturnTerms {
    /// What it is about, as the order counts it.
    pub fn line_units(&self) -> Vec<LineUnits> {
        let units = |units: &ReturnUnits| LineUnits { line: units.line, quantity: units.quantity };
        self.units.iter().map(units).collect()
    }

    pub(super) fn check(&self) -> Result<(), ReturnRefusal> {
        if self.units.is_empty() {
            return Err(ReturnRefusal::NoUnits);
        }
        let mut lines = BTreeSet::new();
        if let Some(twice) = self.units.iter().find(|units| !lines.insert(units.line)) {
            return Err(ReturnRefusal::LineNamedTwice { line: twice.line });
        }
        match &self.kind {
            ReturnKind::Exchange { replacement } if replacement.is_empty() => Err(ReturnRefusal::NoReplacement),
            ReturnKind::Exchange { replacement } if replacement.len() > MAX_LINES => {
                Err(ReturnRefusal::TooManyReplacements)
            }
            ReturnKind::RefundOnly | ReturnKind::Return | ReturnKind::Exchange { .. } => Ok(()),
        }
    }
}
