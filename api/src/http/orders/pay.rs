use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, money::Money, order::Tender, text::PaymentReference};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// Money that was taken for an order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    /// Its name where it was taken. The same reference again is the same money, and pays no other order of the merchant. Of a gift
    /// card it is the name of this redemption, not the card's number.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// How much: the total, or while the order waits for its payment a part of it, at most what is open.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// As what the money came.
    #[schema(value_type = Option<schema::Tender>)]
    tender: Option<Tender>,
    /// When it was taken, if not now; not in the future.
    at: Option<Moment>,
}

/// Records a payment.
///
/// The order is paid when what was taken for it comes to its total: by hand in one payment or in several, and by one payment at a
/// gateway beside these. Money that was taken is never turned away: what comes for an order that is paid already, cancelled or
/// expired is recorded and ends in a refund.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/pay",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Payment,
    responses((status = 200, description = "It is recorded.", body = Standing))
)]
pub(crate) async fn pay_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body, envelope }: Submission<Payment>,
) -> Result<Answered<Standing>, Problem> {
    let Payment { reference, amount, tender, at } = body;
    let at = at.map(Into::into);
    change(&state, &envelope, Command::RecordPayment { order, reference, amount, tender, at }).await
}
