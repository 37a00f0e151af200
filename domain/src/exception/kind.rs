use serde::{Deserialize, Serialize};

use crate::text::InvalidValue;

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// An order is paid, and the work on it has not begun.
    PaidNotConfirmed,
    /// An order awaits its payment longer than its window.
    WindowOverrun,
    /// Stock is held for an order that has ended, or that there is not.
    ReservationWithoutOrder,
    /// A gateway took money for a payment that the log knows, and the log has not this money.
    CaptureNotRecorded,
    /// A gateway took money for a payment that the log does not know.
    CaptureWithoutOrder,
    /// A gateway gave money back, and the log does not have it.
    RefundNotRecorded,
    /// What a gateway says of a payment contradicts the log.
    PaymentMismatch,
    /// A gateway sets money aside for an order that takes none.
    AuthorizationNotReleased,
    /// A gateway took money under a reference that pays another order already.
    PaymentReferenceReused,
    /// A customer disputes a payment with their bank, or the bank took it back.
    PaymentDisputed,
    /// A refund came back after it was said to be done.
    RefundReversed,
    /// Money that is owed back is not back in time.
    RefundOverdue,
    /// A parcel has not left in time.
    ShipmentLate,
    /// A parcel was not delivered, and for days nobody has decided what becomes of it.
    DeliveryUndecided,
    /// Pieces that were held for an order are not there.
    StockShort,
    /// A view shows another status of an order than the log.
    ViewDiffers,
}

impl ExceptionKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::PaidNotConfirmed,
        Self::WindowOverrun,
        Self::ReservationWithoutOrder,
        Self::CaptureNotRecorded,
        Self::CaptureWithoutOrder,
        Self::RefundNotRecorded,
        Self::PaymentMismatch,
        Self::AuthorizationNotReleased,
        Self::PaymentReferenceReused,
        Self::PaymentDisputed,
        Self::RefundReversed,
        Self::RefundOverdue,
        Self::ShipmentLate,
        Self::DeliveryUndecided,
        Self::StockShort,
        Self::ViewDiffers,
    ];

    /// The word that stands for it in JSON and in the view.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaidNotConfirmed => "paid_not_confirmed",
            Self::WindowOverrun => "window_overrun",
            Self::ReservationWithoutOrder => "reservation_without_order",
            Self::CaptureNotRecorded => "capture_not_recorded",
            Self::CaptureWithoutOrder => "capture_without_order",
            Self::RefundNotRecorded => "refund_not_recorded",
            Self::PaymentMismatch => "payment_mismatch",
            Self::AuthorizationNotReleased => "authorization_not_released",
            Self::PaymentReferenceReused => "payment_reference_reused",
            Self::PaymentDisputed => "payment_disputed",
            Self::RefundReversed => "refund_reversed",
            Self::RefundOverdue => "refund_overdue",
            Self::ShipmentLate => "shipment_late",
            Self::DeliveryUndecided => "delivery_undecided",
            Self::StockShort => "stock_short",
            Self::ViewDiffers => "view_differs",
        }
    }

    /// Whether every reconciliation sees it for as long as it lasts, so that one that does not see it any more knows that it
    /// is gone. What a gateway tells is seen once, when it changes there; what a warehouse finds, when it says so.
    pub const fn is_seen_every_time(self) -> bool {
        match self {
            Self::PaidNotConfirmed
            | Self::WindowOverrun
            | Self::ReservationWithoutOrder
            | Self::AuthorizationNotReleased
            | Self::PaymentDisputed
            | Self::RefundReversed
            | Self::RefundOverdue
            | Self::ShipmentLate
            | Self::DeliveryUndecided
            | Self::ViewDiffers => true,
            Self::CaptureNotRecorded
            | Self::CaptureWithoutOrder
            | Self::RefundNotRecorded
            | Self::PaymentMismatch
            | Self::PaymentReferenceReused
            | Self::StockShort => false,
        }
    }
}

impl std::fmt::Display for ExceptionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ExceptionKind {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(InvalidValue { kind: "exception kind", rule: "must be one of the kinds of exceptions" })
    }
}
