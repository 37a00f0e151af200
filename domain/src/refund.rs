//! The refund: money that is owed back, all of a capture or a part of it, until it is back or given up.
//!
//! What the gateway or the bank says is taken note of wherever the refund stands, since money that is back is back, and money
//! that came back from the customer's bank is owed again. What went back without being asked for counts for it
//! ([`crate::clearing`]). What a
//! person decides bears their name and their reason, and is possible only after the engine has given the refund into
//! their hands, by [`RefundCommand::RequestReview`].

mod claim;
mod command;
mod decide;
mod event;
mod evolve;
mod refusal;
mod state;

pub use claim::{Claim, RefundCause};
pub use command::RefundCommand;
pub use decide::decide;
pub use event::{RefundChannel, RefundEvent, RefundFailure, SettledBy};
pub use refusal::RefundRefusal;
pub use state::{InHand, Refund};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Refund {
    const TYPE: &'static str = "refund";
    type Command = RefundCommand;
    type Event = RefundEvent;
    type Error = RefundRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: RefundCommand, (): &(), sink: &EventSink<Self>) -> Result<(), RefundRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: RefundEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
