use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    quota::Buyer,
    text::{InvalidValue, Sku},
};

/// One buyer and one SKU, written `CUSTOMER/SKU`, and `/MARK/SKU` for a guest. No customer and no mark can be empty or hold
/// the divider.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuotaId {
    /// Who buys.
    pub buyer: Buyer,
    /// What.
    pub sku: Sku,
}

impl FromStr for QuotaId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let malformed = || InvalidValue { kind: "quota id", rule: "must be CUSTOMER/SKU or /MARK/SKU" };
        let guest = text.strip_prefix('/');
        let (buyer, sku) = guest.unwrap_or(text).split_once('/').ok_or_else(malformed)?;
        let buyer = if guest.is_some() { Buyer::Guest(buyer.parse()?) } else { Buyer::Customer(buyer.parse()?) };
        Ok(Self { buyer, sku: sku.parse()? })
    }
}

impl TryFrom<String> for QuotaId {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<QuotaId> for String {
    fn from(id: QuotaId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for QuotaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.buyer {
            Buyer::Customer(customer) => write!(f, "{customer}/{}", self.sku),
            Buyer::Guest(mark) => write!(f, "/{mark}/{}", self.sku),
        }
    }
}

impl fmt::Debug for QuotaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
