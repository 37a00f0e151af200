//! Commands to an order that exists, with what they do to the stock that is held for it.

use purser_domain::{
    merchant::CancellationAfterPayment,
    order::{Benefits, Cancelling, LineUnits, OrderEvent, OrderStatus, Terms},
    principal::Principal,
    text::Reason,
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stock, StockCommand, Stopped,
    Target, order, stock,
};

/// What a step of the order does to all that is held for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum HoldStep {
    /// It is used up: stock deducted, coupons redeemed, points spent.
    Commit,
    /// The deducted stock leaves.
    Consume,
    /// All of it goes back.
    Release,
}

/// What an order believes to be held for it, is.
const HELD: &str = "what the order holds is asked for";

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
        let known = self.working.orders.get(&id).map(|order| &order.state);
        let known = known.filter(|order| order.terms().is_some_and(|terms| asked.request.principal.owns_order(terms)));
        let known = known.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        // Only what touches what is held for an order is decided before it is driven.
        let changes = if hold_step.is_some() || may_take_out(&command) {
            order::decide(known, command.clone()).map_err(Stopped::refused)?
        } else {
            Vec::new()
        };
        if let Some(step) = hold_step
            && !changes.is_empty()
        {
            let (allocations, benefits) = (held(known).to_vec(), benefits(known));
            self.check_stocks(id, &allocations, step)?;
            for allocation in &allocations {
                self.drive_stock(asked, allocation, step.on_stock(id))?;
            }
            if let Some((terms, benefits)) = benefits {
                self.step_benefits(asked, id, step, &terms, &benefits)?;
            }
        }
        for change in &changes {
            self.take_out(asked, id, change)?;
        }
        let Some(order) = self.working.orders.get_mut(&id) else {
            return Err(Stopped::refused(OrderRefusal::Unknown));
        };
        self.draft.drive(order.target(&id), command, &asked.metadata)?;
        let status = order.state.status().ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        Ok(Answer::OrderIs { order: id, status })
    }

    fn needs_consent(&self, id: OrderId) -> bool {
        let terms = self.working.orders.get(&id).and_then(|order| order.state.terms());
        let merchant = terms.and_then(|terms| self.working.merchants.get(&terms.merchant));
        match merchant.map(|merchant| merchant.state.policies().cancellation_after_payment).unwrap_or_default() {
            CancellationAfterPayment::Consent => true,
            CancellationAfterPayment::Automatic => false,
        }
    }

    pub(super) fn status(&self, id: OrderId) -> Option<OrderStatus> {
        self.working.orders.get(&id).and_then(|order| order.state.status())
    }

    /// A customer ends an order by their own will until they have paid it, and asks for its end from then on.
    pub(super) fn cancellation(
        &self,
        asked: &Asked<'_>,
        id: OrderId,
        lines: &[LineUnits],
        reason: &Reason,
    ) -> OrderCommand {
        let (reason, at) = (reason.clone(), self.now);
        let is_paid = self.working.orders.get(&id).is_some_and(|order| match &order.state {
            Order::Paid(_) | Order::Processing(_) | Order::Cancelling(_) => true,
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Shipped(_)
            | Order::Delivered(_)
            | Order::Completed(_)
            | Order::Cancelled(_)
            | Order::Expired(_) => false,
        });
        match asked.request.principal {
            Principal::Customer(_) if is_paid && self.needs_consent(id) => {
                OrderCommand::RequestCancellation { lines: lines.to_vec(), reason, at }
            }
            Principal::Customer(_)
            | Principal::Merchant(_)
            | Principal::BackOffice
            | Principal::Operator
            | Principal::Saga => match lines {
                [] => OrderCommand::Cancel { reason, at },
                lines => OrderCommand::CancelLines { lines: lines.to_vec(), reason, at },
            },
        }
    }

    /// Units that are taken out of an order go back to where they came from, in the same append.
    fn take_out(&mut self, asked: &Asked<'_>, id: OrderId, change: &OrderEvent) -> Result<(), Stopped> {
        let OrderEvent::OrderLinesCancelled { lines, released, points, .. } = change else { return Ok(()) };
        let order = self.working.orders.get(&id).and_then(|order| order.state.terms().cloned());
        let Some(terms) = order else { return Ok(()) };
        for allocation in released {
            let release = StockCommand::ReleasePart { order: id, quantity: allocation.quantity };
            self.drive_stock(asked, allocation, release).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        self.give_back_units(asked, id, &terms, lines, *points).map_err(|stopped| stopped.contradicting(HELD))
    }

    /// Asks every stock before the first is touched. A stock that does not hold what its order believes it to hold is a
    /// contradiction, not a refusal.
    fn check_stocks(&self, id: OrderId, allocations: &[Allocation], step: HoldStep) -> Result<(), Stopped> {
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

/// The stock that is held for an order, deducted or not.
fn held(order: &Order) -> &[Allocation] {
    match order {
        Order::Unplaced => &[],
        Order::PendingPayment(open) => &open.terms.allocations,
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. }) => &settled.terms.allocations,
        Order::Cancelled(closed) | Order::Expired(closed) => &closed.unreleased,
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

/// Whether a command may take units out of an order that goes on, or of one of which some were taken out before.
const fn may_take_out(command: &OrderCommand) -> bool {
    match command {
        OrderCommand::Cancel { .. } | OrderCommand::CancelLines { .. } | OrderCommand::ApproveCancellation { .. } => {
            true
        }
        OrderCommand::Place(_)
        | OrderCommand::RecordPayment { .. }
        | OrderCommand::RecordCapture { .. }
        | OrderCommand::StartProcessing { .. }
        | OrderCommand::Ship { .. }
        | OrderCommand::Deliver { .. }
        | OrderCommand::Complete { .. }
        | OrderCommand::RequestCancellation { .. }
        | OrderCommand::DeclineCancellation { .. }
        | OrderCommand::Reinstate { .. }
        | OrderCommand::OweLatePayment { .. }
        | OrderCommand::Expire { .. }
        | OrderCommand::ReleaseReservations { .. } => false,
    }
}
