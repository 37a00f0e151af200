use std::collections::BTreeMap;

use purser_domain::{
    Timestamp, clearing,
    event::Event,
    exception::{Case, Closing, ExceptionEvent, ExceptionKind},
    fulfillment::FulfillmentEvent,
    ids::{ExceptionId, FulfillmentId, OrderId, PaymentId, RefundId},
    money::Amount,
    order::{OrderEvent, OrderStatus},
    payment::PaymentEvent,
    refund::RefundEvent,
    stock::StockEvent,
    text::MerchantId,
};
use serde::{Deserialize, Serialize};

use crate::views::status_after;

/// Everything in the log that is not over, up to a position.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watch {
    pub(super) orders: BTreeMap<OrderId, WatchedOrder>,
    pub(super) refunds: BTreeMap<RefundId, WatchedRefund>,
    pub(super) authorized: BTreeMap<PaymentId, WatchedPayment>,
    pub(super) parcels: BTreeMap<FulfillmentId, WatchedParcel>,
    pub(super) failed: BTreeMap<FulfillmentId, FailedParcel>,
    pub(super) raised: BTreeMap<ExceptionId, Case>,
    pub(super) settled: BTreeMap<ExceptionId, Case>,
    /// What is the matter until another event says that it is over.
    #[serde(default)]
    pub(super) lasting: BTreeMap<ExceptionId, Case>,
}

/// An order that awaits something, or for which stock is held.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct WatchedOrder {
    pub(super) merchant: Option<MerchantId>,
    /// Where it stands, and since when; none where only its stock is known of.
    pub(super) standing: Option<(OrderStatus, Timestamp)>,
    /// When its payment window closes.
    pub(super) pay_by: Option<Timestamp>,
    /// Pieces that are held for it, or deducted and not shipped, or waited for, over all stocks.
    pub(super) pieces: i64,
    /// When that changed, the last time.
    pub(super) pieces_at: Option<Timestamp>,
}

/// Money that is owed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WatchedRefund {
    pub(super) order: OrderId,
    pub(super) since: Timestamp,
    /// A person has it before them already.
    pub(super) in_review: bool,
}

/// A payment for which a gateway sets money aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WatchedPayment {
    pub(super) order: OrderId,
    pub(super) merchant: MerchantId,
    /// Whether anything of it is set aside, and not only awaited.
    pub(super) is_authorized: bool,
    /// Since when its order takes none of it; none while it does.
    pub(super) unwanted_since: Option<Timestamp>,
    /// The gateway was asked to release it.
    pub(super) is_void_asked: bool,
}

/// A parcel whose delivery failed, and of which nobody has decided what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FailedParcel {
    /// Of which order, where the log says so with the failure.
    pub(super) order: Option<OrderId>,
    pub(super) since: Timestamp,
}

/// A parcel that has not left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WatchedParcel {
    pub(super) order: OrderId,
    pub(super) merchant: MerchantId,
    pub(super) ship_by: Timestamp,
}

impl Watch {
    /// Takes note of an event of the log. `at` is when the log took it.
    pub fn see(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Order(id, event) => self.see_order(*id, event, at),
            Event::Stock(_, event) => self.see_stock(event, at),
            Event::Payment(id, event) => self.see_payment(*id, event, at),
            Event::Refund(id, event) => self.see_refund(*id, event, at),
            Event::Fulfillment(id, event) => self.see_parcel(*id, event, at),
            Event::Exception(id, event) => self.see_exception(*id, event),
            Event::Product(..)
            | Event::Return(..)
            | Event::Merchant(..)
            | Event::Coupon(..)
            | Event::Points(..)
            | Event::Quota(..)
            | Event::Reference(..) => {}
        }
    }

    /// How many orders are watched.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// The exceptions that are open, as the log has them.
    pub const fn raised(&self) -> &BTreeMap<ExceptionId, Case> {
        &self.raised
    }

    /// Whether a person settled exactly this.
    pub fn is_settled(&self, case: &Case) -> bool {
        self.settled.get(&case.exception()) == Some(case)
    }

    fn see_order(&mut self, id: OrderId, event: &OrderEvent, at: Timestamp) {
        let Some(status) = status_after(event) else { return };
        let unwanted_since = (status != OrderStatus::PendingPayment).then_some(at);
        for payment in self.authorized.values_mut().filter(|payment| payment.order == id) {
            payment.unwanted_since = payment.unwanted_since.filter(|_| unwanted_since.is_some()).or(unwanted_since);
        }
        if !is_awaiting(status) && !self.orders.contains_key(&id) {
            return;
        }
        let order = self.orders.entry(id).or_default();
        if let OrderEvent::OrderPlaced(placed) = event {
            order.merchant = Some(placed.merchant.clone());
            order.pay_by = Some(placed.pay_by);
        }
        order.standing = Some((status, at));
        self.forget_if_over(id);
    }

    fn see_stock(&mut self, event: &StockEvent, at: Timestamp) {
        let (id, pieces) = match event {
            StockEvent::StockReserved(reservation)
            | StockEvent::ReservationExtended(reservation)
            | StockEvent::StockBackordered(reservation) => (reservation.order, i64::from(reservation.quantity)),
            StockEvent::ReservationReleased { reservation, from: _ }
            | StockEvent::ReservationConsumed(reservation)
            | StockEvent::BackorderReleased(reservation) => (reservation.order, -i64::from(reservation.quantity)),
            StockEvent::StockReceived { .. }
            | StockEvent::StockAdjusted { .. }
            | StockEvent::ReservationCommitted(_)
            | StockEvent::ReservationShorted { .. }
            | StockEvent::StockRestocked { .. }
            | StockEvent::BackorderAllocated(_) => return,
        };
        let order = self.orders.entry(id).or_default();
        order.pieces += pieces;
        order.pieces_at = Some(at);
        self.forget_if_over(id);
    }

    fn see_payment(&mut self, id: PaymentId, event: &PaymentEvent, at: Timestamp) {
        match event {
            PaymentEvent::PaymentInitiated { terms, .. } => {
                let (order, merchant) = (terms.order, terms.merchant.clone());
                let payment = WatchedPayment {
                    order,
                    merchant,
                    is_authorized: false,
                    unwanted_since: None,
                    is_void_asked: false,
                };
                self.authorized.insert(id, payment);
            }
            PaymentEvent::PaymentAuthorized { .. } => {
                if let Some(payment) = self.authorized.get_mut(&id) {
                    payment.is_authorized = true;
                    // What it is asked for late is late from now on.
                    payment.unwanted_since = payment.unwanted_since.map(|_| at);
                }
            }
            PaymentEvent::VoidRequested { .. } => {
                if let Some(payment) = self.authorized.get_mut(&id) {
                    payment.is_void_asked = true;
                }
            }
            PaymentEvent::PaymentCaptured { rest: Amount::ZERO, .. }
            | PaymentEvent::PaymentVoided { .. }
            | PaymentEvent::AuthorizationExpired { .. }
            | PaymentEvent::PaymentFailed { .. }
            | PaymentEvent::PaymentExpired { .. } => {
                self.authorized.remove(&id);
            }
            PaymentEvent::PaymentDisputed { .. } | PaymentEvent::PaymentChargedBack { .. } => {
                self.authorized.remove(&id);
                self.lasts(clearing::dispute_of(id));
            }
            PaymentEvent::PaymentDisputeWon { .. } => {
                self.lasting.retain(|exception, _| Some(*exception) != clearing::dispute_of(id));
            }
            PaymentEvent::PaymentPending { .. }
            | PaymentEvent::PaymentRefundBegun { .. }
            | PaymentEvent::PaymentRefundedOutside { .. }
            | PaymentEvent::OutsideRefundFailed { .. }
            | PaymentEvent::MoneyBackApplied { .. }
            | PaymentEvent::PaymentCaptured { .. }
            | PaymentEvent::CaptureRequested { .. }
            | PaymentEvent::PaymentMismatchReported { .. }
            | PaymentEvent::PaymentMismatchResolved { .. } => {}
        }
    }

    fn see_refund(&mut self, id: RefundId, event: &RefundEvent, at: Timestamp) {
        match event {
            RefundEvent::RefundRequested { claim, .. } => {
                self.refunds.insert(id, WatchedRefund { order: claim.order, since: at, in_review: false });
            }
            RefundEvent::RefundSucceeded { .. }
            | RefundEvent::RefundOffset { left: Amount::ZERO, .. }
            | RefundEvent::RefundWrittenOff { .. } => {
                self.refunds.remove(&id);
                self.lasting.retain(|exception, _| Some(*exception) != clearing::reversal_of(id));
            }
            RefundEvent::RefundReviewRequested { .. } => {
                if let Some(refund) = self.refunds.get_mut(&id) {
                    refund.in_review = true;
                }
            }
            RefundEvent::RefundRetried { .. } => {
                if let Some(refund) = self.refunds.get_mut(&id) {
                    *refund = WatchedRefund { order: refund.order, since: at, in_review: false };
                }
            }
            // It is shown as an exception of its own until it is done again.
            RefundEvent::RefundReversed { .. } => self.lasts(clearing::reversal_of(id)),
            RefundEvent::RefundOffset { .. }
            | RefundEvent::RefundSubmitted { .. }
            | RefundEvent::RefundFailed { .. } => {}
        }
    }

    fn see_parcel(&mut self, id: FulfillmentId, event: &FulfillmentEvent, at: Timestamp) {
        match event {
            FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => {
                let (order, merchant) = (parcel.order, parcel.merchant.clone());
                self.parcels.insert(id, WatchedParcel { order, merchant, ship_by: parcel.ship_by });
            }
            FulfillmentEvent::FulfillmentDeliveryFailed { order, .. } => {
                self.failed.insert(id, FailedParcel { order: *order, since: at });
            }
            FulfillmentEvent::FulfillmentShipped { .. }
            | FulfillmentEvent::FulfillmentCancelled { .. }
            | FulfillmentEvent::FulfillmentReturned { .. }
            | FulfillmentEvent::FulfillmentLost { .. } => {
                self.parcels.remove(&id);
                self.failed.remove(&id);
            }
            FulfillmentEvent::FulfillmentHeld { .. }
            | FulfillmentEvent::FulfillmentHoldReleased { .. }
            | FulfillmentEvent::FulfillmentStarted { .. }
            | FulfillmentEvent::FulfillmentDelivered { .. }
            | FulfillmentEvent::FulfillmentReduced { .. }
            | FulfillmentEvent::ShipmentOverdue { .. } => {}
        }
    }

    fn see_exception(&mut self, id: ExceptionId, event: &ExceptionEvent) {
        match event {
            ExceptionEvent::ExceptionRaised { case, at: _ } => {
                self.settled.remove(&id);
                self.raised.insert(id, case.clone());
                if matches!(case.kind, ExceptionKind::PaymentDisputed | ExceptionKind::RefundReversed) {
                    self.lasting.insert(id, case.clone());
                }
            }
            ExceptionEvent::ExceptionClosed { closing, at: _ } => {
                let case = self.raised.remove(&id);
                if let (Some(case), Closing::Settled { .. }) = (case, closing) {
                    self.lasting.remove(&id);
                    self.settled.insert(id, case);
                }
            }
        }
    }

    /// What is the matter once more before it was found to be over is not raised a second time, and lasts all the same.
    fn lasts(&mut self, exception: Option<ExceptionId>) {
        if let Some((id, case)) = exception.and_then(|id| self.raised.get_key_value(&id)) {
            self.lasting.insert(*id, case.clone());
        }
    }

    fn forget_if_over(&mut self, id: OrderId) {
        let is_over =
            |order: &WatchedOrder| order.pieces == 0 && order.standing.is_none_or(|(status, _)| !is_awaiting(status));
        if self.orders.get(&id).is_some_and(is_over) {
            self.orders.remove(&id);
        }
    }
}

/// Whether the engine has something to do about an order of this status, sooner or later.
const fn is_awaiting(status: OrderStatus) -> bool {
    match status {
        OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Processing | OrderStatus::Cancelling => true,
        OrderStatus::Shipped
        | OrderStatus::Delivered
        | OrderStatus::Completed
        | OrderStatus::Cancelled
        | OrderStatus::Expired => false,
    }
}

#[cfg(test)]
mod spec;
