//! What happened to an order. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    address::Address,
    contact::Contact,
    fulfillment::Undelivered,
    ids::{PaymentId, ReturnId},
    money::{Amount, Money},
    order::{Allocation, Exchanged, Interrupted, LineUnits},
    points::{Issuer, Points},
    pricing::Priced,
    product::ProductKind,
    quantity::Quantity,
    quota::GuestMark,
    refund::RefundCause,
    stock::StockId,
    text::{CustomerId, ExternalReference, MerchantId, PaymentReference, Reason, Sku, Title, TrackingNumber},
    time_zone::TimeZone,
};

/// One line of an order, as it was at placement. Later changes of the catalogue do not touch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What was bought.
    pub sku: Sku,
    /// Its title then.
    pub title: Title,
    /// Whether it took stock.
    pub kind: ProductKind,
    /// How many.
    pub quantity: Quantity,
    /// Price of one, in minor units of the order's currency.
    pub unit_price: Amount,
    /// Price of all of the line, in minor units of the order's currency.
    pub total: Amount,
}

/// The immutable snapshot of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Who buys; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Who sells.
    pub merchant: MerchantId,
    /// The order's name in the system that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalReference>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// What is to be paid: the sum of the lines, or what the pricing comes to.
    pub total: Money,
    /// Discounts, tax, shipping and points, where the total is not simply the sum of the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Box<Priced>>,
    /// Pieces that count against the purchase limits of their SKUs, taken in the same append.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limited: Vec<LimitedPieces>,
    /// What else is known of whoever buys; boxed, because of most orders there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Box<BuyerDetails>>,
    /// Where it goes.
    pub ship_to: Address,
    /// Which stock was reserved in the same append, or is waited for.
    pub allocations: Vec<Allocation>,
    /// Those of it that are waited for, and come whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<StockId>,
    /// When the customer placed it.
    pub placed_at: Timestamp,
    /// When the payment window closes.
    pub pay_by: Timestamp,
    /// By which time zone its merchant counted days then.
    #[serde(default, skip_serializing_if = "TimeZone::is_utc")]
    pub time_zone: TimeZone,
}

/// What is known of whoever buys, besides who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerDetails {
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// By what a guest is counted against purchase limits, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_as: Vec<GuestMark>,
}

impl BuyerDetails {
    /// The details, where there are any.
    pub fn of(contact: Option<Contact>, counted_as: Vec<GuestMark>) -> Option<Box<Self>> {
        let nothing = contact.is_none() && counted_as.is_empty();
        if nothing { None } else { Some(Box::new(Self { contact, counted_as })) }
    }
}

/// Pieces of a SKU of which one customer may buy only so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitedPieces {
    /// Of what.
    pub sku: Sku,
    /// How many, over all lines of the SKU.
    pub quantity: Quantity,
}

/// Money that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Its name where it was taken.
    pub reference: PaymentReference,
    /// How much.
    pub amount: Money,
    /// The payment at a gateway that it is part of, if it was taken through one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// As what it came, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
}

/// As what money came that was taken outside of any gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// Notes and coins.
    Cash,
    /// A card at a terminal.
    Card,
    /// A transfer between bank accounts.
    BankTransfer,
    /// A voucher for goods that was sold or given before.
    GiftCard,
    /// Anything else.
    Other,
}

impl Tender {
    /// Every tender.
    pub const ALL: [Self; 5] = [Self::Cash, Self::Card, Self::BankTransfer, Self::GiftCard, Self::Other];
}

/// A part of a capture that goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPart {
    /// How much.
    pub amount: Money,
    /// The how-manieth part of its capture it is, counted from one.
    pub number: u32,
}

/// How an order came to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Its total was zero.
    NothingDue,
    /// Money was taken for it.
    Captured(Capture),
    /// Money was taken for it in parts, which add up to its total: those that were taken by hand, and those of one payment at a
    /// gateway. What is more than the total is owed back with this.
    CapturedInParts(Vec<Capture>),
}

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderEvent {
    /// It was placed, and its stock reserved.
    OrderPlaced(OrderPlaced),
    /// Its total was settled within the window.
    OrderPaid {
        /// By what.
        settlement: Settlement,
        /// When.
        at: Timestamp,
    },
    /// A part of its total was taken; it stays unpaid until such parts add up.
    PartialPaymentReceived {
        /// The money.
        capture: Capture,
        /// When it was taken.
        at: Timestamp,
    },
    /// A gateway set money aside for it; nothing of that was taken. When the order stops waiting for money, what is still set
    /// aside is released.
    AuthorizationReceived {
        /// The payment.
        payment: PaymentId,
        /// When that became known.
        at: Timestamp,
    },
    /// Money arrived for an order that had ended. It is owed back, unless the order lives again.
    LatePaymentReceived {
        /// The money.
        capture: Capture,
        /// When it was taken.
        at: Timestamp,
    },
    /// Money arrived for an order that was settled already; it is owed back.
    SurplusPaymentReceived {
        /// The money.
        capture: Capture,
        /// When it was taken.
        at: Timestamp,
    },
    /// Money that had been taken for it is owed back, beyond what the other events say.
    RefundOwed {
        /// The money as it was taken.
        capture: Capture,
        /// How much of it; all of it where this is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<RefundPart>,
        /// Why.
        cause: RefundCause,
        /// The return that it settles, if it settles one.
        #[serde(default, rename = "return", skip_serializing_if = "Option::is_none")]
        returned: Option<ReturnId>,
        /// When it came to be owed.
        at: Timestamp,
    },
    /// It had expired and lives again: money that came late is exactly its total, and all that it claims is held for it.
    OrderReinstated {
        /// By what it is paid.
        settlement: Settlement,
        /// Which stock is held for it, still or again.
        allocations: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Its stock was deducted, and the work on it began.
    ProcessingStarted {
        /// How many fulfillments were opened for it in the same append; it ships whole where this is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parcels: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// Stock that it waited for is held for it now.
    BackorderServed {
        /// Which, and how much of it.
        allocation: Allocation,
        /// The number of the fulfillment that was opened for it, its stock deducted, in the same append; absent where the
        /// work on the order had not begun.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parcel: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// Pieces that were held for it are not there. It waits at that stock for all of that SKU which has not left, which was
    /// taken out of its parcels in the same append.
    StockShorted {
        /// Which stock, and how much of it is waited for now.
        allocation: Allocation,
        /// What of the same SKU was held elsewhere and was given up, because a SKU is waited for whole.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        moved: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Pieces that it waited for were taken from other stock in the same append.
    BackorderMoved {
        /// Where it waits for so many fewer.
        from: Allocation,
        /// Where they are held for it instead, or deducted.
        to: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// One more fulfillment was opened for it in the same append.
    ParcelOpened {
        /// The fulfillment's number.
        number: u32,
        /// When.
        at: Timestamp,
    },
    /// A fulfillment of it was handed to a carrier in the same append.
    ParcelShipped {
        /// The fulfillment's number.
        number: u32,
        /// The units that are in it.
        lines: Vec<LineUnits>,
        /// Their stock, which left with them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stock: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// A fulfillment of it arrived, in the same append.
    ParcelDelivered {
        /// The fulfillment's number.
        number: u32,
        /// When.
        at: Timestamp,
    },
    /// A fulfillment of it that had left will not arrive. It ended with this, in the same append.
    ParcelGivenUp {
        /// The fulfillment's number.
        number: u32,
        /// Where it is.
        outcome: Undelivered,
        /// When.
        at: Timestamp,
    },
    /// Units did not arrive and are not sent again. Their points and their share of purchase limits went back in the same
    /// append.
    UndeliveredRefunded {
        /// The number of the fulfillment that they were in.
        number: u32,
        /// Which units.
        lines: Vec<LineUnits>,
        /// The money that is owed back for them.
        refund: Money,
        /// The points that had been spent on them and were given back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
        /// How many units the order has left, over all lines.
        left: u64,
        /// When.
        at: Timestamp,
    },
    /// A fulfillment of it that had left will not arrive, and its units are sent anew. Stock was deducted and fulfillments were
    /// opened for them in the same append.
    ParcelReplaced {
        /// The fulfillment's number.
        number: u32,
        /// Its units.
        lines: Vec<LineUnits>,
        /// The stock that was deducted for them; services take none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stock: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// All that is left of it is with carriers.
    OrderShipped {
        /// The parcel's name at the carrier; absent where there are several, which have names of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingNumber>,
        /// When.
        at: Timestamp,
    },
    /// It arrived.
    OrderDelivered {
        /// When.
        at: Timestamp,
    },
    /// It was closed.
    OrderCompleted {
        /// What its customer was granted for it in the same append.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
        /// With whom they were granted.
        #[serde(default, skip_serializing_if = "Issuer::is_platform")]
        points_of: Issuer,
        /// When.
        at: Timestamp,
    },
    /// It ended before its shipment.
    OrderCancelled {
        /// Why.
        reason: Reason,
        /// The money that had been taken for it and is owed back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owed_back: Option<Capture>,
        /// The money that is owed back where some had gone back before: in parts, each of which is an event of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<Money>,
        /// When.
        at: Timestamp,
    },
    /// Units of its lines were cancelled while it was being worked on; the rest goes on. The stock that was deducted for
    /// them, their points and their share of purchase limits went back in the same append.
    OrderLinesCancelled {
        /// Which units.
        lines: Vec<LineUnits>,
        /// The stock that went back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        released: Vec<Allocation>,
        /// The money that is owed back for them.
        refund: Money,
        /// The points that were given back for them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
        /// How many units the order has left, over all lines.
        left: u64,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Its end was asked for, and its seller must say whether they consent.
    CancellationRequested {
        /// Of which units; of all of it where there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<LineUnits>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Its seller did not consent to its end; it stands where it stood before.
    CancellationDeclined {
        /// Why.
        reason: Reason,
        /// Where it stands again.
        resumed: Interrupted,
        /// When.
        at: Timestamp,
    },
    /// It was not paid within its window.
    OrderExpired {
        /// When.
        at: Timestamp,
    },
    /// The stock of an ended order was given back in the same append.
    OrderReservationsReleased {
        /// When.
        at: Timestamp,
    },
    /// Units of it were asked back; until that return has ended, no other asks for them.
    ReturnOpened {
        /// By which return.
        #[serde(rename = "return")]
        id: ReturnId,
        /// Which.
        units: Vec<LineUnits>,
        /// When.
        at: Timestamp,
    },
    /// A return came to nothing, or other goods were sent for its units. No money moved. Its units may be asked back again,
    /// unless other goods than they were sent for them: those are none of the order's.
    ReturnEnded {
        /// Which.
        #[serde(rename = "return")]
        id: ReturnId,
        /// For what its units were exchanged, if they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exchanged: Option<Exchanged>,
        /// When.
        at: Timestamp,
    },
    /// Its seller gives money back for nothing that came back: so much, of whatever was taken for it, beside what else is owed.
    GoodwillGranted {
        /// How much.
        refund: Money,
        /// The points that this money had earned and that were taken back in the same append.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revoked: Option<Points>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Money of one of its payments went back without being asked for, and counts for a refund of another: so much that was owed of
    /// that one is owed of this one. What is owed in all stays.
    RefundShifted {
        /// The capture of which so much less is owed.
        from: PaymentReference,
        /// The payment at a gateway of which so much more is owed: of its captures, the first ones first.
        to: PaymentId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// Units came back, or their customer keeps them and has the money back. What of them can be sold again went into the
    /// stock in the same append, and so did their points and their share of purchase limits go back.
    UnitsReturned {
        /// By which return; it has ended with this.
        #[serde(rename = "return")]
        id: ReturnId,
        /// Which units.
        lines: Vec<LineUnits>,
        /// The money that is owed back for them.
        refund: Money,
        /// The points that had been spent on them and were given back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
        /// The points that had been granted for them and were taken back in the same append.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revoked: Option<Points>,
        /// How many units the order has left, over all lines.
        left: u64,
        /// When.
        at: Timestamp,
    },
}

impl DomainEvent for OrderEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl OrderEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OrderPlaced(_) => "OrderPlaced",
            Self::OrderPaid { .. } => "OrderPaid",
            Self::AuthorizationReceived { .. } => "AuthorizationReceived",
            Self::PartialPaymentReceived { .. } => "PartialPaymentReceived",
            Self::RefundOwed { .. } => "RefundOwed",
            Self::LatePaymentReceived { .. } => "LatePaymentReceived",
            Self::SurplusPaymentReceived { .. } => "SurplusPaymentReceived",
            Self::OrderReinstated { .. } => "OrderReinstated",
            Self::ProcessingStarted { .. } => "ProcessingStarted",
            Self::BackorderServed { .. } => "BackorderServed",
            Self::StockShorted { .. } => "StockShorted",
            Self::BackorderMoved { .. } => "BackorderMoved",
            Self::ParcelOpened { .. } => "ParcelOpened",
            Self::ParcelShipped { .. } => "ParcelShipped",
            Self::ParcelDelivered { .. } => "ParcelDelivered",
            Self::ParcelGivenUp { .. } => "ParcelGivenUp",
            Self::UndeliveredRefunded { .. } => "UndeliveredRefunded",
            Self::ParcelReplaced { .. } => "ParcelReplaced",
            Self::OrderShipped { .. } => "OrderShipped",
            Self::OrderDelivered { .. } => "OrderDelivered",
            Self::OrderCompleted { .. } => "OrderCompleted",
            Self::OrderCancelled { .. } => "OrderCancelled",
            Self::OrderLinesCancelled { .. } => "OrderLinesCancelled",
            Self::CancellationRequested { .. } => "CancellationRequested",
            Self::CancellationDeclined { .. } => "CancellationDeclined",
            Self::OrderExpired { .. } => "OrderExpired",
            Self::OrderReservationsReleased { .. } => "OrderReservationsReleased",
            Self::ReturnOpened { .. } => "ReturnOpened",
            Self::ReturnEnded { .. } => "ReturnEnded",
            Self::GoodwillGranted { .. } => "GoodwillGranted",
            Self::RefundShifted { .. } => "RefundShifted",
            Self::UnitsReturned { .. } => "UnitsReturned",
        }
    }
}
