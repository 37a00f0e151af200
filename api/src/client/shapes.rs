//! What is sent and what comes back, as far as this client uses it. Fields that it does not know are passed over: an
//! answer may grow.

use chrono::NaiveDate;
use purser_domain::{
    Timestamp,
    address::Address,
    checkout::LineRequest,
    ids::OrderId,
    money::{Amount, Currency, Money},
    order::{OrderStatus, Tender},
    product::ProductKind,
    quantity::Quantity,
    text::{
        CouponCode, CustomerId, ExternalReference, Location, MerchantId, PaymentReference, Reason, Sku, Title,
        TrackingNumber,
    },
};
use serde::{Deserialize, Serialize};

/// A product to offer.
#[derive(Debug, Clone, Serialize)]
pub struct Listing {
    /// What it is called.
    pub sku: Sku,
    /// What the customer reads.
    pub title: Title,
    /// Whether it keeps stock.
    pub kind: ProductKind,
    /// What one piece costs.
    pub price: Money,
    /// Who sells it.
    pub merchant: MerchantId,
}

/// Pieces that came in.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// How many.
    pub quantity: Quantity,
    /// Where, if not at the main location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// When, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A correction of a count.
#[derive(Debug, Clone, Serialize)]
pub struct Adjustment {
    /// The difference in pieces; not zero.
    pub change: i64,
    /// Why.
    pub reason: Reason,
    /// Where, if not at the main location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// When it was found, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// An order to place.
#[derive(Debug, Clone, Serialize)]
pub struct Placement {
    /// Who buys; nobody known for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The order's name in the system that sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalReference>,
    /// The currency of all its prices.
    pub currency: Currency,
    /// What is bought.
    pub lines: Vec<LineRequest>,
    /// Where it goes.
    pub ship_to: Address,
    /// When it was placed, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// Coupons to be used: all of them, or the order is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// What the customer saw that it costs; it is refused where it costs something else by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_total: Option<Money>,
}

/// Money that was taken.
#[derive(Debug, Clone, Serialize)]
pub struct Payment {
    /// Its name where it was taken.
    pub reference: PaymentReference,
    /// How much: the total, or a part of it.
    pub amount: Money,
    /// As what it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    /// When, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// An order's handing over to a carrier.
#[derive(Debug, Clone, Serialize)]
pub struct Shipment {
    /// The parcel's name at the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
    /// When, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A refund whose money is back.
#[derive(Debug, Clone, Serialize)]
pub struct RefundDone {
    /// The transfer's name at the bank.
    pub reference: PaymentReference,
}

#[derive(Debug, Serialize)]
pub(super) struct Cancellation<'a> {
    pub(super) reason: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Occurrence {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<Timestamp>,
}

/// A command that was carried out.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Change {
    /// From which log position on a query sees it.
    pub position: i64,
}

/// An order that was placed.
#[derive(Debug, Clone, Deserialize)]
pub struct Placed {
    /// Its id.
    pub id: OrderId,
    /// From which log position on a query sees it.
    pub position: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// What is to be paid.
    pub total: Money,
}

/// Where an order stands after a command.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Standing {
    /// From which log position on a query sees it.
    pub position: i64,
    /// Where it stands.
    pub status: OrderStatus,
}

/// An order as the view shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderDetail {
    /// Its id.
    pub id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its name in the system that sent it.
    pub reference: Option<String>,
    /// What it costs.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// What was taken off or came on top, unless the total is simply the sum of the lines.
    pub pricing: Option<OrderPricing>,
    /// Money that was taken for it.
    pub payments: Vec<MoneyTaken>,
}

/// Why an order costs what it costs.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderPricing {
    /// The coupons that it used.
    pub coupons: Vec<CouponCode>,
}

/// Money that was taken for an order.
#[derive(Debug, Clone, Deserialize)]
pub struct MoneyTaken {
    /// What it did.
    pub role: PaymentRole,
    /// Its name where it was taken.
    pub reference: PaymentReference,
    /// How much.
    pub amount: Money,
}

/// What a payment did to its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentRole {
    /// It settled the order, by itself or together with others.
    Settlement,
    /// It is a part of the total that has not settled the order.
    Partial,
    /// It came after the order had ended.
    Late,
    /// It came on top of what settled the order.
    Surplus,
}

/// A line of an order as the view shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderLine {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: i64,
    /// Their price, in minor units of the order's currency.
    pub total: Amount,
}

/// One SKU's pieces over all locations.
#[derive(Debug, Clone, Deserialize)]
pub struct StockCount {
    /// Of what.
    pub sku: Sku,
    /// Pieces there are.
    pub on_hand: i64,
    /// Pieces of these that are held for orders.
    pub reserved: i64,
}

/// Whose sales, and when.
#[derive(Debug, Clone)]
pub struct Period {
    /// Whose.
    pub merchant: MerchantId,
    /// In which currency.
    pub currency: Currency,
    /// The first day in UTC.
    pub from: NaiveDate,
    /// The last day in UTC, included.
    pub to: NaiveDate,
}

impl Period {
    pub(super) fn query(&self) -> [(&'static str, String); 4] {
        let Self { merchant, currency, from, to } = self;
        [
            ("merchant", merchant.to_string()),
            ("currency", currency.to_string()),
            ("from", from.to_string()),
            ("to", to.to_string()),
        ]
    }
}

/// A sum of amounts. Unlike a single amount it has no bound; one that an `i64` does not hold is refused.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Sum {
    /// Minor units of the currency.
    pub amount: i64,
    /// What the units are of.
    pub currency: Currency,
}

/// What was sold on one day.
#[derive(Debug, Clone, Deserialize)]
pub struct DaySales {
    /// The day in UTC.
    pub day: NaiveDate,
    /// Orders placed.
    pub orders: i64,
    /// Pieces sold.
    pub units: i64,
    /// What they cost.
    pub gross: Sum,
}

/// What was sold of one SKU.
#[derive(Debug, Clone, Deserialize)]
pub struct SkuSales {
    /// Of what.
    pub sku: Sku,
    /// Orders that name it.
    pub orders: i64,
    /// Pieces sold.
    pub units: i64,
    /// What they cost.
    pub gross: Sum,
}

/// What a reconciliation found and did.
#[derive(Debug, Clone, Deserialize)]
pub struct Reconciliation {
    /// Up to where the log was read.
    pub position: i64,
    /// How many orders await something, or have stock held.
    pub orders: u64,
    /// What was the matter, and what became of it.
    pub found: Vec<Finding>,
    /// The gateways' lists.
    pub gateways: Vec<GatewayList>,
}

/// One thing that is or was the matter.
#[derive(Debug, Clone, Deserialize)]
pub struct Finding {
    /// What is the matter.
    pub kind: String,
    /// With what.
    pub subject: String,
    /// In words.
    pub detail: String,
    /// `repaired`, `queued` or `gone`.
    pub outcome: String,
    /// What repaired it.
    pub action: Option<String>,
}

/// What a gateway told.
#[derive(Debug, Clone, Deserialize)]
pub struct GatewayList {
    /// Which gateway.
    pub gateway: String,
    /// How many payments had changed there since the last time.
    pub payments: u64,
    /// How many of them the log had to be told of.
    pub reported: u64,
    /// Why its list could not be read to its end.
    pub error: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HistoryItem {
    pub(super) recorded_at: Timestamp,
}

#[derive(Debug, Deserialize)]
pub(super) struct ViewLag {
    pub(super) lag_events: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page<A> {
    pub(super) items: Vec<A>,
    #[serde(default)]
    pub(super) next_cursor: Option<String>,
}
