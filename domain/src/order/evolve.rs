use std::collections::BTreeMap;

use crate::{
    ids::{PaymentId, ReturnId},
    money::Amount,
    order::{
        Allocation, Authorized, Benefits, Cancelling, Capture, Closed, Exchanged, Interrupted, LineBook, LineUnits,
        Open, Order, OrderEvent, OrderPlaced, Parcels, RefundLedger, RefundPart, Settled, Settlement, Terms,
        book::without,
    },
    points::{Issuer, Points},
    quantity::Quantity,
    stock::StockId,
    text::{PaymentReference, Sku},
};

impl Order {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: OrderEvent) -> Self {
        match event {
            OrderEvent::OrderPlaced(placed) => self.placed(placed),
            OrderEvent::OrderPaid { settlement, at: _ } => self.paid(settlement),
            OrderEvent::PartialPaymentReceived { capture, at: _ } => self.partial_payment(capture),
            OrderEvent::AuthorizationReceived { payment, at: _ } => self.authorized(payment),
            OrderEvent::LatePaymentReceived { capture, at: _ } => self.late_payment(capture),
            OrderEvent::SurplusPaymentReceived { capture, at: _ } => self.surplus_payment(capture),
            OrderEvent::RefundOwed { capture, part: None, .. } => self.late_payment_owed(&capture),
            OrderEvent::OrderReinstated { settlement, allocations, at: _ } => self.reinstated(settlement, allocations),
            OrderEvent::RefundOwed { capture, part: Some(part), .. } => self.refund_owed(&capture, &part),
            OrderEvent::OrderLinesCancelled { lines, released, points, .. } => {
                self.lines_cancelled(&lines, &released, points)
            }
            OrderEvent::ProcessingStarted { parcels, at: _ } => match self {
                Self::Paid(mut settled) => {
                    settled.parcels = Parcels::of(parcels);
                    Self::Processing(settled)
                }
                other => other,
            },
            OrderEvent::BackorderServed { allocation, parcel, at: _ } => self.served(&allocation.stock, parcel),
            OrderEvent::StockShorted { allocation, moved, at: _ } => {
                self.on_open_terms(|terms| terms.lose(&allocation, &moved))
            }
            OrderEvent::BackorderMoved { from, to, at: _ } => self.moved(&from, &to),
            OrderEvent::ParcelOpened { number, at: _ } => self.change(|settled| settled.parcels.opened = number),
            OrderEvent::ParcelShipped { number, lines, stock, at: _ } => self.change(|settled| {
                if let Some(sent) = &mut settled.parcels.sent {
                    settled.terms.book.ship(&lines);
                    sent.shipped.push(number);
                    sent.stock.extend(stock);
                }
            }),
            OrderEvent::ParcelDelivered { number, at: _ } => self.change(|settled| {
                if let Some(sent) = &mut settled.parcels.sent {
                    sent.delivered.push(number);
                }
            }),
            OrderEvent::ParcelGivenUp { number, .. } => self.change(|settled| {
                if let Some(sent) = &mut settled.parcels.sent {
                    sent.given_up.push(number);
                }
            }),
            OrderEvent::UndeliveredRefunded { lines, points, .. } => {
                self.after_sale(|settled| settled.terms.take_back(&lines, points))
            }
            OrderEvent::ParcelReplaced { number, lines, stock, at: _ } => self.replaced(number, &lines, &stock),
            OrderEvent::OrderShipped { .. } => match self {
                Self::Processing(settled) => Self::Shipped(settled),
                other => other,
            },
            OrderEvent::OrderDelivered { at } => match self {
                Self::Shipped(mut settled) => {
                    settled.aftersale.get_or_insert_default().delivered(at);
                    Self::Delivered(settled)
                }
                other => other,
            },
            OrderEvent::OrderCompleted { points, points_of, at: _ } => self.completed(points, points_of),
            OrderEvent::ReturnOpened { id, units, at: _ } => {
                self.after_sale(|settled| settled.aftersale.get_or_insert_default().opened(id, units))
            }
            OrderEvent::ReturnEnded { id, exchanged, at: _ } => {
                self.after_sale(|settled| settled.return_ended(id, exchanged))
            }
            OrderEvent::UnitsReturned { id, lines, points, revoked, .. } => {
                self.after_sale(|settled| settled.units_returned(id, &lines, points, revoked))
            }
            OrderEvent::RefundShifted { from, to, amount, at: _ } => {
                self.change(|settled| settled.refund_shifted(&from, to, amount.amount))
            }
            // What is owed by it are events of their own.
            OrderEvent::GoodwillGranted { revoked, .. } => self.change(|settled| settled.points_revoked(revoked)),
            OrderEvent::OrderCancelled { .. } => self.cancelled(),
            OrderEvent::CancellationRequested { lines, reason, at: _ } => match self {
                Self::Paid(settled) => {
                    Self::Cancelling(Cancelling { settled, interrupted: Interrupted::Paid, lines, reason })
                }
                Self::Processing(settled) => {
                    Self::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, lines, reason })
                }
                other => other,
            },
            OrderEvent::CancellationDeclined { reason, .. } => match self {
                Self::Cancelling(Cancelling { mut settled, interrupted, .. }) => {
                    settled.declined = Some(reason);
                    match interrupted {
                        Interrupted::Paid => Self::Paid(settled),
                        Interrupted::Processing => Self::Processing(settled),
                    }
                }
                other => other,
            },
            OrderEvent::OrderExpired { at: _ } => match self {
                Self::PendingPayment(Open { terms, received, .. }) => Self::Expired(Closed::of(terms, received).into()),
                other => other,
            },
            OrderEvent::OrderReservationsReleased { at: _ } => self.released(),
        }
    }

    fn placed(self, placed: OrderPlaced) -> Self {
        match self {
            Self::Unplaced => {
                let (benefits, book) = (Benefits::of(&placed), LineBook::of(&placed));
                let terms = Terms {
                    customer: placed.customer,
                    merchant: placed.merchant,
                    total: placed.total,
                    placed_at: placed.placed_at,
                    pay_by: placed.pay_by,
                    allocations: placed.allocations,
                    waiting: placed.waiting,
                    shorted: None,
                    benefits,
                    book,
                };
                Self::PendingPayment(Open { terms, received: vec![], authorized: Authorized::default() })
            }
            other => other,
        }
    }

    fn paid(self, settlement: Settlement) -> Self {
        match self {
            Self::PendingPayment(Open { terms, received, .. }) => {
                let mut surplus = received;
                surplus.retain(|part| !settlement.captures().contains(part));
                Self::Paid(Settled::by(settlement, terms, surplus).into())
            }
            other => other,
        }
    }

    fn partial_payment(mut self, capture: Capture) -> Self {
        match &mut self {
            Self::PendingPayment(open) => open.received.push(capture),
            Self::Unplaced
            | Self::Paid(_)
            | Self::Processing(_)
            | Self::Cancelling(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Completed(_)
            | Self::Cancelled(_)
            | Self::Expired(_) => {}
        }
        self
    }

    fn authorized(mut self, payment: PaymentId) -> Self {
        if let Self::PendingPayment(open) = &mut self {
            open.authorized.insert(payment);
        }
        self
    }

    fn late_payment(self, capture: Capture) -> Self {
        self.after_end(|closed| {
            closed.late.push(capture.clone());
            closed.owed_back.push(capture);
        })
    }

    /// All of some money goes back. Only of what came late this decides; of any other it was decided with the event that
    /// made it owed.
    fn late_payment_owed(self, capture: &Capture) -> Self {
        self.after_end(|closed| closed.late.retain(|late| late.reference != capture.reference))
    }

    fn reinstated(self, settlement: Settlement, allocations: Vec<Allocation>) -> Self {
        match self {
            Self::Expired(closed) => {
                let Closed { terms, owed_back: mut surplus, .. } = *closed;
                surplus.retain(|capture| !settlement.captures().contains(capture));
                Self::Paid(Settled::by(settlement, Terms { allocations, ..terms }, surplus).into())
            }
            other => other,
        }
    }

    fn surplus_payment(self, capture: Capture) -> Self {
        self.change(|settled| settled.surplus.push(capture))
    }

    /// Changes what is known of a settled order, without a change of status.
    fn change(mut self, change: impl FnOnce(&mut Settled)) -> Self {
        match &mut self {
            Self::Paid(settled)
            | Self::Processing(settled)
            | Self::Shipped(settled)
            | Self::Delivered(settled)
            | Self::Completed(settled)
            | Self::Cancelling(Cancelling { settled, .. }) => change(settled),
            Self::Unplaced | Self::PendingPayment(_) | Self::Cancelled(_) | Self::Expired(_) => {}
        }
        self
    }

    /// All money ever taken for it is owed back, whatever of it was owed back before.
    fn cancelled(self) -> Self {
        match self {
            Self::PendingPayment(Open { terms, received, .. }) => Self::Cancelled(Closed::of(terms, received).into()),
            Self::Paid(settled) | Self::Processing(settled) | Self::Cancelling(Cancelling { settled, .. }) => {
                Self::Cancelled(settled.closed().into())
            }
            other => other,
        }
    }

    /// Only captures that settled the order are owed back in parts, and those that settle it are of a settled order.
    fn refund_owed(self, capture: &Capture, part: &RefundPart) -> Self {
        self.change(|settled| settled.refunds.record(capture, part))
    }

    /// The rest of the order goes on where it was interrupted.
    fn lines_cancelled(self, lines: &[LineUnits], released: &[Allocation], points: Option<Points>) -> Self {
        match self {
            Self::Processing(mut settled)
            | Self::Cancelling(Cancelling { mut settled, interrupted: Interrupted::Processing, .. }) => {
                settled.terms.cancel_lines(lines, released, points);
                Self::Processing(settled)
            }
            other => other,
        }
    }

    /// Changes what an order claims that has not ended, and no other.
    fn on_open_terms(self, change: impl FnOnce(&mut Terms)) -> Self {
        match self {
            Self::PendingPayment(mut open) => {
                change(&mut open.terms);
                Self::PendingPayment(open)
            }
            other => other.change(|settled| change(&mut settled.terms)),
        }
    }

    fn moved(self, from: &Allocation, to: &[Allocation]) -> Self {
        let moved = self.on_open_terms(|terms| {
            terms.allocations = without(std::mem::take(&mut terms.allocations), std::slice::from_ref(from));
            for allocation in to {
                terms.claim(allocation);
            }
        });
        let is_rest = moved.unshipped_stock().iter().any(|allocation| allocation.stock == from.stock);
        if is_rest { moved } else { moved.on_open_terms(|terms| terms.served(&from.stock)) }
    }

    /// Also of an order that has ended: it may live again with what is held for it.
    fn served(self, stock: &StockId, parcel: Option<u32>) -> Self {
        match self {
            Self::PendingPayment(mut open) => {
                open.terms.served(stock);
                Self::PendingPayment(open)
            }
            other => other.after_end(|closed| closed.terms.served(stock)).change(|settled| {
                settled.terms.served(stock);
                settled.parcels.opened = parcel.unwrap_or(settled.parcels.opened);
            }),
        }
    }

    /// Changes an order of which something may have left, and no other.
    fn after_sale(mut self, change: impl FnOnce(&mut Settled)) -> Self {
        match &mut self {
            Self::Processing(settled)
            | Self::Shipped(settled)
            | Self::Delivered(settled)
            | Self::Completed(settled)
            | Self::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, .. }) => change(settled),
            Self::Unplaced
            | Self::PendingPayment(_)
            | Self::Paid(_)
            | Self::Cancelling(Cancelling { interrupted: Interrupted::Paid, .. })
            | Self::Cancelled(_)
            | Self::Expired(_) => {}
        }
        self
    }

    fn completed(self, points: Option<Points>, points_of: Issuer) -> Self {
        match self {
            Self::Shipped(mut settled) | Self::Delivered(mut settled) => {
                if let Some(points) = points {
                    let paid = settled.kept();
                    settled.aftersale.get_or_insert_default().rewarded(points, points_of, paid);
                }
                Self::Completed(settled)
            }
            other => other,
        }
    }

    /// It is being worked on again.
    fn replaced(self, number: u32, lines: &[LineUnits], stock: &[Allocation]) -> Self {
        match self {
            Self::Processing(mut settled) | Self::Shipped(mut settled) => {
                settled.terms.book.unship(lines);
                settled.terms.hold(stock);
                if let Some(sent) = &mut settled.parcels.sent {
                    sent.given_up.push(number);
                }
                Self::Processing(settled)
            }
            other => other,
        }
    }

    fn released(self) -> Self {
        self.after_end(|closed| {
            closed.terms.waiting = vec![];
            closed.terms.shorted = None;
            let released = std::mem::take(&mut closed.unreleased);
            closed.served_from = released.into_iter().map(|allocation| allocation.stock.location).collect();
            closed.served_from.dedup();
            closed.unreturned = None;
        })
    }

    /// Changes an order that has ended before its shipment, and no other.
    fn after_end(mut self, change: impl FnOnce(&mut Closed)) -> Self {
        match &mut self {
            Self::Cancelled(closed) | Self::Expired(closed) => change(closed),
            Self::Unplaced
            | Self::PendingPayment(_)
            | Self::Paid(_)
            | Self::Processing(_)
            | Self::Cancelling(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Completed(_) => {}
        }
        self
    }
}

impl Settled {
    fn by(settlement: Settlement, terms: Terms, surplus: Vec<Capture>) -> Self {
        let (refunds, parcels) = (RefundLedger::default(), Parcels::default());
        Self { terms, settlement, surplus, refunds, parcels, declined: None, aftersale: None }
    }

    fn return_ended(&mut self, id: ReturnId, exchanged: Option<Exchanged>) {
        if let Some(aftersale) = &mut self.aftersale {
            match exchanged {
                Some(Exchanged::ForOthers) => aftersale.exchanged(id),
                Some(Exchanged::ForTheSame) | None => aftersale.ended(id),
            }
        }
    }

    fn units_returned(&mut self, id: ReturnId, lines: &[LineUnits], points: Option<Points>, revoked: Option<Points>) {
        self.terms.take_back(lines, points);
        if let Some(aftersale) = &mut self.aftersale {
            aftersale.ended(id);
        }
        self.points_revoked(revoked);
    }

    fn points_revoked(&mut self, revoked: Option<Points>) {
        if let (Some(aftersale), Some(points)) = (&mut self.aftersale, revoked) {
            aftersale.revoke(points);
        }
    }

    /// What came on top and is not sent back after all is kept in place of what was.
    fn refund_shifted(&mut self, from: &PaymentReference, to: PaymentId, amount: Amount) {
        if let Some(place) = self.surplus.iter().position(|capture| capture.reference == *from) {
            let capture = self.surplus.remove(place);
            self.refunds.record(&capture, &RefundPart { amount: capture.amount, number: 0 });
            self.settlement = std::mem::replace(&mut self.settlement, Settlement::NothingDue).with(capture);
        }
        let of_payment = self.captures().iter().filter(|capture| capture.payment == Some(to));
        let of_payment: Vec<Capture> = of_payment.cloned().collect();
        self.refunds.shift(from, &of_payment, amount);
    }

    fn closed(self) -> Closed {
        let mut captures = self.surplus;
        captures.extend(self.settlement.captures().iter().cloned());
        Closed::of(self.terms, captures)
    }
}

impl Settlement {
    fn with(self, capture: Capture) -> Self {
        match self {
            Self::NothingDue => Self::Captured(capture),
            Self::Captured(first) => Self::CapturedInParts(vec![first, capture]),
            Self::CapturedInParts(mut captures) => {
                captures.push(capture);
                Self::CapturedInParts(captures)
            }
        }
    }
}

impl Closed {
    fn of(mut terms: Terms, owed_back: Vec<Capture>) -> Self {
        let unreleased = std::mem::take(&mut terms.allocations);
        let unreturned = terms.benefits.clone();
        Self { terms, owed_back, unreleased, served_from: vec![], unreturned, late: vec![] }
    }
}

impl Terms {
    fn served(&mut self, stock: &StockId) {
        self.waiting.retain(|waiting| waiting != stock);
        if self.shorted.is_some() {
            self.forget_shorted();
        }
    }

    /// All of the SKU waits at one stock from now on.
    fn lose(&mut self, allocation: &Allocation, moved: &[Allocation]) {
        self.allocations = without(std::mem::take(&mut self.allocations), moved);
        for Allocation { stock: _, quantity } in moved {
            self.claim(&Allocation { stock: allocation.stock.clone(), quantity: *quantity });
        }
        if !self.waiting.contains(&allocation.stock) {
            self.waiting.push(allocation.stock.clone());
        }
        let others = self.shorted.take().into_iter().flatten().filter(|stock| *stock != allocation.stock);
        self.shorted = Some(others.chain([allocation.stock.clone()]).collect());
    }

    /// Claims more of a stock. A sum past the largest quantity was never decided.
    fn claim(&mut self, more: &Allocation) {
        match self.allocations.iter_mut().find(|allocation| allocation.stock == more.stock) {
            Some(known) => known.quantity = known.quantity.checked_add(more.quantity).unwrap_or(known.quantity),
            None => self.allocations.push(more.clone()),
        }
    }

    /// What is not waited for any more is not missing any more.
    fn forget_shorted(&mut self) {
        let left = self.shorted.take().into_iter().flatten().filter(|stock| self.waiting.contains(stock));
        let left: Box<[StockId]> = left.collect();
        self.shorted = Some(left).filter(|left| !left.is_empty());
    }

    fn cancel_lines(&mut self, lines: &[LineUnits], released: &[Allocation], points: Option<Points>) {
        if let Some(benefits) = &mut self.benefits {
            benefits.give_up(points, &self.book.skus(lines));
        }
        self.allocations = without(std::mem::take(&mut self.allocations), released);
        self.book.take(lines);
        let book = &self.book;
        self.waiting.retain(|stock| book.parcel_lines().any(|line| line.sku == stock.sku));
        if self.shorted.is_some() {
            self.forget_shorted();
        }
    }

    /// What of the stock had left with the units is not held for the order any more, whatever becomes of it.
    fn take_back(&mut self, lines: &[LineUnits], points: Option<Points>) {
        if let Some(benefits) = &mut self.benefits {
            benefits.give_up(points, &self.book.skus(lines));
        }
        self.book.take_sent(lines);
    }

    /// More of a stock that is held already is added to it. A sum past the largest quantity was never decided.
    fn hold(&mut self, stock: &[Allocation]) {
        for more in stock {
            match self.allocations.iter_mut().find(|held| held.stock == more.stock) {
                Some(held) => held.quantity = held.quantity.checked_add(more.quantity).unwrap_or(held.quantity),
                None => self.allocations.push(more.clone()),
            }
        }
    }
}

impl Benefits {
    fn give_up(&mut self, points: Option<Points>, skus: &BTreeMap<Sku, i64>) {
        let given_up = points.map_or(0, Points::get);
        self.points = self.points.and_then(|held| Points::try_from(held.get().saturating_sub(given_up)).ok());
        self.limited.retain_mut(|pieces| {
            let gone = skus.get(&pieces.sku).copied().unwrap_or_default();
            let left = Quantity::try_from(i64::from(pieces.quantity) - gone);
            pieces.quantity = left.clone().unwrap_or(pieces.quantity);
            left.is_ok()
        });
    }
}
