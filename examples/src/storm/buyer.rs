use std::time::Duration;

use super::dice::Dice;

/// How long a buyer thinks before they pay, at most.
const THINKING: Duration = Duration::from_secs(4);

/// How far from the end of the payment window those pay who come at the last moment, to either side at most.
const LAST_MOMENT: Duration = Duration::from_secs(4);

/// One of the crowd.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buyer {
    pub(super) number: u32,
    /// When they come, from the beginning of the storm on.
    pub(super) arrival: Duration,
    pub(super) units: u32,
    pub(super) has_coupon: bool,
    pub(super) manner: Manner,
}

/// How a buyer pays, once they have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// They pay; if the gateway declines, they try again.
    Pays {
        /// After they have thought.
        thinking: Duration,
        /// Whether their first attempt is in vain.
        fails_first: bool,
    },
    /// They begin two attempts and pay both.
    PaysTwice,
    /// They pay around the end of the window.
    PaysLate {
        /// From so long before its end on.
        early: Duration,
    },
    /// They cancel, and pay all the same.
    CancelsAndPays,
    /// They never pay.
    Leaves {
        /// Whether they went to look at the gateway.
        begins: bool,
    },
}

impl Buyer {
    pub(super) fn new(dice: Dice, number: u32, rush: Duration) -> Self {
        Self {
            number,
            arrival: dice.within(rush, "arrival", number),
            units: if dice.falls(25, "units", number) { 2 } else { 1 },
            has_coupon: dice.falls(50, "coupon", number),
            manner: manner(dice, number),
        }
    }
}

fn manner(dice: Dice, number: u32) -> Manner {
    let thinking = dice.within(THINKING, "thinking", number);
    match dice.below(100, "manner", number) {
        0..50 => Manner::Pays { thinking, fails_first: false },
        50..60 => Manner::Pays { thinking, fails_first: true },
        60..70 => Manner::PaysTwice,
        70..80 => Manner::PaysLate { early: dice.within(2 * LAST_MOMENT, "late", number) },
        80..85 => Manner::CancelsAndPays,
        85..95 => Manner::Leaves { begins: true },
        _ => Manner::Leaves { begins: false },
    }
}

impl Manner {
    /// How long before the end of a window that is so long yet they pay who pay late: some of them after it.
    pub(super) const fn until_late(left: Duration, early: Duration) -> Duration {
        left.saturating_add(LAST_MOMENT).saturating_sub(early)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_holds_buyers_of_every_manner() {
        let dice = Dice::new(1);
        let crowd: Vec<Manner> = (0..1_000).map(|number| Buyer::new(dice, number, THINKING).manner).collect();
        let holds = |wanted: fn(&Manner) -> bool| crowd.iter().filter(|manner| wanted(manner)).count() > 20;
        assert!(holds(|manner| matches!(manner, Manner::Pays { fails_first: false, .. })));
        assert!(holds(|manner| matches!(manner, Manner::Pays { fails_first: true, .. })));
        assert!(holds(|manner| matches!(manner, Manner::PaysTwice)));
        assert!(holds(|manner| matches!(manner, Manner::PaysLate { .. })));
        assert!(holds(|manner| matches!(manner, Manner::CancelsAndPays)));
        assert!(holds(|manner| matches!(manner, Manner::Leaves { begins: true })));
        assert!(holds(|manner| matches!(manner, Manner::Leaves { begins: false })));
    }

    #[test]
    fn those_who_pay_late_come_before_and_after_the_end() {
        let left = Duration::from_mins(1);
        assert_eq!(Manner::until_late(left, Duration::ZERO), left + LAST_MOMENT);
        assert_eq!(Manner::until_late(left, 2 * LAST_MOMENT) + LAST_MOMENT, left);
    }
}
