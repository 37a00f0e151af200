//! Commands to an order that exists, with what they do to the stock that is held for it.

use purser_domain::{order::Cancelling, principal::Principal, text::Reason};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stock, StockCommand, Stopped,
    Target, order, stock,
};

/// What a step of the order does to each stock that is held for it.
pub(super) type StockStep = fn(OrderId) -> StockCommand;

impl Decision<'_> {
    /// Lets an order handle a command, together with the stock that is held for it where there is a step for that. When
    /// the order has taken the step already, its stock has too.
    pub(super) fn change_order(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        command: OrderCommand,
        stock_step: Option<StockStep>,
    ) -> Result<Answer, Stopped> {
        let known = self.working.orders.get(&id).map(|order| &order.state);
        let known = known.filter(|order| order.terms().is_some_and(|terms| asked.request.principal.owns_order(terms)));
        let known = known.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        if let Some(step) = stock_step {
            let changes = order::decide(known, command.clone()).map_err(Stopped::refused)?;
            let allocations = if changes.is_empty() { Vec::new() } else { held(known).to_vec() };
            self.check_stocks(id, &allocations, step)?;
            for allocation in &allocations {
                self.drive_stock(asked, allocation, step(id))?;
            }
        }
        let Some(order) = self.working.orders.get_mut(&id) else {
            return Err(Stopped::refused(OrderRefusal::Unknown));
        };
        self.draft.drive(order.target(&id), command, &asked.metadata)?;
        let status = order.state.status().ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        Ok(Answer::OrderIs { order: id, status })
    }

    /// A customer ends an order by their own will until they have paid it, and asks for its end from then on.
    pub(super) fn cancellation(&self, asked: &Asked<'_>, id: OrderId, reason: &Reason) -> OrderCommand {
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
            Principal::Customer(_) if is_paid => OrderCommand::RequestCancellation { reason, at },
            Principal::Customer(_)
            | Principal::Merchant(_)
            | Principal::BackOffice
            | Principal::Operator
            | Principal::Saga => OrderCommand::Cancel { reason, at },
        }
    }

    /// Asks every stock before the first is touched. A stock that does not hold what its order believes it to hold is a
    /// contradiction, not a refusal.
    fn check_stocks(&self, id: OrderId, allocations: &[Allocation], step: StockStep) -> Result<(), Stopped> {
        for allocation in allocations {
            let unknown = Stock::default();
            let shelf = self.working.shelves.get(&allocation.stock.sku);
            let state = shelf.and_then(|shelf| shelf.stocks.get(&allocation.stock.location)).unwrap_or(&unknown);
            stock::decide(state, step(id))
                .map_err(|refusal| Stopped::Contradiction(format!("{} refused {id}: {refusal}", allocation.stock)))?;
        }
        Ok(())
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
