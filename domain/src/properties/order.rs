use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    Timestamp,
    order::{Cancelling, Capture, Order, OrderCommand, OrderEvent, OrderStatus, PlaceOrder, decide},
    samples::{at, capture, gbp, place, text},
    text::PaymentReference,
};

fn times() -> impl Strategy<Value = Timestamp> {
    (0..60_i64).prop_map(at)
}

fn references() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["tx-1", "tx-2", "tx-3"])
}

/// Mostly sensible payments: few references, so that some repeat, and mostly the right amount.
fn payments() -> impl Strategy<Value = OrderCommand> {
    let reference = references();
    let pence = prop::sample::select(vec![1530, 1530, 1530, 1130, 400, 1529, 0]);
    (reference, pence, times()).prop_map(|(reference, pence, at)| {
        let capture = capture(reference, pence);
        OrderCommand::RecordPayment { reference: capture.reference, amount: capture.amount, tender: None, at }
    })
}

pub(super) fn commands() -> impl Strategy<Value = Vec<OrderCommand>> {
    let placements = prop::sample::select(vec![0, 1530, 1530]);
    let command = prop_oneof![
        2 => placements.prop_map(|pence| OrderCommand::Place(PlaceOrder { total: gbp(pence), ..place() })),
        4 => payments(),
        2 => times().prop_map(|at| OrderCommand::StartProcessing { parcels: None, at }),
        2 => times().prop_map(|at| OrderCommand::Ship { tracking: None, at }),
        2 => times().prop_map(|at| OrderCommand::Deliver { at }),
        2 => times().prop_map(|at| OrderCommand::Complete { points: None, at }),
        1 => times().prop_map(|at| OrderCommand::Cancel { reason: text("changed my mind"), at }),
        1 => times().prop_map(|at| OrderCommand::RequestCancellation { lines: vec![], reason: text("ordered twice"), at }),
        1 => times().prop_map(|at| OrderCommand::DeclineCancellation { reason: text("packed already"), at }),
        3 => times().prop_map(|at| OrderCommand::Expire { at }),
        2 => (references(), times()).prop_map(|(reference, at)| OrderCommand::Reinstate {
            reference: text(reference),
            allocations: vec![],
            at,
        }),
        2 => (references(), times()).prop_map(|(reference, at)| OrderCommand::OweLatePayment {
            reference: text(reference),
            at,
        }),
        1 => times().prop_map(|at| OrderCommand::ReleaseReservations { at }),
    ];
    prop::collection::vec(command, 1..40).prop_map(|mut commands| {
        commands.insert(0, OrderCommand::Place(place()));
        commands
    })
}

/// Where an order stands after an event that was decided for it.
fn status_after(before: Option<OrderStatus>, event: &OrderEvent) -> Option<OrderStatus> {
    match event {
        OrderEvent::OrderPlaced(_) => Some(OrderStatus::PendingPayment),
        OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } => Some(OrderStatus::Paid),
        OrderEvent::ProcessingStarted { .. } | OrderEvent::OrderLinesCancelled { .. } => Some(OrderStatus::Processing),
        OrderEvent::OrderShipped { .. } => Some(OrderStatus::Shipped),
        OrderEvent::OrderDelivered { .. } => Some(OrderStatus::Delivered),
        OrderEvent::OrderCompleted { .. } => Some(OrderStatus::Completed),
        OrderEvent::OrderCancelled { .. } => Some(OrderStatus::Cancelled),
        OrderEvent::OrderExpired { .. } => Some(OrderStatus::Expired),
        OrderEvent::CancellationRequested { .. } => Some(OrderStatus::Cancelling),
        OrderEvent::CancellationDeclined { resumed, .. } => Some(resumed.status()),
        OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::RefundOwed { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::SurplusPaymentReceived { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => before,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_decided_event_takes_effect_and_leads_where_it_says(commands in commands()) {
        let mut order = Order::default();
        for command in commands {
            for event in decide(&order, command).unwrap_or_default() {
                let (before, expected) = (order.clone(), status_after(order.status(), &event));
                order = order.evolve(event.clone());
                prop_assert_eq!(order.status(), expected);
                // What is owed back whole is out of the order's books with the event before it, and what is given, with those after.
                if !matches!(event, OrderEvent::RefundOwed { part: None, .. } | OrderEvent::GoodwillGranted { .. }) {
                    prop_assert_ne!(&order, &before, "an event without effect was decided");
                }
            }
        }
    }

    /// A timer, a saga and a client may all ask twice.
    #[test]
    fn a_command_that_was_accepted_adds_nothing_when_repeated(commands in commands()) {
        let mut order = Order::default();
        for command in commands {
            let Ok(decided) = decide(&order, command.clone()) else { continue };
            order = decided.into_iter().fold(order, Order::evolve);
            match command {
                OrderCommand::Place(_) => prop_assert!(decide(&order, command).is_err()),
                repeated => prop_assert_eq!(decide(&order, repeated), Ok(vec![])),
            }
        }
    }

    #[test]
    fn replaying_the_stored_events_gives_the_same_order(commands in commands()) {
        let (mut order, mut log) = (Order::default(), Vec::new());
        for command in commands {
            for event in decide(&order, command).unwrap_or_default() {
                log.push(serde_json::to_string(&event).unwrap());
                order = order.evolve(event);
            }
        }
        let replayed = log.iter().map(|json| serde_json::from_str(json).unwrap()).fold(Order::default(), Order::evolve);
        prop_assert_eq!(replayed, order);
    }

    /// Of each capture all is kept by the order that it settles, or goes back, once.
    #[test]
    fn what_was_captured_less_what_goes_back_is_what_is_kept(commands in commands()) {
        let (mut order, mut captured, mut back) = (Order::default(), BTreeMap::new(), 0);
        for command in commands {
            for event in decide(&order, command).unwrap_or_default() {
                match &event {
                    OrderEvent::OrderPaid { settlement, .. } => {
                        captured.extend(settlement.captures().iter().map(named));
                    }
                    OrderEvent::PartialPaymentReceived { capture, .. }
                    | OrderEvent::LatePaymentReceived { capture, .. } => captured.extend([named(capture)]),
                    OrderEvent::SurplusPaymentReceived { capture, .. } => {
                        captured.extend([named(capture)]);
                        back += pence(capture);
                    }
                    OrderEvent::OrderCancelled { owed_back, .. } => back += owed_back.as_ref().map_or(0, pence),
                    OrderEvent::RefundOwed { capture, part: None, .. } => back += pence(capture),
                    _ => {}
                }
                order = order.evolve(event);
            }
            let (kept, undecided) = match &order {
                Order::Unplaced => (0, 0),
                Order::PendingPayment(open) => (open.received.iter().map(pence).sum::<i64>(), 0),
                Order::Paid(settled)
                | Order::Processing(settled)
                | Order::Shipped(settled)
                | Order::Delivered(settled)
                | Order::Completed(settled)
                | Order::Cancelling(Cancelling { settled, .. }) => {
                    (settled.captures().iter().map(pence).sum::<i64>(), 0)
                }
                Order::Cancelled(closed) | Order::Expired(closed) => (0, closed.late.iter().map(pence).sum::<i64>()),
            };
            prop_assert_eq!(captured.values().sum::<i64>() - back, kept + undecided, "{:?}", order);
        }
    }
}

/// A part that settles an order with others is told of twice.
fn named(capture: &Capture) -> (PaymentReference, i64) {
    (capture.reference.clone(), pence(capture))
}

fn pence(capture: &Capture) -> i64 {
    capture.amount.amount.minor_units()
}
