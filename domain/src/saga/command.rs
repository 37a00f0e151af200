//! What sagas ask of the write side.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    fulfillment::FulfillmentRefusal,
    ids::{FulfillmentId, OrderId, PaymentId, RefundId, ReturnId},
    order::{Capture, OrderRefusal, OrderStatus},
    payment::{GatewayReport, NextAction, PaymentRefusal, ReportSource},
    refund::{Claim, RefundChannel, RefundFailure, RefundRefusal},
    returns::ReturnRefusal,
    stock::StockId,
    text::{GatewayName, PaymentReference, Reason},
};

/// What a saga asks the engine to do. Harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum SagaCommand {
    /// Deduct the order's stock and begin the work on it.
    StartProcessing {
        /// Which order.
        order: OrderId,
    },
    /// Hand what an order waited for over to it, and to a fulfillment of it where the work on it has begun.
    ServeBackorder {
        /// Which order.
        order: OrderId,
        /// Which stock.
        stock: StockId,
    },
    /// Give back the stock of an ended order.
    ReleaseReservations {
        /// Which order.
        order: OrderId,
    },
    /// End an order that was not paid in time.
    ExpireOrder {
        /// Which order.
        order: OrderId,
    },
    /// Decide about money that came after an order had ended.
    SettleLatePayment {
        /// Which order.
        order: OrderId,
        /// The money.
        capture: Capture,
    },
    /// Note that a parcel should have shipped by now.
    ReportShipmentOverdue {
        /// Which fulfillment.
        fulfillment: FulfillmentId,
    },
    /// State that money is owed back.
    RequestRefund {
        /// What and why.
        claim: Claim,
    },
    /// Note in whose hands a refund is.
    RecordRefundSubmitted {
        /// Which refund.
        refund: RefundId,
        /// Whose hands.
        channel: RefundChannel,
    },
    /// Note that a gateway has given a refund back.
    RecordRefundSucceeded {
        /// Which refund.
        refund: RefundId,
        /// Which attempt.
        attempt: u32,
        /// The transfer's name at the gateway.
        reference: PaymentReference,
    },
    /// Note that a gateway has not.
    RecordRefundFailed {
        /// Which refund.
        refund: RefundId,
        /// Which attempt.
        attempt: u32,
        /// What is known of the money.
        failure: RefundFailure,
        /// What was the matter.
        cause: Reason,
    },
    /// Give a refund that failed into the hands of a person.
    RequestRefundReview {
        /// Which refund.
        refund: RefundId,
    },
    /// Note that the gateway has a payment.
    RecordPaymentPending {
        /// Which payment.
        payment: PaymentId,
        /// Its name at the gateway.
        gateway_reference: PaymentReference,
        /// What the customer has to do, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_action: Option<NextAction>,
    },
    /// Take note of what a gateway says of a payment.
    ReportPayment {
        /// Which payment.
        payment: PaymentId,
        /// Who says so.
        gateway: GatewayName,
        /// What it says.
        report: GatewayReport,
        /// How it came in.
        source: ReportSource,
    },
    /// Give up a payment whose time is over.
    ExpirePayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Deal with a return that was not answered in time.
    ReviewReturn {
        /// Which return.
        id: ReturnId,
    },
    /// Close an exchange whose goods have arrived, or pay it back where they were given up.
    SettleExchange {
        /// Which return.
        id: ReturnId,
    },
    /// Note that a refund is settled on the return that it settles, if it settles one.
    SettleReturn {
        /// Which refund.
        refund: RefundId,
    },
}

impl SagaCommand {
    /// Whether a refusal means that others were faster and nothing is left to do. Any other refusal needs a person.
    pub fn is_superseded_by(&self, refusal: &OrderRefusal) -> bool {
        match (self, refusal) {
            (Self::StartProcessing { .. }, OrderRefusal::WrongStatus { action: _, status }) => match status {
                OrderStatus::Cancelling
                | OrderStatus::Cancelled
                | OrderStatus::Shipped
                | OrderStatus::Delivered
                | OrderStatus::Completed => true,
                OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Processing | OrderStatus::Expired => {
                    false
                }
            },
            (Self::ExpireOrder { .. }, OrderRefusal::WrongStatus { .. }) => true,
            // It lives again, and holds what it held.
            (Self::ReleaseReservations { .. }, OrderRefusal::WrongStatus { action: _, status }) => match status {
                OrderStatus::Paid
                | OrderStatus::Processing
                | OrderStatus::Cancelling
                | OrderStatus::Shipped
                | OrderStatus::Delivered
                | OrderStatus::Completed => true,
                OrderStatus::PendingPayment | OrderStatus::Cancelled | OrderStatus::Expired => false,
            },
            (
                Self::StartProcessing { .. } | Self::ExpireOrder { .. } | Self::ReleaseReservations { .. },
                OrderRefusal::Unknown
                | OrderRefusal::AlreadyPlaced
                | OrderRefusal::AmountMismatch { .. }
                | OrderRefusal::RecordedDifferently { .. }
                | OrderRefusal::MoreThanKept { .. }
                | OrderRefusal::EmptyRefund
                | OrderRefusal::OtherCurrency { .. }
                | OrderRefusal::EmptyPayment
                | OrderRefusal::NoUnits
                | OrderRefusal::UnknownLine { .. }
                | OrderRefusal::LineRepeated { .. }
                | OrderRefusal::TooManyUnits { .. }
                | OrderRefusal::OtherStock
                | OrderRefusal::NothingShort
                | OrderRefusal::ReturnWindowClosed { .. }
                | OrderRefusal::TooEarly { .. }
                | OrderRefusal::WindowOpen { .. },
            )
            | (
                Self::ServeBackorder { .. }
                | Self::SettleLatePayment { .. }
                | Self::ReportShipmentOverdue { .. }
                | Self::RequestRefund { .. }
                | Self::RecordRefundSubmitted { .. }
                | Self::RecordRefundSucceeded { .. }
                | Self::RecordRefundFailed { .. }
                | Self::RequestRefundReview { .. }
                | Self::RecordPaymentPending { .. }
                | Self::ReportPayment { .. }
                | Self::ExpirePayment { .. }
                | Self::ReviewReturn { .. }
                | Self::SettleReturn { .. }
                | Self::SettleExchange { .. },
                _,
            ) => false,
        }
    }

    /// The same, of a payment that refuses. One that came to something in time is not to be given up any more.
    pub const fn is_superseded_by_payment(&self, refusal: &PaymentRefusal) -> bool {
        match (self, refusal) {
            (Self::ExpirePayment { .. }, PaymentRefusal::WrongStatus { .. }) => true,
            (
                Self::ExpirePayment { .. },
                PaymentRefusal::Unknown
                | PaymentRefusal::OtherTerms
                | PaymentRefusal::EmptyPayment
                | PaymentRefusal::OtherReference { .. }
                | PaymentRefusal::WindowOpen { .. }
                | PaymentRefusal::CapturedByGateway
                | PaymentRefusal::EmptyCapture
                | PaymentRefusal::OtherCurrency { .. }
                | PaymentRefusal::MoreThanAuthorized { .. }
                | PaymentRefusal::BeingVoided
                | PaymentRefusal::NotBack { .. }
                | PaymentRefusal::QuarantineFull
                | PaymentRefusal::NoMismatch,
            )
            | (
                Self::StartProcessing { .. }
                | Self::ServeBackorder { .. }
                | Self::ReleaseReservations { .. }
                | Self::ExpireOrder { .. }
                | Self::SettleLatePayment { .. }
                | Self::ReportShipmentOverdue { .. }
                | Self::RequestRefund { .. }
                | Self::RecordRefundSubmitted { .. }
                | Self::RecordRefundSucceeded { .. }
                | Self::RecordRefundFailed { .. }
                | Self::RequestRefundReview { .. }
                | Self::RecordPaymentPending { .. }
                | Self::ReportPayment { .. }
                | Self::ReviewReturn { .. }
                | Self::SettleReturn { .. }
                | Self::SettleExchange { .. },
                _,
            ) => false,
        }
    }

    /// The same, of a refund that refuses. What is back or given up is not to be tried or decided any more; but that money
    /// came back twice, or after it was written off, a person must hear.
    pub const fn is_superseded_by_refund(&self, refusal: &RefundRefusal) -> bool {
        match (self, refusal) {
            (
                Self::RecordRefundSubmitted { .. },
                RefundRefusal::InReview | RefundRefusal::Succeeded | RefundRefusal::WrittenOff,
            )
            | (
                Self::RequestRefundReview { .. },
                RefundRefusal::NotFailed | RefundRefusal::Succeeded | RefundRefusal::WrittenOff,
            )
            | (Self::RecordRefundFailed { .. }, RefundRefusal::Succeeded) => true,
            (
                Self::RecordRefundSubmitted { .. } | Self::RequestRefundReview { .. } | Self::RecordRefundFailed { .. },
                RefundRefusal::Unknown
                | RefundRefusal::NotSubmitted
                | RefundRefusal::OtherClaim
                | RefundRefusal::AlreadyDone
                | RefundRefusal::PartNotNumbered
                | RefundRefusal::PartOutOfBounds { .. }
                | RefundRefusal::NotFailed
                | RefundRefusal::NotInReview
                | RefundRefusal::InReview
                | RefundRefusal::ReasonNeeded
                | RefundRefusal::NotOpen
                | RefundRefusal::PaymentDisputed
                | RefundRefusal::WrittenOff,
            )
            | (
                Self::StartProcessing { .. }
                | Self::ServeBackorder { .. }
                | Self::ReleaseReservations { .. }
                | Self::ExpireOrder { .. }
                | Self::SettleLatePayment { .. }
                | Self::ReportShipmentOverdue { .. }
                | Self::RequestRefund { .. }
                | Self::RecordRefundSucceeded { .. }
                | Self::RecordPaymentPending { .. }
                | Self::ReportPayment { .. }
                | Self::ExpirePayment { .. }
                | Self::ReviewReturn { .. }
                | Self::SettleReturn { .. }
                | Self::SettleExchange { .. },
                _,
            ) => false,
        }
    }

    /// The same, of a fulfillment that refuses. One that left or was cancelled in time is not late any more.
    pub const fn is_superseded_by_fulfillment(&self, refusal: &FulfillmentRefusal) -> bool {
        matches!((self, refusal), (Self::ReportShipmentOverdue { .. }, FulfillmentRefusal::WrongStatus { .. }))
    }

    /// The same, of a return that refuses. One that was answered in time is not to be answered any more.
    pub const fn is_superseded_by_return(&self, refusal: &ReturnRefusal) -> bool {
        match self {
            Self::ReviewReturn { .. } => matches!(refusal, ReturnRefusal::WrongStatus { .. }),
            Self::StartProcessing { .. }
            | Self::ServeBackorder { .. }
            | Self::ReleaseReservations { .. }
            | Self::ExpireOrder { .. }
            | Self::RequestRefund { .. }
            | Self::RecordRefundSubmitted { .. }
            | Self::SettleLatePayment { .. }
            | Self::RecordRefundSucceeded { .. }
            | Self::RecordRefundFailed { .. }
            | Self::RequestRefundReview { .. }
            | Self::RecordPaymentPending { .. }
            | Self::ReportPayment { .. }
            | Self::ExpirePayment { .. }
            | Self::ReportShipmentOverdue { .. }
            | Self::SettleReturn { .. }
            | Self::SettleExchange { .. } => false,
        }
    }

    /// The number of what it is about. What one saga does about one subject is done in order, and the subject is part of
    /// the ids of its steps: it must never change for a command that is known.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::StartProcessing { order }
            | Self::ServeBackorder { order, .. }
            | Self::ReleaseReservations { order }
            | Self::ExpireOrder { order }
            | Self::SettleLatePayment { order, .. } => order.as_uuid(),
            Self::ReportShipmentOverdue { fulfillment } => fulfillment.as_uuid(),
            Self::RequestRefund { claim } => claim.order.as_uuid(),
            Self::RecordRefundSubmitted { refund, .. }
            | Self::RecordRefundSucceeded { refund, .. }
            | Self::RecordRefundFailed { refund, .. }
            | Self::RequestRefundReview { refund }
            | Self::SettleReturn { refund } => refund.as_uuid(),
            Self::ReviewReturn { id } | Self::SettleExchange { id } => id.as_uuid(),
            Self::RecordPaymentPending { payment, .. }
            | Self::ReportPayment { payment, .. }
            | Self::ExpirePayment { payment } => payment.as_uuid(),
        }
    }
}
