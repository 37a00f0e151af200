use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    quota::Buyer,
    text::{InvalidValue, Sku, customer_of_part, part_of_customer},
};

/// One buyer and one SKU, written `CUSTOMER/SKU`, and `/MARK/SKU` for a guest.
///
/// In the customer's id the divider is percent-encoded, so that the first divider behind it ends it whatever the SKU holds. No
/// customer and no mark can be empty.
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
        let buyer = match guest {
            Some(_) => Buyer::Guest(buyer.parse()?),
            None => Buyer::Customer(customer_of_part(buyer)?),
        };
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
            Buyer::Customer(customer) => write!(f, "{}/{}", part_of_customer(customer), self.sku),
            Buyer::Guest(mark) => write!(f, "/{mark}/{}", self.sku),
        }
    }
}

impl fmt::Debug for QuotaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
