use serde::{Deserialize, Serialize};

use crate::{
    address::Address,
    text::{AddressLine, CountryCode},
};

/// Where a location is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its country.
    pub country: CountryCode,
    /// Its ZIP or postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<AddressLine>,
}

impl Site {
    /// How far it is to an address, in no unit: any address in its country is nearer than all others, and there, the more
    /// leading letters and digits the two postal codes share, the nearer. That is how postal codes are made nearly
    /// everywhere, and it needs no map; at the edge of a region it may take the farther of two.
    pub fn distance(&self, to: &Address) -> u32 {
        const ABROAD: u32 = 1_000;
        const SOMEWHERE: u32 = 100;
        if self.country != to.country {
            return ABROAD;
        }
        let (Some(from), Some(to)) = (&self.postal_code, &to.postal_code) else { return SOMEWHERE };
        let shared = signs(from).zip(signs(to)).take_while(|(from, to)| from == to).count();
        SOMEWHERE.saturating_sub(u32::try_from(shared).unwrap_or(SOMEWHERE))
    }
}

/// Spaces and hyphens are a matter of taste.
fn signs(postal_code: &AddressLine) -> impl Iterator<Item = char> {
    postal_code.as_str().chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase)
}
