//! The order exception: something that should have come to an end and has not, or that two books tell differently.
//!
//! A reconciliation finds exceptions by comparing the log, the views and what the gateways say. It repairs by commands what
//! it is certain of, and leaves the rest to a person; either way the log says what was found and what became of it. There
//! is one exception of a kind about a subject at a time, and its id follows from the two.

mod case;
mod decide;
mod event;
mod kind;
mod state;

pub use case::{Case, Closing};
pub use decide::{ExceptionCommand, ExceptionRefusal, decide};
pub use event::ExceptionEvent;
pub use kind::ExceptionKind;
pub use state::OrderException;

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for OrderException {
    const TYPE: &'static str = "order_exception";
    type Command = ExceptionCommand;
    type Event = ExceptionEvent;
    type Error = ExceptionRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(
        &mut self,
        command: ExceptionCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ExceptionRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ExceptionEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
