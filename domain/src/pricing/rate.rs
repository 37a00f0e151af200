use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{money::Amount, text::InvalidValue};

/// A share, from nothing to all, in parts per million: 8.875 % is 88,750. Stored as that whole number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Rate(u32);

impl Rate {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const FULL: Self = Self(1_000_000);

    /// The number of parts per million.
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }

    /// This share of an amount, half a minor unit up: 10 % of 255 pence are 26.
    #[must_use]
    pub fn of(self, amount: Amount) -> Amount {
        amount.portion(self.0.into(), Self::FULL.0.into())
    }

    /// What of an amount was added at this rate, half a minor unit up: of 120 pence at 20 %, 20 were added.
    #[must_use]
    pub fn contained_in(self, amount: Amount) -> Amount {
        Self::all_contained_in(std::iter::once(self), amount)
    }

    /// What of an amount was added at these rates together, half a minor unit up.
    #[must_use]
    pub fn all_contained_in(rates: impl Iterator<Item = Self>, amount: Amount) -> Amount {
        let sum: u64 = rates.map(|rate| u64::from(rate.0)).sum();
        amount.portion(sum, u64::from(Self::FULL.0) + sum)
    }
}

impl TryFrom<i64> for Rate {
    type Error = InvalidValue;

    fn try_from(parts: i64) -> Result<Self, InvalidValue> {
        u32::try_from(parts)
            .ok()
            .map(Self)
            .filter(|rate| *rate <= Self::FULL)
            .ok_or(InvalidValue { kind: "rate", rule: "must be 0 to 1000000 parts per million" })
    }
}

impl From<Rate> for i64 {
    fn from(rate: Rate) -> Self {
        rate.0.into()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, self.0 % 10_000);
        if part == 0 {
            return write!(f, "{whole} %");
        }
        write!(f, "{whole}.{} %", format!("{part:04}").trim_end_matches('0'))
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;
    use crate::{money::MAX_AMOUNT, samples::amount};

    fn rate(parts: i64) -> Rate {
        parts.try_into().unwrap()
    }

    #[test]
    fn a_rate_is_stored_as_parts_per_million() {
        assert_eq!(serde_json::to_string(&rate(88_750)).unwrap(), "88750");
        assert_eq!(serde_json::from_str::<Rate>("1000000").unwrap(), Rate::FULL);
        for json in ["-1", "1000001", "0.5", "4294967296"] {
            assert!(serde_json::from_str::<Rate>(json).is_err(), "{json} was accepted");
        }
    }

    #[test]
    fn a_rate_reads_in_per_cent() {
        assert_eq!(
            [rate(88_750), rate(200_000), rate(1)].map(|rate| rate.to_string()),
            ["8.875 %", "20 %", "0.0001 %"]
        );
    }

    #[test]
    fn half_a_minor_unit_is_rounded_up() {
        assert_eq!(rate(100_000).of(amount(255)), amount(26));
        assert_eq!(rate(100_000).of(amount(254)), amount(25));
        assert_eq!(rate(88_750).of(amount(10_000)), amount(888));
        assert_eq!(Rate::FULL.of(amount(MAX_AMOUNT)), amount(MAX_AMOUNT));
        assert_eq!(Rate::ZERO.of(amount(MAX_AMOUNT)), amount(0));
    }

    #[test]
    fn what_was_added_at_a_rate_is_found_in_the_sum() {
        assert_eq!(rate(200_000).contained_in(amount(120)), amount(20));
        assert_eq!(rate(190_000).contained_in(amount(100)), amount(16));
        assert_eq!(rate(200_000).contained_in(amount(3)), amount(1));
        assert_eq!(Rate::FULL.contained_in(amount(3)), amount(2));
        assert_eq!(Rate::ZERO.contained_in(amount(3)), amount(0));
    }
}
