//! Customers' points: grant them by hand; look at them.

use purser_domain::text::{CustomerId, MerchantId};
use serde::Serialize;

use super::schema;

pub(super) mod find;
pub(super) mod grant;

/// The points of a customer with one issuer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PointsAccount {
    /// Whose.
    #[schema(value_type = schema::CustomerId)]
    customer: CustomerId,
    /// The merchant who issued them, and at whose orders they are taken; the platform, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// Points in all; negative where points were taken back that had been spent.
    balance: i64,
    /// Points of these that are kept for orders.
    #[schema(minimum = 0)]
    frozen: i64,
    /// Points that orders can still use: `balance - frozen`.
    available: i64,
    /// The position of the account's last event, or of the command that was answered; 0 where there is none.
    #[schema(value_type = schema::Position)]
    position: i64,
}
