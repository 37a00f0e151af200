use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, money::Money, text::Reason};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Money that an order's customer is given back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Goodwill {
    /// How much: more than nothing, and at most what is left of all that was taken for the order.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// Why. Customers and merchants are not shown it.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Gives money back as goodwill.
///
/// For nothing that comes back: a delay, a scratch. It goes over all payments of the order, the first ones first, each in its own
/// way: through the gateway that took it, or by the back office (`GET /v1/refunds`, cause `goodwill`). Never more than is left of
/// what was taken; and what was given is not there any more when goods come back later. Points that this money had earned are taken
/// back. While a payment is disputed its part waits.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/refunds",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Goodwill,
    responses((status = 200, description = "It is owed, and on its way.", body = Standing))
)]
pub(crate) async fn refund_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Goodwill { amount, reason }, envelope }: Submission<Goodwill>,
) -> Result<Answered<Standing>, Problem> {
    envelope.require_key("goodwill needs an Idempotency-Key, so that it is not given twice")?;
    change(&state, &envelope, Command::GrantGoodwill { order, amount, reason }).await
}
