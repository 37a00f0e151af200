use purser_domain::{
    event::Event,
    ids::{OrderId, RefundId, ReturnId},
    money::Currency,
    order::{LineUnits, OrderEvent, OrderPlaced},
    pricing::Sums,
    refund::{Claim, RefundCause, RefundEvent},
    returns::{Owed, ReturnEvent, ReturnTerms},
};

use super::figures::Figures;

/// An event that counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn<'a> {
    Order(OrderId, OrderTurn),
    /// Money is back.
    Refunded(RefundId),
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
            Event::Refund(id, event) => succeeded(event).then_some(Self::Refunded(*id)),
            Event::Return(id, event) => accepted(event).map(|units| Self::Returned(*id, units)),
            Event::Stock(..)
            | Event::Product(..)
            | Event::Payment(..)
            | Event::Fulfillment(..)
            | Event::Merchant(..)
            | Event::Coupon(..)
            | Event::Points(..)
            | Event::Quota(..)
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
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::UnitsReturned { .. } => None,
    }
}

const fn succeeded(event: &RefundEvent) -> bool {
    match event {
        RefundEvent::RefundSucceeded { .. } => true,
        RefundEvent::RefundRequested { .. }
        | RefundEvent::RefundSubmitted { .. }
        | RefundEvent::RefundFailed { .. }
        | RefundEvent::RefundReviewRequested { .. }
        | RefundEvent::RefundRetried { .. }
        | RefundEvent::RefundWrittenOff { .. } => false,
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
    let Sums { subtotal, discount, shipping, tax, tax_added, points } =
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

/// What a refund adds that succeeded, in its own currency. Money that settled no order was never counted as paid, so that
/// its way back is told apart.
pub(super) fn of_refund(claim: &Claim) -> (Currency, Figures) {
    let owed = claim.owed();
    let amount = owed.amount.minor_units().into();
    let figures = match claim.cause {
        RefundCause::OrderCancelled | RefundCause::LinesCancelled | RefundCause::Returned | RefundCause::Goodwill => {
            Figures { refunds: 1, refunded: amount, ..Figures::default() }
        }
        RefundCause::LatePayment | RefundCause::SurplusPayment | RefundCause::IncompletePayment => {
            Figures { unapplied_refunds: 1, unapplied_refunded: amount, ..Figures::default() }
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
