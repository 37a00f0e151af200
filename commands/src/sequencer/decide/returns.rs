//! Commands to a return, with what they do to its order: which units are being given back, and which have come back.
//!
//! A return that can be settled is settled in the same append: by its inspection, or by its approval where nothing is to be
//! sent. The order says what goes back, the stocks whether they have room; nothing is driven before all have agreed.

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    address::Address,
    fulfillment::{GivenUp, Undelivered},
    ids::{RefundId, ReturnId},
    merchant::{OverdueReview, Policies},
    order::{LineUnits, OrderEvent},
    principal::Principal,
    refund::Refund,
    returns::{
        self, InspectedLine, Owed, Return, ReturnCommand, ReturnEvent, ReturnRefusal, ReturnTerms, check_replacement,
        restocked,
    },
    stock::StockId,
    text::{Location, MerchantId, Reason, Sku, TrackingNumber},
};

use super::{
    Allocation, Answer, Asked, Decision, Order, OrderCommand, OrderId, OrderRefusal, Stock, StockCommand, Stopped,
    exchanges::Sending, order, stock,
};
use crate::{request::RequestReturn, sequencer::cache::Versioned};

/// All of it was asked of the very states that are driven now.
pub(super) const AGREED: &str = "what was agreed to is settled";

/// What settles a return, agreed to by everybody.
struct Settlement {
    order: OrderId,
    means: Means,
    /// Parcels that do not deliver some of the units any more.
    given_up: Vec<GivenUp>,
    outcome: Undelivered,
    restocks: Vec<Allocation>,
}

/// What the customer gets.
enum Means {
    /// Money, or nothing.
    Money(PaidBack),
    /// Money, because the goods cannot be had.
    MoneyForGoods(PaidBack),
    /// Goods.
    Goods(Sending),
}

/// What the order gives back for units of a return, agreed to by it.
pub(super) struct PaidBack {
    on_order: OrderCommand,
    changes: Vec<OrderEvent>,
}

impl Decision<'_> {
    pub(super) fn request_return(&mut self, asked: &Asked<'_>, wish: &RequestReturn) -> Result<Answer, Stopped> {
        let at = asked.time(wish.at)?;
        let known = self.working.orders.get(&wish.order).map(|order| &order.state);
        let sold = known.and_then(Order::terms).filter(|terms| asked.request.principal.owns_order(terms));
        let (Some(known), Some(sold)) = (known, sold) else { return Err(Stopped::refused(OrderRefusal::Unknown)) };
        let policies = self.policies(&sold.merchant);
        let terms = ReturnTerms {
            order: wish.order,
            customer: sold.customer.clone(),
            merchant: sold.merchant.clone(),
            kind: wish.kind.clone(),
            units: wish.units.clone(),
            requested_at: at,
            // An import may state a time long past; whoever answers has their time from now on.
            review_by: self.now + TimeDelta::hours(policies.return_review_hours.get().into()),
        };
        let open = OrderCommand::OpenReturn {
            id: wish.id,
            units: terms.line_units(),
            window: policies.return_window_days,
            at,
        };
        order::decide(known, open.clone()).map_err(Stopped::refused)?;
        let product = |sku: &Sku| self.working.products.get(sku).map(|product| &product.state);
        check_replacement(sold, &terms, product).map_err(Stopped::refused)?;
        let mut opened = Versioned::<Return>::default();
        self.draft.drive(opened.target(&wish.id), ReturnCommand::Request { terms }, &asked.metadata)?;
        let answer = standing(wish.id, &opened.state)?;
        self.working.returns.insert(wish.id, opened);
        self.drive_agreed(asked, wish.order, open)?;
        Ok(answer)
    }

    pub(super) fn approve_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        return_address: Option<&Address>,
        at: Option<Timestamp>,
    ) -> Result<Answer, Stopped> {
        let at = asked.time(at)?;
        let known = self.known_return(id, |terms| asked.request.principal.sells_for_return(terms))?;
        let approve = self.approval(asked, known, return_address, at)?;
        self.advance_return(asked, id, approve, None)
    }

    pub(super) fn decline_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        self.known_return(id, |terms| asked.request.principal.sells_for_return(terms))?;
        let decline = ReturnCommand::Decline { reason: reason.clone(), actor: asked.actor()?, at: self.now };
        self.end_return(asked, id, decline)
    }

    pub(super) fn cancel_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        reason: Option<&Reason>,
    ) -> Result<Answer, Stopped> {
        self.known_return(id, |terms| asked.request.principal.owns_return(terms))?;
        self.end_return(asked, id, ReturnCommand::Cancel { reason: reason.cloned(), at: self.now })
    }

    pub(super) fn send_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        tracking: Option<&TrackingNumber>,
        at: Option<Timestamp>,
    ) -> Result<Answer, Stopped> {
        let at = asked.time(at)?;
        self.change_return(asked, id, ReturnCommand::RecordInTransit { tracking: tracking.cloned(), at })
    }

    pub(super) fn receive_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        at: Option<Timestamp>,
    ) -> Result<Answer, Stopped> {
        let at = asked.time(at)?;
        self.known_return(id, |terms| asked.request.principal.sells_for_return(terms))?;
        self.change_return(asked, id, ReturnCommand::Receive { at })
    }

    pub(super) fn inspect_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        inspected: &[InspectedLine],
        location: Option<&Location>,
        at: Option<Timestamp>,
    ) -> Result<Answer, Stopped> {
        let at = asked.time(at)?;
        self.known_return(id, |terms| asked.request.principal.sells_for_return(terms))?;
        let inspect = ReturnCommand::Inspect { inspected: inspected.to_vec(), location: location.cloned(), at };
        self.advance_return(asked, id, inspect, location)
    }

    /// By the merchant's policy it is approved, unless nobody has said where its goods go; then, or by policy, somebody has
    /// to look at it.
    pub(super) fn review_return(&mut self, asked: &Asked<'_>, id: ReturnId) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        let known = self.known_return(id, |_| true)?;
        let overdue = ReturnCommand::ReportReviewOverdue { at: self.now };
        let is_news = !returns::decide(known, overdue.clone()).map_err(Stopped::refused)?.is_empty();
        let approve = self.approval(asked, known, None, self.now)?;
        let can_be_approved = returns::decide(known, approve.clone()).is_ok();
        let policy = known.terms().map(|terms| self.policies(&terms.merchant).return_review_overdue);
        match policy.unwrap_or_default() {
            OverdueReview::Approve if is_news && can_be_approved => self.advance_return(asked, id, approve, None),
            OverdueReview::Approve | OverdueReview::Escalate => self.change_return(asked, id, overdue),
        }
    }

    /// Of a refund that settles no return there is nothing to note.
    pub(super) fn settle_return(&mut self, asked: &Asked<'_>, refund: RefundId) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        let known = self.working.refunds.get(&refund).map(|refund| &refund.state);
        let returned = match known {
            Some(Refund::Succeeded { claim, .. }) => claim.claim.returned,
            Some(Refund::WrittenOff(claim)) => claim.returned,
            // It came back meanwhile, and is settled when it is done again.
            Some(Refund::Submitted(_) | Refund::Failed { .. } | Refund::ManualReview(_)) => None,
            Some(Refund::Unrequested | Refund::Requested(_)) | None => {
                return Err(Stopped::Contradiction(format!("{refund} is said to be settled and is not")));
            }
        };
        match returned {
            Some(id) => self.change_return(asked, id, ReturnCommand::SettleRefund { refund, at: self.now }),
            None => Ok(Answer::Done),
        }
    }

    /// A step of a return that nothing else takes part in.
    fn change_return(&mut self, asked: &Asked<'_>, id: ReturnId, command: ReturnCommand) -> Result<Answer, Stopped> {
        self.known_return(id, |terms| asked.request.principal.owns_return(terms))?;
        self.drive_return(asked, id, command)?;
        standing(id, self.known_return(id, |_| true)?)
    }

    /// A return, if it is theirs.
    pub(super) fn known_return(
        &self,
        id: ReturnId,
        is_theirs: impl FnOnce(&ReturnTerms) -> bool,
    ) -> Result<&Return, Stopped> {
        let known = self.working.returns.get(&id).map(|known| &known.state);
        let known = known.filter(|known| known.terms().is_some_and(is_theirs));
        known.ok_or_else(|| Stopped::refused(ReturnRefusal::Unknown))
    }

    pub(super) fn policies(&self, merchant: &MerchantId) -> Policies {
        self.working.merchants.get(merchant).map(|merchant| merchant.state.policies().clone()).unwrap_or_default()
    }

    fn approval(
        &self,
        asked: &Asked<'_>,
        known: &Return,
        return_address: Option<&Address>,
        at: Timestamp,
    ) -> Result<ReturnCommand, Stopped> {
        let terms = known.terms().filter(|terms| terms.kind.sends_goods());
        let usual = terms.and_then(|terms| self.policies(&terms.merchant).return_address);
        let return_address = terms.and(return_address.cloned().or(usual));
        Ok(ReturnCommand::Approve { return_address, actor: asked.actor()?, at })
    }

    /// Its units may be asked back again from now on.
    fn end_return(&mut self, asked: &Asked<'_>, id: ReturnId, command: ReturnCommand) -> Result<Answer, Stopped> {
        let known = self.known_return(id, |_| true)?;
        let is_news = !returns::decide(known, command.clone()).map_err(Stopped::refused)?.is_empty();
        let order = known.terms().map(|terms| terms.order);
        self.drive_return(asked, id, command)?;
        if let Some(order) = order.filter(|_| is_news) {
            self.drive_agreed(asked, order, OrderCommand::EndReturn { id, exchanged: None, at: self.now })?;
        }
        standing(id, self.known_return(id, |_| true)?)
    }

    /// A step after which the return may be settled, and then is.
    fn advance_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        command: ReturnCommand,
        location: Option<&Location>,
    ) -> Result<Answer, Stopped> {
        let known = self.known_return(id, |_| true)?;
        let news = returns::decide(known, command.clone()).map_err(Stopped::refused)?;
        let after = news.iter().cloned().fold(known.clone(), Return::evolve);
        let settlement = match (after.terms(), after.to_settle()) {
            (Some(terms), Some(owed)) if !news.is_empty() => {
                Some(self.agree(id, terms, owed, &restocked(found(&news)), location)?)
            }
            (_, _) => None,
        };
        self.drive_return(asked, id, command)?;
        if let Some(settlement) = settlement {
            self.settle(asked, id, settlement).map_err(|stopped| stopped.contradicting(AGREED))?;
        }
        standing(id, self.known_return(id, |_| true)?)
    }

    /// Asks the order what goes back and the stocks whether they have room.
    fn agree(
        &self,
        id: ReturnId,
        terms: &ReturnTerms,
        owed: Owed,
        restocked: &[LineUnits],
        location: Option<&Location>,
    ) -> Result<Settlement, Stopped> {
        let known = self.working.orders.get(&terms.order).map(|order| &order.state);
        let (Some(known), Some(sold)) = (known, known.and_then(Order::terms)) else {
            return Err(Stopped::Contradiction(format!("{id} is of {}, which is not there", terms.order)));
        };
        let settled: Vec<LineUnits> = match &owed {
            Owed::Refund { units } => units.clone(),
            Owed::Replacement { lines: _ } => terms.line_units(),
            Owed::Nothing => vec![],
        };
        let (outcome, given_up) = self.no_longer_delivered(id, terms, known, &settled)?;
        let money = |on_order| paid_back(known, id, on_order);
        let means = match owed {
            Owed::Refund { units } => Means::Money(money(OrderCommand::TakeBack { id, units, at: self.now })?),
            Owed::Nothing => Means::Money(money(OrderCommand::EndReturn { id, exchanged: None, at: self.now })?),
            Owed::Replacement { lines } => match self.replacement(id, terms, known, &lines)? {
                Some(sending) => Means::Goods(sending),
                None => {
                    let units = terms.line_units();
                    Means::MoneyForGoods(money(OrderCommand::TakeBack { id, units, at: self.now })?)
                }
            },
        };
        let mut restocks = Vec::new();
        for (sku, pieces) in sold.book.goods(restocked) {
            let from = sold.allocations.iter().find(|allocation| allocation.stock.sku == sku);
            let location = location.or_else(|| from.map(|from| &from.stock.location));
            let (Some(location), Ok(quantity)) = (location.cloned(), pieces.try_into()) else {
                return Err(Stopped::Contradiction(format!("{sku} came back with {id} and was never allocated")));
            };
            let restock = Allocation { stock: StockId { sku, location }, quantity };
            self.check_restock(terms.order, &restock)?;
            restocks.push(restock);
        }
        Ok(Settlement { order: terms.order, means, given_up, outcome, restocks })
    }

    pub(super) fn check_restock(&self, order: OrderId, restock: &Allocation) -> Result<(), Stopped> {
        let unknown = Stock::default();
        let shelf = self.working.shelves.get(&restock.stock.sku);
        let state = shelf.and_then(|shelf| shelf.stocks.get(&restock.stock.location)).unwrap_or(&unknown);
        stock::decide(state, self.restock(order, restock)).map(drop).map_err(Stopped::refused)
    }

    pub(super) const fn restock(&self, order: OrderId, restock: &Allocation) -> StockCommand {
        StockCommand::Restock { order, quantity: restock.quantity, at: self.now }
    }

    /// What answers the return is deducted before what came back is on the shelf: nobody is sent what they sent in.
    fn settle(&mut self, asked: &Asked<'_>, id: ReturnId, settlement: Settlement) -> Result<(), Stopped> {
        let Settlement { order, means, given_up, outcome, restocks } = settlement;
        let at = self.now;
        let is_over = match means {
            Means::Money(back) => {
                self.drive_return(asked, id, ReturnCommand::Resolve { refunds: back.refunds(order), at })?;
                let is_over = self.pay_back(asked, order, back)?;
                self.no_longer_deliver(asked, id, order, outcome, given_up)?;
                is_over
            }
            Means::MoneyForGoods(back) => {
                self.drive_return(asked, id, ReturnCommand::Resolve { refunds: vec![], at })?;
                self.drive_return(asked, id, ReturnCommand::GiveUpReplacement { refunds: back.refunds(order), at })?;
                let is_over = self.pay_back(asked, order, back)?;
                self.no_longer_deliver(asked, id, order, outcome, given_up)?;
                is_over
            }
            Means::Goods(sending) => {
                self.drive_return(asked, id, ReturnCommand::Resolve { refunds: vec![], at })?;
                self.no_longer_deliver(asked, id, order, outcome, given_up)?;
                self.send_replacement(asked, order, sending)?;
                false
            }
        };
        for restock in &restocks {
            self.drive_stock(asked, restock, self.restock(order, restock))?;
        }
        if is_over { self.drive_return(asked, id, ReturnCommand::Close { at }) } else { Ok(()) }
    }

    /// What is given back is worked out before the order counts the units as gone. Whether there is no money to wait for is
    /// the answer.
    pub(super) fn pay_back(&mut self, asked: &Asked<'_>, order: OrderId, back: PaidBack) -> Result<bool, Stopped> {
        let is_over = back.refunds(order).is_empty();
        let state = self.working.orders.get(&order).map(|order| &order.state);
        let sold = state.and_then(Order::terms).cloned();
        for change in &back.changes {
            if let (OrderEvent::UnitsReturned { lines, points, .. }, Some(sold)) = (change, &sold) {
                self.give_back_units(asked, order, sold, lines, *points)?;
            }
        }
        self.drive_agreed(asked, order, back.on_order)?;
        Ok(is_over)
    }

    pub(super) fn drive_return(
        &mut self,
        asked: &Asked<'_>,
        id: ReturnId,
        command: ReturnCommand,
    ) -> Result<(), Stopped> {
        let known = self.working.returns.entry(id).or_default();
        Ok(self.draft.drive(known.target(&id), command, &asked.metadata)?)
    }

    /// The order has agreed.
    pub(super) fn drive_agreed(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        command: OrderCommand,
    ) -> Result<(), Stopped> {
        self.drive_order(asked, id, command).map_err(|stopped| stopped.contradicting(AGREED))
    }
}

/// What an inspection found; nothing of a return that has none.
fn found(news: &[ReturnEvent]) -> &[InspectedLine] {
    let inspected = news.iter().find_map(|event| match event {
        ReturnEvent::ReturnInspected { inspected, .. } => Some(inspected.as_slice()),
        ReturnEvent::ReturnRequested(_)
        | ReturnEvent::ReturnApproved { .. }
        | ReturnEvent::ReturnDeclined { .. }
        | ReturnEvent::ReturnCancelled { .. }
        | ReturnEvent::ReturnEscalated { .. }
        | ReturnEvent::ReturnInTransit { .. }
        | ReturnEvent::ReturnReceived { .. }
        | ReturnEvent::ReturnResolving { .. }
        | ReturnEvent::ReturnReplacementGivenUp { .. }
        | ReturnEvent::ReturnRefundSettled { .. }
        | ReturnEvent::ReturnClosed { .. } => None,
    });
    inspected.unwrap_or_default()
}

impl PaidBack {
    /// The refunds that the order's events ask for.
    pub(super) fn refunds(&self, order: OrderId) -> Vec<RefundId> {
        let part = |change: &OrderEvent| {
            let OrderEvent::RefundOwed { capture, part: Some(part), .. } = change else { return None };
            Some(RefundId::of_part(order, &capture.reference, part.number))
        };
        self.changes.iter().filter_map(part).collect()
    }
}

/// What an order does for a return that it knows to be open.
pub(super) fn paid_back(order: &Order, id: ReturnId, on_order: OrderCommand) -> Result<PaidBack, Stopped> {
    let changes = order::decide(order, on_order.clone()).map_err(Stopped::refused)?;
    if changes.is_empty() {
        return Err(Stopped::Contradiction(format!("the order of {id} knows nothing of it")));
    }
    Ok(PaidBack { on_order, changes })
}

/// Deadlines and refunds come in through the engine's own hands only.
pub(super) fn engine_only(asked: &Asked<'_>) -> Result<(), Stopped> {
    match asked.request.principal {
        Principal::Saga => Ok(()),
        Principal::Customer(_) | Principal::Merchant(_) | Principal::BackOffice | Principal::Operator => {
            Err(Stopped::refused(ReturnRefusal::Unknown))
        }
    }
}

pub(super) fn standing(id: ReturnId, state: &Return) -> Result<Answer, Stopped> {
    match (state.terms(), state.status()) {
        (Some(terms), Some(status)) => {
            Ok(Answer::ReturnIs { id, order: terms.order, status, review_by: terms.review_by })
        }
        (_, _) => Err(Stopped::refused(ReturnRefusal::Unknown)),
    }
}
