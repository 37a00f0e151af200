//! Processing: the work on a paid order begins.
//!
//! **Starts with** `OrderPaid`, which a free order has as well; with `OrderReinstated`; and with `CancellationDeclined`, because
//! a paid order waits while its cancellation is asked for.
//!
//! **Steps.** One command deducts the stock that was reserved, opens the order's fulfillments and begins the work, in one
//! append, so that there is nothing between them.
//!
//! **Compensations.** None of its own. A cancellation during the work has the [release](super::release) put the deducted
//! pieces back and the [refund](super::refund) the money.
//!
//! **Ends** with `ProcessingStarted`; or with the refusal of an order that was cancelled meanwhile, whose cancellation is
//! asked for, or that is past that step, which needs nothing more. Any other refusal becomes a dead letter: stock that does
//! not know its reservation is for a person.

use super::{Reactions, SagaCommand};
use crate::{event::Event, order::OrderEvent};

/// A paid order whose cancellation is asked for waits, and goes on when that is declined.
pub(super) fn react(event: &Event) -> Reactions {
    if let Event::Order(
        order,
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } | OrderEvent::CancellationDeclined { .. },
    ) = event
    {
        Reactions::from(SagaCommand::StartProcessing { order: *order })
    } else {
        Reactions::NONE
    }
}
