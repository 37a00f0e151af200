//! The order: from its placement to its completion, cancellation or expiry.
//!
//! The order decides about itself alone. The stock it needs is reserved by [`crate::stock::Stock`] in the same append;
//! what must happen later (stock committed or released, money returned) follows by [`crate::saga`].

mod aftersale;
mod book;
mod command;
mod decide;
mod event;
mod evolve;
mod late;
mod parcels;
mod refunds;
mod refusal;
mod state;
mod timing;
mod waiting;

pub use aftersale::{Aftersale, Exchanged};
pub use book::{LineBook, LineUnits, without};
pub use command::{OrderCommand, PlaceOrder};
pub use decide::decide;
pub use event::{
    BuyerDetails, Capture, LimitedPieces, OrderEvent, OrderLine, OrderPlaced, RefundPart, Settlement, Tender,
};
pub use parcels::{Parcels, Sent};
pub use refunds::RefundLedger;
pub use refusal::{OrderAction, OrderRefusal};
pub use state::{
    Allocation, Authorized, Benefits, Cancelling, Closed, Interrupted, Open, Order, OrderStatus, Settled, Terms,
};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Order {
    const TYPE: &'static str = "order";
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Error = OrderRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: OrderCommand, (): &(), sink: &EventSink<Self>) -> Result<(), OrderRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: OrderEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
