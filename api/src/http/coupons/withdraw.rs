use axum::extract::State;
use purser_commands::Command;
use purser_domain::text::{CouponCode, Reason};
use serde::Deserialize;

use super::CouponChange;
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Why a coupon is withdrawn.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CouponWithdrawal {
    /// In somebody's words.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Withdraws a coupon.
///
/// No more orders can use it, and its code is never issued again. Orders that hold a use keep the price that they were
/// placed at.
#[utoipa::path(
    post,
    path = "/v1/coupons/{code}/withdraw",
    tag = "coupons",
    params(("code" = inline(schema::CouponCode), Path, description = "Which coupon.")),
    request_body = CouponWithdrawal,
    responses((status = 200, description = "It is withdrawn, or was already.", body = CouponChange))
)]
pub(crate) async fn withdraw_coupon(
    State(state): State<AppState>,
    Id(code): Id<CouponCode>,
    Submission { body: CouponWithdrawal { reason }, envelope }: Submission<CouponWithdrawal>,
) -> Result<Answered<CouponChange>, Problem> {
    let command = Command::WithdrawCoupon { coupon: code.clone(), reason };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(CouponChange { code, position }))
}
