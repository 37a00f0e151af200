//! Commands about the terms of trade: what a merchant decides, coupons, and points given by hand.

use purser_domain::{
    coupon::{CouponCommand, CouponRefusal, CouponTerms},
    merchant::MerchantCommand,
    points::{GrantCause, Points, PointsCommand, PointsId},
    principal::Principal,
    text::{CouponCode, MerchantId, Reason},
};

use super::{Answer, Asked, Decision, Stopped};
use crate::{failure::Refusal, request::MerchantChange};

impl Decision<'_> {
    pub(super) fn change_merchant(
        &mut self,
        asked: &Asked<'_>,
        id: &MerchantId,
        change: &MerchantChange,
    ) -> Result<Answer, Stopped> {
        let is_theirs = match change {
            MerchantChange::SetPlatformPoints(_) => asked.request.principal.is_platform(),
            MerchantChange::DefinePromotion(_)
            | MerchantChange::EndPromotion(_)
            | MerchantChange::SetShippingRates(_)
            | MerchantChange::SetTaxRates(_)
            | MerchantChange::SetPolicies(_) => asked.request.principal.owns_merchant(id),
        };
        if !is_theirs {
            return Err(Stopped::refused(Refusal::UnknownMerchant));
        }
        let at = self.now;
        let command = match change.clone() {
            MerchantChange::DefinePromotion(promotion) => MerchantCommand::DefinePromotion { promotion, at },
            MerchantChange::EndPromotion(id) => MerchantCommand::EndPromotion { id, at },
            MerchantChange::SetShippingRates(rates) => MerchantCommand::SetShippingRates { rates, at },
            MerchantChange::SetTaxRates(tax) => MerchantCommand::SetTaxRates { tax, at },
            MerchantChange::SetPolicies(policies) => MerchantCommand::SetPolicies { policies, at },
            MerchantChange::SetPlatformPoints(value_per_100) => {
                MerchantCommand::SetPlatformPoints { value_per_100, at }
            }
        };
        let merchant = self.working.merchants.entry(id.clone()).or_default();
        self.draft.drive(merchant.target(id), command, &asked.metadata)?;
        Ok(Answer::Done)
    }

    /// A merchant issues coupons for their own orders; one for everybody's is the platform's to issue.
    pub(super) fn issue_coupon(
        &mut self,
        asked: &Asked<'_>,
        code: &CouponCode,
        terms: &CouponTerms,
    ) -> Result<Answer, Stopped> {
        match &asked.request.principal {
            Principal::Merchant(own) if terms.merchant.as_ref() != Some(own) => {
                return Err(Stopped::refused(Refusal::FieldNotAllowed { field: "merchant".to_owned() }));
            }
            Principal::Merchant(_)
            | Principal::Customer(_)
            | Principal::BackOffice
            | Principal::Operator
            | Principal::Saga => {}
        }
        if !self.may_touch(asked, code) && self.coupon(code).is_some_and(|coupon| coupon.terms().is_some()) {
            return Err(Stopped::refused(CouponRefusal::CodeTaken));
        }
        self.drive_coupon(asked, code, CouponCommand::Issue { terms: terms.clone(), at: self.now })?;
        Ok(Answer::Done)
    }

    pub(super) fn withdraw_coupon(
        &mut self,
        asked: &Asked<'_>,
        code: &CouponCode,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        if !self.may_touch(asked, code) {
            return Err(Stopped::refused(CouponRefusal::Unknown));
        }
        self.drive_coupon(asked, code, CouponCommand::Withdraw { reason: reason.clone(), at: self.now })?;
        Ok(Answer::Done)
    }

    /// Whether there is such a coupon and the caller may know of it: a merchant knows its own.
    fn may_touch(&self, asked: &Asked<'_>, code: &CouponCode) -> bool {
        let terms = self.coupon(code).and_then(|coupon| coupon.terms());
        match &asked.request.principal {
            Principal::Merchant(own) => terms.is_some_and(|terms| terms.merchant.as_ref() == Some(own)),
            Principal::Customer(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => terms.is_some(),
        }
    }

    pub(super) fn grant_points(
        &mut self,
        asked: &Asked<'_>,
        account: &PointsId,
        points: Points,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        let cause = GrantCause::ByHand { actor: asked.actor()?, reason: reason.clone() };
        self.drive_points(asked, account, PointsCommand::Grant { points, cause, at: self.now })?;
        let account = self.working.points.get(account);
        let (balance, frozen) = account.map_or((0, 0), |account| (account.state.balance(), account.state.frozen()));
        Ok(Answer::PointsAre { balance, frozen })
    }
}
