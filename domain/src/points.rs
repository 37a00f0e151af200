//! A customer's points with one issuer: earned by orders, frozen for an order at its placement, spent when it is paid.
//!
//! Points belong to who grants them: a merchant's pay for that merchant's orders and no other's, so that nobody pays for
//! what another gives away. The platform's pay for orders of the merchants of whom it says so.
//!
//! What is available is the balance without the frozen points, and no more than that can be frozen: in every interleaving,
//! two orders never count on the same point. Points that were earned by goods which came back are taken back even when they
//! have been frozen or spent meanwhile. The account is then in debt: what is frozen stays with its order, whose price
//! rests on it, and nothing more can be frozen until new points have paid the debt off, as they do first of all.

mod command;
mod count;
mod decide;
mod event;
mod id;
mod refusal;
mod state;

pub use command::PointsCommand;
pub use count::Points;
pub use decide::decide;
pub use event::{FrozenPoints, GrantCause, PointsEvent};
pub use id::{Issuer, PointsId};
pub use refusal::PointsRefusal;
pub use state::{MAX_EARNED, PointsAccount};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for PointsAccount {
    const TYPE: &'static str = "points_account";
    type Command = PointsCommand;
    type Event = PointsEvent;
    type Error = PointsRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: PointsCommand, (): &(), sink: &EventSink<Self>) -> Result<(), PointsRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: PointsEvent) {
        self.evolve(&event);
    }
}

#[cfg(test)]
mod spec;
