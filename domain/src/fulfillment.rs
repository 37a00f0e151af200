//! The fulfillment: one parcel's worth of an order, from one location, until it is with the customer.
//!
//! An order has as many as it has parcels, each with a machine of its own, numbered from one. [`plan`] says which ones an
//! order needs; what stays behind when a part ships becomes one more, by [`Parcel::left_behind`]; [`withdraw`] says out of
//! which ones cancelled units are taken, [`give_up`] which of those that have left do not arrive any more because their units
//! were given back. The pieces themselves are in the stocks: [`Parcel::stock`] names those that belong
//! to some lines. Goods that answer a return are parcels like others, which their order does not count; [`replacement_fate`]
//! and [`recall`] look at all those of one return together.

mod command;
mod decide;
mod event;
mod evolve;
mod line;
mod plan;
mod refusal;
mod replacement;
mod state;
mod status;
mod undelivered;
mod withdraw;

pub use command::FulfillmentCommand;
pub use decide::decide;
pub use event::FulfillmentEvent;
pub use line::{FulfillmentLine, Split, split, without};
pub use plan::{PlanMismatch, PlannedParcel, plan};
pub use refusal::{FulfillmentAction, FulfillmentRefusal};
pub use replacement::{Recalled, RecalledFrom, ReplacementFate, recall, replacement_fate};
pub use state::{Dispatch, Fulfillment, Parcel, Pending, Shipment};
pub use status::FulfillmentStatus;
pub use undelivered::{GivenUp, Reach, Remedy, Undelivered, give_up, under_way};
pub use withdraw::{Withdrawal, withdraw};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Fulfillment {
    const TYPE: &'static str = "fulfillment";
    type Command = FulfillmentCommand;
    type Event = FulfillmentEvent;
    type Error = FulfillmentRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(
        &mut self,
        command: FulfillmentCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), FulfillmentRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: FulfillmentEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
