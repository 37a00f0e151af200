use crate::{
    Timestamp,
    merchant::{
        MAX_PROMOTIONS, Merchant, MerchantCommand, MerchantEvent, MerchantRefusal, Promotion,
        policies::check_points_value,
    },
    text::PromotionId,
};

/// What follows from a command. No events mean "already so".
pub fn decide(merchant: &Merchant, command: MerchantCommand) -> Result<Vec<MerchantEvent>, MerchantRefusal> {
    match command {
        MerchantCommand::DefinePromotion { promotion, at } => define(merchant, promotion, at),
        MerchantCommand::EndPromotion { id, at } => end(merchant, id, at),
        MerchantCommand::SetShippingRates { rates, at } => {
            rates.check()?;
            Ok(unless(rates == *merchant.shipping(), || MerchantEvent::ShippingRatesSet { rates, at }))
        }
        MerchantCommand::SetTaxRates { tax, at } => {
            let tax = tax.coded()?;
            tax.check()?;
            Ok(unless(tax == *merchant.tax(), || MerchantEvent::TaxRatesSet { tax, at }))
        }
        MerchantCommand::SetPolicies { policies, at } => {
            policies.check()?;
            Ok(unless(policies == *merchant.policies(), || MerchantEvent::PoliciesSet { policies, at }))
        }
        MerchantCommand::SetPlatformPoints { value_per_100, at } => {
            value_per_100.map_or(Ok(()), check_points_value)?;
            let already_so = value_per_100 == merchant.platform_points();
            Ok(unless(already_so, || MerchantEvent::PlatformPointsSet { value_per_100, at }))
        }
    }
}

/// A promotion of a known id takes the place of the one before, so that a merchant can correct what is live without a
/// moment in which neither is.
fn define(merchant: &Merchant, promotion: Promotion, at: Timestamp) -> Result<Vec<MerchantEvent>, MerchantRefusal> {
    promotion.offer.check().map_err(MerchantRefusal::InvalidOffer)?;
    match merchant.promotions().get(&promotion.id) {
        Some(known) => Ok(unless(*known == promotion, || MerchantEvent::PromotionDefined { promotion, at })),
        None if merchant.promotions().len() >= MAX_PROMOTIONS => Err(MerchantRefusal::TooManyPromotions),
        None => Ok(vec![MerchantEvent::PromotionDefined { promotion, at }]),
    }
}

fn end(merchant: &Merchant, id: PromotionId, at: Timestamp) -> Result<Vec<MerchantEvent>, MerchantRefusal> {
    if merchant.promotions().contains_key(&id) {
        return Ok(vec![MerchantEvent::PromotionEnded { id, at }]);
    }
    if merchant.has_ended(&id) { Ok(vec![]) } else { Err(MerchantRefusal::UnknownPromotion { id }) }
}

fn unless(already_so: bool, event: impl FnOnce() -> MerchantEvent) -> Vec<MerchantEvent> {
    if already_so { vec![] } else { vec![event()] }
}
