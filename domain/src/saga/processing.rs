//! Processing: the work on a paid order begins, and goes on with what the order waited for.
//!
//! **Starts with** `OrderPaid`, which a free order has as well; with `OrderReinstated`; and with `CancellationDeclined`, because
//! a paid order waits while its cancellation is asked for. What an order waits for starts it once more when it has come, with
//! `BackorderAllocated` of the stock.
//!
//! **Steps.** One command deducts the stock that is held, opens the order's fulfillments and begins the work, in one append, so
//! that there is nothing between them. What is waited for is left out. When it has come, one command hands it over to the
//! order; if the work has begun, the stock is deducted and a fulfillment opened for it in the same append, and if not, it is
//! held and goes with the rest when the work begins. The two are steps about one order, and done one after the other.
//!
//! A step that needs what is about to be done does it itself: an order that was paid just now is begun by whoever ships it or
//! takes units out of it, and what has come for it is handed over by its shipment. The command finds it done.
//!
//! **Compensations.** None of its own. A cancellation during the work has the [release](super::release) put the deducted
//! pieces back, or end the waiting, and the [refund](super::refund) the money.
//!
//! **Ends** with `ProcessingStarted`, and with `BackorderServed` for each stock that was waited for; with the refusal of an
//! order that was cancelled meanwhile, whose cancellation is asked for, or that is past that step, which needs nothing more;
//! or with nothing, where the order does not wait there any more. Any other refusal becomes a dead letter: stock that does not
//! know its reservation is for a person.

use super::{Reactions, SagaCommand};
use crate::{event::Event, order::OrderEvent, stock::StockEvent};

/// A paid order whose cancellation is asked for waits, and goes on when that is declined.
pub(super) fn react(event: &Event) -> Reactions {
    match event {
        Event::Order(
            order,
            OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } | OrderEvent::CancellationDeclined { .. },
        ) => Reactions::from(SagaCommand::StartProcessing { order: *order }),
        Event::Stock(stock, StockEvent::BackorderAllocated(reservation)) => {
            Reactions::from(SagaCommand::ServeBackorder { order: reservation.order, stock: stock.clone() })
        }
        Event::Order(..)
        | Event::Stock(..)
        | Event::Product(..)
        | Event::Payment(..)
        | Event::Refund(..)
        | Event::Fulfillment(..)
        | Event::Return(..)
        | Event::Merchant(..)
        | Event::Coupon(..)
        | Event::Points(..)
        | Event::Quota(..)
        | Event::Reference(..)
        | Event::Exception(..) => Reactions::NONE,
    }
}
