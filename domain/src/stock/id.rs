use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidValue, Location, Sku};

/// One SKU at one location, written `SKU@LOCATION`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StockId {
    /// What is stocked.
    pub sku: Sku,
    /// Where.
    pub location: Location,
}

impl FromStr for StockId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (sku, location) =
            text.split_once('@').ok_or(InvalidValue { kind: "stock id", rule: "must be SKU@LOCATION" })?;
        Ok(Self { sku: sku.parse()?, location: location.parse()? })
    }
}

impl TryFrom<String> for StockId {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<StockId> for String {
    fn from(id: StockId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for StockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.sku, self.location)
    }
}

impl fmt::Debug for StockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
