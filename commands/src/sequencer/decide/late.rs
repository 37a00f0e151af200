//! Money that came after an order had ended: back it goes, or the order lives again, with all that it claims, in one append.

use purser_domain::{
    allocation::{allocate_by, remembered_distance},
    coupon::usable,
    ids::{OrderId, RefundId},
    merchant::LatePayment,
    order::{Benefits, Capture, Closed, LimitedPieces, Terms},
    points::{self, PointsAccount, PointsCommand},
    principal::Principal,
    quota::QuotaCommand,
    refund::Refund,
    text::{CouponCode, Location, Sku},
};

use super::{Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderRefusal, StockCommand, Stopped};

/// All of it was asked of the very states that are driven now.
const AGREED: &str = "what can be had again is asked for";

/// Where the stock of an order that lives again comes from.
enum Reinstatement {
    /// It was not released yet, nor was anything else that the order claims.
    Kept(Vec<Allocation>),
    /// It is reserved anew, and everything else is claimed anew.
    Anew(Vec<Allocation>),
}

impl Decision<'_> {
    pub(super) fn settle_late_payment(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        capture: &Capture,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::Saga => {}
            Principal::BackOffice | Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                return Err(Stopped::refused(OrderRefusal::Unknown));
            }
        }
        let (reference, at) = (capture.reference.clone(), self.now);
        match self.reinstatement(id, capture) {
            None => self.change_order(asked, id, OrderCommand::OweLatePayment { reference, at }, None),
            Some(Reinstatement::Kept(allocations)) => {
                self.change_order(asked, id, OrderCommand::Reinstate { reference, allocations, at }, None)
            }
            Some(Reinstatement::Anew(allocations)) => {
                let reinstate = OrderCommand::Reinstate { reference, allocations: allocations.clone(), at };
                let answer = self.change_order(asked, id, reinstate, None)?;
                self.take_again(asked, id, &allocations).map_err(|stopped| stopped.contradicting(AGREED))?;
                Ok(answer)
            }
        }
    }

    /// Everybody is asked before anything is touched; none where the money has to go back.
    fn reinstatement(&self, id: OrderId, capture: &Capture) -> Option<Reinstatement> {
        let order = &self.working.orders.get(&id)?.state;
        let Order::Expired(closed) = order else { return None };
        let settlement = order.late_settlement(&capture.reference)?;
        let merchant = self.working.merchants.get(&closed.terms.merchant);
        match merchant.map(|merchant| merchant.state.policies().late_payment).unwrap_or_default() {
            LatePayment::Refund => return None,
            LatePayment::Reinstate => {}
        }
        if settlement.captures().iter().any(|capture| self.goes_back(id, capture)) {
            return None;
        }
        if closed.holds_all() {
            return Some(Reinstatement::Kept(closed.unreleased.clone()));
        }
        self.can_be_had_again(id, closed).map(Reinstatement::Anew)
    }

    /// Whether a refund of the money was requested, as an engine did that knew no reinstatement.
    fn goes_back(&self, id: OrderId, capture: &Capture) -> bool {
        let refund = self.working.refunds.get(&RefundId::of_payment(id, &capture.reference));
        refund.is_some_and(|refund| refund.state != Refund::Unrequested)
    }

    fn can_be_had_again(&self, id: OrderId, closed: &Closed) -> Option<Vec<Allocation>> {
        let terms = &closed.terms;
        let asks = terms.book.asks()?;
        let shelf = |sku: &Sku| self.working.shelves.get(sku).map(|shelf| &shelf.stocks);
        let distance = |location: &Location| remembered_distance(&closed.served_from, location);
        let allocations = allocate_by(&self.policies(&terms.merchant).allocation, &asks, shelf, distance).ok()?;
        let benefits = terms.benefits.as_deref();
        benefits.is_none_or(|benefits| self.agree_again(id, terms, benefits)).then_some(allocations)
    }

    fn agree_again(&self, order: OrderId, terms: &Terms, benefits: &Benefits) -> bool {
        let usable = |code: &CouponCode| {
            self.coupon(code)
                .is_some_and(|coupon| usable(coupon, terms.customer.as_ref(), &terms.merchant, self.now).is_ok())
        };
        if !benefits.coupons.iter().all(usable) {
            return false;
        }
        let none = PointsAccount::default();
        let account = terms.points_account().and_then(|id| self.working.points.get(&id));
        let account = account.map_or(&none, |account| &account.state);
        let has_points = |points| points::decide(account, PointsCommand::Freeze { order, points }).is_ok();
        let buyers = terms.buyers();
        let is_within = |LimitedPieces { sku, quantity }: &LimitedPieces| {
            let take = QuotaCommand::Take { order, units: *quantity, limit: self.limit_or_none(sku) };
            self.quotas_agree(&buyers, sku, take).is_ok()
        };
        benefits.points.is_none_or(has_points) && benefits.limited.iter().all(is_within)
    }

    fn take_again(&mut self, asked: &Asked<'_>, id: OrderId, allocations: &[Allocation]) -> Result<(), Stopped> {
        for allocation in allocations {
            let reserve = StockCommand::Reserve { order: id, quantity: allocation.quantity };
            self.drive_stock(asked, allocation, reserve)?;
        }
        let terms = self.working.orders.get(&id).and_then(|order| order.state.terms().cloned());
        match terms.as_ref().and_then(|terms| Some((terms, terms.benefits.as_deref()?))) {
            Some((terms, benefits)) => self.claim(asked, id, terms, benefits),
            None => Ok(()),
        }
    }
}
