//! Coupons: issue, withdraw; look at and list.

use purser_domain::text::CouponCode;
use serde::Serialize;

use super::schema;

mod coupon;
pub(super) mod find;
pub(super) mod issue;
pub(super) mod list;
pub(super) mod withdraw;

/// A coupon after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CouponChange {
    /// Which coupon.
    #[schema(value_type = schema::CouponCode)]
    code: CouponCode,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}
