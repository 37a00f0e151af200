use std::{sync::Arc, time::Duration};

use purser::{
    clock::SystemClock,
    gateway::{HttpGateway, HttpGatewaySettings, PaymentGateway, webhook::Webhooks},
    sandbox_gateway::{RetrySettings, SandboxError, SandboxGateway},
};

use crate::{
    receiver::{Receiver, SECRET},
    sandbox::{QUICK, Sandbox, settings},
};

#[tokio::test]
async fn a_callback_comes_again_under_its_id_until_it_is_taken() {
    let sandbox = Sandbox::start().await;
    sandbox.receiver.refuse(3);
    sandbox.sells("p-1").await;
    let stats = sandbox.counts("delivery", |stats| stats["callbacks"]["delivered"] == 1).await;
    let received = sandbox.receiver.received();
    assert_eq!(received.len(), 4);
    assert!(received.iter().all(|one| one.id == received[0].id && one.event == received[0].event));
    assert_eq!(stats["callbacks_pending"], 0);
    assert_eq!(stats["calls"]["callback_attempts"], 4);
}

#[tokio::test]
async fn a_callback_that_nobody_takes_is_given_up_in_the_end() {
    let impatient = RetrySettings { give_up_after: Duration::from_millis(30), ..QUICK };
    let sandbox = Sandbox::start_with(|settings| settings.retry = impatient).await;
    sandbox.receiver.refuse(usize::MAX);
    sandbox.sells("p-1").await;
    let stats = sandbox.counts("the end", |stats| stats["callbacks"]["given_up"] == 1).await;
    assert_eq!((&stats["callbacks"]["delivered"], &stats["callbacks_pending"]), (&0.into(), &0.into()));
    // How many attempts there is time for is the machine's affair.
    assert_eq!(stats["calls"]["callback_attempts"], sandbox.receiver.received().len());
    assert!(!sandbox.receiver.received().is_empty());
}

#[tokio::test]
async fn while_secrets_change_a_callback_is_signed_with_both() {
    let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap();
    let both = Webhooks::new(SECRET.parse().unwrap()).and(new);
    let sandbox = Sandbox::start_with(|settings| settings.webhooks = both).await;
    sandbox.sells("p-1").await;
    assert!(sandbox.receiver.receives(1).await[0].verified.is_ok(), "the receiver knows the old one alone");
}

#[tokio::test]
async fn what_was_not_delivered_before_a_stop_is_delivered_after_the_next_start() {
    let sandbox = Sandbox::start().await;
    sandbox.receiver.refuse(usize::MAX);
    let paid = sandbox.sells("p-1").await;
    sandbox.receiver.receives(1).await;
    sandbox.gateway.stop().await;
    let receiver = Receiver::start().await;
    let settings = settings(&sandbox.data_dir, &receiver.url());
    let gateway = SandboxGateway::start(settings.clone(), Arc::new(SystemClock)).await.unwrap();
    let received = receiver.receives(1).await;
    assert_eq!(received[0].id, sandbox.receiver.received()[0].id);
    assert_eq!(received[0].event.data, paid);
    let client = HttpGateway::try_new(&gateway.url(), HttpGatewaySettings::default()).unwrap();
    assert_eq!(client.payment(&paid.id).await.unwrap(), paid);

    let second = SandboxGateway::start(settings, Arc::new(SystemClock)).await.unwrap_err();
    assert!(matches!(second, SandboxError::Journal(_)), "one gateway for each directory: {second}");
}
