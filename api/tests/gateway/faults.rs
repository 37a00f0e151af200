//! Each fault is seen to happen.

use std::time::Duration;

use chrono::TimeDelta;
use purser::{
    clock::SystemClock,
    gateway::{
        CaptureMode, CaptureRequest, GatewayError, HttpGateway, HttpGatewaySettings, PaymentGateway, PaymentStatus,
        RefundStatus, webhook::WebhookError,
    },
    sandbox_gateway::Faults,
};
use purser_domain::clock::Clock;

use crate::{
    sandbox::{Sandbox, amount, key, refund, share, ten_pounds},
    wait::until,
};

async fn misbehaving(faults: Faults) -> Sandbox {
    Sandbox::start_with(|settings| settings.faults = faults).await
}

#[tokio::test]
async fn an_unavailable_gateway_has_done_nothing() {
    let sandbox = misbehaving(Faults { unavailable_percent: share(100), ..Faults::default() }).await;
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    let refused = sandbox.client.create_payment(&key("k-1"), &request).await.unwrap_err();
    assert!(matches!(refused, GatewayError::Unavailable { .. }), "{refused}");
    assert_eq!(sandbox.stats().await["payments"], 0);
    sandbox.misbehave(Faults::default()).await;
    sandbox.client.create_payment(&key("k-1"), &request).await.unwrap();
    assert_eq!(sandbox.stats().await["payments"], 1);
}

#[tokio::test]
async fn a_lost_answer_hides_that_the_work_was_done_and_the_key_finds_it() {
    for hang_ms in [0, 60_000] {
        let lost = Faults { timeout_percent: share(100), timeout_hang_ms: hang_ms, ..Faults::default() };
        let sandbox = misbehaving(lost).await;
        let brief = HttpGatewaySettings { call_timeout: Duration::from_secs(2), ..HttpGatewaySettings::default() };
        let client = HttpGateway::try_new(&sandbox.gateway.url(), brief).unwrap();
        let request = ten_pounds("p-1", CaptureMode::Automatic);
        let unknown = client.create_payment(&key("k-1"), &request).await.unwrap_err();
        assert!(matches!(unknown, GatewayError::Unknown { .. }), "{unknown}");
        sandbox.misbehave(Faults::default()).await;
        assert_eq!(sandbox.stats().await["payments"], 1);
        let opened = sandbox.client.create_payment(&key("k-1"), &request).await.unwrap();
        assert_eq!(opened.status, PaymentStatus::Pending);
        let stats = sandbox.stats().await;
        assert_eq!((&stats["payments"], &stats["calls"]["lost_answers"]), (&1.into(), &1.into()), "{stats}");
        // A call that hangs does not hold up the end.
        tokio::time::timeout(Duration::from_secs(20), sandbox.gateway.stop()).await.unwrap();
    }
}

#[tokio::test]
async fn a_repeated_call_has_luck_of_its_own() {
    let sandbox = misbehaving(Faults { unavailable_percent: share(90), ..Faults::default() }).await;
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    until("a call in ten to succeed", async || sandbox.client.create_payment(&key("k-1"), &request).await.ok()).await;
}

#[tokio::test]
async fn declined_payments_and_refunds_fail() {
    let sandbox = misbehaving(Faults { decline_percent: share(100), ..Faults::default() }).await;
    let declined = sandbox.sells("p-1").await;
    assert_eq!(declined.status, PaymentStatus::Failed { code: "declined".to_owned() });
    assert_eq!(sandbox.receiver.receives(1).await[0].event.kind, "payment.failed");
    sandbox.misbehave(Faults { refund_fail_percent: share(100), ..Faults::default() }).await;
    let paid = sandbox.sells("p-2").await;
    let failed = sandbox.client.refund(&key("r-1"), &paid.id, &refund("r-1", 1_000)).await.unwrap();
    assert!(matches!(failed.status, RefundStatus::Failed { .. }), "{failed:?}");
}

#[tokio::test]
async fn payments_pay_themselves_and_late_ones_late() {
    let sandbox = Sandbox::start_with(|settings| settings.auto_pay = Some(Duration::from_millis(1))).await;
    let faults = Faults { late_percent: share(100), late_ms: 400, ..Faults::default() };
    let prompt = sandbox.opens("p-1", CaptureMode::Automatic).await;
    until("the payment", async || {
        let payment = sandbox.client.payment(&prompt.id).await.unwrap();
        (payment.status == PaymentStatus::Captured).then_some(())
    })
    .await;
    sandbox.misbehave(faults).await;
    let opened_at = SystemClock.now();
    sandbox.opens("p-2", CaptureMode::Automatic).await;
    let late = sandbox.receiver.receives(2).await[1].event.data.clone();
    assert_eq!(late.payment.as_str(), "p-2");
    assert!(late.captures[0].at - opened_at >= TimeDelta::milliseconds(400), "{late:?}");
}

#[tokio::test]
async fn delayed_callbacks_come_later() {
    let faults = Faults { delay_percent: share(100), delay_min_ms: 250, delay_max_ms: 260, ..Faults::default() };
    let sandbox = misbehaving(faults).await;
    sandbox.sells("p-1").await;
    let received = &sandbox.receiver.receives(1).await[0];
    assert!(received.at - received.event.timestamp >= TimeDelta::milliseconds(250), "{received:?}");
    assert_eq!(sandbox.stats().await["callbacks"]["delayed"], 1);
}

#[tokio::test]
async fn repeated_callbacks_come_twice_under_one_id() {
    let sandbox = misbehaving(Faults { repeat_percent: share(100), ..Faults::default() }).await;
    sandbox.sells("p-1").await;
    sandbox.counts("the repeat", |stats| stats["callbacks"]["repeated"] == 1).await;
    let received = sandbox.receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!((&received[0].id, &received[0].event), (&received[1].id, &received[1].event));
}

#[tokio::test]
async fn reordered_callbacks_come_after_the_next_one() {
    let hold = 3_600_000;
    let faults = Faults { reorder_percent: share(100), reorder_hold_ms: hold, ..Faults::default() };
    let sandbox = misbehaving(faults).await;
    let payment = sandbox.opens("p-1", CaptureMode::Manual).await;
    sandbox.customer(&payment, "succeed").await;
    let capture = CaptureRequest { amount: amount(1_000) };
    sandbox.client.capture(&key("c-1"), &payment.id, &capture).await.unwrap();
    let kinds: Vec<_> = sandbox.receiver.receives(2).await.into_iter().map(|received| received.event.kind).collect();
    assert_eq!(kinds, ["payment.captured", "payment.authorized"]);
    assert_eq!(sandbox.stats().await["callbacks"]["reordered"], 1);
}

#[tokio::test]
async fn a_reordered_callback_without_a_next_one_comes_in_the_end() {
    let faults = Faults { reorder_percent: share(100), reorder_hold_ms: 50, ..Faults::default() };
    let sandbox = misbehaving(faults).await;
    sandbox.sells("p-1").await;
    let received = &sandbox.receiver.receives(1).await[0];
    assert!(received.at - received.event.timestamp >= TimeDelta::milliseconds(50), "{received:?}");
}

#[tokio::test]
async fn dropped_callbacks_never_come() {
    let sandbox = misbehaving(Faults { drop_percent: share(100), ..Faults::default() }).await;
    sandbox.sells("p-1").await;
    sandbox.misbehave(Faults::default()).await;
    sandbox.sells("p-2").await;
    let stats = sandbox.counts("the other", |stats| stats["callbacks"]["delivered"] == 1).await;
    assert_eq!((&stats["callbacks"]["dropped"], &stats["callbacks_pending"]), (&1.into(), &0.into()));
    let received = sandbox.receiver.received();
    assert!(received.iter().all(|received| received.event.data.payment.as_str() == "p-2"), "{received:?}");
}

#[tokio::test]
async fn forged_callbacks_come_beside_the_real_ones_and_lie_in_three_ways() {
    let sandbox = misbehaving(Faults { forge_percent: share(100), ..Faults::default() }).await;
    for number in 0..20 {
        sandbox.sells(&format!("p-{number}")).await;
    }
    let stats = sandbox
        .counts("all of them", |stats| stats["callbacks"]["delivered"] == 20 && stats["callbacks_pending"] == 0)
        .await;
    let (mut strangers, mut amounts, mut orders, mut real) = (0, 0, 0, 0);
    for received in sandbox.receiver.receives(40).await {
        let data = &received.event.data;
        if received.verified == Err(WebhookError::WrongSignature) {
            strangers += 1;
        } else if data.amount != amount(1_000) {
            amounts += 1;
        } else if data.order.as_str() != format!("ord-{}", data.payment) {
            orders += 1;
        } else {
            assert!(received.verified.is_ok());
            real += 1;
        }
    }
    assert_eq!(real, 20);
    assert!(strangers > 0 && amounts > 0 && orders > 0);
    let forged = &stats["callbacks"]["forged"];
    assert_eq!((&forged["signature"], &forged["amount"]), (&strangers.into(), &amounts.into()), "{stats}");
    assert_eq!(forged["order"], orders, "{stats}");
}

#[tokio::test]
async fn one_seed_misbehaves_in_one_way_and_another_in_another() {
    let half = Faults { decline_percent: share(50), drop_percent: share(50), ..Faults::default() };
    let outcomes = async |seed| {
        let sandbox = Sandbox::start_with(|settings| {
            settings.seed = seed;
            settings.faults = half;
        })
        .await;
        // At the same time: the order of requests must not matter.
        let sold = (0..24).map(async |number| sandbox.sells(&format!("p-{number}")).await.status);
        let sold = futures_util::future::join_all(sold).await;
        (sold, sandbox.stats().await["callbacks"]["dropped"].clone())
    };
    let first = outcomes(1).await;
    assert_eq!(outcomes(1).await, first);
    assert_ne!(outcomes(2).await.0, first.0);
}
