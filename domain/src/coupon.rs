//! The coupon: an offer that is had by its code, so many times in all and so many times by each customer.
//!
//! A use counts from its freeze on, at the placement of an order, and not from its payment: however many orders are open at
//! once, no more of them hold a use than there are. An order that ends unpaid gives its use back; a paid order redeems it,
//! and may still give it back when it is cancelled before its shipment.
//!
//! What a coupon promises never changes. It is withdrawn, and issued with other terms under another code. Withdrawal stops
//! new uses only: orders that hold one keep the price that they were placed at.

mod command;
mod decide;
mod event;
mod refusal;
mod state;
mod terms;
mod uses;

pub use command::CouponCommand;
pub use decide::{decide, usable};
pub use event::{CouponEvent, CouponUse};
pub use refusal::CouponRefusal;
pub use state::Coupon;
pub use terms::CouponTerms;
pub use uses::CouponUses;

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Coupon {
    const TYPE: &'static str = "coupon";
    type Command = CouponCommand;
    type Event = CouponEvent;
    type Error = CouponRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: CouponCommand, (): &(), sink: &EventSink<Self>) -> Result<(), CouponRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CouponEvent) {
        self.evolve(&event);
    }
}

#[cfg(test)]
mod spec;
