use serde::{Deserialize, Serialize};

use crate::payment::{Ending, Payment};

/// The state of a payment in one word, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The gateway is being asked.
    Initiated,
    /// The customer's part is awaited.
    Pending,
    /// The money is set aside.
    Authorized,
    /// A part of the money was taken.
    PartiallyCaptured,
    /// All of the money was taken.
    Captured,
    /// The customer wants money back that was taken, by way of their bank.
    Disputed,
    /// The customer could not pay.
    Failed,
    /// The customer let the time go by.
    Expired,
    /// Authorised money was not taken in time.
    AuthorizationExpired,
    /// It was called off.
    Voided,
}

impl PaymentStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 10] = [
        Self::Initiated,
        Self::Pending,
        Self::Authorized,
        Self::PartiallyCaptured,
        Self::Captured,
        Self::Disputed,
        Self::Failed,
        Self::Expired,
        Self::AuthorizationExpired,
        Self::Voided,
    ];

    /// The word that stands for it in JSON and in the views.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::PartiallyCaptured => "partially_captured",
            Self::Captured => "captured",
            Self::Disputed => "disputed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::AuthorizationExpired => "authorization_expired",
            Self::Voided => "voided",
        }
    }
}

impl std::fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Payment {
    /// The status, or none where there is no such payment.
    pub const fn status(&self) -> Option<PaymentStatus> {
        match self {
            Self::Uninitiated => None,
            Self::Initiated(_) => Some(PaymentStatus::Initiated),
            Self::Pending(_) => Some(PaymentStatus::Pending),
            Self::Authorized { .. } => Some(PaymentStatus::Authorized),
            Self::PartiallyCaptured { .. } => Some(PaymentStatus::PartiallyCaptured),
            Self::Captured { .. } => Some(PaymentStatus::Captured),
            Self::Disputed { .. } => Some(PaymentStatus::Disputed),
            Self::Ended { ending, .. } => Some(match ending {
                Ending::Failed => PaymentStatus::Failed,
                Ending::Expired => PaymentStatus::Expired,
                Ending::AuthorizationExpired => PaymentStatus::AuthorizationExpired,
                Ending::Voided => PaymentStatus::Voided,
            }),
        }
    }
}
