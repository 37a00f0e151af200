use serde::{Deserialize, Serialize};

use crate::text::InvalidValue;

/// From one to a trillion points. A state that can hold none of them is a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Points(i64);

impl Points {
    /// The most points that one event may be about.
    pub const MAX: i64 = 1_000_000_000_000;
}

impl Points {
    /// How many.
    pub const fn get(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl TryFrom<i64> for Points {
    type Error = InvalidValue;

    fn try_from(points: i64) -> Result<Self, InvalidValue> {
        if (1..=Self::MAX).contains(&points) {
            Ok(Self(points))
        } else {
            Err(InvalidValue { kind: "points", rule: "must be 1 to 1000000000000" })
        }
    }
}

impl TryFrom<u64> for Points {
    type Error = InvalidValue;

    fn try_from(points: u64) -> Result<Self, InvalidValue> {
        i64::try_from(points).unwrap_or(i64::MAX).try_into()
    }
}

impl From<Points> for i64 {
    fn from(points: Points) -> Self {
        points.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_negative_and_huge_are_no_points() {
        for number in [0, -1, Points::MAX + 1, i64::MAX, i64::MIN] {
            let refused = Points::try_from(number).unwrap_err();
            assert!(refused.to_string().contains(&Points::MAX.to_string()), "{number} was accepted");
        }
        for number in [1, Points::MAX] {
            assert_eq!(i64::from(Points::try_from(number).unwrap()), number);
        }
    }
}
