use crate::{
    Timestamp,
    ids::OrderId,
    quantity::Quantity,
    stock::{MAX_ON_HAND, Reservation, ReservationStage, Stock, StockCommand, StockEvent, StockRefusal, state::Entry},
    text::Reason,
};

/// What follows from a command. What must not be is a refusal; a repeat of a step that has been taken is one as well,
/// because the order, decided in the same append, is what knows that it is a repeat. The same goes for receipts, for
/// parts and for what a return brings back: twice the same is two of them here.
///
/// Orders that wait are served in the same append as the pieces become available.
pub fn decide(stock: &Stock, command: StockCommand) -> Result<Vec<StockEvent>, StockRefusal> {
    // Whoever lost the last piece heads the queue then, and does not fit: that is why it lost it.
    let serves = !matches!(command, StockCommand::Short { .. });
    let mut events = step(stock, command)?;
    if serves {
        serve(stock, &mut events);
    }
    Ok(events)
}

fn step(stock: &Stock, command: StockCommand) -> Result<Vec<StockEvent>, StockRefusal> {
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
        StockCommand::Short { change, orders, reason, at } => short(stock, change, &orders, reason, at),
        StockCommand::Reserve { order, quantity } => {
            check_new(stock, order)?;
            let (asked, available) = (i64::from(quantity), stock.reservable());
            if asked > available {
                return Err(StockRefusal::Insufficient { asked, available });
            }
            Ok(vec![StockEvent::StockReserved(Reservation { order, quantity })])
        }
        StockCommand::Backorder { order, quantity } => {
            check_new(stock, order)?;
            Ok(vec![StockEvent::StockBackordered(Reservation { order, quantity })])
        }
        StockCommand::BackorderMore { order, quantity } => {
            let awaited = stock.awaited(order).ok_or(StockRefusal::NotReserved)?;
            awaited.checked_add(quantity).ok_or(StockRefusal::AlreadyBackordered)?;
            Ok(vec![StockEvent::StockBackordered(Reservation { order, quantity })])
        }
        StockCommand::Release { order } => release(stock, order, None),
        StockCommand::ReleasePart { order, quantity } => release(stock, order, Some(quantity)),
        StockCommand::Extend { order, quantity } => {
            check_extension(stock, order, quantity)?;
            Ok(vec![StockEvent::ReservationExtended(Reservation { order, quantity })])
        }
        StockCommand::Commit { order } => {
            let reservation = reservation_in(stock, order, ReservationStage::Held)?;
            Ok(vec![StockEvent::ReservationCommitted(reservation)])
        }
        StockCommand::Consume { order } => {
            let reservation = reservation_in(stock, order, ReservationStage::Committed)?;
            Ok(vec![StockEvent::ReservationConsumed(reservation)])
        }
        StockCommand::ConsumePart { order, quantity } => {
            let whole = reservation_in(stock, order, ReservationStage::Committed)?;
            Ok(vec![StockEvent::ReservationConsumed(part(whole, Some(quantity))?)])
        }
        StockCommand::Restock { order, quantity, at } => {
            check_room(stock, i64::from(quantity))?;
            Ok(vec![StockEvent::StockRestocked { order, quantity, at }])
        }
    }
}

/// Each order loses all that it holds here, as a SKU is waited for whole; what is there of it is kept for the first who waits.
fn short(
    stock: &Stock,
    change: i64,
    orders: &[OrderId],
    reason: Reason,
    at: Timestamp,
) -> Result<Vec<StockEvent>, StockRefusal> {
    let lost = change.checked_neg().filter(|lost| *lost > 0).ok_or(StockRefusal::EmptyAdjustment)?;
    let (mut available, mut events) = (stock.available(), Vec::new());
    for (place, order) in orders.iter().enumerate() {
        if available >= lost {
            break;
        }
        if !orders[..place].contains(order) {
            let (reservation, from) = reservation(stock, *order)?;
            available += i64::from(reservation.quantity);
            events.push(StockEvent::ReservationShorted { reservation, from });
        }
    }
    if available < lost {
        return Err(StockRefusal::AdjustmentTooLow { change, available });
    }
    events.push(StockEvent::StockAdjusted { change, reason, at });
    Ok(events)
}

/// Lets those who wait have what the events leave available: strictly in their order, and whole, so that the first who
/// does not fit ends it.
fn serve(stock: &Stock, events: &mut Vec<StockEvent>) {
    let (mut leaving, mut joining) = (None, None);
    let mut available = stock.available();
    for event in &*events {
        available += event.on_hand_change() - event.reserved_change();
        match event {
            StockEvent::BackorderReleased(reservation) => leaving = Some(*reservation),
            StockEvent::StockBackordered(reservation) => joining = Some(*reservation),
            StockEvent::StockReceived { .. }
            | StockEvent::StockAdjusted { .. }
            | StockEvent::StockReserved(_)
            | StockEvent::ReservationExtended(_)
            | StockEvent::ReservationCommitted(_)
            | StockEvent::ReservationReleased { .. }
            | StockEvent::ReservationShorted { .. }
            | StockEvent::ReservationConsumed(_)
            | StockEvent::StockRestocked { .. }
            | StockEvent::BackorderAllocated(_) => {}
        }
    }
    let left = |waiting: Reservation| match leaving.filter(|leaving| leaving.order == waiting.order) {
        None => Some(waiting),
        Some(leaving) => {
            waiting.quantity.checked_sub(leaving.quantity).map(|quantity| Reservation { quantity, ..waiting })
        }
    };
    for reservation in stock.waiting().filter_map(left).chain(joining) {
        available -= i64::from(reservation.quantity);
        if available < 0 {
            return;
        }
        events.push(StockEvent::BackorderAllocated(reservation));
    }
}

fn release(stock: &Stock, order: OrderId, quantity: Option<Quantity>) -> Result<Vec<StockEvent>, StockRefusal> {
    if let Some(awaited) = stock.awaited(order) {
        return Ok(vec![StockEvent::BackorderReleased(part(Reservation { order, quantity: awaited }, quantity)?)]);
    }
    let (whole, from) = reservation(stock, order)?;
    Ok(vec![StockEvent::ReservationReleased { reservation: part(whole, quantity)?, from }])
}

/// So many of a reservation, or all of it.
fn part(whole: Reservation, quantity: Option<Quantity>) -> Result<Reservation, StockRefusal> {
    match quantity {
        None => Ok(whole),
        Some(quantity) if quantity <= whole.quantity => Ok(Reservation { quantity, ..whole }),
        Some(quantity) => Err(StockRefusal::PartTooLarge { asked: quantity.into(), reserved: whole.quantity.into() }),
    }
}

fn check_new(stock: &Stock, order: OrderId) -> Result<(), StockRefusal> {
    if stock.reservation(order).is_some() {
        Err(StockRefusal::AlreadyReserved)
    } else if stock.awaited(order).is_some() {
        Err(StockRefusal::AlreadyBackordered)
    } else {
        Ok(())
    }
}

/// What is only held for the order, or awaited by it, is for its placement to say; nothing is put on top of that.
fn check_extension(stock: &Stock, order: OrderId, quantity: Quantity) -> Result<(), StockRefusal> {
    if stock.awaited(order).is_some() {
        return Err(StockRefusal::AlreadyBackordered);
    }
    let whole = match stock.reservation(order) {
        None => Some(quantity),
        Some(Entry { quantity: there, stage: ReservationStage::Committed }) => there.checked_add(quantity),
        Some(Entry { stage: ReservationStage::Held, .. }) => return Err(StockRefusal::WrongStage),
    };
    let (asked, available) = (i64::from(quantity), stock.reservable());
    if whole.is_none() {
        Err(StockRefusal::AlreadyReserved)
    } else if asked > available {
        Err(StockRefusal::Insufficient { asked, available })
    } else {
        Ok(())
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
    if stock.awaited(order).is_some() {
        return Err(StockRefusal::WrongStage);
    }
    let (reservation, stage) = reservation(stock, order)?;
    if stage == needed { Ok(reservation) } else { Err(StockRefusal::WrongStage) }
}
