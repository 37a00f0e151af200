use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A share, in whole percent from 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Share(u8);

impl Share {
    /// How many of a hundred.
    pub const fn percent(self) -> u8 {
        self.0
    }
}

/// The number is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a share must be 0 to 100 percent")]
pub struct InvalidShare;

impl TryFrom<i64> for Share {
    type Error = InvalidShare;

    fn try_from(percent: i64) -> Result<Self, InvalidShare> {
        u8::try_from(percent).ok().filter(|percent| *percent <= 100).map(Self).ok_or(InvalidShare)
    }
}

impl From<Share> for i64 {
    fn from(share: Share) -> Self {
        share.0.into()
    }
}

impl FromStr for Share {
    type Err = InvalidShare;

    fn from_str(text: &str) -> Result<Self, InvalidShare> {
        text.parse::<i64>().map_err(|_| InvalidShare)?.try_into()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How the gateway misbehaves: shares from 0 to 100 percent, and how far it goes. PUT /admin/faults takes the same names; what it
/// leaves out has its default, and it holds until the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Share of API calls that are answered 503 before anything is done
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub unavailable_percent: Share,
    /// Share of API calls whose answer is lost after the work was done and written down
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub timeout_percent: Share,
    /// How long a connection whose answer is lost stays silent before it is closed
    #[arg(long, value_name = "MS", default_value_t = 30_000)]
    pub timeout_hang_ms: u64,
    /// Share of payments that fail when the customer pays
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub decline_percent: Share,
    /// Share of refunds that fail
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub refund_fail_percent: Share,
    /// Share of payments that pay themselves late, with --auto-pay
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub late_percent: Share,
    /// After how long late payments pay themselves
    #[arg(long, value_name = "MS", default_value_t = 3_600_000)]
    pub late_ms: u64,
    /// Share of callbacks that are delayed
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub delay_percent: Share,
    /// The shortest delay of a callback
    #[arg(long, value_name = "MS", default_value_t = 1_000)]
    pub delay_min_ms: u64,
    /// The longest delay of a callback
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    pub delay_max_ms: u64,
    /// Share of callbacks that are sent twice, with one id
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub repeat_percent: Share,
    /// Share of callbacks that wait until the payment's next one was taken
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub reorder_percent: Share,
    /// How long such a callback waits at most
    #[arg(long, value_name = "MS", default_value_t = 5_000)]
    pub reorder_hold_ms: u64,
    /// Share of callbacks that are never sent
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub drop_percent: Share,
    /// Share of callbacks that come with a forged one: signed by a stranger, or rightly signed with another amount or order
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub forge_percent: Share,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            unavailable_percent: Share(0),
            timeout_percent: Share(0),
            timeout_hang_ms: 30_000,
            decline_percent: Share(0),
            refund_fail_percent: Share(0),
            late_percent: Share(0),
            late_ms: 3_600_000,
            delay_percent: Share(0),
            delay_min_ms: 1_000,
            delay_max_ms: 10_000,
            repeat_percent: Share(0),
            reorder_percent: Share(0),
            reorder_hold_ms: 5_000,
            drop_percent: Share(0),
            forge_percent: Share(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        faults: Faults,
    }

    #[test]
    fn flags_and_json_have_the_same_defaults() {
        assert_eq!(Flags::parse_from(["gateway"]).faults, Faults::default());
        assert_eq!(serde_json::from_str::<Faults>("{}").unwrap(), Faults::default());
    }

    #[test]
    fn a_share_is_0_to_100() {
        for wrong in [-1, 101, 300, i64::MAX] {
            assert_eq!(Share::try_from(wrong), Err(InvalidShare), "{wrong}");
            assert!(wrong.to_string().parse::<Share>().is_err(), "{wrong}");
        }
        assert_eq!("100".parse(), Ok(Share(100)));
        assert_eq!("1.5".parse::<Share>(), Err(InvalidShare));
    }

    #[test]
    fn unknown_faults_are_refused() {
        assert!(serde_json::from_str::<Faults>(r#"{"drops_percent":1}"#).is_err());
    }
}
