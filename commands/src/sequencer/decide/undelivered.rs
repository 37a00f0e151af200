//! Parcels that have left and do not arrive: what becomes of their goods, and what their customer gets.
//!
//! A delivery is given up once: by whoever sends it, or by the return that gives its units back. What was given back is in no
//! parcel any more that could leave once more, or arrive.

use std::collections::BTreeMap;

use purser_domain::{
    fulfillment::{
        FulfillmentCommand, FulfillmentRefusal, GivenUp, Parcel, PlannedParcel, Reach, Remedy, Undelivered, give_up,
        plan, under_way,
    },
    ids::{FulfillmentId, ReturnId},
    order::{LineUnits, OrderEvent},
    product::ProductKind,
    quantity::Quantity,
    returns::{Replacement, ReturnTerms},
    stock::StockId,
    text::{Location, Reason, Sku},
};

use super::{
    Allocation, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stopped, exchanges::Sending, order,
    orders::HELD,
};

/// How a delivery is given up.
pub(super) struct GivingUp<'a> {
    pub(super) outcome: Undelivered,
    pub(super) remedy: Remedy,
    pub(super) location: Option<&'a Location>,
    pub(super) reason: &'a Reason,
}

/// What the customer gets, agreed to by everybody.
enum Agreed {
    Money(OrderCommand, Vec<OrderEvent>),
    Goods(OrderCommand, Sending),
    Nothing,
}

impl Decision<'_> {
    /// Gives a delivery up, with what that means for its order or for the return that it answers. What is back is restocked
    /// after that: nobody is sent the very piece that came back.
    pub(super) fn give_up(
        &mut self,
        asked: &Asked<'_>,
        id: FulfillmentId,
        parcel: &Parcel,
        giving_up: &GivingUp<'_>,
    ) -> Result<(), Stopped> {
        let GivingUp { outcome, remedy, location, reason } = *giving_up;
        let end = FulfillmentCommand::GiveUp { lines: None, outcome, reason: reason.clone(), at: self.now };
        if self.agrees(id, end.clone())?.is_empty() {
            return Ok(());
        }
        let restocks = match outcome {
            Undelivered::Returned => back_in_stock(parcel, location),
            Undelivered::Lost => vec![],
        };
        restocks.iter().try_for_each(|restock| self.check_restock(parcel.order, restock))?;
        match parcel.replaces {
            Some(returned) => self.give_up_replacement(asked, parcel, returned, end, giving_up)?,
            None => {
                let agreed = self.remedy(parcel, remedy)?;
                self.drive_fulfillment(asked, id, end)?;
                self.give_up_ordered(asked, parcel, outcome, agreed).map_err(|stopped| stopped.contradicting(HELD))?;
            }
        }
        for restock in &restocks {
            let command = self.restock(parcel.order, restock);
            self.drive_stock(asked, restock, command).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        Ok(())
    }

    /// The return is paid back where all that answers it is given up; it ends with what has arrived where the rest is given
    /// up.
    fn give_up_replacement(
        &mut self,
        asked: &Asked<'_>,
        parcel: &Parcel,
        returned: ReturnId,
        end: FulfillmentCommand,
        GivingUp { remedy, reason, .. }: &GivingUp<'_>,
    ) -> Result<(), Stopped> {
        let anew = match remedy {
            Remedy::Replacement => Some(self.sent_anew(parcel)?),
            Remedy::Refund => {
                self.recall(asked, parcel.order, returned, reason, Some(parcel.number))?;
                None
            }
            Remedy::Nothing => None,
        };
        let settle = || {
            self.drive_parcel(asked, parcel.order, parcel.number, end)?;
            if let Some(sending) = anew {
                self.send_replacement(asked, parcel.order, sending)?;
            }
            self.settle_replaced(asked, returned)
        };
        settle().map_err(|stopped| stopped.contradicting(HELD))
    }

    /// Asks the order, and the stock where goods are sent anew.
    fn remedy(&self, parcel: &Parcel, remedy: Remedy) -> Result<Agreed, Stopped> {
        let (number, at) = (parcel.number, self.now);
        let known = self.working.orders.get(&parcel.order).map(|order| &order.state);
        let known = known.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        match remedy {
            Remedy::Refund => {
                self.check_nobody_asks(parcel)?;
                let refund = OrderCommand::RefundUndelivered { number, units: parcel.units(), at };
                let changes = order::decide(known, refund.clone()).map_err(Stopped::refused)?;
                Ok(Agreed::Money(refund, changes))
            }
            Remedy::Replacement => {
                self.check_nobody_asks(parcel)?;
                let sending = self.sent_anew(parcel)?;
                let stock = sending.stock.clone();
                let replace = OrderCommand::ReplaceParcel { number, units: parcel.units(), stock, at };
                order::decide(known, replace.clone()).map_err(Stopped::refused)?;
                Ok(Agreed::Goods(replace, sending))
            }
            Remedy::Nothing => Ok(Agreed::Nothing),
        }
    }

    /// What is given back is worked out before the order counts the units as gone.
    fn give_up_ordered(
        &mut self,
        asked: &Asked<'_>,
        parcel: &Parcel,
        outcome: Undelivered,
        agreed: Agreed,
    ) -> Result<(), Stopped> {
        let (id, number, at) = (parcel.order, parcel.number, self.now);
        match agreed {
            Agreed::Money(refund, changes) => {
                let sold = self.working.orders.get(&id).and_then(|order| order.state.terms().cloned());
                for change in &changes {
                    if let (OrderEvent::UndeliveredRefunded { lines, points, .. }, Some(sold)) = (change, &sold) {
                        self.give_back_units(asked, id, sold, lines, *points)?;
                    }
                }
                self.drive_order(asked, id, refund)?;
                self.drive_order(asked, id, OrderCommand::GiveUpParcel { number, outcome, at })
            }
            Agreed::Goods(replace, sending) => {
                self.drive_order(asked, id, replace)?;
                self.send_replacement(asked, id, sending)
            }
            Agreed::Nothing => self.drive_order(asked, id, OrderCommand::GiveUpParcel { number, outcome, at }),
        }
    }

    /// The same goods once more, by the merchant's rule, under the next numbers of the order.
    fn sent_anew(&self, parcel: &Parcel) -> Result<Sending, Stopped> {
        let sold = self.working.orders.get(&parcel.order).and_then(|order| order.state.terms());
        let sold = sold.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        let none = || Stopped::refused(FulfillmentRefusal::NothingToSendInstead);
        let mut goods = BTreeMap::<Sku, Quantity>::new();
        for line in parcel.lines.iter().filter(|line| line.kind == ProductKind::Goods) {
            let sum = goods.get(&line.sku).map_or(Some(line.quantity), |sum| sum.checked_add(line.quantity));
            goods.insert(line.sku.clone(), sum.ok_or_else(none)?);
        }
        let goods: Vec<_> = goods.into_iter().map(|(sku, quantity)| Replacement { sku, quantity }).collect();
        let stock = self.had_from(parcel.order, sold, &goods).ok_or_else(none)?;
        let planned = plan(&parcel.lines, &stock)
            .map_err(|mismatch| Stopped::Contradiction(format!("a parcel cannot be packed once more: {mismatch}")))?;
        let ship_by = self.ship_by(&parcel.merchant);
        let packed =
            |PlannedParcel { location, lines }| Parcel { number: 0, location, lines, ship_by, ..parcel.clone() };
        Ok(Sending { stock, parcels: planned.into_iter().map(packed).collect() })
    }

    /// While a return asks for units of a parcel, or has given them back, it alone decides about them.
    pub(super) fn check_nobody_asks(&self, parcel: &Parcel) -> Result<(), Stopped> {
        if parcel.replaces.is_some() {
            return Ok(());
        }
        let known = self.working.orders.get(&parcel.order).map(|order| &order.state);
        let Some((known, settled)) = known.and_then(|known| Some((known, known.settled()?))) else {
            return Err(Stopped::refused(OrderRefusal::Unknown));
        };
        let coming = under_way(self.all_parcels(parcel.order, known)?);
        let of_line = |line| coming.get(&line).copied().unwrap_or_default();
        match parcel.lines.iter().find(|line| settled.arrived(line.line, of_line(line.line), None).is_none()) {
            Some(line) => Err(Stopped::refused(FulfillmentRefusal::AskedBack { line: line.line })),
            None => Ok(()),
        }
    }

    /// Which deliveries are given up because a return gives their units back, and where the goods are.
    pub(super) fn no_longer_delivered(
        &self,
        id: ReturnId,
        terms: &ReturnTerms,
        order: &Order,
        units: &[LineUnits],
    ) -> Result<(Undelivered, Vec<GivenUp>), Stopped> {
        let (reach, outcome) = if terms.kind.sends_goods() {
            (Reach::ArrivedFirst, Undelivered::Returned)
        } else {
            (Reach::FailedFirst, Undelivered::Lost)
        };
        let Some(settled) = order.settled().filter(|settled| settled.parcels.sent.is_some()) else {
            return Ok((outcome, vec![]));
        };
        let parcels = self.all_parcels(terms.order, order)?;
        let coming = under_way(parcels.iter().copied());
        let arrived = |line| {
            let coming = coming.get(&line).copied().unwrap_or_default();
            settled.arrived(line, coming, Some(id)).unwrap_or_default()
        };
        Ok((outcome, give_up(parcels, units, arrived, reach)))
    }

    pub(super) fn no_longer_deliver(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        order: OrderId,
        outcome: Undelivered,
        given_up: Vec<GivenUp>,
    ) -> Result<(), Stopped> {
        for GivenUp { number, lines, is_all } in given_up {
            let reason: Reason = format!("given back by {id}")
                .parse()
                .map_err(|error| Stopped::Contradiction(format!("an id makes no reason: {error}")))?;
            let less = FulfillmentCommand::GiveUp { lines: Some(lines), outcome, reason, at: self.now };
            self.drive_parcel(asked, order, number, less)?;
            if is_all {
                self.drive_order(asked, order, OrderCommand::GiveUpParcel { number, outcome, at: self.now })?;
            }
        }
        Ok(())
    }
}

fn back_in_stock(parcel: &Parcel, location: Option<&Location>) -> Vec<Allocation> {
    let moved = |Allocation { stock, quantity }| {
        let StockId { sku, location: from } = stock;
        Allocation { stock: StockId { sku, location: location.cloned().unwrap_or(from) }, quantity }
    };
    parcel.stock(&parcel.lines).map(moved).collect()
}
