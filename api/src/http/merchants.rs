//! Merchants: their promotions, shipping and tax rates, and policies.

use purser_commands::{Command, MerchantChange};
use purser_domain::text::MerchantId;
use serde::Serialize;

use super::{answer::Answered, extract::Envelope, problem::Problem, schema, state::AppState};

pub(super) mod define_promotion;
pub(super) mod end_promotion;
pub(super) mod find;
mod policies;
mod rates;
pub(super) mod set_platform_points;
pub(super) mod set_policies;
pub(super) mod set_shipping_rates;
pub(super) mod set_tax_rates;

/// A merchant after a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MerchantDecision {
    /// Which merchant.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Carries out what a merchant decides. Orders that are placed keep what was frozen into them.
async fn decide(
    state: &AppState,
    envelope: &Envelope,
    merchant: MerchantId,
    change: MerchantChange,
) -> Result<Answered<MerchantDecision>, Problem> {
    let command = Command::ChangeMerchant { merchant: merchant.clone(), change };
    let position = envelope.execute(state, command).await?.position;
    Ok(Answered::ok(MerchantDecision { merchant, position }))
}
