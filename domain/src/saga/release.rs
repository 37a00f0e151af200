use super::{Reaction, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    match event {
        Event::Order(order, OrderEvent::OrderCancelled { .. } | OrderEvent::OrderExpired { .. }) => {
            Some(Reaction::Command(SagaCommand::ReleaseReservations { order: *order }))
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
