use super::{Action, Effect, Reaction, Reactions, Repeat, Saga, SagaCommand, Timer};
use crate::{
    event::Event,
    fulfillment::{FulfillmentAction, FulfillmentEvent, FulfillmentRefusal, FulfillmentStatus},
    money::Amount,
    order::{OrderAction, OrderEvent, OrderRefusal, OrderStatus, Settlement},
    payment::{PaymentAction, PaymentEvent, PaymentRefusal, PaymentStatus},
    refund::{Claim, RefundCause, RefundChannel, RefundEvent, RefundFailure, RefundRefusal},
    returns::{ReturnAction, ReturnEvent, ReturnRefusal, ReturnStatus},
    samples::{
        Sample, at, capture,
        events::{
            coupon_events, fulfillment_events, order_events, payment_events, points_events, product_events,
            quota_events, refund_events, return_events, stock_events,
        },
        every_variant, gbp, order_id, payment_id, payment_terms, placed, quantity, return_id, text,
    },
    stock::{Reservation, StockEvent, StockId},
};

fn order(event: OrderEvent) -> Event {
    Event::Order(order_id(7), event)
}

fn claim(reference: &str, pence: i64, cause: RefundCause) -> Claim {
    Claim::whole(order_id(7), capture(reference, pence), cause)
}

fn owes(claim: Claim) -> Reaction {
    SagaCommand::RequestRefund { claim }.into()
}

/// What each saga wants after an event, in the order of [`Saga::ALL`]: payment window, processing, release,
/// refund, payment, late payment, fulfillment, return, exchange.
fn reactions(event: &Event) -> [Option<Reaction>; Saga::ALL.len()] {
    Saga::ALL.map(|saga| {
        let mut reactions = saga.react(event).into_iter();
        let first = reactions.next();
        assert_eq!(reactions.next(), None, "{} wants more than one thing", saga.name());
        first
    })
}

#[test]
fn every_saga_reacts_to_every_order_event_as_the_table_says() {
    let id = order_id(7);
    let timer = Timer::PaymentWindow { order: id };
    let clear = || Some(Reaction::ClearTimer { timer });
    let release = || Some(SagaCommand::ReleaseReservations { order: id }.into());
    let start = || Some(SagaCommand::StartProcessing { order: id }.into());
    for sample in order_events() {
        let expected = match &sample.value {
            OrderEvent::OrderPlaced(placed) => [
                Some(Reaction::SetTimer { timer, due: placed.pay_by, repeat: None }),
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
            ],
            OrderEvent::OrderPaid { .. } => [clear(), start(), None, None, None, None, None, None, None],
            OrderEvent::OrderReinstated { .. } | OrderEvent::CancellationDeclined { .. } => {
                [None, start(), None, None, None, None, None, None, None]
            }
            OrderEvent::LatePaymentReceived { capture, at: _ } => {
                let settle = SagaCommand::SettleLatePayment { order: id, capture: capture.clone() };
                [None, None, None, None, None, Some(settle.into()), None, None, None]
            }
            OrderEvent::SurplusPaymentReceived { capture, at: _ } => {
                let claim = Claim::whole(id, capture.clone(), RefundCause::SurplusPayment);
                [None, None, None, Some(owes(claim)), None, None, None, None, None]
            }
            OrderEvent::OrderCancelled { owed_back, .. } => {
                let claim = owed_back.clone().map(|capture| Claim::whole(id, capture, RefundCause::OrderCancelled));
                [clear(), None, release(), claim.map(owes), None, None, None, None, None]
            }
            OrderEvent::RefundOwed { capture, part, cause, returned, at: _ } => {
                let claim = Claim {
                    returned: *returned,
                    amount: part.map(|part| part.amount),
                    number: part.map_or(0, |part| part.number),
                    ..Claim::whole(id, capture.clone(), *cause)
                };
                [None, None, None, Some(owes(claim)), None, None, None, None, None]
            }
            OrderEvent::OrderExpired { .. } => [clear(), None, release(), None, None, None, None, None, None],
            OrderEvent::PartialPaymentReceived { .. }
            | OrderEvent::OrderLinesCancelled { .. }
            | OrderEvent::CancellationRequested { .. }
            | OrderEvent::ProcessingStarted { .. }
            | OrderEvent::BackorderServed { .. }
            | OrderEvent::ParcelOpened { .. }
            | OrderEvent::ParcelShipped { .. }
            | OrderEvent::ParcelDelivered { .. }
            | OrderEvent::OrderShipped { .. }
            | OrderEvent::OrderDelivered { .. }
            | OrderEvent::OrderCompleted { .. }
            | OrderEvent::OrderReservationsReleased { .. }
            | OrderEvent::ReturnOpened { .. }
            | OrderEvent::ReturnEnded { .. }
            | OrderEvent::UnitsReturned { .. } => [const { None }; Saga::ALL.len()],
        };
        assert_eq!(reactions(&order(sample.value)), expected, "{} {}", sample.variant, sample.label);
    }
}

/// What was failed for good, and what nobody knows of, is for a person; and nobody is asked about what is over.
#[test]
fn the_refund_saga_reacts_to_each_event_as_its_page_says_and_what_is_settled_is_noted_on_its_return() {
    let refund = text("rfd_00000000000000000000000000000002");
    let (poll, again) = (Timer::RefundPoll { refund }, Timer::RefundRetry { refund });
    let clear = |timer| Reaction::ClearTimer { timer };
    let review = || Reaction::from(SagaCommand::RequestRefundReview { refund });
    let asked = |attempt, at: &crate::Timestamp| {
        let every_seconds = std::num::NonZeroU32::new(60).unwrap();
        let repeat = Some(Repeat { every_seconds, until: None });
        vec![
            Effect::RefundAtGateway { refund, attempt }.into(),
            Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::minutes(1), repeat },
        ]
    };
    for sample in refund_events() {
        let expected: Vec<Reaction> = match &sample.value {
            RefundEvent::RefundRequested { claim, at: _ } if claim.capture.payment.is_some() => {
                vec![SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway }.into()]
            }
            RefundEvent::RefundRequested { claim, at: _ } => {
                vec![Effect::SubmitRefund { refund, claim: claim.clone() }.into()]
            }
            RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt, at } => {
                asked(attempt.unwrap_or(1), at)
            }
            RefundEvent::RefundRetried { attempt: Some(attempt), at, .. } => asked(*attempt, at),
            // A minute, and up to two minutes more, as the id says: its lower half is a 2, of microseconds.
            RefundEvent::RefundFailed { failure: RefundFailure::Refused, attempt: Some(2), at, .. } => {
                let due = *at + chrono::TimeDelta::minutes(1) + chrono::TimeDelta::microseconds(2);
                vec![clear(poll), Reaction::SetTimer { timer: again, due, repeat: None }]
            }
            RefundEvent::RefundFailed { failure: RefundFailure::Refused, .. } => vec![clear(poll), review()],
            RefundEvent::RefundFailed { failure: RefundFailure::OutcomeUnknown, .. } => vec![review()],
            RefundEvent::RefundSucceeded { .. } | RefundEvent::RefundWrittenOff { .. } => {
                vec![clear(poll), clear(again)]
            }
            RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, .. }
            | RefundEvent::RefundReviewRequested { .. }
            | RefundEvent::RefundRetried { attempt: None, .. } => vec![],
        };
        let event = Event::Refund(refund, sample.value);
        for saga in Saga::ALL {
            let reactions: Vec<Reaction> = saga.react(&event).into_iter().collect();
            let expected = match (saga, sample.variant) {
                (Saga::Refund, _) => expected.clone(),
                (Saga::Return, "RefundSucceeded" | "RefundWrittenOff") => {
                    vec![SagaCommand::SettleReturn { refund }.into()]
                }
                (_, _) => vec![],
            };
            assert_eq!(reactions, expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
}

#[test]
fn a_refund_is_asked_after_and_tried_again_by_its_timers() {
    let refund = text("rfd_00000000000000000000000000000002");
    assert_eq!(Timer::RefundPoll { refund }.fired(), Action::Effect(Effect::AskRefund { refund }));
    let again = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway };
    assert_eq!(Timer::RefundRetry { refund }.fired(), Action::Command(again));
}

/// That money came back twice, or after it was written off, somebody must hear.
#[test]
fn a_saga_command_is_superseded_where_the_refund_went_on_without_it() {
    use RefundRefusal::{AlreadyDone, InReview, NotFailed, NotSubmitted, Succeeded, Unknown, WrittenOff};
    let refund = text("rfd_00000000000000000000000000000002");
    let failure = RefundFailure::Refused;
    let submit = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway };
    let review = SagaCommand::RequestRefundReview { refund };
    let fail = SagaCommand::RecordRefundFailed { refund, attempt: 1, failure, cause: text("no") };
    let succeed = SagaCommand::RecordRefundSucceeded { refund, reference: text("gr-1") };
    let all = [Unknown, NotSubmitted, AlreadyDone, NotFailed, InReview, Succeeded, WrittenOff];
    for (command, superseded) in [
        (submit, &[InReview, Succeeded, WrittenOff][..]),
        (review, &[NotFailed, Succeeded, WrittenOff]),
        (fail, &[Succeeded]),
        (succeed, &[]),
    ] {
        for refusal in &all {
            let answer = command.is_superseded_by_refund(refusal);
            assert_eq!(answer, superseded.contains(refusal), "{command:?} x {refusal}");
        }
    }
}

#[test]
fn nothing_follows_yet_from_most_aggregates() {
    let follows = |sample: &Sample<StockEvent>| sample.variant == "BackorderAllocated";
    let stocks = stock_events().into_iter().filter(|sample| !follows(sample));
    let stocks = stocks.map(|sample| Event::Stock(text("85123A@main"), sample.value));
    let products = product_events().into_iter().map(|sample| Event::Product(text("85123A"), sample.value));
    let coupons = coupon_events().into_iter().map(|sample| Event::Coupon(text("SPRING-10"), sample.value));
    let points = points_events().into_iter().map(|sample| Event::Points(text("17850"), sample.value));
    let quotas = quota_events().into_iter().map(|sample| Event::Quota(text("17850/85123A"), sample.value));
    let claims = coupons.chain(points).chain(quotas);
    for event in stocks.chain(products).chain(claims) {
        assert_eq!(reactions(&event), [const { None }; Saga::ALL.len()], "{event:?}");
    }
}

#[test]
fn what_was_waited_for_is_handed_over_when_it_has_come() {
    let reservation = Reservation { order: order_id(7), quantity: quantity(3) };
    let stock: StockId = text("85123A@main");
    let come = Event::Stock(stock.clone(), StockEvent::BackorderAllocated(reservation));
    let serve = SagaCommand::ServeBackorder { order: order_id(7), stock };
    assert_eq!(serve.subject(), order_id(7).as_uuid(), "a lane of its own would overtake the beginning of the work");
    let mut expected = [const { None }; Saga::ALL.len()];
    expected[1] = Some(serve.into());
    assert_eq!(reactions(&come), expected);
}

/// Every minute, beginning with the first, until the end; the first time at or after it is the last.
#[test]
fn the_payment_saga_alone_reacts_to_payments_and_to_each_event_as_its_page_says() {
    let payment = payment_id(3);
    let (poll, expiry) = (Timer::PaymentPoll { payment }, Timer::PaymentExpiry { payment });
    for sample in payment_events() {
        let expected: Reactions = match &sample.value {
            PaymentEvent::PaymentInitiated { payment: _, terms, at } => {
                let every_seconds = std::num::NonZeroU32::new(60).unwrap();
                let repeat = Some(Repeat { every_seconds, until: Some(terms.expires_at) });
                [
                    Effect::CreatePayment { payment, terms: terms.clone() }.into(),
                    Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::minutes(1), repeat },
                    Reaction::SetTimer { timer: expiry, due: terms.expires_at, repeat: None },
                ]
                .into_iter()
                .collect()
            }
            PaymentEvent::CaptureRequested { number, amount, at: _ } => {
                Effect::CapturePayment { payment, number: *number, amount: amount.amount }.into()
            }
            PaymentEvent::VoidRequested { .. } => Effect::VoidPayment { payment }.into(),
            PaymentEvent::PaymentCaptured { rest, .. } if *rest > Amount::ZERO => Reactions::NONE,
            PaymentEvent::PaymentCaptured { .. }
            | PaymentEvent::PaymentFailed { .. }
            | PaymentEvent::PaymentExpired { .. }
            | PaymentEvent::PaymentVoided { .. }
            | PaymentEvent::AuthorizationExpired { .. }
            | PaymentEvent::PaymentDisputed { .. } => {
                [Reaction::ClearTimer { timer: poll }, Reaction::ClearTimer { timer: expiry }].into_iter().collect()
            }
            PaymentEvent::PaymentPending { .. }
            | PaymentEvent::PaymentAuthorized { .. }
            | PaymentEvent::PaymentMismatchReported { .. }
            | PaymentEvent::PaymentMismatchResolved { .. } => Reactions::NONE,
        };
        let event = Event::Payment(payment, sample.value);
        for saga in Saga::ALL {
            let expected = if saga == Saga::Payment { expected.clone() } else { Reactions::NONE };
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
}

#[test]
fn a_parcel_is_waited_for_until_it_leaves_or_is_cancelled_and_one_that_answers_a_return_is_told_of_at_its_end() {
    let fulfillment = text("ful_00000000000000000000000000000003");
    let timer = Timer::ShipmentDeadline { fulfillment };
    for sample in fulfillment_events() {
        let expected = match &sample.value {
            FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => {
                Some(Reaction::SetTimer { timer, due: parcel.ship_by, repeat: None })
            }
            FulfillmentEvent::FulfillmentShipped { .. } | FulfillmentEvent::FulfillmentCancelled { .. } => {
                Some(Reaction::ClearTimer { timer })
            }
            FulfillmentEvent::FulfillmentHeld { .. }
            | FulfillmentEvent::FulfillmentHoldReleased { .. }
            | FulfillmentEvent::FulfillmentStarted { .. }
            | FulfillmentEvent::FulfillmentDelivered { .. }
            | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
            | FulfillmentEvent::FulfillmentReduced { .. }
            | FulfillmentEvent::ShipmentOverdue { .. } => None,
        };
        let event = Event::Fulfillment(fulfillment, sample.value);
        for saga in Saga::ALL {
            let expected = match (saga, &event) {
                (Saga::Fulfillment, _) => expected.clone(),
                (
                    Saga::Exchange,
                    Event::Fulfillment(
                        _,
                        FulfillmentEvent::FulfillmentDelivered { replaces: Some(id), .. }
                        | FulfillmentEvent::FulfillmentCancelled { replaces: Some(id), .. },
                    ),
                ) => Some(SagaCommand::SettleExchange { id: *id }.into()),
                (_, _) => None,
            };
            let expected = expected.into_iter().collect::<Reactions>();
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
    assert_eq!(timer.fired(), Action::Command(SagaCommand::ReportShipmentOverdue { fulfillment }));
}

#[test]
fn a_parcel_that_left_at_the_last_moment_is_not_late_and_nobody_needs_to_know() {
    let report = SagaCommand::ReportShipmentOverdue { fulfillment: text("ful_00000000000000000000000000000003") };
    let status = FulfillmentStatus::Shipped;
    let wrong = FulfillmentRefusal::WrongStatus { action: FulfillmentAction::ReportOverdue, status };
    assert!(report.is_superseded_by_fulfillment(&wrong));
    assert!(!SagaCommand::ExpireOrder { order: order_id(7) }.is_superseded_by_fulfillment(&wrong));
    for refusal in [FulfillmentRefusal::Unknown, FulfillmentRefusal::NotOverdue { ship_by: at(30) }] {
        assert!(!report.is_superseded_by_fulfillment(&refusal), "{refusal}");
    }
}

#[test]
fn a_payment_is_asked_after_and_given_up_by_its_timers() {
    let payment = payment_id(3);
    assert_eq!(Timer::PaymentPoll { payment }.fired(), Action::Effect(Effect::AskPayment { payment }));
    assert_eq!(Timer::PaymentExpiry { payment }.fired(), Action::Command(SagaCommand::ExpirePayment { payment }));
}

/// Who pays at the last moment is not to be taken for one who did not: but only that is nobody's concern.
#[test]
fn a_payment_that_came_to_something_is_not_given_up_and_nobody_needs_to_know() {
    let payment = payment_id(3);
    let wrong = PaymentRefusal::WrongStatus { action: PaymentAction::Expire, status: PaymentStatus::Captured };
    let ask = SagaCommand::RecordPaymentPending { payment, gateway_reference: text("gp-1"), next_action: None };
    assert!(SagaCommand::ExpirePayment { payment }.is_superseded_by_payment(&wrong));
    assert!(!ask.is_superseded_by_payment(&wrong));
    for refusal in [PaymentRefusal::Unknown, PaymentRefusal::WindowOpen { expires_at: at(30) }] {
        assert!(!SagaCommand::ExpirePayment { payment }.is_superseded_by_payment(&refusal), "{refusal}");
    }
}

#[test]
fn a_return_is_waited_for_until_it_is_to_be_answered_and_no_longer_than_it_is() {
    let id = return_id(4);
    let timer = Timer::ReturnReview { id };
    for sample in return_events() {
        let expected: Reactions = match &sample.value {
            ReturnEvent::ReturnRequested(terms) => {
                Reaction::SetTimer { timer, due: terms.review_by, repeat: None }.into()
            }
            ReturnEvent::ReturnApproved { .. }
            | ReturnEvent::ReturnDeclined { .. }
            | ReturnEvent::ReturnCancelled { .. } => Reaction::ClearTimer { timer }.into(),
            ReturnEvent::ReturnEscalated { .. }
            | ReturnEvent::ReturnInTransit { .. }
            | ReturnEvent::ReturnReceived { .. }
            | ReturnEvent::ReturnInspected { .. }
            | ReturnEvent::ReturnResolving { .. }
            | ReturnEvent::ReturnReplacementGivenUp { .. }
            | ReturnEvent::ReturnRefundSettled { .. }
            | ReturnEvent::ReturnClosed { .. } => Reactions::NONE,
        };
        let event = Event::Return(id, sample.value);
        for saga in Saga::ALL {
            let expected = if saga == Saga::Return { expected.clone() } else { Reactions::NONE };
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
    assert_eq!(timer.fired(), Action::Command(SagaCommand::ReviewReturn { id }));
}

/// Who answers at the last moment is not to be answered for: but only that is nobody's concern.
#[test]
fn a_return_that_was_answered_is_not_reviewed_and_nobody_needs_to_know() {
    let wrong =
        ReturnRefusal::WrongStatus { action: ReturnAction::ReportReviewOverdue, status: ReturnStatus::Approved };
    let review = SagaCommand::ReviewReturn { id: return_id(4) };
    assert!(review.is_superseded_by_return(&wrong));
    assert!(!review.is_superseded_by_return(&ReturnRefusal::NotOverdue { review_by: at(30) }));
    let settle = SagaCommand::SettleReturn { refund: text("rfd_00000000000000000000000000000002") };
    assert!(!settle.is_superseded_by_return(&wrong));
}

#[test]
fn an_order_is_waited_for_until_its_payment_window_closes() {
    let timer = Timer::PaymentWindow { order: order_id(7) };
    assert_eq!(
        Saga::PaymentWindow.react(&order(OrderEvent::OrderPlaced(placed()))),
        Reaction::SetTimer { timer, due: at(30), repeat: None }.into()
    );
}

#[test]
fn a_free_order_goes_to_work_like_a_paid_one() {
    let paid = OrderEvent::OrderPaid { settlement: Settlement::NothingDue, at: at(0) };
    let start = SagaCommand::StartProcessing { order: order_id(7) };
    assert_eq!(Saga::Processing.react(&order(paid)), start.into());
}

#[test]
fn money_is_owed_for_what_made_it_owed_and_in_full() {
    let cancelled = OrderEvent::OrderCancelled { reason: text("x"), owed_back: Some(capture("tx-1", 1530)), at: at(9) };
    let surplus = OrderEvent::SurplusPaymentReceived { capture: capture("tx-3", 8), at: at(32) };
    for (event, claim) in [
        (cancelled, claim("tx-1", 1530, RefundCause::OrderCancelled)),
        (surplus, claim("tx-3", 8, RefundCause::SurplusPayment)),
    ] {
        assert_eq!(Saga::Refund.react(&order(event)), owes(claim).into());
    }
}

#[test]
fn an_order_expires_when_the_timer_of_its_window_fires() {
    let order = order_id(7);
    let fired = Timer::PaymentWindow { order }.fired();
    assert_eq!(fired, Action::Command(SagaCommand::ExpireOrder { order }));
}

/// A timer of another saga's would be cleared by nobody.
#[test]
fn a_saga_sets_and_clears_its_own_timers_only() {
    let orders = order_events().into_iter().map(|sample| order(sample.value));
    let refund = text("rfd_00000000000000000000000000000002");
    let refunds = refund_events().into_iter().map(|sample| Event::Refund(refund, sample.value));
    let payments = payment_events().into_iter().map(|sample| Event::Payment(payment_id(3), sample.value));
    let fulfillment = text("ful_00000000000000000000000000000003");
    let parcels = fulfillment_events().into_iter().map(|sample| Event::Fulfillment(fulfillment, sample.value));
    let returns = return_events().into_iter().map(|sample| Event::Return(return_id(4), sample.value));
    for event in orders.chain(refunds).chain(payments).chain(parcels).chain(returns) {
        for saga in Saga::ALL {
            for reaction in saga.react(&event) {
                let timer = match reaction {
                    Reaction::SetTimer { timer, .. } | Reaction::ClearTimer { timer } => timer,
                    Reaction::Act(_) => continue,
                };
                assert_eq!(timer.saga(), saga, "{timer:?}");
            }
        }
    }
}

#[test]
fn reactions_come_out_in_the_order_that_they_went_in() {
    for count in 0..4 {
        let reactions = || (0..count).map(|number| owes(claim("tx-1", number, RefundCause::LatePayment)));
        assert_eq!(reactions().collect::<Reactions>().into_iter().collect::<Vec<_>>(), reactions().collect::<Vec<_>>());
    }
}

#[test]
fn a_saga_command_is_superseded_only_where_the_order_went_on_without_it() {
    let wrong = |status| OrderRefusal::WrongStatus { action: OrderAction::Cancel, status };
    let commands = every_variant!(SagaCommand {
        StartProcessing: ["" => SagaCommand::StartProcessing { order: order_id(7) }],
        ServeBackorder: ["" => SagaCommand::ServeBackorder { order: order_id(7), stock: text("85123A@main") }],
        ReleaseReservations: ["" => SagaCommand::ReleaseReservations { order: order_id(7) }],
        ExpireOrder: ["" => SagaCommand::ExpireOrder { order: order_id(7) }],
        SettleLatePayment: ["" => SagaCommand::SettleLatePayment {
            order: order_id(7),
            capture: capture("tx-1", 1),
        }],
        ReportShipmentOverdue: ["" => SagaCommand::ReportShipmentOverdue {
            fulfillment: text("ful_00000000000000000000000000000003"),
        }],
        RequestRefund: ["" => SagaCommand::RequestRefund { claim: claim("tx-1", 1, RefundCause::LatePayment) }],
        RecordRefundSubmitted: ["" => SagaCommand::RecordRefundSubmitted {
            refund: text("rfd_00000000000000000000000000000002"),
            channel: RefundChannel::BackOffice,
        }],
        RecordRefundSucceeded: ["" => SagaCommand::RecordRefundSucceeded {
            refund: text("rfd_00000000000000000000000000000002"),
            reference: text("gr-1"),
        }],
        RecordRefundFailed: ["" => Effect::not_refunded(
            text("rfd_00000000000000000000000000000002"),
            1,
            RefundFailure::Refused,
            "account-closed",
        ).unwrap()],
        RequestRefundReview: ["" => SagaCommand::RequestRefundReview {
            refund: text("rfd_00000000000000000000000000000002"),
        }],
        RecordPaymentPending: ["" => SagaCommand::RecordPaymentPending {
            payment: payment_id(3),
            gateway_reference: text("gp-1"),
            next_action: None,
        }],
        ReportPayment: ["" => Effect::not_created(payment_id(3), &payment_terms(), "refused").unwrap()],
        ExpirePayment: ["" => SagaCommand::ExpirePayment { payment: payment_id(3) }],
        ReviewReturn: ["" => SagaCommand::ReviewReturn { id: return_id(4) }],
        SettleExchange: ["" => SagaCommand::SettleExchange { id: return_id(4) }],
        SettleReturn: ["" => SagaCommand::SettleReturn { refund: text("rfd_00000000000000000000000000000002") }],
    });
    let mut refusals = every_variant!(OrderRefusal {
        Unknown: ["" => OrderRefusal::Unknown],
        AlreadyPlaced: ["" => OrderRefusal::AlreadyPlaced],
        OtherStock: ["" => OrderRefusal::OtherStock],
        WrongStatus: ["" => wrong(OrderStatus::PendingPayment)],
        AmountMismatch: ["" => OrderRefusal::AmountMismatch { expected: gbp(1), received: gbp(2) }],
        RecordedDifferently: ["" => OrderRefusal::RecordedDifferently { recorded: gbp(1), received: gbp(2) }],
        EmptyPayment: ["" => OrderRefusal::EmptyPayment],
        NoUnits: ["" => OrderRefusal::NoUnits],
        UnknownLine: ["" => OrderRefusal::UnknownLine { place: 0 }],
        LineRepeated: ["" => OrderRefusal::LineRepeated { place: 1 }],
        TooManyUnits: ["" => OrderRefusal::TooManyUnits { place: 0, open: 1 }],
        ReturnWindowClosed: ["" => OrderRefusal::ReturnWindowClosed { days: 30 }],
        WindowOpen: ["" => OrderRefusal::WindowOpen { pay_by: at(30) }],
    });
    let others =
        OrderStatus::ALL.map(|status| Sample { variant: "WrongStatus", label: status.as_str(), value: wrong(status) });
    refusals.extend(others);
    for command in &commands {
        for refusal in &refusals {
            let superseded = match (&command.value, &refusal.value) {
                (SagaCommand::StartProcessing { .. }, OrderRefusal::WrongStatus { status, .. }) => [
                    OrderStatus::Cancelling,
                    OrderStatus::Cancelled,
                    OrderStatus::Shipped,
                    OrderStatus::Delivered,
                    OrderStatus::Completed,
                ]
                .contains(status),
                (SagaCommand::ReleaseReservations { .. }, OrderRefusal::WrongStatus { status, .. }) => [
                    OrderStatus::Paid,
                    OrderStatus::Processing,
                    OrderStatus::Cancelling,
                    OrderStatus::Shipped,
                    OrderStatus::Delivered,
                    OrderStatus::Completed,
                ]
                .contains(status),
                (SagaCommand::ExpireOrder { .. }, refusal) => matches!(refusal, OrderRefusal::WrongStatus { .. }),
                (_, _) => false,
            };
            let answer = command.value.is_superseded_by(&refusal.value);
            assert_eq!(answer, superseded, "{} x {} {}", command.variant, refusal.variant, refusal.label);
        }
    }
}

#[test]
fn every_saga_has_a_name_of_its_own() {
    let names = [
        "payment_window",
        "processing",
        "release",
        "refund",
        "payment",
        "late_payment",
        "fulfillment",
        "return",
        "exchange",
    ];
    assert_eq!(Saga::ALL.map(Saga::name), names);
}

/// Stored with its retries: an engine of tomorrow must read what one of today could not carry out.
#[test]
fn a_saga_command_is_stored_by_its_name() {
    let command = SagaCommand::StartProcessing { order: order_id(7) };
    let json = r#"{"command":"start_processing","order":"ord_00000000000000000000000000000007"}"#;
    assert_eq!(serde_json::to_string(&command).unwrap(), json);
    assert_eq!(serde_json::from_str::<SagaCommand>(json).unwrap(), command);
    let claim = claim("tx-1", 1530, RefundCause::LatePayment);
    let command = SagaCommand::RequestRefund { claim };
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(serde_json::from_str::<SagaCommand>(&json).unwrap(), command);
}
