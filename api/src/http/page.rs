//! What lists have in common: how long a page is, and how a reader waits for a view.

use std::time::Duration;

use purser_projections::{
    follower::{Streams, Waited},
    views::listing::Direction,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};

use super::{
    cursor::Query,
    problem::{Fault, Kind, Problem},
    state::AppState,
};

/// The longest wait for a view.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// How many items a page has, at most: 1 to 1000, and 100 if nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(i64);

impl Limit {
    const MAX: i64 = 1_000;

    const fn rows(self) -> i64 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = i64::deserialize(deserializer)?;
        if (1..=Self::MAX).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(D::Error::custom("limit must be 1 to 1000"))
        }
    }
}

/// Who works off a list begins with what has waited longest.
pub(crate) const fn oldest_first() -> Direction {
    Direction::Ascending
}

/// Waits until a view has come as far as the reader needs to see, for five seconds and for half of the request's time at
/// most. What the log does not have is not waited for.
pub(crate) async fn wait_for(state: &AppState, view: &str, min_position: Option<i64>) -> Result<(), Problem> {
    let Some(position) = checked(min_position)? else { return Ok(()) };
    let longest = WAIT_MAX.min(state.request_timeout / 2);
    match state.read_after.wait_for(view, position, longest).await? {
        Waited::Reached => Ok(()),
        Waited::Behind => refuse(Kind::ViewBehind, format!("the view {view} has not come to position {position} yet")),
        Waited::BeyondLog(end) => refuse(Kind::PositionAhead, format!("the log ends at position {end}")),
    }
}

/// A position that is stated, where it is one to wait for.
fn checked(min_position: Option<i64>) -> Result<Option<i64>, Problem> {
    match min_position {
        Some(position) if position < 0 => {
            refuse(Kind::MalformedParameter, "must be a whole number from 0 on".to_owned())
        }
        stated => Ok(stated.filter(|position| *position != 0)),
    }
}

fn refuse<T>(kind: Kind, detail: String) -> Result<T, Problem> {
    Err(Problem::at(kind, Fault::parameter("min_position", detail)))
}

/// Waits, as [`wait_for`] does, until a view shows all that the log has of what is asked for by its id: whoever has just made
/// or changed it sees that, without stating a position.
pub(crate) async fn wait_for_own(
    state: &AppState,
    view: &str,
    streams: &Streams,
    min_position: Option<i64>,
) -> Result<(), Problem> {
    wait_for(state, view, own(state, streams, min_position).await?).await
}

/// Up to where views have to be for whoever asks for something by its id: as far as is stated, and as its streams go.
pub(crate) async fn own(
    state: &AppState,
    streams: &Streams,
    min_position: Option<i64>,
) -> Result<Option<i64>, Problem> {
    let stated = checked(min_position)?;
    Ok(stated.max(state.read_after.last_position(streams).await?))
}

/// A page of a list, between its query and its answer. `K` is what the list is sorted by.
pub(crate) struct Page<'a, K> {
    state: &'a AppState,
    list: &'a Query,
    limit: i64,
    /// The last place of the page before.
    pub(crate) after: Option<K>,
}

impl<'a, K: Serialize + DeserializeOwned> Page<'a, K> {
    pub(crate) fn open(
        state: &'a AppState,
        list: &'a Query,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let after = cursor.map(|cursor| state.cursor_key.open(list, cursor)).transpose()?;
        Ok(Self { state, list, limit: limit.rows(), after })
    }

    /// One row more than the page holds tells whether there is a next one.
    pub(crate) const fn rows_wanted(&self) -> i64 {
        self.limit + 1
    }

    /// The rows of the page, and the cursor of the next one if there is one.
    pub(crate) fn close<T>(
        &self,
        mut rows: Vec<T>,
        place: impl FnOnce(&T) -> K,
    ) -> Result<(Vec<T>, Option<String>), Problem> {
        let kept = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= kept {
            return Ok((rows, None));
        }
        rows.truncate(kept);
        let next = rows.last().map(|last| self.state.cursor_key.seal(self.list, &place(last))).transpose()?;
        Ok((rows, next))
    }
}
