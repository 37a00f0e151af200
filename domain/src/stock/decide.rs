use crate::{
    ids::OrderId,
    stock::{MAX_ON_HAND, Reservation, ReservationStage, Stock, StockCommand, StockEvent, StockRefusal},
};

/// What follows from a command. What must not be is a refusal; a repeat of a step that has been taken is one as well,
/// because the order, decided in the same append, is what knows that it is a repeat.
pub fn decide(stock: &Stock, command: StockCommand) -> Result<Vec<StockEvent>, StockRefusal> {
    match command {
        StockCommand::Receive { quantity, at } => {
            check_room(stock, i64::from(quantity))?;
            Ok(vec![StockEvent::StockReceived { quantity, at }])
        }
        StockCommand::Adjust { change: 0, .. } => Err(StockRefusal::EmptyAdjustment),
        StockCommand::Adjust { change, reason, at } => {
            if change > 0 {
                check_room(stock, change)?;
            } else if change.checked_neg().is_none_or(|taken| taken > stock.available()) {
                return Err(StockRefusal::AdjustmentTooLow { change, available: stock.available() });
            }
            Ok(vec![StockEvent::StockAdjusted { change, reason, at }])
        }
        StockCommand::Reserve { order, quantity } => {
            if stock.reservation(order).is_some() {
                return Err(StockRefusal::AlreadyReserved);
            }
            let (asked, available) = (i64::from(quantity), stock.available());
            if asked > available {
                return Err(StockRefusal::Insufficient { asked, available });
            }
            Ok(vec![StockEvent::StockReserved(Reservation { order, quantity })])
        }
        StockCommand::Release { order } => {
            let (reservation, from) = reservation(stock, order)?;
            Ok(vec![StockEvent::ReservationReleased { reservation, from }])
        }
        StockCommand::Commit { order } => {
            let reservation = reservation_in(stock, order, ReservationStage::Held)?;
            Ok(vec![StockEvent::ReservationCommitted(reservation)])
        }
        StockCommand::Consume { order } => {
            let reservation = reservation_in(stock, order, ReservationStage::Committed)?;
            Ok(vec![StockEvent::ReservationConsumed(reservation)])
        }
    }
}

/// The bound counts what is deducted but may still come back by a release: a release is never refused for want of room,
/// because [`MAX_ON_HAND`] leaves i64 a factor of nine million above it.
fn check_room(stock: &Stock, more: i64) -> Result<(), StockRefusal> {
    match stock.on_hand().checked_add(more) {
        Some(sum) if sum <= MAX_ON_HAND => Ok(()),
        Some(_) | None => Err(StockRefusal::TooMany),
    }
}

fn reservation(stock: &Stock, order: OrderId) -> Result<(Reservation, ReservationStage), StockRefusal> {
    let entry = stock.reservation(order).ok_or(StockRefusal::NotReserved)?;
    Ok((Reservation { order, quantity: entry.quantity }, entry.stage))
}

fn reservation_in(stock: &Stock, order: OrderId, needed: ReservationStage) -> Result<Reservation, StockRefusal> {
    let (reservation, stage) = reservation(stock, order)?;
    if stage == needed { Ok(reservation) } else { Err(StockRefusal::WrongStage) }
}
