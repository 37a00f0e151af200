use cqrs_es::{Aggregate, EventEnvelope, View};
use purser_domain::{
    money::Money,
    order::{Cancelling, Capture, Order, OrderEvent, OrderPlaced, OrderStatus},
    payment::Payment,
    product::{Product, ProductKind},
    refund::Refund,
    stock::Stock,
    text::{Location, MerchantId, PaymentReference, Sku, Title},
};
use serde::{Deserialize, Serialize};

use crate::views::stock_level::sellable;

/// How a subject stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// An order.
    Order(Box<OrderState>),
    /// A refund.
    Refund(Refund),
    /// A SKU, or one of its stocks.
    Sku(SkuState),
}

/// How an order stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderState {
    /// Its status.
    pub status: OrderStatus,
    /// What was agreed, with its lines and the stock that was reserved for it.
    #[serde(flatten)]
    pub placed: OrderPlaced,
    /// The money that settled it, and until then the parts of it that were taken.
    pub captures: Vec<Capture>,
    /// Money on top of that, owed back.
    pub surplus: Vec<PaymentReference>,
    /// Money that was taken for it before or after it ended early, owed back.
    pub owed_back: Vec<PaymentReference>,
}

/// How a SKU stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkuState {
    /// Which.
    pub sku: Sku,
    /// In the catalogue; none where it had not been listed, or where only a stock was asked for.
    pub product: Option<ProductState>,
    /// In stock, by location.
    pub stock: Vec<LocationState>,
}

/// How a product stood in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductState {
    /// Whether it was for sale.
    pub listed: bool,
    /// Its title.
    pub title: Title,
    /// Whether it keeps stock.
    pub kind: ProductKind,
    /// The price of one piece.
    pub price: Money,
    /// Who sells it.
    pub merchant: MerchantId,
}

/// How a SKU stood at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocationState {
    /// Where.
    pub location: Location,
    /// Pieces there.
    pub on_hand: i64,
    /// Pieces of these that were held for orders.
    pub reserved: i64,
    /// Pieces that could be sold; none while orders waited.
    pub available: i64,
    /// Pieces that orders waited for.
    pub waiting: i64,
}

/// An order together with what its aggregate leaves to the events: the lines and the address.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OrderReplay {
    order: Order,
    placed: Option<OrderPlaced>,
}

impl View<Order> for OrderReplay {
    fn update(&mut self, event: &EventEnvelope<Order>) {
        if let OrderEvent::OrderPlaced(placed) = &event.payload {
            self.placed = Some(placed.clone());
        }
        if let (OrderEvent::OrderReinstated { allocations, .. }, Some(placed)) = (&event.payload, &mut self.placed) {
            placed.allocations.clone_from(allocations);
        }
        self.order.apply(event.payload.clone());
    }
}

impl OrderReplay {
    pub(super) fn state(self) -> Option<OrderState> {
        let status = self.order.status()?;
        let (captures, surplus, owed_back) = match self.order {
            Order::Unplaced => (vec![], vec![], vec![]),
            Order::PendingPayment(open) => (open.received, vec![], vec![]),
            Order::Paid(settled)
            | Order::Processing(settled)
            | Order::Shipped(settled)
            | Order::Delivered(settled)
            | Order::Completed(settled)
            | Order::Cancelling(Cancelling { settled, .. }) => {
                (settled.captures().to_vec(), references(settled.surplus), vec![])
            }
            Order::Cancelled(closed) | Order::Expired(closed) => (vec![], vec![], references(closed.owed_back)),
        };
        Some(OrderState { status, placed: self.placed?, captures, surplus, owed_back })
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ProductReplay(Product);

impl View<Product> for ProductReplay {
    fn update(&mut self, event: &EventEnvelope<Product>) {
        self.0.apply(event.payload.clone());
    }
}

impl ProductReplay {
    pub(super) fn state(self) -> Option<ProductState> {
        let listed = matches!(self.0, Product::Listed(_));
        self.0.listing().map(|listing| ProductState {
            listed,
            title: listing.title.clone(),
            kind: listing.kind,
            price: listing.price,
            merchant: listing.merchant.clone(),
        })
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RefundReplay(pub(super) Refund);

impl View<Refund> for RefundReplay {
    fn update(&mut self, event: &EventEnvelope<Refund>) {
        self.0.apply(event.payload.clone());
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct PaymentReplay(pub(super) Payment);

impl View<Payment> for PaymentReplay {
    fn update(&mut self, event: &EventEnvelope<Payment>) {
        self.0.apply(event.payload.clone());
    }
}

/// The counts of a stock. Who its pieces are held for is left out: a hot stock holds them for very many orders.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct StockReplay {
    on_hand: i64,
    reserved: i64,
    #[serde(default)]
    waiting: i64,
}

impl View<Stock> for StockReplay {
    fn update(&mut self, event: &EventEnvelope<Stock>) {
        self.on_hand += event.payload.on_hand_change();
        self.reserved += event.payload.reserved_change();
        self.waiting += event.payload.waiting_change();
    }
}

impl StockReplay {
    pub(super) fn state(self, location: Location) -> LocationState {
        let Self { on_hand, reserved, waiting } = self;
        LocationState { location, on_hand, reserved, available: sellable(on_hand, reserved, waiting), waiting }
    }
}

fn references(captures: Vec<Capture>) -> Vec<PaymentReference> {
    captures.into_iter().map(|capture| capture.reference).collect()
}
