//! A gateway behind its circuit breaker.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use purser::{
    gateway::{
        CaptureMode, GatewayError, Guarded, PaymentGateway,
        breaker::{BreakerSettings, Position},
    },
    sandbox_gateway::Faults,
};
use purser_domain::{Timestamp, clock::Clock};

use crate::sandbox::{Sandbox, key, share, ten_pounds};

#[derive(Debug)]
struct HandClock(Mutex<Timestamp>);

impl HandClock {
    fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

fn behind_a_breaker(sandbox: &Sandbox) -> (Guarded, Arc<HandClock>) {
    let clock = Arc::new(HandClock(Mutex::new(Timestamp::UNIX_EPOCH)));
    let inner = Arc::new(sandbox.client.clone());
    let name = "sandbox".parse().unwrap();
    (Guarded::new(&name, inner, BreakerSettings::default(), Arc::clone(&clock) as Arc<dyn Clock>), clock)
}

fn down() -> Faults {
    Faults { unavailable_percent: share(100), ..Faults::default() }
}

#[tokio::test]
async fn a_gateway_that_fails_is_left_alone_and_called_again_when_a_probe_is_answered() {
    let sandbox = Sandbox::start_with(|settings| settings.faults = down()).await;
    let (guarded, clock) = behind_a_breaker(&sandbox);
    for _ in 0..20 {
        let failed = guarded.list(None).await.unwrap_err();
        assert!(matches!(failed, GatewayError::Unavailable { .. }), "{failed}");
    }
    assert_eq!(guarded.position(), Position::Open);
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    for _ in 0..10 {
        let held_back = guarded.create_payment(&key("k-1"), &request).await.unwrap_err();
        assert_eq!(held_back, GatewayError::Open { until: clock.now() + TimeDelta::seconds(5) });
    }
    assert_eq!(sandbox.stats().await["calls"]["unavailable"], 20, "nobody called it any more");

    clock.advance(TimeDelta::seconds(5));
    assert!(matches!(guarded.list(None).await.unwrap_err(), GatewayError::Unavailable { .. }), "the probe");
    assert!(matches!(guarded.list(None).await.unwrap_err(), GatewayError::Open { .. }));
    assert_eq!(sandbox.stats().await["calls"]["unavailable"], 21);

    sandbox.misbehave(Faults::default()).await;
    clock.advance(TimeDelta::seconds(5));
    guarded.create_payment(&key("k-1"), &request).await.unwrap();
    assert_eq!(guarded.position(), Position::Closed);
}

#[tokio::test]
async fn refusals_are_answers_and_leave_it_closed() {
    let sandbox = Sandbox::start().await;
    let (guarded, _) = behind_a_breaker(&sandbox);
    let stranger = "pay_0".parse().unwrap();
    for _ in 0..50 {
        assert!(matches!(guarded.payment(&stranger).await.unwrap_err(), GatewayError::Refused { .. }));
    }
    assert_eq!(guarded.position(), Position::Closed);
}

#[tokio::test]
async fn a_probe_that_is_dropped_does_not_keep_it_half_open_for_ever() {
    let sandbox = Sandbox::start_with(|settings| settings.faults = down()).await;
    let (guarded, clock) = behind_a_breaker(&sandbox);
    for _ in 0..20 {
        guarded.list(None).await.unwrap_err();
    }
    clock.advance(TimeDelta::seconds(5));
    // Polled once, so that the permit is taken, and dropped before there is an answer.
    let mut probe = guarded.list(None);
    assert!(futures_util::poll!(&mut probe).is_pending());
    assert_eq!(guarded.position(), Position::HalfOpen);
    drop(probe);
    assert_eq!(guarded.position(), Position::Open);
}
