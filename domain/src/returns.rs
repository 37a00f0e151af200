//! The return: what a customer wants to send back, or have paid back, until that is settled.
//!
//! A return moves neither stock nor money. What was inspected tells the stocks what to restock ([`restocked`]), and a
//! return that is resolved says what is owed ([`Owed`]); the refund and the replacement are aggregates of their own.

mod command;
mod decide;
mod event;
mod evolve;
mod exchange;
mod inspection;
mod refusal;
mod state;
mod status;
mod terms;

pub use command::ReturnCommand;
pub use decide::decide;
pub use event::ReturnEvent;
pub use exchange::{check_replacement, is_for_the_same};
pub use inspection::{InspectedLine, Owed, restocked};
pub use refusal::{ReturnAction, ReturnRefusal};
pub use state::Return;
pub use status::ReturnStatus;
pub use terms::{Replacement, ReturnKind, ReturnTerms, ReturnUnits};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Return {
    const TYPE: &'static str = "return";
    type Command = ReturnCommand;
    type Event = ReturnEvent;
    type Error = ReturnRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: ReturnCommand, (): &(), sink: &EventSink<Self>) -> Result<(), ReturnRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReturnEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
