use std::collections::{BTreeMap, btree_map};

use serde::{Deserialize, Serialize};

use crate::{
    ids::OrderId,
    quantity::Quantity,
    stock::{Reservation, ReservationStage, StockEvent, queue::Queue},
};

/// The most pieces that one stock may count.
pub const MAX_ON_HAND: i64 = 1_000_000_000_000;

/// The pieces of one SKU at one location.
///
/// A stock of which nothing was ever recorded is the same as one that counts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stock {
    on_hand: i64,
    reserved: i64,
    /// A tree and not a hash table: order ids grow with time, so that a hot SKU appends at the edge, and no growth step
    /// ever moves a million entries at once in the middle of a sale.
    reservations: BTreeMap<OrderId, Entry>,
    /// The first of them never fits into what is available: whoever fits is served in the same append.
    #[serde(default, skip_serializing_if = "Queue::is_empty")]
    queue: Queue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) quantity: Quantity,
    pub(super) stage: ReservationStage,
}

impl Stock {
    /// Pieces that are there and not deducted.
    pub const fn on_hand(&self) -> i64 {
        self.on_hand
    }

    /// Pieces of these that are held for orders.
    pub const fn reserved(&self) -> i64 {
        self.reserved
    }

    /// Pieces that are held for nobody. While orders wait, they are kept for the first of those.
    pub const fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    /// Pieces that a new order can reserve: all that are available, or none while anybody waits.
    pub fn reservable(&self) -> i64 {
        if self.queue.is_empty() { self.available() } else { 0 }
    }

    /// The orders that wait for pieces, in the order in which they will be served.
    pub fn waiting(&self) -> impl Iterator<Item = Reservation> {
        self.queue.iter()
    }

    /// Pieces that orders wait for, over all of them.
    pub const fn awaited_pieces(&self) -> i64 {
        self.queue.pieces()
    }

    /// How many orders hold something here or wait for it; what a snapshot of this stock weighs grows with it.
    pub fn open_reservations(&self) -> usize {
        self.reservations.len() + self.queue.len()
    }

    /// Whether an order waits for pieces here.
    pub fn is_awaited_by(&self, order: OrderId) -> bool {
        self.queue.quantity(order).is_some()
    }

    /// Pieces of those that an order waits for which are there already and kept for it, because it is the next.
    pub fn kept_for(&self, order: OrderId) -> i64 {
        let next = self.queue.iter().next().filter(|next| next.order == order);
        next.map_or(0, |next| self.available().min(next.quantity.into()))
    }

    /// What is held or deducted for orders, the latest order first.
    pub fn latest_reservations(&self) -> impl Iterator<Item = Reservation> {
        let entry = |(order, entry): (&OrderId, &Entry)| Reservation { order: *order, quantity: entry.quantity };
        self.reservations.iter().rev().map(entry)
    }

    /// How many pieces are held or deducted for an order.
    pub fn pieces_of(&self, order: OrderId) -> i64 {
        self.reservation(order).map_or(0, |entry| entry.quantity.into())
    }

    pub(super) fn reservation(&self, order: OrderId) -> Option<Entry> {
        self.reservations.get(&order).copied()
    }

    pub(super) fn awaited(&self, order: OrderId) -> Option<Quantity> {
        self.queue.quantity(order)
    }

    /// Applies an event. Never fails and never decides.
    pub fn evolve(&mut self, event: &StockEvent) {
        self.on_hand += event.on_hand_change();
        self.reserved += event.reserved_change();
        match *event {
            StockEvent::StockReceived { .. } | StockEvent::StockAdjusted { .. } | StockEvent::StockRestocked { .. } => {
            }
            StockEvent::StockReserved(reservation) => self.hold(reservation, ReservationStage::Held),
            StockEvent::ReservationExtended(reservation) => self.extend(reservation),
            StockEvent::ReservationCommitted(reservation) => self.hold(reservation, ReservationStage::Committed),
            StockEvent::ReservationReleased { reservation, from: _ } | StockEvent::ReservationConsumed(reservation) => {
                self.reduce(reservation);
            }
            StockEvent::ReservationShorted { reservation, from: _ } => {
                self.reduce(reservation);
                self.queue.join_first(reservation);
            }
            StockEvent::StockBackordered(reservation) => self.queue.join(reservation),
            StockEvent::BackorderAllocated(reservation) => {
                self.queue.leave(reservation.order);
                self.hold(reservation, ReservationStage::Held);
            }
            StockEvent::BackorderReleased(reservation) => self.queue.reduce(reservation),
        }
    }

    fn hold(&mut self, Reservation { order, quantity }: Reservation, stage: ReservationStage) {
        self.reservations.insert(order, Entry { quantity, stage });
    }

    /// A sum past the largest quantity was never decided.
    fn extend(&mut self, Reservation { order, quantity }: Reservation) {
        let there = self.reservation(order).and_then(|entry| entry.quantity.checked_add(quantity));
        self.hold(Reservation { order, quantity: there.unwrap_or(quantity) }, ReservationStage::Committed);
    }

    /// The entry goes with its last piece.
    fn reduce(&mut self, Reservation { order, quantity }: Reservation) {
        if let btree_map::Entry::Occupied(mut entry) = self.reservations.entry(order) {
            match entry.get().quantity.checked_sub(quantity) {
                Some(left) => entry.get_mut().quantity = left,
                None => _ = entry.remove(),
            }
        }
    }
}
