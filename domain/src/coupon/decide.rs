use crate::{
    Timestamp,
    coupon::{Coupon, CouponCommand, CouponEvent, CouponRefusal, CouponTerms, CouponUse, CouponUses},
    ids::OrderId,
    pricing::Validity,
    text::{CustomerId, MerchantId},
};

/// What follows from a command. No events mean "already so". For an order, a repeat of a step that has been taken is a
/// refusal, because the order, decided in the same append, is what knows that it is a repeat.
pub fn decide(coupon: &Coupon, command: CouponCommand) -> Result<Vec<CouponEvent>, CouponRefusal> {
    match command {
        CouponCommand::Issue { terms, at } => match coupon {
            Coupon::Unissued => {
                terms.offer.check()?;
                Ok(vec![CouponEvent::CouponIssued { terms, at }])
            }
            Coupon::Issued(uses) if uses.terms == terms => Ok(vec![]),
            Coupon::Issued(_) => Err(CouponRefusal::OtherTerms),
            Coupon::Withdrawn(_) => Err(CouponRefusal::Withdrawn),
        },
        CouponCommand::Withdraw { reason, at } => match coupon {
            Coupon::Unissued => Err(CouponRefusal::Unknown),
            Coupon::Issued(_) => Ok(vec![CouponEvent::CouponWithdrawn { reason, at }]),
            Coupon::Withdrawn(_) => Ok(vec![]),
        },
        CouponCommand::Freeze { claim, merchant, at } => {
            if issued(coupon)?.frozen_for(claim.order).is_some() {
                return Err(CouponRefusal::AlreadyFrozen);
            }
            usable(coupon, claim.customer.as_ref(), &merchant, at)?;
            Ok(vec![CouponEvent::CouponFrozen(claim)])
        }
        CouponCommand::Redeem { order } => Ok(vec![CouponEvent::CouponRedeemed(frozen(coupon, order)?)]),
        CouponCommand::Unfreeze { order } => Ok(vec![CouponEvent::CouponUnfrozen(frozen(coupon, order)?)]),
        CouponCommand::GiveBack(claim) => {
            if issued(coupon)?.may_have_redeemed(&claim) {
                Ok(vec![CouponEvent::CouponGivenBack(claim)])
            } else {
                Err(CouponRefusal::NotRedeemed)
            }
        }
    }
}

/// The terms of a coupon that one more order may use: an order of this customer, or of a guest, at this merchant, placed at
/// this moment. A quote asks the same as a placement, and freezes nothing.
///
/// A coupon of another merchant is not there, whatever has become of it: who tries codes at one shop finds none of another's.
pub fn usable<'a>(
    coupon: &'a Coupon,
    customer: Option<&CustomerId>,
    merchant: &MerchantId,
    at: Timestamp,
) -> Result<&'a CouponTerms, CouponRefusal> {
    let uses = match coupon {
        Coupon::Unissued => return Err(CouponRefusal::Unknown),
        Coupon::Issued(uses) | Coupon::Withdrawn(uses) if !uses.terms.is_for(merchant) => {
            return Err(CouponRefusal::Unknown);
        }
        Coupon::Withdrawn(_) => return Err(CouponRefusal::Withdrawn),
        Coupon::Issued(uses) => uses,
    };
    let terms = &uses.terms;
    check_validity(&terms.offer.valid, at)?;
    if let Some(uses_max) = terms.uses_max
        && coupon.uses() >= u64::from(uses_max.get())
    {
        return Err(CouponRefusal::UsedUp { uses_max });
    }
    check_customer(uses, customer)?;
    Ok(terms)
}

fn check_validity(valid: &Validity, at: Timestamp) -> Result<(), CouponRefusal> {
    match (valid.from, valid.until) {
        (Some(from), _) if at < from => Err(CouponRefusal::NotYetValid { from }),
        (_, Some(until)) if at >= until => Err(CouponRefusal::Over { until }),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

fn check_customer(uses: &CouponUses, customer: Option<&CustomerId>) -> Result<(), CouponRefusal> {
    let Some(uses_per_customer_max) = uses.terms.uses_per_customer_max else { return Ok(()) };
    let customer = customer.ok_or(CouponRefusal::CustomerNeeded)?;
    if uses.by_customer(customer) < u64::from(uses_per_customer_max.get()) {
        Ok(())
    } else {
        Err(CouponRefusal::UsedUpByCustomer { uses_per_customer_max })
    }
}

fn issued(coupon: &Coupon) -> Result<&CouponUses, CouponRefusal> {
    coupon.counts().ok_or(CouponRefusal::Unknown)
}

fn frozen(coupon: &Coupon, order: OrderId) -> Result<CouponUse, CouponRefusal> {
    issued(coupon)?.frozen_for(order).ok_or(CouponRefusal::NotFrozen)
}
