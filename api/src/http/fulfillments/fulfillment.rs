use purser_domain::{
    fulfillment::{FulfillmentLine, FulfillmentStatus},
    ids::{FulfillmentId, OrderId, ReturnId},
    principal::Principal,
    product::ProductKind,
    quantity::Quantity,
    text::{Carrier, CustomerId, Location, MerchantId, Reason, Sku, TrackingNumber},
};
use purser_projections::views::fulfillment::FulfillmentRow;
use serde::Serialize;

use crate::http::{moment::Moment, schema};

/// Units of one line of an order in a parcel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FulfillmentLine)]
pub(crate) struct PackedLine {
    /// The order's line, counted from zero; where it answers a return, the line of what is sent in exchange.
    #[schema(minimum = 0, maximum = 999)]
    line: u32,
    /// What it is.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// Whether it takes stock.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// How many units.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
}

/// A parcel of an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Fulfillment {
    /// Its id.
    #[schema(value_type = schema::FulfillmentId)]
    id: FulfillmentId,
    /// Of which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Its number within the order, from 1 on.
    #[schema(minimum = 1)]
    number: u32,
    /// Who sells.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Who bought; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Where it is packed; absent if there are only services in it, and for customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// The return that it answers; absent where it is a part of what was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::ReturnId>)]
    replaces: Option<ReturnId>,
    /// Where it stands.
    #[schema(value_type = schema::FulfillmentStatus)]
    status: FulfillmentStatus,
    /// What is in it, and was in it when it was cancelled or given up.
    lines: Vec<PackedLine>,
    /// When it was opened.
    opened_at: Moment,
    /// When it must have shipped.
    ship_by: Moment,
    /// Since when it is overdue; absent once it has shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue_since: Option<Moment>,
    /// When its packing began.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Moment>,
    /// Its name at its carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// Who carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Carrier>)]
    carrier: Option<Carrier>,
    /// When it left, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_at: Option<Moment>,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Moment>,
    /// When it was cancelled, when its delivery failed, or when it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Moment>,
    /// Why it is on hold, was cancelled or did not arrive, or as what it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

impl Fulfillment {
    /// Where the goods lie is no customer's business.
    pub(super) fn shown_to(reader: &Principal, row: FulfillmentRow) -> Self {
        let shows_location = match reader {
            Principal::BackOffice | Principal::Saga | Principal::Merchant(_) => true,
            Principal::Customer(_) | Principal::Operator => false,
        };
        Self {
            id: row.id,
            order: row.order,
            number: row.number,
            merchant: row.merchant,
            customer: row.customer,
            location: row.location.filter(|_| shows_location),
            replaces: row.replaces,
            status: row.status,
            lines: row.lines.into_iter().map(PackedLine::from).collect(),
            opened_at: row.opened_at.into(),
            ship_by: row.ship_by.into(),
            overdue_since: row.overdue_since.map(Moment::from),
            started_at: row.started_at.map(Moment::from),
            tracking: row.tracking,
            carrier: row.carrier,
            shipped_at: row.shipped_at.map(Moment::from),
            delivered_at: row.delivered_at.map(Moment::from),
            ended_at: row.ended_at.map(Moment::from),
            reason: row.reason,
            position: row.position,
        }
    }
}

impl From<FulfillmentLine> for PackedLine {
    fn from(FulfillmentLine { line, sku, kind, quantity }: FulfillmentLine) -> Self {
        Self { line, sku, kind, quantity }
    }
}
