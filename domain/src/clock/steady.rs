//! A clock that does not jump with the system's.
//!
//! The time of day is held against a clock that only counts, and against the database's. While they agree it is the time. Once
//! it has jumped, the time goes on from before the jump at the pace of the clock that counts, and is in doubt, until the time
//! of day is back, a person confirms it, or it has stayed in step with the database's for [`HOLD`].

use std::{
    fmt::Debug,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta};

use super::Clock;
use crate::Timestamp;

/// How far two clocks may be apart and agree. A slewed clock, and the round trip of a question, stay far below it.
pub const TOLERANCE: TimeDelta = TimeDelta::seconds(3);

/// For how long the time of day must go on without another jump, in step with the database's, to be believed.
pub const HOLD: TimeDelta = TimeDelta::minutes(10);

/// Two clocks of one machine.
pub trait Sources: Debug + Send + Sync + 'static {
    /// The time of day, in whole microseconds.
    fn wall(&self) -> Timestamp;

    /// The time since some moment of the past. It never jumps, and counts while the machine is suspended.
    fn counted(&self) -> TimeDelta;
}

/// What the clocks said at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    wall: Timestamp,
    counted: TimeDelta,
    /// How far the database's clock is ahead of the time of day; none where it was not asked.
    database_ahead: Option<TimeDelta>,
}

/// Why the time is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Since when, by the clock that counts.
    pub since: Timestamp,
    /// How far the time of day is ahead of the time; negative where it is behind.
    pub wall_ahead: TimeDelta,
    /// How far the database's clock is ahead of the time of day; negative where it is behind.
    pub database_ahead: TimeDelta,
}

/// What an observation changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The time has come into doubt.
    Doubted(Doubt),
    /// The clocks agree again.
    Agreed,
    /// The time of day has proved itself and is the time from now on.
    Believed(Doubt),
}

/// The time, held against the clocks of a machine and of a database.
#[derive(Debug)]
pub struct SteadyClock {
    sources: Box<dyn Sources>,
    /// The time at which the clock that counts stood at zero, in microseconds: what the time goes by when it has jumped.
    origin_micros: AtomicI64,
    standing: Mutex<Standing>,
}

/// What the comparison remembers. All of it is moved by readings alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    origin: Timestamp,
    /// As it was asked last.
    database_ahead: TimeDelta,
    is_database_known: bool,
    /// What was confirmed to be the difference of the two machines.
    database_usually_ahead: TimeDelta,
    doubt: Option<Doubted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doubted {
    doubt: Doubt,
    /// When the clocks last moved against each other, by the one that counts.
    unmoved_since: TimeDelta,
}

impl SteadyClock {
    /// Begins with the time of day. Where the first observation of the database's clock finds that one behind, the time goes
    /// back to it: nobody knows which of the two is right, and what is dated too early does less harm.
    pub fn new(sources: impl Sources) -> Self {
        let origin = sources.wall() - sources.counted();
        let standing = Standing {
            origin,
            database_ahead: TimeDelta::zero(),
            is_database_known: false,
            database_usually_ahead: TimeDelta::zero(),
            doubt: None,
        };
        Self {
            sources: Box::new(sources),
            origin_micros: AtomicI64::new(origin.timestamp_micros()),
            standing: Mutex::new(standing),
        }
    }

    /// The time of day as the machine has it, believed or not.
    pub fn wall(&self) -> Timestamp {
        self.sources.wall()
    }

    /// The clock that counts.
    pub fn counted(&self) -> TimeDelta {
        self.sources.counted()
    }

    /// Compares the clocks. To be called every second or so, so that what is slewed is followed; now and then with the
    /// database's clock.
    pub fn observe(&self, database_ahead: Option<TimeDelta>) -> Option<Change> {
        let reading = Reading { wall: self.wall(), counted: self.counted(), database_ahead };
        let mut standing = self.standing();
        let change = standing.observe(reading);
        self.origin_micros.store(standing.origin.timestamp_micros(), Ordering::Relaxed);
        change
    }

    /// Takes the time of day for the time, as a person says that it is, and the database's difference from it for usual.
    pub fn confirm(&self) {
        let reading = Reading { wall: self.wall(), counted: self.counted(), database_ahead: None };
        let mut standing = self.standing();
        standing.believe(reading);
        self.origin_micros.store(standing.origin.timestamp_micros(), Ordering::Relaxed);
    }

    /// What is wrong at the moment.
    pub fn doubt(&self) -> Option<Doubt> {
        self.standing().doubt.map(|doubted| doubted.doubt)
    }

    /// How far the database's clock was ahead of the time of day when it was asked last.
    pub fn database_ahead(&self) -> TimeDelta {
        self.standing().database_ahead
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SteadyClock {
    /// The time of day, or what it should be where that has jumped: also between the jump and the next observation.
    fn now(&self) -> Timestamp {
        let (wall, counted) = (self.sources.wall(), self.sources.counted());
        let origin = DateTime::from_timestamp_micros(self.origin_micros.load(Ordering::Relaxed)).unwrap_or_default();
        let counted = origin + counted;
        if agree(wall - counted) { wall } else { counted }
    }

    fn steady(&self) -> Option<&SteadyClock> {
        Some(self)
    }
}

impl Standing {
    fn observe(&mut self, reading: Reading) -> Option<Change> {
        if let Some(ahead) = reading.database_ahead {
            self.database_ahead = ahead;
            if !self.is_database_known && ahead < -TOLERANCE {
                self.origin += ahead;
            }
            self.is_database_known = true;
        }
        let wall_ahead = reading.wall - (self.origin + reading.counted);
        let database_agrees = agree(self.database_ahead - self.database_usually_ahead);
        if agree(wall_ahead) {
            self.origin = reading.wall - reading.counted;
        }
        if agree(wall_ahead) && database_agrees {
            return self.doubt.take().map(|_| Change::Agreed);
        }
        let now = self.origin + reading.counted;
        let Some(known) = &mut self.doubt else {
            let doubt = Doubt { since: now, wall_ahead, database_ahead: self.database_ahead };
            self.doubt = Some(Doubted { doubt, unmoved_since: reading.counted });
            return Some(Change::Doubted(doubt));
        };
        let unmoved =
            agree(wall_ahead - known.doubt.wall_ahead) && agree(self.database_ahead - known.doubt.database_ahead);
        if !unmoved {
            known.unmoved_since = reading.counted;
        }
        known.doubt = Doubt { since: known.doubt.since, wall_ahead, database_ahead: self.database_ahead };
        // Where the time of day jumped and the database's did not go along, there is nobody to believe it.
        let is_likely = agree(wall_ahead) || database_agrees;
        if is_likely && reading.counted - known.unmoved_since >= HOLD {
            let doubt = known.doubt;
            self.believe(reading);
            return Some(Change::Believed(doubt));
        }
        None
    }

    fn believe(&mut self, reading: Reading) {
        self.origin = reading.wall - reading.counted;
        self.database_usually_ahead = self.database_ahead;
        self.doubt = None;
    }
}

fn agree(apart: TimeDelta) -> bool {
    apart.abs() <= TOLERANCE
}

#[cfg(test)]
mod spec;
