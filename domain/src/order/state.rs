use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::{OrderId, PaymentId, RefundId, ReturnId},
    money::{Amount, Money},
    order::{
        Aftersale, Capture, LimitedPieces, LineBook, LineUnits, OrderPlaced, Parcels, RefundLedger, Settlement,
        book::without,
    },
    points::{Issuer, Points, PointsId},
    quantity::Quantity,
    quota::{Buyer, GuestMark},
    stock::StockId,
    text::{CouponCode, CustomerId, Location, MerchantId, PaymentReference, Reason},
};

/// Stock that is held for an order at one location: the sum over all its lines of that SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Which stock.
    pub stock: StockId,
    /// How many pieces of it.
    pub quantity: Quantity,
}

/// What an order claims besides its stock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Benefits {
    /// Coupons that it uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// Points of its customer that it spends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Who issued them.
    #[serde(default, skip_serializing_if = "Issuer::is_platform")]
    pub points_of: Issuer,
    /// Pieces that count against purchase limits of its customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limited: Vec<LimitedPieces>,
    /// By what its guest is counted against them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_as: Vec<GuestMark>,
}

impl Benefits {
    /// What an order claims, if it claims anything; boxed, because few do.
    pub(super) fn of(placed: &OrderPlaced) -> Option<Box<Self>> {
        let pricing = placed.pricing.as_ref();
        let coupons = pricing.map_or_else(Vec::new, |pricing| pricing.coupons.clone());
        let points = pricing.and_then(|pricing| pricing.points).and_then(|points| Points::try_from(points.spent).ok());
        let points_of = pricing.map_or_else(Issuer::default, |pricing| pricing.points_of);
        let counted_as = placed.buyer.as_ref().map_or_else(Vec::new, |buyer| buyer.counted_as.clone());
        let benefits = Self { coupons, points, points_of, limited: placed.limited.clone(), counted_as };
        (benefits != Self::default()).then(|| Box::new(benefits))
    }
}

/// What an open order must know to decide. Lines and address are in the event and the views, not here: a million orders
/// pass through memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Who buys.
    pub customer: Option<CustomerId>,
    /// Who sells.
    pub merchant: MerchantId,
    /// What is to be paid.
    pub total: Money,
    /// When it was placed; the beginning of 1970 in snapshots that do not say so.
    #[serde(default)]
    pub placed_at: Timestamp,
    /// When the payment window closes.
    pub pay_by: Timestamp,
    /// Which stock is held for it, or waited for.
    pub allocations: Vec<Allocation>,
    /// Those of it that are waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<StockId>,
    /// Those that are waited for because pieces which were held are not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorted: Option<Box<[StockId]>>,
    /// What else it claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefits: Option<Box<Benefits>>,
    /// What it sold, and what of it has gone back.
    pub book: LineBook,
}

impl Terms {
    /// Under whom the pieces count that the order takes of purchase limits.
    pub fn buyers(&self) -> Vec<Buyer> {
        let marks = self.benefits.as_ref().map_or(&[][..], |benefits| &benefits.counted_as);
        Buyer::of(self.customer.as_ref(), marks)
    }

    /// The account that points of the order come from, and go back to; none for a guest, and where nothing was claimed.
    pub fn points_account(&self) -> Option<PointsId> {
        let issuer = self.benefits.as_ref()?.points_of;
        Some(issuer.account(self.customer.as_ref()?, &self.merchant))
    }
}

/// An order whose payment is awaited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// As placed.
    pub terms: Terms,
    /// Parts of the total that were taken already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<Capture>,
    /// The payments for which a gateway has set money aside.
    #[serde(default, skip_serializing_if = "Authorized::is_empty")]
    pub authorized: Authorized,
}

/// Payments for which money is set aside. Few orders have any, so that those which have none pay one pointer for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Authorized(Option<Box<Authorizations>>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Authorizations(Vec<PaymentId>);

impl Authorized {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a payment is one of them.
    pub fn contains(&self, payment: &PaymentId) -> bool {
        self.iter().any(|known| known == *payment)
    }

    /// All of them, in the order in which they became known.
    pub fn iter(&self) -> impl Iterator<Item = PaymentId> {
        self.0.iter().flat_map(|known| &known.0).copied()
    }

    pub(super) fn insert(&mut self, payment: PaymentId) {
        self.0.get_or_insert_default().0.push(payment);
    }
}

/// An order whose total is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// As placed.
    pub terms: Terms,
    /// By what it was settled.
    pub settlement: Settlement,
    /// Money that came on top and is owed back.
    pub surplus: Vec<Capture>,
    /// What is owed back of the captures that settled it.
    #[serde(default, skip_serializing_if = "RefundLedger::is_empty")]
    pub refunds: RefundLedger,
    /// Its fulfillments, from the beginning of the work on.
    #[serde(default, skip_serializing_if = "Parcels::is_empty")]
    pub parcels: Parcels,
    /// Why its seller did not consent to its cancellation, the last time they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Reason>,
    /// What it knows once it has left; boxed, because few orders are ever asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aftersale: Option<Box<Aftersale>>,
}

/// What a request for cancellation interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interrupted {
    /// The order was paid.
    Paid,
    /// The work on it had begun.
    Processing,
}

impl Interrupted {
    /// The order's status then.
    pub const fn status(self) -> OrderStatus {
        match self {
            Self::Paid => OrderStatus::Paid,
            Self::Processing => OrderStatus::Processing,
        }
    }
}

/// A paid order whose end was asked for. Nothing else is done with it until its seller has said yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelling {
    /// The order as it stood.
    pub settled: Box<Settled>,
    /// Where it stood, and stands again when its seller says no.
    pub interrupted: Interrupted,
    /// Which units were asked to be cancelled; all of it where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineUnits>,
    /// Why.
    pub reason: Reason,
}

/// An order that ended before its shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// As placed.
    pub terms: Terms,
    /// All money ever taken for it; all of it is owed back.
    pub owed_back: Vec<Capture>,
    /// Whether its stock was given back, and if not, what is still to be given.
    pub unreleased: Vec<Allocation>,
    /// From where its stock came, once it was given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served_from: Vec<Location>,
    /// What else it claimed and has not given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreturned: Option<Box<Benefits>>,
    /// Of the money that is owed back, what came late and was not decided about yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Capture>,
}

/// An order. Each state owns what it knows; nothing can be asked of a state that does not have it. What comes after the
/// placement is boxed: most orders in memory await their payment, and each would weigh as much as the heaviest state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Order {
    /// There is no such order.
    #[default]
    Unplaced,
    /// Placed, its stock held, its payment awaited.
    PendingPayment(Open),
    /// Paid in time; its stock still held.
    Paid(Box<Settled>),
    /// Its stock deducted.
    Processing(Box<Settled>),
    /// Its end was asked for.
    Cancelling(Cancelling),
    /// With the carrier.
    Shipped(Box<Settled>),
    /// With the customer.
    Delivered(Box<Settled>),
    /// Done.
    Completed(Box<Settled>),
    /// Ended by somebody's wish.
    Cancelled(Box<Closed>),
    /// Ended by its payment window.
    Expired(Box<Closed>),
}

/// The state of an order in one word, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Its payment is awaited.
    PendingPayment,
    /// Paid, its stock not yet deducted.
    Paid,
    /// Its stock deducted, its shipment awaited.
    Processing,
    /// Its end was asked for, its seller's consent awaited.
    Cancelling,
    /// With the carrier.
    Shipped,
    /// With the customer.
    Delivered,
    /// Done.
    Completed,
    /// Ended by somebody's wish.
    Cancelled,
    /// Ended by its payment window.
    Expired,
}

impl OrderStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::PendingPayment,
        Self::Paid,
        Self::Processing,
        Self::Cancelling,
        Self::Shipped,
        Self::Delivered,
        Self::Completed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The word that stands for it in JSON and in the views.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Paid => "paid",
            Self::Processing => "processing",
            Self::Cancelling => "cancelling",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl std::fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for OrderStatus {
    type Err = crate::text::InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(crate::text::InvalidValue {
            kind: "status",
            rule: "must be pending_payment, paid, processing, cancelling, shipped, delivered, completed, cancelled or expired",
        })
    }
}

impl Order {
    /// The status, or none where there is no such order.
    pub const fn status(&self) -> Option<OrderStatus> {
        match self {
            Self::Unplaced => None,
            Self::PendingPayment(_) => Some(OrderStatus::PendingPayment),
            Self::Paid(_) => Some(OrderStatus::Paid),
            Self::Processing(_) => Some(OrderStatus::Processing),
            Self::Cancelling(_) => Some(OrderStatus::Cancelling),
            Self::Shipped(_) => Some(OrderStatus::Shipped),
            Self::Delivered(_) => Some(OrderStatus::Delivered),
            Self::Completed(_) => Some(OrderStatus::Completed),
            Self::Cancelled(_) => Some(OrderStatus::Cancelled),
            Self::Expired(_) => Some(OrderStatus::Expired),
        }
    }

    /// What is known of it since its total is settled, as long as it has not been cancelled.
    pub const fn settled(&self) -> Option<&Settled> {
        match self {
            Self::Paid(settled)
            | Self::Processing(settled)
            | Self::Shipped(settled)
            | Self::Delivered(settled)
            | Self::Completed(settled)
            | Self::Cancelling(Cancelling { settled, .. }) => Some(settled),
            Self::Unplaced | Self::PendingPayment(_) | Self::Cancelled(_) | Self::Expired(_) => None,
        }
    }

    /// The account in which the order has earned points, if it has.
    pub fn rewarded_account(&self) -> Option<PointsId> {
        let settled = self.settled()?;
        let issuer = settled.aftersale.as_ref()?.rewarded_by()?;
        Some(issuer.account(settled.terms.customer.as_ref()?, &settled.terms.merchant))
    }

    /// The payment of this reference, if the order has it already.
    pub fn known(&self, reference: &PaymentReference) -> Option<&Capture> {
        match self {
            Self::Unplaced => None,
            Self::PendingPayment(open) => open.known(reference),
            Self::Cancelled(closed) | Self::Expired(closed) => closed.known(reference),
            Self::Paid(_)
            | Self::Processing(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Completed(_)
            | Self::Cancelling(_) => self.settled()?.known(reference),
        }
    }

    /// How many of the points that the order had earned have been taken back.
    pub fn revoked_points(&self) -> u64 {
        self.settled().and_then(|settled| settled.aftersale.as_ref()).map_or(0, |aftersale| aftersale.revoked())
    }

    /// What was agreed at placement, or none where there is no such order.
    pub const fn terms(&self) -> Option<&Terms> {
        match self {
            Self::Unplaced => None,
            Self::PendingPayment(open) => Some(&open.terms),
            Self::Paid(settled)
            | Self::Processing(settled)
            | Self::Shipped(settled)
            | Self::Delivered(settled)
            | Self::Completed(settled)
            | Self::Cancelling(Cancelling { settled, .. }) => Some(&settled.terms),
            Self::Cancelled(closed) | Self::Expired(closed) => Some(&closed.terms),
        }
    }
}

impl Settled {
    /// Whether some of its parcels have left. An order that ships whole has none.
    pub fn has_sent(&self) -> bool {
        self.parcels.sent.as_ref().is_some_and(|sent| !sent.shipped.is_empty())
    }

    /// Whether fulfillments of it have left and none of them has arrived.
    pub(super) fn nothing_arrived(&self) -> bool {
        self.parcels.sent.as_ref().is_some_and(|sent| !sent.shipped.is_empty() && sent.delivered.is_empty())
    }

    /// How many units of a line have left, are not `under_way` in a fulfillment, and are asked back by none but this return;
    /// none where units were given back that are under way all the same.
    pub fn arrived(&self, line: u32, under_way: u32, returned: Option<ReturnId>) -> Option<u32> {
        let aftersale = self.aftersale.as_deref();
        let asked = aftersale.map_or(0, |aftersale| aftersale.not_to_be_asked(line));
        let by_it = returned.zip(aftersale).and_then(|(id, aftersale)| aftersale.units_of(id));
        let by_it = by_it.into_iter().flatten().filter(|units| units.line == line);
        let by_it = by_it.fold(0_u32, |sum, units| sum.saturating_add(units.quantity.units()));
        self.terms.book.sent(line).checked_sub(under_way)?.checked_sub(asked.saturating_sub(by_it))
    }

    /// The stock that is held for it and has not left.
    pub fn unshipped_stock(&self) -> Vec<Allocation> {
        let held = self.terms.allocations.clone();
        self.parcels.sent.iter().fold(held, |held, sent| without(held, &sent.stock))
    }

    /// The money that settled the order, none if it was free.
    pub const fn captures(&self) -> &[Capture] {
        self.settlement.captures()
    }

    /// What of these captures is not owed back.
    pub fn kept(&self) -> Amount {
        let kept = self.captures().iter().map(|capture| self.refunds.kept(capture));
        kept.fold(Amount::ZERO, |sum, kept| sum.checked_add(kept).unwrap_or(sum))
    }

    /// The points to take back when so much more goes back: what is kept then would not have earned them.
    pub(super) fn unearned_without(&self, going_back: Amount) -> Option<Points> {
        self.aftersale.as_ref()?.unearned(self.kept().saturating_sub(going_back))
    }

    /// The payments at gateways among those that settled it, each with what is not owed back of it.
    pub fn kept_by_payment(&self) -> BTreeMap<PaymentId, Amount> {
        let mut kept: BTreeMap<PaymentId, Amount> = BTreeMap::new();
        for capture in self.captures() {
            if let Some(payment) = capture.payment {
                let sum = kept.entry(payment).or_default();
                *sum = sum.checked_add(self.refunds.kept(capture)).unwrap_or(*sum);
            }
        }
        kept
    }

    /// What is not owed back of a payment at a gateway.
    pub fn kept_of(&self, payment: PaymentId) -> Amount {
        self.kept_by_payment().get(&payment).copied().unwrap_or_default()
    }

    /// What is owed back of a capture: all of what came on top.
    pub fn owed_of(&self, reference: &PaymentReference) -> Amount {
        let surplus = self.surplus.iter().find(|capture| capture.reference == *reference);
        surplus.map_or_else(|| self.refunds.owed(reference).0, |capture| capture.amount.amount)
    }

    /// The refunds that people send, done or not, of money that was taken by hand for an order of this id.
    pub fn refunds_by_hand(&self, order: OrderId) -> Vec<RefundId> {
        let by_hand = self.captures().iter().chain(&self.surplus).filter(|capture| capture.payment.is_none());
        let numbers = |capture: &Capture| 0..=self.refunds.owed(&capture.reference).1;
        let parts = |capture: &Capture| {
            numbers(capture).map(|number| RefundId::of_part(order, &capture.reference, number)).collect::<Vec<_>>()
        };
        by_hand.flat_map(parts).collect()
    }

    /// The payment of this reference, if it is known already.
    pub fn known(&self, reference: &PaymentReference) -> Option<&Capture> {
        self.captures().iter().chain(&self.surplus).find(|capture| capture.reference == *reference)
    }
}

impl Closed {
    /// Whether what it claimed at its placement is still held for it. All of it is released in one append.
    pub fn holds_all(&self) -> bool {
        !self.unreleased.is_empty() || self.unreturned.is_some()
    }

    /// The payment of this reference, if it is known already.
    pub fn known(&self, reference: &PaymentReference) -> Option<&Capture> {
        self.owed_back.iter().find(|capture| capture.reference == *reference)
    }
}

impl Open {
    /// The part of this reference, if it is known already.
    pub fn known(&self, reference: &PaymentReference) -> Option<&Capture> {
        self.received.iter().find(|capture| capture.reference == *reference)
    }
}

impl Settlement {
    /// The money, none where nothing was due.
    pub const fn captures(&self) -> &[Capture] {
        match self {
            Self::NothingDue => &[],
            Self::Captured(capture) => std::slice::from_ref(capture),
            Self::CapturedInParts(captures) => captures.as_slice(),
        }
    }
}
