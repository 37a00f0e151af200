use std::collections::BTreeSet;

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    exception::{Case, ExceptionKind},
    ids::{OrderId, PaymentId},
    order::OrderStatus,
    text::{MerchantId, Reason, Subject},
};

use super::{ShownOrders, Watch, views::Seen, watch::WatchedOrder};

/// How long things may take before they count as stuck.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// What the engine does by itself: a moment, as a rule. Much longer is a fault.
    pub engine: TimeDelta,
    /// Money that is owed back.
    pub refund: TimeDelta,
    /// A decision about a parcel that was not delivered.
    pub delivery: TimeDelta,
}

impl Default for Patience {
    /// Five minutes for the engine, three days for money, because so long may a bank take, and as long for people to decide.
    fn default() -> Self {
        Self { engine: TimeDelta::minutes(5), refund: TimeDelta::days(3), delivery: TimeDelta::days(3) }
    }
}

/// Something that is the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub case: Case,
    /// What makes it good for certain, if anything does.
    pub repair: Option<Repair>,
}

/// What the engine can be told to do once more. Each is harmless where it is not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Begin the work on a paid order.
    StartProcessing(OrderId),
    /// End an order whose window has closed.
    ExpireOrder(OrderId),
    /// Have a gateway release money that an order does not take.
    ReleasePayment(PaymentId),
    /// Give back what is held for an order that has ended.
    ReleaseReservations(OrderId),
}

impl Watch {
    /// What of all that is open should be over by now, kind by kind.
    pub fn findings(&self, now: Timestamp, patience: Patience, shown: &ShownOrders) -> Vec<Finding> {
        let overdue = |since: Timestamp, span: TimeDelta| now.signed_duration_since(since) >= span;
        let mut findings = Vec::new();
        for (id, order) in &self.orders {
            findings.extend(of_order(*id, order, |since| overdue(since, patience.engine), shown));
        }
        findings.extend(self.differences(shown));
        findings.extend(self.lasting.values().map(|case| Finding { case: case.clone(), repair: None }));
        findings.extend(self.unreleased(|since| overdue(since, patience.engine)));
        for (id, refund) in &self.refunds {
            if !refund.in_review && overdue(refund.since, patience.refund) {
                let order = Some(refund.order);
                let words = "owed for three days, and the money is not back";
                findings.extend(finding(ExceptionKind::RefundOverdue, id, order, self.merchant(refund.order), words));
            }
        }
        for (id, parcel) in &self.parcels {
            if overdue(parcel.ship_by, TimeDelta::zero()) {
                let (order, merchant) = (Some(parcel.order), Some(parcel.merchant.clone()));
                let words = "past its time to ship, and has not left";
                findings.extend(finding(ExceptionKind::ShipmentLate, id, order, merchant, words));
            }
        }
        for (id, parcel) in &self.failed {
            if overdue(parcel.since, patience.delivery) {
                let merchant = parcel.order.and_then(|order| self.merchant(order));
                let words = "not delivered, and nobody has decided for three days what becomes of it";
                findings.extend(finding(ExceptionKind::DeliveryUndecided, id, parcel.order, merchant, words));
            }
        }
        findings
    }

    /// Money that gateways set aside for orders that take none. Where the gateway was asked to release it and has not done so,
    /// to ask once more is a person's decision.
    fn unreleased(&self, overdue: impl Fn(Timestamp) -> bool) -> impl Iterator<Item = Finding> {
        let unwanted = self
            .authorized
            .iter()
            .filter(move |(_, payment)| payment.is_authorized && payment.unwanted_since.is_some_and(&overdue));
        unwanted.filter_map(|(id, payment)| {
            let words = if payment.is_void_asked {
                "its order takes no money, and the gateway does not release what it was asked to release"
            } else {
                "its order takes no money, and the gateway sets some aside"
            };
            let kind = ExceptionKind::AuthorizationNotReleased;
            let found = finding(kind, id, Some(payment.order), Some(payment.merchant.clone()), words)?;
            let repair = (!payment.is_void_asked).then_some(Repair::ReleasePayment(*id));
            Some(Finding { repair, ..found })
        })
    }

    /// What the view of orders shows otherwise than the log has it, where the view has seen all that the watch has.
    fn differences(&self, shown: &ShownOrders) -> impl Iterator<Item = Finding> {
        self.orders.iter().filter_map(|(id, order)| {
            let (status, _) = order.standing?;
            let words = match shown.of(*id) {
                Seen::As(seen) if seen != status => {
                    format!("the log has it {status}, the view order_search shows {seen}")
                }
                Seen::Nowhere => format!("the log has it {status}, the view order_search does not know it"),
                Seen::As(_) | Seen::Unsaid => return None,
            };
            finding(ExceptionKind::ViewDiffers, id, Some(*id), order.merchant.clone(), &words)
        })
    }

    fn merchant(&self, order: OrderId) -> Option<MerchantId> {
        self.orders.get(&order).and_then(|order| order.merchant.clone())
    }

    /// The orders of which the views must tell: all that are watched.
    pub fn watched_orders(&self) -> Vec<OrderId> {
        self.orders.keys().copied().collect()
    }

    /// The open exceptions that should be among these findings if they still were, and are not.
    pub fn gone<'a>(&'a self, findings: &[Finding]) -> impl Iterator<Item = &'a Case> {
        let found: BTreeSet<_> = findings.iter().map(|finding| finding.case.exception()).collect();
        let is_gone = move |case: &&Case| case.kind.is_seen_every_time() && !found.contains(&case.exception());
        self.raised.values().filter(is_gone)
    }
}

fn of_order(
    id: OrderId,
    order: &WatchedOrder,
    overdue: impl Fn(Timestamp) -> bool,
    shown: &ShownOrders,
) -> Option<Finding> {
    let about = |kind, words| finding(kind, &id, Some(id), order.merchant.clone(), words);
    match order.standing {
        Some((OrderStatus::Paid, since)) if overdue(since) => {
            let found = about(ExceptionKind::PaidNotConfirmed, "paid, and the work on it has not begun")?;
            Some(Finding { repair: Some(Repair::StartProcessing(id)), ..found })
        }
        Some((OrderStatus::PendingPayment, _)) if order.pay_by.is_some_and(&overdue) => {
            let found = about(ExceptionKind::WindowOverrun, "awaits its payment, and its window is over")?;
            Some(Finding { repair: Some(Repair::ExpireOrder(id)), ..found })
        }
        Some((OrderStatus::Cancelled | OrderStatus::Expired, since)) if order.pieces > 0 && overdue(since) => {
            let found = about(ExceptionKind::ReservationWithoutOrder, "has ended, and stock is held for it")?;
            Some(Finding { repair: Some(Repair::ReleaseReservations(id)), ..found })
        }
        // Stock that is held for an order of which nothing is awaited: the order may be over and have been forgotten. The
        // view tells whether there is one.
        None if order.pieces > 0 && order.pieces_at.is_some_and(&overdue) && shown.has_no(id) => {
            about(ExceptionKind::ReservationWithoutOrder, "there is no such order, and stock is held for it")
        }
        Some(_) | None => None,
    }
}

/// Ids and these words are within the bounds of what they become; should they ever not be, nothing is found rather than
/// the whole reconciliation lost.
fn finding(
    kind: ExceptionKind,
    subject: &impl std::fmt::Display,
    order: Option<OrderId>,
    merchant: Option<MerchantId>,
    words: &str,
) -> Option<Finding> {
    let subject: Subject = subject.to_string().parse().ok()?;
    let detail: Reason = words.parse().ok()?;
    Some(Finding { case: Case { kind, subject, order, merchant, detail }, repair: None })
}
