//! Money for an order that waits for it: it is a part of the total, or with what came before it all of it.
//!
//! What is taken by hand adds up with all else that is taken by hand, a gift card with the transfer for the rest, and with the
//! captures of one payment at a gateway. The captures of two payments at gateways do not add up: each of them is an attempt to
//! pay all that was open when it began.

use super::{already_recorded, owed};
use crate::{
    Timestamp,
    money::{Amount, Money},
    order::{Capture, Open, OrderEvent, OrderRefusal, RefundPart, Settlement},
    refund::RefundCause,
};

/// What does not settle the order together with others goes back as soon as the order is settled without it.
pub(super) fn decide_settlement(open: &Open, capture: Capture, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if let Some(known) = open.known(&capture.reference) {
        return already_recorded(known, capture.amount);
    }
    let total = open.terms.total;
    let mismatch = |expected| OrderRefusal::AmountMismatch { expected, received: capture.amount };
    if capture.amount.currency != total.currency {
        return Err(mismatch(total));
    }
    let candidates = candidates(open, &capture);
    let sums: Option<Vec<Amount>> = candidates.iter().map(|captures| sum(captures)).collect();
    let sums = sums.ok_or_else(|| mismatch(total))?;
    if let Some(exact) = sums.iter().position(|sum| *sum == total.amount) {
        return Ok(settled(open, &candidates[exact], None, at));
    }
    let Some(most) = sums.iter().position(|sum| *sum > total.amount) else {
        return Ok(vec![OrderEvent::PartialPaymentReceived { capture, at }]);
    };
    // What a gateway has taken is taken, and more than what was asked of it alone it never takes. What somebody has written
    // down wrongly must not send money away.
    let is_within = sums.first().is_some_and(|own| *own <= total.amount);
    if capture.payment.is_none() || !is_within {
        return Err(mismatch(Money { amount: open.awaits(&capture), ..total }));
    }
    let amount = Money { amount: sums[most].saturating_sub(total.amount), ..total };
    let part = RefundPart { amount, number: 1 };
    let surplus =
        OrderEvent::RefundOwed { capture, part: Some(part), cause: RefundCause::SurplusPayment, returned: None, at };
    Ok(settled(open, &candidates[most], Some(surplus), at))
}

/// What may settle the order with this capture, the first choice first.
fn candidates(open: &Open, capture: &Capture) -> Vec<Vec<Capture>> {
    let by_hand = || open.received.iter().filter(|part| part.payment.is_none()).cloned();
    let of = |payment| open.received.iter().filter(move |part| part.payment == Some(payment)).cloned();
    let with = |parts: &mut dyn Iterator<Item = Capture>| parts.chain([capture.clone()]).collect::<Vec<_>>();
    match capture.payment {
        Some(payment) => vec![with(&mut of(payment)), with(&mut by_hand().chain(of(payment)))],
        None => {
            let mut all = vec![vec![capture.clone()], with(&mut by_hand())];
            let mut payments: Vec<_> = open.received.iter().filter_map(|part| part.payment).collect();
            payments.dedup();
            all.extend(payments.into_iter().map(|payment| with(&mut by_hand().chain(of(payment)))));
            all
        }
    }
}

fn sum(captures: &[Capture]) -> Option<Amount> {
    captures.iter().try_fold(Amount::ZERO, |sum, capture| sum.checked_add(capture.amount.amount))
}

fn settled(open: &Open, captures: &[Capture], surplus: Option<OrderEvent>, at: Timestamp) -> Vec<OrderEvent> {
    let settlement = match captures {
        [only] => Settlement::Captured(only.clone()),
        parts => Settlement::CapturedInParts(parts.to_vec()),
    };
    let others = open.received.iter().filter(|part| !captures.contains(part)).cloned();
    let incomplete = owed(others, RefundCause::IncompletePayment, at);
    std::iter::once(OrderEvent::OrderPaid { settlement, at }).chain(surplus).chain(incomplete).collect()
}

impl Open {
    /// What is open beside what was taken by hand: a payment at a gateway is begun for that much.
    pub fn rest(&self) -> Amount {
        let by_hand = self.received.iter().filter(|part| part.payment.is_none());
        by_hand.fold(self.terms.total.amount, |rest, part| rest.saturating_sub(part.amount.amount))
    }

    /// The most that would still be taken with the parts that this capture adds up with.
    fn awaits(&self, capture: &Capture) -> Amount {
        let taken = |payment| {
            let parts = self.received.iter().filter(move |part| part.payment == Some(payment));
            parts.fold(Amount::ZERO, |sum, part| sum.checked_add(part.amount.amount).unwrap_or(sum))
        };
        let most = match capture.payment {
            Some(payment) => taken(payment),
            None => {
                let payments = self.received.iter().filter_map(|part| part.payment);
                payments.map(taken).max().unwrap_or_default()
            }
        };
        let rest = self.rest().saturating_sub(most);
        // Where nothing was taken before, it is the total that is named.
        if self.received.is_empty() { self.terms.total.amount } else { rest }
    }
}
