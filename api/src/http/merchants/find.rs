use axum::extract::State;
use purser_domain::{
    merchant,
    text::{MerchantId, PromotionId, Title},
};
use purser_projections::{
    follower::Streams,
    views::merchant_terms::{MerchantTermsRow, find},
};
use serde::{Deserialize, Serialize};

use super::{policies::Policies, rates::ShippingRate, set_platform_points::PlatformPoints, set_tax_rates::TaxRates};
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    offer::Offer,
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the merchant's terms must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindMerchantParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// All that a merchant has decided about prices and orders.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field is named as everywhere in the API")]
pub(crate) struct Merchant {
    /// Which merchant.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// The promotions that have not been ended, in the order of their ids.
    promotions: Vec<Promotion>,
    /// What delivery costs.
    shipping_rates: Vec<ShippingRate>,
    /// Which taxes there are.
    tax_rates: TaxRates,
    /// How orders are dealt with.
    policies: Policies,
    /// What the platform's points are worth at its orders, as the back office says; not taken, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_points: Option<PlatformPoints>,
    /// The position of its last decision; 0 where it has decided nothing.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// A promotion that has not been ended. Whether it applies by now, its offer says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Promotion {
    /// The merchant's name for it.
    #[schema(value_type = schema::PromotionId)]
    id: PromotionId,
    /// What the customer reads.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// What it gives, and when.
    offer: Offer,
}

/// A merchant's terms.
///
/// Promotions, shipping and tax rates, policies. A merchant that has decided nothing has no promotions, charges no
/// shipping, shows no tax, and has the policies that hold for everybody.
#[utoipa::path(
    get,
    path = "/v1/merchants/{merchant}",
    tag = "merchants",
    params(
        ("merchant" = inline(schema::MerchantId), Path, description = "Which merchant."),
        FindMerchantParameters,
    ),
    responses((status = 200, description = "The merchant's terms.", body = Merchant))
)]
pub(crate) async fn find_merchant(
    State(state): State<AppState>,
    Id(merchant): Id<MerchantId>,
    Parameters(parameters): Parameters<FindMerchantParameters>,
    Caller(caller): Caller,
) -> Result<Answered<Merchant>, Problem> {
    if !caller.principal.owns_merchant(&merchant) {
        return Err(Problem::not_found("merchant"));
    }
    wait_for_own(
        &state,
        "merchant_terms",
        &Streams::of::<purser_domain::merchant::Merchant>(&merchant),
        parameters.min_position,
    )
    .await?;
    let MerchantTermsRow { terms, position } = find(&state.pool, &merchant).await?;
    Ok(Answered::ok(Merchant {
        merchant,
        promotions: terms.promotions().values().cloned().map(Promotion::from).collect(),
        shipping_rates: terms.shipping().0.iter().cloned().map(ShippingRate::from).collect(),
        tax_rates: terms.tax().clone().into(),
        policies: terms.policies().clone().into(),
        platform_points: terms.platform_points().map(|value_per_100| PlatformPoints { value_per_100 }),
        position,
    }))
}

impl From<merchant::Promotion> for Promotion {
    fn from(promotion: merchant::Promotion) -> Self {
        let merchant::Promotion { id, title, offer } = promotion;
        Self { id, title, offer: offer.into() }
    }
}
