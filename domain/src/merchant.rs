//! The merchant: what it has decided about prices and about orders.
//!
//! Its id is its stream's id. A merchant that has decided nothing is the default of every state here: no promotions, no
//! shipping fees, no tax, and the policies that hold for everybody.

mod command;
mod decide;
mod event;
mod policies;
mod promotion;
mod refusal;
mod shipping;
mod state;
mod tax;

pub use command::MerchantCommand;
pub use decide::decide;
pub use event::MerchantEvent;
pub use policies::{
    CancellationAfterPayment, GuestContact, LatePayment, MAX_POINTS_EARNED, MAX_POINTS_VALUE, MAX_PRIORITIES,
    MAX_SITES, OverdueReview, PaymentWindow, PointsPolicy, Policies, ReturnReview, ReturnWindow, ShipmentDeadline,
    ShippingRefund,
};
pub use promotion::{MAX_PROMOTIONS, Promotion};
pub use refusal::MerchantRefusal;
pub use shipping::{MAX_SHIPPING_RATES, ShippingRate, ShippingRates};
pub use state::Merchant;
pub use tax::{Destination, MAX_TAX_RATES, MAX_TAXES, RegionRefusal, TaxBasis, TaxPlace, TaxRate, TaxRates, Taxes};

use cqrs_es::{Aggregate, event_sink::EventSink};

impl Aggregate for Merchant {
    const TYPE: &'static str = "merchant";
    type Command = MerchantCommand;
    type Event = MerchantEvent;
    type Error = MerchantRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(
        &mut self,
        command: MerchantCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MerchantRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MerchantEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
