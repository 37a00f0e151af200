use axum::http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $status:ident $slug:literal $title:literal;)+) => {
        /// Every type of problem that the API answers with. The slug is the contract: it ends the problem's `type`, and a
        /// client may decide by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// All of them, by status.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The end of the problem's `type`, after `urn:purser:problem:`.
            pub(crate) const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)+
                }
            }

            /// The problem's `title`.
            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }

            /// The problem's HTTP status.
            pub(crate) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }
        }
    };
}

kinds! {
    /// The body is not JSON.
    MalformedJson BAD_REQUEST "malformed-json" "The body is not JSON";
    /// The body ended before its announced length.
    IncompleteBody BAD_REQUEST "incomplete-body" "The body did not arrive whole";
    /// A header has not its form.
    MalformedHeader BAD_REQUEST "malformed-header" "A header is malformed";
    /// A placement without an idempotency key.
    MissingIdempotencyKey BAD_REQUEST "missing-idempotency-key" "The Idempotency-Key header is missing";
    /// An id in the path has not the form of such ids.
    MalformedId BAD_REQUEST "malformed-id" "An id in the path is malformed";
    /// A query parameter is unknown or has not its form.
    MalformedParameter BAD_REQUEST "malformed-parameter" "A query parameter is malformed";
    /// A cursor that was not given out for this query.
    MalformedCursor BAD_REQUEST "malformed-cursor" "The cursor does not belong to this query";
    /// No token, or none that is valid.
    Unauthenticated UNAUTHORIZED "unauthenticated" "A valid bearer token is needed";
    /// A webhook that is not known to come from its gateway.
    WebhookNotVerified UNAUTHORIZED "webhook-not-verified" "The webhook is not known to come from the gateway";
    /// The token's role may not do this.
    Forbidden FORBIDDEN "forbidden" "The token's role does not allow this";
    /// The token's role may not state this field.
    FieldNotAllowed FORBIDDEN "field-not-allowed" "The token's role may not state this field";
    /// There is no such thing, or it is somebody else's.
    NotFound NOT_FOUND "not-found" "There is no such thing, or it is not yours";
    /// There is nothing at this path.
    NoSuchRoute NOT_FOUND "no-such-route" "There is nothing at this path";
    /// The path exists and knows no such method.
    MethodNotAllowed METHOD_NOT_ALLOWED "method-not-allowed" "The path knows no such method";
    /// The body came too slowly.
    SlowBody REQUEST_TIMEOUT "slow-body" "The body came too slowly";
    /// The order's status, or the fulfillment's, does not allow it.
    WrongStatus CONFLICT "wrong-status" "Where it stands does not allow this";
    /// The order exists already.
    OrderExists CONFLICT "order-exists" "The order exists already";
    /// The order's payment window is open.
    WindowOpen CONFLICT "window-open" "The order's payment window is still open";
    /// The order costs something else than the customer saw.
    TotalChanged CONFLICT "total-changed" "The order costs something else than was expected";
    /// Less is available than is asked for.
    OutOfStock CONFLICT "out-of-stock" "Not enough stock";
    /// An adjustment would take what is not there or is held for orders.
    AdjustmentTooLow CONFLICT "adjustment-too-low" "The adjustment would take more than is available";
    /// A stock would count more than it can.
    StockFull CONFLICT "stock-full" "The stock would count more than it can";
    /// A reservation is not in the stage that this needs.
    ReservationConflict CONFLICT "reservation-conflict" "The reservation is not in the stage that this needs";
    /// All uses of a coupon are taken, or all that a customer has.
    CouponUsedUp CONFLICT "coupon-used-up" "All uses of the coupon are taken";
    /// The code belongs to a coupon with other terms, or to one that was withdrawn.
    CouponConflict CONFLICT "coupon-conflict" "The code is taken by a coupon with other terms, or was withdrawn";
    /// The customer has fewer points.
    NotEnoughPoints CONFLICT "not-enough-points" "The customer has not so many points";
    /// The account would have earned more points than it can.
    PointsFull CONFLICT "points-full" "The account would have earned more points than it can";
    /// The merchant has as many promotions as one may have.
    TooManyPromotions CONFLICT "too-many-promotions" "The merchant has as many promotions as one may have";
    /// The customer would have bought more pieces than one customer may.
    PurchaseLimit CONFLICT "purchase-limit" "One customer may not buy so many";
    /// Services keep no stock.
    KeepsNoStock CONFLICT "keeps-no-stock" "A service keeps no stock";
    /// The product is on sale already, as something else.
    AlreadyListed CONFLICT "already-listed" "The product is listed already, with other details";
    /// The product is off sale.
    ProductDelisted CONFLICT "product-delisted" "The product is delisted";
    /// The SKU is another merchant's.
    SkuTaken CONFLICT "sku-taken" "The SKU belongs to another merchant";
    /// Goods cannot become a service, nor the reverse.
    GoodsOrService CONFLICT "other-kind" "A product cannot change between goods and service";
    /// The payment of this reference is on record for another order of the merchant.
    PaymentReferenceUsed CONFLICT "payment-reference-used" "The payment is on record for another order";
    /// The payment is not as far as that, or past it.
    PaymentConflict CONFLICT "payment-conflict" "The payment does not allow this";
    /// The refund is not as far as that, or past it.
    RefundConflict CONFLICT "refund-conflict" "The refund does not allow this";
    /// More is to go back than is left of what was taken for the order.
    RefundTooHigh CONFLICT "refund-too-high" "Less is left of what was taken for the order";
    /// The return is not as far as that, or past it.
    ReturnConflict CONFLICT "return-conflict" "The return does not allow this";
    /// The return window is closed, or the seller takes nothing back.
    ReturnWindowClosed CONFLICT "return-window-closed" "Units of the order cannot be asked back any more";
    /// The same request issued a token before.
    TokenIssued CONFLICT "token-issued" "This request issued a token before";
    /// The view is being rebuilt already.
    RebuildRunning CONFLICT "rebuild-running" "The view is being rebuilt already";
    /// Another reconciliation is under way.
    ReconciliationRunning CONFLICT "reconciliation-running" "Another reconciliation is under way";
    /// A query asks to see what the log does not have.
    PositionAhead CONFLICT "position-ahead" "The log does not go so far";
    /// The exception is closed, in another way.
    ExceptionClosed CONFLICT "exception-closed" "The exception is closed already";
    /// The event waits behind an earlier one of its stream.
    NotFirstParked CONFLICT "not-first-parked" "An earlier event of the same stream is parked";
    /// The event still cannot be folded.
    StillPoison CONFLICT "still-poison" "The event still cannot be folded";
    /// The body is larger than 1 MiB.
    BodyTooLarge PAYLOAD_TOO_LARGE "body-too-large" "The body is larger than 1 MiB";
    /// The body is not declared as JSON.
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body must be application/json";
    /// A field is unknown, missing, of the wrong type or out of bounds.
    InvalidValue UNPROCESSABLE_ENTITY "invalid-value" "A field's value is not valid";
    /// A line names a SKU that the catalogue does not know.
    UnknownSku UNPROCESSABLE_ENTITY "unknown-sku" "A SKU is not in the catalogue";
    /// A line names a product that is off sale.
    DelistedSku UNPROCESSABLE_ENTITY "delisted-sku" "A SKU is delisted";
    /// A price is in another currency.
    OtherCurrency UNPROCESSABLE_ENTITY "other-currency" "A price is in another currency";
    /// The lines are of several merchants.
    OtherMerchant UNPROCESSABLE_ENTITY "other-merchant" "The lines are of several merchants";
    /// There is no coupon of this code.
    ContactNeeded UNPROCESSABLE_ENTITY "contact-needed" "The merchant wants to know how to reach this guest";
    UnknownCoupon UNPROCESSABLE_ENTITY "unknown-coupon" "There is no such coupon";
    /// The coupon cannot be used for this order.
    CouponNotValid UNPROCESSABLE_ENTITY "coupon-not-valid" "The coupon cannot be used for this order";
    /// The order costs no more without the coupon.
    CouponBringsNothing UNPROCESSABLE_ENTITY "coupon-brings-nothing" "The order costs no more without the coupon";
    /// Two coupons cannot be used together.
    CouponsDoNotCombine UNPROCESSABLE_ENTITY "coupons-do-not-combine" "The coupons cannot be used together";
    /// The merchant does not deliver there, or not in this way.
    NotDelivered UNPROCESSABLE_ENTITY "not-delivered" "The merchant does not deliver there, or not in this way";
    /// The tax depends on the region, and the address names none of its country.
    UnknownRegion UNPROCESSABLE_ENTITY "unknown-region" "The region of the address is needed to tax the order";
    /// Points cannot be spent on this order, or not so many.
    PointsNotUsable UNPROCESSABLE_ENTITY "points-not-usable" "Points cannot be spent on this order, or not so many";
    /// The order's total is more than an amount can be.
    TotalOverflow UNPROCESSABLE_ENTITY "total-overflow" "The order's total is too large";
    /// The lines of one SKU ask for more than one order may.
    QuantityOverflow UNPROCESSABLE_ENTITY "quantity-overflow" "The lines of one SKU ask for too many";
    /// A line is unknown, named twice, or has fewer units left.
    UnitsNotThere UNPROCESSABLE_ENTITY "units-not-there" "The order has not these units left";
    /// What is asked for in exchange is worth more than what comes back.
    UnevenExchange UNPROCESSABLE_ENTITY "uneven-exchange" "An exchange moves no money";
    /// The inspection does not find every unit of the return in one place.
    InspectionMismatch UNPROCESSABLE_ENTITY "inspection-mismatch" "Every unit of the return is in one place";
    /// The payment is more than what is open, in another currency, or on record as another amount.
    AmountMismatch UNPROCESSABLE_ENTITY "amount-mismatch" "The payment is not what can be taken for the order";
    /// No gateway of this name is configured.
    UnknownGateway UNPROCESSABLE_ENTITY "unknown-gateway" "There is no such gateway";
    /// A stated time is before what it follows.
    TimeTooEarly UNPROCESSABLE_ENTITY "time-too-early" "A stated time is before what it follows";
    /// A stated time lies in the future.
    FutureTime UNPROCESSABLE_ENTITY "future-time" "A stated time lies in the future";
    /// The idempotency key was used for another request.
    KeyReused UNPROCESSABLE_ENTITY "key-reused" "The idempotency key was used for another request";
    /// A bug, or something that only people can mend.
    Internal INTERNAL_SERVER_ERROR "internal" "Internal error";
    /// More commands are waiting than the queue holds.
    Overloaded SERVICE_UNAVAILABLE "overloaded" "Too many commands are waiting";
    /// No node that writes can be reached.
    NoWriter SERVICE_UNAVAILABLE "no-writer" "No node that writes can be reached";
    /// The database cannot be reached.
    Unavailable SERVICE_UNAVAILABLE "unavailable" "The database cannot be reached";
    /// The view has not come as far as the position asked for.
    ViewBehind SERVICE_UNAVAILABLE "view-behind" "The view has not come that far yet";
    /// The node cannot serve yet, or not any more.
    NotReady SERVICE_UNAVAILABLE "not-ready" "The engine is not ready";
    /// A query took too long.
    QueryTimeout SERVICE_UNAVAILABLE "query-timeout" "The query took too long";
    /// No answer in time: done once, or not at all.
    OutcomeUnknown GATEWAY_TIMEOUT "outcome-unknown" "No answer in time; the same request with the same key tells the outcome";
}
