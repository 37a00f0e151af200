//! Times and days on the wire.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, SubsecRound, Timelike, Utc};
use purser_domain::Timestamp;
use purser_projections::views::listing::Period;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::schema;

/// A time as the API writes it, in UTC with six decimals, and reads it, in any RFC 3339 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(Timestamp);

/// Nothing that an order engine is told happened before; a date that is off by a century is a mistake.
const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 9999;

/// A day as the API reads it. The database knows fewer days than the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(NaiveDate);

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        match text.parse::<NaiveDate>() {
            Ok(day) if (FIRST_YEAR..=LAST_YEAR).contains(&day.year()) => Ok(Self(day)),
            Ok(_) | Err(_) => Err(D::Error::custom("day must be YYYY-MM-DD, from the year 1900 on")),
        }
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl<'de> Deserialize<'de> for Moment {
    /// Cuts to whole microseconds: a finer time would be another one once it has been through the database.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| D::Error::custom("time must be RFC 3339, like 2010-12-01T08:26:00Z"))?
            .with_timezone(&Utc);
        // Leap seconds come as a nanosecond past the second; neither the database nor most clients can hold one.
        if moment.nanosecond() >= 1_000_000_000 {
            return Err(D::Error::custom("time must have a second from 00 to 59"));
        }
        let moment = moment.trunc_subsecs(6);
        if (FIRST_YEAR..=LAST_YEAR).contains(&moment.year()) {
            Ok(Self(moment))
        } else {
            Err(D::Error::custom("time must be from the year 1900 on"))
        }
    }
}

/// What lies from one time, inclusive, until another, exclusive, where they are given.
pub(crate) fn period(from: Option<Moment>, until: Option<Moment>) -> Period {
    Period { from: from.map(Into::into), until: until.map(Into::into) }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        schema::Moment::schema()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        schema::Moment::name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_microseconds_and_read_with_any_offset() {
        let moment: Moment = serde_json::from_str("\"2010-12-01T09:26:00.1234567+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2010-12-01T08:26:00.123456Z\"");
    }

    #[test]
    fn times_without_a_zone_or_off_by_centuries_or_in_a_leap_second_are_refused() {
        const LEAP: &str = "2016-12-31T23:59:60Z";
        for text in ["2010-12-01T09:26:00", "2010-12-01", "0210-12-01T09:26:00Z", "now", "", LEAP] {
            assert!(serde_json::from_str::<Moment>(&format!("\"{text}\"")).is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn days_off_by_centuries_are_refused() {
        let read = |text: &str| serde_json::from_str::<Day>(&format!("\"{text}\"")).map(NaiveDate::from);
        assert_eq!(read("2010-12-01").unwrap(), NaiveDate::from_ymd_opt(2010, 12, 1).unwrap());
        for text in ["-262142-01-01", "+262142-01-01", "0210-12-01", "2010-13-01", "2010-12-01T00:00:00Z", ""] {
            assert!(read(text).is_err(), "{text} was accepted");
        }
    }
}
