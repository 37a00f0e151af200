mod cancel;
mod goodwill;
mod parcels;
mod returns;
mod serve;
mod settle;
mod shift;
mod short;

use self::{cancel::parts_owed, settle::decide_settlement};
use crate::{
    Timestamp,
    money::{Amount, Money},
    order::{
        Cancelling, Capture, Closed, Order, OrderAction, OrderCommand, OrderEvent, OrderRefusal, OrderStatus,
        PlaceOrder, Sent, Settled, Settlement,
        late::{decide_late_refund, decide_reinstatement},
        timing,
    },
    points::Issuer,
    refund::RefundCause,
};

type Decision = Result<Vec<OrderEvent>, OrderRefusal>;

/// What follows from a command. No events mean "already so"; whatever must not be is a refusal with its own name.
pub fn decide(order: &Order, command: OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
    timing::check(order, &command)?;
    match command {
        OrderCommand::Place(place) => decide_place(order, place),
        OrderCommand::RecordPayment { reference, amount, tender, at } => {
            decide_payment(order, Capture { reference, amount, payment: None, tender }, at)
        }
        OrderCommand::RecordCapture { capture, at } => decide_payment(order, capture, at),
        OrderCommand::NoteAuthorization { payment, at } => match order {
            Order::PendingPayment(open) if !open.authorized.contains(&payment) => {
                Ok(vec![OrderEvent::AuthorizationReceived { payment, at }])
            }
            Order::PendingPayment(_) => Ok(vec![]),
            other => refuse(other, OrderAction::Pay),
        },
        OrderCommand::StartProcessing { parcels, at } => match order {
            Order::Paid(_) => Ok(vec![OrderEvent::ProcessingStarted { parcels, at }]),
            Order::Processing(_) => Ok(vec![]),
            other => refuse(other, OrderAction::StartProcessing),
        },
        OrderCommand::ServeBackorder { stock, at } => serve::serve(order, &stock, at),
        OrderCommand::Short { stock, at } => short::short(order, &stock, at),
        OrderCommand::MoveBackorder { from, to, at } => short::move_backorder(order, from, to, at),
        OrderCommand::OpenParcel { at } => parcels::open(order, at),
        OrderCommand::ShipParcel { number, lines, stock, tracking, at } => {
            parcels::ship(order, number, lines, stock, tracking, at)
        }
        OrderCommand::DeliverParcel { number, at } => parcels::deliver(order, number, at),
        OrderCommand::GiveUpParcel { number, outcome, at } => parcels::give_up(order, number, outcome, at),
        OrderCommand::RefundUndelivered { number, units, at } => parcels::refund(order, number, units, at),
        OrderCommand::ReplaceParcel { number, units, stock, at } => parcels::replace(order, number, units, stock, at),
        OrderCommand::Ship { tracking, at } => match order {
            Order::Processing(settled) if settled.parcels.sent.is_none() && settled.terms.waiting.is_empty() => {
                Ok(vec![OrderEvent::OrderShipped { tracking, at }])
            }
            Order::Shipped(_) => Ok(vec![]),
            other => refuse(other, OrderAction::Ship),
        },
        OrderCommand::Deliver { at } => match order {
            Order::Shipped(settled)
                if settled.parcels.sent.as_ref().is_none_or(Sent::is_over) && !settled.nothing_arrived() =>
            {
                Ok(vec![OrderEvent::OrderDelivered { at }])
            }
            Order::Delivered(_) => Ok(vec![]),
            other => refuse(other, OrderAction::Deliver),
        },
        OrderCommand::Complete { points, at } => match order {
            // What a merchant's order earns are points of that merchant.
            Order::Delivered(_) => {
                let points_of = points.map_or_else(Issuer::default, |_| Issuer::Merchant);
                Ok(vec![OrderEvent::OrderCompleted { points, points_of, at }])
            }
            Order::Completed(_) => Ok(vec![]),
            other => refuse(other, OrderAction::Complete),
        },
        OrderCommand::Cancel { reason, at } => cancel::whole(order, reason, at),
        OrderCommand::RequestCancellation { lines, reason, at } => cancel::request(order, lines, reason, at),
        OrderCommand::ApproveCancellation { stock, at } => cancel::approve(order, &stock, at),
        OrderCommand::CancelLines { lines, stock, reason, at } => cancel::lines(order, &lines, &stock, reason, at),
        OrderCommand::DeclineCancellation { reason, at } => match order {
            Order::Cancelling(Cancelling { interrupted, .. }) => {
                Ok(vec![OrderEvent::CancellationDeclined { reason, resumed: *interrupted, at }])
            }
            Order::Paid(settled) | Order::Processing(settled) if settled.declined.as_ref() == Some(&reason) => {
                Ok(vec![])
            }
            other => refuse(other, OrderAction::DeclineCancellation),
        },
        OrderCommand::Reinstate { reference, allocations, at } => {
            decide_reinstatement(order, &reference, allocations, at)
        }
        OrderCommand::OweLatePayment { reference, at } => decide_late_refund(order, &reference, at),
        OrderCommand::Expire { at } => decide_expire(order, at),
        OrderCommand::ReleaseReservations { at } => match order {
            Order::Cancelled(closed) | Order::Expired(closed) => Ok(release(closed, at)),
            other => refuse(other, OrderAction::ReleaseReservations),
        },
        OrderCommand::OpenReturn { id, units, window, at } => returns::open(order, id, units, window, at),
        OrderCommand::EndReturn { id, exchanged, at } => returns::end(order, id, exchanged, at),
        OrderCommand::GrantGoodwill { amount, reason, at } => goodwill::grant(order, amount, reason, at),
        OrderCommand::ShiftRefund { from, to, amount, at } => shift::shift(order, from, to, amount, at),
        OrderCommand::TakeBack { id, units, at } => returns::take_back(order, id, &units, at),
    }
}

fn decide_place(order: &Order, place: PlaceOrder) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if *order != Order::Unplaced {
        return Err(OrderRefusal::AlreadyPlaced);
    }
    let is_free = place.is_free();
    let placed_at = place.placed_at;
    let placed = OrderEvent::OrderPlaced(place.into());
    let settled = OrderEvent::OrderPaid { settlement: Settlement::NothingDue, at: placed_at };
    Ok(if is_free { vec![placed, settled] } else { vec![placed] })
}

/// Money is never turned away for the order's state: what has been taken must end in a paid order or in a refund, so it
/// must be on record. Only a statement that cannot be right is refused: another amount than an open order awaits.
fn decide_payment(order: &Order, capture: Capture, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if capture.amount.amount == Amount::ZERO {
        return Err(OrderRefusal::EmptyPayment);
    }
    match order {
        Order::Unplaced => Err(OrderRefusal::Unknown),
        Order::PendingPayment(open) => decide_settlement(open, capture, at),
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. }) => decide_surplus(settled, capture, at),
        Order::Cancelled(closed) | Order::Expired(closed) => decide_late(closed, capture, at),
    }
}

/// All of these captures goes back.
pub(super) fn owed(
    captures: impl Iterator<Item = Capture>,
    cause: RefundCause,
    at: Timestamp,
) -> impl Iterator<Item = OrderEvent> {
    captures.map(move |capture| OrderEvent::RefundOwed { capture, part: None, cause, returned: None, at })
}

fn decide_surplus(settled: &Settled, capture: Capture, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match settled.known(&capture.reference) {
        Some(known) => already_recorded(known, capture.amount),
        None => Ok(vec![OrderEvent::SurplusPaymentReceived { capture, at }]),
    }
}

fn decide_late(closed: &Closed, capture: Capture, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match closed.known(&capture.reference) {
        Some(known) => already_recorded(known, capture.amount),
        None => Ok(vec![OrderEvent::LatePaymentReceived { capture, at }]),
    }
}

/// The same reference again is the same money, unless it states another amount: then one of the two statements is wrong.
fn already_recorded(known: &Capture, received: Money) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if received == known.amount {
        Ok(vec![])
    } else {
        Err(OrderRefusal::RecordedDifferently { recorded: known.amount, received })
    }
}

/// An order that was paid or cancelled in time is past its window: the timer that asks has lost a race it may lose.
fn decide_expire(order: &Order, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::PendingPayment(open) if at < open.terms.pay_by => {
            Err(OrderRefusal::WindowOpen { pay_by: open.terms.pay_by })
        }
        Order::PendingPayment(open) => {
            let incomplete = owed(open.received.iter().cloned(), RefundCause::IncompletePayment, at);
            Ok(std::iter::once(OrderEvent::OrderExpired { at }).chain(incomplete).collect())
        }
        Order::Expired(_) => Ok(vec![]),
        Order::Unplaced
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_) => refuse(order, OrderAction::Expire),
    }
}

fn release(closed: &Closed, at: Timestamp) -> Vec<OrderEvent> {
    if closed.unreleased.is_empty() && closed.unreturned.is_none() {
        vec![]
    } else {
        vec![OrderEvent::OrderReservationsReleased { at }]
    }
}

pub(super) fn refuse(order: &Order, action: OrderAction) -> Result<Vec<OrderEvent>, OrderRefusal> {
    Err(order
        .status()
        .map_or(OrderRefusal::Unknown, |status: OrderStatus| OrderRefusal::WrongStatus { action, status }))
}
