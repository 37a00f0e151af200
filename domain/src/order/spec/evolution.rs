//! What events make of an order.

use super::{cancelled, free, life, paid, state};
use crate::{
    order::{Order, OrderEvent, OrderPlaced, OrderStatus, Settlement},
    samples::{allocation, at, capture, events::order_events, placed},
};

#[test]
fn each_event_moves_the_states_it_fits_and_no_other() {
    use OrderStatus::{
        Cancelled, Cancelling, Completed, Delivered, Expired, Paid, PendingPayment, Processing, Shipped,
    };
    let unplaced = std::iter::once((None, vec![]));
    let placed = OrderStatus::ALL.into_iter().map(|status| (Some(status), life(status)));
    for (status, events) in unplaced.chain(placed) {
        for sample in order_events() {
            let fits = match (&sample.value, status) {
                (OrderEvent::OrderPlaced(_), status) => status.is_none(),
                // The order ships whole, without parcels of its own, has no open return that could end, and waits for nothing. What is
                // owed by goodwill are the events after it.
                (_, None)
                | (
                    OrderEvent::RefundOwed { part: None, .. }
                    | OrderEvent::GoodwillGranted { .. }
                    | OrderEvent::RefundShifted { .. }
                    | OrderEvent::ParcelShipped { .. }
                    | OrderEvent::ParcelDelivered { .. }
                    | OrderEvent::ParcelGivenUp { .. }
                    | OrderEvent::ReturnEnded { .. }
                    | OrderEvent::BackorderServed { parcel: None, .. },
                    Some(_),
                ) => false,
                (OrderEvent::OrderLinesCancelled { .. }, Some(status)) => [Processing, Cancelling].contains(&status),
                (OrderEvent::OrderPaid { .. } | OrderEvent::OrderExpired { .. }, Some(status)) => {
                    status == PendingPayment
                }
                (
                    OrderEvent::LatePaymentReceived { .. } | OrderEvent::OrderReservationsReleased { .. },
                    Some(status),
                ) => [Cancelled, Expired].contains(&status),
                (
                    OrderEvent::SurplusPaymentReceived { .. }
                    | OrderEvent::RefundOwed { part: Some(_), .. }
                    | OrderEvent::ParcelOpened { .. }
                    | OrderEvent::BackorderServed { parcel: Some(_), .. },
                    Some(status),
                ) => [Paid, Processing, Cancelling, Shipped, Delivered, Completed].contains(&status),
                (OrderEvent::StockShorted { .. } | OrderEvent::BackorderMoved { .. }, Some(status)) => {
                    ![Cancelled, Expired].contains(&status)
                }
                (OrderEvent::OrderReinstated { .. }, Some(status)) => status == Expired,
                (
                    OrderEvent::ReturnOpened { .. }
                    | OrderEvent::UnitsReturned { .. }
                    | OrderEvent::UndeliveredRefunded { .. },
                    Some(status),
                ) => [Processing, Cancelling, Shipped, Delivered, Completed].contains(&status),
                // While it is being worked on, only its stock tells the difference.
                (OrderEvent::ParcelReplaced { stock, .. }, Some(status)) => {
                    status == Shipped || status == Processing && !stock.is_empty()
                }
                (
                    OrderEvent::PartialPaymentReceived { .. } | OrderEvent::AuthorizationReceived { .. },
                    Some(status),
                ) => status == PendingPayment,
                (OrderEvent::ProcessingStarted { .. }, Some(status)) => status == Paid,
                (OrderEvent::CancellationRequested { .. }, Some(status)) => [Paid, Processing].contains(&status),
                (OrderEvent::CancellationDeclined { .. }, Some(status)) => status == Cancelling,
                (OrderEvent::OrderShipped { .. }, Some(status)) => status == Processing,
                (OrderEvent::OrderDelivered { .. }, Some(status)) => status == Shipped,
                (OrderEvent::OrderCompleted { .. }, Some(status)) => [Shipped, Delivered].contains(&status),
                (OrderEvent::OrderCancelled { .. }, Some(status)) => {
                    [PendingPayment, Paid, Processing, Cancelling].contains(&status)
                }
            };
            let before = state(events.clone());
            let moved = before.clone().evolve(sample.value) != before;
            assert_eq!(moved, fits, "{} {} at {status:?}", sample.variant, sample.label);
        }
    }
}

#[test]
fn a_life_has_the_status_it_is_named_for() {
    for status in OrderStatus::ALL {
        assert_eq!(state(life(status)).status(), Some(status));
    }
    assert_eq!(Order::default().status(), None);
}

#[test]
fn an_order_remembers_what_was_agreed_to_its_end() {
    for status in OrderStatus::ALL {
        let order = state(life(status));
        let terms = order.terms().unwrap();
        assert_eq!((&terms.customer, &terms.merchant), (&placed().customer, &placed().merchant), "{status}");
        assert_eq!((terms.total, terms.pay_by), (placed().total, placed().pay_by), "{status}");
    }
    assert_eq!(Order::default().terms(), None);
}

#[test]
fn the_stock_of_an_order_is_known_until_it_is_released() {
    let held = vec![allocation("85123A@main", 6)];
    for status in OrderStatus::ALL {
        match state(life(status)) {
            Order::Cancelled(closed) | Order::Expired(closed) => {
                assert_eq!(closed.unreleased, held, "{status}");
                assert_eq!(closed.terms.allocations, [], "{status}");
            }
            open => assert_eq!(open.terms().unwrap().allocations, held, "{status}"),
        }
    }
    let mut events = life(OrderStatus::Expired);
    events.push(OrderEvent::OrderReservationsReleased { at: at(31) });
    let Order::Expired(closed) = state(events) else { panic!("releasing changed the status") };
    assert_eq!(closed.unreleased, []);
}

#[test]
fn a_cancelled_order_knows_every_payment_that_it_owes_back() {
    let mut events = life(OrderStatus::Paid);
    events.push(OrderEvent::SurplusPaymentReceived { capture: capture("tx-2", 1), at: at(8) });
    events.push(cancelled(Some("tx-1")));
    events.push(OrderEvent::LatePaymentReceived { capture: capture("tx-3", 1530), at: at(10) });
    let Order::Cancelled(closed) = state(events) else { panic!("the order is not cancelled") };
    let references = closed.owed_back.iter().map(|capture| capture.reference.as_str());
    assert!(references.eq(["tx-2", "tx-1", "tx-3"]));
}

#[test]
fn a_free_order_was_settled_without_money() {
    let Order::Paid(settled) = state(free()) else { panic!("the order is not paid") };
    assert_eq!((settled.settlement.clone(), settled.captures()), (Settlement::NothingDue, &[][..]));
    let Order::Paid(settled) = state(vec![OrderEvent::OrderPlaced(placed()), paid("tx-1")]) else {
        panic!("the order is not paid")
    };
    assert_eq!(settled.captures(), [capture("tx-1", 1530)]);
}

#[test]
fn a_guest_order_has_no_customer() {
    let guest = OrderEvent::OrderPlaced(OrderPlaced { customer: None, ..placed() });
    assert_eq!(state(vec![guest]).terms().unwrap().customer, None);
}

#[test]
fn a_status_reads_back_from_its_own_word_everywhere() {
    for status in OrderStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(status));
        assert_eq!(status.to_string(), status.as_str());
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    assert!("Paid".parse::<OrderStatus>().is_err());
}
