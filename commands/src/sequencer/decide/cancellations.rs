//! Cancellations, with what they take out of the order's fulfillments and give back.

use purser_domain::{
    fulfillment::{FulfillmentCommand, withdraw},
    merchant::CancellationAfterPayment,
    order::{Cancelling, LineUnits, OrderEvent, Settled},
    principal::Principal,
    text::Reason,
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, StockCommand, Stopped, Timestamp, order,
    orders::{HELD, HoldStep},
};

impl Decision<'_> {
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
                lines => OrderCommand::CancelLines { lines: lines.to_vec(), stock: vec![], reason, at },
            },
        }
    }

    /// Once something has left, every merchant is asked.
    fn needs_consent(&self, id: OrderId) -> bool {
        let order = self.working.orders.get(&id).map(|order| &order.state);
        let merchant = order.and_then(|order| self.working.merchants.get(&order.terms()?.merchant));
        match merchant.map(|merchant| merchant.state.policies().cancellation_after_payment).unwrap_or_default() {
            CancellationAfterPayment::Consent => true,
            CancellationAfterPayment::Automatic => order.and_then(Order::settled).is_some_and(Settled::has_sent),
        }
    }

    /// Lets an order handle a cancellation, or a customer's request for one. The units that are cancelled leave the order's
    /// fulfillments, and go back to where they came from, in the same append. The `first` parcel, if one is named, is
    /// emptied before the others.
    pub(super) fn cancel(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        command: OrderCommand,
        first: Option<u32>,
    ) -> Result<Answer, Stopped> {
        if is_of_units(&command) {
            self.begin_for(asked, id, command.clone())?;
        }
        let known = self.order_of(asked, id)?;
        let command = match (command, known) {
            (OrderCommand::CancelLines { lines, stock: _, reason, at }, known) => {
                let stock = self.stock_of(id, known, &lines, first);
                OrderCommand::CancelLines { lines, stock, reason, at }
            }
            (OrderCommand::ApproveCancellation { stock: _, at }, Order::Cancelling(Cancelling { lines, .. })) => {
                OrderCommand::ApproveCancellation { stock: self.stock_of(id, known, lines, first), at }
            }
            (command, _) => command,
        };
        for change in order::decide(known, command.clone()).map_err(Stopped::refused)? {
            self.give_back_cancelled(asked, id, &change, first)?;
        }
        self.drive_order(asked, id, command)?;
        self.open_for_services(asked, id)?;
        self.release_at_once(asked, id)?;
        self.close_shortage(asked, id)?;
        self.order_is(id)
    }

    /// What an order held that is cancelled goes back with its cancellation, so that whoever wants it next need not wait for
    /// the release saga, which finds it done.
    fn release_at_once(&mut self, asked: &Asked<'_>, id: OrderId) -> Result<(), Stopped> {
        let holds = match self.working.orders.get(&id).map(|order| &order.state) {
            Some(Order::Cancelled(closed)) => closed.holds_all(),
            Some(
                Order::Unplaced
                | Order::PendingPayment(_)
                | Order::Paid(_)
                | Order::Processing(_)
                | Order::Cancelling(_)
                | Order::Shipped(_)
                | Order::Delivered(_)
                | Order::Completed(_)
                | Order::Expired(_),
            )
            | None => false,
        };
        if !holds {
            return Ok(());
        }
        let release = OrderCommand::ReleaseReservations { at: self.now };
        let released = self.change_order(asked, id, release, Some(HoldStep::Release));
        released.map(drop).map_err(|stopped| stopped.contradicting(HELD))
    }

    /// The stock of units: by the parcels that they are taken out of, or where they are waited for. Where neither has them,
    /// the order refuses.
    pub(super) fn stock_of(
        &self,
        id: OrderId,
        order: &Order,
        lines: &[LineUnits],
        first: Option<u32>,
    ) -> Vec<Allocation> {
        let Some(settled) = order.settled().filter(|settled| settled.parcels.sent.is_some()) else { return vec![] };
        let (inside, awaited) = settled.in_parcels(lines);
        let Some(withdrawals) = withdraw(self.parcels(id, order), &inside, first) else { return vec![] };
        withdrawals.into_iter().flat_map(|withdrawal| withdrawal.stock).chain(awaited).collect()
    }

    fn give_back_cancelled(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        change: &OrderEvent,
        first: Option<u32>,
    ) -> Result<(), Stopped> {
        match change {
            OrderEvent::OrderLinesCancelled { lines, released, points, reason, at, .. } => {
                let order = self.working.orders.get(&id).and_then(|order| order.state.terms().cloned());
                let Some(terms) = order else { return Ok(()) };
                for allocation in released {
                    let release = StockCommand::ReleasePart { order: id, quantity: allocation.quantity };
                    self.drive_stock(asked, allocation, release).map_err(|stopped| stopped.contradicting(HELD))?;
                }
                self.give_back_units(asked, id, &terms, lines, *points)
                    .map_err(|stopped| stopped.contradicting(HELD))?;
                self.take_out_of_parcels(asked, id, lines, reason, *at, first)
            }
            OrderEvent::OrderCancelled { reason, at, .. } => {
                self.cancel_parcels(asked, id, reason, *at).map_err(|stopped| stopped.contradicting(HELD))
            }
            OrderEvent::OrderPlaced(_)
            | OrderEvent::OrderPaid { .. }
            | OrderEvent::PartialPaymentReceived { .. }
            | OrderEvent::AuthorizationReceived { .. }
            | OrderEvent::LatePaymentReceived { .. }
            | OrderEvent::SurplusPaymentReceived { .. }
            | OrderEvent::RefundOwed { .. }
            | OrderEvent::OrderReinstated { .. }
            | OrderEvent::ProcessingStarted { .. }
            | OrderEvent::BackorderServed { .. }
            | OrderEvent::StockShorted { .. }
            | OrderEvent::BackorderMoved { .. }
            | OrderEvent::ParcelOpened { .. }
            | OrderEvent::ParcelShipped { .. }
            | OrderEvent::ParcelDelivered { .. }
            | OrderEvent::ParcelGivenUp { .. }
            | OrderEvent::UndeliveredRefunded { .. }
            | OrderEvent::ParcelReplaced { .. }
            | OrderEvent::OrderShipped { .. }
            | OrderEvent::OrderDelivered { .. }
            | OrderEvent::OrderCompleted { .. }
            | OrderEvent::CancellationRequested { .. }
            | OrderEvent::CancellationDeclined { .. }
            | OrderEvent::OrderExpired { .. }
            | OrderEvent::OrderReservationsReleased { .. }
            | OrderEvent::ReturnOpened { .. }
            | OrderEvent::ReturnEnded { .. }
            | OrderEvent::RefundShifted { .. }
            | OrderEvent::GoodwillGranted { .. }
            | OrderEvent::UnitsReturned { .. } => Ok(()),
        }
    }

    fn take_out_of_parcels(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        lines: &[LineUnits],
        reason: &Reason,
        at: Timestamp,
        first: Option<u32>,
    ) -> Result<(), Stopped> {
        let Some(order) = self.working.orders.get(&id) else { return Ok(()) };
        let Some(settled) = order.state.settled().filter(|settled| settled.parcels.sent.is_some()) else {
            return Ok(());
        };
        let (inside, _) = settled.in_parcels(lines);
        let withdrawals = withdraw(self.parcels(id, &order.state), &inside, first)
            .ok_or_else(|| Stopped::Contradiction(format!("the parcels of {id} do not hold what it cancels")))?;
        for withdrawal in withdrawals {
            let reduce = FulfillmentCommand::Reduce { lines: withdrawal.lines, reason: reason.clone(), at };
            self.drive_parcel(asked, id, withdrawal.number, reduce).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        Ok(())
    }

    fn cancel_parcels(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        reason: &Reason,
        at: Timestamp,
    ) -> Result<(), Stopped> {
        let Some(order) = self.working.orders.get(&id) else { return Ok(()) };
        for number in self.pending_parcels(id, &order.state) {
            self.drive_parcel(asked, id, number, FulfillmentCommand::Cancel { reason: reason.clone(), at })?;
        }
        Ok(())
    }
}

/// Single units are taken out of what is being worked on.
fn is_of_units(command: &OrderCommand) -> bool {
    match command {
        OrderCommand::CancelLines { .. } => true,
        command => matches!(command, OrderCommand::RequestCancellation { lines, .. } if !lines.is_empty()),
    }
}
