//! Units that come back after they have left: asked for, taken back or let be. The rest of the order may still be on its way, in
//! work or waited for.

use crate::{
    Timestamp,
    ids::ReturnId,
    merchant::ReturnWindow,
    money::Money,
    order::{
        Aftersale, Cancelling, Exchanged, Interrupted, LineUnits, Order, OrderAction, OrderEvent, OrderRefusal,
        Settled,
        decide::{
            Decision,
            cancel::sum_of,
            parcels::{count, owed_for, with_end},
            parts_owed, refuse,
        },
    },
    points::Points,
    refund::RefundCause,
};

/// What has left can be asked back, whether it has arrived or not. Each unit is asked back by one return at a time.
pub(super) fn open(
    order: &Order,
    id: ReturnId,
    units: Vec<LineUnits>,
    window: ReturnWindow,
    at: Timestamp,
) -> Decision {
    let settled = has_left(order)?;
    let aftersale = settled.aftersale.as_deref();
    if aftersale.is_some_and(|aftersale| aftersale.units_of(id).is_some()) {
        return Ok(vec![]);
    }
    Aftersale::check_window(aftersale, window, at)?;
    settled.terms.book.portion(&units)?;
    for (place, LineUnits { line, quantity }) in units.iter().enumerate() {
        let asked = aftersale.map_or(0, |aftersale| aftersale.not_to_be_asked(*line));
        let book = &settled.terms.book;
        let sent = if settled.parcels.sent.is_some() { book.sent(*line) } else { book.open(*line) };
        let open = sent.saturating_sub(asked);
        if quantity.units() > open {
            return Err(OrderRefusal::TooManyUnits { place, open });
        }
    }
    Ok(vec![OrderEvent::ReturnOpened { id, units, at }])
}

/// Of a return that is not open there is nothing to end.
pub(super) fn end(order: &Order, id: ReturnId, exchanged: Option<Exchanged>, at: Timestamp) -> Decision {
    let aftersale = has_left(order)?.aftersale.as_deref();
    let is_open = aftersale.is_some_and(|aftersale| aftersale.units_of(id).is_some());
    if !is_open {
        return Ok(vec![]);
    }
    Ok(with_end(order, vec![OrderEvent::ReturnEnded { id, exchanged, at }], exchanged.is_some(), at))
}

/// What was frozen for the units goes back, and the points that the money for them had earned; with the last units of the order
/// what was agreed of the shipping fee. Units of the return that are not taken back may be asked back again.
pub(super) fn take_back(order: &Order, id: ReturnId, units: &[LineUnits], at: Timestamp) -> Decision {
    let settled = has_left(order)?;
    let Some(aftersale) = settled.aftersale.as_deref() else { return Ok(vec![]) };
    let Some(asked) = aftersale.units_of(id) else { return Ok(vec![]) };
    for (place, LineUnits { line, quantity }) in units.iter().enumerate() {
        let open = asked.iter().find(|asked| asked.line == *line).map_or(0, |asked| asked.quantity.units());
        if quantity.units() > open {
            return Err(OrderRefusal::TooManyUnits { place, open });
        }
    }
    let portion = settled.terms.book.portion(units)?;
    let left = settled.terms.book.left().saturating_sub(count(units));
    let portion = owed_for(settled, portion, left);
    let parts = settled.refunds.divide(settled.captures(), portion.payable);
    let amount = sum_of(&parts);
    let returned = OrderEvent::UnitsReturned {
        id,
        lines: units.to_vec(),
        refund: Money { amount, currency: settled.terms.total.currency },
        points: Points::try_from(portion.points).ok(),
        revoked: settled.unearned_without(amount),
        left,
        at,
    };
    let owed = parts_owed(parts, RefundCause::Returned, Some(id), at);
    Ok(with_end(order, std::iter::once(returned).chain(owed).collect(), false, at))
}

/// The order, if anything of it has left.
fn has_left(order: &Order) -> Result<&Settled, OrderRefusal> {
    match order {
        Order::Shipped(settled) | Order::Delivered(settled) | Order::Completed(settled) => Ok(settled),
        Order::Processing(settled)
        | Order::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, .. })
            if settled.has_sent() =>
        {
            Ok(settled)
        }
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Cancelling(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => Err(refuse(order, OrderAction::Return).err().unwrap_or(OrderRefusal::Unknown)),
    }
}
