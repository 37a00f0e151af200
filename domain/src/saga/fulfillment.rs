//! Fulfillment: a parcel that does not leave in time is noticed.
//!
//! **Starts with** `FulfillmentOpened`, which says when the parcel must have shipped.
//!
//! **Steps.** A timer is set for that moment; what stayed behind when a part was shipped may be late from its first moment
//! on. When it fires, the fulfillment is asked to note that it is overdue, whether it is open, on hold or in progress. It
//! refuses while it has time, and the timer is put off until then.
//!
//! **Compensations.** None: lateness undoes nothing. It is shown to whoever sends the parcel, until that leaves.
//!
//! **Ends** with `FulfillmentShipped` or `FulfillmentCancelled`, which clear the timer; with `ShipmentOverdue`; or with the
//! refusal of a fulfillment that left or was cancelled in the same moment, which needs nothing more.

use super::{Action, Reaction, Reactions, SagaCommand, Timer};
use crate::{event::Event, fulfillment::FulfillmentEvent, ids::FulfillmentId};

pub(super) fn react(event: &Event) -> Reactions {
    let Event::Fulfillment(fulfillment, event) = event else { return Reactions::NONE };
    let timer = Timer::ShipmentDeadline { fulfillment: *fulfillment };
    match event {
        FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => {
            Reaction::SetTimer { timer, due: parcel.ship_by, repeat: None }.into()
        }
        FulfillmentEvent::FulfillmentShipped { .. } | FulfillmentEvent::FulfillmentCancelled { .. } => {
            Reaction::ClearTimer { timer }.into()
        }
        FulfillmentEvent::FulfillmentHeld { .. }
        | FulfillmentEvent::FulfillmentHoldReleased { .. }
        | FulfillmentEvent::FulfillmentStarted { .. }
        | FulfillmentEvent::FulfillmentDelivered { .. }
        | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
        | FulfillmentEvent::FulfillmentReduced { .. }
        | FulfillmentEvent::FulfillmentReturned { .. }
        | FulfillmentEvent::FulfillmentLost { .. }
        | FulfillmentEvent::ShipmentOverdue { .. } => Reactions::NONE,
    }
}

pub(super) const fn fired(fulfillment: FulfillmentId) -> Action {
    Action::Command(SagaCommand::ReportShipmentOverdue { fulfillment })
}
