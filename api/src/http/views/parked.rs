use axum::extract::State;
use purser_projections::parked::{ParkedEvent, ParkedFilter, list};
use serde::{Deserialize, Serialize};

use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::Moment,
    page::{Limit, Page},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which parked events to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ParkedParameters {
    /// Only those of this view.
    view: Option<String>,
    /// Also those that were skipped.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    with_skipped: bool,
    /// The most events of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
}

/// Parked events, by view and position.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ParkedList {
    /// The events.
    items: Vec<ParkedItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// An event that a view could not take, or that waits behind one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ParkedEvent)]
pub(crate) struct ParkedItem {
    /// Which view could not take it.
    view: String,
    /// Its place in the log.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Its stream's kind: `order`, `product`, `stock` or `refund`.
    aggregate_type: String,
    /// Its stream's id.
    aggregate_id: String,
    /// Its name.
    event_type: String,
    /// Why; absent where it only waits behind an earlier event of its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// When it was parked.
    parked_at: Moment,
    /// When it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_at: Option<Moment>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_by: Option<String>,
}

/// Lists parked events.
///
/// An event that a view cannot fold parks its stream for that view, and the rest goes on. Retry it once the cause is gone,
/// or leave it out for good.
#[utoipa::path(
    get,
    path = "/v1/parked-events",
    tag = "engine",
    params(ParkedParameters),
    responses((status = 200, description = "The events.", body = ParkedList))
)]
pub(crate) async fn list_parked_events(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<ParkedParameters>,
) -> Result<Answered<ParkedList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let filter = ParkedFilter {
        follower: parameters.view,
        after: page.after.clone(),
        with_skipped: parameters.with_skipped,
        limit: page.rows_wanted(),
    };
    let events = list(&state.pool, &filter).await?;
    let (events, next_cursor) = page.close(events, |event| (event.follower.clone(), event.position))?;
    Ok(Answered::ok(ParkedList { items: events.into_iter().map(ParkedItem::from).collect(), next_cursor }))
}

impl From<ParkedEvent> for ParkedItem {
    fn from(event: ParkedEvent) -> Self {
        Self {
            view: event.follower,
            position: event.position,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            event_type: event.event_type,
            error: event.error,
            parked_at: event.parked_at.into(),
            skipped_at: event.skipped_at.map(Moment::from),
            skipped_by: event.skipped_by,
        }
    }
}
