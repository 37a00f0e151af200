use super::Reaction;
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    let Event::Order(order, event) = event else { return None };
    let order = *order;
    match event {
        OrderEvent::OrderPlaced(placed) => Some(Reaction::SetTimer { order, due: placed.pay_by }),
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderCancelled { .. } | OrderEvent::OrderExpired { .. } => {
            Some(Reaction::ClearTimer { order })
        }
        OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderReservationsReleased { .. } => None,
    }
}
