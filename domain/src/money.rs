//! Money in whole minor units: pence, cents, yen. No fraction is ever stored, so none can be lost.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{quantity::Quantity, text::InvalidValue};

/// The largest amount, in minor units, that the engine handles: a hundred billion pounds, or ten trillion yen.
///
/// It bounds prices, totals, payments and refunds. Each is exact in JSON readers that hold numbers as IEEE 754 doubles (up
/// to 2^53 - 1), and so is the sum of 900 of the largest. What adds up amounts of many orders has no such bound: the views
/// store and read their sums as `numeric`.
pub const MAX_AMOUNT: i64 = 10_000_000_000_000;

/// An ISO 4217 currency that has a minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the minor unit stands for: 2 for GBP, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u16 {
        self.0.exponent().unwrap_or(0)
    }
}

impl FromStr for Currency {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        iso_currency::Currency::from_code(text)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or(InvalidValue { kind: "currency", rule: "must be an ISO 4217 code with a minor unit, like GBP" })
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// By the letters of the code.
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount from zero to [`MAX_AMOUNT`] minor units, without its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The most that there can be.
    pub const MAX: Self = Self(MAX_AMOUNT);

    /// The number of minor units.
    pub const fn minor_units(self) -> i64 {
        self.0
    }

    /// The sum, unless it passes [`MAX_AMOUNT`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(|sum| Self::try_from(sum).ok())
    }

    /// What is left after `other` is taken off; nothing, where that is more.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        if self.0 > other.0 { Self(self.0 - other.0) } else { Self::ZERO }
    }

    /// The part of it that `numerator` is of `denominator`, half a minor unit up; never more than all of it. A part of
    /// zero parts is nothing.
    #[must_use]
    pub fn portion(self, numerator: u64, denominator: u64) -> Self {
        let (whole, parts, of) = (i128::from(self.0), i128::from(numerator), i128::from(denominator));
        if parts >= of {
            return if of == 0 { Self::ZERO } else { self };
        }
        i64::try_from((whole * parts * 2 + of) / (of * 2)).map_or(self, Self)
    }

    /// So many minor units of it; all of it, where that is less.
    #[must_use]
    pub fn part(self, minor_units: u64) -> Self {
        i64::try_from(minor_units).map_or(self, |minor_units| Self(minor_units.min(self.0)))
    }

    /// The price of `quantity` pieces, unless it passes [`MAX_AMOUNT`].
    pub fn checked_times(self, quantity: Quantity) -> Option<Self> {
        self.0.checked_mul(i64::from(quantity.units())).and_then(|product| Self::try_from(product).ok())
    }
}

impl TryFrom<i64> for Amount {
    type Error = InvalidValue;

    fn try_from(minor_units: i64) -> Result<Self, InvalidValue> {
        if (0..=MAX_AMOUNT).contains(&minor_units) {
            Ok(Self(minor_units))
        } else {
            Err(InvalidValue { kind: "amount", rule: "must be 0 to 10000000000000 minor units" })
        }
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units of the currency.
    pub amount: Amount,
    /// What the units are of.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        if decimals == 0 {
            return write!(f, "{} {}", self.amount.0, self.currency);
        }
        let scale = 10_i64.pow(u32::from(decimals));
        let (whole, part) = (self.amount.0 / scale, self.amount.0 % scale);
        write!(f, "{whole}.{part:0width$} {}", self.currency, width = usize::from(decimals))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, currency: &str) -> Money {
        Money { amount: amount.try_into().unwrap(), currency: currency.parse().unwrap() }
    }

    #[test]
    fn money_reads_with_the_decimals_of_its_currency() {
        assert_eq!(money(75_568_743, "GBP").to_string(), "755687.43 GBP");
        assert_eq!(money(5, "GBP").to_string(), "0.05 GBP");
        assert_eq!(money(500, "JPY").to_string(), "500 JPY");
        assert_eq!(money(1_005, "KWD").to_string(), "1.005 KWD");
    }

    #[test]
    fn codes_without_a_minor_unit_are_no_currencies() {
        for code in ["XAU", "gbp", "ZZZ", ""] {
            assert!(code.parse::<Currency>().is_err(), "{code} was accepted");
        }
    }

    #[test]
    fn no_sum_or_product_passes_the_largest_amount() {
        let largest = Amount::try_from(MAX_AMOUNT).unwrap();
        assert_eq!(largest.checked_add(Amount::ZERO), Some(largest));
        assert_eq!(largest.checked_add(1.try_into().unwrap()), None);
        assert_eq!(largest.checked_times(2.try_into().unwrap()), None);
        assert!(Amount::try_from(-1).is_err());
    }

    #[test]
    fn a_portion_is_rounded_half_up_and_never_more_than_the_whole() {
        let of = |whole: i64, parts, all| Amount::try_from(whole).unwrap().portion(parts, all).minor_units();
        assert_eq!([of(5, 1, 2), of(5, 1, 3), of(4, 1, 3), of(1, 1, 2), of(1, 499, 1000)], [3, 2, 1, 1, 0]);
        assert_eq!([of(7, 0, 9), of(7, 9, 9), of(7, 10, 9), of(7, 1, 0)], [0, 7, 7, 0]);
        assert_eq!(of(MAX_AMOUNT, 999_999, 1_000_000), 9_999_990_000_000);
        assert_eq!(of(MAX_AMOUNT, u64::MAX - 1, u64::MAX), MAX_AMOUNT);
    }

    #[test]
    fn what_is_taken_off_leaves_nothing_at_the_least() {
        let [three, five] = [3, 5].map(|units| Amount::try_from(units).unwrap());
        assert_eq!((five.saturating_sub(three), three.saturating_sub(five)), (2.try_into().unwrap(), Amount::ZERO));
    }

    #[test]
    fn money_is_stored_as_minor_units_and_a_code() {
        assert_eq!(serde_json::to_string(&money(255, "GBP")).unwrap(), r#"{"amount":255,"currency":"GBP"}"#);
    }
}
