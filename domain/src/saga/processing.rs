use super::{Reaction, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    match event {
        Event::Order(order, OrderEvent::OrderPaid { .. }) => {
            Some(Reaction::Command(SagaCommand::StartProcessing { order: *order }))
        }
        Event::Order(..) | Event::Stock(..) | Event::Product(..) | Event::Refund(..) => None,
    }
}
