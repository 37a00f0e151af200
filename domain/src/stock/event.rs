//! What happened to a stock. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, ids::OrderId, quantity::Quantity, text::Reason};

/// How far a reservation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStage {
    /// The pieces are on hand and kept for the order.
    Held,
    /// The pieces are deducted and wait for their shipment.
    Committed,
}

/// Pieces that are kept for one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// For which order.
    pub order: OrderId,
    /// How many.
    pub quantity: Quantity,
}

/// What happened to a stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockEvent {
    /// Pieces came in.
    StockReceived {
        /// How many.
        quantity: Quantity,
        /// When.
        at: Timestamp,
    },
    /// The count was corrected.
    StockAdjusted {
        /// The difference.
        change: i64,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Pieces were held for an order.
    StockReserved(Reservation),
    /// Pieces were deducted at once for an order that has left, on top of what is deducted for it already.
    ReservationExtended(Reservation),
    /// Held pieces were deducted.
    ReservationCommitted(Reservation),
    /// Pieces became available again: all of a reservation, or a part of it.
    ReservationReleased {
        /// Whose and how many.
        #[serde(flatten)]
        reservation: Reservation,
        /// What they were until then: held pieces never left the count, committed ones return to it.
        from: ReservationStage,
    },
    /// Pieces that were held or deducted for an order are not there, or not all of them. It waits for them again, before all
    /// who waited; what the count lost is in the adjustment that follows in the same append.
    ReservationShorted {
        /// Whose, and all that it held here.
        #[serde(flatten)]
        reservation: Reservation,
        /// What they were until then: deducted pieces return to the count, from which the missing ones are taken.
        from: ReservationStage,
    },
    /// Deducted pieces left with their order: all of a reservation, or a part of it.
    ReservationConsumed(Reservation),
    /// Pieces of a return came back.
    StockRestocked {
        /// Of which order.
        order: OrderId,
        /// How many.
        quantity: Quantity,
        /// When.
        at: Timestamp,
    },
    /// An order began to wait for pieces that are still to come, or waits for so many more.
    StockBackordered(Reservation),
    /// Pieces that had become available were held for the order that had waited longest.
    BackorderAllocated(Reservation),
    /// An order waits no more, or for fewer: the quantity is what it no longer waits for.
    BackorderReleased(Reservation),
}

impl DomainEvent for StockEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl StockEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StockReceived { .. } => "StockReceived",
            Self::StockAdjusted { .. } => "StockAdjusted",
            Self::StockReserved(_) => "StockReserved",
            Self::ReservationExtended(_) => "ReservationExtended",
            Self::ReservationCommitted(_) => "ReservationCommitted",
            Self::ReservationReleased { .. } => "ReservationReleased",
            Self::ReservationShorted { .. } => "ReservationShorted",
            Self::ReservationConsumed(_) => "ReservationConsumed",
            Self::StockRestocked { .. } => "StockRestocked",
            Self::StockBackordered(_) => "StockBackordered",
            Self::BackorderAllocated(_) => "BackorderAllocated",
            Self::BackorderReleased(_) => "BackorderReleased",
        }
    }

    /// By how much the event changes the count of pieces on hand.
    pub fn on_hand_change(&self) -> i64 {
        match self {
            Self::StockReceived { quantity, at: _ } | Self::StockRestocked { order: _, quantity, at: _ } => {
                i64::from(*quantity)
            }
            Self::StockAdjusted { change, .. } => *change,
            Self::ReservationExtended(reservation) | Self::ReservationCommitted(reservation) => {
                -i64::from(reservation.quantity)
            }
            Self::ReservationReleased { reservation, from: ReservationStage::Committed }
            | Self::ReservationShorted { reservation, from: ReservationStage::Committed } => {
                i64::from(reservation.quantity)
            }
            Self::StockReserved(_)
            | Self::ReservationReleased { reservation: _, from: ReservationStage::Held }
            | Self::ReservationShorted { reservation: _, from: ReservationStage::Held }
            | Self::ReservationConsumed(_)
            | Self::StockBackordered(_)
            | Self::BackorderAllocated(_)
            | Self::BackorderReleased(_) => 0,
        }
    }

    /// By how much the event changes the count of pieces that orders wait for.
    pub fn waiting_change(&self) -> i64 {
        match self {
            Self::StockBackordered(reservation) | Self::ReservationShorted { reservation, from: _ } => {
                i64::from(reservation.quantity)
            }
            Self::BackorderAllocated(reservation) | Self::BackorderReleased(reservation) => {
                -i64::from(reservation.quantity)
            }
            Self::StockReceived { .. }
            | Self::StockAdjusted { .. }
            | Self::StockReserved(_)
            | Self::ReservationExtended(_)
            | Self::ReservationCommitted(_)
            | Self::ReservationReleased { .. }
            | Self::ReservationConsumed(_)
            | Self::StockRestocked { .. } => 0,
        }
    }

    /// By how much the event changes the count of reserved pieces.
    pub fn reserved_change(&self) -> i64 {
        match self {
            Self::StockReserved(reservation) | Self::BackorderAllocated(reservation) => i64::from(reservation.quantity),
            Self::ReservationCommitted(reservation)
            | Self::ReservationReleased { reservation, from: ReservationStage::Held }
            | Self::ReservationShorted { reservation, from: ReservationStage::Held } => {
                -i64::from(reservation.quantity)
            }
            Self::StockReceived { .. }
            | Self::StockAdjusted { .. }
            | Self::ReservationExtended(_)
            | Self::ReservationReleased { reservation: _, from: ReservationStage::Committed }
            | Self::ReservationShorted { reservation: _, from: ReservationStage::Committed }
            | Self::ReservationConsumed(_)
            | Self::StockRestocked { .. }
            | Self::StockBackordered(_)
            | Self::BackorderReleased(_) => 0,
        }
    }
}
