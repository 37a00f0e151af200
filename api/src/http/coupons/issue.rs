use std::num::NonZeroU32;

use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    coupon::CouponTerms,
    principal::Principal,
    text::{CouponCode, MerchantId, Title},
};
use serde::Deserialize;

use super::CouponChange;
use crate::http::{answer::Answered, extract::Submission, offer::Offer, problem::Problem, schema, state::AppState};

/// A coupon to be issued. What it promises never changes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CouponIssue {
    /// What the customer types in.
    #[schema(value_type = schema::CouponCode)]
    code: CouponCode,
    /// What the customer reads.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// What it gives, and when.
    offer: Offer,
    /// At whose orders it can be used. A merchant's own id is filled in; of the back office, without one, it is the
    /// platform's, for the orders of every merchant.
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// How many orders may use it in all; any number, where absent.
    #[schema(value_type = Option<schema::UsesMax>)]
    uses_max: Option<NonZeroU32>,
    /// How many orders of one customer may use it; any number, where absent. Where there is such a limit, guests cannot use
    /// it.
    #[schema(value_type = Option<schema::UsesMax>)]
    uses_per_customer_max: Option<NonZeroU32>,
}

/// Issues a coupon.
///
/// Orders can use it from now on, or from when its offer begins. A use counts from the placement of an order on, and is
/// given back when the order ends unpaid or is cancelled. Issuing it again with the same terms changes nothing.
#[utoipa::path(
    post,
    path = "/v1/coupons",
    tag = "coupons",
    request_body = CouponIssue,
    responses((
        status = 201,
        description = "It is issued, or was already with the same terms.",
        body = CouponChange,
        headers(("Location" = String, description = "The coupon's path."))
    ))
)]
pub(crate) async fn issue_coupon(
    State(state): State<AppState>,
    Submission { body, envelope }: Submission<CouponIssue>,
) -> Result<Answered<CouponChange>, Problem> {
    let CouponIssue { code, title, offer, merchant, uses_max, uses_per_customer_max } = body;
    let merchant = merchant.or_else(|| own(&envelope.caller.principal));
    let terms = CouponTerms { title, offer: offer.read()?, merchant, uses_max, uses_per_customer_max };
    let command = Command::IssueCoupon { coupon: code.clone(), terms };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::created(format!("/v1/coupons/{code}"), CouponChange { code, position }))
}

fn own(principal: &Principal) -> Option<MerchantId> {
    match principal {
        Principal::Merchant(own) => Some(own.clone()),
        Principal::Customer(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => None,
    }
}
