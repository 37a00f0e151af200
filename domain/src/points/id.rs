use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::{CustomerId, InvalidValue, MerchantId, customer_of_part, part_of_customer};

/// Who issued points, and so who pays for what they pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issuer {
    /// The platform: at the orders of every merchant of whom it says so. What was recorded before merchants had points of
    /// their own was the platform's.
    #[default]
    Platform,
    /// The merchant who sells the order: at its own orders.
    Merchant,
}

impl Issuer {
    /// The account that an order's points come from.
    pub fn account(self, customer: &CustomerId, merchant: &MerchantId) -> PointsId {
        let merchant = match self {
            Self::Platform => None,
            Self::Merchant => Some(merchant.clone()),
        };
        PointsId { customer: customer.clone(), merchant }
    }

    /// Whether the platform issued them.
    pub const fn is_platform(&self) -> bool {
        match self {
            Self::Platform => true,
            Self::Merchant => false,
        }
    }
}

/// One customer's points with one issuer, written `MERCHANT/CUSTOMER`, and `CUSTOMER` alone for the platform's. In the
/// customer's id the divider is percent-encoded; no merchant's can hold it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PointsId {
    /// Whose.
    pub customer: CustomerId,
    /// The merchant who issued them; the platform, where absent.
    pub merchant: Option<MerchantId>,
}

impl FromStr for PointsId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.split_once('/') {
            Some((merchant, customer)) => {
                Ok(Self { customer: customer_of_part(customer)?, merchant: Some(merchant.parse()?) })
            }
            None => Ok(Self { customer: customer_of_part(text)?, merchant: None }),
        }
    }
}

impl TryFrom<String> for PointsId {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<PointsId> for String {
    fn from(id: PointsId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for PointsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let customer = part_of_customer(&self.customer);
        match &self.merchant {
            Some(merchant) => write!(f, "{merchant}/{customer}"),
            None => f.write_str(&customer),
        }
    }
}

impl fmt::Debug for PointsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
