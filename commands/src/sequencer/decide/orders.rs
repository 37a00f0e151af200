//! Commands to an order that exists, with what they do to the stock that is held for it.

use purser_domain::{
    ids::PaymentId,
    order::{Benefits, OrderStatus, Terms},
    points::{Points, PointsCommand},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stock, StockCommand, Stopped,
    Target, order, stock,
};

/// What a step of the order does to all that is held for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum HoldStep {
    /// It is used up: what is held of the stock deducted, coupons redeemed, points spent.
    Commit,
    /// The deducted stock leaves.
    Consume,
    /// All of it goes back, and nothing is waited for any more.
    Release,
}

/// What an order believes to be held for it, is.
pub(super) const HELD: &str = "what the order holds is asked for";

/// What an order has earned is in the account.
const EARNED: &str = "what the order had earned is taken back";

impl HoldStep {
    const fn on_stock(self, order: OrderId) -> StockCommand {
        match self {
            Self::Commit => StockCommand::Commit { order },
            Self::Consume => StockCommand::Consume { order },
            Self::Release => StockCommand::Release { order },
        }
    }
}

impl Decision<'_> {
    /// Lets an order handle a command, together with all that is held for it where there is a step for that. When the
    /// order has taken the step already, what is held for it has too.
    pub(super) fn change_order(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        command: OrderCommand,
        hold_step: Option<HoldStep>,
    ) -> Result<Answer, Stopped> {
        let known = self.order_of(asked, id)?;
        // Only what touches what is held for an order is decided before it is driven.
        let changes = match hold_step {
            Some(_) => order::decide(known, command.clone()).map_err(Stopped::refused)?,
            None => Vec::new(),
        };
        if let Some(step) = hold_step
            && !changes.is_empty()
        {
            let allocations = match step {
                HoldStep::Commit => known.held_stock().cloned().collect(),
                HoldStep::Consume | HoldStep::Release => known.claimed_stock().to_vec(),
            };
            let benefits = benefits(known);
            self.check_stocks(id, &allocations, step)?;
            for allocation in &allocations {
                self.drive_stock(asked, allocation, step.on_stock(id))?;
            }
            if let Some((terms, benefits)) = benefits {
                self.step_benefits(asked, id, step, &terms, &benefits)?;
            }
        }
        self.drive_order(asked, id, command)?;
        self.order_is(id)
    }

    pub(super) fn drive_order(&mut self, asked: &Asked<'_>, id: OrderId, command: OrderCommand) -> Result<(), Stopped> {
        let order = self.working.orders.get_mut(&id).ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        let (authorized, revoked) = (awaited(&order.state), order.state.revoked_points());
        self.draft.drive(order.target(&id), command, &asked.metadata)?;
        self.revoke_points(asked, id, revoked)?;
        if authorized.is_empty() || self.status(id) == Some(OrderStatus::PendingPayment) {
            return Ok(());
        }
        self.release_authorized(asked, &authorized)
    }

    /// Whatever made the order keep less of its money, the points that it has not earned by that are taken back with it.
    fn revoke_points(&mut self, asked: &Asked<'_>, id: OrderId, before: u64) -> Result<(), Stopped> {
        let Some(order) = self.working.orders.get(&id).map(|order| &order.state) else { return Ok(()) };
        let points = Points::try_from(order.revoked_points().saturating_sub(before)).ok();
        let (Some(account), Some(points)) = (order.rewarded_account(), points) else { return Ok(()) };
        let revoke = PointsCommand::Revoke { order: id, points, at: self.now };
        self.drive_points(asked, &account, revoke).map_err(|stopped| stopped.contradicting(EARNED))
    }

    /// Where an order stands.
    pub(super) fn order_is(&self, id: OrderId) -> Result<Answer, Stopped> {
        let status = self.status(id).ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        Ok(Answer::OrderIs { order: id, status })
    }

    /// The order, if there is one that is theirs.
    pub(super) fn order_of(&self, asked: &Asked<'_>, id: OrderId) -> Result<&Order, Stopped> {
        let known = self.working.orders.get(&id).map(|order| &order.state);
        let known = known.filter(|order| order.terms().is_some_and(|terms| asked.request.principal.owns_order(terms)));
        known.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))
    }

    pub(super) fn status(&self, id: OrderId) -> Option<OrderStatus> {
        self.working.orders.get(&id).and_then(|order| order.state.status())
    }

    /// Asks every stock before the first is touched. A stock that does not hold what its order believes it to hold is a
    /// contradiction, not a refusal.
    pub(super) fn check_stocks(&self, id: OrderId, allocations: &[Allocation], step: HoldStep) -> Result<(), Stopped> {
        for allocation in allocations {
            let unknown = Stock::default();
            let shelf = self.working.shelves.get(&allocation.stock.sku);
            let state = shelf.and_then(|shelf| shelf.stocks.get(&allocation.stock.location)).unwrap_or(&unknown);
            stock::decide(state, step.on_stock(id))
                .map_err(|refusal| Stopped::Contradiction(format!("{} refused {id}: {refusal}", allocation.stock)))?;
        }
        Ok(())
    }

    /// What is held for an order does not refuse what the order, which knows what it holds, asks of it.
    fn step_benefits(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        step: HoldStep,
        terms: &Terms,
        benefits: &Benefits,
    ) -> Result<(), Stopped> {
        let driven = match step {
            HoldStep::Commit => self.use_up(asked, id, terms, benefits),
            HoldStep::Consume => Ok(()),
            HoldStep::Release => self.give_back(asked, id, terms, benefits),
        };
        driven.map_err(|stopped| stopped.contradicting(HELD))
    }

    pub(super) fn drive_stock(
        &mut self,
        asked: &Asked<'_>,
        allocation: &Allocation,
        command: StockCommand,
    ) -> Result<(), Stopped> {
        let shelf = self.working.shelves.entry(allocation.stock.sku.clone()).or_default();
        let state = shelf.stocks.entry(allocation.stock.location.clone()).or_default();
        let version = shelf.versions.entry(allocation.stock.location.clone()).or_default();
        let target = Target { id: allocation.stock.to_string(), state, version };
        Ok(self.draft.drive(target, command, &asked.metadata)?)
    }
}

/// The payments whose money is set aside for an order that waits for it.
fn awaited(order: &Order) -> Vec<PaymentId> {
    match order {
        Order::PendingPayment(open) => open.authorized.iter().collect(),
        Order::Unplaced
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => Vec::new(),
    }
}

/// What an order claims besides its stock, where it claims anything; together with its terms, which say for whom.
fn benefits(order: &Order) -> Option<(Terms, Benefits)> {
    let terms = order.terms()?;
    let benefits = match order {
        Order::Cancelled(closed) | Order::Expired(closed) => closed.unreturned.as_deref(),
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_) => terms.benefits.as_deref(),
    };
    benefits.map(|benefits| (terms.clone(), benefits.clone()))
}
