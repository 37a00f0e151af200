//! Sagas: what must follow from an event, beyond the append that it was part of.
//!
//! Each saga is a pure function from an event to reactions. What has been done already is in the aggregates, and every
//! command is harmless when repeated, so that the sagas themselves have no state to lose.
//!
//! | saga | starts with | does | ends with |
//! |---|---|---|---|
//! | [payment window](payment_window) | `OrderPlaced` | waits until the window closes, then expires the order | `OrderExpired`, or the timer's removal when the order is paid or cancelled |
//! | [processing] | `OrderPaid`, `OrderReinstated`, `CancellationDeclined`; `BackorderAllocated` | deducts the stock, opens the fulfillments and begins the work, in one append; does the same with what is waited for, when it has come | `ProcessingStarted`, `BackorderServed`, or nothing when the order was cancelled meanwhile |
//! | [release] | `OrderCancelled`, `OrderExpired` | gives the stock back, in one append | `OrderReservationsReleased`, or nothing when the order lives again |
//! | [late payment](late_payment) | `LatePaymentReceived` | reinstates an order that expired, if its merchant wants that and all that it claims can be had, or owes the money back | `OrderReinstated` or `RefundOwed` |
//! | [payment] | `PaymentInitiated` | opens it at its gateway, asks after it, gives it up at its end, carries captures and voids there | all of the money, or any ending of the payment |
//! | [refund] | a cancellation of a paid order, surplus money, `RefundOwed` | asks for the refund, has the gateway that took the money give it back or puts it into people's hands, tries again, and leaves the rest to a person | `RefundSucceeded` or `RefundWrittenOff` |
//! | [fulfillment] | `FulfillmentOpened` | waits until the parcel must have shipped, then has it noted that it is overdue | `ShipmentOverdue`, or the timer's removal when it leaves or is cancelled |
//! | [returns] | `ReturnRequested`, a refund that is settled | answers by the merchant's policy what nobody has answered, closes what is paid back | `ReturnClosed`, `ReturnDeclined`, `ReturnCancelled` |
//! | [exchange] | a parcel that answers a return arrives or is cancelled | closes the exchange when all of it has arrived, pays it back when all of it was given up | `ReturnClosed`, or the refunds of the return |
//!
//! A saga has three means. A [`SagaCommand`] goes to the write side and is in the log when it is done. An [`Effect`] is done
//! outside the engine, and the command that it answers with puts its outcome into the log. A [`Timer`] comes back to a
//! subject at a time, once or every so often.

mod command;
mod effect;
pub mod exchange;
pub mod fulfillment;
pub mod late_payment;
pub mod payment;
pub mod payment_window;
pub mod processing;
mod reaction;
pub mod refund;
pub mod release;
pub mod returns;
mod timer;

pub use command::SagaCommand;
pub use effect::{AfterFailure, Backoff, Effect, EffectError, GiveUp, Retries, Trace, Tried};
pub use reaction::{Action, Reaction, Reactions};
pub use timer::{Repeat, Timer};

use crate::event::Event;

/// One of the engine's sagas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Saga {
    /// Expires orders that are not paid in time.
    PaymentWindow,
    /// Deducts the stock of paid orders.
    Processing,
    /// Gives back the stock of ended orders.
    Release,
    /// Brings back money that is owed.
    Refund,
    /// Brings payments to their gateways and watches them there.
    Payment,
    /// Decides about money that came after an order had ended.
    LatePayment,
    /// Notices parcels that do not leave in time.
    Fulfillment,
    /// Sees that returns are answered and closed.
    Return,
    /// Sees that exchanges end, with their goods or with the money.
    Exchange,
}

impl Saga {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PaymentWindow,
        Self::Processing,
        Self::Release,
        Self::Refund,
        Self::Payment,
        Self::LatePayment,
        Self::Fulfillment,
        Self::Return,
        Self::Exchange,
    ];

    /// The saga's name in tables, metrics and metadata.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentWindow => "payment_window",
            Self::Processing => "processing",
            Self::Release => "release",
            Self::Refund => "refund",
            Self::Payment => "payment",
            Self::LatePayment => "late_payment",
            Self::Fulfillment => "fulfillment",
            Self::Return => "return",
            Self::Exchange => "exchange",
        }
    }

    /// What follows from an event. The order of the actions is part of their ids: what a known event led to stays where it
    /// is, and what is new comes after it.
    pub fn react(self, event: &Event) -> Reactions {
        match self {
            Self::PaymentWindow => payment_window::react(event),
            Self::Processing => processing::react(event),
            Self::Release => release::react(event),
            Self::Refund => refund::react(event),
            Self::Payment => payment::react(event),
            Self::LatePayment => late_payment::react(event),
            Self::Fulfillment => fulfillment::react(event),
            Self::Return => returns::react(event),
            Self::Exchange => exchange::react(event),
        }
    }
}

#[cfg(test)]
mod spec;
