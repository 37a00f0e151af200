//! The order of stated times: nothing that follows from a step can have happened before it.

use crate::{
    Timestamp,
    order::{Aftersale, Order, OrderCommand, OrderRefusal},
};

/// Refuses a step whose time, which may have been stated by whoever imports or reports it, is before what it follows.
///
/// What gateways report is not held against this: money that was taken must be on record, whatever a gateway's clock says.
pub(super) fn check(order: &Order, command: &OrderCommand) -> Result<(), OrderRefusal> {
    let Some((at, after)) = stated(command) else { return Ok(()) };
    match since(order, after) {
        Some(since) if at < since => Err(OrderRefusal::TooEarly { since }),
        Some(_) | None => Ok(()),
    }
}

/// What a step follows.
#[derive(Debug, Clone, Copy)]
enum After {
    Placement,
    Delivery,
}

const fn stated(command: &OrderCommand) -> Option<(Timestamp, After)> {
    match command {
        OrderCommand::RecordPayment { at, .. }
        | OrderCommand::ShipParcel { at, .. }
        | OrderCommand::DeliverParcel { at, .. }
        | OrderCommand::Ship { at, .. }
        | OrderCommand::Deliver { at }
        | OrderCommand::Cancel { at, .. }
        | OrderCommand::RequestCancellation { at, .. }
        | OrderCommand::CancelLines { at, .. }
        // What is on its way can be asked back before it arrives.
        | OrderCommand::OpenReturn { at, .. } => Some((*at, After::Placement)),
        OrderCommand::Complete { at, .. } => Some((*at, After::Delivery)),
        OrderCommand::Place(_)
        | OrderCommand::RecordCapture { .. }
        | OrderCommand::NoteAuthorization { .. }
        | OrderCommand::StartProcessing { .. }
        | OrderCommand::ServeBackorder { .. }
        | OrderCommand::Short { .. }
        | OrderCommand::MoveBackorder { .. }
        | OrderCommand::OpenParcel { .. }
        | OrderCommand::GiveUpParcel { .. }
        | OrderCommand::RefundUndelivered { .. }
        | OrderCommand::ReplaceParcel { .. }
        | OrderCommand::ApproveCancellation { .. }
        | OrderCommand::DeclineCancellation { .. }
        | OrderCommand::Reinstate { .. }
        | OrderCommand::OweLatePayment { .. }
        | OrderCommand::Expire { .. }
        | OrderCommand::ReleaseReservations { .. }
        | OrderCommand::EndReturn { .. }
        | OrderCommand::GrantGoodwill { .. }
        | OrderCommand::ShiftRefund { .. }
        | OrderCommand::TakeBack { .. } => None,
    }
}

/// When that was, where it is known; an order that has not arrived has been placed.
fn since(order: &Order, after: After) -> Option<Timestamp> {
    let placed = order.terms()?.placed_at;
    match after {
        After::Placement => Some(placed),
        After::Delivery => {
            let aftersale = order.settled().and_then(|settled| settled.aftersale.as_deref());
            Some(aftersale.and_then(Aftersale::delivered_at).unwrap_or(placed))
        }
    }
}
