//! The effects of the sagas of payments and refunds, at the gateways.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::BoxFuture;
use purser_domain::{
    Timestamp,
    clock::Clock,
    ids::PaymentId,
    payment::{
        self, CaptureMethod, GatewayReport, NextAction, Payment, PaymentCommand, PaymentTerms, ReportSource,
        ReportedCapture, ReportedRefund, ReportedRefundStatus, ReportedStatus,
    },
    saga::{Effect, EffectError, SagaCommand},
    text::{GatewayName, PaymentReference},
    upcast::Upcasters,
};
use purser_projections::{
    history::payment_as_recorded,
    sagas::{BackOfficeList, EffectPort},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::gateway::{
    CaptureMode, CaptureRequest, GatewayError, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentGateway,
    PaymentRequest, PaymentStatus, RefundStatus,
};

/// The gateways that there are, by name. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Gateways(Arc<BTreeMap<GatewayName, Arc<dyn PaymentGateway>>>);

impl FromIterator<(GatewayName, Arc<dyn PaymentGateway>)> for Gateways {
    fn from_iter<I: IntoIterator<Item = (GatewayName, Arc<dyn PaymentGateway>)>>(gateways: I) -> Self {
        Self(Arc::new(gateways.into_iter().collect()))
    }
}

impl Gateways {
    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&GatewayName, &dyn PaymentGateway)> {
        self.0.iter().map(|(name, gateway)| (name, gateway.as_ref()))
    }

    /// A name that the configuration does not have may be on its way back into it: nothing was asked of anybody.
    pub(super) fn named(&self, name: &GatewayName) -> Result<&dyn PaymentGateway, EffectError> {
        let known = self.0.get(name).map(AsRef::as_ref);
        known.ok_or_else(|| EffectError::Unavailable(format!("no gateway is configured as {name}")))
    }
}

/// Performs effects at the gateways, and leaves to people what no gateway took.
#[derive(Debug)]
pub(super) struct AtGateways {
    pub(super) gateways: Gateways,
    pub(super) pool: PgPool,
    pub(super) upcasters: Upcasters,
    pub(super) clock: Arc<dyn Clock>,
}

impl EffectPort for AtGateways {
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        idempotency: Uuid,
    ) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        match effect {
            Effect::SubmitRefund { .. } => BackOfficeList.perform(effect, idempotency),
            Effect::RefundAtGateway { refund, attempt } => Box::pin(self.refund(*refund, *attempt, idempotency)),
            Effect::AskRefund { refund } => Box::pin(self.ask_refund(*refund)),
            Effect::CreatePayment { payment, terms } => Box::pin(self.create(*payment, terms, idempotency)),
            Effect::AskPayment { payment } => Box::pin(self.ask(*payment)),
            Effect::CapturePayment { payment, number: _, amount } => {
                let request = CaptureRequest { amount: *amount };
                Box::pin(self.capture(*payment, request, idempotency))
            }
            Effect::VoidPayment { payment } => Box::pin(self.void(*payment, idempotency)),
        }
    }
}

/// A payment as the log has it, which its gateway has acknowledged.
pub(super) struct Acknowledged {
    pub(super) payment: PaymentId,
    pub(super) state: Payment,
    pub(super) gateway: GatewayName,
    pub(super) reference: PaymentReference,
}

impl AtGateways {
    async fn create(
        &self,
        payment: PaymentId,
        terms: &PaymentTerms,
        idempotency: Uuid,
    ) -> Result<Option<SagaCommand>, EffectError> {
        let request = PaymentRequest {
            payment: ours(&payment)?,
            order: ours(&terms.order)?,
            merchant: terms.merchant.clone(),
            amount: terms.amount.amount,
            currency: terms.amount.currency,
            capture: match terms.capture {
                CaptureMethod::Automatic => CaptureMode::Automatic,
                CaptureMethod::Manual => CaptureMode::Manual,
            },
        };
        match self.gateways.named(&terms.gateway)?.create_payment(&key(idempotency)?, &request).await {
            Ok(opened) => Ok(Some(SagaCommand::RecordPaymentPending {
                payment,
                next_action: next_action(&opened),
                gateway_reference: opened.id,
            })),
            Err(GatewayError::Refused { code, detail }) => Effect::not_created(payment, terms, &code)
                .map(Some)
                .ok_or_else(|| EffectError::Refused(format!("{code}: {detail}"))),
            Err(error) => Err(failed(&error)),
        }
    }

    /// What the payment knows already is not reported: a poll that finds nothing leaves nothing behind.
    pub(super) async fn ask(&self, payment: PaymentId) -> Result<Option<SagaCommand>, EffectError> {
        let Some(known) = self.acknowledged(payment).await? else { return Ok(None) };
        let asked_at = self.clock.now();
        let answer =
            self.gateways.named(&known.gateway)?.payment(&known.reference).await.map_err(|error| failed(&error))?;
        let report = report(&answer, asked_at)?;
        let at = known.state.attempt().map(|attempt| attempt.terms.expires_at).unwrap_or_default();
        let news = PaymentCommand::Report { report: report.clone(), source: ReportSource::Poll, at };
        // What is new about refunds that the engine asked for, the payment alone does not know.
        let tells_of_refunds = report.refunds.iter().any(|refund| refund.asked_for().is_some());
        if !tells_of_refunds && payment::decide(&known.state, news).is_ok_and(|news| news.is_empty()) {
            return Ok(None);
        }
        Ok(Some(known.says(report, ReportSource::Poll)))
    }

    async fn capture(
        &self,
        payment: PaymentId,
        request: CaptureRequest,
        idempotency: Uuid,
    ) -> Result<Option<SagaCommand>, EffectError> {
        let Some(known) = self.acknowledged(payment).await? else {
            return Err(EffectError::Refused("its gateway has not acknowledged the payment".to_owned()));
        };
        let gateway = self.gateways.named(&known.gateway)?;
        let asked_at = self.clock.now();
        let answer =
            gateway.capture(&key(idempotency)?, &known.reference, &request).await.map_err(|error| failed(&error))?;
        Ok(Some(known.says(report(&answer, asked_at)?, ReportSource::Reply)))
    }

    /// What the gateway does not know of needs no closing. What it refuses to close has mostly come to something in the same
    /// moment: then that is the answer.
    async fn void(&self, payment: PaymentId, idempotency: Uuid) -> Result<Option<SagaCommand>, EffectError> {
        let Some(known) = self.acknowledged(payment).await? else { return Ok(None) };
        let gateway = self.gateways.named(&known.gateway)?;
        let asked_at = self.clock.now();
        let answer = match gateway.void(&key(idempotency)?, &known.reference).await {
            Ok(answer) => answer,
            Err(refused @ GatewayError::Refused { .. }) => {
                let answer = gateway.payment(&known.reference).await.map_err(|error| failed(&error))?;
                if is_open(&answer.status) {
                    return Err(failed(&refused));
                }
                answer
            }
            Err(error) => return Err(failed(&error)),
        };
        Ok(Some(known.says(report(&answer, asked_at)?, ReportSource::Reply)))
    }

    /// Read from the log itself: the views may be behind what this very saga has just recorded.
    pub(super) async fn acknowledged(&self, payment: PaymentId) -> Result<Option<Acknowledged>, EffectError> {
        let state = payment_as_recorded(&self.pool, &self.upcasters, payment).await;
        let state = state.map_err(|error| EffectError::Unavailable(format!("the log could not be read: {error}")))?;
        let Some(attempt) = state.attempt() else { return Ok(None) };
        let (gateway, reference) = (attempt.terms.gateway.clone(), attempt.gateway_reference.clone());
        Ok(reference.map(|reference| Acknowledged { payment, state, gateway, reference }))
    }
}

impl Acknowledged {
    fn says(self, report: GatewayReport, source: ReportSource) -> SagaCommand {
        SagaCommand::ReportPayment { payment: self.payment, gateway: self.gateway, report, source }
    }
}

/// An id of ours, as gateways are told it.
pub(super) fn ours<T: std::str::FromStr>(id: &impl std::fmt::Display) -> Result<T, EffectError>
where
    T::Err: std::fmt::Display,
{
    id.to_string().parse().map_err(|error| EffectError::Refused(format!("{id} cannot be a reference: {error}")))
}

pub(super) fn key(idempotency: Uuid) -> Result<IdempotencyKey, EffectError> {
    ours(&idempotency)
}

fn next_action(opened: &GatewayPayment) -> Option<NextAction> {
    let page = opened.url.as_deref().and_then(|url| url.parse().ok()).map(NextAction::RedirectUrl);
    page.or_else(|| opened.qr.as_deref().and_then(|qr| qr.parse().ok()).map(NextAction::QrCode))
}

/// An answer whose names are none of ours is about somebody else's payment: nothing is known of ours.
pub(crate) fn report(answer: &GatewayPayment, as_of: Timestamp) -> Result<GatewayReport, EffectError> {
    let unknown = |name: &dyn std::fmt::Display| EffectError::Unknown(format!("the gateway speaks of {name}"));
    Ok(GatewayReport {
        payment: answer.payment.as_str().parse().map_err(|_| unknown(&answer.payment))?,
        order: answer.order.as_str().parse().map_err(|_| unknown(&answer.order))?,
        currency: answer.currency,
        authorized: answer.authorized,
        captures: answer
            .captures
            .iter()
            .map(|capture| ReportedCapture { reference: capture.reference.clone(), amount: capture.amount })
            .collect(),
        refunds: answer.refunds.iter().map(refund).collect::<Result<_, _>>()?,
        as_of: Some(as_of),
        status: match &answer.status {
            PaymentStatus::Pending => ReportedStatus::Pending,
            PaymentStatus::Authorized => ReportedStatus::Authorized,
            PaymentStatus::Captured | PaymentStatus::PartiallyCaptured => ReportedStatus::Captured,
            PaymentStatus::Failed { code } => ReportedStatus::Failed {
                code: code.parse().map_err(|_| EffectError::Unknown("it failed for no readable reason".to_owned()))?,
            },
            PaymentStatus::Expired => ReportedStatus::Expired,
            PaymentStatus::Voided => ReportedStatus::Voided,
            PaymentStatus::Disputed => ReportedStatus::Disputed,
            PaymentStatus::ChargedBack => ReportedStatus::ChargedBack,
        },
    })
}

fn refund(answer: &GatewayRefund) -> Result<ReportedRefund, EffectError> {
    Ok(ReportedRefund {
        reference: answer.reference.clone(),
        name: answer.refund.clone(),
        amount: answer.amount,
        status: match &answer.status {
            RefundStatus::Pending => ReportedRefundStatus::Pending,
            RefundStatus::Succeeded => ReportedRefundStatus::Succeeded,
            RefundStatus::Failed { code } => ReportedRefundStatus::Failed {
                cause: Effect::cause(code)
                    .ok_or_else(|| EffectError::Unknown("a refund failed for no readable reason".to_owned()))?,
            },
        },
    })
}

const fn is_open(status: &PaymentStatus) -> bool {
    match status {
        PaymentStatus::Pending | PaymentStatus::Authorized | PaymentStatus::PartiallyCaptured => true,
        PaymentStatus::Captured
        | PaymentStatus::Failed { .. }
        | PaymentStatus::Expired
        | PaymentStatus::Voided
        | PaymentStatus::Disputed
        | PaymentStatus::ChargedBack => false,
    }
}

pub(super) fn failed(error: &GatewayError) -> EffectError {
    let words = error.to_string();
    match error {
        GatewayError::Refused { .. } => EffectError::Refused(words),
        GatewayError::Unknown { .. } => EffectError::Unknown(words),
        GatewayError::Unavailable { .. } | GatewayError::Open { .. } => EffectError::Unavailable(words),
    }
}
