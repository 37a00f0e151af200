//! Stock: the pieces of one SKU at one location, and who they are held for.
//!
//! `on_hand >= reserved >= 0` after every event, in every interleaving: a reservation is decided here, by the one
//! aggregate that owns the pieces, for every entry alike.
//!
//! Orders may wait for pieces that are still to come. They are served strictly in the order in which they came and whole:
//! the first that does not fit blocks those behind it, so that a large order is never starved by small ones. While
//! anybody waits, nothing is available to others, whatever lies on the shelf.

mod command;
mod decide;
mod event;
mod id;
mod queue;
mod refusal;
mod state;

/// Where stock is that nobody said another place for.
pub const USUAL_LOCATION: &str = "main";

pub use command::StockCommand;
pub use decide::decide;
pub use event::{Reservation, ReservationStage, StockEvent};
pub use id::StockId;
pub use refusal::StockRefusal;
pub use state::{MAX_ON_HAND, Stock};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Stock {
    const TYPE: &'static str = "stock";
    type Command = StockCommand;
    type Event = StockEvent;
    type Error = StockRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: StockCommand, (): &(), sink: &EventSink<Self>) -> Result<(), StockRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: StockEvent) {
        self.evolve(&event);
    }
}

#[cfg(test)]
mod spec;
