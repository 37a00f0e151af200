//! What an order claims besides its stock: uses of coupons, points, its share of purchase limits.
//!
//! The order knows which of it it has claimed and given back; none of it is asked twice.

use purser_domain::{
    Timestamp,
    coupon::{CouponCommand, CouponUse},
    ids::OrderId,
    order::{Benefits, LimitedPieces, LineUnits, Terms},
    points::{self, GrantCause, Issuer, Points, PointsAccount, PointsCommand, PointsId},
    quantity::Quantity,
    quota::{QuotaCommand, QuotaId},
    text::{CouponCode, Sku},
};

use super::{Answer, Asked, Decision, Order, OrderCommand, Stopped};

/// The account was asked.
const AGREED: &str = "what was agreed to is granted";

impl Decision<'_> {
    /// Claims all of it at placement, or once more when the order lives again.
    pub(super) fn claim(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        terms: &Terms,
        benefits: &Benefits,
    ) -> Result<(), Stopped> {
        for code in &benefits.coupons {
            let claim = CouponUse { order, customer: terms.customer.clone() };
            let freeze = CouponCommand::Freeze { claim, merchant: terms.merchant.clone(), at: self.now };
            self.drive_coupon(asked, code, freeze)?;
        }
        if let (Some(account), Some(points)) = (terms.points_account(), benefits.points) {
            self.drive_points(asked, &account, PointsCommand::Freeze { order, points })?;
        }
        for LimitedPieces { sku, quantity } in &benefits.limited {
            let limit = self.limit_or_none(sku);
            self.drive_quotas(asked, terms, sku, QuotaCommand::Take { order, units: *quantity, limit })?;
        }
        Ok(())
    }

    /// The limit of what one customer may buy; where there is none any more, no order comes near it.
    pub(super) fn limit_or_none(&self, sku: &Sku) -> Quantity {
        self.purchase_limit(sku).unwrap_or(Quantity::MOST)
    }

    /// Uses it up when the order is paid. Purchase limits know no difference.
    pub(super) fn use_up(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        terms: &Terms,
        benefits: &Benefits,
    ) -> Result<(), Stopped> {
        for code in &benefits.coupons {
            self.drive_coupon(asked, code, CouponCommand::Redeem { order })?;
        }
        match (terms.points_account(), benefits.points) {
            (Some(account), Some(_)) => self.drive_points(asked, &account, PointsCommand::Spend { order }),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// Gives all of it back when the order has ended, used up or not.
    pub(super) fn give_back(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        terms: &Terms,
        benefits: &Benefits,
    ) -> Result<(), Stopped> {
        for code in &benefits.coupons {
            let frozen = self.coupon(code).is_some_and(|coupon| coupon.is_frozen_for(order));
            let claim = CouponUse { order, customer: terms.customer.clone() };
            let back = if frozen { CouponCommand::Unfreeze { order } } else { CouponCommand::GiveBack(claim) };
            self.drive_coupon(asked, code, back)?;
        }
        if let (Some(account), Some(points)) = (terms.points_account(), benefits.points) {
            let back = self.points_back(&account, order, points);
            self.drive_points(asked, &account, back)?;
        }
        for LimitedPieces { sku, quantity } in &benefits.limited {
            self.drive_quotas(asked, terms, sku, QuotaCommand::Return { order, units: *quantity })?;
        }
        Ok(())
    }

    /// Gives back what falls on units that are taken out of an order. Its coupons stay used.
    pub(super) fn give_back_units(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        terms: &Terms,
        lines: &[LineUnits],
        points: Option<Points>,
    ) -> Result<(), Stopped> {
        let Some(benefits) = &terms.benefits else { return Ok(()) };
        if let (Some(account), Some(points)) = (terms.points_account(), points) {
            self.drive_points(asked, &account, PointsCommand::Return { order, points })?;
        }
        for LimitedPieces { sku, quantity } in terms.book.limited(lines, &benefits.limited) {
            self.drive_quotas(asked, terms, &sku, QuotaCommand::Return { order, units: quantity })?;
        }
        Ok(())
    }

    /// Closes a delivered order, and grants its customer the points that it has earned, by its merchant's policy.
    pub(super) fn complete_order(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        at: Option<Timestamp>,
    ) -> Result<Answer, Stopped> {
        let at = asked.time(at)?;
        let (before, reward) = (self.status(id), self.reward(id));
        let points = reward.as_ref().map(|(_, points)| *points);
        let answer = self.change_order(asked, id, OrderCommand::Complete { points, at }, None)?;
        if let Some((account, points)) = reward
            && before != self.status(id)
        {
            self.drive_points(asked, &account, self.grant(id, points))
                .map_err(|stopped| stopped.contradicting(AGREED))?;
        }
        Ok(answer)
    }

    /// The points that what is kept of a delivered order's money earns, and whose they are: its customer's with its merchant,
    /// who says how many and pays for them. An account that is full takes none; the order is completed all the same.
    fn reward(&self, id: OrderId) -> Option<(PointsId, Points)> {
        let Order::Delivered(settled) = &self.working.orders.get(&id)?.state else { return None };
        let (terms, customer) = (&settled.terms, settled.terms.customer.clone()?);
        let policy = self.working.merchants.get(&terms.merchant)?.state.policies().points?;
        let policy = Some(policy).filter(|policy| policy.value_per_100.currency == terms.total.currency)?;
        let earned = Points::try_from(policy.granted_for(settled.kept())).ok()?;
        let unknown = PointsAccount::default();
        let id_of_account = Issuer::Merchant.account(&customer, &terms.merchant);
        let account = self.working.points.get(&id_of_account).map_or(&unknown, |account| &account.state);
        match points::decide(account, self.grant(id, earned)) {
            Ok(_) => Some((id_of_account, earned)),
            Err(refusal) => {
                tracing::warn!(order = %id, %refusal, "no points were granted for an order");
                None
            }
        }
    }

    const fn grant(&self, order: OrderId, points: Points) -> PointsCommand {
        PointsCommand::Grant { points, cause: GrantCause::OrderCompleted { order }, at: self.now }
    }

    fn points_back(&self, account: &PointsId, order: OrderId, points: Points) -> PointsCommand {
        let account = self.working.points.get(account);
        let frozen = account.is_some_and(|account| account.state.frozen_for(order).is_some());
        if frozen { PointsCommand::Unfreeze { order } } else { PointsCommand::Return { order, points } }
    }

    pub(super) fn drive_coupon(
        &mut self,
        asked: &Asked<'_>,
        code: &CouponCode,
        command: CouponCommand,
    ) -> Result<(), Stopped> {
        let coupon = self.working.coupons.entry(code.clone()).or_default();
        Ok(self.draft.drive(coupon.target(code), command, &asked.metadata)?)
    }

    pub(super) fn drive_points(
        &mut self,
        asked: &Asked<'_>,
        id: &PointsId,
        command: PointsCommand,
    ) -> Result<(), Stopped> {
        let account = self.working.points.entry(id.clone()).or_default();
        Ok(self.draft.drive(account.target(id), command, &asked.metadata)?)
    }

    /// A guest who gave both ways to be reached is counted by each.
    fn drive_quotas(
        &mut self,
        asked: &Asked<'_>,
        terms: &Terms,
        sku: &Sku,
        command: QuotaCommand,
    ) -> Result<(), Stopped> {
        for buyer in terms.buyers() {
            let id = QuotaId { buyer, sku: sku.clone() };
            let quota = self.working.quotas.entry(id.clone()).or_default();
            self.draft
                .drive(quota.target(&id), command, &asked.metadata)
                .map_err(|driven| Stopped::Contradiction(format!("{id} refused {command:?}: {driven:?}")))?;
        }
        Ok(())
    }
}
