use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ids::OrderId,
    quantity::Quantity,
    stock::{Reservation, ReservationStage, StockEvent},
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

    /// Pieces that can still be sold.
    pub const fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    /// How many orders hold something here; what a snapshot of this stock weighs grows with it.
    pub fn open_reservations(&self) -> usize {
        self.reservations.len()
    }

    pub(super) fn reservation(&self, order: OrderId) -> Option<Entry> {
        self.reservations.get(&order).copied()
    }

    /// Applies an event. Never fails and never decides.
    pub fn evolve(&mut self, event: &StockEvent) {
        self.on_hand += event.on_hand_change();
        self.reserved += event.reserved_change();
        match *event {
            StockEvent::StockReceived { .. } | StockEvent::StockAdjusted { .. } => {}
            StockEvent::StockReserved(reservation) => self.hold(reservation, ReservationStage::Held),
            StockEvent::ReservationCommitted(reservation) => self.hold(reservation, ReservationStage::Committed),
            StockEvent::ReservationReleased { reservation, from: _ } | StockEvent::ReservationConsumed(reservation) => {
                self.reservations.remove(&reservation.order);
            }
        }
    }

    fn hold(&mut self, Reservation { order, quantity }: Reservation, stage: ReservationStage) {
        self.reservations.insert(order, Entry { quantity, stage });
    }
}
