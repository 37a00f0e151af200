use std::num::NonZeroU32;

use purser_domain::{
    coupon::CouponTerms,
    text::{CouponCode, MerchantId, Title},
};
use purser_projections::views::coupon::{CouponRow, CouponStatus};
use serde::Serialize;

use crate::http::{moment::Moment, offer::Offer, schema};

/// A coupon: what it promises, and how many of its uses are taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Coupon {
    /// What the customer types in.
    #[schema(value_type = schema::CouponCode)]
    code: CouponCode,
    /// What the customer reads.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// What it gives, and when.
    offer: Offer,
    /// At whose orders it can be used; at those of every merchant, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// How many orders may use it in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::UsesMax>)]
    uses_max: Option<NonZeroU32>,
    /// How many orders of one customer may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::UsesMax>)]
    uses_per_customer_max: Option<NonZeroU32>,
    /// `issued`, or `withdrawn`: no more orders can use it.
    #[schema(value_type = String, example = "issued", pattern = "^(issued|withdrawn)$")]
    status: CouponStatus,
    /// Uses that open orders hold and have not redeemed.
    #[schema(value_type = schema::Count)]
    frozen: i64,
    /// Uses that orders have redeemed.
    #[schema(value_type = schema::Count)]
    redeemed: i64,
    /// Uses that orders can still take; absent where they are not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Count>)]
    remaining: Option<i64>,
    /// When it was issued.
    issued_at: Moment,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Moment>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

impl From<CouponRow> for Coupon {
    fn from(row: CouponRow) -> Self {
        let (status, remaining) = (row.status(), row.remaining());
        let CouponRow { code, terms, issued_at, withdrawn_at, frozen, redeemed, position } = row;
        let CouponTerms { title, offer, merchant, uses_max, uses_per_customer_max } = terms;
        Self {
            code,
            title,
            offer: offer.into(),
            merchant,
            uses_max,
            uses_per_customer_max,
            status,
            frozen,
            redeemed,
            remaining,
            issued_at: issued_at.into(),
            withdrawn_at: withdrawn_at.map(Moment::from),
            position,
        }
    }
}
