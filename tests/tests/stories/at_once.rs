//! What a saga would do in a moment is no reason to refuse the next step: the step does it, and the saga finds it done. No saga
//! runs here.

use purser_commands::{Accepted, Answer, Command, Failure, FulfillmentChange, Refusal, Request};
use purser_domain::{
    ids::{FulfillmentId, OrderId},
    order::{Capture, LineUnits, OrderRefusal, OrderStatus},
    principal::Principal,
    product::{Backorder, Listing},
    refund::{Claim, RefundCause, RefundChannel},
    saga::SagaCommand,
};
use purser_tests::{
    TestDatabase, Wish, WriteSide, shop,
    write_side::{listing, main, order_of, place, receive, request},
};

async fn open() -> (TestDatabase, WriteSide) {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish { cached_aggregates: 1, ..Wish::default() }).await;
    write_side.stock("A", 10).await;
    let listing = Listing { backorder: Backorder::Allowed, ..listing(250) };
    let sku = "LATE".parse().expect("a sku");
    write_side.execute(Command::ListProduct { sku, listing }).await.expect("a listing");
    (database, write_side)
}

/// Placed, and paid just now.
async fn paid(write_side: &WriteSide, lines: &[(&str, i64)]) -> OrderId {
    let order = order_of(&write_side.execute(place(lines)).await.expect("a placement"));
    let pieces: i64 = lines.iter().map(|(_, pieces)| pieces).sum();
    let (reference, amount) = (format!("tx-{order}").parse().expect("a reference"), listing(250 * pieces).price);
    write_side
        .execute(Command::RecordPayment { order, reference, amount, tender: None, at: None })
        .await
        .expect("a payment");
    order
}

fn status(accepted: Result<Accepted, Failure>) -> OrderStatus {
    match accepted.expect("a step").answer {
        Answer::OrderIs { status, .. } => status,
        other => panic!("a step of an order was answered as {other:?}"),
    }
}

fn ship(order: OrderId) -> Command {
    Command::ShipOrder { order, tracking: None, at: None }
}

fn cancel(order: OrderId, units: i64) -> Command {
    let lines = vec![LineUnits { line: 0, quantity: units.try_into().expect("a quantity") }];
    Command::CancelOrder { order, lines, reason: "one is enough".parse().expect("a reason") }
}

async fn by_the_engine(write_side: &WriteSide, command: Command) -> Result<Accepted, Failure> {
    write_side.commands.execute(Request { principal: Principal::Saga, ..request(command, None) }).await
}

/// Nothing is in the log that was not there before.
async fn leaves_no_trace(database: &TestDatabase, write_side: &WriteSide, command: Command) -> Failure {
    let before = shop::head(database).await;
    let refused = write_side.execute(command).await.expect_err("a refusal");
    assert_eq!(shop::head(database).await, before);
    refused
}

#[tokio::test]
async fn an_order_that_was_paid_just_now_is_shipped() {
    let (database, write_side) = open().await;
    let order = paid(&write_side, &[("A", 2)]).await;
    let before = Some("2026-01-01T00:00:00Z".parse().expect("a time"));
    leaves_no_trace(&database, &write_side, Command::ShipOrder { order, tracking: None, at: before }).await;
    assert_eq!(status(write_side.execute(ship(order)).await), OrderStatus::Shipped);
    // The saga comes too late, and nobody needs to know.
    let Err(Failure::Refused(Refusal::Order(refusal))) =
        by_the_engine(&write_side, Command::StartProcessing { order }).await
    else {
        panic!("the work began twice")
    };
    assert!(SagaCommand::StartProcessing { order }.is_superseded_by(&refusal), "{refusal}");
    assert_eq!(status(write_side.execute(Command::DeliverOrder { order, at: None }).await), OrderStatus::Delivered);
    for event in ["ProcessingStarted", "ReservationCommitted", "FulfillmentOpened", "ReservationConsumed"] {
        assert_eq!(shop::events(&database, event).await, 1, "{event}");
    }
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn units_of_an_order_that_was_paid_just_now_are_cancelled() {
    let (database, write_side) = open().await;
    let order = paid(&write_side, &[("A", 2)]).await;
    leaves_no_trace(&database, &write_side, cancel(order, 3)).await;
    assert_eq!(status(write_side.execute(cancel(order, 1)).await), OrderStatus::Processing);
    assert_eq!(status(by_the_engine(&write_side, Command::StartProcessing { order }).await), OrderStatus::Processing);
    assert_eq!(status(write_side.execute(ship(order)).await), OrderStatus::Shipped);
    for event in ["ProcessingStarted", "OrderLinesCancelled", "FulfillmentReduced", "ReservationReleased"] {
        assert_eq!(shop::events(&database, event).await, 1, "{event}");
    }
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn what_an_order_waited_for_and_has_come_just_now_is_shipped_with_it() {
    let (database, write_side) = open().await;
    let early = paid(&write_side, &[("LATE", 1)]).await;
    let late = paid(&write_side, &[("A", 1), ("LATE", 1)]).await;
    let refused = leaves_no_trace(&database, &write_side, ship(early)).await;
    assert!(matches!(refused, Failure::Refused(Refusal::Order(OrderRefusal::WrongStatus { .. }))), "{refused}");
    // The first ships what is there, and the rest when it has come.
    assert_eq!(status(write_side.execute(ship(late)).await), OrderStatus::Processing);
    write_side.execute(receive("LATE", 2)).await.expect("a receipt");
    for order in [early, late] {
        assert_eq!(status(write_side.execute(ship(order)).await), OrderStatus::Shipped);
        let serve = Command::ServeBackorder { order, stock: main("LATE") };
        assert_eq!(status(by_the_engine(&write_side, serve).await), OrderStatus::Shipped);
    }
    for (event, count) in [("BackorderServed", 2), ("FulfillmentShipped", 3), ("ProcessingStarted", 2)] {
        assert_eq!(shop::events(&database, event).await, count, "{event}");
    }
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

/// What is on hold keeps all of the order, and with it what has come.
#[tokio::test]
async fn a_step_that_is_refused_does_not_begin_anything() {
    let (database, write_side) = open().await;
    let order = paid(&write_side, &[("A", 1), ("LATE", 1)]).await;
    by_the_engine(&write_side, Command::StartProcessing { order }).await.expect("a beginning");
    let hold = FulfillmentChange::Hold { reason: "the address is in doubt".parse().expect("a reason") };
    let fulfillment = FulfillmentId::of_order(order, 1);
    write_side.execute(Command::ChangeFulfillment { fulfillment, change: hold }).await.expect("a hold");
    write_side.execute(receive("LATE", 1)).await.expect("a receipt");
    leaves_no_trace(&database, &write_side, ship(order)).await;
    let release = Command::ChangeFulfillment { fulfillment, change: FulfillmentChange::ReleaseHold };
    write_side.execute(release).await.expect("its release");
    assert_eq!(status(write_side.execute(ship(order)).await), OrderStatus::Shipped);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn what_a_cancelled_order_held_is_there_at_once_for_the_next() {
    let (database, write_side) = open().await;
    for is_paid in [false, true] {
        let order = if is_paid {
            paid(&write_side, &[("A", 10)]).await
        } else {
            order_of(&write_side.execute(place(&[("A", 10)])).await.expect("a placement"))
        };
        let reason = "ordered twice".parse().expect("a reason");
        let cancel = Command::CancelOrder { order, lines: vec![], reason };
        assert_eq!(status(write_side.execute(cancel).await), OrderStatus::Cancelled);
        let release = Command::ReleaseReservations { order };
        assert_eq!(status(by_the_engine(&write_side, release).await), OrderStatus::Cancelled);
    }
    write_side.execute(place(&[("A", 10)])).await.expect("all of it is there");
    assert_eq!(shop::events(&database, "OrderReservationsReleased").await, 2);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn a_refund_that_was_asked_for_just_now_is_marked_done() {
    let (database, write_side) = open().await;
    let order = paid(&write_side, &[("A", 1)]).await;
    let capture = Capture {
        reference: format!("tx-{order}").parse().expect("a reference"),
        amount: listing(250).price,
        payment: None,
        tender: None,
    };
    let claim = Claim::whole(order, capture, RefundCause::OrderCancelled);
    let refund = claim.refund();
    by_the_engine(&write_side, Command::RequestRefund { claim }).await.expect("a refund");
    let reference = "bank-1".parse().expect("a reference");
    let done = Command::RecordRefundSucceeded { refund, attempt: None, reference, note: None, reason: None };
    write_side.execute(done).await.expect("a refund that is done");
    let channel = RefundChannel::BackOffice;
    match by_the_engine(&write_side, Command::RecordRefundSubmitted { refund, channel }).await {
        Ok(_) => {}
        Err(Failure::Refused(Refusal::Refund(refusal))) => {
            let late = SagaCommand::RecordRefundSubmitted { refund, channel };
            assert!(late.is_superseded_by_refund(&refusal), "{refusal}");
        }
        Err(failure) => panic!("{failure}"),
    }
    assert_eq!(shop::events(&database, "RefundSubmitted").await, 1, "it is put into people's hands once");
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}
