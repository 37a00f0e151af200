use std::iter;

use purser_commands::Refusal;
use purser_domain::{
    checkout::{Change, CheckoutRefusal, TotalChanged},
    coupon::CouponRefusal,
    exception::ExceptionRefusal,
    fulfillment::FulfillmentRefusal,
    merchant::MerchantRefusal,
    order::OrderRefusal,
    payment::PaymentRefusal,
    points::PointsRefusal,
    pricing::{PricingRefusal, UselessCoupon},
    product::ProductRefusal,
    quota::QuotaRefusal,
    refund::RefundRefusal,
    returns::ReturnRefusal,
    stock::StockRefusal,
    used_reference::ReferenceRefusal,
};

use super::{Fault, Kind, Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Checkout(refusal) => refusal.into(),
            Refusal::TotalChanged(changed) => (*changed).into(),
            Refusal::OutOfStock(shortages) => {
                Self::new(Kind::OutOfStock, detail).faults(shortages.into_iter().flat_map(Fault::shortage).collect())
            }
            Refusal::Order(refusal) => refusal.into(),
            Refusal::Fulfillment(refusal) => refusal.into(),
            Refusal::Stock(refusal) => refusal.into(),
            Refusal::Product(refusal) => refusal.into(),
            Refusal::Payment(refusal) => refusal.into(),
            Refusal::Refund(refusal) => refusal.into(),
            Refusal::Return(refusal) => refusal.into(),
            Refusal::Pricing(refusal) => refusal.into(),
            Refusal::PresentedCoupon { coupon, code: _, refusal } => presented(coupon, &refusal, detail),
            Refusal::PointsOfNobody => Self::at(Kind::PointsNotUsable, Fault::pointer("/points", detail)),
            Refusal::PointsOfAnother => Self::at(Kind::FieldNotAllowed, Fault::pointer("/points", detail)),
            Refusal::Points(refusal) => refusal.into(),
            Refusal::ContactNeeded { field, sku: _ } => {
                Self::at(Kind::ContactNeeded, Fault::pointer(format!("/{field}"), detail))
            }
            Refusal::Quota { line, sku: _, refusal: QuotaRefusal::LimitExceeded { .. } } => {
                Self::at(Kind::PurchaseLimit, Fault::pointer(format!("/lines/{line}/quantity"), detail))
            }
            Refusal::Quota { line: _, sku: _, refusal: QuotaRefusal::MoreThanTaken { .. } } => {
                Self::new(Kind::ReservationConflict, detail)
            }
            Refusal::Reference(ReferenceRefusal::PaysAnother { order }) => {
                Self::at(Kind::PaymentReferenceUsed, Fault::pointer("/reference", detail)).paid_order(order)
            }
            Refusal::UnknownMerchant => Self::not_found("merchant"),
            Refusal::Merchant(refusal) => refusal.into(),
            Refusal::Coupon(refusal) => refusal.into(),
            Refusal::Exception(ExceptionRefusal::Unknown) => Self::not_found("exception"),
            Refusal::Exception(ExceptionRefusal::AlreadyClosed) => Self::new(Kind::ExceptionClosed, detail),
            Refusal::NothingToLose { place } => {
                Self::at(Kind::InvalidValue, Fault::pointer(format!("/orders/{place}"), detail))
            }
            Refusal::KeepsNoStock(_) => Self::new(Kind::KeepsNoStock, detail),
            Refusal::FieldNotAllowed { field } => {
                Self::at(Kind::FieldNotAllowed, Fault::pointer(format!("/{field}"), detail))
            }
            Refusal::FutureTime { field } => Self::at(Kind::FutureTime, Fault::pointer(format!("/{field}"), detail)),
        }
    }
}

impl From<TotalChanged> for Problem {
    fn from(changed: TotalChanged) -> Self {
        let pointer = |change: &Change| match change {
            Change::UnitPrice { line, sku: _, expected: _, now: _ } => format!("/lines/{line}/expected_unit_price"),
            Change::Sum { figure, expected: _, now: _ } => format!("/expected_sums/{}", figure.name()),
        };
        let detail = changed.to_string();
        let total = Fault::pointer("/expected_total", format!("it is {}", changed.total));
        let faults = changed.changes.iter().map(|change| Fault::pointer(pointer(change), change.to_string()));
        Self::new(Kind::TotalChanged, detail)
            .faults(iter::once(total).chain(faults).collect())
            .totals(changed.expected, changed.total)
    }
}

impl From<CheckoutRefusal> for Problem {
    fn from(refusal: CheckoutRefusal) -> Self {
        let detail = refusal.to_string();
        let (kind, pointer) = match refusal {
            CheckoutRefusal::NoLines | CheckoutRefusal::TooManyLines => (Kind::InvalidValue, "/lines".to_owned()),
            CheckoutRefusal::UnknownSku { line, sku: _ } => (Kind::UnknownSku, format!("/lines/{line}/sku")),
            CheckoutRefusal::DelistedSku { line, sku: _ } => (Kind::DelistedSku, format!("/lines/{line}/sku")),
            CheckoutRefusal::OtherCurrency { line, sku: _, priced: _, ordered: _ } => {
                (Kind::OtherCurrency, format!("/lines/{line}/sku"))
            }
            CheckoutRefusal::OtherMerchant { line, sku: _, merchant: _ } => {
                (Kind::OtherMerchant, format!("/lines/{line}/sku"))
            }
            CheckoutRefusal::TotalOverflow { line } => (Kind::TotalOverflow, format!("/lines/{line}/quantity")),
            CheckoutRefusal::QuantityOverflow { line, sku: _ } => {
                (Kind::QuantityOverflow, format!("/lines/{line}/quantity"))
            }
        };
        Self::at(kind, Fault::pointer(pointer, detail))
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            OrderRefusal::Unknown => Self::not_found("order"),
            OrderRefusal::AlreadyPlaced => Self::new(Kind::OrderExists, detail),
            OrderRefusal::WrongStatus { action: _, status } => {
                Self { order_status: Some(status), ..Self::new(Kind::WrongStatus, detail) }
            }
            OrderRefusal::AmountMismatch { expected: _, received: _ }
            | OrderRefusal::RecordedDifferently { recorded: _, received: _ } => {
                Self::at(Kind::AmountMismatch, Fault::pointer("/amount", detail))
            }
            OrderRefusal::MoreThanKept { left, asked: _ } => {
                Self::at(Kind::RefundTooHigh, Fault::pointer("/amount", detail)).left(left)
            }
            OrderRefusal::OtherCurrency { expected: _ } => {
                Self::at(Kind::OtherCurrency, Fault::pointer("/amount/currency", detail))
            }
            OrderRefusal::EmptyRefund | OrderRefusal::EmptyPayment => {
                Self::at(Kind::InvalidValue, Fault::pointer("/amount/amount", detail))
            }
            OrderRefusal::NoUnits => Self::at(Kind::InvalidValue, Fault::pointer("/lines", detail)),
            OrderRefusal::UnknownLine { place } | OrderRefusal::LineRepeated { place } => {
                Self::at(Kind::UnitsNotThere, Fault::pointer(format!("/lines/{place}/line"), detail))
            }
            OrderRefusal::TooManyUnits { place, open: _ } => {
                Self::at(Kind::UnitsNotThere, Fault::pointer(format!("/lines/{place}/quantity"), detail))
            }
            // Only the engine's own steps name stock.
            OrderRefusal::OtherStock => Self::new(Kind::ReservationConflict, detail),
            OrderRefusal::NothingShort => Self::new(Kind::WrongStatus, detail),
            OrderRefusal::ReturnWindowClosed { days: _ } => Self::new(Kind::ReturnWindowClosed, detail),
            OrderRefusal::TooEarly { since: _ } => Self::at(Kind::TimeTooEarly, Fault::pointer("/at", detail)),
            OrderRefusal::WindowOpen { pay_by: _ } => Self::new(Kind::WindowOpen, detail),
        }
    }
}

impl From<FulfillmentRefusal> for Problem {
    fn from(refusal: FulfillmentRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            FulfillmentRefusal::Unknown => Self::not_found("fulfillment"),
            FulfillmentRefusal::NoLines => Self::at(Kind::InvalidValue, Fault::pointer("/lines", detail)),
            FulfillmentRefusal::LineNamedTwice { line: _ }
            | FulfillmentRefusal::UnknownLine { line: _ }
            | FulfillmentRefusal::TooManyUnits { line: _, asked: _, there: _ }
            | FulfillmentRefusal::PartialReshipment => Self::at(Kind::UnitsNotThere, Fault::pointer("/lines", detail)),
            FulfillmentRefusal::WrongStatus { action: _, status: _ }
            | FulfillmentRefusal::RecordedDifferently { action: _ }
            | FulfillmentRefusal::AlreadyOpened
            | FulfillmentRefusal::ReplacementUnderWay
            | FulfillmentRefusal::AskedBack { line: _ } => Self::new(Kind::WrongStatus, detail),
            FulfillmentRefusal::NothingToSendInstead => Self::new(Kind::OutOfStock, detail),
            FulfillmentRefusal::TooEarly { since: _ } => Self::at(Kind::TimeTooEarly, Fault::pointer("/at", detail)),
            FulfillmentRefusal::NotOverdue { ship_by: _ } => Self::new(Kind::WindowOpen, detail),
        }
    }
}

impl From<StockRefusal> for Problem {
    fn from(refusal: StockRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            StockRefusal::Insufficient { asked: _, available: _ } => Self::new(Kind::OutOfStock, detail),
            StockRefusal::AdjustmentTooLow { change: _, available: _ } => {
                Self::at(Kind::AdjustmentTooLow, Fault::pointer("/change", detail))
            }
            StockRefusal::EmptyAdjustment => Self::at(Kind::InvalidValue, Fault::pointer("/change", detail)),
            StockRefusal::TooMany => Self::new(Kind::StockFull, detail),
            StockRefusal::AlreadyReserved
            | StockRefusal::AlreadyBackordered
            | StockRefusal::PartTooLarge { asked: _, reserved: _ }
            | StockRefusal::NotReserved
            | StockRefusal::WrongStage => Self::new(Kind::ReservationConflict, detail),
        }
    }
}

impl From<ProductRefusal> for Problem {
    fn from(refusal: ProductRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ProductRefusal::Unknown => Self::not_found("product"),
            ProductRefusal::AlreadyListed => Self::new(Kind::AlreadyListed, detail),
            ProductRefusal::Delisted => Self::new(Kind::ProductDelisted, detail),
            ProductRefusal::OtherMerchant => Self::new(Kind::SkuTaken, detail),
            ProductRefusal::OtherKind => Self::new(Kind::GoodsOrService, detail),
            ProductRefusal::KeepsNoStock => Self::at(Kind::KeepsNoStock, Fault::pointer("/backorder", detail)),
            ProductRefusal::OtherCurrency { expected: _, received: _ } => {
                Self::at(Kind::OtherCurrency, Fault::pointer("/price/currency", detail))
            }
        }
    }
}

impl From<PaymentRefusal> for Problem {
    fn from(refusal: PaymentRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            PaymentRefusal::Unknown => Self::not_found("payment"),
            PaymentRefusal::WindowOpen { expires_at: _ } => Self::new(Kind::WindowOpen, detail),
            PaymentRefusal::EmptyPayment | PaymentRefusal::EmptyCapture => {
                Self::at(Kind::InvalidValue, Fault::pointer("/amount/amount", detail))
            }
            PaymentRefusal::OtherCurrency { expected: _, received: _ } => {
                Self::at(Kind::OtherCurrency, Fault::pointer("/amount/currency", detail))
            }
            PaymentRefusal::MoreThanAuthorized { authorized: _, captured: _, asked: _ } => {
                Self::at(Kind::PaymentConflict, Fault::pointer("/amount", detail))
            }
            PaymentRefusal::WrongStatus { action: _, status: _ }
            | PaymentRefusal::OtherTerms
            | PaymentRefusal::OtherReference { known: _, received: _ }
            | PaymentRefusal::CapturedByGateway
            | PaymentRefusal::BeingVoided
            | PaymentRefusal::NotBack { open: _ }
            | PaymentRefusal::QuarantineFull
            | PaymentRefusal::NoMismatch => Self::new(Kind::PaymentConflict, detail),
        }
    }
}

impl From<RefundRefusal> for Problem {
    fn from(refusal: RefundRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            RefundRefusal::Unknown => Self::not_found("refund"),
            RefundRefusal::NotSubmitted
            | RefundRefusal::OtherClaim
            | RefundRefusal::AlreadyDone
            | RefundRefusal::NotFailed
            | RefundRefusal::NotInReview
            | RefundRefusal::InReview
            | RefundRefusal::NotOpen
            | RefundRefusal::PaymentDisputed
            | RefundRefusal::Succeeded
            | RefundRefusal::WrittenOff => Self::new(Kind::RefundConflict, detail),
            RefundRefusal::ReasonNeeded => Self::at(Kind::InvalidValue, Fault::pointer("/reason", detail)),
            // No route lets a caller state a part: only the engine's own steps do.
            RefundRefusal::PartNotNumbered | RefundRefusal::PartOutOfBounds { captured: _ } => {
                Self::new(Kind::RefundConflict, detail)
            }
        }
    }
}

impl From<ReturnRefusal> for Problem {
    fn from(refusal: ReturnRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ReturnRefusal::Unknown => Self::not_found("return"),
            ReturnRefusal::NoUnits
            | ReturnRefusal::LineNamedTwice { line: _ }
            | ReturnRefusal::UnknownLine { line: _ }
            | ReturnRefusal::InspectionMismatch { line: _, expected: _, inspected: _ } => {
                Self::at(Kind::InspectionMismatch, Fault::pointer("/lines", detail))
            }
            ReturnRefusal::AddressNeeded => Self::at(Kind::InvalidValue, Fault::pointer("/return_address", detail)),
            ReturnRefusal::TooEarly { since: _ } => Self::at(Kind::TimeTooEarly, Fault::pointer("/at", detail)),
            ReturnRefusal::NoReplacement | ReturnRefusal::TooManyReplacements => {
                Self::at(Kind::InvalidValue, Fault::pointer("/replacement", detail))
            }
            ReturnRefusal::ReplacementRepeated { place } => {
                Self::at(Kind::InvalidValue, Fault::pointer(format!("/replacement/{place}/sku"), detail))
            }
            ReturnRefusal::ReplacementNotOffered { place } => {
                Self::at(Kind::UnknownSku, Fault::pointer(format!("/replacement/{place}/sku"), detail))
            }
            ReturnRefusal::ReplacementLimited { place } => {
                Self::at(Kind::PurchaseLimit, Fault::pointer(format!("/replacement/{place}/quantity"), detail))
            }
            ReturnRefusal::ReplacementTooDear { worth: _, given: _ } => {
                Self::at(Kind::UnevenExchange, Fault::pointer("/replacement", detail))
            }
            ReturnRefusal::AlreadyRequested
            | ReturnRefusal::WrongStatus { action: _, status: _ }
            | ReturnRefusal::RecordedDifferently { action: _ }
            | ReturnRefusal::NothingToSend
            | ReturnRefusal::NotInspected
            | ReturnRefusal::RefundsOpen { open: _ }
            | ReturnRefusal::NotOverdue { review_by: _ } => Self::new(Kind::ReturnConflict, detail),
        }
    }
}

impl From<PricingRefusal> for Problem {
    fn from(refusal: PricingRefusal) -> Self {
        let detail = refusal.to_string();
        let (kind, pointer) = match refusal {
            PricingRefusal::TooManyCoupons => (Kind::CouponNotValid, "/coupons".to_owned()),
            PricingRefusal::CouponRepeated { coupon, .. }
            | PricingRefusal::CouponNotYetValid { coupon, .. }
            | PricingRefusal::CouponNoLongerValid { coupon, .. }
            | PricingRefusal::CouponOfOtherCurrency { coupon, .. }
            | PricingRefusal::CouponBelowMinimum { coupon, .. } => (Kind::CouponNotValid, format!("/coupons/{coupon}")),
            PricingRefusal::CouponsGiveNothing { coupons } => {
                let fault = |useless: &UselessCoupon| {
                    Fault::pointer(format!("/coupons/{}", useless.coupon), useless.to_string())
                };
                return Self::new(Kind::CouponBringsNothing, detail).faults(coupons.iter().map(fault).collect());
            }
            PricingRefusal::CouponOfOtherMerchant { coupon, .. } => (Kind::UnknownCoupon, format!("/coupons/{coupon}")),
            PricingRefusal::CouponsDoNotCombine { coupon, .. } => {
                (Kind::CouponsDoNotCombine, format!("/coupons/{coupon}"))
            }
            PricingRefusal::NotDelivered { .. } => (Kind::NotDelivered, "/ship_to/country".to_owned()),
            PricingRefusal::UnknownShippingMethod { .. } => (Kind::NotDelivered, "/shipping_method".to_owned()),
            PricingRefusal::RegionNeeded { .. } | PricingRefusal::UnknownRegion { .. } => {
                (Kind::UnknownRegion, "/ship_to/region".to_owned())
            }
            PricingRefusal::PointsNotTaken { .. }
            | PricingRefusal::TooManyPoints { .. }
            | PricingRefusal::PointsGiveNothing => (Kind::PointsNotUsable, "/points".to_owned()),
            PricingRefusal::TotalOverflow => (Kind::TotalOverflow, "/lines".to_owned()),
        };
        Self::at(kind, Fault::pointer(pointer, detail))
    }
}

/// What a coupon says to the order that it is presented with.
fn presented(coupon: usize, refusal: &CouponRefusal, detail: String) -> Problem {
    let kind = match refusal {
        CouponRefusal::Unknown => Kind::UnknownCoupon,
        CouponRefusal::UsedUp { .. } | CouponRefusal::UsedUpByCustomer { .. } => Kind::CouponUsedUp,
        CouponRefusal::Withdrawn
        | CouponRefusal::CodeTaken
        | CouponRefusal::NotYetValid { .. }
        | CouponRefusal::Over { .. }
        | CouponRefusal::CustomerNeeded
        | CouponRefusal::OtherTerms
        | CouponRefusal::Offer(_)
        | CouponRefusal::AlreadyFrozen
        | CouponRefusal::NotFrozen
        | CouponRefusal::NotRedeemed => Kind::CouponNotValid,
    };
    Problem::at(kind, Fault::pointer(format!("/coupons/{coupon}"), detail))
}

impl From<CouponRefusal> for Problem {
    fn from(refusal: CouponRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            CouponRefusal::Unknown => Self::not_found("coupon"),
            CouponRefusal::Offer(refusal) => {
                Self::at(Kind::InvalidValue, Fault::pointer(format!("/offer/{}", refusal.field()), detail))
            }
            CouponRefusal::OtherTerms | CouponRefusal::Withdrawn | CouponRefusal::CodeTaken => {
                Self::at(Kind::CouponConflict, Fault::pointer("/code", detail))
            }
            CouponRefusal::NotYetValid { .. } | CouponRefusal::Over { .. } | CouponRefusal::CustomerNeeded => {
                Self::new(Kind::CouponNotValid, detail)
            }
            CouponRefusal::UsedUp { .. } | CouponRefusal::UsedUpByCustomer { .. } => {
                Self::new(Kind::CouponUsedUp, detail)
            }
            CouponRefusal::AlreadyFrozen | CouponRefusal::NotFrozen | CouponRefusal::NotRedeemed => {
                Self::new(Kind::ReservationConflict, detail)
            }
        }
    }
}

impl From<PointsRefusal> for Problem {
    fn from(refusal: PointsRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            PointsRefusal::Insufficient { .. } => Self::at(Kind::NotEnoughPoints, Fault::pointer("/points", detail)),
            PointsRefusal::TooMany => Self::at(Kind::PointsFull, Fault::pointer("/points", detail)),
            PointsRefusal::AlreadyFrozen
            | PointsRefusal::NotFrozen
            | PointsRefusal::MoreThanSpent { .. }
            | PointsRefusal::MoreThanEarned { .. } => Self::new(Kind::ReservationConflict, detail),
        }
    }
}

impl From<MerchantRefusal> for Problem {
    fn from(refusal: MerchantRefusal) -> Self {
        let detail = refusal.to_string();
        let pointer = match refusal {
            MerchantRefusal::TooManyPromotions => return Self::new(Kind::TooManyPromotions, detail),
            MerchantRefusal::UnknownPromotion { id: _ } => return Self::not_found("promotion"),
            MerchantRefusal::InvalidOffer(refusal) => format!("/offer/{}", refusal.field()),
            MerchantRefusal::TooManyShippingRates | MerchantRefusal::TooManyTaxRates => "/rates".to_owned(),
            MerchantRefusal::ShippingNowhere { rate } => format!("/rates/{rate}/countries"),
            MerchantRefusal::ShippingRateRepeated { rate }
            | MerchantRefusal::TaxRateRepeated { rate }
            | MerchantRefusal::TooManyTaxes { rate } => format!("/rates/{rate}"),
            MerchantRefusal::UnknownTaxRegion { rate } => format!("/rates/{rate}/region"),
            MerchantRefusal::TaxNameNeeded { rate } => format!("/rates/{rate}/name"),
            MerchantRefusal::UnknownExportRegion => "/export_net_of/region".to_owned(),
            MerchantRefusal::NothingToTakeOut | MerchantRefusal::ExportPlaceWithoutRate => "/export_net_of".to_owned(),
            MerchantRefusal::WorthlessPoints | MerchantRefusal::PointsWorthTooMuch => {
                "/points/value_per_100".to_owned()
            }
            MerchantRefusal::TooManyPointsEarned { most: _ } => "/points/granted_per_100".to_owned(),
            MerchantRefusal::NoPriorities | MerchantRefusal::TooManyPriorities => "/allocation_priority".to_owned(),
            MerchantRefusal::TooManySites => "/sites".to_owned(),
            MerchantRefusal::PriorityRepeated { location } => format!("/allocation_priority/{location}"),
        };
        Self::at(Kind::InvalidValue, Fault::pointer(pointer, detail))
    }
}
