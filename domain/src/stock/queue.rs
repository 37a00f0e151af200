use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ids::OrderId, quantity::Quantity, stock::Reservation};

/// The orders that wait for pieces, first come first served; an order waits at most once.
///
/// Tickets instead of a plain list: an order in the middle of a long queue leaves it without a walk along all of it. They
/// are not stored, only the order of arrival is, and two queues are equal when the same orders wait in the same order.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    tickets: BTreeMap<OrderId, i64>,
    waiting: BTreeMap<i64, Reservation>,
    /// The sum of what they wait for: a queue may be long, and every placement that is short asks for it.
    pieces: i64,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Pieces that are waited for, over all orders.
    pub(super) const fn pieces(&self) -> i64 {
        self.pieces
    }

    /// In the order of arrival.
    pub(super) fn iter(&self) -> impl Iterator<Item = Reservation> {
        self.waiting.values().copied()
    }

    pub(super) fn quantity(&self, order: OrderId) -> Option<Quantity> {
        let ticket = self.tickets.get(&order)?;
        self.waiting.get(ticket).map(|reservation| reservation.quantity)
    }

    /// Joins at the end; whoever waits already waits for so many more, at the same place.
    pub(super) fn join(&mut self, reservation: Reservation) {
        let last = self.waiting.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        self.join_at(last, reservation);
    }

    /// Joins before all others, or waits for so many more at the same place.
    pub(super) fn join_first(&mut self, reservation: Reservation) {
        let first = self.waiting.first_key_value().map_or(0, |(first, _)| first.saturating_sub(1));
        self.join_at(first, reservation);
    }

    /// A sum past the largest quantity was never decided.
    fn join_at(&mut self, ticket: i64, Reservation { order, quantity }: Reservation) {
        self.pieces += i64::from(quantity);
        let ticket = *self.tickets.entry(order).or_insert(ticket);
        let there = self.waiting.get(&ticket).and_then(|there| there.quantity.checked_add(quantity));
        self.waiting.insert(ticket, Reservation { order, quantity: there.unwrap_or(quantity) });
    }

    /// Waits for fewer from now on, at the same place; not at all when nothing is left.
    pub(super) fn reduce(&mut self, Reservation { order, quantity }: Reservation) {
        let Some(ticket) = self.tickets.get(&order) else { return };
        let left = self.waiting.get(ticket).and_then(|waiting| waiting.quantity.checked_sub(quantity));
        match left {
            Some(left) => {
                self.pieces -= i64::from(quantity);
                self.waiting.insert(*ticket, Reservation { order, quantity: left });
            }
            None => self.leave(order),
        }
    }

    pub(super) fn leave(&mut self, order: OrderId) {
        let waiting = self.tickets.remove(&order).and_then(|ticket| self.waiting.remove(&ticket));
        self.pieces -= waiting.map_or(0, |waiting| i64::from(waiting.quantity));
    }
}

impl PartialEq for Queue {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Queue {}

impl Serialize for Queue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Queue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut queue = Self::default();
        for reservation in Vec::<Reservation>::deserialize(deserializer)? {
            queue.join(reservation);
        }
        Ok(queue)
    }
}
