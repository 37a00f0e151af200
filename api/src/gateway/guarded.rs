//! A gateway behind a circuit breaker.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    clock::Clock,
    text::{ExternalReference, GatewayName, PaymentReference},
};

use super::{
    CaptureRequest, GatewayError, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentGateway, PaymentPage,
    PaymentRequest, RefundRequest,
    breaker::{Breaker, BreakerSettings, Outcome, Permit, Position, Refused},
};

/// A gateway that is left alone while it fails. Clones share the breaker.
#[derive(Debug, Clone)]
pub struct Guarded {
    /// For metrics and log lines.
    name: Arc<str>,
    inner: Arc<dyn PaymentGateway>,
    breaker: Arc<Mutex<Breaker>>,
    clock: Arc<dyn Clock>,
}

/// A permit that finds its way back even if the call is dropped.
struct Pass<'a> {
    guarded: &'a Guarded,
    permit: Option<Permit>,
}

impl Guarded {
    /// Stands in front of `inner`, which is known by a name.
    pub fn new(
        name: &GatewayName,
        inner: Arc<dyn PaymentGateway>,
        settings: BreakerSettings,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let guarded =
            Self { name: name.as_str().into(), inner, breaker: Arc::new(Mutex::new(Breaker::new(settings))), clock };
        guarded.with(|_| ());
        guarded
    }

    /// Where the breaker stands.
    pub fn position(&self) -> Position {
        self.with(|breaker| breaker.position())
    }

    async fn guard<A>(
        &self,
        operation: &'static str,
        call: BoxFuture<'_, Result<A, GatewayError>>,
    ) -> Result<A, GatewayError> {
        let started = Instant::now();
        let answer = match self.with(|breaker| breaker.admit(self.clock.now())) {
            Err(Refused { until }) => Err(GatewayError::Open { until }),
            Ok(permit) => {
                let mut pass = Pass { guarded: self, permit: Some(permit) };
                let answer = call.await;
                let outcome = outcome(answer.as_ref().err());
                if let Some(permit) = pass.permit.take() {
                    self.with(|breaker| breaker.ended(permit, outcome, self.clock.now()));
                }
                metrics::histogram!("purser_gateway_call_seconds", "gateway" => Arc::clone(&self.name), "operation" => operation)
                    .record(started.elapsed().as_secs_f64());
                answer
            }
        };
        let outcome = name(answer.as_ref().err());
        let gateway = Arc::clone(&self.name);
        metrics::counter!("purser_gateway_calls_total", "gateway" => gateway, "operation" => operation, "outcome" => outcome)
            .increment(1);
        answer
    }

    fn with<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        // No holder panics; and if one did, the machine would still be in one of its states.
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let before = breaker.position();
        let acted = act(&mut breaker);
        let after = breaker.position();
        metrics::gauge!("purser_gateway_breaker_state", "gateway" => Arc::clone(&self.name)).set(level(after));
        drop(breaker);
        if before != after {
            tracing::warn!(gateway = &*self.name, from = ?before, to = ?after, "the gateway's circuit breaker changed");
        }
        acted
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.guarded.with(|breaker| breaker.abandoned(permit, self.guarded.clock.now()));
        }
    }
}

/// The gauge's values: 0 closed, 1 half-open, 2 open.
const fn level(position: Position) -> f64 {
    match position {
        Position::Closed => 0.0,
        Position::HalfOpen => 1.0,
        Position::Open => 2.0,
    }
}

const fn outcome(error: Option<&GatewayError>) -> Outcome {
    match error {
        None | Some(GatewayError::Refused { .. }) => Outcome::Answered,
        Some(GatewayError::Unknown { .. } | GatewayError::Unavailable { .. } | GatewayError::Open { .. }) => {
            Outcome::Failed
        }
    }
}

const fn name(error: Option<&GatewayError>) -> &'static str {
    match error {
        None => "done",
        Some(GatewayError::Refused { .. }) => "refused",
        Some(GatewayError::Unknown { .. }) => "unknown",
        Some(GatewayError::Unavailable { .. }) => "unavailable",
        Some(GatewayError::Open { .. }) => "open",
    }
}

impl PaymentGateway for Guarded {
    fn create_payment<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.guard("create_payment", self.inner.create_payment(key, request)).boxed()
    }

    fn payment<'a>(&'a self, id: &'a PaymentReference) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.guard("payment", self.inner.payment(id)).boxed()
    }

    fn capture<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a CaptureRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.guard("capture", self.inner.capture(key, id, request)).boxed()
    }

    fn void<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.guard("void", self.inner.void(key, id)).boxed()
    }

    fn refund<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a RefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        self.guard("refund", self.inner.refund(key, id, request)).boxed()
    }

    fn refund_status<'a>(
        &'a self,
        id: &'a PaymentReference,
        refund: &'a ExternalReference,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        self.guard("refund_status", self.inner.refund_status(id, refund)).boxed()
    }

    fn list<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<PaymentPage, GatewayError>> {
        self.guard("list", self.inner.list(after)).boxed()
    }
}
