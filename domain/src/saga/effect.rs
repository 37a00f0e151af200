//! What sagas do outside the engine, and what follows when it fails.

use std::{num::NonZeroU32, time::Duration};

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SagaCommand;
use crate::{
    ids::{PaymentId, RefundId},
    money::Amount,
    payment::{GatewayReport, PaymentTerms, ReportSource, ReportedStatus},
    refund::{Claim, Refund, RefundFailure},
    text::{FailureCode, Reason},
};

/// Something to be done outside the engine. The JSON form is stored until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Put a refund into the hands of whoever performs it.
    SubmitRefund {
        /// Which refund.
        refund: RefundId,
        /// What is owed.
        claim: Claim,
    },
    /// Have the gateway that took the money give it back.
    RefundAtGateway {
        /// Which refund.
        refund: RefundId,
        /// Under which number.
        attempt: u32,
    },
    /// Ask the gateway what became of a refund.
    AskRefund {
        /// Which refund.
        refund: RefundId,
    },
    /// Open a payment at its gateway.
    CreatePayment {
        /// Which payment.
        payment: PaymentId,
        /// What is to be paid.
        terms: PaymentTerms,
    },
    /// Ask the gateway how a payment stands.
    AskPayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Have the gateway take authorised money.
    CapturePayment {
        /// Which payment.
        payment: PaymentId,
        /// The how-manieth request of this payment.
        number: u32,
        /// How much, in minor units of the payment's currency.
        amount: Amount,
    },
    /// Have the gateway call a payment off.
    VoidPayment {
        /// Which payment.
        payment: PaymentId,
    },
}

/// Why an effect is not known to be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EffectError {
    /// A definite no: it was not done.
    #[error("refused: {0}")]
    Refused(String),
    /// It may have been done.
    #[error("unknown: {0}")]
    Unknown(String),
    /// Nobody was there to do it: it was not done.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// How often an effect is tried, and how long it rests in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// The refusal that is the last.
    pub refusals_max: NonZeroU32,
    /// The attempt that is the last if its outcome is unknown; none means that there is no last one.
    pub unknown_max: Option<NonZeroU32>,
    /// The attempt that is the last if nobody was there; none means that there is no last one.
    pub unavailable_max: Option<NonZeroU32>,
    /// The rest after an attempt.
    pub backoff: Backoff,
}

/// Waits that double, with full jitter: anything between nothing and the doubled wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait after the first attempt.
    pub base: Duration,
    /// The longest wait after any.
    pub ceiling: Duration,
}

/// How often an effect was tried, this attempt included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Attempts of any outcome.
    pub attempts: u32,
    /// Those of them that were refused.
    pub refusals: u32,
}

/// What becomes of an effect that is not tried any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiveUp {
    /// An operator decides. Until then, what the same saga has to do about the same subject waits.
    DeadLetter,
    /// The failure goes into the log, and the saga goes on from there.
    Record(SagaCommand),
}

/// What follows from an attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterFailure {
    /// Another one, after a wait.
    Retry(Duration),
    /// No other.
    GiveUp(GiveUp),
}

/// Events of the log that show an effect as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The type of the stream.
    pub aggregate_type: &'static str,
    /// The stream.
    pub aggregate_id: String,
    /// Any of these.
    pub event_types: &'static [&'static str],
}

impl Effect {
    /// The number of what it is about. What one saga does about one subject is done in order, and the subject is part of
    /// the ids of its steps: it must never change for an effect that is known.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::SubmitRefund { refund: _, claim } => claim.order.as_uuid(),
            Self::RefundAtGateway { refund, .. } | Self::AskRefund { refund } => refund.as_uuid(),
            Self::CreatePayment { payment, .. }
            | Self::AskPayment { payment }
            | Self::CapturePayment { payment, .. }
            | Self::VoidPayment { payment } => payment.as_uuid(),
        }
    }

    /// How often it is tried.
    pub const fn retries(&self) -> Retries {
        match self {
            Self::SubmitRefund { .. } => Retries { refusals_max: at_least_one(5), ..Self::UNTIL_ANSWERED },
            // While it is silent the money may be back: in the end a person asks by telephone.
            Self::RefundAtGateway { .. } => Retries {
                unknown_max: Some(at_least_one(12)),
                backoff: Backoff { base: Duration::from_secs(1), ceiling: Duration::from_mins(5) },
                ..Self::UNTIL_ANSWERED
            },
            // A gateway that says no says so again whenever it is asked the same.
            Self::AskRefund { .. }
            | Self::CreatePayment { .. }
            | Self::AskPayment { .. }
            | Self::CapturePayment { .. }
            | Self::VoidPayment { .. } => Self::UNTIL_ANSWERED,
        }
    }

    const UNTIL_ANSWERED: Retries = Retries {
        refusals_max: at_least_one(1),
        unknown_max: None,
        unavailable_max: None,
        backoff: Backoff { base: Duration::from_millis(100), ceiling: Duration::from_mins(1) },
    };

    /// What becomes of it when the last attempt failed.
    pub fn given_up(&self, error: &EffectError) -> GiveUp {
        match (self, error) {
            (Self::CreatePayment { payment, terms }, EffectError::Refused(_)) => {
                Self::not_created(*payment, terms, "refused").map_or(GiveUp::DeadLetter, GiveUp::Record)
            }
            (Self::RefundAtGateway { refund, attempt }, EffectError::Refused(words)) => {
                Self::not_refunded(*refund, *attempt, RefundFailure::Refused, words)
                    .map_or(GiveUp::DeadLetter, GiveUp::Record)
            }
            (Self::RefundAtGateway { refund, attempt }, EffectError::Unknown(words)) => {
                Self::not_refunded(*refund, *attempt, RefundFailure::OutcomeUnknown, words)
                    .map_or(GiveUp::DeadLetter, GiveUp::Record)
            }
            (Self::RefundAtGateway { .. }, EffectError::Unavailable(_))
            | (
                Self::SubmitRefund { .. }
                | Self::AskRefund { .. }
                | Self::CreatePayment { .. }
                | Self::AskPayment { .. }
                | Self::CapturePayment { .. }
                | Self::VoidPayment { .. },
                EffectError::Refused(_) | EffectError::Unknown(_) | EffectError::Unavailable(_),
            ) => GiveUp::DeadLetter,
        }
    }

    /// What goes into the log where a gateway did not give money back, with its own words, cut to a reason's length; none
    /// where those say nothing.
    pub fn not_refunded(refund: RefundId, attempt: u32, failure: RefundFailure, words: &str) -> Option<SagaCommand> {
        Some(SagaCommand::RecordRefundFailed { refund, attempt, failure, cause: Self::cause(words)? })
    }

    /// A gateway's words as a reason, cut to its length; none where they say nothing.
    pub fn cause(words: &str) -> Option<Reason> {
        let cut: String =
            words.chars().filter(|letter| !letter.is_control()).take(Self::CAUSE_CHARACTERS_MAX).collect();
        cut.trim().parse().ok()
    }

    const CAUSE_CHARACTERS_MAX: usize = 200;

    /// What goes into the log where a gateway refused to open a payment, for a reason in its own code; none where that is no
    /// code.
    pub fn not_created(payment: PaymentId, terms: &PaymentTerms, code: &str) -> Option<SagaCommand> {
        let code: FailureCode = code.parse().ok()?;
        let report = GatewayReport {
            payment,
            order: terms.order,
            currency: terms.amount.currency,
            authorized: Amount::ZERO,
            captures: vec![],
            refunds: vec![],
            as_of: None,
            status: ReportedStatus::Failed { code },
        };
        Some(SagaCommand::ReportPayment {
            payment,
            gateway: terms.gateway.clone(),
            report,
            source: ReportSource::Reply,
        })
    }

    /// What follows from an attempt that failed. `random` is any number that spreads evenly.
    pub fn after(&self, error: &EffectError, tried: Tried, random: u64) -> AfterFailure {
        let retries = self.retries();
        let is_last = match error {
            EffectError::Refused(_) => tried.refusals >= retries.refusals_max.get(),
            EffectError::Unknown(_) => retries.unknown_max.is_some_and(|max| tried.attempts >= max.get()),
            EffectError::Unavailable(_) => retries.unavailable_max.is_some_and(|max| tried.attempts >= max.get()),
        };
        if is_last {
            AfterFailure::GiveUp(self.given_up(error))
        } else {
            AfterFailure::Retry(retries.backoff.wait(tried.attempts, random))
        }
    }

    /// What shows in the log that it was done. Should the sagas ever start again from the first event, it is not done a
    /// second time, even by somebody who has forgotten its idempotency key. None where doing it again harms nobody.
    pub fn trace(&self) -> Option<Trace> {
        match self {
            Self::SubmitRefund { refund, claim: _ } => Some(Trace {
                aggregate_type: <Refund as Aggregate>::TYPE,
                aggregate_id: refund.to_string(),
                event_types: &["RefundSubmitted"],
            }),
            // Each is asked for under a key of its own, or is no more than a question. A gateway is asked for a refund only
            // while the log says that it is still to be asked under this number.
            Self::RefundAtGateway { .. }
            | Self::AskRefund { .. }
            | Self::CreatePayment { .. }
            | Self::AskPayment { .. }
            | Self::CapturePayment { .. }
            | Self::VoidPayment { .. } => None,
        }
    }
}

impl Backoff {
    /// The wait after so many attempts.
    pub fn wait(self, attempts: u32, random: u64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.base.saturating_mul(1 << doublings).min(self.ceiling);
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(random.checked_rem(micros).unwrap_or_default())
    }
}

pub(super) const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

#[cfg(test)]
mod spec;
