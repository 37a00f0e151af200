//! One payment and its order, of which a part may have been paid by a gift card and more than that by hand, a gateway that does and
//! says what it likes in any order, goodwill, and refunds that fail, come back and are made elsewhere, before and after they are
//! owed: what was taken is kept by the order or has gone back, to the penny, and never more, over each payment.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    clearing::{Step, after_report, elsewhere, retry, submission},
    event::Event,
    ids::RefundId,
    money::Amount,
    order::{self, Order, OrderCommand, Settled, Tender},
    payment::{
        self, GatewayReport, Payment, PaymentCommand, PaymentTerms, ReportSource, ReportedRefund, ReportedRefundStatus,
        ReportedStatus, new_captures,
    },
    refund::{self, Claim, Refund, RefundChannel, RefundCommand, RefundFailure},
    saga::{Action, Reaction, Saga, SagaCommand},
    samples::{amount, at, gbp, order_id, payment_id, payment_terms, place, report, text, units},
};

/// What is taken in all, in pence.
const TOTAL: i64 = 1530;

#[derive(Debug, Clone)]
enum Act {
    Cancel,
    Start,
    CancelLines(i64),
    Goodwill(i64),
    /// The customer pays so much by hand that nobody asked for.
    PayMore(i64),
    /// A saga asks for the refunds of all that is owed.
    Request,
    /// A saga has the gateway asked for a refund, or gives it into people's hands.
    Submit(usize),
    /// The gateway does what it is asked, or fails; the engine hears of it at once, or not. People send what they have in hand.
    Perform(usize, bool, bool),
    Review(usize),
    Retry(usize),
    /// Somebody at the gateway gives so much back.
    Desk(i64),
    /// A refund that arrived comes back.
    Bounce(usize),
    Dispute,
    Win,
    Lose,
    /// The engine hears what the gateway said once upon a time.
    Hear(prop::sample::Index),
    HearNow,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let which = || 0..6_usize;
    let act = prop_oneof![
        1 => Just(Act::Cancel),
        2 => Just(Act::Start),
        3 => (1..4_i64).prop_map(Act::CancelLines),
        2 => (1..700_i64).prop_map(Act::Goodwill),
        1 => (1..700_i64).prop_map(Act::PayMore),
        6 => Just(Act::Request),
        4 => which().prop_map(Act::Submit),
        6 => (which(), any::<bool>(), any::<bool>()).prop_map(|(which, done, told)| Act::Perform(which, done, told)),
        1 => which().prop_map(Act::Review),
        2 => which().prop_map(Act::Retry),
        2 => (1..900_i64).prop_map(Act::Desk),
        2 => which().prop_map(Act::Bounce),
        2 => Just(Act::Dispute),
        2 => Just(Act::Win),
        1 => Just(Act::Lose),
        3 => any::<prop::sample::Index>().prop_map(Act::Hear),
        4 => Just(Act::HearNow),
    ];
    prop::collection::vec(act, 1..60)
}

fn by_hand() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![0, 400])
}

/// What is true at the gateway, and all that it ever said.
struct Gateway {
    /// What it has taken.
    taken: i64,
    status: ReportedStatus,
    refunds: Vec<ReportedRefund>,
    said: Vec<GatewayReport>,
}

impl Gateway {
    fn back(&self) -> i64 {
        let left = self.refunds.iter().filter(|refund| refund.has_left());
        left.map(|refund| refund.amount.minor_units()).sum()
    }

    /// What went back to the customer in all.
    fn gone(&self) -> i64 {
        if self.status == ReportedStatus::ChargedBack { self.taken } else { self.back() }
    }

    fn says(&mut self) {
        let minute = 10 + i64::try_from(self.said.len()).unwrap();
        let refunds = self.refunds.clone();
        let as_of = Some(at(minute));
        let told = report(self.status.clone(), self.taken, &[("tx-1", self.taken)]);
        self.said.push(GatewayReport { refunds, as_of, ..told });
    }

    fn give_back(&mut self, name: &str, pence: i64, done: bool) -> Option<ReportedRefund> {
        if self.status != ReportedStatus::Captured || pence > self.taken - self.back() {
            return None;
        }
        let status = if done {
            ReportedRefundStatus::Succeeded
        } else {
            ReportedRefundStatus::Failed { cause: text("account_closed") }
        };
        let reference = text(&format!("re-{}", self.refunds.len()));
        let made = ReportedRefund { reference, name: text(name), amount: amount(pence), status };
        self.refunds.push(made.clone());
        self.says();
        Some(made)
    }
}

struct World {
    order: Order,
    payment: Payment,
    refunds: BTreeMap<RefundId, Refund>,
    owed: i64,
    /// What is owed and was not asked for yet.
    asked: Vec<Claim>,
    /// What was taken by hand.
    by_hand: i64,
    /// What people have sent back of that.
    sent: i64,
    gateway: Gateway,
}

impl World {
    /// So much by a gift card, and the rest through the gateway.
    fn paid(by_hand: i64) -> Self {
        let taken = TOTAL - by_hand;
        let gateway = Gateway { taken, status: ReportedStatus::Captured, refunds: vec![], said: vec![] };
        let (order, payment, refunds) = (Order::Unplaced, Payment::default(), BTreeMap::new());
        let mut world = Self { order, payment, refunds, owed: 0, asked: vec![], by_hand, sent: 0, gateway };
        world.of_order(OrderCommand::Place(place()));
        if by_hand > 0 {
            let (reference, amount) = (text("card-1"), gbp(by_hand));
            world.of_order(OrderCommand::RecordPayment {
                reference,
                amount,
                tender: Some(Tender::GiftCard),
                at: at(0),
            });
        }
        let terms = PaymentTerms { amount: gbp(taken), ..payment_terms() };
        world.of_payment(PaymentCommand::Initiate { payment: payment_id(3), terms, at: at(0) });
        let pending = PaymentCommand::RecordPending { gateway_reference: text("gp-1"), next_action: None, at: at(0) };
        world.of_payment(pending);
        world.gateway.says();
        world.hear(0);
        world
    }

    fn of_order(&mut self, command: OrderCommand) {
        for event in order::decide(&self.order, command).unwrap_or_default() {
            for reaction in Saga::Refund.react(&Event::Order(order_id(1), event.clone())) {
                let Reaction::Act(Action::Command(SagaCommand::RequestRefund { claim })) = reaction else { continue };
                self.owed += claim.owed().amount.minor_units();
                assert!(!self.refunds.contains_key(&claim.refund()), "a refund's id is used twice");
                self.asked.push(claim);
            }
            self.order = std::mem::take(&mut self.order).evolve(event);
        }
    }

    fn request(&mut self) {
        for claim in std::mem::take(&mut self.asked) {
            let (id, is_by_hand) = (claim.refund(), claim.capture.payment.is_none());
            self.of_refund(id, RefundCommand::Request { claim, at: at(5) });
            if is_by_hand {
                self.count(&[id]);
            }
        }
    }

    /// What went back of the payment counts for these.
    fn count(&mut self, refunds: &[RefundId]) {
        let Some(settled) = self.order.settled() else { return };
        let refunds = refunds.iter().filter_map(|id| Some((*id, self.refunds.get(id)?.clone())));
        self.take(elsewhere(self.payment.clone(), settled, refunds, at(6)));
    }

    fn of_payment(&mut self, command: PaymentCommand) {
        let events = payment::decide(&self.payment, command).unwrap();
        let captures: Vec<_> = new_captures(&events).cloned().collect();
        self.payment = events.into_iter().fold(std::mem::take(&mut self.payment), Payment::evolve);
        for capture in captures {
            self.of_order(OrderCommand::RecordCapture { capture, at: at(5) });
        }
    }

    fn of_refund(&mut self, id: RefundId, command: RefundCommand) {
        let refund = self.refunds.entry(id).or_default();
        for event in refund::decide(refund, command).unwrap_or_default() {
            *refund = std::mem::take(refund).evolve(event);
        }
    }

    fn take(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Payment(command) => self.of_payment(command),
                Step::Refund(id, command) => {
                    let known = &self.refunds[&id];
                    assert!(refund::decide(known, command.clone()).is_ok_and(|events| !events.is_empty()));
                    self.of_refund(id, command);
                }
                Step::Shift { order: _, from, amount } => {
                    let before = self.order.settled().map(Settled::kept);
                    let shift = OrderCommand::ShiftRefund { from, to: payment_id(3), amount, at: at(6) };
                    assert!(order::decide(&self.order, shift.clone()).is_ok(), "{shift:?}");
                    self.of_order(shift);
                    assert_eq!(self.order.settled().map(Settled::kept), before);
                }
                Step::Raise(_) => {}
            }
        }
    }

    fn hear(&mut self, which: usize) {
        let (told, before) = (self.gateway.said[which].clone(), self.payment.clone());
        self.of_payment(PaymentCommand::Report { report: told.clone(), source: ReportSource::Poll, at: at(6) });
        let of_it = self.refunds.clone().into_iter().filter(|(id, _)| !self.is_by_hand(*id)).collect();
        self.take(after_report(&before, self.payment.clone(), of_it, &told, at(6)));
        let by_hand = self.order.settled().map(|settled| settled.refunds_by_hand(order_id(1)));
        self.count(&by_hand.unwrap_or_default());
    }

    fn hear_now(&mut self) {
        self.hear(self.gateway.said.len() - 1);
    }

    fn is_by_hand(&self, id: RefundId) -> bool {
        self.refunds[&id].claim().is_some_and(|claim| claim.capture.payment.is_none())
    }

    /// What is left of it, once; nobody gave that back already, as far as the engine has heard.
    fn send(&mut self, id: RefundId) {
        let Refund::Submitted(in_hand) = self.refunds[&id].clone() else { return };
        let keeps = self.order.settled().map_or(Amount::ZERO, |settled| settled.kept_of(payment_id(3)));
        assert_eq!(keeps.min(self.payment.money_back()), Amount::ZERO, "it is sent though it went back already");
        self.of_refund(
            id,
            RefundCommand::RecordSucceeded { attempt: None, reference: text("bank-1"), note: None, at: at(8) },
        );
        self.sent += in_hand.to_send().amount.minor_units();
    }

    /// What went back in all.
    fn gone(&self) -> i64 {
        self.gateway.gone() + self.sent
    }

    fn submit(&mut self, id: RefundId) {
        if self.is_by_hand(id) {
            let channel = RefundChannel::BackOffice;
            return self.of_refund(id, RefundCommand::RecordSubmitted { channel, at: at(7) });
        }
        let steps = submission(self.payment.clone(), id, self.refunds[&id].clone(), at(7));
        self.take(steps.unwrap_or_default());
    }

    fn retry(&mut self, id: RefundId) {
        if self.is_by_hand(id) {
            return;
        }
        let by = (text("back_office:tok_1"), text("try"));
        self.take(retry(self.payment.clone(), id, self.refunds[&id].clone(), by, at(7)).unwrap_or_default());
    }

    /// What the effect does: nothing is sent while the engine knows of a dispute.
    fn perform(&mut self, id: RefundId, done: bool, told: bool) {
        if self.is_by_hand(id) {
            return self.send(id);
        }
        let Refund::Submitted(in_hand) = &self.refunds[&id] else { return };
        let (attempt, pence) = (in_hand.attempt.unwrap(), in_hand.to_send().amount.minor_units());
        // A name is taken once: what was done and not heard of is asked after.
        let name = format!("{id}-{attempt}");
        let known = self.gateway.refunds.iter().find(|refund| refund.name.as_str() == name).cloned();
        let is_disputed = self.payment.is_disputed();
        let made = known.or_else(|| if is_disputed { None } else { self.gateway.give_back(&name, pence, done) });
        let at = at(8);
        let failed =
            |cause| RefundCommand::RecordFailed { attempt: Some(attempt), failure: RefundFailure::Refused, cause, at };
        match made {
            None => self.of_refund(id, failed(text("refused"))),
            Some(_) if !told => {}
            Some(ReportedRefund { status: ReportedRefundStatus::Failed { cause }, .. }) => {
                self.of_refund(id, failed(cause));
            }
            Some(ReportedRefund { reference, .. }) => {
                self.of_refund(
                    id,
                    RefundCommand::RecordSucceeded { attempt: Some(attempt), reference, note: None, at },
                );
            }
        }
    }

    fn id(&self, which: usize) -> Option<RefundId> {
        self.refunds.keys().nth(which).copied()
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Cancel => self.of_order(OrderCommand::Cancel { reason: text("x"), at: at(5) }),
            Act::Start => self.of_order(OrderCommand::StartProcessing { parcels: None, at: at(5) }),
            Act::CancelLines(of) => self.of_order(OrderCommand::CancelLines {
                lines: vec![units(0, of)],
                stock: vec![],
                reason: text("x"),
                at: at(5),
            }),
            Act::Goodwill(pence) => {
                self.of_order(OrderCommand::GrantGoodwill { amount: gbp(pence), reason: text("x"), at: at(5) });
            }
            Act::PayMore(pence) if self.order.settled().is_some() => {
                let reference = text(&format!("transfer-{}", self.by_hand));
                self.by_hand += pence;
                let tender = Some(Tender::BankTransfer);
                self.of_order(OrderCommand::RecordPayment { reference, amount: gbp(pence), tender, at: at(5) });
            }
            Act::PayMore(_) => {}
            Act::Request => self.request(),
            Act::Submit(which) => self.id(which).into_iter().for_each(|id| self.submit(id)),
            Act::Perform(which, done, told) => self.id(which).into_iter().for_each(|id| self.perform(id, done, told)),
            Act::Review(which) => {
                self.id(which)
                    .into_iter()
                    .for_each(|id| self.of_refund(id, RefundCommand::RequestReview { at: at(8) }));
            }
            Act::Retry(which) => self.id(which).into_iter().for_each(|id| self.retry(id)),
            Act::Desk(pence) => _ = self.gateway.give_back("desk", pence, true),
            Act::Bounce(which) => self.bounce(which),
            Act::Dispute => self.turns(&ReportedStatus::Captured, ReportedStatus::Disputed),
            Act::Win => self.turns(&ReportedStatus::Disputed, ReportedStatus::Captured),
            Act::Lose => self.turns(&ReportedStatus::Disputed, ReportedStatus::ChargedBack),
            Act::Hear(which) => self.hear(which.index(self.gateway.said.len())),
            Act::HearNow => self.hear_now(),
        }
    }

    fn taken(&self) -> i64 {
        self.gateway.taken + self.by_hand
    }

    /// What the order keeps of the payment, and of what was taken by hand.
    fn kept(&self) -> (i64, i64) {
        let Some(settled) = self.order.settled() else { return (0, 0) };
        let of_payment = settled.kept_of(payment_id(3)).minor_units();
        (of_payment, settled.kept().minor_units() - of_payment)
    }

    /// What a desk gave back and was counted already stays: that it comes back after that is for a person.
    fn bounce(&mut self, which: usize) {
        if self.gateway.status == ReportedStatus::ChargedBack {
            return;
        }
        let ours = |refund: &&mut ReportedRefund| refund.asked_for().is_some() && refund.has_left();
        if let Some(refund) = self.gateway.refunds.iter_mut().filter(ours).nth(which) {
            refund.status = ReportedRefundStatus::Failed { cause: text("account_closed") };
            self.gateway.says();
        }
    }

    fn turns(&mut self, from: &ReportedStatus, to: ReportedStatus) {
        if self.gateway.status == *from {
            self.gateway.status = to;
            self.gateway.says();
        }
    }

    /// The dispute ends, every timer fires, people have everything tried again, and the gateway does what it can.
    fn settle(&mut self) {
        self.turns(&ReportedStatus::Disputed, ReportedStatus::Captured);
        self.request();
        for _ in 0..6 {
            self.hear_now();
            for id in self.refunds.keys().copied().collect::<Vec<_>>() {
                self.submit(id);
                self.retry(id);
                self.perform(id, true, true);
            }
        }
        self.hear_now();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn whatever_the_gateway_does_and_says_what_was_taken_is_kept_or_back_and_never_more(acts in acts(), by_hand in by_hand()) {
        let mut world = World::paid(by_hand);
        for act in &acts {
            world.act(act);
            prop_assert!(world.gone() <= world.taken());
            prop_assert!(world.owed <= world.taken());
        }
        world.settle();
        for (id, refund) in &world.refunds {
            prop_assert!(matches!(refund, Refund::Succeeded { .. }), "{} is not done: {:?}", id, refund);
        }
        let unasked = world.payment.money_back().minor_units();
        prop_assert_eq!(world.gone(), world.owed + unasked, "what went back is what is owed, and what nobody asked for");
        let (of_payment, by_hand) = world.kept();
        prop_assert_eq!(world.gateway.taken - world.gateway.gone(), of_payment - unasked, "what a gateway still has");
        prop_assert_eq!(world.by_hand - world.sent, by_hand, "what is still in other hands");
        let silent = (world.payment.status(), world.payment.money_back(), world.refunds.clone());
        for which in 0..world.gateway.said.len() {
            world.hear(which);
        }
        world.hear_now();
        prop_assert_eq!((world.payment.status(), world.payment.money_back(), world.refunds), silent, "an old report changed something");
    }

    #[test]
    fn while_the_engine_knows_of_a_dispute_nothing_is_sent(acts in acts(), by_hand in by_hand()) {
        let mut world = World::paid(by_hand);
        for act in &acts {
            let (was_disputed, before) = (world.payment.is_disputed(), world.gateway.back());
            world.act(act);
            let by_itself = !matches!(act, Act::Desk(_) | Act::Bounce(_));
            prop_assert!(!(was_disputed && by_itself) || world.gateway.back() == before, "{:?}", act);
        }
    }
}
