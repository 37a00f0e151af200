use axum::extract::State;
use purser_commands::{Accepted, Answer, Command, PlaceOrder};
use purser_domain::{
    address::Address,
    checkout::{Expected, Figure, LineRequest},
    contact::Contact,
    ids::OrderId,
    money::{Amount, Currency, Money},
    order::OrderStatus,
    points::{Issuer, Points},
    quantity::Quantity,
    text::{CouponCode, CustomerId, ExternalReference, MerchantId, ShippingMethod, Sku},
};
use serde::{Deserialize, Serialize};

use super::AwaitedGoods;
use crate::http::{
    answer::Answered,
    extract::Submission,
    moment::Moment,
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// The most lines that the street part of an address may have.
const ADDRESS_LINES_MAX: usize = 10;

/// A new order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderPlacement {
    /// Who buys. A customer's own id is filled in; without one, others place an order for a guest.
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// The order's name in the system that sends it.
    #[schema(value_type = Option<schema::ExternalReference>)]
    reference: Option<ExternalReference>,
    /// The currency of the order; every product in it must be priced in it.
    #[schema(value_type = schema::Currency)]
    currency: Currency,
    /// What is bought. Several lines may name the same SKU.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<LinePlacement>,
    /// How to reach whoever buys. A guest is counted by it against purchase limits, and by the address where it is absent.
    #[schema(value_type = Option<schema::Contact>)]
    contact: Option<Contact>,
    /// Where it goes.
    #[schema(value_type = schema::Address)]
    ship_to: Address,
    /// When the customer placed it, if not now; not in the future. Back office only.
    placed_at: Option<Moment>,
    /// Coupons to be used. All of them are, or the order is refused: a coupon without which it costs no more, because a
    /// promotion that it excludes takes off as much, is no more used than one that is not valid.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CouponCode>, max_items = 5, required = false)]
    coupons: Vec<CouponCode>,
    /// Points of the customer to be spent, as their issuer values them; by the customer and the back office only.
    #[schema(value_type = Option<schema::Points>)]
    points: Option<Points>,
    /// Who issued the points: the `merchant` who sells the order (if nothing is said), or the `platform`.
    #[schema(value_type = Option<String>, pattern = "^(merchant|platform)$")]
    points_of: Option<Issuer>,
    /// The way of delivery; the cheapest that serves the country, where absent.
    #[schema(value_type = Option<schema::ShippingMethod>)]
    shipping_method: Option<ShippingMethod>,
    /// What the customer saw that the order costs, in its currency. Where it costs something else by now it is refused as
    /// `total-changed`, with both totals and whatever can be said of the reason.
    #[schema(value_type = Option<schema::Money>)]
    expected_total: Option<Money>,
    /// The sums that the customer saw, as a quote shows them in `pricing`: only to tell which of them changed.
    expected_sums: Option<ExpectedSums>,
}

/// Sums that a customer saw; any of them, in minor units of the order's currency.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedSums {
    /// The lines before anything.
    #[schema(value_type = Option<schema::Amount>)]
    subtotal: Option<Amount>,
    /// All that was taken off lines and shipping.
    #[schema(value_type = Option<schema::Amount>)]
    discount: Option<Amount>,
    /// The shipping fee before anything.
    #[schema(value_type = Option<schema::Amount>)]
    shipping: Option<Amount>,
    /// All tax, in the prices or on top.
    #[schema(value_type = Option<schema::Amount>)]
    tax: Option<Amount>,
    /// What of the tax came on top.
    #[schema(value_type = Option<schema::Amount>)]
    tax_added: Option<Amount>,
    /// What the points were worth.
    #[schema(value_type = Option<schema::Amount>)]
    points: Option<Amount>,
}

/// A line of a new order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinePlacement {
    /// What.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// How many. The lines of one SKU together ask for at most 1000000.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// A negotiated price of one piece in minor units of the order's currency, instead of the catalogue's. Back office
    /// only.
    #[schema(value_type = Option<schema::Amount>)]
    unit_price: Option<Amount>,
    /// What the customer saw that one piece costs, beside `expected_total`: only to tell whether it changed.
    #[schema(value_type = Option<schema::Amount>)]
    expected_unit_price: Option<Amount>,
}

/// An order that was placed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PlacedOrder {
    /// Its id.
    #[schema(value_type = schema::OrderId)]
    id: OrderId,
    /// `pending_payment`, or `paid` where the total is zero.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// Who sells.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// What is to be paid.
    #[schema(value_type = schema::Money)]
    total: Money,
    /// When the payment window closes; an order that is not paid then expires.
    pay_by: Moment,
    /// What is not there and is waited for; the order is paid and begun meanwhile, and gets it in another parcel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    waiting: Vec<AwaitedGoods>,
    /// A query with `min_position` at least this sees the order.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Places an order.
///
/// Prices are the catalogue's, with the merchant's promotions, the coupons, shipping and tax worked into them as a quote of
/// the same order shows; all of it is frozen into the order. The stock of all lines is reserved in the same step, and so
/// are uses of coupons, points and the customer's share of purchase limits. What is short of a
/// product that may be waited for waits, all of that SKU together, in the queue of one location, and is served first come
/// first served by what comes in there; `waiting` names it. Where anything else is short, nothing is reserved and every such
/// line is named.
///
/// With `expected_total` the order is placed at what the customer saw or not at all; the key stays free for another try.
#[utoipa::path(
    post,
    path = "/v1/orders",
    tag = "orders",
    params((
        "Idempotency-Key" = String,
        Header,
        description = "Chosen by the caller for this order: 1 to 255 printable ASCII characters, kept for at least 7 days \
                       and never shared with other callers. The same key with the same body gets the same answer.",
        min_length = 1, max_length = 255, pattern = "^[ -~]+$"
    )),
    request_body = OrderPlacement,
    responses((
        status = 201,
        description = "It is placed, committed to disk and will not be lost.",
        body = PlacedOrder,
        headers(("Location" = String, description = "The order's path."))
    ))
)]
pub(crate) async fn place_order(
    State(state): State<AppState>,
    Submission { body, envelope }: Submission<OrderPlacement>,
) -> Result<Answered<PlacedOrder>, Problem> {
    envelope.require_key("a placement needs an Idempotency-Key, so that it can be repeated without harm")?;
    let command = Command::PlaceOrder(body.request(state.mint.order_id())?);
    let Accepted { position, answer, replayed: _ } = envelope.execute(&state, command).await?;
    match answer {
        Answer::OrderPlaced { order, status, merchant, total, pay_by, waiting } => {
            let waiting = waiting.into_iter().map(AwaitedGoods::from).collect();
            let placed = PlacedOrder { id: order, status, merchant, total, pay_by: pay_by.into(), waiting, position };
            Ok(Answered::created(format!("/v1/orders/{order}"), placed))
        }
        other => Err(Problem::internal(format!("a placement was answered as {other:?}"))),
    }
}

impl OrderPlacement {
    /// The order as the write side is asked for it.
    pub(super) fn request(self, order: OrderId) -> Result<PlaceOrder, Problem> {
        check_address(&self.ship_to, "/ship_to")?;
        check_contact(self.contact.as_ref())?;
        let expected = self.expected()?;
        Ok(PlaceOrder {
            order,
            customer: self.customer,
            reference: self.reference,
            lines: self.lines.into_iter().map(LineRequest::from).collect(),
            currency: self.currency,
            contact: self.contact,
            ship_to: self.ship_to,
            placed_at: self.placed_at.map(Into::into),
            coupons: self.coupons,
            points: self.points,
            points_of: self.points_of.unwrap_or(Issuer::Merchant),
            shipping_method: self.shipping_method,
            expected: expected.map(Box::new),
        })
    }

    /// What the customer saw. Without a total there is nothing to hold the order to.
    fn expected(&self) -> Result<Option<Expected>, Problem> {
        let invalid = |pointer: String, detail: &'static str| {
            Err(Problem::at(Kind::InvalidValue, Fault::pointer(pointer, detail)))
        };
        let priced = self.lines.iter().position(|line| line.expected_unit_price.is_some());
        let Some(total) = self.expected_total else {
            return match (priced, &self.expected_sums) {
                (Some(line), _) => {
                    invalid(format!("/lines/{line}/expected_unit_price"), "is of use beside expected_total only")
                }
                (None, Some(_)) => invalid("/expected_sums".to_owned(), "are of use beside expected_total only"),
                (None, None) => Ok(None),
            };
        };
        if total.currency != self.currency {
            return invalid("/expected_total/currency".to_owned(), "must be the order's currency");
        }
        let unit_prices = match priced {
            Some(_) => self.lines.iter().map(|line| line.expected_unit_price).collect(),
            None => vec![],
        };
        let sums = self.expected_sums.as_ref().map(ExpectedSums::figures).unwrap_or_default();
        Ok(Some(Expected { total, unit_prices, sums }))
    }
}

impl ExpectedSums {
    fn figures(&self) -> Vec<(Figure, Amount)> {
        let Self { subtotal, discount, shipping, tax, tax_added, points } = *self;
        let stated = [
            (Figure::Subtotal, subtotal),
            (Figure::Discount, discount),
            (Figure::Shipping, shipping),
            (Figure::Tax, tax),
            (Figure::TaxAdded, tax_added),
            (Figure::Points, points),
        ];
        stated.into_iter().filter_map(|(figure, amount)| Some((figure, amount?))).collect()
    }
}

/// The domain takes any number of lines; `pointer` is where the address stands in the body.
pub(in crate::http) fn check_address(address: &Address, pointer: &str) -> Result<(), Problem> {
    if address.lines.len() <= ADDRESS_LINES_MAX {
        return Ok(());
    }
    let detail = format!("an address has at most {ADDRESS_LINES_MAX} lines");
    Err(Problem::at(Kind::InvalidValue, Fault::pointer(format!("{pointer}/lines"), detail)))
}

fn check_contact(contact: Option<&Contact>) -> Result<(), Problem> {
    match contact {
        Some(Contact { email: None, phone: None }) => {
            let detail = "a contact is an email, a phone, or both";
            Err(Problem::at(Kind::InvalidValue, Fault::pointer("/contact", detail)))
        }
        Some(_) | None => Ok(()),
    }
}

impl From<LinePlacement> for LineRequest {
    fn from(line: LinePlacement) -> Self {
        Self { sku: line.sku, quantity: line.quantity, unit_price: line.unit_price }
    }
}
