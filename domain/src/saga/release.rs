//! Release: the stock of an ended order goes back.
//!
//! **Starts with** `OrderCancelled` or `OrderExpired`.
//!
//! **Steps.** One command gives back every piece that is reserved or deducted for the order, in one append. A cancellation does
//! that itself, so that nobody has to wait for what it held; then the command finds it done.
//!
//! **Compensations.** It is the compensation of a placement, and of a deduction that was made meanwhile. It is never undone.
//!
//! **Ends** with `OrderReservationsReleased`; or with the refusal of an order that lives again by [late](super::late_payment)
//! money, for which all of it is held. Any other refusal becomes a dead letter, because pieces would be missing for ever.

use super::{Reactions, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Reactions {
    if let Event::Order(order, OrderEvent::OrderCancelled { .. } | OrderEvent::OrderExpired { .. }) = event {
        Reactions::from(SagaCommand::ReleaseReservations { order: *order })
    } else {
        Reactions::NONE
    }
}
