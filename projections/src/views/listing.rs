//! What all lists have in common: they are filtered by time and read in either direction.
//!
//! A list takes the place that the page before ended at, and how many rows are wanted. A page costs the same however deep
//! in the list it is.

use chrono::{DateTime, Utc};
use purser_domain::Timestamp;
use serde::Deserialize;
use sqlx::{Postgres, QueryBuilder};

/// Which way a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The oldest or smallest first.
    Ascending,
    /// The newest or largest first.
    #[default]
    Descending,
}

impl Direction {
    pub(super) const fn keyword(self) -> &'static str {
        match self {
            Self::Ascending => " asc",
            Self::Descending => " desc",
        }
    }

    /// How a row compares with the last one of the page before.
    pub(super) const fn beyond(self) -> &'static str {
        match self {
            Self::Ascending => " > ",
            Self::Descending => " < ",
        }
    }
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Its first moment; from the beginning if there is none.
    pub from: Option<Timestamp>,
    /// The first moment after it; to the end if there is none.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Adds the condition that a column is within the period.
    pub(super) fn restrict(&self, query: &mut QueryBuilder<'_, Postgres>, column: &str) {
        let mut bound = |comparison: &str, moment: Option<DateTime<Utc>>| {
            if let Some(moment) = moment {
                query.push(format!(" and {column} {comparison} ")).push_bind(moment);
            }
        };
        bound(">=", self.from);
        bound("<", self.until);
    }
}
