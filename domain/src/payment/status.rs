use serde::{Deserialize, Serialize};

use crate::{
    money::Amount,
    payment::{Ending, Payment, PaymentEvent},
};

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
    /// The bank gave the customer back what was taken.
    ChargedBack,
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
    pub const ALL: [Self; 11] = [
        Self::Initiated,
        Self::Pending,
        Self::Authorized,
        Self::PartiallyCaptured,
        Self::Captured,
        Self::Disputed,
        Self::ChargedBack,
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
            Self::ChargedBack => "charged_back",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::AuthorizationExpired => "authorization_expired",
            Self::Voided => "voided",
        }
    }
}

impl PaymentStatus {
    /// The status after an event, for whoever keeps no more of a payment than that; none stands for no payment yet. A
    /// property holds it against the payment itself.
    #[must_use]
    pub fn after(known: Option<Self>, event: &PaymentEvent) -> Self {
        let known = known.unwrap_or(Self::Initiated);
        match event {
            PaymentEvent::PaymentPending { .. } if known == Self::Initiated => Self::Pending,
            PaymentEvent::PaymentAuthorized { .. } if known.is_open() => Self::Authorized,
            PaymentEvent::PaymentCaptured { .. }
                if matches!(known, Self::Captured | Self::Disputed | Self::ChargedBack) =>
            {
                known
            }
            PaymentEvent::PaymentCaptured { rest: Amount::ZERO, .. } => Self::Captured,
            PaymentEvent::PaymentCaptured { .. } => Self::PartiallyCaptured,
            PaymentEvent::PaymentFailed { .. } if !known.has_money() => Self::Failed,
            PaymentEvent::PaymentExpired { .. } if !known.has_money() => Self::Expired,
            PaymentEvent::AuthorizationExpired { .. } if !known.has_money() => Self::AuthorizationExpired,
            PaymentEvent::PaymentVoided { .. } if !known.has_money() => Self::Voided,
            PaymentEvent::PaymentDisputed { .. } if known.has_money() && known != Self::ChargedBack => Self::Disputed,
            PaymentEvent::PaymentDisputeWon { rest: Amount::ZERO, .. } if known == Self::Disputed => Self::Captured,
            PaymentEvent::PaymentDisputeWon { .. } if known == Self::Disputed => Self::PartiallyCaptured,
            PaymentEvent::PaymentChargedBack { .. } if known.has_money() => Self::ChargedBack,
            PaymentEvent::PaymentInitiated { .. }
            | PaymentEvent::PaymentPending { .. }
            | PaymentEvent::PaymentAuthorized { .. }
            | PaymentEvent::PaymentFailed { .. }
            | PaymentEvent::PaymentExpired { .. }
            | PaymentEvent::AuthorizationExpired { .. }
            | PaymentEvent::PaymentVoided { .. }
            | PaymentEvent::PaymentDisputed { .. }
            | PaymentEvent::PaymentDisputeWon { .. }
            | PaymentEvent::PaymentChargedBack { .. }
            | PaymentEvent::PaymentRefundBegun { .. }
            | PaymentEvent::PaymentRefundedOutside { .. }
            | PaymentEvent::OutsideRefundFailed { .. }
            | PaymentEvent::MoneyBackApplied { .. }
            | PaymentEvent::CaptureRequested { .. }
            | PaymentEvent::VoidRequested { .. }
            | PaymentEvent::PaymentMismatchReported { .. }
            | PaymentEvent::PaymentMismatchResolved { .. } => known,
        }
    }

    /// Whether the customer can still pay.
    pub const fn awaits_customer(self) -> bool {
        match self {
            Self::Initiated | Self::Pending => true,
            Self::Authorized
            | Self::PartiallyCaptured
            | Self::Captured
            | Self::Disputed
            | Self::ChargedBack
            | Self::Failed
            | Self::Expired
            | Self::AuthorizationExpired
            | Self::Voided => false,
        }
    }

    /// Whether neither money nor an ending has come yet.
    const fn is_open(self) -> bool {
        self.awaits_customer() || matches!(self, Self::Authorized)
    }

    /// Whether money was taken.
    const fn has_money(self) -> bool {
        match self {
            Self::PartiallyCaptured | Self::Captured | Self::Disputed | Self::ChargedBack => true,
            Self::Initiated
            | Self::Pending
            | Self::Authorized
            | Self::Failed
            | Self::Expired
            | Self::AuthorizationExpired
            | Self::Voided => false,
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
            Self::ChargedBack { .. } => Some(PaymentStatus::ChargedBack),
            Self::Ended { ending, .. } => Some(match ending {
                Ending::Failed => PaymentStatus::Failed,
                Ending::Expired => PaymentStatus::Expired,
                Ending::AuthorizationExpired => PaymentStatus::AuthorizationExpired,
                Ending::Voided => PaymentStatus::Voided,
            }),
        }
    }
}
