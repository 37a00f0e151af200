use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{CustomerId, InvalidValue, Sku};

/// One customer and one SKU, written `CUSTOMER/SKU`. Neither of the two can hold the divider.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuotaId {
    /// Who buys.
    pub customer: CustomerId,
    /// What.
    pub sku: Sku,
}

impl FromStr for QuotaId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (customer, sku) =
            text.split_once('/').ok_or(InvalidValue { kind: "quota id", rule: "must be CUSTOMER/SKU" })?;
        Ok(Self { customer: customer.parse()?, sku: sku.parse()? })
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
        write!(f, "{}/{}", self.customer, self.sku)
    }
}

impl fmt::Debug for QuotaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
