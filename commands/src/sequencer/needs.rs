//! Which aggregates a command needs.

use purser_domain::{ids::RefundId, order::Order, stock::StockId};

use crate::{
    request::{Command, PlaceOrder},
    sequencer::{
        Pending,
        cache::{Needs, Working},
    },
};

impl Needs {
    /// What is known from the commands of a batch alone.
    pub(crate) fn of_all(batch: &[Pending]) -> Self {
        let mut needs = Self::default();
        for pending in batch {
            needs.of(&pending.request.command);
        }
        needs
    }

    /// What only the orders of a batch themselves can tell.
    pub(crate) fn held_for_all(batch: &[Pending], working: &Working) -> Self {
        let mut needs = Self::default();
        for pending in batch {
            needs.held_for(&pending.request.command, working);
        }
        needs
    }

    /// What is known from the command alone.
    fn of(&mut self, command: &Command) {
        match command {
            Command::PlaceOrder(PlaceOrder { lines, .. }) => {
                for line in lines {
                    self.products.push(line.sku.clone());
                    self.shelves.push(line.sku.clone());
                }
            }
            Command::RecordPayment { order, .. }
            | Command::CancelOrder { order, .. }
            | Command::DeclineCancellation { order, .. }
            | Command::ShipOrder { order, .. }
            | Command::DeliverOrder { order, .. }
            | Command::CompleteOrder { order, .. }
            | Command::StartProcessing { order }
            | Command::ExpireOrder { order }
            | Command::ReleaseReservations { order } => self.orders.push(*order),
            Command::ListProduct { sku, .. } | Command::RepriceProduct { sku, .. } | Command::DelistProduct { sku } => {
                self.products.push(sku.clone());
            }
            Command::ReceiveStock { stock: StockId { sku, .. }, .. }
            | Command::AdjustStock { stock: StockId { sku, .. }, .. } => {
                self.products.push(sku.clone());
                self.shelves.push(sku.clone());
            }
            Command::RequestRefund { claim } => {
                self.refunds.push(RefundId::of_payment(claim.order, &claim.capture.reference));
            }
            Command::RecordRefundSubmitted { refund, .. } | Command::RecordRefundSucceeded { refund, .. } => {
                self.refunds.push(*refund);
            }
        }
    }

    /// What only the order itself can tell: the stock that is held for it.
    fn held_for(&mut self, command: &Command, working: &Working) {
        let order = match command {
            Command::ShipOrder { order, .. }
            | Command::StartProcessing { order }
            | Command::ReleaseReservations { order } => order,
            Command::PlaceOrder(_)
            | Command::RecordPayment { .. }
            | Command::CancelOrder { .. }
            | Command::DeclineCancellation { .. }
            | Command::DeliverOrder { .. }
            | Command::CompleteOrder { .. }
            | Command::ExpireOrder { .. }
            | Command::ListProduct { .. }
            | Command::RepriceProduct { .. }
            | Command::DelistProduct { .. }
            | Command::ReceiveStock { .. }
            | Command::AdjustStock { .. }
            | Command::RequestRefund { .. }
            | Command::RecordRefundSubmitted { .. }
            | Command::RecordRefundSucceeded { .. } => return,
        };
        let allocations = match working.orders.get(order).map(|order| &order.state) {
            Some(Order::Cancelled(closed) | Order::Expired(closed)) => closed.unreleased.as_slice(),
            Some(order) => order.terms().map_or(&[][..], |terms| terms.allocations.as_slice()),
            None => &[],
        };
        self.shelves.extend(allocations.iter().map(|allocation| allocation.stock.sku.clone()));
    }
}
