use axum::extract::State;
use purser_projections::sagas::dead_letters::{DeadLetter, DeadLetterFilter, Decision, list};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::Moment,
    page::{Limit, Page},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which dead letters to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadLetterParameters {
    /// Only those of this saga: `payment_window`, `processing`, `release` or `refund`.
    saga: Option<String>,
    /// Also those that were skipped.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    with_skipped: bool,
    /// The most letters of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
}

/// Dead letters, in the order of the events that they follow from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeadLetterList {
    /// The letters.
    items: Vec<Letter>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// A command or an effect that a saga gave up on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DeadLetter)]
pub(crate) struct Letter {
    /// Its id, and the idempotency key of what was to be done.
    #[schema(value_type = schema::DeadLetterId)]
    id: Uuid,
    /// Whose it is.
    saga: String,
    /// The event that it follows from.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// The conversation that it belongs to.
    correlation_id: String,
    /// What led to it: `event:POSITION`, `timer:SAGA:SUBJECT`, or `timer:SAGA:NAME:SUBJECT` where a saga has several timers.
    causation_id: String,
    /// What was to be done; it names the order or whatever else it is about.
    #[schema(value_type = Object)]
    action: Box<RawValue>,
    /// How often it was tried, since it was stored or last retried.
    #[schema(minimum = 0)]
    attempts: i64,
    /// The last refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// When it was stored.
    stored_at: Moment,
    /// How many commands wait behind it.
    #[schema(minimum = 0)]
    waiting: i64,
    /// Who gave it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_by: Option<String>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_at: Option<Moment>,
}

/// Lists dead letters.
///
/// What a saga was refused too often. It holds up what the same saga has to do about the same subject, an order most often, after it; everything
/// else goes on. Retry it once the cause is gone, or give it up.
#[utoipa::path(
    get,
    path = "/v1/dead-letters",
    tag = "engine",
    params(DeadLetterParameters),
    responses((status = 200, description = "The letters.", body = DeadLetterList))
)]
pub(crate) async fn list_dead_letters(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<DeadLetterParameters>,
) -> Result<Answered<DeadLetterList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let filter = DeadLetterFilter {
        saga: parameters.saga,
        after: page.after,
        with_skipped: parameters.with_skipped,
        limit: page.rows_wanted(),
    };
    let letters = list(&state.pool, &filter).await?;
    let (letters, next_cursor) = page.close(letters, |letter| (letter.position, letter.id))?;
    Ok(Answered::ok(DeadLetterList { items: letters.into_iter().map(Letter::from).collect(), next_cursor }))
}

impl From<DeadLetter> for Letter {
    fn from(letter: DeadLetter) -> Self {
        let (skipped_by, skipped_at) = match letter.skipped {
            Some(Decision { actor, at }) => (Some(actor), Some(at.into())),
            None => (None, None),
        };
        Self {
            id: letter.id,
            saga: letter.saga,
            position: letter.position,
            correlation_id: letter.correlation_id,
            causation_id: letter.causation_id,
            action: letter.action,
            attempts: letter.attempts,
            last_error: letter.last_error,
            stored_at: letter.stored_at.into(),
            waiting: letter.waiting,
            skipped_by,
            skipped_at,
        }
    }
}
