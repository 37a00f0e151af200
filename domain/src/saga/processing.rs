use super::{Reaction, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    match event {
        // A paid order whose cancellation is asked for waits, and goes on when that is declined.
        Event::Order(order, OrderEvent::OrderPaid { .. } | OrderEvent::CancellationDeclined { .. }) => {
            Some(Reaction::Command(SagaCommand::StartProcessing { order: *order }))
        }
        Event::Order(..)
        | Event::Stock(..)
        | Event::Product(..)
        | Event::Refund(..)
        | Event::Coupon(..)
        | Event::Points(..)
        | Event::Quota(..) => None,
    }
}
