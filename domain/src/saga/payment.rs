//! Payment: an attempt to pay is brought to the gateway, watched there, and given up when its time is over.
//!
//! **Starts with** `PaymentInitiated`, which says what is to be paid and until when.
//!
//! **Steps.**
//! 1. The gateway is asked to open the payment, an effect. Its answer, `PaymentPending` with where the customer pays, goes
//!    into the log; its refusal goes into it as `PaymentFailed`.
//! 2. Webhooks tell how it goes on, and may be lost. A timer asks the gateway every minute until the payment's end and once
//!    after; what is not news leaves nothing behind. Nothing is asked before the gateway has answered to the first step,
//!    because what one saga does about one subject is done in order.
//! 3. At the payment's end a second timer gives it up, and has the gateway asked to close it.
//! 4. `CaptureRequested` and `VoidRequested` are carried to the gateway, one after the other, and its answers reported. A void is
//!    asked for by the seller; in the append of a final capture, for what that leaves; and in the append in which the order
//!    stops waiting for money, or hears of an authorisation after that.
//! 5. While the customer's bank decides about a dispute, the gateway is asked every hour how it ended.
//!
//! **Compensations.** A void is what undoes a payment of which nothing was taken. Money that was taken is on the order's
//! books in the same append, and goes back by the [refund](super::refund) saga where the order does not want it.
//!
//! **Ends** with all of the money, or with any ending of the payment: each clears the timers. While the gateway is away or
//! silent it is asked for ever, with a growing rest, and the payment is not given up meanwhile: it may have been paid. A
//! gateway that refuses to capture, to void or to tell about a payment that it knows is an operator's matter.

use std::num::NonZeroU32;

use chrono::TimeDelta;

use super::{Action, Effect, Reaction, Reactions, Repeat, SagaCommand, Timer, effect::at_least_one};
use crate::{event::Event, ids::PaymentId, money::Amount, payment::PaymentEvent};

/// How many seconds lie between two questions to the gateway.
const POLL_SECONDS: NonZeroU32 = at_least_one(60);

/// How many seconds lie between two questions while a payment is disputed: banks take weeks.
const DISPUTE_SECONDS: NonZeroU32 = at_least_one(3_600);

pub(super) fn react(event: &Event) -> Reactions {
    let Event::Payment(payment, event) = event else { return Reactions::NONE };
    let payment = *payment;
    let (poll, expiry) = (Timer::PaymentPoll { payment }, Timer::PaymentExpiry { payment });
    match event {
        PaymentEvent::PaymentInitiated { payment: _, terms, at } => {
            let end = terms.expires_at;
            let first = at.checked_add_signed(TimeDelta::seconds(POLL_SECONDS.get().into())).unwrap_or(end);
            let every_minute = Repeat { every_seconds: POLL_SECONDS, until: Some(end) };
            [
                Effect::CreatePayment { payment, terms: terms.clone() }.into(),
                Reaction::SetTimer { timer: poll, due: first, repeat: Some(every_minute) },
                Reaction::SetTimer { timer: expiry, due: end, repeat: None },
            ]
            .into_iter()
            .collect()
        }
        PaymentEvent::CaptureRequested { number, amount, at: _ } => {
            Effect::CapturePayment { payment, number: *number, amount: amount.amount }.into()
        }
        PaymentEvent::VoidRequested { .. } => Effect::VoidPayment { payment }.into(),
        PaymentEvent::PaymentCaptured { rest: Amount::ZERO, .. }
        | PaymentEvent::PaymentFailed { .. }
        | PaymentEvent::PaymentExpired { .. }
        | PaymentEvent::PaymentVoided { .. }
        | PaymentEvent::AuthorizationExpired { .. }
        | PaymentEvent::PaymentDisputeWon { .. }
        | PaymentEvent::PaymentChargedBack { .. } => {
            [poll, expiry].into_iter().map(|timer| Reaction::ClearTimer { timer }).collect()
        }
        // How it ended may be told to nobody.
        PaymentEvent::PaymentDisputed { at, .. } => {
            let due = at.checked_add_signed(TimeDelta::seconds(DISPUTE_SECONDS.get().into())).unwrap_or(*at);
            let repeat = Some(Repeat { every_seconds: DISPUTE_SECONDS, until: None });
            [Reaction::ClearTimer { timer: expiry }, Reaction::SetTimer { timer: poll, due, repeat }]
                .into_iter()
                .collect()
        }
        PaymentEvent::PaymentCaptured { .. }
        | PaymentEvent::PaymentRefundBegun { .. }
        | PaymentEvent::PaymentRefundedOutside { .. }
        | PaymentEvent::OutsideRefundFailed { .. }
        | PaymentEvent::MoneyBackApplied { .. }
        | PaymentEvent::PaymentPending { .. }
        | PaymentEvent::PaymentAuthorized { .. }
        | PaymentEvent::PaymentMismatchReported { .. }
        | PaymentEvent::PaymentMismatchResolved { .. } => Reactions::NONE,
    }
}

pub(super) const fn poll_fired(payment: PaymentId) -> Action {
    Action::Effect(Effect::AskPayment { payment })
}

pub(super) const fn expiry_fired(payment: PaymentId) -> Action {
    Action::Command(SagaCommand::ExpirePayment { payment })
}
