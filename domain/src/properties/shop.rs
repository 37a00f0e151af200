//! A shop in memory: the atomic steps of the engine, an order's decision together with those of its stocks, and nothing
//! else of it. Every step happens whole or not at all.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    allocation::{AllocationRule, Found, Shelf, allocate, allocate_or_wait, asks},
    checkout::{LineRequest, freeze},
    event::Event,
    ids::{OrderId, RefundId},
    order::{self, Allocation, Capture, Order, OrderCommand, OrderEvent, OrderRefusal, PlaceOrder},
    product::{Backorder, Listing, Product, ProductKind},
    refund::{self, Refund, RefundChannel, RefundCommand},
    saga::{Action, Effect, Reaction, Repeat, Saga, SagaCommand, Timer},
    samples::{at, bare_address, listing, text},
    stock::{self, Stock, StockCommand, StockId},
    text::Sku,
    time_zone::TimeZone,
};

pub(super) struct Shop {
    pub(super) minute: i64,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) shelves: BTreeMap<Sku, Shelf>,
    pub(super) refunds: BTreeMap<RefundId, Refund>,
    pub(super) log: Vec<Event>,
    products: BTreeMap<Sku, Product>,
    timers: BTreeMap<Timer, (Timestamp, Option<Repeat>)>,
}

/// What a step of an order does to each stock that is held for it.
type StockStep = fn(OrderId) -> StockCommand;

impl Shop {
    /// Sells goods for money and for nothing, goods that may be waited for, and postage; has no stock yet.
    pub(super) fn open() -> Self {
        let postage = Listing { kind: ProductKind::Service, ..listing(100) };
        let late = Listing { backorder: Backorder::Allowed, ..listing(255) };
        let products = [("DEAR", listing(255)), ("FREE", listing(0)), ("LATE", late), ("POST", postage)];
        Self {
            minute: 0,
            orders: BTreeMap::new(),
            shelves: BTreeMap::new(),
            refunds: BTreeMap::new(),
            log: vec![],
            products: products.map(|(sku, listing)| (text(sku), Product::Listed(listing))).into(),
            timers: BTreeMap::new(),
        }
    }

    /// Whether the order was placed.
    pub(super) fn place(&mut self, id: OrderId, lines: &[LineRequest]) -> bool {
        let frozen = freeze(lines, text("GBP"), |sku| self.products.get(sku)).unwrap();
        let asks = asks(&frozen.lines).unwrap();
        let may_wait = |sku: &Sku| {
            let listing = self.products.get(sku).and_then(Product::listing);
            listing.is_some_and(|listing| listing.backorder == Backorder::Allowed)
        };
        let shelf = |sku: &Sku| self.shelves.get(sku);
        let found = allocate_or_wait(&AllocationRule::default(), &asks, shelf, |_| 0, may_wait);
        let Ok(Found { allocations, waiting }) = found else { return false };
        let place = OrderCommand::Place(PlaceOrder {
            order: id,
            customer: None,
            merchant: frozen.merchant,
            reference: None,
            lines: frozen.lines,
            total: frozen.total,
            pricing: None,
            limited: vec![],
            buyer: None,
            ship_to: bare_address(),
            allocations: allocations.clone(),
            waiting: waiting.clone(),
            placed_at: at(self.minute),
            pay_by: at(self.minute + 30),
            time_zone: TimeZone::default(),
        });
        let Ok(events) = order::decide(self.orders.get(&id).unwrap_or(&Order::Unplaced), place) else { return false };
        for Allocation { stock, quantity } in allocations {
            let claim = if waiting.contains(&stock) {
                StockCommand::Backorder { order: id, quantity }
            } else {
                StockCommand::Reserve { order: id, quantity }
            };
            self.drive_stock(&stock, claim).expect("it was allocated, or may wait");
        }
        self.record(id, events);
        true
    }

    pub(super) fn change(
        &mut self,
        id: OrderId,
        command: OrderCommand,
        step: Option<StockStep>,
    ) -> Result<(), OrderRefusal> {
        let order = self.orders.get(&id).unwrap_or(&Order::Unplaced);
        let events = order::decide(order, command)?;
        if let Some(step) = step.filter(|_| !events.is_empty()) {
            let claimed = match step(id) {
                StockCommand::Commit { .. } => order.held_stock().cloned().collect(),
                _ => order.claimed_stock().to_vec(),
            };
            for allocation in claimed {
                self.drive_stock(&allocation.stock, step(id)).expect("the order believes that it is held");
            }
        }
        self.record(id, events);
        Ok(())
    }

    pub(super) fn start(&mut self, id: OrderId) -> Result<(), OrderRefusal> {
        let start = OrderCommand::StartProcessing { parcels: None, at: at(self.minute) };
        self.change(id, start, Some(|order| StockCommand::Commit { order }))
    }

    /// Orders ship whole here: what comes is deducted, and nothing opened for it.
    fn serve(&mut self, id: OrderId, stock: &StockId) -> Result<(), OrderRefusal> {
        let order = self.orders.get(&id).unwrap_or(&Order::Unplaced);
        let events = order::decide(order, OrderCommand::ServeBackorder { stock: stock.clone(), at: at(self.minute) })?;
        for event in &events {
            if let OrderEvent::BackorderServed { parcel: Some(_), .. } = event {
                self.drive_stock(stock, StockCommand::Commit { order: id }).expect("it has come for the order");
            }
        }
        self.record(id, events);
        Ok(())
    }

    pub(super) fn ship(&mut self, id: OrderId) -> Result<(), OrderRefusal> {
        let ship = OrderCommand::Ship { tracking: None, at: at(self.minute) };
        self.change(id, ship, Some(|order| StockCommand::Consume { order }))
    }

    pub(super) fn release(&mut self, id: OrderId) -> Result<(), OrderRefusal> {
        let release = OrderCommand::ReleaseReservations { at: at(self.minute) };
        self.change(id, release, Some(|order| StockCommand::Release { order }))
    }

    pub(super) fn expire(&mut self, id: OrderId) -> Result<(), OrderRefusal> {
        self.change(id, OrderCommand::Expire { at: at(self.minute) }, None)
    }

    /// By a merchant who wants late money to reinstate, as the engine does it.
    fn settle_late(&mut self, id: OrderId, capture: &Capture) -> Result<(), OrderRefusal> {
        let (reference, at) = (capture.reference.clone(), at(self.minute));
        let order = self.orders.get(&id).unwrap_or(&Order::Unplaced);
        let (kept, anew) = match (order, order.late_settlement(&reference)) {
            (Order::Expired(closed), Some(_)) if closed.holds_all() => (Some(closed.unreleased.clone()), None),
            (Order::Expired(closed), Some(_)) => {
                let asks = closed.terms.book.asks().unwrap();
                (None, allocate(&asks, |sku| self.shelves.get(sku)).ok())
            }
            _ => (None, None),
        };
        let Some(allocations) = kept.or(anew.clone()) else {
            return self.change(id, OrderCommand::OweLatePayment { reference, at }, None);
        };
        self.change(id, OrderCommand::Reinstate { reference, allocations, at }, None)?;
        for Allocation { stock, quantity } in anew.unwrap_or_default() {
            self.drive_stock(&stock, StockCommand::Reserve { order: id, quantity }).expect("it was allocated");
        }
        Ok(())
    }

    pub(super) fn drive_stock(&mut self, id: &StockId, command: StockCommand) -> Result<(), stock::StockRefusal> {
        let stock = self.shelves.entry(id.sku.clone()).or_default().entry(id.location.clone()).or_default();
        for event in stock::decide(stock, command)? {
            stock.evolve(&event);
            self.log.push(Event::Stock(id.clone(), event));
        }
        Ok(())
    }

    /// Lets every saga react to an event of the log, which may have been reacted to before.
    pub(super) fn react(&mut self, index: usize) {
        for saga in Saga::ALL {
            for reaction in saga.react(&self.log[index]) {
                match reaction {
                    Reaction::Act(action) => self.act(action),
                    Reaction::SetTimer { timer, due, repeat } => {
                        self.timers.insert(timer, (due, repeat));
                    }
                    Reaction::ClearTimer { timer } => {
                        self.timers.remove(&timer);
                    }
                }
            }
        }
    }

    /// Lets the timers that are due fire; none is forgotten and none fires early.
    pub(super) fn fire_timers(&mut self) {
        let now = at(self.minute);
        let due: Vec<_> = self.timers.extract_if(.., |_, (due, _)| *due <= now).collect();
        for (timer, (due, repeat)) in due {
            if let Some(next) = repeat.and_then(|repeat| repeat.next(due, now)) {
                self.timers.insert(timer, (next, repeat));
            }
            self.act(timer.fired());
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Command(command) => self.issue(&command),
            Action::Effect(Effect::SubmitRefund { refund, claim: _ }) => {
                let channel = RefundChannel::BackOffice;
                self.issue(&SagaCommand::RecordRefundSubmitted { refund, channel });
            }
            Action::Effect(
                Effect::RefundAtGateway { .. }
                | Effect::AskRefund { .. }
                | Effect::CreatePayment { .. }
                | Effect::AskPayment { .. }
                | Effect::CapturePayment { .. }
                | Effect::VoidPayment { .. },
            ) => unreachable!("nobody pays through a gateway here"),
        }
    }

    fn issue(&mut self, command: &SagaCommand) {
        let refused = match command {
            SagaCommand::StartProcessing { order } => self.start(*order).err(),
            SagaCommand::ServeBackorder { order, stock } => self.serve(*order, stock).err(),
            SagaCommand::ReleaseReservations { order } => self.release(*order).err(),
            SagaCommand::ExpireOrder { order } => self.expire(*order).err(),
            SagaCommand::SettleLatePayment { order, capture } => self.settle_late(*order, capture).err(),
            SagaCommand::RequestRefund { claim } => {
                self.drive_refund(claim.refund(), RefundCommand::Request { claim: claim.clone(), at: at(self.minute) });
                None
            }
            SagaCommand::ReportShipmentOverdue { .. } => unreachable!("orders ship whole here"),
            SagaCommand::ReviewReturn { .. }
            | SagaCommand::SettleReturn { .. }
            | SagaCommand::SettleExchange { .. } => {
                unreachable!("nobody gives anything back here")
            }
            SagaCommand::RecordRefundSucceeded { .. }
            | SagaCommand::RecordRefundFailed { .. }
            | SagaCommand::RequestRefundReview { .. }
            | SagaCommand::RecordPaymentPending { .. }
            | SagaCommand::ReportPayment { .. }
            | SagaCommand::ExpirePayment { .. } => unreachable!("nobody pays through a gateway here"),
            SagaCommand::RecordRefundSubmitted { refund, channel } => {
                self.drive_refund(*refund, RefundCommand::RecordSubmitted { channel: *channel, at: at(self.minute) });
                None
            }
        };
        if let Some(refusal) = refused {
            assert!(command.is_superseded_by(&refusal), "{command:?} was refused: {refusal}");
        }
    }

    fn drive_refund(&mut self, id: RefundId, command: RefundCommand) {
        let state = self.refunds.entry(id).or_default();
        for event in refund::decide(state, command).expect("what a saga asks of a refund is never refused") {
            *state = std::mem::take(state).evolve(event.clone());
            self.log.push(Event::Refund(id, event));
        }
    }

    fn record(&mut self, id: OrderId, events: Vec<order::OrderEvent>) {
        let order = self.orders.entry(id).or_default();
        for event in events {
            *order = std::mem::take(order).evolve(event.clone());
            self.log.push(Event::Order(id, event));
        }
    }

    pub(super) fn stocks(&self) -> impl Iterator<Item = (StockId, &Stock)> {
        self.shelves.iter().flat_map(|(sku, shelf)| {
            shelf.iter().map(|(location, stock)| (StockId { sku: sku.clone(), location: location.clone() }, stock))
        })
    }
}
