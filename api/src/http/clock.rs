//! The clock: whether the time is believed, and an operator's word that it is right.

pub(super) mod confirm;
pub(super) mod find;

use chrono::TimeDelta;
use purser_domain::clock::{Clock, Doubt, SteadyClock};
use serde::Serialize;

use super::moment::Moment;

/// What the clocks say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ClockStanding {
    /// The time that the engine goes by.
    time: Moment,
    /// Whether it is in doubt: the time of day has jumped, or the database's clock disagrees. Meanwhile no timer fires, and
    /// the time goes on from before the jump.
    in_doubt: bool,
    /// Since when; absent if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
    /// How far the machine's time of day is ahead of that time, in milliseconds; negative where it is behind.
    wall_ahead_ms: i64,
    /// How far the database's clock was ahead of the machine's time of day when it was asked last, within the last ten
    /// seconds or so.
    database_ahead_ms: i64,
}

impl ClockStanding {
    pub(super) fn of(clock: &dyn Clock) -> Self {
        let (time, doubt) = (clock.now(), clock.doubt());
        let steady = clock.steady();
        let wall_ahead = steady.map_or_else(TimeDelta::zero, |steady| steady.wall() - time);
        Self {
            time: time.into(),
            in_doubt: doubt.is_some(),
            since: doubt.map(|Doubt { since, .. }| since.into()),
            wall_ahead_ms: wall_ahead.num_milliseconds(),
            database_ahead_ms: steady.map_or_else(TimeDelta::zero, SteadyClock::database_ahead).num_milliseconds(),
        }
    }
}
