mod goods;
mod money;

use super::{Action, Effect, Reaction, Reactions, Saga, SagaCommand, Timer};
use crate::{
    event::Event,
    order::{OrderAction, OrderEvent, OrderRefusal, OrderStatus, Settlement},
    refund::{Claim, RefundCause, RefundChannel, RefundFailure},
    samples::{
        Sample, at, capture,
        events::{
            coupon_events, fulfillment_events, order_events, payment_events, points_events, product_events,
            quota_events, reference_events, refund_events, return_events, stock_events,
        },
        every_variant, gbp, order_id, payment_id, payment_terms, placed, return_id, text,
    },
    stock::StockEvent,
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
            | OrderEvent::OrderReservationsReleased { .. }
            | OrderEvent::ReturnOpened { .. }
            | OrderEvent::ReturnEnded { .. }
            | OrderEvent::AuthorizationReceived { .. }
            | OrderEvent::RefundShifted { .. }
            | OrderEvent::GoodwillGranted { .. }
            | OrderEvent::UnitsReturned { .. } => [const { None }; Saga::ALL.len()],
        };
        assert_eq!(reactions(&order(sample.value)), expected, "{} {}", sample.variant, sample.label);
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
    let references = reference_events().into_iter();
    let references = references.map(|sample| Event::Reference(text("gifts/tx-1"), sample.value));
    let claims = coupons.chain(points).chain(quotas).chain(references);
    for event in stocks.chain(products).chain(claims) {
        assert_eq!(reactions(&event), [const { None }; Saga::ALL.len()], "{event:?}");
    }
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
            attempt: 1,
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
        NothingShort: ["" => OrderRefusal::NothingShort],
        WrongStatus: ["" => wrong(OrderStatus::PendingPayment)],
        AmountMismatch: ["" => OrderRefusal::AmountMismatch { expected: gbp(1), received: gbp(2) }],
        RecordedDifferently: ["" => OrderRefusal::RecordedDifferently { recorded: gbp(1), received: gbp(2) }],
        EmptyPayment: ["" => OrderRefusal::EmptyPayment],
        MoreThanKept: ["" => OrderRefusal::MoreThanKept { left: gbp(1), asked: gbp(2) }],
        EmptyRefund: ["" => OrderRefusal::EmptyRefund],
        OtherCurrency: ["" => OrderRefusal::OtherCurrency { expected: gbp(1).currency }],
        NoUnits: ["" => OrderRefusal::NoUnits],
        UnknownLine: ["" => OrderRefusal::UnknownLine { place: 0 }],
        LineRepeated: ["" => OrderRefusal::LineRepeated { place: 1 }],
        TooManyUnits: ["" => OrderRefusal::TooManyUnits { place: 0, open: 1 }],
        ReturnWindowClosed: ["" => OrderRefusal::ReturnWindowClosed { days: 30 }],
        TooEarly: ["" => OrderRefusal::TooEarly { since: at(0) }],
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
