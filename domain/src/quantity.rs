//! Quantities: how many pieces, never zero.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::text::InvalidValue;

/// From one to a million pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(NonZeroU32);

impl Quantity {
    /// The most pieces that one line, reservation or receipt may be about.
    pub const MAX: u32 = 1_000_000;

    /// As many as there can be.
    pub const MOST: Self = match NonZeroU32::new(Self::MAX) {
        Some(most) => Self(most),
        None => Self(NonZeroU32::MIN),
    };

    /// How many pieces.
    pub const fn units(self) -> u32 {
        self.0.get()
    }

    /// The sum, unless it passes [`Quantity::MAX`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0.get()).filter(|sum| sum.get() <= Self::MAX).map(Self)
    }

    /// What is left after so many are taken away; none where nothing is left.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.units().checked_sub(other.units()).and_then(NonZeroU32::new).map(Self)
    }
}

impl TryFrom<i64> for Quantity {
    type Error = InvalidValue;

    fn try_from(units: i64) -> Result<Self, InvalidValue> {
        u32::try_from(units)
            .ok()
            .filter(|units| *units <= Self::MAX)
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or(InvalidValue { kind: "quantity", rule: "must be 1 to 1000000" })
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        Self::from(quantity.units())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_negative_and_huge_are_no_quantities() {
        for units in [0, -1, 1_000_001, i64::MAX, i64::MIN] {
            assert!(Quantity::try_from(units).is_err(), "{units} was accepted");
        }
        assert_eq!(Quantity::try_from(1_000_000).unwrap().units(), 1_000_000);
    }

    #[test]
    fn what_is_left_of_a_quantity_is_never_zero() {
        let quantity = |units: i64| Quantity::try_from(units).unwrap();
        assert_eq!(quantity(6).checked_sub(quantity(4)), Some(quantity(2)));
        assert_eq!(quantity(6).checked_sub(quantity(6)), None);
        assert_eq!(quantity(6).checked_sub(quantity(7)), None);
    }
}
