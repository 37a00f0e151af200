use std::{borrow::Cow, collections::HashMap, slice::from_ref};

use cqrs_es::{EventEnvelope, View};
use purser_domain::{
    Timestamp,
    ids::ReturnId,
    money::Money,
    order::{Allocation, Capture, LineUnits, Order, OrderEvent, OrderStatus, Tender, without},
    recorded::Recorded,
    text::{PaymentReference, Reason, TrackingNumber},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::views::{
    column::unreadable,
    order_steps::{happened_at, status_after},
};

/// A document as its column holds it.
pub(super) fn read<Document: DeserializeOwned>(column: &str, text: &str) -> Result<Document, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// What happened to an order since it was agreed upon.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderDetail {
    /// Money that was taken for it, in the order in which that was recorded.
    pub payments: Vec<Payment>,
    /// The parcel's name at its carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
    /// Which stock is held for it since it lives again; absent where it is what was reserved at placement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations: Option<Vec<Allocation>>,
    /// What of its stock is waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Allocation>,
    /// Units that were asked back, in the order in which they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<UnitsBack>,
    /// Everything that happened, in the order of the log.
    pub history: Vec<HistoryEntry>,
}

/// Units that a return is about, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitsBack {
    /// Which return.
    pub id: ReturnId,
    /// What became of it.
    pub outcome: ReturnOutcome,
    /// The units that are asked back, and once they came back, those that did.
    pub units: Vec<LineUnits>,
    /// The money that is owed back for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
}

/// What became of a return, as the order sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnOutcome {
    /// It goes on.
    Open,
    /// It came to nothing.
    Ended,
    /// Its units are back, or their customer keeps them.
    Returned,
    /// Its units are back, and other goods have arrived for them.
    Exchanged,
}

/// Money that was taken for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What it did.
    pub role: PaymentRole,
    /// Its name where it was taken.
    pub reference: PaymentReference,
    /// How much.
    pub amount: Money,
    /// As what it came, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    /// When it was taken.
    pub at: Timestamp,
}

/// What a payment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentRole {
    /// It settled the order, by itself or together with others.
    Settlement,
    /// It is a part of the total that has not settled the order.
    Partial,
    /// It came after the order had ended, and has not reinstated it.
    Late,
    /// It came on top of what settled the order, and is owed back.
    Surplus,
}

/// One thing that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The event's name.
    pub event: Cow<'static, str>,
    /// The order's status afterwards.
    pub status: OrderStatus,
    /// When it happened; an import states the time that it was true at.
    pub at: Timestamp,
    /// Why, for a cancellation, its request, a request that was declined, or goodwill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What the log says of it; nothing where the event did not come from the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<LogEntry>,
}

/// Where the log has an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its position.
    pub position: i64,
    /// When the log took it.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
}

impl View<Order> for OrderDetail {
    fn update(&mut self, event: &EventEnvelope<Order>) {
        let event = &event.payload;
        self.take_payments(event);
        self.take_returns(event);
        self.take_waiting(event);
        if let OrderEvent::OrderShipped { tracking, at: _ } = event {
            self.tracking.clone_from(tracking);
        }
        if let OrderEvent::OrderReinstated { allocations, .. } = event {
            self.allocations = Some(allocations.clone());
        }
        let before = self.status().unwrap_or(OrderStatus::PendingPayment);
        self.history.push(HistoryEntry {
            event: event.name().into(),
            status: status_after(event).unwrap_or(before),
            at: happened_at(event),
            reason: reason(event),
            recorded: None,
        });
    }
}

impl OrderDetail {
    /// A part that was taken earlier becomes part of the settlement.
    fn take_payments(&mut self, event: &OrderEvent) {
        let Some((role, captures, at)) = captures(event) else { return };
        for Capture { reference, amount, payment: _, tender } in captures {
            match self.payments.iter_mut().find(|known| known.reference == *reference) {
                Some(known) => known.role = role,
                None => {
                    let (reference, amount, tender) = (reference.clone(), *amount, *tender);
                    self.payments.push(Payment { role, reference, amount, tender, at });
                }
            }
        }
    }

    /// A return that is opened again stands where it stood first.
    fn take_returns(&mut self, event: &OrderEvent) {
        let (id, outcome, units, refund) = match event {
            OrderEvent::ReturnOpened { id, units, at: _ } => (*id, ReturnOutcome::Open, Some(units), None),
            OrderEvent::ReturnEnded { id, exchanged, at: _ } => {
                let outcome = if exchanged.is_some() { ReturnOutcome::Exchanged } else { ReturnOutcome::Ended };
                (*id, outcome, None, None)
            }
            OrderEvent::UnitsReturned { id, lines, refund, .. } => {
                (*id, ReturnOutcome::Returned, Some(lines), Some(*refund))
            }
            OrderEvent::OrderPlaced(_)
            | OrderEvent::OrderPaid { .. }
            | OrderEvent::PartialPaymentReceived { .. }
            | OrderEvent::AuthorizationReceived { .. }
            | OrderEvent::LatePaymentReceived { .. }
            | OrderEvent::SurplusPaymentReceived { .. }
            | OrderEvent::RefundOwed { .. }
            | OrderEvent::OrderLinesCancelled { .. }
            | OrderEvent::CancellationRequested { .. }
            | OrderEvent::CancellationDeclined { .. }
            | OrderEvent::ProcessingStarted { .. }
            | OrderEvent::BackorderServed { .. }
            | OrderEvent::StockShorted { .. }
            | OrderEvent::BackorderMoved { .. }
            | OrderEvent::ParcelOpened { .. }
            | OrderEvent::ParcelShipped { .. }
            | OrderEvent::ParcelDelivered { .. }
            | OrderEvent::ParcelGivenUp { .. }
            | OrderEvent::UndeliveredRefunded { .. }
            | OrderEvent::ParcelReplaced { .. }
            | OrderEvent::OrderShipped { .. }
            | OrderEvent::OrderDelivered { .. }
            | OrderEvent::OrderCompleted { .. }
            | OrderEvent::OrderCancelled { .. }
            | OrderEvent::OrderExpired { .. }
            | OrderEvent::OrderReinstated { .. }
            | OrderEvent::RefundShifted { .. }
            | OrderEvent::GoodwillGranted { .. }
            | OrderEvent::OrderReservationsReleased { .. } => return,
        };
        match self.returns.iter_mut().find(|known| known.id == id) {
            Some(known) => {
                known.outcome = outcome;
                known.refund = refund;
                if let Some(units) = units {
                    known.units.clone_from(units);
                }
            }
            None => {
                let units = units.cloned().unwrap_or_default();
                self.returns.push(UnitsBack { id, outcome, units, refund });
            }
        }
    }

    /// An order that has expired may live again with what is held for it, and waits until all of that is released.
    fn take_waiting(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::OrderPlaced(placed) => {
                let waits = |allocation: &&Allocation| placed.waiting.contains(&allocation.stock);
                self.waiting = placed.allocations.iter().filter(waits).cloned().collect();
            }
            OrderEvent::BackorderServed { allocation, .. } => {
                self.waiting.retain(|waiting| waiting.stock != allocation.stock);
            }
            OrderEvent::StockShorted { allocation, .. } => {
                self.waiting.retain(|waiting| waiting.stock != allocation.stock);
                self.waiting.push(allocation.clone());
            }
            OrderEvent::BackorderMoved { from, .. } => {
                self.waiting = without(std::mem::take(&mut self.waiting), from_ref(from));
            }
            OrderEvent::OrderLinesCancelled { released, .. } => {
                self.waiting = without(std::mem::take(&mut self.waiting), released);
            }
            OrderEvent::OrderReservationsReleased { .. } => self.waiting = vec![],
            OrderEvent::OrderPaid { .. }
            | OrderEvent::PartialPaymentReceived { .. }
            | OrderEvent::AuthorizationReceived { .. }
            | OrderEvent::LatePaymentReceived { .. }
            | OrderEvent::SurplusPaymentReceived { .. }
            | OrderEvent::RefundOwed { .. }
            | OrderEvent::CancellationRequested { .. }
            | OrderEvent::CancellationDeclined { .. }
            | OrderEvent::ProcessingStarted { .. }
            | OrderEvent::ParcelOpened { .. }
            | OrderEvent::ParcelShipped { .. }
            | OrderEvent::ParcelDelivered { .. }
            | OrderEvent::ParcelGivenUp { .. }
            | OrderEvent::UndeliveredRefunded { .. }
            | OrderEvent::ParcelReplaced { .. }
            | OrderEvent::OrderShipped { .. }
            | OrderEvent::OrderDelivered { .. }
            | OrderEvent::OrderCompleted { .. }
            | OrderEvent::OrderCancelled { .. }
            | OrderEvent::OrderExpired { .. }
            | OrderEvent::OrderReinstated { .. }
            | OrderEvent::ReturnOpened { .. }
            | OrderEvent::ReturnEnded { .. }
            | OrderEvent::RefundShifted { .. }
            | OrderEvent::GoodwillGranted { .. }
            | OrderEvent::UnitsReturned { .. } => {}
        }
    }

    /// The order's status; none where nothing has happened to it.
    pub fn status(&self) -> Option<OrderStatus> {
        self.history.last().map(|entry| entry.status)
    }

    /// Folds an event of the log, together with what the envelope of cqrs-es has no room for.
    pub(super) fn record(&mut self, recorded: &Recorded, event: &OrderEvent) -> Result<(), serde_json::Error> {
        let actor = recorded.read_metadata()?.actor;
        let folded = self.history.len();
        self.update(&EventEnvelope {
            aggregate_id: recorded.aggregate_id.clone(),
            sequence: usize::try_from(recorded.sequence).unwrap_or_default(),
            payload: event.clone(),
            metadata: HashMap::new(),
        });
        for entry in self.history.iter_mut().skip(folded) {
            entry.recorded =
                Some(LogEntry { position: recorded.position, at: recorded.recorded_at, actor: actor.clone() });
        }
        Ok(())
    }
}

/// The money that an event is about, and when it was taken.
fn captures(event: &OrderEvent) -> Option<(PaymentRole, &[Capture], Timestamp)> {
    match event {
        OrderEvent::OrderPaid { settlement, at } | OrderEvent::OrderReinstated { settlement, allocations: _, at } => {
            Some((PaymentRole::Settlement, settlement.captures(), *at))
        }
        OrderEvent::PartialPaymentReceived { capture, at } => Some((PaymentRole::Partial, from_ref(capture), *at)),
        OrderEvent::LatePaymentReceived { capture, at } => Some((PaymentRole::Late, from_ref(capture), *at)),
        OrderEvent::SurplusPaymentReceived { capture, at } => Some((PaymentRole::Surplus, from_ref(capture), *at)),
        OrderEvent::OrderPlaced(_)
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderCancelled { .. }
        | OrderEvent::OrderExpired { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => None,
    }
}

fn reason(event: &OrderEvent) -> Option<Reason> {
    match event {
        OrderEvent::OrderCancelled { reason, .. }
        | OrderEvent::OrderLinesCancelled { reason, .. }
        | OrderEvent::CancellationRequested { reason, .. }
        | OrderEvent::GoodwillGranted { reason, .. }
        | OrderEvent::CancellationDeclined { reason, .. } => Some(reason.clone()),
        OrderEvent::OrderPlaced(_)
        | OrderEvent::OrderPaid { .. }
        | OrderEvent::OrderReinstated { .. }
        | OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderExpired { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::UnitsReturned { .. } => None,
    }
}

#[cfg(test)]
mod spec;
