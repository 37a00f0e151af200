use sha2::{Digest, Sha256};

use super::Share;

/// The sandbox's dice. A throw depends on the seed, on what it is thrown for and on nothing else: neither on the order of
/// requests nor on restarts. A generator with a state of its own would give every run of a concurrent test other faults.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Whether it happens to this one.
    pub(super) fn falls(self, share: Share, purpose: &str, name: &str) -> bool {
        self.throw(purpose, name) % 100 < u64::from(share.percent())
    }

    /// A number of the range, both ends included; the least if the range is empty.
    pub(super) fn between(self, least: u64, most: u64, purpose: &str, name: &str) -> u64 {
        let width = most.saturating_sub(least).saturating_add(1);
        least + self.throw(purpose, name) % width
    }

    /// Eight bytes of a digest: any two throws are independent.
    fn throw(self, purpose: &str, name: &str) -> u64 {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_be_bytes());
        // Lengths, so that no two pairs of purpose and name run together into the same bytes.
        hasher.update(purpose.len().to_be_bytes());
        hasher.update(purpose);
        hasher.update(name);
        let digest: [u8; 32] = hasher.finalize().into();
        digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throw_repeats_and_another_seed_throws_otherwise() {
        let throws = |seed| -> Vec<u64> {
            (0..50).map(|name| Dice::new(seed).between(0, 999, "delay", &name.to_string())).collect()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }

    #[test]
    fn shares_come_out_as_asked_and_the_ends_are_never_and_always() {
        let fallen = |percent: i64| {
            let share = Share::try_from(percent).unwrap();
            (0..10_000).filter(|name| Dice::new(7).falls(share, "drop", &name.to_string())).count()
        };
        assert_eq!(fallen(0), 0);
        assert_eq!(fallen(100), 10_000);
        assert!((900..1_100).contains(&fallen(10)), "{}", fallen(10));
    }

    #[test]
    fn purposes_are_independent() {
        let share = Share::try_from(50).unwrap();
        let both = (0..10_000)
            .map(|name: i32| name.to_string())
            .filter(|name| Dice::new(7).falls(share, "drop", name) && Dice::new(7).falls(share, "forge", name))
            .count();
        assert!((2_300..2_700).contains(&both), "{both}");
    }

    #[test]
    fn a_range_that_is_empty_gives_its_least() {
        assert_eq!(Dice::new(7).between(9, 3, "delay", "x"), 9);
        assert!((3..=9).contains(&Dice::new(7).between(3, 9, "delay", "x")));
    }
}
