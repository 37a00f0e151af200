//! Placing an order: catalogue prices frozen, stock, coupons, points and purchase limits taken, in one append.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use purser_domain::{
    allocation::{Ask, Awaited, Found, allocate_or_wait, asks},
    ids::OrderId,
    merchant::Policies,
    order::{BuyerDetails, Order, OrderCommand, OrderStatus},
    product::Backorder,
    stock::StockCommand,
    text::{Location, Sku},
};

use super::{Answer, Asked, Decision, Stopped, checkout::Checkout};
use crate::{failure::Refusal, request::PlaceOrder, sequencer::cache::Versioned};

/// All of it was asked of the very states that are driven now.
const AGREED: &str = "what was agreed to is asked for";

impl Decision<'_> {
    pub(super) fn quote_order(&self, asked: &Asked<'_>, place: &PlaceOrder) -> Result<Answer, Stopped> {
        Ok(Answer::Quoted(self.check_out(asked, place)?.into()))
    }

    pub(super) fn place_order(&mut self, asked: &Asked<'_>, place: &PlaceOrder) -> Result<Answer, Stopped> {
        let checkout = self.check_out(asked, place)?;
        let asks = asks(&checkout.lines).map_err(Stopped::refused)?;
        let shelf = |sku: &Sku| self.working.shelves.get(sku).map(|shelf| &shelf.stocks);
        let Policies { allocation: rule, sites, .. } = &checkout.policies;
        let distance = |location: &Location| sites.get(location).map_or(u32::MAX, |site| site.distance(&place.ship_to));
        let found = allocate_or_wait(rule, &asks, shelf, distance, |sku| self.may_wait(sku))
            .map_err(|shortages| Stopped::Refused(Refusal::OutOfStock(shortages)))?;
        let awaited = awaited(&found, &asks);
        let Found { allocations, waiting } = found;

        let Checkout { customer, merchant, policies, lines, pricing, limited, counted_as, total, placed_at } = checkout;
        let window =
            policies.payment_window.map_or(self.payment_window, |window| TimeDelta::minutes(window.get().into()));
        let pay_by = self.now + window;
        let mut order = Versioned::<Order>::default();
        let command = OrderCommand::Place(purser_domain::order::PlaceOrder {
            order: place.order,
            customer,
            merchant: merchant.clone(),
            reference: place.reference.clone(),
            lines,
            total,
            pricing,
            limited,
            buyer: BuyerDetails::of(place.contact.clone(), counted_as),
            ship_to: place.ship_to.clone(),
            allocations: allocations.clone(),
            waiting: waiting.clone(),
            placed_at,
            pay_by,
            time_zone: policies.time_zone,
        });
        self.draft.drive(order.target(&place.order), command, &asked.metadata)?;
        let status = order.state.status().unwrap_or(OrderStatus::PendingPayment);
        for allocation in &allocations {
            let (order, quantity) = (place.order, allocation.quantity);
            let claim = if waiting.contains(&allocation.stock) {
                StockCommand::Backorder { order, quantity }
            } else {
                StockCommand::Reserve { order, quantity }
            };
            self.drive_stock(asked, allocation, claim).map_err(|stopped| stopped.contradicting(AGREED))?;
        }
        self.claim_benefits(asked, place.order, &order.state).map_err(|stopped| stopped.contradicting(AGREED))?;
        self.working.orders.insert(place.order, order);
        Ok(Answer::OrderPlaced { order: place.order, status, merchant, total, pay_by, waiting: awaited })
    }

    /// Only a placement that finds a SKU short asks.
    fn may_wait(&self, sku: &Sku) -> bool {
        let listing = self.working.products.get(sku).and_then(|product| product.state.listing());
        match listing.map(|listing| listing.backorder).unwrap_or_default() {
            Backorder::Allowed => true,
            Backorder::Refused => false,
        }
    }

    fn claim_benefits(&mut self, asked: &Asked<'_>, id: OrderId, order: &Order) -> Result<(), Stopped> {
        let Some(terms) = order.terms() else { return Ok(()) };
        let Some(benefits) = &terms.benefits else { return Ok(()) };
        self.claim(asked, id, terms, benefits)
    }
}

fn awaited(found: &Found, asks: &BTreeMap<Sku, Ask>) -> Vec<Awaited> {
    let awaited = |sku: &Sku| {
        let Ask { quantity, lines } = asks.get(sku)?.clone();
        Some(Awaited { sku: sku.clone(), lines, quantity })
    };
    found.waiting.iter().filter_map(|stock| awaited(&stock.sku)).collect()
}
