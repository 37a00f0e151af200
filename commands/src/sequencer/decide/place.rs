//! Placing an order: catalogue prices frozen, stock reserved for all lines, in one append.

use purser_domain::{
    allocation::{allocate, asks},
    checkout::freeze,
    order::{Order, OrderCommand, OrderStatus},
    principal::Principal,
    stock::StockCommand,
    text::{CustomerId, MerchantId},
};

use super::{Answer, Asked, Decision, Stopped};
use crate::{failure::Refusal, request::PlaceOrder, sequencer::cache::Versioned};

impl Decision<'_> {
    pub(super) fn place_order(&mut self, asked: &Asked<'_>, place: &PlaceOrder) -> Result<Answer, Stopped> {
        check_stated_prices(asked, place)?;
        let customer = customer(asked, place)?;
        let placed_at = asked.stated("placed_at", place.placed_at)?;
        let pay_by = self.now + self.payment_window;
        let frozen =
            freeze(&place.lines, place.currency, |sku| self.working.products.get(sku).map(|product| &product.state))
                .map_err(Stopped::refused)?;
        check_own_products(asked, &frozen.merchant)?;
        let asks = asks(&frozen.lines).map_err(Stopped::refused)?;
        let allocations = allocate(&asks, |sku| self.working.shelves.get(sku).map(|shelf| &shelf.stocks))
            .map_err(|shortages| Stopped::Refused(Refusal::OutOfStock(shortages)))?;

        let merchant = frozen.merchant.clone();
        let total = frozen.total;
        let mut order = Versioned::<Order>::default();
        let command = OrderCommand::Place(purser_domain::order::PlaceOrder {
            order: place.order,
            customer,
            merchant: frozen.merchant,
            reference: place.reference.clone(),
            lines: frozen.lines,
            total,
            ship_to: place.ship_to.clone(),
            allocations: allocations.clone(),
            placed_at,
            pay_by,
        });
        self.draft.drive(order.target(&place.order), command, &asked.metadata)?;
        let status = order.state.status().unwrap_or(OrderStatus::PendingPayment);
        self.working.orders.insert(place.order, order);
        for allocation in &allocations {
            let reserve = StockCommand::Reserve { order: place.order, quantity: allocation.quantity };
            self.drive_stock(asked, allocation, reserve).map_err(contradiction)?;
        }
        Ok(Answer::OrderPlaced { order: place.order, status, merchant, total, pay_by })
    }
}

/// The allocation was made from the very states that are asked now: a refusal means that they contradict themselves.
fn contradiction(stopped: Stopped) -> Stopped {
    match stopped {
        Stopped::Refused(refusal) => Stopped::Contradiction(format!("a stock refused what was allocated: {refusal}")),
        Stopped::Contradiction(_) => stopped,
    }
}

/// A merchant sells their own products, and cannot tie up the stock of others.
fn check_own_products(asked: &Asked<'_>, merchant: &MerchantId) -> Result<(), Stopped> {
    match &asked.request.principal {
        Principal::Merchant(own) if own != merchant => {
            Err(Stopped::refused(Refusal::FieldNotAllowed { field: "lines/0/sku".to_owned() }))
        }
        Principal::Merchant(_)
        | Principal::Customer(_)
        | Principal::BackOffice
        | Principal::Operator
        | Principal::Saga => Ok(()),
    }
}

fn check_stated_prices(asked: &Asked<'_>, place: &PlaceOrder) -> Result<(), Stopped> {
    let negotiated = place.lines.iter().position(|line| line.unit_price.is_some());
    match negotiated {
        Some(line) if !asked.request.principal.may_state_terms() => {
            Err(Stopped::refused(Refusal::FieldNotAllowed { field: format!("lines/{line}/unit_price") }))
        }
        Some(_) | None => Ok(()),
    }
}

/// A customer orders for themselves; whoever orders for others says for whom, or nobody for a guest.
fn customer(asked: &Asked<'_>, place: &PlaceOrder) -> Result<Option<CustomerId>, Stopped> {
    let stated = place.customer.as_ref();
    match &asked.request.principal {
        Principal::Customer(own) if stated.is_none_or(|stated| stated == own) => Ok(Some(own.clone())),
        Principal::Customer(_) => Err(Stopped::refused(Refusal::FieldNotAllowed { field: "customer".to_owned() })),
        Principal::Merchant(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => Ok(stated.cloned()),
    }
}
