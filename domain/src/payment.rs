//! The payment: one attempt to have an order paid through a gateway. An order may have several.
//!
//! What a gateway says arrives late, twice, out of order or never. So it says it about the payment as a whole
//! ([`GatewayReport`]), and a payment takes from each report what is new to it: each transaction once, by its reference.
//! For reports that do not contradict each other the state at the end is the same in whatever order they came. To that end
//! the states have a rank, and a report only ever raises it:
//!
//! - money counts most: a capture is taken in every state, also after the payment failed, expired or was voided;
//! - below it the endings, in the order of [`Ending`];
//! - below these an authorisation, and last that the payment is known to the gateway at all.
//!
//! A report that cannot be about this payment, or speaks of more money than it is for, is put into quarantine whole: it is
//! on record, a person settles it, and nothing else comes of it.
//!
//! Money that is set aside has its order for a reason: what an order does not take any more is released
//! ([`Payment::holds_authorization`]), by whatever the order stopped waiting for it.
//!
//! A gateway that authorises a payment after it expired here is not followed back: who expires a payment asks for its
//! void as well ([`PaymentCommand::RequestVoid`]), and the gateway closes it or says that the money came.

mod captures;
mod command;
mod decide;
mod event;
mod evolve;
mod mismatch;
mod money_back;
mod quarantine;
mod refusal;
mod report;
mod state;
mod status;
mod terms;

pub use captures::{CAPTURES_MAX, Captures};
pub use command::PaymentCommand;
pub use decide::{contradicts, decide};
pub use event::{PaymentEvent, new_captures};
pub use mismatch::Mismatch;
pub use money_back::{MoneyBack, OUTSIDE_REFUNDS_MAX};
pub use quarantine::{MISMATCHES_MAX, Quarantine};
pub use refusal::{PaymentAction, PaymentRefusal};
pub use report::{GatewayReport, ReportSource, ReportedCapture, ReportedRefund, ReportedRefundStatus, ReportedStatus};
pub use state::{Asked, Attempt, Ending, Payment, Rest};
pub use status::PaymentStatus;
pub use terms::{CaptureMethod, NextAction, PaymentTerms};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Error = PaymentRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: PaymentCommand, (): &(), sink: &EventSink<Self>) -> Result<(), PaymentRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: PaymentEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
