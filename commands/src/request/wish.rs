//! What a command says, where that is more than a line.

use purser_domain::{
    Timestamp,
    address::Address,
    checkout::{Expected, LineRequest},
    contact::Contact,
    fulfillment::{Remedy, Undelivered},
    ids::{OrderId, ReturnId},
    merchant::{Policies, Promotion, ShippingRates, TaxRates},
    money::{Currency, Money},
    order::LineUnits,
    points::{Issuer, Points},
    returns::{ReturnKind, ReturnUnits},
    text::{
        Carrier, CouponCode, CustomerId, ExternalReference, Location, PromotionId, Reason, ShippingMethod,
        TrackingNumber,
    },
};
use serde::{Deserialize, Serialize};

/// What is done with a fulfillment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentChange {
    /// The picking and packing begins.
    Start,
    /// It is kept from being started.
    Hold {
        /// Why.
        reason: Reason,
    },
    /// It may go on.
    ReleaseHold,
    /// It is handed to a carrier, started or not. What of it stays behind becomes a fulfillment of its own.
    Ship {
        /// Which units; all of them where there is nothing.
        lines: Option<Vec<LineUnits>>,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// Who carries it.
        carrier: Option<Carrier>,
        /// When it left.
        at: Option<Timestamp>,
    },
    /// It arrived.
    Deliver {
        /// When.
        at: Option<Timestamp>,
    },
    /// It did not arrive.
    FailDelivery {
        /// Why.
        reason: Reason,
        /// When that was.
        at: Option<Timestamp>,
    },
    /// It has left, and its delivery is given up.
    GiveUp {
        /// Whether it is back in the stock, or lost.
        outcome: Undelivered,
        /// What the customer gets.
        remedy: Remedy,
        /// Where what is back is put; where it came from, if nothing is said.
        location: Option<Location>,
        /// Why.
        reason: Reason,
    },
    /// It should have shipped by now.
    ReportOverdue,
    /// Its units are cancelled: they go back to their stock, and their money to the customer.
    Cancel {
        /// Why.
        reason: Reason,
    },
}

/// What an order does about pieces of it that are not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortageResolution {
    /// It waits until enough have come in.
    Wait,
    /// The missing ones are taken from other locations.
    OtherLocation {
        /// From which; by the merchant's rule, if nothing is said.
        location: Option<Location>,
    },
    /// The missing ones are cancelled, and their money goes back.
    Cancel,
}

/// Units that a customer wants to give back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestReturn {
    /// The id that the return will have, minted for this request.
    pub id: ReturnId,
    /// Of which order.
    pub order: OrderId,
    /// For what.
    pub kind: ReturnKind,
    /// Which units, and why.
    pub units: Vec<ReturnUnits>,
    /// When it was asked for, if not now.
    pub at: Option<Timestamp>,
}

/// What a merchant decides anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantChange {
    /// A promotion begins, or takes the place of the one of the same id.
    DefinePromotion(Promotion),
    /// A promotion ends.
    EndPromotion(PromotionId),
    /// What delivery costs.
    SetShippingRates(ShippingRates),
    /// Which taxes there are.
    SetTaxRates(TaxRates),
    /// How orders are dealt with.
    SetPolicies(Policies),
    /// What 100 of the platform's points are worth at its orders; they are not taken, where there is nothing.
    SetPlatformPoints(Option<Money>),
}

/// A new order, at catalogue prices unless the principal may state others.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// The id that it will have, minted for this request.
    pub order: OrderId,
    /// Who buys; nobody known for a guest.
    pub customer: Option<CustomerId>,
    /// The order's name in the system that sent it.
    pub reference: Option<ExternalReference>,
    /// What is wanted.
    pub lines: Vec<LineRequest>,
    /// In which currency.
    pub currency: Currency,
    /// How to reach whoever buys.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// Where it goes.
    pub ship_to: Address,
    /// When the customer placed it, if not now.
    pub placed_at: Option<Timestamp>,
    /// The coupons that the customer presents.
    #[serde(default)]
    pub coupons: Vec<CouponCode>,
    /// The points that the customer spends.
    #[serde(default)]
    pub points: Option<Points>,
    /// Who issued them.
    #[serde(default)]
    pub points_of: Issuer,
    /// The way of delivery; the cheapest, where absent.
    #[serde(default)]
    pub shipping_method: Option<ShippingMethod>,
    /// What the customer saw; an order that costs something else is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Box<Expected>>,
}
