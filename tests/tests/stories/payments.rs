//! Payments through a gateway, at the write side: what a gateway says about a payment, and what becomes of the order.

use purser_commands::{Accepted, Answer, Command, Failure, Refusal, Request};
use purser_domain::{
    ids::{OrderId, PaymentId},
    money::Money,
    order::{OrderAction, OrderRefusal, OrderStatus},
    payment::{CaptureMethod, GatewayReport, PaymentRefusal, PaymentStatus, ReportSource, ReportedStatus},
    principal::Principal,
};
use purser_tests::{
    TestDatabase, Wish, WriteSide, shop,
    write_side::{order_of, place, request},
};
use serde_json::json;
use uuid::Uuid;

/// The price of what is bought, in pence.
const TOTAL: i64 = 250;

async fn open() -> (TestDatabase, WriteSide) {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    (database, write_side)
}

async fn an_order(write_side: &WriteSide) -> OrderId {
    order_of(&write_side.execute(place(&[("A", 1)])).await.expect("a placement"))
}

fn a_payment() -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128((2 << 100) + u128::from(purser_tests::fresh_number())))
}

fn initiate(payment: PaymentId, order: OrderId) -> Command {
    Command::InitiatePayment {
        payment,
        order,
        gateway: "sandbox".parse().expect("a gateway"),
        capture: CaptureMethod::Automatic,
    }
}

/// A payment that the gateway knows as `gp-1`.
async fn pending(write_side: &WriteSide, order: OrderId) -> PaymentId {
    let payment = a_payment();
    write_side.execute(initiate(payment, order)).await.expect("a payment");
    let gateway_reference = "gp-1".parse().expect("a reference");
    by_the_engine(write_side, Command::RecordPaymentPending { payment, gateway_reference, next_action: None })
        .await
        .expect("a pending payment");
    payment
}

async fn by_the_engine(write_side: &WriteSide, command: Command) -> Result<Accepted, Failure> {
    write_side.commands.execute(Request { principal: Principal::Saga, ..request(command, None) }).await
}

/// That these captures were taken, each a reference and pence.
fn taken(payment: PaymentId, order: OrderId, captures: &[(&str, i64)]) -> Command {
    let captures: Vec<_> =
        captures.iter().map(|(reference, amount)| json!({"reference": reference, "amount": amount})).collect();
    let report = json!({"payment": payment, "order": order, "currency": "GBP", "authorized": TOTAL,
        "captures": captures, "status": ReportedStatus::Captured});
    Command::ReportPayment {
        payment,
        gateway: "sandbox".parse().expect("a gateway"),
        report: serde_json::from_value::<GatewayReport>(report).expect("a report"),
        source: ReportSource::Poll,
    }
}

/// The events after a position, in the order of the log.
async fn events_after(database: &TestDatabase, position: i64) -> Vec<String> {
    sqlx::query_scalar("select event_type from events where position > $1 order by position")
        .bind(position)
        .fetch_all(&mut database.owner().await)
        .await
        .expect("events")
}

fn status(accepted: &Accepted) -> PaymentStatus {
    match &accepted.answer {
        Answer::PaymentIs { status, .. } => *status,
        other => panic!("not about a payment: {other:?}"),
    }
}

#[tokio::test]
async fn money_that_a_gateway_took_settles_the_order_in_the_same_append() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let before = shop::head(&database).await;
    let report = taken(payment, order, &[("tx-1", TOTAL)]);
    let accepted = by_the_engine(&write_side, report.clone()).await.expect("a report");
    assert_eq!(status(&accepted), PaymentStatus::Captured);
    assert_eq!(events_after(&database, before).await, ["PaymentCaptured", "OrderPaid", "PaymentReferenceUsed"]);
    assert_eq!(accepted.position, before + 3, "one append");

    by_the_engine(&write_side, report).await.expect("a repeat");
    assert_eq!(shop::head(&database).await, before + 3, "a report that says nothing new leaves nothing");
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn an_order_is_paid_when_the_parts_of_one_payment_add_up() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let before = shop::head(&database).await;
    by_the_engine(&write_side, taken(payment, order, &[("tx-1", 100)])).await.expect("a part");
    assert_eq!(
        events_after(&database, before).await,
        [
            "PaymentAuthorized",
            "PaymentCaptured",
            "PartialPaymentReceived",
            "PaymentReferenceUsed",
            "AuthorizationReceived"
        ]
    );

    let before = shop::head(&database).await;
    let whole = taken(payment, order, &[("tx-1", 100), ("tx-2", 50), ("tx-3", 100)]);
    let accepted = by_the_engine(&write_side, whole).await.expect("the rest");
    assert_eq!(status(&accepted), PaymentStatus::Captured);
    assert_eq!(
        events_after(&database, before).await,
        [
            "PaymentCaptured",
            "PaymentCaptured",
            "PartialPaymentReceived",
            "PaymentReferenceUsed",
            "OrderPaid",
            "PaymentReferenceUsed"
        ]
    );
    write_side.stop().await;
}

#[tokio::test]
async fn an_order_has_several_attempts_and_the_second_that_succeeds_is_surplus() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let (first, second) = (pending(&write_side, order).await, pending(&write_side, order).await);
    by_the_engine(&write_side, taken(first, order, &[("tx-1", TOTAL)])).await.expect("a report");
    let before = shop::head(&database).await;
    by_the_engine(&write_side, taken(second, order, &[("tx-2", TOTAL)])).await.expect("a report");
    assert_eq!(
        events_after(&database, before).await,
        ["PaymentCaptured", "SurplusPaymentReceived", "PaymentReferenceUsed"]
    );
    write_side.stop().await;
}

#[tokio::test]
async fn money_for_an_order_that_has_ended_is_on_its_books_as_late() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let reason = "changed my mind".parse().expect("a reason");
    write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.expect("a cancellation");
    let before = shop::head(&database).await;
    by_the_engine(&write_side, taken(payment, order, &[("tx-1", TOTAL)])).await.expect("a report");
    assert_eq!(
        events_after(&database, before).await,
        ["PaymentCaptured", "LatePaymentReceived", "PaymentReferenceUsed"]
    );
    write_side.stop().await;
}

/// The order says no to the second statement about one transaction; the payment must not have taken it by then.
#[tokio::test]
async fn what_the_order_refuses_is_not_on_the_books_of_the_payment_either() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let (first, second) = (pending(&write_side, order).await, pending(&write_side, order).await);
    by_the_engine(&write_side, taken(first, order, &[("tx-1", 100)])).await.expect("a part");
    let before = shop::head(&database).await;
    let refused = by_the_engine(&write_side, taken(second, order, &[("tx-9", 10), ("tx-1", 40)])).await;
    assert!(
        matches!(refused, Err(Failure::Refused(Refusal::Order(OrderRefusal::RecordedDifferently { .. })))),
        "{refused:?}"
    );
    assert_eq!(shop::head(&database).await, before);
    let again = by_the_engine(&write_side, taken(second, order, &[("tx-9", 10)])).await.expect("a part");
    assert_eq!(status(&again), PaymentStatus::PartiallyCaptured);
    assert!(events_after(&database, before).await.contains(&"PartialPaymentReceived".to_owned()));
    write_side.stop().await;
}

#[tokio::test]
async fn only_an_order_that_awaits_its_payment_can_be_paid_through_a_gateway() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let reason = "changed my mind".parse().expect("a reason");
    write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.expect("a cancellation");
    let before = shop::head(&database).await;
    let refusal = OrderRefusal::WrongStatus { action: OrderAction::Pay, status: OrderStatus::Cancelled };
    let refused = write_side.execute(initiate(a_payment(), order)).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused(refusal.into()));

    let strangers = an_order(&write_side).await;
    let stranger = Principal::Customer("c9".parse().expect("a customer"));
    let wish = Request { principal: stranger, ..request(initiate(a_payment(), strangers), None) };
    let refused = write_side.commands.execute(wish).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused(OrderRefusal::Unknown.into()));
    assert!(!events_after(&database, before).await.contains(&"PaymentInitiated".to_owned()));
    write_side.stop().await;
}

#[tokio::test]
async fn a_gateway_is_heard_about_its_own_payments_only_and_through_the_engine_only() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let before = shop::head(&database).await;
    let unknown = Failure::Refused(PaymentRefusal::Unknown.into());
    let report = taken(payment, order, &[("tx-1", TOTAL)]);
    assert_eq!(write_side.execute(report.clone()).await.unwrap_err(), unknown);
    let mut of_another = report;
    if let Command::ReportPayment { gateway, .. } = &mut of_another {
        *gateway = "another".parse().expect("a gateway");
    }
    assert_eq!(by_the_engine(&write_side, of_another).await.unwrap_err(), unknown);
    assert_eq!(shop::head(&database).await, before);
    write_side.stop().await;
}

#[tokio::test]
async fn what_cannot_be_true_is_put_aside_until_a_person_settles_it_and_the_order_hears_nothing() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let before = shop::head(&database).await;
    by_the_engine(&write_side, taken(payment, order, &[("tx-1", TOTAL + 1)])).await.expect("a report");
    assert_eq!(events_after(&database, before).await, ["PaymentMismatchReported"]);

    let resolve = || Command::ResolveMismatch { payment, reason: "asked the bank".parse().expect("a reason") };
    let refused = by_the_engine(&write_side, resolve()).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused(PaymentRefusal::Unknown.into()));
    write_side.execute(resolve()).await.expect("a resolution");
    assert_eq!(events_after(&database, before).await, ["PaymentMismatchReported", "PaymentMismatchResolved"]);
    write_side.stop().await;
}

#[tokio::test]
async fn a_payment_whose_time_is_over_is_given_up_and_its_gateway_asked_to_close_it() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    let early = by_the_engine(&write_side, Command::ExpirePayment { payment }).await;
    let is_early = matches!(early, Err(Failure::Refused(Refusal::Payment(PaymentRefusal::WindowOpen { .. }))));
    assert!(is_early, "{early:?}");
    write_side.clock.advance(chrono::TimeDelta::minutes(30));
    let before = shop::head(&database).await;
    for _ in 0..2 {
        by_the_engine(&write_side, Command::ExpirePayment { payment }).await.expect("an expiry");
    }
    assert_eq!(events_after(&database, before).await, ["PaymentExpired", "VoidRequested"]);
    write_side.stop().await;
}

/// A customer does not call off what their seller waits for, and a stranger has nothing to say.
#[tokio::test]
async fn captures_and_voids_are_asked_for_by_the_seller() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = a_payment();
    let mut manual = initiate(payment, order);
    if let Command::InitiatePayment { capture, .. } = &mut manual {
        *capture = CaptureMethod::Manual;
    }
    write_side.execute(manual).await.expect("a payment");
    let report = json!({"payment": payment, "order": order, "currency": "GBP", "authorized": TOTAL, "captures": [],
        "status": ReportedStatus::Authorized});
    let mut authorized = taken(payment, order, &[]);
    if let Command::ReportPayment { report: said, .. } = &mut authorized {
        *said = serde_json::from_value(report).expect("a report");
    }
    by_the_engine(&write_side, authorized).await.expect("a report");
    let before = shop::head(&database).await;
    let part = json!({"amount": 100, "currency": "GBP"});
    let part: Money = serde_json::from_value(part).expect("a pound");
    let capture = || Command::RequestCapture { payment, amount: part, is_final: false };
    for stranger in [
        Principal::Merchant("m2".parse().expect("a merchant")),
        Principal::Customer("c9".parse().expect("a customer")),
        Principal::Operator,
    ] {
        let wish = Request { principal: stranger, ..request(capture(), None) };
        let refused = write_side.commands.execute(wish).await;
        assert_eq!(refused.unwrap_err(), Failure::Refused(PaymentRefusal::Unknown.into()));
    }
    let seller = Principal::Merchant("m1".parse().expect("a merchant"));
    let wish = Request { principal: seller, ..request(capture(), None) };
    write_side.commands.execute(wish).await.expect("a capture");
    write_side.execute(Command::RequestVoid { payment }).await.expect("a void");
    assert_eq!(events_after(&database, before).await, ["CaptureRequested", "VoidRequested"]);
    write_side.stop().await;
}

/// The order is known from the payment alone, which has to be loaded first.
#[tokio::test]
async fn a_payment_and_its_order_are_found_by_a_node_that_remembers_neither() {
    let (database, write_side) = open().await;
    let order = an_order(&write_side).await;
    let payment = pending(&write_side, order).await;
    write_side.stop().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    let before = shop::head(&database).await;
    by_the_engine(&write_side, taken(payment, order, &[("tx-1", TOTAL)])).await.expect("a report");
    assert_eq!(events_after(&database, before).await, ["PaymentCaptured", "OrderPaid", "PaymentReferenceUsed"]);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}
