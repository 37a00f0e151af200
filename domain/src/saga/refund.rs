//! Refund: money that is owed goes back.
//!
//! **Starts with** the cancellation of a paid order, with a payment on top of what settled the order, or with `RefundOwed`:
//! parts of a payment that never added up, parts of a capture that go back for units that were taken out of the order or came
//! back, or as goodwill, and money that came [late](super::late_payment).
//!
//! **Steps.**
//! 1. The refund is requested. Its id comes from the order, the payment and the part, so that none is owed back twice.
//! 2. `RefundRequested` puts the refund into the hands of whoever performs it, and `RefundSubmitted` says who that is: the
//!    gateway that took the money, where one did, and else people, who work off a list and report that the money is back.
//! 3. `RefundSubmitted` to a gateway has the gateway asked to pay, an effect. The intent is in the log by then, under a
//!    number; the refund's id and that number are its name at the gateway, which takes no name twice. Its answer goes into
//!    the log as `RefundSucceeded` or `RefundFailed`.
//! 4. While the money is on its way, and while nobody knows, a timer asks the gateway every minute what became of it.
//!    While the payment is [disputed](crate::clearing) it stays where it is until that has ended, and what has gone back without
//!    being asked for is not sent again.
//! 5. A gateway that says no is asked again, by a timer and under the next number, after a wait that doubles and is spread by
//!    the refund's id, five times in all. A gateway that does not say is asked twelve times under the same number. After
//!    that `RefundReviewRequested` leaves the refund to a person, who has it tried once more (`RefundRetried`), says that it is
//!    done, or writes it off. Where nobody knows, that one more time is under the old number: the money cannot go twice.
//!
//! **Compensations.** It is the compensation of a payment. It is never undone: who has got money back keeps it. Who has not got
//! it, though it was said, is owed it again.
//!
//! **Ends** with `RefundSucceeded`, with `RefundOffset` of all that is left, or with `RefundWrittenOff`, which clear the timers. A
//! bank may send money back weeks after the gateway said that it had arrived: for a month after a success the gateway is
//! asked once a day, as webhooks may be lost. A refund that comes back (`RefundReversed`) is under review again. While nobody is
//! there to take it in hand, they are asked for ever, with a growing rest.

use std::{num::NonZeroU32, time::Duration};

use chrono::TimeDelta;

use super::{Action, Backoff, Effect, Reaction, Reactions, Repeat, SagaCommand, Timer, effect::at_least_one};
use crate::{
    Timestamp,
    event::Event,
    ids::RefundId,
    money::Amount,
    order::{Capture, OrderEvent, RefundPart},
    refund::{Claim, RefundCause, RefundChannel, RefundEvent, RefundFailure},
};

/// The attempt at a gateway that is the last without a person's decision.
const ATTEMPTS_MAX: u32 = 5;

/// How long lies between two attempts: the base, and up to twice as much more each time.
const BETWEEN_ATTEMPTS: Backoff = Backoff { base: Duration::from_mins(1), ceiling: Duration::from_hours(1) };

/// How many seconds lie between two questions to the gateway.
const POLL_SECONDS: NonZeroU32 = at_least_one(60);

/// How many seconds lie between two questions whether money that arrived came back.
const POLL_AFTER_SUCCESS_SECONDS: NonZeroU32 = at_least_one(86_400);

/// For how long it may come back: gateways tell of up to thirty days.
const COMES_BACK_WITHIN: TimeDelta = TimeDelta::days(31);

pub(super) fn react(event: &Event) -> Reactions {
    if let Event::Refund(refund, event) = event {
        return after(*refund, event);
    }
    let Event::Order(order, event) = event else { return Reactions::NONE };
    let whole = |capture: &Capture, cause| Claim::whole(*order, capture.clone(), cause);
    let claim = match event {
        OrderEvent::OrderCancelled { owed_back: Some(capture), .. } => whole(capture, RefundCause::OrderCancelled),
        OrderEvent::SurplusPaymentReceived { capture, .. } => whole(capture, RefundCause::SurplusPayment),
        OrderEvent::RefundOwed { capture, part: None, cause, returned, .. } => {
            Claim { returned: *returned, ..whole(capture, *cause) }
        }
        OrderEvent::RefundOwed { capture, part: Some(RefundPart { amount, number }), cause, returned, .. } => {
            Claim { amount: Some(*amount), number: *number, returned: *returned, ..whole(capture, *cause) }
        }
        OrderEvent::OrderPlaced(_)
        | OrderEvent::OrderPaid { .. }
        | OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::AuthorizationReceived { .. }
        | OrderEvent::LatePaymentReceived { .. }
        | OrderEvent::OrderReinstated { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::BackorderServed { .. }
        | OrderEvent::StockShorted { .. }
        | OrderEvent::BackorderMoved { .. }
        | OrderEvent::ParcelOpened { .. }
        | OrderEvent::ParcelShipped { .. }
        | OrderEvent::ParcelDelivered { .. }
        | OrderEvent::ParcelGivenUp { .. }
        | OrderEvent::UndeliveredRefunded { .. }
        | OrderEvent::ParcelReplaced { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderCancelled { owed_back: None, .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::OrderExpired { .. }
        | OrderEvent::OrderReservationsReleased { .. }
        | OrderEvent::ReturnOpened { .. }
        | OrderEvent::ReturnEnded { .. }
        | OrderEvent::RefundShifted { .. }
        | OrderEvent::GoodwillGranted { .. }
        | OrderEvent::UnitsReturned { .. } => return Reactions::NONE,
    };
    Reactions::from(SagaCommand::RequestRefund { claim })
}

fn after(refund: RefundId, event: &RefundEvent) -> Reactions {
    let (poll, again) = (Timer::RefundPoll { refund }, Timer::RefundRetry { refund });
    match event {
        RefundEvent::RefundRequested { claim, .. } => match claim.capture.payment {
            None => Effect::SubmitRefund { refund, claim: claim.clone() }.into(),
            Some(_) => SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway }.into(),
        },
        RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt, at } => {
            at_gateway(refund, attempt.unwrap_or(1), *at)
        }
        RefundEvent::RefundRetried { attempt: Some(attempt), at, .. } => at_gateway(refund, *attempt, *at),
        RefundEvent::RefundFailed { failure: RefundFailure::Refused, attempt: Some(attempt), at, .. }
            if *attempt < ATTEMPTS_MAX =>
        {
            let due = at.checked_add_signed(until_next(refund, *attempt)).unwrap_or(*at);
            [Reaction::ClearTimer { timer: poll }, Reaction::SetTimer { timer: again, due, repeat: None }]
                .into_iter()
                .collect()
        }
        RefundEvent::RefundFailed { failure: RefundFailure::Refused, .. } => {
            [Reaction::ClearTimer { timer: poll }, SagaCommand::RequestRefundReview { refund }.into()]
                .into_iter()
                .collect()
        }
        // It is asked about for as long as it may turn out to be back.
        RefundEvent::RefundFailed { failure: RefundFailure::OutcomeUnknown, .. } => {
            SagaCommand::RequestRefundReview { refund }.into()
        }
        RefundEvent::RefundSucceeded { attempt: Some(_), at, .. } => [
            Reaction::ClearTimer { timer: again },
            Reaction::SetTimer {
                timer: poll,
                due: at.checked_add_signed(TimeDelta::seconds(POLL_AFTER_SUCCESS_SECONDS.get().into())).unwrap_or(*at),
                repeat: Some(Repeat {
                    every_seconds: POLL_AFTER_SUCCESS_SECONDS,
                    until: Some(at.checked_add_signed(COMES_BACK_WITHIN).unwrap_or(*at)),
                }),
            },
        ]
        .into_iter()
        .collect(),
        RefundEvent::RefundSucceeded { attempt: None, .. }
        | RefundEvent::RefundOffset { left: Amount::ZERO, .. }
        | RefundEvent::RefundWrittenOff { .. } => {
            [poll, again].into_iter().map(|timer| Reaction::ClearTimer { timer }).collect()
        }
        RefundEvent::RefundReversed { .. } => Reaction::ClearTimer { timer: poll }.into(),
        RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, .. }
        | RefundEvent::RefundOffset { .. }
        | RefundEvent::RefundRetried { attempt: None, .. }
        | RefundEvent::RefundReviewRequested { .. } => Reactions::NONE,
    }
}

/// The gateway is asked to pay, and from then on what became of it.
fn at_gateway(refund: RefundId, attempt: u32, at: Timestamp) -> Reactions {
    let due = at.checked_add_signed(TimeDelta::seconds(POLL_SECONDS.get().into())).unwrap_or(at);
    let repeat = Some(Repeat { every_seconds: POLL_SECONDS, until: None });
    [
        Effect::RefundAtGateway { refund, attempt }.into(),
        Reaction::SetTimer { timer: Timer::RefundPoll { refund }, due, repeat },
    ]
    .into_iter()
    .collect()
}

/// Refunds that a gateway refused together come back apart: their ids spread evenly.
fn until_next(refund: RefundId, attempt: u32) -> TimeDelta {
    let (_, low) = refund.as_uuid().as_u64_pair();
    let wait = BETWEEN_ATTEMPTS.base.saturating_add(BETWEEN_ATTEMPTS.wait(attempt, low));
    TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1))
}

pub(super) const fn poll_fired(refund: RefundId) -> Action {
    Action::Effect(Effect::AskRefund { refund })
}

pub(super) const fn retry_fired(refund: RefundId) -> Action {
    Action::Command(SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway })
}
