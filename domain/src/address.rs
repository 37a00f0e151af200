//! Where an order goes.

use serde::{Deserialize, Serialize};

use crate::text::{AddressLine, CountryCode};

/// A postal address, frozen into the order at placement.
///
/// Only the recipient and the country are needed: what else an address has differs from country to country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who receives it.
    pub recipient: AddressLine,
    /// Street, house, floor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<AddressLine>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<AddressLine>,
    /// State, county or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
    /// ZIP or postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<AddressLine>,
    /// Country of delivery.
    pub country: CountryCode,
}
