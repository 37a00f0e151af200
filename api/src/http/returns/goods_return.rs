use purser_domain::{
    address::Address,
    ids::{FulfillmentId, OrderId, RefundId, ReturnId},
    order::LineUnits,
    principal::Principal,
    quantity::Quantity,
    returns::{Owed, ReturnKind, ReturnStatus, ReturnUnits},
    text::{CustomerId, Location, MerchantId, Reason, TrackingNumber},
};
use purser_projections::views::goods_return::{ReturnDetail, ReturnRow, ReturnStep};
use serde::Serialize;

use super::{inspect::FoundUnits, request::WantedGoods};
use crate::http::{moment::Moment, schema};

/// A return: what is asked back and what became of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Return)]
pub(crate) struct GoodsReturn {
    /// Its id.
    #[schema(value_type = schema::ReturnId)]
    id: ReturnId,
    /// Of which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Who bought; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Who sold.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// `refund_only`, `return` or `exchange`.
    #[schema(value_type = String, example = "return", pattern = "^(refund_only|return|exchange)$")]
    kind: &'static str,
    /// Where it stands.
    #[schema(value_type = schema::ReturnStatus)]
    status: ReturnStatus,
    /// What is asked back, and why.
    lines: Vec<ReturnLine>,
    /// When it was asked for.
    requested_at: Moment,
    /// Until when it is to be answered, or was.
    review_by: Moment,
    /// When it was found that nobody had answered in time, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated_at: Option<Moment>,
    /// Where the goods go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Address>)]
    return_address: Option<Address>,
    /// Why it was declined or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// The parcel's name at its carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// What was found in the parcel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inspected: Vec<FoundUnits>,
    /// Where what can be sold again was put, where that was said; for merchants and the back office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// What is asked for in exchange.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    replacement: Vec<WantedGoods>,
    /// The parcels that bring it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<schema::FulfillmentId>, required = false)]
    fulfillments: Vec<FulfillmentId>,
    /// The units that are paid back; none where nothing came back. Absent until that is known, and where goods are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Vec<UnitsOfLine>>,
    /// The refunds that settle it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<schema::RefundId>, required = false)]
    refunds: Vec<RefundId>,
    /// Everything that happened to it, in order.
    history: Vec<ReturnHappening>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Units of one line that are asked back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnLine {
    /// Which line of the order, counted from zero.
    line: u32,
    /// How many units of it.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Units of one line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UnitsOfLine {
    /// Which line of the order, counted from zero.
    line: u32,
    /// How many units of it.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
}

/// One thing that happened to a return.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnHappening {
    /// The event's name.
    event: String,
    /// When it happened.
    at: Moment,
    /// Its place in the log.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Who did it; for the back office.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

impl GoodsReturn {
    /// Where goods lie is no customer's business, and who of the staff did something is nobody's but the staff's.
    pub(super) fn shown_to(reader: &Principal, row: ReturnRow) -> Self {
        let (shows_location, shows_actors) = match reader {
            Principal::BackOffice | Principal::Saga => (true, true),
            Principal::Merchant(_) => (true, false),
            Principal::Customer(_) | Principal::Operator => (false, false),
        };
        let ReturnRow { id, detail, position } = row;
        let ReturnDetail { terms, status, escalated_at, return_address, reason, tracking, .. } = detail;
        let replacement = terms.kind.replacement().iter().cloned().map(WantedGoods::from).collect();
        let history = detail.history.into_iter().map(|step| ReturnHappening::new(step, shows_actors));
        Self {
            id,
            order: terms.order,
            customer: terms.customer,
            merchant: terms.merchant,
            kind: kind(&terms.kind),
            status,
            lines: terms.units.into_iter().map(ReturnLine::from).collect(),
            requested_at: terms.requested_at.into(),
            review_by: terms.review_by.into(),
            escalated_at: escalated_at.map(Moment::from),
            return_address,
            reason,
            tracking,
            inspected: detail.inspected.into_iter().map(FoundUnits::from).collect(),
            location: detail.location.filter(|_| shows_location),
            replacement,
            fulfillments: detail.fulfillments,
            refunded: detail.owed.and_then(refunded),
            refunds: detail.refunds,
            history: history.collect(),
            position,
        }
    }
}

const fn kind(kind: &ReturnKind) -> &'static str {
    match kind {
        ReturnKind::RefundOnly => "refund_only",
        ReturnKind::Return => "return",
        ReturnKind::Exchange { .. } => "exchange",
    }
}

fn refunded(owed: Owed) -> Option<Vec<UnitsOfLine>> {
    match owed {
        Owed::Refund { units } => Some(units.into_iter().map(UnitsOfLine::from).collect()),
        Owed::Nothing => Some(vec![]),
        Owed::Replacement { .. } => None,
    }
}

impl From<ReturnUnits> for ReturnLine {
    fn from(ReturnUnits { line, quantity, reason }: ReturnUnits) -> Self {
        Self { line, quantity, reason }
    }
}

impl From<LineUnits> for UnitsOfLine {
    fn from(LineUnits { line, quantity }: LineUnits) -> Self {
        Self { line, quantity }
    }
}

impl ReturnHappening {
    fn new(ReturnStep { event, at, position, actor }: ReturnStep, shows_actor: bool) -> Self {
        Self { event: event.into_owned(), at: at.into(), position, actor: Some(actor).filter(|_| shows_actor) }
    }
}
