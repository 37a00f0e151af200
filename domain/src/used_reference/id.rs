use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{InvalidValue, MerchantId, PaymentReference};

/// One merchant and one reference, written `MERCHANT/REFERENCE`. No merchant's id can hold the divider, so that the first one
/// ends it whatever the reference holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReferenceId {
    /// Whose order it pays.
    pub merchant: MerchantId,
    /// The payment's name where it was taken.
    pub reference: PaymentReference,
}

impl ReferenceId {
    /// The reference as the merchant's.
    pub fn of(merchant: &MerchantId, reference: &PaymentReference) -> Self {
        Self { merchant: merchant.clone(), reference: reference.clone() }
    }
}

impl FromStr for ReferenceId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let malformed = InvalidValue { kind: "reference id", rule: "must be MERCHANT/REFERENCE" };
        let (merchant, reference) = text.split_once('/').ok_or(malformed)?;
        Ok(Self { merchant: merchant.parse()?, reference: reference.parse()? })
    }
}

impl TryFrom<String> for ReferenceId {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<ReferenceId> for String {
    fn from(id: ReferenceId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.merchant, self.reference)
    }
}

impl fmt::Debug for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
