//! What happened to each order within a batch, and what it means for the order's status.

use std::collections::BTreeMap;

use purser_domain::{
    Timestamp,
    event::Event,
    ids::OrderId,
    order::{OrderEvent, OrderPlaced, OrderStatus},
    recorded::Recorded,
};

use crate::{
    feed::FeedEvent,
    view::FoldError,
    views::{poison, reading},
};

/// An event of an order, in the log and as it reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) recorded: &'a Recorded,
    pub(super) event: &'a OrderEvent,
}

/// The steps of one order in a batch, in their order.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    first: Step<'a>,
    later: Vec<Step<'a>>,
}

/// The orders of a batch, by id, so that rows are written in the order of their keys.
pub(super) fn by_order<'a>(events: &[&'a FeedEvent]) -> Result<BTreeMap<OrderId, Steps<'a>>, FoldError> {
    let mut orders: BTreeMap<OrderId, Steps<'a>> = BTreeMap::new();
    for feed_event in events {
        if let Event::Order(id, event) = reading(feed_event)? {
            let step = Step { recorded: &feed_event.recorded, event };
            orders
                .entry(*id)
                .and_modify(|steps| steps.later.push(step))
                .or_insert_with(|| Steps { first: step, later: vec![] });
        }
    }
    Ok(orders)
}

impl<'a> Steps<'a> {
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Step<'a>> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// What was agreed, where the order begins in this batch.
    pub(super) const fn placed(&self) -> Option<&'a OrderPlaced> {
        if let OrderEvent::OrderPlaced(placed) = self.first.event { Some(placed) } else { None }
    }

    /// The status after the batch; none where it stays what it was.
    pub(super) fn status(&self) -> Option<OrderStatus> {
        self.iter().rev().find_map(|step| status_after(step.event))
    }

    /// The position of the last step.
    pub(super) fn position(&self) -> i64 {
        self.later.last().unwrap_or(&self.first).recorded.position
    }

    /// Says why the steps cannot be folded.
    pub(super) fn poison(&self, cause: impl std::fmt::Display) -> FoldError {
        poison(self.first.recorded, cause)
    }

    /// Says that the view does not have the order, because its placement was skipped.
    pub(super) fn without_order(&self) -> FoldError {
        self.poison(format!("the view has no order {}", self.first.recorded.aggregate_id))
    }
}

/// The status that an event brings about; none where it leaves the status as it is.
pub(crate) const fn status_after(event: &OrderEvent) -> Option<OrderStatus> {
    match event {
        OrderEvent::OrderPlaced(_) => Some(OrderStatus::PendingPayment),
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } => Some(OrderStatus::Paid),
        OrderEvent::ProcessingStarted { .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::ParcelReplaced { .. } => Some(OrderStatus::Processing),
        OrderEvent::OrderShipped { .. } => Some(OrderStatus::Shipped),
        OrderEvent::OrderDelivered { .. } => Some(OrderStatus::Delivered),
        OrderEvent::OrderCompleted { .. } => Some(OrderStatus::Completed),
        OrderEvent::OrderCancelled { .. } => Some(OrderStatus::Cancelled),
        OrderEvent::CancellationRequested { .. } => Some(OrderStatus::Cancelling),
        OrderEvent::CancellationDeclined { resumed, .. } => Some(resumed.status()),
        OrderEvent::OrderExpired { .. } => Some(OrderStatus::Expired),
        OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => None,
    }
}

/// When an event happened, as it was stated.
pub(super) const fn happened_at(event: &OrderEvent) -> Timestamp {
    match event {
        OrderEvent::OrderPlaced(placed) => placed.placed_at,
        OrderEvent::OrderPaid { at, .. }
        | OrderEvent::OrderReinstated { at, .. }
        | OrderEvent::ProcessingStarted { at, .. }
        | OrderEvent::BackorderServed { at, .. }
        | OrderEvent::StockShorted { at, .. }
        | OrderEvent::BackorderMoved { at, .. }
        | OrderEvent::ParcelOpened { at, .. }
        | OrderEvent::ParcelShipped { at, .. }
        | OrderEvent::ParcelDelivered { at, .. }
        | OrderEvent::ParcelGivenUp { at, .. }
        | OrderEvent::UndeliveredRefunded { at, .. }
        | OrderEvent::ParcelReplaced { at, .. }
        | OrderEvent::OrderShipped { at, .. }
        | OrderEvent::OrderDelivered { at }
        | OrderEvent::OrderCompleted { at, .. }
        | OrderEvent::OrderCancelled { at, .. }
        | OrderEvent::OrderExpired { at }
        | OrderEvent::PartialPaymentReceived { at, .. }
        | OrderEvent::AuthorizationReceived { at, .. }
        | OrderEvent::RefundOwed { at, .. }
        | OrderEvent::OrderLinesCancelled { at, .. }
        | OrderEvent::CancellationRequested { at, .. }
        | OrderEvent::CancellationDeclined { at, .. }
        | OrderEvent::LatePaymentReceived { at, .. }
        | OrderEvent::SurplusPaymentReceived { at, .. }
        | OrderEvent::ReturnOpened { at, .. }
        | OrderEvent::ReturnEnded { at, .. }
        | OrderEvent::RefundShifted { at, .. }
        | OrderEvent::GoodwillGranted { at, .. }
        | OrderEvent::UnitsReturned { at, .. }
        | OrderEvent::OrderReservationsReleased { at } => *at,
    }
}
