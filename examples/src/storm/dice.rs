use std::time::Duration;

use sha2::{Digest, Sha256};

/// The storm's dice. A throw depends on the seed, on what it is for and on who throws, and not on who came first: two storms of
/// one seed have the same buyers, who do the same at the same moments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A number below `sides`, which must not be none.
    pub(super) fn below(self, sides: u64, purpose: &str, who: u32) -> u64 {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_be_bytes());
        hasher.update(who.to_be_bytes());
        hasher.update(purpose);
        let digest: [u8; 32] = hasher.finalize().into();
        digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first)) % sides.max(1)
    }

    /// Whether it happens, in so many of a hundred cases.
    pub(super) fn falls(self, percent: u64, purpose: &str, who: u32) -> bool {
        self.below(100, purpose, who) < percent
    }

    /// A time below the given one, in whole milliseconds.
    pub(super) fn within(self, time: Duration, purpose: &str, who: u32) -> Duration {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.below(millis, purpose, who))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_throws_the_same_for_everybody_and_another_seed_does_not() {
        let throws = |seed| (0..100).map(|who| Dice::new(seed).below(1_000, "arrival", who)).collect::<Vec<_>>();
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }

    #[test]
    fn shares_come_out_as_asked() {
        let fallen = (0..10_000).filter(|who| Dice::new(7).falls(30, "coupon", *who)).count();
        assert!((2_800..3_200).contains(&fallen), "{fallen}");
        assert!((0..100).all(|who| !Dice::new(7).falls(0, "coupon", who) && Dice::new(7).falls(100, "coupon", who)));
    }
}
