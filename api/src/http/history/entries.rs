use purser_projections::history::{self, HistoryEntry, Subject};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::Moment,
    page::{Limit, Page},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which part of a history to tell.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParameters {
    /// The most entries of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
}

/// A part of a history, in the order of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct History {
    /// What happened.
    items: Vec<Happening>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// One thing that happened, by whom and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Happening {
    /// Its place in the log.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// When the log took it.
    recorded_at: Moment,
    /// `order`, `product`, `stock` or `refund`.
    aggregate_type: String,
    /// Which of them.
    aggregate_id: String,
    /// Its place in the stream of that one: 1, 2, 3 and so on.
    #[schema(minimum = 1)]
    sequence: i64,
    /// What it is called.
    event_type: String,
    /// The version of the event's form.
    event_version: String,
    /// What happened, exactly as it is stored.
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
    /// Who did it: `customer:ID`, `merchant:ID`, `back_office:TOKEN_ID`, `saga:NAME`.
    actor: String,
    /// The conversation that it belongs to.
    correlation_id: String,
    /// What led to it: `request:ID`, `event:POSITION` or `timer:NAME`.
    causation_id: String,
}

/// A page of a subject's history; a subject that nothing ever happened to does not exist.
pub(super) async fn page(
    state: &AppState,
    subject: &Subject,
    what: &'static str,
    ListParameters { parameters, list }: ListParameters<HistoryParameters>,
) -> Result<Answered<History>, Problem> {
    let page = Page::open(state, &list, parameters.limit, parameters.cursor.as_deref())?;
    let after: i64 = page.after.unwrap_or_default();
    let entries = history::history(&state.pool, subject, after, page.rows_wanted()).await?;
    if entries.is_empty() && after == 0 {
        return Err(Problem::not_found(what));
    }
    let (entries, next_cursor) = page.close(entries, |entry| entry.position)?;
    Ok(Answered::ok(History { items: entries.into_iter().map(Happening::from).collect(), next_cursor }))
}

impl From<HistoryEntry> for Happening {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            position: entry.position,
            recorded_at: entry.recorded_at.into(),
            aggregate_type: entry.aggregate_type,
            aggregate_id: entry.aggregate_id,
            sequence: entry.sequence,
            event_type: entry.event_type,
            event_version: entry.event_version,
            payload: entry.payload,
            actor: entry.actor,
            correlation_id: entry.correlation_id,
            causation_id: entry.causation_id,
        }
    }
}
