//! The fulfillments of an order, when the order itself takes a step: its work begins, all of it leaves or arrives.

use chrono::TimeDelta;
use purser_domain::{
    fulfillment::{Fulfillment, FulfillmentCommand, FulfillmentLine, Parcel, PlannedParcel, plan},
    ids::FulfillmentId,
    order::{Settled, Terms},
    text::{MerchantId, TrackingNumber},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stopped, Timestamp,
    fulfillments::Shipping,
    order,
    orders::{HELD, HoldStep},
};

impl Decision<'_> {
    /// Deducts the stock of a paid order and opens a fulfillment for each location that it comes from. What is waited for gets
    /// one of its own when it has come.
    pub(super) fn start_processing(&mut self, asked: &Asked<'_>, id: OrderId) -> Result<Answer, Stopped> {
        let parcels = match self.order_of(asked, id)? {
            Order::Paid(settled) => self.planned(id, settled)?,
            // It has begun already, or refuses to.
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Processing(_)
            | Order::Cancelling(_)
            | Order::Shipped(_)
            | Order::Delivered(_)
            | Order::Completed(_)
            | Order::Cancelled(_)
            | Order::Expired(_) => vec![],
        };
        let count = u32::try_from(parcels.len()).ok();
        let start = OrderCommand::StartProcessing { parcels: count, at: self.now };
        let answer = self.change_order(asked, id, start, Some(HoldStep::Commit))?;
        for parcel in parcels {
            self.open_fulfillment(asked, parcel)?;
        }
        Ok(answer)
    }

    /// Begins the work on a paid order for a step that needs it, as the processing saga would in a moment. Nothing is begun
    /// where the order would refuse that step all the same.
    pub(super) fn begin_for(&mut self, asked: &Asked<'_>, id: OrderId, next: OrderCommand) -> Result<(), Stopped> {
        let known = self.order_of(asked, id)?;
        let Order::Paid(settled) = known else { return Ok(()) };
        let parcels = u32::try_from(self.planned(id, settled)?.len()).ok();
        let start = OrderCommand::StartProcessing { parcels, at: self.now };
        let begun = order::decide(known, start).map_err(Stopped::refused)?;
        let begun = begun.into_iter().fold(known.clone(), Order::evolve);
        order::decide(&begun, next).map_err(Stopped::refused)?;
        self.start_processing(asked, id).map(drop)
    }

    /// Does what the processing saga would do about an order in a moment, so that nobody who ships it has to wait for that:
    /// hands over what it waited for and has come, and begins the work on it. Only where that leaves something to ship.
    fn catch_up(&mut self, asked: &Asked<'_>, id: OrderId, at: Timestamp) -> Result<(), Stopped> {
        let known = self.order_of(asked, id)?;
        let ship = OrderCommand::Ship { tracking: None, at };
        if let Err(refusal @ OrderRefusal::TooEarly { .. }) = order::decide(known, ship.clone()) {
            return Err(Stopped::refused(refusal));
        }
        let come = self.has_come(id, known);
        match known {
            Order::Paid(settled) => {
                if come.is_empty() && self.planned(id, settled)?.is_empty() {
                    // It refuses: all that is to be shipped is waited for.
                    return self.begin_for(asked, id, ship);
                }
            }
            Order::Processing(_) if come.is_empty() => return Ok(()),
            Order::Processing(_) => {
                let ship = FulfillmentCommand::Ship { lines: None, tracking: None, carrier: None, at };
                for number in self.pending_parcels(id, known) {
                    self.agrees(FulfillmentId::of_order(id, number), ship.clone())?;
                }
            }
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Cancelling(_)
            | Order::Shipped(_)
            | Order::Delivered(_)
            | Order::Completed(_)
            | Order::Cancelled(_)
            | Order::Expired(_) => return Ok(()),
        }
        for stock in &come {
            self.serve(asked, id, stock).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        self.start_processing(asked, id).map_err(|stopped| stopped.contradicting(HELD)).map(drop)
    }

    fn planned(&self, id: OrderId, settled: &Settled) -> Result<Vec<Parcel>, Stopped> {
        let terms = &settled.terms;
        let (lines, waiting) = (terms.ready(), &terms.waiting);
        let held = terms.allocations.iter().filter(|allocation| !waiting.contains(&allocation.stock));
        let held: Vec<_> = held.filter(|_| !lines.is_empty()).cloned().collect();
        self.plan_parcels(id, terms, &lines, &held, 1)
    }

    /// The parcels that these lines make, numbered from `first` on.
    pub(super) fn plan_parcels(
        &self,
        id: OrderId,
        terms: &Terms,
        lines: &[FulfillmentLine],
        held: &[Allocation],
        first: u32,
    ) -> Result<Vec<Parcel>, Stopped> {
        let planned = plan(lines, held)
            .map_err(|mismatch| Stopped::Contradiction(format!("{id} cannot be put into parcels: {mismatch}")))?;
        let ship_by = self.ship_by(&terms.merchant);
        let parcel = |(number, planned): (u32, PlannedParcel)| Parcel {
            order: id,
            merchant: terms.merchant.clone(),
            customer: terms.customer.clone(),
            number,
            location: planned.location,
            lines: planned.lines,
            ship_by,
            replaces: None,
        };
        Ok((first..).zip(planned).map(parcel).collect())
    }

    /// When a parcel that is opened now must have shipped, by its merchant's policy.
    pub(super) fn ship_by(&self, merchant: &MerchantId) -> Timestamp {
        let merchant = self.working.merchants.get(merchant);
        let hours = merchant.map(|merchant| merchant.state.policies().late_shipment_hours).unwrap_or_default();
        self.now + TimeDelta::hours(hours.get().into())
    }

    /// Opens a fulfillment for an order under the next number that the order has not used, whatever number the parcel
    /// bears. The order must be one that is being worked on or past it, and refuses otherwise.
    pub(super) fn open_next_fulfillment(
        &mut self,
        asked: &Asked<'_>,
        parcel: Parcel,
    ) -> Result<FulfillmentId, Stopped> {
        self.drive_order(asked, parcel.order, OrderCommand::OpenParcel { at: self.now })?;
        let order = self.working.orders.get(&parcel.order).and_then(|order| order.state.settled());
        let number = order.map_or(0, |settled| settled.parcels.opened);
        self.open_fulfillment(asked, Parcel { number, ..parcel })
    }

    pub(super) fn open_fulfillment(&mut self, asked: &Asked<'_>, parcel: Parcel) -> Result<FulfillmentId, Stopped> {
        let id = FulfillmentId::of_order(parcel.order, parcel.number);
        let fulfillment = self.working.fulfillments.entry(id).or_default();
        let open = FulfillmentCommand::Open { parcel, at: self.now };
        let driven = self.draft.drive(fulfillment.target(&id), open, &asked.metadata).map_err(Stopped::from);
        driven.map_err(|stopped| stopped.contradicting("an order opens a new fulfillment"))?;
        Ok(id)
    }

    /// Ships all that is left of an order, started or not; nothing of it where something is kept on hold. An order that was
    /// begun before there were fulfillments ships whole.
    pub(super) fn ship_order(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        tracking: Option<&TrackingNumber>,
        at: Timestamp,
    ) -> Result<Answer, Stopped> {
        let tracking = tracking.cloned();
        self.catch_up(asked, id, at)?;
        let order = self.order_of(asked, id)?;
        let pending: Vec<u32> = match order {
            Order::Processing(_) => self.pending_parcels(id, order),
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Paid(_)
            | Order::Cancelling(_)
            | Order::Shipped(_)
            | Order::Delivered(_)
            | Order::Completed(_)
            | Order::Cancelled(_)
            | Order::Expired(_) => vec![],
        };
        if pending.is_empty() {
            return self.change_order(asked, id, OrderCommand::Ship { tracking, at }, Some(HoldStep::Consume));
        }
        let all = pending.into_iter().map(|number| Shipping {
            fulfillment: FulfillmentId::of_order(id, number),
            lines: None,
            tracking: tracking.clone(),
            carrier: None,
            at,
        });
        self.ship(asked, id, all.collect())?;
        self.order_is(id)
    }

    /// Notes that all parcels of a shipped order have arrived that are still on their way.
    pub(super) fn deliver_order(&mut self, asked: &Asked<'_>, id: OrderId, at: Timestamp) -> Result<Answer, Stopped> {
        let under_way: Vec<u32> = match self.order_of(asked, id)? {
            Order::Shipped(settled) => match &settled.parcels.sent {
                Some(sent) => sent.under_way().collect(),
                None => vec![],
            },
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Paid(_)
            | Order::Processing(_)
            | Order::Cancelling(_)
            | Order::Delivered(_)
            | Order::Completed(_)
            | Order::Cancelled(_)
            | Order::Expired(_) => vec![],
        };
        if under_way.is_empty() {
            return self.change_order(asked, id, OrderCommand::Deliver { at }, None);
        }
        for number in &under_way {
            self.agrees(FulfillmentId::of_order(id, *number), FulfillmentCommand::Deliver { at })?;
        }
        for number in under_way {
            self.drive_parcel(asked, id, number, FulfillmentCommand::Deliver { at })?;
            let deliver = OrderCommand::DeliverParcel { number, at };
            self.drive_order(asked, id, deliver).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        self.order_is(id)
    }

    /// The fulfillments of an order, as far as they were asked for.
    pub(super) fn parcels(&self, id: OrderId, order: &Order) -> impl Iterator<Item = &Fulfillment> {
        let opened = order.settled().map_or(0, |settled| settled.parcels.opened);
        (1..=opened).filter_map(move |number| {
            self.working.fulfillments.get(&FulfillmentId::of_order(id, number)).map(|parcel| &parcel.state)
        })
    }

    /// The numbers of those that have not shipped. What answers a return is not the order's to ship or to cancel.
    pub(super) fn pending_parcels(&self, id: OrderId, order: &Order) -> Vec<u32> {
        let pending = self.parcels(id, order).filter_map(|parcel| Some(&parcel.pending()?.parcel));
        pending.filter(|parcel| parcel.replaces.is_none()).map(|parcel| parcel.number).collect()
    }

    pub(super) fn drive_parcel(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        number: u32,
        command: FulfillmentCommand,
    ) -> Result<(), Stopped> {
        self.drive_fulfillment(asked, FulfillmentId::of_order(order, number), command)
    }
}
