//! One thing that a saga has to do.

use purser_domain::{
    ids::{OrderId, RefundId},
    metadata::Metadata,
    refund::Claim,
    saga::{Saga, SagaCommand},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sagas::port::SagaRequest;

/// The namespace of the steps' ids (RFC 9562, version 5). A change would make every repeat a new command.
const STEPS: Uuid = Uuid::from_u128(0x5b1f_6f0e_74c5_4d0c_9a3f_1c39_55c0_a7d2);

/// What is to be done. The JSON form is stored in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Command(SagaCommand),
    SubmitRefund { refund: RefundId, claim: Claim },
}

/// Who works an action off. Refunds have a worker of their own, so that a slow gateway holds up nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Command,
    Refund,
}

/// One thing that a saga has to do, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) id: Uuid,
    pub(super) saga: Saga,
    /// Steps of one saga about one subject go in the order of positions.
    pub(super) subject: Uuid,
    /// Of the event that it follows from.
    pub(super) position: i64,
    pub(super) correlation_id: String,
    pub(super) causation_id: String,
    pub(super) action: Action,
    pub(super) attempts: u32,
    pub(super) refusals: u32,
}

/// What orders steps among each other.
pub(super) type Lane = (Saga, Uuid);

/// When a saga wants to come back to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) saga: Saga,
    pub(super) order: OrderId,
    pub(super) due: purser_domain::Timestamp,
    /// Of the event that set it.
    pub(super) position: i64,
    pub(super) correlation_id: String,
}

impl Step {
    /// The step that an event at a position asks for.
    pub(super) fn after_event(saga: Saga, position: i64, correlation_id: String, action: Action) -> Self {
        Self::fresh(saga, position, correlation_id, format!("event:{position}"), action, "")
    }

    /// The step that a timer asks for; none where its saga has nothing to do by the clock.
    pub(super) fn after_timer(timer: &Timer) -> Option<Self> {
        let Timer { saga, order, due: _, position, correlation_id } = timer;
        let command = saga.timer_fired(*order)?;
        let causation_id = format!("timer:{}:{order}", saga.name());
        let action = Action::Command(command);
        Some(Self::fresh(*saga, *position, correlation_id.clone(), causation_id, action, ":timer"))
    }

    /// The subject is part of the id because it is unique in the world, and the id may leave the engine: positions begin
    /// at 1 in every log.
    fn fresh(
        saga: Saga,
        position: i64,
        correlation_id: String,
        causation_id: String,
        action: Action,
        trigger: &str,
    ) -> Self {
        let subject = action.subject();
        let name = format!("{}:{}:{position}{trigger}", saga.name(), subject.as_simple());
        let id = Uuid::new_v5(&STEPS, name.as_bytes());
        Self { id, saga, subject, position, correlation_id, causation_id, action, attempts: 0, refusals: 0 }
    }

    pub(super) const fn lane(&self) -> Lane {
        (self.saga, self.subject)
    }

    /// Which refund it is to put into somebody's hands, if that is what it is.
    pub(super) const fn refund(&self) -> Option<RefundId> {
        match &self.action {
            Action::SubmitRefund { refund, claim: _ } => Some(*refund),
            Action::Command(_) => None,
        }
    }

    /// A command of this step as the port takes it.
    pub(super) fn request(&self, command: SagaCommand) -> SagaRequest {
        SagaRequest {
            id: self.id_of(&command),
            saga: self.saga,
            command,
            metadata: Metadata {
                actor: format!("saga:{}", self.saga.name()),
                correlation_id: self.correlation_id.clone(),
                causation_id: self.causation_id.clone(),
            },
        }
    }

    /// The record of a refund's submission is a command beside the step's own effect, and needs an id of its own.
    fn id_of(&self, command: &SagaCommand) -> Uuid {
        match command {
            SagaCommand::RecordRefundSubmitted { .. } => Uuid::new_v5(&self.id, b"submitted"),
            SagaCommand::StartProcessing { .. }
            | SagaCommand::ReleaseReservations { .. }
            | SagaCommand::ExpireOrder { .. }
            | SagaCommand::RequestRefund { .. } => self.id,
        }
    }
}

impl Timer {
    pub(super) const fn lane(&self) -> Lane {
        (self.saga, self.order.as_uuid())
    }
}

impl Action {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Command(_) => Kind::Command,
            Self::SubmitRefund { .. } => Kind::Refund,
        }
    }

    const fn subject(&self) -> Uuid {
        match self {
            Self::Command(
                SagaCommand::StartProcessing { order }
                | SagaCommand::ReleaseReservations { order }
                | SagaCommand::ExpireOrder { order },
            ) => order.as_uuid(),
            Self::Command(SagaCommand::RequestRefund { claim }) | Self::SubmitRefund { refund: _, claim } => {
                claim.order.as_uuid()
            }
            Self::Command(SagaCommand::RecordRefundSubmitted { refund, channel: _ }) => refund.as_uuid(),
        }
    }
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Refund => "refund",
        }
    }
}

/// The names of the sagas that this version of the engine knows.
pub(super) fn known_sagas() -> Vec<&'static str> {
    Saga::ALL.into_iter().map(Saga::name).collect()
}

/// The saga of a name in a table.
pub(super) fn saga_named(name: &str) -> Result<Saga, sqlx::Error> {
    Saga::ALL
        .into_iter()
        .find(|saga| saga.name() == name)
        .ok_or_else(|| sqlx::Error::Decode(format!("unknown saga {name}").into()))
}

#[cfg(test)]
mod tests {
    use purser_domain::refund::RefundChannel;

    use super::*;

    fn processing(order: u128, position: i64) -> Step {
        let command = SagaCommand::StartProcessing { order: OrderId::from_uuid(Uuid::from_u128(order)) };
        Step::after_event(Saga::Processing, position, "c".to_owned(), Action::Command(command))
    }

    /// Steps that wait in an outbox, or are in the middle of a retry, keep their ids over an upgrade of the engine.
    #[test]
    fn the_id_of_a_known_step_never_changes() {
        assert_eq!(processing(1, 7).id.to_string(), "331b5033-8033-5555-a781-e737a5ad65ee");
    }

    #[test]
    fn every_saga_order_and_position_has_an_id_of_its_own() {
        let order = OrderId::from_uuid(Uuid::from_u128(1));
        let release = Action::Command(SagaCommand::ReleaseReservations { order });
        let timer = Timer {
            saga: Saga::PaymentWindow,
            order,
            due: chrono::DateTime::UNIX_EPOCH,
            position: 7,
            correlation_id: "c".to_owned(),
        };
        let ids = [
            processing(1, 7).id,
            processing(1, 8).id,
            processing(2, 7).id,
            Step::after_event(Saga::Release, 7, "c".to_owned(), release).id,
            Step::after_timer(&timer).unwrap().id,
        ];
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn the_record_of_a_submission_is_not_mistaken_for_the_submission() {
        let step = processing(1, 7);
        let refund = RefundId::from_uuid(Uuid::from_u128(2));
        let record = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::BackOffice };
        assert_ne!(step.request(record).id, step.id);
    }

    #[test]
    fn a_request_says_who_asks_and_why() {
        let step = processing(1, 7);
        let Action::Command(command) = step.action.clone() else { panic!("not a command") };
        let Metadata { actor, correlation_id, causation_id } = step.request(command).metadata;
        assert_eq!((&*actor, &*correlation_id, &*causation_id), ("saga:processing", "c", "event:7"));
    }

    #[test]
    fn an_action_reads_back_from_its_stored_form() {
        let action = processing(1, 7).action;
        let stored = serde_json::to_string(&action).unwrap();
        assert_eq!(
            stored,
            r#"{"command":{"command":"start_processing","order":"ord_00000000000000000000000000000001"}}"#
        );
        assert_eq!(serde_json::from_str::<Action>(&stored).unwrap(), action);
    }
}
