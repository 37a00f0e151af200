//! Time zones, by which merchants count days.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, text::InvalidValue};

/// A time zone of the IANA database, by its name. The default is UTC.
///
/// The rules are those of the database that the engine was built with. They change with a release of the engine where a
/// government has changed them for times that are past by then; `purser verify` tells whether any view has to be rebuilt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(chrono_tz::Tz);

impl TimeZone {
    /// The name, like `Europe/Berlin`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether it is the default.
    pub fn is_utc(&self) -> bool {
        *self == Self::default()
    }

    /// The day that it is there at this time, by the clock on the wall: daylight saving time counts.
    pub fn day(self, at: Timestamp) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(chrono_tz::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "must be a name of the IANA time zone database, like Europe/Berlin";
        text.parse().map(Self).map_err(|_| InvalidValue { kind: "time zone", rule })
    }
}

impl TryFrom<String> for TimeZone {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(zone: &str, at: &str) -> String {
        zone.parse::<TimeZone>().unwrap().day(at.parse().unwrap()).to_string()
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_place() {
        assert_eq!(day("Asia/Tokyo", "2026-01-15T14:59:59.999999Z"), "2026-01-15");
        assert_eq!(day("Asia/Tokyo", "2026-01-15T15:00:00Z"), "2026-01-16");
        assert_eq!(day("America/St_Johns", "2026-01-15T03:29:59Z"), "2026-01-14");
        assert_eq!(day("UTC", "2026-01-15T23:59:59.999999Z"), "2026-01-15");
    }

    #[test]
    fn midnight_moves_with_daylight_saving_time() {
        // Berlin is an hour ahead of UTC in winter and two in summer; its clocks went forward on 29 March 2026.
        assert_eq!(day("Europe/Berlin", "2026-03-28T22:59:59Z"), "2026-03-28");
        assert_eq!(day("Europe/Berlin", "2026-03-28T23:00:00Z"), "2026-03-29");
        assert_eq!(day("Europe/Berlin", "2026-03-29T21:59:59Z"), "2026-03-29");
        assert_eq!(day("Europe/Berlin", "2026-03-29T22:00:00Z"), "2026-03-30");
    }

    #[test]
    fn only_names_of_the_database_are_time_zones() {
        for name in ["", "Berlin", "europe/berlin", "CET+1", "+01:00", "Europe/Atlantis"] {
            assert!(name.parse::<TimeZone>().is_err(), "{name} was accepted");
        }
        assert_eq!("Europe/Berlin".parse::<TimeZone>().unwrap().to_string(), "Europe/Berlin");
        assert!(TimeZone::default().is_utc() && "UTC".parse::<TimeZone>().unwrap().is_utc());
    }
}
