//! Commands to a fulfillment, with what they do to its order and to the stock that is in it.

use purser_domain::{
    fulfillment::{self, Fulfillment, FulfillmentCommand, FulfillmentEvent, FulfillmentRefusal, Parcel, split},
    ids::FulfillmentId,
    order::LineUnits,
    text::{Carrier, Reason, TrackingNumber},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, StockCommand, Stopped, Timestamp, order,
    orders::HELD, undelivered::GivingUp,
};
use crate::request::FulfillmentChange;

/// A fulfillment that is to leave, or a part of it.
pub(super) struct Shipping {
    pub(super) fulfillment: FulfillmentId,
    pub(super) lines: Option<Vec<LineUnits>>,
    pub(super) tracking: Option<TrackingNumber>,
    pub(super) carrier: Option<Carrier>,
    pub(super) at: Timestamp,
}

/// What leaves for the first time, and what of it stays behind.
struct Leaving {
    order: Option<OrderCommand>,
    stock: Vec<Allocation>,
    rest: Option<Parcel>,
}

impl Decision<'_> {
    /// Whoever may not send a parcel is told that there is none. So is who names one that was opened in this very batch: what
    /// it touches was not loaded, and nobody can have heard of it yet.
    pub(super) fn change_fulfillment(
        &mut self,
        asked: &Asked<'_>,
        id: FulfillmentId,
        change: &FulfillmentChange,
    ) -> Result<Answer, Stopped> {
        let parcel = self.working.fulfillments.get(&id).and_then(|fulfillment| fulfillment.state.parcel());
        let parcel = parcel.filter(|parcel| asked.request.principal.sends_parcel(parcel)).cloned();
        let parcel = parcel.filter(|_| !self.draft.begins::<Fulfillment>(&id.to_string()));
        let parcel = parcel.ok_or_else(|| Stopped::refused(FulfillmentRefusal::Unknown))?;
        let at = self.now;
        let mut left_behind = None;
        match change {
            FulfillmentChange::Start => self.drive_fulfillment(asked, id, FulfillmentCommand::Start { at })?,
            FulfillmentChange::ReportOverdue => {
                self.drive_fulfillment(asked, id, FulfillmentCommand::ReportOverdue { at })?;
            }
            FulfillmentChange::Hold { reason } => {
                self.drive_fulfillment(asked, id, FulfillmentCommand::Hold { reason: reason.clone(), at })?;
            }
            FulfillmentChange::ReleaseHold => {
                self.drive_fulfillment(asked, id, FulfillmentCommand::ReleaseHold { at })?;
            }
            FulfillmentChange::Ship { lines, tracking, carrier, at } => {
                let (lines, tracking, carrier) = (lines.clone(), tracking.clone(), carrier.clone());
                let shipping = Shipping { fulfillment: id, lines, tracking, carrier, at: asked.time(*at)? };
                left_behind = self.ship(asked, parcel.order, vec![shipping])?;
            }
            FulfillmentChange::Deliver { at } => self.deliver(asked, id, &parcel, asked.time(*at)?)?,
            FulfillmentChange::FailDelivery { reason, at } => {
                let (reason, at) = (reason.clone(), asked.time(*at)?);
                self.drive_fulfillment(asked, id, FulfillmentCommand::RecordDeliveryFailure { reason, at })?;
            }
            FulfillmentChange::GiveUp { outcome, remedy, location, reason } => {
                let (outcome, remedy) = (*outcome, *remedy);
                self.give_up(asked, id, &parcel, &GivingUp { outcome, remedy, location: location.as_ref(), reason })?;
            }
            FulfillmentChange::Cancel { reason } => self.cancel_fulfillment(asked, id, &parcel, reason)?,
        }
        let status = self.working.fulfillments.get(&id).and_then(|fulfillment| fulfillment.state.status());
        let status = status.ok_or_else(|| Stopped::refused(FulfillmentRefusal::Unknown))?;
        Ok(Answer::FulfillmentIs { fulfillment: id, order: parcel.order, status, left_behind })
    }

    /// Ships fulfillments of an order, all of them or none. Exactly the stock that is in them leaves, the order notes which
    /// units have left, and what stays behind becomes a fulfillment of its own, which is the answer.
    pub(super) fn ship(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        shippings: Vec<Shipping>,
    ) -> Result<Option<FulfillmentId>, Stopped> {
        let mut order = self.order_of(asked, id)?.clone();
        let mut agreed = Vec::with_capacity(shippings.len());
        for Shipping { fulfillment, lines, tracking, carrier, at } in shippings {
            let ship = FulfillmentCommand::Ship { lines, tracking, carrier, at };
            let leaving = self.leaving(fulfillment, ship.clone())?;
            if let Some(command) = leaving.as_ref().and_then(|leaving| leaving.order.clone()) {
                let events = order::decide(&order, command).map_err(Stopped::refused)?;
                order = events.into_iter().fold(order, Order::evolve);
            }
            if leaving.as_ref().is_some_and(|leaving| leaving.rest.is_some()) {
                order::decide(&order, OrderCommand::OpenParcel { at: self.now }).map_err(Stopped::refused)?;
            }
            agreed.push((fulfillment, ship, leaving));
        }
        let mut left_behind = None;
        for (fulfillment, ship, leaving) in agreed {
            let Some(Leaving { order, stock, rest }) = leaving else {
                self.drive_fulfillment(asked, fulfillment, ship)?;
                continue;
            };
            for allocation in &stock {
                let consume = StockCommand::ConsumePart { order: id, quantity: allocation.quantity };
                self.drive_stock(asked, allocation, consume).map_err(|stopped| stopped.contradicting(HELD))?;
            }
            self.drive_fulfillment(asked, fulfillment, ship)?;
            if let Some(command) = order {
                self.drive_order(asked, id, command)?;
            }
            if let Some(rest) = rest {
                left_behind = Some(self.open_next_fulfillment(asked, rest)?);
            }
        }
        Ok(left_behind)
    }

    /// What leaves by a shipment; nothing where it has left before. What answers a return is not among the units that its
    /// order counts.
    fn leaving(&self, id: FulfillmentId, ship: FulfillmentCommand) -> Result<Option<Leaving>, Stopped> {
        let shipped = self.agrees(id, ship)?;
        let known = self.fulfillment(id)?;
        if let Some(sent) = known.under_way().filter(|_| !shipped.is_empty()) {
            self.check_nobody_asks(&sent.parcel)?;
        }
        let Some(pending) = known.pending() else { return Ok(None) };
        let parcel = &pending.parcel;
        let leaving = shipped.into_iter().find_map(|event| match event {
            FulfillmentEvent::FulfillmentShipped { lines, tracking, at, .. } => Some((lines, tracking, at)),
            FulfillmentEvent::FulfillmentOpened { .. }
            | FulfillmentEvent::FulfillmentHeld { .. }
            | FulfillmentEvent::FulfillmentHoldReleased { .. }
            | FulfillmentEvent::FulfillmentStarted { .. }
            | FulfillmentEvent::FulfillmentDelivered { .. }
            | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
            | FulfillmentEvent::FulfillmentReduced { .. }
            | FulfillmentEvent::FulfillmentCancelled { .. }
            | FulfillmentEvent::FulfillmentReturned { .. }
            | FulfillmentEvent::FulfillmentLost { .. }
            | FulfillmentEvent::ShipmentOverdue { .. } => None,
        });
        let Some((lines, tracking, at)) = leaving else { return Ok(None) };
        let stock: Vec<Allocation> = parcel.stock(&lines).collect();
        let units = Parcel { lines, ..parcel.clone() }.units();
        let rest = split(&parcel.lines, &units).map_err(Stopped::refused)?.left;
        let rest = (!rest.is_empty()).then(|| Parcel { lines: rest, ..parcel.clone() });
        let order = parcel.replaces.is_none().then(|| OrderCommand::ShipParcel {
            number: parcel.number,
            lines: units,
            stock: stock.clone(),
            tracking,
            at,
        });
        Ok(Some(Leaving { order, stock, rest }))
    }

    fn deliver(&mut self, asked: &Asked<'_>, id: FulfillmentId, parcel: &Parcel, at: Timestamp) -> Result<(), Stopped> {
        let is_news = !self.agrees(id, FulfillmentCommand::Deliver { at })?.is_empty();
        if is_news && parcel.replaces.is_none() {
            self.drive_order(asked, parcel.order, OrderCommand::DeliverParcel { number: parcel.number, at })?;
        }
        self.drive_fulfillment(asked, id, FulfillmentCommand::Deliver { at })?;
        match parcel.replaces.filter(|_| is_news) {
            Some(returned) => self.settle_replaced(asked, returned),
            None => Ok(()),
        }
    }

    /// The parcel's units are the order's to cancel. What answers a return is given up with all that does.
    fn cancel_fulfillment(
        &mut self,
        asked: &Asked<'_>,
        id: FulfillmentId,
        parcel: &Parcel,
        reason: &Reason,
    ) -> Result<(), Stopped> {
        let (reason, at) = (reason.clone(), self.now);
        if self.agrees(id, FulfillmentCommand::Cancel { reason: reason.clone(), at })?.is_empty() {
            return Ok(());
        }
        if let Some(returned) = parcel.replaces {
            self.recall(asked, parcel.order, returned, &reason, None)?;
            return self.settle_replaced(asked, returned);
        }
        let cancel = OrderCommand::CancelLines { lines: parcel.units(), stock: vec![], reason, at };
        self.cancel(asked, parcel.order, cancel, Some(parcel.number)).map(drop)
    }

    /// What a fulfillment would do.
    pub(super) fn agrees(
        &self,
        id: FulfillmentId,
        command: FulfillmentCommand,
    ) -> Result<Vec<FulfillmentEvent>, Stopped> {
        fulfillment::decide(self.fulfillment(id)?, command).map_err(Stopped::refused)
    }

    fn fulfillment(&self, id: FulfillmentId) -> Result<&Fulfillment, Stopped> {
        let known = self.working.fulfillments.get(&id).map(|fulfillment| &fulfillment.state);
        known.ok_or_else(|| Stopped::refused(FulfillmentRefusal::Unknown))
    }

    pub(super) fn drive_fulfillment(
        &mut self,
        asked: &Asked<'_>,
        id: FulfillmentId,
        command: FulfillmentCommand,
    ) -> Result<(), Stopped> {
        let known = self.working.fulfillments.get_mut(&id);
        let fulfillment = known.ok_or_else(|| Stopped::refused(FulfillmentRefusal::Unknown))?;
        Ok(self.draft.drive(fulfillment.target(&id), command, &asked.metadata)?)
    }
}
