use crate::{
    Timestamp,
    ids::{PaymentId, RefundId},
    money::{Amount, Money},
    payment::{GatewayReport, NextAction, PaymentTerms, ReportSource},
    text::{Actor, PaymentReference, Reason},
};

/// What can be asked of a payment. Times are stated with the command, never read from a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Begins an attempt.
    Initiate {
        /// The new payment's id.
        payment: PaymentId,
        /// What is to be paid.
        terms: PaymentTerms,
        /// When.
        at: Timestamp,
    },
    /// Notes that the gateway has it.
    RecordPending {
        /// Its name there.
        gateway_reference: PaymentReference,
        /// What the customer has to do, if anything.
        next_action: Option<NextAction>,
        /// When.
        at: Timestamp,
    },
    /// Takes note of what the gateway says.
    Report {
        /// What it says.
        report: GatewayReport,
        /// How it came in.
        source: ReportSource,
        /// When it came in.
        at: Timestamp,
    },
    /// Wants authorised money to be taken.
    RequestCapture {
        /// How much.
        amount: Money,
        /// Whether no more will be taken: what is left is called off after it.
        is_final: bool,
        /// When.
        at: Timestamp,
    },
    /// Wants the payment called off, or what of it was not taken yet.
    RequestVoid {
        /// When.
        at: Timestamp,
    },
    /// Gives the payment up because its time is over.
    Expire {
        /// When; must not be before its end.
        at: Timestamp,
    },
    /// Takes note of a refund of it.
    BeginRefund {
        /// Which.
        refund: RefundId,
        /// When.
        at: Timestamp,
    },
    /// Counts money that went back without being asked for towards a refund.
    ApplyMoneyBack {
        /// Which refund.
        refund: RefundId,
        /// How much; no more than is left of it.
        amount: Amount,
        /// When.
        at: Timestamp,
    },
    /// Settles what is in quarantine, all of it.
    ResolveMismatch {
        /// Who.
        actor: Actor,
        /// What they found.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
}
