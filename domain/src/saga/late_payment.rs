//! Late payment: money that came after an order had ended goes back, or reinstates the order.
//!
//! **Starts with** `LatePaymentReceived`.
//!
//! **Steps.** One command decides, in one append. By its merchant's policy an order that expired lives again if the money is
//! exactly its total (what came late of one payment counts together), if none of the money is on its way back, and if its
//! stock, its coupons, its points and its share of purchase limits are still held or can all be had again: then
//! `OrderReinstated` stands in the log with all that was taken for it, and the order is paid. In any other case, and always
//! after a cancellation, `RefundOwed` has the [refund](super::refund) bring the money back. Money that comes a second time is
//! on top of what settled the order.
//!
//! **Compensations.** None of its own. It may come before or after the [release](super::release) of what the order held: what
//! is still held stays held, and a release that comes after a reinstatement is refused by the order, which needs nothing more.
//!
//! **Ends** with `OrderReinstated`, from which the [processing](super::processing) goes on, or with `RefundOwed`.

use super::{Reactions, SagaCommand};
use crate::{event::Event, order::OrderEvent};

pub(super) fn react(event: &Event) -> Reactions {
    if let Event::Order(order, OrderEvent::LatePaymentReceived { capture, .. }) = event {
        Reactions::from(SagaCommand::SettleLatePayment { order: *order, capture: capture.clone() })
    } else {
        Reactions::NONE
    }
}
