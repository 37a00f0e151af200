//! What can be asked of the engine, and what it answers.

mod answer;
mod wish;

use purser_domain::{
    Timestamp,
    address::Address,
    coupon::CouponTerms,
    exception::{Case, Closing},
    ids::{ExceptionId, FulfillmentId, OrderId, PaymentId, RefundId, ReturnId},
    metadata::Metadata,
    money::Money,
    order::{Capture, LineUnits, Tender},
    payment::{CaptureMethod, GatewayReport, NextAction, ReportSource},
    points::{Points, PointsId},
    principal::Principal,
    product::{Backorder, Listing},
    quantity::Quantity,
    refund::{Claim, RefundChannel, RefundFailure},
    returns::InspectedLine,
    stock::StockId,
    text::{CouponCode, GatewayName, Location, MerchantId, PaymentReference, Reason, Sku, TrackingNumber},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::{
    answer::{Accepted, Answer, Quote, Told},
    wish::{FulfillmentChange, MerchantChange, PlaceOrder, RequestReturn, ShortageResolution},
};

/// One command, who gives it, and how to recognise it when it comes again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// What to do.
    pub command: Command,
    /// On whose behalf; what is not theirs does not exist for them.
    pub principal: Principal,
    /// What is stored beside the events.
    pub metadata: Metadata,
    /// What makes a repeat recognisable.
    pub idempotency: Option<IdempotencyKey>,
}

/// What makes a repeated request recognisable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The caller and the key that the caller chose, digested: keys of different callers never meet.
    pub key: Uuid,
    /// A digest of the request itself, to tell a repeat from another request under the same key.
    pub fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// Digests a key. `caller` must be the same for every request of one caller, whatever token it carries; `request` is
    /// everything that makes the request what it is, in a form that a repeat has as well.
    pub fn new(caller: &str, key: &str, request: &[&[u8]]) -> Self {
        let scoped: [u8; 32] = digest(&[caller.as_bytes(), key.as_bytes()]);
        let mut half = [0; 16];
        half.copy_from_slice(&scoped[..16]);
        Self { key: Uuid::from_bytes(half), fingerprint: digest(request) }
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// What can be asked of the engine. A time that is not stated is the time of acceptance.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Places an order and reserves the stock of all its lines, in one append.
    PlaceOrder(PlaceOrder),
    /// Says what an order would cost, and whether its coupons, points and quantities would be accepted. Writes nothing.
    QuoteOrder(PlaceOrder),
    /// Records money that was taken for an order.
    RecordPayment {
        /// Which order.
        order: OrderId,
        /// Its name where it was taken.
        reference: PaymentReference,
        /// How much: the total, or a part of it.
        amount: Money,
        /// As what, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tender: Option<Tender>,
        /// When it was taken.
        at: Option<Timestamp>,
    },
    /// Gives money of an order back for nothing that comes back.
    GrantGoodwill {
        /// Which order.
        order: OrderId,
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
    },
    /// Begins an attempt to have what is open of an order's total paid through a gateway, while its payment is awaited.
    InitiatePayment {
        /// The id that it will have, minted for this request.
        payment: PaymentId,
        /// Which order.
        order: OrderId,
        /// Through which gateway.
        gateway: GatewayName,
        /// Who takes the money once it is authorised.
        capture: CaptureMethod,
    },
    /// Notes that the gateway has a payment.
    RecordPaymentPending {
        /// Which payment.
        payment: PaymentId,
        /// Its name at the gateway.
        gateway_reference: PaymentReference,
        /// What the customer has to do, if anything.
        next_action: Option<NextAction>,
    },
    /// Takes note of what a gateway says of a payment. Money that is new is recorded on its order, in the same append.
    ReportPayment {
        /// Which payment.
        payment: PaymentId,
        /// Who says so: of payments through another gateway it knows nothing.
        gateway: GatewayName,
        /// What it says.
        report: GatewayReport,
        /// How it came in.
        source: ReportSource,
    },
    /// Gives up a payment whose time is over, and has the gateway asked to close it, in one append.
    ExpirePayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Wants authorised money to be taken, for an order that still waits for it.
    RequestCapture {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Money,
        /// Whether no more will be taken, and the rest is called off.
        #[serde(default)]
        is_final: bool,
    },
    /// Has a gateway release what it set aside, where the order takes no more money.
    ReleasePayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Wants a payment called off, or what of it was not taken yet.
    RequestVoid {
        /// Which payment.
        payment: PaymentId,
    },
    /// Settles what a payment has in quarantine, all of it.
    ResolveMismatch {
        /// Which payment.
        payment: PaymentId,
        /// What was found.
        reason: Reason,
    },
    /// Ends an order before its shipment, or takes some units out of one that is being worked on. Of a customer who has paid
    /// it is a request, which the seller must consent to, unless the merchant consents to all of them.
    CancelOrder {
        /// Which order.
        order: OrderId,
        /// Which units; all of it where there are none.
        #[serde(default)]
        lines: Vec<LineUnits>,
        /// Why.
        reason: Reason,
    },
    /// Does what a customer's request for cancellation asks for.
    ApproveCancellation {
        /// Which order.
        order: OrderId,
    },
    /// Refuses a cancellation that a customer asked for.
    DeclineCancellation {
        /// Which order.
        order: OrderId,
        /// Why.
        reason: Reason,
    },
    /// Hands all that is left of an order to a carrier.
    ShipOrder {
        /// Which order.
        order: OrderId,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// When it left.
        at: Option<Timestamp>,
    },
    /// Notes that all parcels of an order arrived.
    DeliverOrder {
        /// Which order.
        order: OrderId,
        /// When it arrived.
        at: Option<Timestamp>,
    },
    /// Closes a delivered order.
    CompleteOrder {
        /// Which order.
        order: OrderId,
        /// When.
        at: Option<Timestamp>,
    },
    /// Changes where a fulfillment stands, with what that means for its order and for the stock in it, in one append.
    ChangeFulfillment {
        /// Which fulfillment.
        fulfillment: FulfillmentId,
        /// What is done with it.
        change: FulfillmentChange,
    },
    /// Deducts the stock of a paid order, opens its fulfillments and begins the work on it, in one append.
    StartProcessing {
        /// Which order.
        order: OrderId,
    },
    /// Hands what an order waited for over to it; where the work on it has begun, deducted and in a fulfillment, in one append.
    ServeBackorder {
        /// Which order.
        order: OrderId,
        /// Which stock.
        stock: StockId,
    },
    /// Ends an order whose payment window has closed.
    ExpireOrder {
        /// Which order.
        order: OrderId,
    },
    /// Gives back the stock of an ended order, in one append.
    ReleaseReservations {
        /// Which order.
        order: OrderId,
    },
    /// Offers a product.
    ListProduct {
        /// Which SKU.
        sku: Sku,
        /// As what.
        listing: Listing,
    },
    /// Changes a product's price.
    RepriceProduct {
        /// Which SKU.
        sku: Sku,
        /// The new price of one piece.
        price: Money,
    },
    /// Lets orders wait for a product that is not there, or no more.
    SetBackorder {
        /// Which SKU.
        sku: Sku,
        /// Whether they may.
        backorder: Backorder,
    },
    /// Takes a product off sale.
    DelistProduct {
        /// Which SKU.
        sku: Sku,
    },
    /// Changes what a merchant has decided about prices and orders.
    ChangeMerchant {
        /// Which merchant.
        merchant: MerchantId,
        /// What is new.
        change: MerchantChange,
    },
    /// Issues a coupon.
    IssueCoupon {
        /// Its code.
        coupon: CouponCode,
        /// What it is worth, to whom and how often.
        terms: CouponTerms,
    },
    /// Lets no more orders use a coupon.
    WithdrawCoupon {
        /// Its code.
        coupon: CouponCode,
        /// Why.
        reason: Reason,
    },
    /// Gives points to a customer, of a merchant's or of the platform's.
    GrantPoints {
        /// Whose, and whose to give.
        account: PointsId,
        /// How many.
        points: Points,
        /// Why.
        reason: Reason,
    },
    /// Adds pieces that came in.
    ReceiveStock {
        /// Of what, where.
        stock: StockId,
        /// How many.
        quantity: Quantity,
        /// When they came.
        at: Option<Timestamp>,
    },
    /// Corrects a count.
    AdjustStock {
        /// Of what, where.
        stock: StockId,
        /// The difference; not zero.
        change: i64,
        /// Why.
        reason: Reason,
        /// When it was found.
        at: Option<Timestamp>,
        /// Which orders lose their pieces first where more is missing than is held for nobody; then, and where none is named,
        /// the latest do.
        #[serde(default)]
        orders: Vec<OrderId>,
    },
    /// Decides what an order does about pieces of it that are not there.
    ResolveShortage {
        /// Which order.
        order: OrderId,
        /// What it does.
        resolution: ShortageResolution,
        /// Why.
        reason: Reason,
    },
    /// Decides about money that came after an order had ended: it goes back, or the order lives again with all that it
    /// claims, in one append.
    SettleLatePayment {
        /// Which order.
        order: OrderId,
        /// The money.
        capture: Capture,
    },
    /// Asks units of an order back, by its customer or on their behalf.
    RequestReturn(RequestReturn),
    /// Accepts a return. Where nothing is to be sent, it is settled in the same append.
    ApproveReturn {
        /// Which return.
        id: ReturnId,
        /// Where the goods go, if not where the merchant's policies say; of no use where none are to be sent.
        return_address: Option<Address>,
        /// When.
        at: Option<Timestamp>,
    },
    /// Rejects a return.
    DeclineReturn {
        /// Which return.
        id: ReturnId,
        /// Why.
        reason: Reason,
    },
    /// Takes a return back, as long as nothing was sent.
    CancelReturn {
        /// Which return.
        id: ReturnId,
        /// Why.
        reason: Option<Reason>,
    },
    /// Notes that the goods of a return are on their way.
    SendReturn {
        /// Which return.
        id: ReturnId,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// When they left.
        at: Option<Timestamp>,
    },
    /// Notes that the parcel of a return is here.
    ReceiveReturn {
        /// Which return.
        id: ReturnId,
        /// When it came.
        at: Option<Timestamp>,
    },
    /// States what was in the parcel of a return, and settles it in the same append.
    InspectReturn {
        /// Which return.
        id: ReturnId,
        /// Line by line; every unit of the return is somewhere.
        inspected: Vec<InspectedLine>,
        /// Where what can be sold again is put; where it came from, if nothing is said.
        location: Option<Location>,
        /// When.
        at: Option<Timestamp>,
    },
    /// Deals with a return that was not answered in time, as its merchant's policy says.
    ReviewReturn {
        /// Which return.
        id: ReturnId,
    },
    /// Closes an exchange whose goods have arrived, or pays it back where they were given up. Nothing where they are under way.
    SettleExchange {
        /// Which return.
        id: ReturnId,
    },
    /// Notes on the return that a refund settles, if it settles one, that the refund is settled itself.
    SettleReturn {
        /// Which refund.
        refund: RefundId,
    },
    /// States that money is owed back.
    RequestRefund {
        /// What and why.
        claim: Claim,
    },
    /// Notes in whose hands a refund is.
    RecordRefundSubmitted {
        /// Which refund.
        refund: RefundId,
        /// Whose hands.
        channel: RefundChannel,
    },
    /// Notes that the money is back.
    RecordRefundSucceeded {
        /// Which refund.
        refund: RefundId,
        /// The attempt at the gateway that brought it; none where people say so.
        #[serde(default)]
        attempt: Option<u32>,
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// What there is to say about it.
        note: Option<Reason>,
        /// Why a person decides so; needed where the engine could not bring it back.
        #[serde(default)]
        reason: Option<Reason>,
    },
    /// Notes that a gateway has not given a refund back.
    RecordRefundFailed {
        /// Which refund.
        refund: RefundId,
        /// Which attempt.
        attempt: u32,
        /// What is known of the money.
        failure: RefundFailure,
        /// What was the matter.
        cause: Reason,
    },
    /// Gives a refund that failed into the hands of a person.
    RequestRefundReview {
        /// Which refund.
        refund: RefundId,
    },
    /// Has a refund under review tried once more.
    RetryRefund {
        /// Which refund.
        refund: RefundId,
        /// Why.
        reason: Reason,
    },
    /// Gives a refund under review up.
    WriteOffRefund {
        /// Which refund.
        refund: RefundId,
        /// Why.
        reason: Reason,
    },
    /// States that something is the matter with an order.
    RaiseException {
        /// What.
        case: Case,
    },
    /// States that an exception was repaired or is not there any more.
    CloseException {
        /// Which.
        exception: ExceptionId,
        /// How it ended.
        closing: Closing,
    },
    /// Settles an exception, by a person's decision.
    SettleException {
        /// Which.
        exception: ExceptionId,
        /// How, or why it is in order as it is.
        reason: Reason,
    },
}
