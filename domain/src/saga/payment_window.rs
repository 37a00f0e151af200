//! Payment window: an order that is not paid in time ends.
//!
//! **Starts with** `OrderPlaced`, which says when the window closes.
//!
//! **Steps.** A timer is set for the close of the window. When it fires, the order is asked to expire. The order knows best:
//! it refuses while its window is open, and the timer is put off until it closes.
//!
//! **Compensations.** None of its own. An expiry is itself what undoes a placement: the [release](super::release) gives the
//! stock back. What becomes of money that arrives later is decided by [late payment](super::late_payment).
//!
//! **Ends** with `OrderExpired`; with `OrderPaid` or `OrderCancelled`, which clear the timer; or with the refusal of an
//! order that was settled or cancelled in the same moment, which needs nothing more.

use super::{Action, Reaction, Reactions, SagaCommand, Timer};
use crate::{event::Event, ids::OrderId, order::OrderEvent};

pub(super) fn react(event: &Event) -> Reactions {
    let Event::Order(order, event) = event else { return Reactions::NONE };
    let timer = Timer::PaymentWindow { order: *order };
    match event {
        OrderEvent::OrderPlaced(placed) => Reaction::SetTimer { timer, due: placed.pay_by, repeat: None }.into(),
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderCancelled { .. } | OrderEvent::OrderExpired { .. } => {
            Reaction::ClearTimer { timer }.into()
        }
        OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::OrderReinstated { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => Reactions::NONE,
    }
}

pub(super) const fn fired(order: OrderId) -> Action {
    Action::Command(SagaCommand::ExpireOrder { order })
}
