use purser_domain::{
    event::Event,
    ids::{OrderId, PaymentId, RefundId, ReturnId},
    money::Currency,
    order::{LineUnits, OrderEvent, OrderPlaced},
    payment::PaymentEvent,
    pricing::Sums,
    refund::{Claim, RefundCause, RefundEvent},
    returns::{Owed, ReturnEvent, ReturnTerms},
};

use super::figures::Figures;

/// An event that counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn<'a> {
    Order(OrderId, OrderTurn),
    /// Money is back, or did not arrive after all.
    Refunded(RefundId, RefundTurn),
    /// A gateway gave money back without being asked for it: so much more, or less where it did not arrive.
    Unasked(PaymentId, i64),
    /// What is owed for a return was decided.
    Returned(ReturnId, Accepted<'a>),
}

/// Which units of a return were accepted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Accepted<'a> {
    These(&'a [LineUnits]),
    All,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum RefundTurn {
    Succeeded,
    /// What went back unasked, and was counted as that, counts for the refund, which is done where nothing is left.
    Offset {
        amount: i64,
        is_done: bool,
    },
    Reversed,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum OrderTurn {
    Placed,
    Paid,
    Cancelled,
    Expired,
}

impl<'a> Turn<'a> {
    pub(super) fn of(event: &'a Event) -> Option<Self> {
        match event {
            Event::Order(id, event) => order_turn(event).map(|turn| Self::Order(*id, turn)),
            Event::Refund(id, event) => refund_turn(event).map(|turn| Self::Refunded(*id, turn)),
            Event::Payment(id, event) => unasked(event).map(|amount| Self::Unasked(*id, amount)),
            Event::Return(id, event) => accepted(event).map(|units| Self::Returned(*id, units)),
            Event::Stock(..)
            | Event::Product(..)
            | Event::Fulfillment(..)
            | Event::Merchant(..)
            | Event::Coupon(..)
            | Event::Points(..)
            | Event::Quota(..)
            | Event::Reference(..)
            | Event::Exception(..) => None,
        }
    }
}

const fn order_turn(event: &OrderEvent) -> Option<OrderTurn> {
    match event {
        OrderEvent::OrderPlaced(_) => Some(OrderTurn::Placed),
        // One that lives again is paid by the money that came late.
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } => Some(OrderTurn::Paid),
        OrderEvent::OrderCancelled { .. } => Some(OrderTurn::Cancelled),
        OrderEvent::OrderExpired { .. } => Some(OrderTurn::Expired),
        OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => None,
    }
}

const fn refund_turn(event: &RefundEvent) -> Option<RefundTurn> {
    match event {
        RefundEvent::RefundSucceeded { .. } => Some(RefundTurn::Succeeded),
        RefundEvent::RefundOffset { amount, left, .. } => {
            Some(RefundTurn::Offset { amount: amount.amount.minor_units(), is_done: left.minor_units() == 0 })
        }
        RefundEvent::RefundReversed { .. } => Some(RefundTurn::Reversed),
        RefundEvent::RefundRequested { .. }
        | RefundEvent::RefundSubmitted { .. }
        | RefundEvent::RefundFailed { .. }
        | RefundEvent::RefundReviewRequested { .. }
        | RefundEvent::RefundRetried { .. }
        | RefundEvent::RefundWrittenOff { .. } => None,
    }
}

const fn unasked(event: &PaymentEvent) -> Option<i64> {
    match event {
        PaymentEvent::PaymentRefundedOutside { amount, .. } | PaymentEvent::PaymentChargedBack { amount, .. } => {
            Some(amount.amount.minor_units())
        }
        PaymentEvent::OutsideRefundFailed { amount, .. } => Some(-amount.amount.minor_units()),
        PaymentEvent::PaymentInitiated { .. }
        | PaymentEvent::PaymentPending { .. }
        | PaymentEvent::PaymentAuthorized { .. }
        | PaymentEvent::PaymentCaptured { .. }
        | PaymentEvent::PaymentFailed { .. }
        | PaymentEvent::PaymentExpired { .. }
        | PaymentEvent::PaymentVoided { .. }
        | PaymentEvent::AuthorizationExpired { .. }
        | PaymentEvent::PaymentDisputed { .. }
        | PaymentEvent::PaymentDisputeWon { .. }
        | PaymentEvent::PaymentRefundBegun { .. }
        | PaymentEvent::MoneyBackApplied { .. }
        | PaymentEvent::CaptureRequested { .. }
        | PaymentEvent::VoidRequested { .. }
        | PaymentEvent::PaymentMismatchReported { .. }
        | PaymentEvent::PaymentMismatchResolved { .. } => None,
    }
}

/// A return of which nothing came back is none. All units of an exchange came back, or nothing would be sent for them.
const fn accepted(event: &ReturnEvent) -> Option<Accepted<'_>> {
    match event {
        ReturnEvent::ReturnResolving { owed, .. } => match owed {
            Owed::Refund { units } => Some(Accepted::These(units.as_slice())),
            Owed::Replacement { .. } => Some(Accepted::All),
            Owed::Nothing => None,
        },
        ReturnEvent::ReturnRequested(_)
        | ReturnEvent::ReturnApproved { .. }
        | ReturnEvent::ReturnDeclined { .. }
        | ReturnEvent::ReturnCancelled { .. }
        | ReturnEvent::ReturnEscalated { .. }
        | ReturnEvent::ReturnInTransit { .. }
        | ReturnEvent::ReturnReceived { .. }
        | ReturnEvent::ReturnInspected { .. }
        | ReturnEvent::ReturnReplacementGivenUp { .. }
        | ReturnEvent::ReturnRefundSettled { .. }
        | ReturnEvent::ReturnClosed { .. } => None,
    }
}

/// What a turn of an order adds, in the order's currency.
pub(super) fn of_order(turn: OrderTurn, placed: &OrderPlaced) -> (Currency, Figures) {
    let none = Figures::default();
    let figures = match turn {
        OrderTurn::Placed => Figures { orders_placed: 1, ..none },
        OrderTurn::Paid => paid(placed),
        OrderTurn::Cancelled => Figures { orders_cancelled: 1, ..none },
        OrderTurn::Expired => Figures { orders_expired: 1, ..none },
    };
    (placed.total.currency, figures)
}

fn paid(placed: &OrderPlaced) -> Figures {
    let plain = || Sums { subtotal: placed.total.amount, ..Sums::default() };
    let Sums { subtotal, discount, shipping, tax, tax_added, points, tax_not_due: _ } =
        placed.pricing.as_ref().map_or_else(plain, |pricing| pricing.sums);
    Figures {
        orders_paid: 1,
        units: placed.lines.iter().map(|line| i128::from(line.quantity.units())).sum(),
        gross: subtotal.minor_units().into(),
        discounts: discount.minor_units().into(),
        shipping: shipping.minor_units().into(),
        tax: tax.minor_units().into(),
        tax_added: tax_added.minor_units().into(),
        points: points.minor_units().into(),
        paid: placed.total.amount.minor_units().into(),
        ..Figures::default()
    }
}

/// What a refund adds, in its own currency. Money that settled no order was never counted as paid, so that its way back is
/// told apart. What went back unasked was counted then, and counts with its refund from now on.
pub(super) fn of_refund(claim: &Claim, turn: RefundTurn) -> (Currency, Figures) {
    let owed = claim.owed();
    let owed_units = i128::from(owed.amount.minor_units());
    let (count, amount, unasked) = match turn {
        RefundTurn::Succeeded => (1, owed_units, 0),
        RefundTurn::Reversed => (-1, -owed_units, 0),
        RefundTurn::Offset { amount, is_done: true } => (1, owed_units, i128::from(amount)),
        RefundTurn::Offset { amount, is_done: false } => (0, 0, i128::from(amount)),
    };
    let none = Figures { refunded: -unasked, ..Figures::default() };
    let figures = match claim.cause {
        RefundCause::OrderCancelled
        | RefundCause::LinesCancelled
        | RefundCause::Returned
        | RefundCause::Goodwill
        | RefundCause::Undelivered => Figures { refunds: count, refunded: amount - unasked, ..none },
        RefundCause::LatePayment | RefundCause::SurplusPayment | RefundCause::IncompletePayment => {
            Figures { unapplied_refunds: count, unapplied_refunded: amount, ..none }
        }
    };
    (owed.currency, figures)
}

/// What a return adds of which so many units were accepted.
pub(super) fn of_return(terms: &ReturnTerms, accepted: Accepted<'_>) -> Figures {
    let units_returned = match accepted {
        Accepted::These(units) => units.iter().map(|units| i128::from(units.quantity.units())).sum(),
        Accepted::All => terms.units.iter().map(|units| i128::from(units.quantity.units())).sum(),
    };
    Figures { returns: 1, units_returned, ..Figures::default() }
}
