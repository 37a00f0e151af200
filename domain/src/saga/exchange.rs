//! Exchange: a return that is answered by other goods ends with them, or with the money, and never with both.
//!
//! **Starts with** the inspection of a return that asks for other goods, if all its units came back: in that one append the
//! goods are deducted for the order on top of what it has had, and put into parcels that say which return they answer. Where
//! they cannot be had, `ReturnReplacementGivenUp` stands in the same append, with the refunds, and this saga has nothing to do.
//!
//! **Steps.** Whoever ends one of these parcels has the return looked at with all of them, in the same append: when the last has
//! arrived, the return is closed, and the order notes for what its units were exchanged. The saga does the same once more, for
//! what an older engine left undone. In between the parcels are held, packed and
//! shipped like others, and the [fulfillment](super::fulfillment) saga notices when they are late.
//!
//! **Compensations.** While nothing of it is on its way, a replacement can be given up: whoever cancels one of its parcels,
//! before it leaves or after it has come back undelivered, or gives one up for the money, gives up all of them, and their stock
//! goes back. The return is paid back with what was frozen for its units: `ReturnReplacementGivenUp`, `UnitsReturned` and
//! `RefundOwed` stand in that append, from which the [refund](super::refund) brings the money back. What is lost may be sent
//! anew, or written off where the rest of it has arrived.
//!
//! **Ends** with `ReturnClosed`: by the last arrival, or by the last of the refunds through the [return](super::returns)
//! saga. A command that finds parcels under way, or the return settled, does nothing.

use super::{Reactions, SagaCommand};
use crate::{event::Event, fulfillment::FulfillmentEvent};

pub(super) fn react(event: &Event) -> Reactions {
    let Event::Fulfillment(_, event) = event else { return Reactions::NONE };
    match event {
        FulfillmentEvent::FulfillmentDelivered { replaces: Some(id), .. }
        | FulfillmentEvent::FulfillmentCancelled { replaces: Some(id), .. }
        | FulfillmentEvent::FulfillmentReturned { replaces: Some(id), .. }
        | FulfillmentEvent::FulfillmentLost { replaces: Some(id), .. } => {
            SagaCommand::SettleExchange { id: *id }.into()
        }
        FulfillmentEvent::FulfillmentDelivered { replaces: None, .. }
        | FulfillmentEvent::FulfillmentCancelled { replaces: None, .. }
        | FulfillmentEvent::FulfillmentReturned { replaces: None, .. }
        | FulfillmentEvent::FulfillmentLost { replaces: None, .. }
        | FulfillmentEvent::FulfillmentOpened { .. }
        | FulfillmentEvent::FulfillmentHeld { .. }
        | FulfillmentEvent::FulfillmentHoldReleased { .. }
        | FulfillmentEvent::FulfillmentStarted { .. }
        | FulfillmentEvent::FulfillmentShipped { .. }
        | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
        | FulfillmentEvent::FulfillmentReduced { .. }
        | FulfillmentEvent::ShipmentOverdue { .. } => Reactions::NONE,
    }
}
