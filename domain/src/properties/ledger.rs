//! The money of one order: taken in parts, by several payments, by hand, late and too much; kept, given back unit by unit, and for
//! nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    event::Event,
    ids::{PaymentId, RefundId},
    merchant::ReturnWindow,
    order::{
        Cancelling, Capture, Exchanged, LineUnits, Order, OrderCommand, OrderEvent, OrderPlaced, PlaceOrder, decide,
    },
    refund::{self, Refund, RefundCommand},
    saga::{Action, Reaction, Saga, SagaCommand},
    samples::{
        at, capture, events::priced_placement, gbp, order_id, payment_id, place, points, return_id, text, units,
    },
    text::PaymentReference,
};

#[derive(Debug, Clone)]
enum Step {
    Take(usize),
    Cancel,
    CancelLines(i64),
    Start,
    Leave,
    Complete,
    Expire,
    Reinstate(usize),
    OweLate(usize),
    Open(u128, i64),
    End(u128, Option<Exchanged>),
    TakeBack(u128, i64),
    Goodwill(i64),
}

/// All that is ever taken: two parts that add up to the 1234 pence, two others that do as well, two that are all of it, and
/// parts by hand that add up with each other and with those of a gateway, to exactly that or to more.
const TAKEN: [(&str, i64, Option<u128>); 9] = [
    ("tx-1", 1000, Some(3)),
    ("tx-2", 234, Some(3)),
    ("tx-3", 617, Some(4)),
    ("tx-4", 617, Some(4)),
    ("tx-5", 1234, None),
    ("tx-6", 1234, Some(5)),
    ("card-1", 234, None),
    ("card-2", 383, None),
    ("cash", 617, None),
];

fn taken(number: usize) -> Capture {
    let (reference, pence, payment) = TAKEN[number];
    Capture { payment: payment.map(|payment: u128| -> PaymentId { payment_id(payment) }), ..capture(reference, pence) }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0..TAKEN.len();
    let id = || 1..=3_u128;
    let exchanged = prop::sample::select(vec![None, Some(Exchanged::ForTheSame), Some(Exchanged::ForOthers)]);
    let step = prop_oneof![
        8 => which().prop_map(Step::Take),
        1 => Just(Step::Cancel),
        2 => (1..4_i64).prop_map(Step::CancelLines),
        3 => Just(Step::Start),
        3 => Just(Step::Leave),
        2 => Just(Step::Complete),
        1 => Just(Step::Expire),
        2 => which().prop_map(Step::Reinstate),
        1 => which().prop_map(Step::OweLate),
        4 => (id(), 1..5_i64).prop_map(|(id, units)| Step::Open(id, units)),
        1 => (id(), exchanged).prop_map(|(id, exchanged)| Step::End(id, exchanged)),
        4 => (id(), 1..5_i64).prop_map(|(id, units)| Step::TakeBack(id, units)),
        3 => (1..700_i64).prop_map(Step::Goodwill),
    ];
    prop::collection::vec(step, 1..60)
}

fn commands(step: &Step) -> Vec<OrderCommand> {
    let lines = |of: i64| -> Vec<LineUnits> { vec![units(0, of)] };
    // After the payment window, and within that of returns.
    let at = at(40);
    vec![match *step {
        Step::Take(number) => OrderCommand::RecordCapture { capture: taken(number), at },
        Step::Cancel => OrderCommand::Cancel { reason: text("x"), at },
        Step::CancelLines(of) => OrderCommand::CancelLines { lines: lines(of), stock: vec![], reason: text("x"), at },
        Step::Start => OrderCommand::StartProcessing { parcels: None, at },
        Step::Leave => {
            return vec![OrderCommand::Ship { tracking: None, at }, OrderCommand::Deliver { at }];
        }
        Step::Complete => OrderCommand::Complete { points: Some(points(123)), at },
        Step::Expire => OrderCommand::Expire { at },
        Step::Reinstate(number) => {
            let (reference, allocations) = (taken(number).reference, place().allocations);
            OrderCommand::Reinstate { reference, allocations, at }
        }
        Step::OweLate(number) => OrderCommand::OweLatePayment { reference: taken(number).reference, at },
        Step::Open(id, of) => {
            let window = ReturnWindow::default();
            OrderCommand::OpenReturn { id: return_id(id), units: lines(of), window, at }
        }
        Step::End(id, exchanged) => OrderCommand::EndReturn { id: return_id(id), exchanged, at },
        Step::Goodwill(pence) => OrderCommand::GrantGoodwill { amount: gbp(pence), reason: text("x"), at },
        Step::TakeBack(id, of) => OrderCommand::TakeBack { id: return_id(id), units: lines(of), at },
    }]
}

/// Six units and their postage for 1234 pence, with points, a coupon and a promotion.
fn placed() -> Order {
    let OrderPlaced { pricing, limited, .. } = priced_placement();
    let place = PlaceOrder { total: gbp(1234), pricing, limited, ..place() };
    let placed = decide(&Order::Unplaced, OrderCommand::Place(place)).unwrap();
    placed.into_iter().fold(Order::Unplaced, Order::evolve)
}

/// The captures that an event tells of.
fn told(event: &OrderEvent) -> Vec<Capture> {
    match event {
        OrderEvent::OrderPaid { settlement, .. } | OrderEvent::OrderReinstated { settlement, .. } => {
            settlement.captures().to_vec()
        }
        OrderEvent::PartialPaymentReceived { capture, .. }
        | OrderEvent::LatePaymentReceived { capture, .. }
        | OrderEvent::SurplusPaymentReceived { capture, .. } => vec![capture.clone()],
        _ => vec![],
    }
}

fn pence(capture: &Capture) -> i64 {
    capture.amount.amount.minor_units()
}

/// What is neither owed back nor decided to be: kept by a settled order, awaited by an open one, or late.
fn kept(order: &Order) -> i64 {
    match order {
        Order::Unplaced => 0,
        Order::PendingPayment(open) => open.received.iter().map(pence).sum(),
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. }) => settled.kept().minor_units(),
        Order::Cancelled(closed) | Order::Expired(closed) => closed.late.iter().map(pence).sum(),
    }
}

/// What the refund saga has asked for, each refund once.
#[derive(Default)]
struct Refunds {
    refunds: BTreeMap<RefundId, Refund>,
    owed: BTreeMap<PaymentReference, i64>,
}

impl Refunds {
    fn follow(&mut self, event: &OrderEvent) -> Result<(), TestCaseError> {
        for reaction in Saga::Refund.react(&Event::Order(order_id(1), event.clone())) {
            let Reaction::Act(Action::Command(SagaCommand::RequestRefund { claim })) = reaction else { continue };
            let refund = self.refunds.entry(claim.refund()).or_default();
            let decided = refund::decide(refund, RefundCommand::Request { claim: claim.clone(), at: at(41) });
            let decided = decided.map_err(|refusal| TestCaseError::fail(format!("{claim:?}: {refusal}")))?;
            prop_assert!(!decided.is_empty(), "owed twice under one name: {claim:?}");
            *refund = decided.into_iter().fold(std::mem::take(refund), Refund::evolve);
            *self.owed.entry(claim.capture.reference.clone()).or_default() += claim.owed().amount.minor_units();
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// To the penny, after every step: also where refunds of parts come before the end of the whole order.
    #[test]
    fn what_was_taken_less_what_is_refunded_is_what_is_kept(steps in steps()) {
        let (mut order, mut captured, mut refunds) = (placed(), BTreeMap::new(), Refunds::default());
        for command in steps.iter().flat_map(commands) {
            for event in decide(&order, command).unwrap_or_default() {
                captured.extend(told(&event).iter().map(|capture| (capture.reference.clone(), pence(capture))));
                refunds.follow(&event)?;
                order = order.evolve(event);
            }
            let (sum, back): (i64, i64) = (captured.values().sum(), refunds.owed.values().sum());
            prop_assert_eq!(sum - back, kept(&order), "{:?}", order);
            for (reference, back) in &refunds.owed {
                prop_assert!(*back <= captured[reference], "{} of {} go back", back, reference);
            }
        }
    }
}
