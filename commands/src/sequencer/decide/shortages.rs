//! Pieces that are held for orders and are not there: who loses them, and what is done about it.
//!
//! The count is taken as the warehouse says. The orders that lose their pieces wait for them in the queue of that stock, before
//! all others, and each is an exception until the pieces have come, or a person has decided: it waits, the missing pieces come
//! from elsewhere, or they are cancelled. Everything is one append.

use std::collections::BTreeMap;

use purser_domain::{
    allocation::{Ask, Shelf, allocate_by, remembered_distance},
    exception::{Case, Closing, ExceptionCommand, ExceptionKind, OrderException},
    fulfillment::{FulfillmentCommand, Parcel, withdraw},
    ids::ExceptionId,
    order::{LineUnits, OrderEvent},
    stock::{StockEvent, StockId},
    text::{InvalidValue, Location, MerchantId, Reason, Subject},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stock, StockCommand, Stopped,
    Timestamp, order, orders::HELD, stock,
};
use crate::{failure::Refusal, request::ShortageResolution};

/// A correction of a count.
pub(super) struct Adjustment {
    pub(super) change: i64,
    pub(super) reason: Reason,
    pub(super) at: Timestamp,
}

/// All of it was asked of the very states that are driven now.
const AGREED: &str = "what is not there is taken away";

/// The exception that an order is while pieces of it are missing.
pub(in crate::sequencer) fn exception_of(order: OrderId) -> Option<ExceptionId> {
    let subject: Subject = order.to_string().parse().ok()?;
    Some(ExceptionId::of(ExceptionKind::StockShort, &subject))
}

impl Decision<'_> {
    /// What is held for nobody goes first; then the orders that are named, and then the latest.
    pub(super) fn adjust_stock(
        &mut self,
        asked: &Asked<'_>,
        id: &StockId,
        Adjustment { change, reason, at }: Adjustment,
        named: &[OrderId],
    ) -> Result<Answer, Stopped> {
        self.check_product(asked, &id.sku)?;
        let none = Stock::default();
        let known = self.stock_at(id).unwrap_or(&none);
        // Also where nobody loses anything: a wrong order is a mistake of whoever names it.
        let mut orders = Vec::new();
        for (place, order) in named.iter().enumerate() {
            if !self.can_lose(*order, id, known) {
                return Err(Stopped::Refused(Refusal::NothingToLose { place }));
            }
            if !orders.contains(order) {
                orders.push(*order);
            }
        }
        let mut missing = change.saturating_neg().saturating_sub(known.available());
        if change >= 0 || missing <= 0 {
            return self.change_stock(asked, id, StockCommand::Adjust { change, reason, at });
        }
        for order in &orders {
            missing = missing.saturating_sub(known.pieces_of(*order));
        }
        for reservation in known.latest_reservations() {
            if missing <= 0 {
                break;
            }
            if !named.contains(&reservation.order) && self.can_lose(reservation.order, id, known) {
                missing = missing.saturating_sub(reservation.quantity.into());
                orders.push(reservation.order);
            }
        }
        let short = StockCommand::Short { change, orders, reason: reason.clone(), at };
        let losers: Vec<OrderId> = stock::decide(known, short.clone())
            .map_err(Stopped::refused)?
            .into_iter()
            .filter_map(|event| match event {
                StockEvent::ReservationShorted { reservation, from: _ } => Some(reservation.order),
                StockEvent::StockReceived { .. }
                | StockEvent::StockAdjusted { .. }
                | StockEvent::StockReserved(_)
                | StockEvent::ReservationExtended(_)
                | StockEvent::ReservationCommitted(_)
                | StockEvent::ReservationReleased { .. }
                | StockEvent::ReservationConsumed(_)
                | StockEvent::StockRestocked { .. }
                | StockEvent::StockBackordered(_)
                | StockEvent::BackorderAllocated(_)
                | StockEvent::BackorderReleased(_) => None,
            })
            .collect();
        self.change_stock(asked, id, short)?;
        for order in &losers {
            self.lose(asked, *order, id, &reason).map_err(|stopped| stopped.contradicting(AGREED))?;
        }
        let none = Stock::default();
        let counted = self.stock_at(id).unwrap_or(&none);
        let (on_hand, reserved, waiting) = (counted.on_hand(), counted.reserved(), counted.awaited_pieces());
        Ok(Answer::StockIs { stock: id.clone(), on_hand, reserved, waiting, shorted: losers })
    }

    fn stock_at(&self, id: &StockId) -> Option<&Stock> {
        self.working.shelves.get(&id.sku).and_then(|shelf| shelf.stocks.get(&id.location))
    }

    /// Whether an order holds pieces here that have not left, and says so itself. What answers a return is not the order's to
    /// lose: it is given up by cancelling it.
    fn can_lose(&self, id: OrderId, stock: &StockId, known: &Stock) -> bool {
        let Some(order) = self.working.orders.get(&id).map(|order| &order.state) else { return false };
        let here = order.unshipped_stock().into_iter().find(|allocation| allocation.stock == *stock);
        let here = here.map_or(0, |allocation| i64::from(allocation.quantity));
        let short = OrderCommand::Short { stock: stock.clone(), at: self.now };
        // What was not asked for is not there to be raised, whether or not it exists.
        let is_loaded = exception_of(id).is_some_and(|id| self.working.exceptions.contains_key(&id));
        is_loaded
            && here > 0
            && here == known.pieces_of(id)
            && order::decide(order, short).is_ok()
            && self.withdrawn(id, order, stock).is_some()
    }

    /// What its parcels lose, each by its number; nothing of what is not in any yet.
    fn withdrawn(&self, id: OrderId, order: &Order, stock: &StockId) -> Option<Vec<(u32, Vec<LineUnits>)>> {
        let Some(settled) = order.settled().filter(|settled| settled.parcels.sent.is_some()) else {
            return Some(vec![]);
        };
        let lines = settled.terms.last_units(&stock.sku, i64::MAX);
        let (inside, _) = settled.in_parcels(&lines);
        let withdrawals = withdraw(self.parcels(id, order), &inside, None)?;
        Some(withdrawals.into_iter().map(|withdrawal| (withdrawal.number, withdrawal.lines)).collect())
    }

    fn lose(&mut self, asked: &Asked<'_>, id: OrderId, stock: &StockId, reason: &Reason) -> Result<(), Stopped> {
        let at = self.now;
        let known = self.order_of(asked, id)?;
        let short = OrderCommand::Short { stock: stock.clone(), at };
        let news = order::decide(known, short.clone()).map_err(Stopped::refused)?;
        let merchant = known.terms().map(|terms| terms.merchant.clone());
        let withdrawn = self.withdrawn(id, known, stock);
        let withdrawn = withdrawn.ok_or_else(|| Stopped::Contradiction(format!("no parcel of {id} has its pieces")))?;
        for (number, lines) in withdrawn {
            self.drive_parcel(asked, id, number, FulfillmentCommand::Reduce { lines, reason: reason.clone(), at })?;
        }
        for change in &news {
            let OrderEvent::StockShorted { allocation, moved, at: _ } = change else { continue };
            for elsewhere in moved {
                let release = StockCommand::ReleasePart { order: id, quantity: elsewhere.quantity };
                self.drive_stock(asked, elsewhere, release)?;
                let more = StockCommand::BackorderMore { order: id, quantity: elsewhere.quantity };
                self.drive_stock(asked, allocation, more)?;
            }
        }
        self.drive_order(asked, id, short)?;
        self.raise_shortage(asked, id, stock, merchant, reason)
    }

    /// The words tell when it was found, so that the same loss at another time is another matter.
    fn raise_shortage(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        stock: &StockId,
        merchant: Option<MerchantId>,
        reason: &Reason,
    ) -> Result<(), Stopped> {
        let at = self.now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let words = format!("{stock} was found short at {at}: {reason}");
        let words: String = words.chars().take(200).collect();
        let invalid = |error: InvalidValue| Stopped::Contradiction(error.to_string());
        let case = Case {
            kind: ExceptionKind::StockShort,
            subject: id.to_string().parse().map_err(invalid)?,
            order: Some(id),
            merchant,
            detail: words.parse().map_err(invalid)?,
        };
        self.drive_exception(asked, case.exception(), ExceptionCommand::Raise { case, at: self.now }).map(drop)
    }

    /// What was missing has come, or is not wanted any more.
    pub(super) fn close_shortage(&mut self, asked: &Asked<'_>, id: OrderId) -> Result<(), Stopped> {
        if self.working.exceptions.is_empty() {
            return Ok(());
        }
        let is_short = self.working.orders.get(&id).is_some_and(|order| !order.state.shorted().is_empty());
        if is_short { Ok(()) } else { self.close_exception_of(asked, id, Closing::Gone) }
    }

    fn close_exception_of(&mut self, asked: &Asked<'_>, id: OrderId, closing: Closing) -> Result<(), Stopped> {
        let Some(exception) = exception_of(id) else { return Ok(()) };
        let is_open = |known: &OrderException| matches!(known, OrderException::Open(_));
        if self.working.exceptions.get(&exception).is_some_and(|known| is_open(&known.state)) {
            self.drive_exception(asked, exception, ExceptionCommand::Close { closing, at: self.now })?;
        }
        Ok(())
    }

    /// By a person. Everything is asked before anything is touched.
    pub(super) fn resolve_shortage(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        resolution: &ShortageResolution,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        let known = self.order_of(asked, id)?;
        let shorted = known.shorted().to_vec();
        if shorted.is_empty() {
            return Err(Stopped::refused(OrderRefusal::NothingShort));
        }
        let closing = Closing::Settled { actor: asked.actor()?, reason: reason.clone() };
        match resolution {
            ShortageResolution::Wait => self.close_exception_of(asked, id, closing)?,
            ShortageResolution::Cancel => {
                let mut lines = Vec::new();
                for stock in &shorted {
                    let missing = self.missing(id, stock);
                    lines.extend(known.terms().into_iter().flat_map(|terms| terms.last_units(&stock.sku, missing)));
                }
                if lines.is_empty() {
                    return Err(Stopped::refused(OrderRefusal::NothingShort));
                }
                let (reason, at) = (reason.clone(), self.now);
                let stock = self.stock_of(id, known, &lines, None);
                let cancel = OrderCommand::CancelLines { lines, stock, reason, at };
                order::decide(known, cancel.clone()).map_err(Stopped::refused)?;
                self.close_exception_of(asked, id, closing)?;
                self.cancel(asked, id, cancel, None)?;
            }
            ShortageResolution::OtherLocation { location } => {
                let mut moves = Vec::new();
                for stock in &shorted {
                    moves.push((stock, self.found_elsewhere(id, known, stock, location.as_ref())?));
                }
                self.close_exception_of(asked, id, closing)?;
                for (stock, to) in moves {
                    self.fetch(asked, id, stock, &to).map_err(|stopped| stopped.contradicting(AGREED))?;
                }
            }
        }
        self.order_is(id)
    }

    /// How many of the pieces that an order waits for at a stock are not there for it; none where they have come and it has only
    /// not heard of them.
    fn missing(&self, id: OrderId, stock: &StockId) -> i64 {
        let Some(known) = self.stock_at(stock).filter(|known| known.is_awaited_by(id)) else { return 0 };
        let order = self.working.orders.get(&id).map(|order| order.state.unshipped_stock());
        let awaited = order.into_iter().flatten().find(|allocation| allocation.stock == *stock);
        let awaited = awaited.map_or(0, |allocation| i64::from(allocation.quantity));
        awaited - known.kept_for(id)
    }

    fn found_elsewhere(
        &self,
        id: OrderId,
        known: &Order,
        from: &StockId,
        location: Option<&Location>,
    ) -> Result<Vec<Allocation>, Stopped> {
        let none = || Stopped::refused(OrderRefusal::NothingShort);
        let terms = known.terms().ok_or_else(none)?;
        let quantity = self.missing(id, from).try_into().map_err(|_| none())?;
        let asks = BTreeMap::from([(from.sku.clone(), Ask { quantity, lines: vec![] })]);
        let others: Shelf = self
            .working
            .shelves
            .get(&from.sku)
            .into_iter()
            .flat_map(|shelf| &shelf.stocks)
            .filter(|(place, _)| **place != from.location && location.is_none_or(|location| location == *place))
            .map(|(place, stock)| (place.clone(), stock.clone()))
            .collect();
        let served_from = || terms.allocations.iter().map(|allocation| &allocation.stock.location);
        let distance = |location: &Location| remembered_distance(served_from(), location);
        let rule = self.policies(&terms.merchant).allocation;
        let to = allocate_by(&rule, &asks, |_| Some(&others), distance)
            .map_err(|shortages| Stopped::Refused(Refusal::OutOfStock(shortages)))?;
        for allocation in &to {
            let none = Stock::default();
            let there = self.stock_at(&allocation.stock).unwrap_or(&none);
            stock::decide(there, taking(known, id, allocation)).map_err(Stopped::refused)?;
        }
        let moving = OrderCommand::MoveBackorder { from: from.clone(), to: to.clone(), at: self.now };
        order::decide(known, moving).map_err(Stopped::refused)?;
        Ok(to)
    }

    /// The missing pieces are held elsewhere, and what is there is handed over at once, so that all of the SKU goes into parcels
    /// together where the work has begun.
    fn fetch(&mut self, asked: &Asked<'_>, id: OrderId, from: &StockId, to: &[Allocation]) -> Result<(), Stopped> {
        let at = self.now;
        let known = self.order_of(asked, id)?.clone();
        let moving = OrderCommand::MoveBackorder { from: from.clone(), to: to.to_vec(), at };
        for change in order::decide(&known, moving.clone()).map_err(Stopped::refused)? {
            if let OrderEvent::BackorderMoved { from, .. } = change {
                let release = StockCommand::ReleasePart { order: id, quantity: from.quantity };
                self.drive_stock(asked, &from, release)?;
            }
        }
        for allocation in to {
            self.drive_stock(asked, allocation, taking(&known, id, allocation))?;
        }
        self.drive_order(asked, id, moving)?;
        let rest = self.order_of(asked, id)?.unshipped_stock().into_iter().find(|kept| kept.stock == *from);
        if rest.is_some() && self.stock_at(from).is_some_and(|stock| stock.is_awaited_by(id)) {
            return Err(Stopped::Contradiction(format!("{from} keeps nothing for {id}")));
        }
        let Order::Processing(settled) = &known else {
            return match rest {
                Some(_) => self.drive_order(asked, id, OrderCommand::ServeBackorder { stock: from.clone(), at }),
                None => Ok(()),
            };
        };
        let held: Vec<Allocation> = rest.iter().chain(to).cloned().collect();
        let parcels = self.plan_parcels(id, &settled.terms, &settled.come(&from.sku), &held, 0)?;
        let mut parcels = parcels.into_iter();
        if let Some(kept) = &rest {
            self.drive_order(asked, id, OrderCommand::ServeBackorder { stock: from.clone(), at })?;
            self.drive_stock(asked, kept, StockCommand::Commit { order: id })
                .map_err(|stopped| stopped.contradicting(HELD))?;
            let number = self.order_of(asked, id)?.settled().map_or(0, |settled| settled.parcels.opened);
            if let Some(parcel) = parcels.next() {
                self.open_fulfillment(asked, Parcel { number, ..parcel })?;
            }
        }
        parcels.try_for_each(|parcel| self.open_next_fulfillment(asked, parcel).map(drop))
    }
}

/// Deducted at once where the work has begun.
const fn taking(order: &Order, id: OrderId, allocation: &Allocation) -> StockCommand {
    match order {
        Order::Processing(_) => StockCommand::Extend { order: id, quantity: allocation.quantity },
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => StockCommand::Reserve { order: id, quantity: allocation.quantity },
    }
}
