use super::{Reaction, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    if let Event::Order(order, OrderEvent::OrderCancelled { .. } | OrderEvent::OrderExpired { .. }) = event {
        Some(Reaction::Command(SagaCommand::ReleaseReservations { order: *order }))
    } else {
        None
    }
}
