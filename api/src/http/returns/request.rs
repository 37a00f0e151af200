use axum::extract::State;
use purser_commands::{Command, RequestReturn};
use purser_domain::{
    ids::OrderId,
    quantity::Quantity,
    returns::{Replacement, ReturnKind, ReturnUnits},
    text::{Reason, Sku},
};
use serde::{Deserialize, Serialize};

use super::{ReturnStanding, change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// What a customer wants to give back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnRequest {
    /// For what: the money, and the goods stay where they are (`refund_only`), the money for goods that come back
    /// (`return`), or other goods for them (`exchange`).
    #[schema(value_type = String, example = "return", pattern = "^(refund_only|return|exchange)$")]
    kind: Wish,
    /// Which units, each line at most once.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<AskedBack>,
    /// What is sent in exchange, each SKU at most once; only for an `exchange`, which needs it.
    #[serde(default)]
    #[schema(required = false, max_items = 1000)]
    replacement: Vec<WantedGoods>,
    /// When it was asked for, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Units of one line that are asked back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedBack {
    /// Which line of the order, counted from zero.
    #[schema(minimum = 0, maximum = 999)]
    line: u32,
    /// How many units of it.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    RefundOnly,
    Return,
    Exchange,
}

/// Goods that are sent in exchange.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedGoods {
    /// What.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// How many.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
}

impl From<Replacement> for WantedGoods {
    fn from(Replacement { sku, quantity }: Replacement) -> Self {
        Self { sku, quantity }
    }
}

fn kind_of(wish: &Wish, replacement: Vec<WantedGoods>) -> Result<ReturnKind, Problem> {
    let wanted = |WantedGoods { sku, quantity }| Replacement { sku, quantity };
    match wish {
        Wish::Exchange => Ok(ReturnKind::Exchange { replacement: replacement.into_iter().map(wanted).collect() }),
        Wish::RefundOnly | Wish::Return if !replacement.is_empty() => {
            let detail = "only an exchange has a replacement";
            Err(Problem::at(Kind::InvalidValue, Fault::pointer("/replacement", detail)))
        }
        Wish::RefundOnly => Ok(ReturnKind::RefundOnly),
        Wish::Return => Ok(ReturnKind::Return),
    }
}

/// Asks units of an order back.
///
/// Possible once the units have left, also while the rest of the order has not, within the merchant's `return_window_days`
/// after its delivery, and for units that are not asked back already. The seller answers within `return_review_hours`; what becomes of a return that nobody has
/// answered by then, the merchant's `return_review_overdue` says.
///
/// No money moves in an exchange: what is asked for must be goods that the order's seller offers in its currency, worth no
/// more by today's catalogue than the units were sold for, before discounts. As many pieces of a SKU as come back of it are
/// even at any price, on sale or not; further ones count at today's price. Of goods with a purchase limit no more are sent
/// than come back. This is judged once, when the return is requested.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/returns",
    tag = "returns",
    params(
        ("id" = inline(schema::OrderId), Path, description = "Of which order."),
        (
            "Idempotency-Key" = String,
            Header,
            description = "Chosen by the caller for this return: 1 to 255 printable ASCII characters, kept for at least 7 \
                           days and never shared with other callers. The same key with the same body gets the same answer.",
            min_length = 1, max_length = 255, pattern = "^[ -~]+$"
        )
    ),
    request_body = ReturnRequest,
    responses((
        status = 201,
        description = "It is asked for.",
        body = ReturnStanding,
        headers(("Location" = String, description = "The return's path."))
    ))
)]
pub(crate) async fn request_return(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: ReturnRequest { kind, lines, replacement, at }, envelope }: Submission<ReturnRequest>,
) -> Result<Answered<ReturnStanding>, Problem> {
    envelope.require_key("a return needs an Idempotency-Key, so that it can be asked for again without harm")?;
    let units = lines.into_iter().map(|AskedBack { line, quantity, reason }| ReturnUnits { line, quantity, reason });
    let wish = RequestReturn {
        id: state.mint.return_id(),
        order,
        kind: kind_of(&kind, replacement)?,
        units: units.collect(),
        at: at.map(Into::into),
    };
    let standing = change(&state, &envelope, Command::RequestReturn(wish)).await?;
    Ok(Answered::created(format!("/v1/returns/{}", standing.id), standing))
}
