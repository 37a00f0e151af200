//! Goods that answer a return: where they come from, how they are given up, and how the return ends with them.

use std::collections::BTreeMap;

use purser_domain::{
    allocation::{Ask, allocate_by, remembered_distance},
    fulfillment::{
        Fulfillment, FulfillmentCommand, FulfillmentLine, FulfillmentRefusal, Parcel, PlannedParcel, Recalled,
        RecalledFrom, ReplacementFate, plan, recall, replacement_fate,
    },
    ids::ReturnId,
    merchant::Policies,
    order::{Exchanged, Terms},
    product::ProductKind,
    returns::{Owed, Replacement, Return, ReturnCommand, ReturnTerms, is_for_the_same},
    stock::Stock,
    text::{Location, Reason, Sku},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, StockCommand, Stopped, order,
    orders::HELD,
    returns::{AGREED, engine_only, paid_back, standing},
    stock,
};

/// Goods that can be sent in exchange, agreed to by everybody.
pub(super) struct Sending {
    pub(super) stock: Vec<Allocation>,
    pub(super) parcels: Vec<Parcel>,
}

impl Decision<'_> {
    /// Finds the goods by the merchant's rule; none where they cannot be had now.
    pub(super) fn replacement(
        &self,
        id: ReturnId,
        terms: &ReturnTerms,
        order: &Order,
        lines: &[Replacement],
    ) -> Result<Option<Sending>, Stopped> {
        let known = order
            .settled()
            .filter(|settled| settled.aftersale.as_ref().is_some_and(|aftersale| aftersale.units_of(id).is_some()));
        let sold = known.map(|settled| &settled.terms);
        let sold = sold.ok_or_else(|| Stopped::Contradiction(format!("the order of {id} knows nothing of it")))?;
        let Some(stock) = self.had_from(terms.order, sold, lines) else { return Ok(None) };
        order::decide(order, OrderCommand::OpenParcel { at: self.now }).map_err(Stopped::refused)?;
        let packed = |(line, goods): (u32, &Replacement)| FulfillmentLine {
            line,
            sku: goods.sku.clone(),
            kind: ProductKind::Goods,
            quantity: goods.quantity,
        };
        let packed: Vec<FulfillmentLine> = (0..).zip(lines).map(packed).collect();
        let planned = plan(&packed, &stock)
            .map_err(|mismatch| Stopped::Contradiction(format!("{id} cannot be put into parcels: {mismatch}")))?;
        let ship_by = self.ship_by(&sold.merchant);
        let parcel = |PlannedParcel { location, lines }| Parcel {
            order: terms.order,
            merchant: sold.merchant.clone(),
            customer: sold.customer.clone(),
            // Each gets the next that its order has not used.
            number: 0,
            location,
            lines,
            ship_by,
            replaces: Some(id),
        };
        let parcels = planned.into_iter().map(parcel).collect();
        Ok(Some(Sending { stock, parcels }))
    }

    pub(super) fn had_from(&self, order: OrderId, sold: &Terms, lines: &[Replacement]) -> Option<Vec<Allocation>> {
        let ask = |(number, goods): (usize, &Replacement)| {
            (goods.sku.clone(), Ask { quantity: goods.quantity, lines: vec![number] })
        };
        let asks: BTreeMap<Sku, Ask> = lines.iter().enumerate().map(ask).collect();
        let Policies { allocation: rule, .. } = self.policies(&sold.merchant);
        let served_from = || sold.allocations.iter().map(|allocation| &allocation.stock.location);
        let distance = |location: &Location| remembered_distance(served_from(), location);
        let shelf = |sku: &Sku| self.working.shelves.get(sku).map(|shelf| &shelf.stocks);
        let found = allocate_by(&rule, &asks, shelf, distance).ok()?;
        let can_be_had = |allocation: &Allocation| {
            let unknown = Stock::default();
            let shelf = self.working.shelves.get(&allocation.stock.sku);
            let state = shelf.and_then(|shelf| shelf.stocks.get(&allocation.stock.location)).unwrap_or(&unknown);
            stock::decide(state, extend(order, allocation)).is_ok()
        };
        found.iter().all(can_be_had).then_some(found)
    }

    pub(super) fn send_replacement(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        sending: Sending,
    ) -> Result<(), Stopped> {
        for allocation in &sending.stock {
            self.drive_stock(asked, allocation, extend(order, allocation))?;
        }
        for parcel in sending.parcels {
            self.open_next_fulfillment(asked, parcel)?;
        }
        Ok(())
    }

    /// Gives up all that answers a return, but for one parcel that the caller sees to: what has not left is released, what
    /// came back undelivered is restocked. The return is settled after that, and is paid back.
    pub(super) fn recall(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        id: ReturnId,
        reason: &Reason,
        but: Option<u32>,
    ) -> Result<(), Stopped> {
        let known = self.order_of(asked, order)?;
        let is_other = |parcel: &&Fulfillment| parcel.parcel().is_none_or(|parcel| Some(parcel.number) != but);
        let recalled = recall(self.all_parcels(order, known)?.into_iter().filter(is_other), id);
        let recalled = recalled.ok_or_else(|| Stopped::refused(FulfillmentRefusal::ReplacementUnderWay))?;
        for Recalled { stock, from, .. } in &recalled {
            match from {
                RecalledFrom::Customer => {
                    stock.iter().try_for_each(|allocation| self.check_restock(order, allocation))?;
                }
                RecalledFrom::Stock => {}
            }
        }
        for Recalled { number, stock, from } in recalled {
            for allocation in &stock {
                let command = match from {
                    RecalledFrom::Customer => self.restock(order, allocation),
                    RecalledFrom::Stock => StockCommand::ReleasePart { order, quantity: allocation.quantity },
                };
                self.drive_stock(asked, allocation, command).map_err(|stopped| stopped.contradicting(HELD))?;
            }
            let cancel = FulfillmentCommand::Cancel { reason: reason.clone(), at: self.now };
            self.drive_parcel(asked, order, number, cancel).map_err(|stopped| stopped.contradicting(HELD))?;
        }
        Ok(())
    }

    /// One that was overlooked would be taken for one that will not come.
    pub(super) fn all_parcels(&self, id: OrderId, order: &Order) -> Result<Vec<&Fulfillment>, Stopped> {
        let opened = order.settled().map_or(0, |settled| settled.parcels.opened);
        let parcels: Vec<&Fulfillment> = self.parcels(id, order).collect();
        if u32::try_from(parcels.len()) == Ok(opened) {
            Ok(parcels)
        } else {
            Err(Stopped::Contradiction(format!("{id} has {opened} parcels, and {} are there", parcels.len())))
        }
    }

    /// Whatever was sent in exchange has arrived, will not come, or is still under way; only that which is owed goods is
    /// settled by it.
    pub(super) fn settle_exchange(&mut self, asked: &Asked<'_>, id: ReturnId) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        self.settle_replaced(asked, id)?;
        standing(id, self.known_return(id, |_| true)?)
    }

    /// The same, as a part of the step that decided about one of the parcels.
    pub(super) fn settle_replaced(&mut self, asked: &Asked<'_>, id: ReturnId) -> Result<(), Stopped> {
        let known = self.known_return(id, |_| true)?;
        if let Return::Resolving { terms, owed: Owed::Replacement { .. }, .. } = known {
            let order = terms.order;
            let agreed = self.working.orders.get(&order).map(|order| &order.state);
            let agreed =
                agreed.ok_or_else(|| Stopped::Contradiction(format!("{id} is of {order}, which is not there")))?;
            match replacement_fate(self.all_parcels(order, agreed)?, id) {
                ReplacementFate::UnderWay => {}
                ReplacementFate::Arrived => {
                    let same = agreed.terms().is_some_and(|sold| is_for_the_same(sold, terms));
                    let exchanged = Some(if same { Exchanged::ForTheSame } else { Exchanged::ForOthers });
                    self.drive_agreed(asked, order, OrderCommand::EndReturn { id, exchanged, at: self.now })?;
                    self.drive_return(asked, id, ReturnCommand::Close { at: self.now })?;
                }
                ReplacementFate::GivenUp => {
                    let take_back = OrderCommand::TakeBack { id, units: terms.line_units(), at: self.now };
                    let back = paid_back(agreed, id, take_back)?;
                    let give_up = ReturnCommand::GiveUpReplacement { refunds: back.refunds(order), at: self.now };
                    self.drive_return(asked, id, give_up)?;
                    let is_over = self.pay_back(asked, order, back).map_err(|stopped| stopped.contradicting(AGREED))?;
                    if is_over {
                        self.drive_return(asked, id, ReturnCommand::Close { at: self.now })?;
                    }
                }
            }
        }
        Ok(())
    }
}

const fn extend(order: OrderId, allocation: &Allocation) -> StockCommand {
    StockCommand::Extend { order, quantity: allocation.quantity }
}
