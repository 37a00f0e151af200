//! How the sagas reach the write side, and whoever performs their effects.

mod configured;
mod gateways;
mod refunds;

pub use gateways::Gateways;
pub(crate) use gateways::report;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use purser_commands::{Command, Commands, Failure, FulfillmentChange, IdempotencyKey, Refusal, Request};
use purser_domain::{
    clock::Clock, fulfillment::FulfillmentRefusal, order::OrderRefusal, payment::PaymentRefusal, principal::Principal,
    returns::ReturnRefusal, saga::SagaCommand, upcast::Upcasters,
};
use purser_projections::sagas::{CommandPort, EffectPort, PortError, SagaRequest};
use sqlx::PgPool;

use gateways::AtGateways;

/// Whoever performs the sagas' effects: the gateways, which are told what the log says of a payment, and people.
pub fn effects(gateways: Gateways, pool: PgPool, clock: Arc<dyn Clock>) -> Arc<dyn EffectPort> {
    Arc::new(AtGateways { gateways, pool, upcasters: Upcasters::current(), clock })
}

/// Issues the sagas' commands through the same door as everybody else's.
#[derive(Debug, Clone)]
pub struct SagaCommands(Commands);

impl SagaCommands {
    /// Plugs the write side in.
    pub const fn new(commands: Commands) -> Self {
        Self(commands)
    }
}

impl CommandPort for SagaCommands {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            let SagaRequest { id, saga, command, metadata } = request;
            let idempotency = IdempotencyKey::new(saga.name(), &id.to_string(), &[id.as_bytes()]);
            let outcome = self
                .0
                .execute(Request {
                    command: engine_command(command.clone()),
                    principal: Principal::Saga,
                    metadata,
                    idempotency: Some(idempotency),
                })
                .await;
            match outcome {
                Ok(_) => Ok(()),
                Err(failure) => Err(port_error(&command, failure)),
            }
        })
    }
}

fn engine_command(command: SagaCommand) -> Command {
    match command {
        SagaCommand::StartProcessing { order } => Command::StartProcessing { order },
        SagaCommand::ServeBackorder { order, stock } => Command::ServeBackorder { order, stock },
        SagaCommand::ReleaseReservations { order } => Command::ReleaseReservations { order },
        SagaCommand::ExpireOrder { order } => Command::ExpireOrder { order },
        SagaCommand::SettleLatePayment { order, capture } => Command::SettleLatePayment { order, capture },
        SagaCommand::ReportShipmentOverdue { fulfillment } => {
            Command::ChangeFulfillment { fulfillment, change: FulfillmentChange::ReportOverdue }
        }
        SagaCommand::RequestRefund { claim } => Command::RequestRefund { claim },
        SagaCommand::RecordRefundSubmitted { refund, channel } => Command::RecordRefundSubmitted { refund, channel },
        SagaCommand::RecordRefundSucceeded { refund, attempt, reference } => {
            let attempt = Some(attempt);
            Command::RecordRefundSucceeded { refund, attempt, reference, note: None, reason: None }
        }
        SagaCommand::RecordRefundFailed { refund, attempt, failure, cause } => {
            Command::RecordRefundFailed { refund, attempt, failure, cause }
        }
        SagaCommand::RequestRefundReview { refund } => Command::RequestRefundReview { refund },
        SagaCommand::RecordPaymentPending { payment, gateway_reference, next_action } => {
            Command::RecordPaymentPending { payment, gateway_reference, next_action }
        }
        SagaCommand::ReportPayment { payment, gateway, report, source } => {
            Command::ReportPayment { payment, gateway, report, source }
        }
        SagaCommand::ExpirePayment { payment } => Command::ExpirePayment { payment },
        SagaCommand::ReviewReturn { id } => Command::ReviewReturn { id },
        SagaCommand::SettleExchange { id } => Command::SettleExchange { id },
        SagaCommand::SettleReturn { refund } => Command::SettleReturn { refund },
    }
}

fn port_error(command: &SagaCommand, failure: Failure) -> PortError {
    match failure {
        Failure::Refused(Refusal::Order(OrderRefusal::WindowOpen { pay_by })) => PortError::TooEarly { until: pay_by },
        Failure::Refused(Refusal::Order(refusal)) if command.is_superseded_by(&refusal) => {
            PortError::Superseded(refusal.to_string())
        }
        Failure::Refused(Refusal::Payment(PaymentRefusal::WindowOpen { expires_at })) => {
            PortError::TooEarly { until: expires_at }
        }
        Failure::Refused(Refusal::Payment(refusal)) if command.is_superseded_by_payment(&refusal) => {
            PortError::Superseded(refusal.to_string())
        }
        Failure::Refused(Refusal::Refund(refusal)) if command.is_superseded_by_refund(&refusal) => {
            PortError::Superseded(refusal.to_string())
        }
        Failure::Refused(Refusal::Fulfillment(FulfillmentRefusal::NotOverdue { ship_by })) => {
            PortError::TooEarly { until: ship_by }
        }
        Failure::Refused(Refusal::Fulfillment(refusal)) if command.is_superseded_by_fulfillment(&refusal) => {
            PortError::Superseded(refusal.to_string())
        }
        Failure::Refused(Refusal::Return(ReturnRefusal::NotOverdue { review_by })) => {
            PortError::TooEarly { until: review_by }
        }
        Failure::Refused(Refusal::Return(refusal)) if command.is_superseded_by_return(&refusal) => {
            PortError::Superseded(refusal.to_string())
        }
        Failure::Refused(refusal) => PortError::Refused(refusal.to_string()),
        failure @ (Failure::KeyReused | Failure::Internal) => PortError::Refused(failure.to_string()),
        failure @ (Failure::Overloaded { .. }
        | Failure::NoWriter { .. }
        | Failure::Unavailable { .. }
        | Failure::TimedOut) => PortError::Unavailable(failure.to_string()),
    }
}
