use axum::extract::State;
use purser_domain::{
    address::Address,
    contact::Contact,
    ids::{OrderId, ReturnId},
    money::Money,
    order::{Allocation, OrderStatus, Tender},
    principal::Principal,
    quantity::Quantity,
    text::{CustomerId, ExternalReference, Location, MerchantId, PaymentReference, Reason, Sku, TrackingNumber},
};
use purser_projections::{
    follower::Streams,
    views::order_detail::{
        HistoryEntry, LogEntry, OrderDetailRow, Payment as Taken, PaymentRole, ReturnOutcome, UnitsBack, find,
    },
};
use serde::{Deserialize, Serialize};

use super::{AwaitedGoods, Line, pricing::OrderPricing};
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    moment::Moment,
    page::wait_for_own,
    problem::Problem,
    returns::UnitsOfLine,
    schema,
    state::AppState,
};

/// How fresh the order must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindOrderParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// An order with everything that is known of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Order {
    /// Its id.
    #[schema(value_type = schema::OrderId)]
    id: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// Who buys; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Who sells.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Its name in the system that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::ExternalReference>)]
    reference: Option<ExternalReference>,
    /// What was bought, at the prices that were frozen into it.
    lines: Vec<Line>,
    /// What is to be paid, or was.
    #[schema(value_type = schema::Money)]
    total: Money,
    /// Discounts, tax, shipping and points, where the total is not simply the sum of the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<OrderPricing>,
    /// How to reach whoever buys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Contact>)]
    contact: Option<Contact>,
    /// Where it goes.
    #[schema(value_type = schema::Address)]
    ship_to: Address,
    /// When the customer placed it.
    placed_at: Moment,
    /// When its payment window closes.
    pay_by: Moment,
    /// Which stock was reserved for it, or is waited for; for merchants and the back office.
    #[serde(skip_serializing_if = "Option::is_none")]
    allocations: Option<Vec<AllocatedStock>>,
    /// What is not there and is waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    waiting: Vec<AwaitedGoods>,
    /// Money that was taken for it.
    payments: Vec<OrderPayment>,
    /// The parcel's name at its carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// Units that were asked back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    returns: Vec<OrderReturn>,
    /// Everything that happened to it, in order.
    history: Vec<OrderStep>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Stock that was reserved for an order at one location.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AllocatedStock {
    /// What.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// Where.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// How many, over all lines of the SKU.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
}

/// Money that was taken for an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderPayment {
    /// `settlement`; `partial` for a part of the total that has not settled the order; `late` or `surplus` for money
    /// that is owed back.
    #[schema(value_type = String, example = "settlement")]
    role: PaymentRole,
    /// Its name where it was taken.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// How much.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// As what it came, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Tender>)]
    tender: Option<Tender>,
    /// When it was taken.
    at: Moment,
}

/// Units of an order that a return is about, or was.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderReturn {
    /// Which return.
    #[schema(value_type = schema::ReturnId)]
    id: ReturnId,
    /// `open`; `ended` where it came to nothing; `returned` where the units are back, or their customer keeps them;
    /// `exchanged` where other goods have arrived for them.
    #[schema(value_type = String, example = "returned", pattern = "^(open|ended|returned|exchanged)$")]
    outcome: ReturnOutcome,
    /// The units that are asked back, and once they came back, those that did.
    lines: Vec<UnitsOfLine>,
    /// The money that is owed back for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    refund: Option<Money>,
}

/// One thing that happened to an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderStep {
    /// The event's name.
    event: String,
    /// Where the order stood then.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// When it happened; for an import, the time that it was true at.
    at: Moment,
    /// Why, for a cancellation, its request, or a request that was declined; to the back office also for goodwill.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// Its place in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Position>)]
    position: Option<i64>,
    /// When the log took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<Moment>,
    /// Who did it; for the back office.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

/// An order.
///
/// With its lines, its payments and the history of its status.
#[utoipa::path(
    get,
    path = "/v1/orders/{id}",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order."), FindOrderParameters),
    responses((status = 200, description = "The order.", body = Order))
)]
pub(crate) async fn find_order(
    State(state): State<AppState>,
    Id(id): Id<OrderId>,
    Parameters(parameters): Parameters<FindOrderParameters>,
    Caller(caller): Caller,
) -> Result<Answered<Order>, Problem> {
    wait_for_own(&state, "order_detail", &Streams::of::<purser_domain::order::Order>(&id), parameters.min_position)
        .await?;
    let found = find(&state.pool, &caller.principal, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("order"))?;
    Ok(Answered::ok(Order::shown_to(&caller.principal, found)))
}

impl Order {
    /// Where the goods lie is no customer's business, and who of the staff did something is nobody's but the staff's.
    fn shown_to(reader: &Principal, order: OrderDetailRow) -> Self {
        let OrderDetailRow { id, status, position, placed, detail } = order;
        let (shows_allocations, shows_actors) = match reader {
            Principal::BackOffice | Principal::Saga => (true, true),
            Principal::Merchant(_) => (true, false),
            Principal::Customer(_) | Principal::Operator => (false, false),
        };
        let allocations = detail.allocations.unwrap_or(placed.allocations);
        let allocations = allocations.into_iter().map(AllocatedStock::from).collect();
        let waiting = detail.waiting.into_iter();
        let waiting = waiting.map(|waiting| AwaitedGoods::of(waiting, &placed.lines, shows_allocations)).collect();
        Self {
            id,
            status,
            customer: placed.customer,
            merchant: placed.merchant,
            reference: placed.reference,
            lines: placed.lines.into_iter().map(Line::from).collect(),
            total: placed.total,
            pricing: placed.pricing.map(|pricing| (*pricing).into()),
            contact: placed.buyer.and_then(|buyer| buyer.contact),
            ship_to: placed.ship_to,
            placed_at: placed.placed_at.into(),
            pay_by: placed.pay_by.into(),
            allocations: Some(allocations).filter(|_| shows_allocations),
            waiting,
            payments: detail.payments.into_iter().map(OrderPayment::from).collect(),
            tracking: detail.tracking,
            returns: detail.returns.into_iter().map(OrderReturn::from).collect(),
            history: detail.history.into_iter().map(|entry| OrderStep::new(entry, shows_actors)).collect(),
            position,
        }
    }
}

/// The event of which staff alone is told the reason.
const GOODWILL: &str = "GoodwillGranted";

impl OrderStep {
    fn new(entry: HistoryEntry, shows_actor: bool) -> Self {
        let HistoryEntry { event, status, at, reason, recorded } = entry;
        let (position, recorded_at, actor) = match recorded {
            Some(LogEntry { position, at, actor }) => (Some(position), Some(at.into()), Some(actor)),
            None => (None, None, None),
        };
        let actor = actor.filter(|_| shows_actor);
        // What staff says of goodwill is for staff.
        let reason = reason.filter(|_| shows_actor || event != GOODWILL);
        Self { event: event.into_owned(), status, at: at.into(), reason, position, recorded_at, actor }
    }
}

impl From<Allocation> for AllocatedStock {
    fn from(allocation: Allocation) -> Self {
        Self { sku: allocation.stock.sku, location: allocation.stock.location, quantity: allocation.quantity }
    }
}

impl From<UnitsBack> for OrderReturn {
    fn from(UnitsBack { id, outcome, units, refund }: UnitsBack) -> Self {
        Self { id, outcome, lines: units.into_iter().map(UnitsOfLine::from).collect(), refund }
    }
}

impl From<Taken> for OrderPayment {
    fn from(taken: Taken) -> Self {
        let Taken { role, reference, amount, tender, at } = taken;
        Self { role, reference, amount, tender, at: at.into() }
    }
}
