use purser::gateway::{
    CaptureMode, CaptureRequest, GatewayError, PaymentGateway, PaymentRequest, PaymentStatus, RefundStatus,
};

use crate::sandbox::{Sandbox, amount, key, refund, ten_pounds};

fn code<T: std::fmt::Debug>(answer: Result<T, GatewayError>) -> String {
    match answer.unwrap_err() {
        GatewayError::Refused { code, .. } => code,
        other => panic!("not refused: {other}"),
    }
}

#[tokio::test]
async fn a_payment_is_opened_paid_and_refunded_and_every_step_is_called_back() {
    let sandbox = Sandbox::start().await;
    let opened = sandbox.opens("p-1", CaptureMode::Automatic).await;
    assert_eq!(opened.status, PaymentStatus::Pending);
    assert_eq!((opened.payment.as_str(), opened.order.as_str()), ("p-1", "ord-p-1"));
    assert_eq!(opened.url.as_deref(), Some(&*format!("{}/pay/{}", sandbox.gateway.url(), opened.id)));
    assert!(opened.qr.is_some());

    sandbox.customer(&opened, "succeed").await;
    let paid = sandbox.client.payment(&opened.id).await.unwrap();
    assert_eq!(paid.status, PaymentStatus::Captured);
    assert_eq!(paid.captures.iter().map(|capture| capture.amount).collect::<Vec<_>>(), [amount(1_000)]);

    let refunded = sandbox.client.refund(&key("r-1"), &opened.id, &refund("r-1", 400)).await.unwrap();
    assert_eq!(refunded.status, RefundStatus::Succeeded);
    assert_eq!(sandbox.client.refund_status(&opened.id, &refunded.refund).await.unwrap(), refunded);

    let mut told = sandbox.receiver.receives(2).await;
    told.sort_by_key(|received| received.event.timestamp);
    assert!(told.iter().all(|received| received.verified.is_ok()), "{told:?}");
    assert_eq!(told[0].event.kind, "payment.captured");
    assert_eq!(told[0].event.data, paid);
    assert_eq!(told[1].event.kind, "refund.succeeded");
    assert_eq!(told[1].event.data, sandbox.client.payment(&opened.id).await.unwrap());
}

#[tokio::test]
async fn authorized_money_is_captured_in_parts_or_set_free() {
    let sandbox = Sandbox::start().await;
    let parts = sandbox.opens("p-1", CaptureMode::Manual).await;
    sandbox.customer(&parts, "succeed").await;
    let capture = |minor| CaptureRequest { amount: amount(minor) };
    let first = sandbox.client.capture(&key("c-1"), &parts.id, &capture(300)).await.unwrap();
    assert_eq!(first.status, PaymentStatus::PartiallyCaptured);
    let too_much = sandbox.client.capture(&key("c-2"), &parts.id, &capture(701)).await;
    assert_eq!(code(too_much), "capture-exceeds-authorized");
    // Nothing was done under the key, and so it may be used.
    let second = sandbox.client.capture(&key("c-2"), &parts.id, &capture(700)).await.unwrap();
    assert_eq!(second.status, PaymentStatus::Captured);
    assert_eq!(code(sandbox.client.void(&key("v-1"), &parts.id).await), "wrong-status");

    let free = sandbox.opens("p-2", CaptureMode::Manual).await;
    sandbox.customer(&free, "authorize").await;
    assert_eq!(sandbox.client.void(&key("v-2"), &free.id).await.unwrap().status, PaymentStatus::Voided);
    assert_eq!(code(sandbox.client.capture(&key("c-3"), &free.id, &capture(1)).await), "wrong-status");
}

#[tokio::test]
async fn a_key_moves_money_once_and_gives_the_same_answer_for_ever() {
    let sandbox = Sandbox::start().await;
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    let opened = sandbox.client.create_payment(&key("k-1"), &request).await.unwrap();
    sandbox.customer(&opened, "succeed").await;
    assert_eq!(sandbox.client.create_payment(&key("k-1"), &request).await.unwrap(), opened);
    let other = PaymentRequest { amount: amount(999), ..request };
    assert_eq!(code(sandbox.client.create_payment(&key("k-1"), &other).await), "key-reused");
    assert_eq!(code(sandbox.client.create_payment(&key("k-2"), &other).await), "payment-exists");

    let first = sandbox.client.refund(&key("r-1"), &opened.id, &refund("r-1", 600)).await.unwrap();
    let repeats =
        (0..10).map(async |_| sandbox.client.refund(&key("r-1"), &opened.id, &refund("r-1", 600)).await.unwrap());
    assert!(futures_util::future::join_all(repeats).await.iter().all(|repeat| *repeat == first));
    let more = sandbox.client.refund(&key("r-2"), &opened.id, &refund("r-2", 401)).await;
    assert_eq!(code(more), "refund-exceeds-captured");
    let stats = sandbox.stats().await;
    assert_eq!((&stats["refunds"], &stats["refunded"]["GBP"]), (&1.into(), &600.into()), "{stats}");
    assert_eq!(stats["calls"]["repeats"], 11, "{stats}");
}

#[tokio::test]
async fn one_key_used_at_the_same_time_opens_one_payment() {
    let sandbox = Sandbox::start().await;
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    let opened = (0..20).map(async |_| sandbox.client.create_payment(&key("k-1"), &request).await.unwrap());
    let opened = futures_util::future::join_all(opened).await;
    assert!(opened.iter().all(|payment| *payment == opened[0]));
    assert_eq!(sandbox.stats().await["payments"], 1);
}

#[tokio::test]
async fn what_the_gateway_does_not_know_is_refused() {
    let sandbox = Sandbox::start().await;
    let stranger = "pay_0/../x?y#z".parse().unwrap();
    assert_eq!(code(sandbox.client.payment(&stranger).await), "not-found");
    assert_eq!(code(sandbox.client.void(&key("v"), &stranger).await), "not-found");
    let opened = sandbox.opens("p-1", CaptureMode::Automatic).await;
    let unknown = "r-1".parse().unwrap();
    assert_eq!(code(sandbox.client.refund_status(&opened.id, &unknown).await), "not-found");
    assert_eq!(code(sandbox.client.list(Some("yesterday")).await), "malformed-cursor");
}

#[tokio::test]
async fn whoever_comes_back_with_the_cursor_sees_every_payment_that_changed() {
    let sandbox = Sandbox::start().await;
    for number in 0..103 {
        sandbox.opens(&format!("p-{number}"), CaptureMode::Automatic).await;
    }
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let page = sandbox.client.list(cursor.as_deref()).await.unwrap();
        names.extend(page.payments.iter().map(|payment| payment.payment.to_string()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    let expected: Vec<_> = (0..103).map(|number| format!("p-{number}")).collect();
    assert_eq!(names, expected);

    let request = ten_pounds("p-7", CaptureMode::Automatic);
    let seventh = sandbox.client.create_payment(&key("open p-7"), &request).await.unwrap();
    sandbox.customer(&seventh, "succeed").await;
    let page = sandbox.client.list(cursor.as_deref()).await.unwrap();
    assert_eq!(page.payments.len(), 1);
    assert_eq!(page.payments[0].status, PaymentStatus::Captured);
}

#[tokio::test]
async fn the_customers_page_shows_what_is_to_be_paid() {
    let sandbox = Sandbox::start().await;
    let opened = sandbox.opens("p-1", CaptureMode::Automatic).await;
    let page = reqwest::get(opened.url.as_deref().unwrap()).await.unwrap().text().await.unwrap();
    assert!(page.contains("10.00 GBP") && page.contains("ord-p-1") && page.contains("<button"), "{page}");
    sandbox.customer(&opened, "succeed").await;
    let page = reqwest::get(opened.url.as_deref().unwrap()).await.unwrap().text().await.unwrap();
    assert!(page.contains("is paid") && !page.contains("<button"), "{page}");
}
