use super::{Reaction, SagaCommand};
use crate::{event::Event, order::OrderEvent};

/// A paid order whose cancellation is asked for waits, and goes on when that is declined.
pub(super) fn react(event: &Event) -> Option<Reaction> {
    if let Event::Order(order, OrderEvent::OrderPaid { .. } | OrderEvent::CancellationDeclined { .. }) = event {
        Some(Reaction::Command(SagaCommand::StartProcessing { order: *order }))
    } else {
        None
    }
}
