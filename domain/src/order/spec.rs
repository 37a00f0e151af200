mod cancellation;
mod delivery_fee;
mod every_pair;
mod evolution;
mod goodwill;
mod late;
mod lines;
mod parcels;
mod parts;
mod payment;
mod refunds;
mod returns;
mod shortage;
mod timing;
mod undelivered;
mod waiting;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    order::{Order, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, PlaceOrder, Settlement},
    points::Issuer,
    samples::{at, capture, events::priced_placement, gbp, money, part, place, placed, text, units},
};

fn given(events: Vec<OrderEvent>) -> AggregateTestExecutor<Order> {
    TestFramework::with(()).given(events)
}

/// A life that has come as far as the status: paid with `tx-1`, and cancelled only after that.
fn life(status: OrderStatus) -> Vec<OrderEvent> {
    let steps = [
        OrderEvent::OrderPlaced(placed()),
        paid("tx-1"),
        OrderEvent::ProcessingStarted { parcels: None, at: at(2) },
        OrderEvent::OrderShipped { tracking: Some(text("GB-1")), at: at(3) },
        OrderEvent::OrderDelivered { at: at(4) },
        OrderEvent::OrderCompleted { points: None, points_of: Issuer::Platform, at: at(5) },
    ];
    let first = |count: usize, last: Option<OrderEvent>| steps.iter().take(count).cloned().chain(last).collect();
    match status {
        OrderStatus::PendingPayment => first(1, None),
        OrderStatus::Paid => first(2, None),
        OrderStatus::Processing => first(3, None),
        OrderStatus::Cancelling => first(3, Some(requested())),
        OrderStatus::Shipped => first(4, None),
        OrderStatus::Delivered => first(5, None),
        OrderStatus::Completed => first(6, None),
        OrderStatus::Cancelled => first(2, Some(cancelled(Some("tx-1")))),
        OrderStatus::Expired => first(1, Some(OrderEvent::OrderExpired { at: at(30) })),
    }
}

fn state(events: Vec<OrderEvent>) -> Order {
    events.into_iter().fold(Order::default(), Order::evolve)
}

fn paid(reference: &str) -> OrderEvent {
    OrderEvent::OrderPaid { settlement: Settlement::Captured(capture(reference, 1530)), at: at(1) }
}

fn free() -> Vec<OrderEvent> {
    let placed = OrderPlaced { total: gbp(0), ..placed() };
    vec![OrderEvent::OrderPlaced(placed), OrderEvent::OrderPaid { settlement: Settlement::NothingDue, at: at(0) }]
}

fn cancelled(owed_back: Option<&str>) -> OrderEvent {
    let owed_back = owed_back.map(|reference| capture(reference, 1530));
    OrderEvent::OrderCancelled { reason: text("changed my mind"), owed_back, refund: None, at: at(9) }
}

fn pay(reference: &str, pence: i64) -> OrderCommand {
    OrderCommand::RecordPayment { reference: text(reference), amount: gbp(pence), tender: None, at: at(1) }
}

fn requested() -> OrderEvent {
    OrderEvent::CancellationRequested { lines: vec![], reason: text("ordered twice"), at: at(8) }
}

/// Cancels units of lines: (line, units).
fn cancel_lines(lines: &[(u32, i64)]) -> OrderCommand {
    let lines = lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect();
    OrderCommand::CancelLines { lines, stock: vec![], reason: text("out of fashion"), at: at(9) }
}

/// A capture of the sample payment at a gateway, reported.
fn capture_of(reference: &str, pence: i64) -> OrderCommand {
    OrderCommand::RecordCapture { capture: part(reference, pence), at: at(1) }
}

fn cancel() -> OrderCommand {
    OrderCommand::Cancel { reason: text("changed my mind"), at: at(9) }
}

#[test]
fn placing_freezes_everything_that_was_agreed() {
    given(vec![]).when(OrderCommand::Place(place())).then_expect_events(vec![OrderEvent::OrderPlaced(placed())]);
}

#[test]
fn an_order_of_nothing_to_pay_is_paid_at_its_placement() {
    let place = PlaceOrder { total: gbp(0), ..place() };
    given(vec![]).when(OrderCommand::Place(place)).then_expect_events(free());
}

#[test]
fn an_id_is_taken_once_even_by_the_same_order() {
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::Place(place()))
        .then_expect_error(OrderRefusal::AlreadyPlaced);
}

#[test]
fn cancelling_a_paid_order_owes_its_payment_back() {
    given(life(OrderStatus::Paid)).when(cancel()).then_expect_events(vec![cancelled(Some("tx-1"))]);
    given(life(OrderStatus::Processing)).when(cancel()).then_expect_events(vec![cancelled(Some("tx-1"))]);
}

#[test]
fn cancelling_an_unpaid_or_free_order_owes_nothing_back() {
    given(life(OrderStatus::PendingPayment)).when(cancel()).then_expect_events(vec![cancelled(None)]);
    given(free()).when(cancel()).then_expect_events(vec![cancelled(None)]);
}

#[test]
fn cancelling_twice_is_already_so_whatever_the_reason() {
    let other = OrderCommand::Cancel { reason: text("found it cheaper"), at: at(10) };
    given(life(OrderStatus::Cancelled)).when(other).then_expect_events(vec![]);
}

#[test]
fn cancelling_a_shipped_order_is_refused_in_words() {
    given(life(OrderStatus::Shipped))
        .when(cancel())
        .then_expect_error_message("an order that is shipped cannot be cancelled");
}

#[test]
fn an_order_does_not_expire_a_microsecond_before_its_window_ends() {
    let early = at(30) - chrono::TimeDelta::microseconds(1);
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::Expire { at: early })
        .then_expect_error(OrderRefusal::WindowOpen { pay_by: at(30) });
}

#[test]
fn an_order_expires_at_the_moment_its_window_ends() {
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::Expire { at: at(30) })
        .then_expect_events(vec![OrderEvent::OrderExpired { at: at(30) }]);
}

#[test]
fn a_parcel_goes_with_or_without_a_tracking_number() {
    for tracking in [None, Some(text("GB-7"))] {
        given(life(OrderStatus::Processing))
            .when(OrderCommand::Ship { tracking: tracking.clone(), at: at(3) })
            .then_expect_events(vec![OrderEvent::OrderShipped { tracking, at: at(3) }]);
    }
}

#[test]
fn the_stock_of_an_ended_order_is_released_once() {
    let released = OrderEvent::OrderReservationsReleased { at: at(31) };
    for status in [OrderStatus::Cancelled, OrderStatus::Expired] {
        given(life(status))
            .when(OrderCommand::ReleaseReservations { at: at(31) })
            .then_expect_events(vec![released.clone()]);
        given(life(status))
            .and(vec![released.clone()])
            .when(OrderCommand::ReleaseReservations { at: at(32) })
            .then_expect_events(vec![]);
    }
}

/// Also of an order that holds no stock: there are its coupons, its points and its share of a purchase limit.
#[test]
fn what_an_ended_order_claimed_besides_stock_is_given_back_once() {
    let placed = OrderPlaced { allocations: vec![], ..priced_placement() };
    let released = OrderEvent::OrderReservationsReleased { at: at(31) };
    let ended = || vec![OrderEvent::OrderPlaced(placed.clone()), OrderEvent::OrderExpired { at: at(30) }];
    let Order::Expired(closed) = state(ended()) else { panic!("the order is not expired") };
    let claimed = closed.unreturned.unwrap();
    assert_eq!((claimed.coupons.as_slice(), i64::from(claimed.points.unwrap())), (&[text("SPRING-10")][..], 500));
    assert_eq!(claimed.limited, placed.limited);
    given(ended()).when(OrderCommand::ReleaseReservations { at: at(31) }).then_expect_events(vec![released.clone()]);
    given(ended())
        .and(vec![released])
        .when(OrderCommand::ReleaseReservations { at: at(32) })
        .then_expect_events(vec![]);
}

#[test]
fn an_ended_order_that_held_no_stock_has_none_to_release() {
    let placed = OrderPlaced { allocations: vec![], ..placed() };
    given(vec![OrderEvent::OrderPlaced(placed), OrderEvent::OrderExpired { at: at(30) }])
        .when(OrderCommand::ReleaseReservations { at: at(31) })
        .then_expect_events(vec![]);
}

#[test]
fn a_refused_payment_names_both_amounts_with_their_currencies() {
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::RecordPayment {
            reference: text("tx-1"),
            amount: money(1530, "JPY"),
            tender: None,
            at: at(1),
        })
        .then_expect_error_message("15.30 GBP of the order's total are open, not 1530 JPY");
}
