use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, order::LineUnits, quantity::Quantity, text::Reason};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Units of one line.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineUnits)]
pub(crate) struct NamedUnits {
    /// Which line, counted from zero.
    #[schema(minimum = 0, maximum = 999)]
    line: u32,
    /// How many units of it.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
}

impl From<NamedUnits> for LineUnits {
    fn from(NamedUnits { line, quantity }: NamedUnits) -> Self {
        Self { line, quantity }
    }
}

/// Why an order is cancelled, and what of it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancellation {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
    /// Which units, of an order that is being worked on; the whole order where this is absent or empty.
    #[serde(default)]
    #[schema(max_items = 1000, required = false)]
    lines: Vec<NamedUnits>,
}

/// Cancels an order.
///
/// Possible until it is shipped; of an order of which some parcels have left, what has not left is cancelled. Its stock is given
/// back and, if it was paid, its money is refunded. A customer who has paid asks for the end of the order by this: it is
/// `cancelling` then, nothing else is done with it, and its seller either approves or declines. Where `lines` are named, only
/// these units are taken out of an order that is being worked on, with exactly the stock, the money and the points that fall on
/// them.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/cancel",
    tag = "orders",
    params(
        ("id" = inline(schema::OrderId), Path, description = "Which order."),
        (
            "Idempotency-Key" = Option<String>,
            Header,
            description = "Makes a repeat of this request harmless: it gets the same answer and has no second effect. Needed where \
                           `lines` are named, of which a repeat would take out as many more.",
            min_length = 1, max_length = 255, pattern = "^[ -~]+$"
        )
    ),
    request_body = Cancellation,
    responses((status = 200, description = "It is cancelled, or its end is asked for, or was already.", body = Standing))
)]
pub(crate) async fn cancel_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Cancellation { reason, lines }, envelope }: Submission<Cancellation>,
) -> Result<Answered<Standing>, Problem> {
    if !lines.is_empty() {
        envelope.require_key(
            "units are cancelled under an Idempotency-Key, so that a repetition does not take out as many more",
        )?;
    }
    let lines = lines.into_iter().map(LineUnits::from).collect();
    change(&state, &envelope, Command::CancelOrder { order, lines, reason }).await
}
