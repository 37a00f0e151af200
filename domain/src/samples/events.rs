//! Every event, filled to the brim, and again with all that can be absent absent.
//!
//! The golden files hold exactly these values: a value is never changed here, only added.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Sample, allocation, amount, at, bare_address, capture, coupon_terms, every_variant, exchange, gbp, goods_line,
    inspected, limited, listing, order_id, parcel, parcel_line, part, payment_id, payment_terms, placed, points,
    quantity, report, return_terms, service_line, text, units,
};
use crate::{
    address::Address,
    allocation::{AllocationRule, Site},
    coupon::{CouponEvent, CouponTerms, CouponUse},
    fulfillment::{FulfillmentEvent, Parcel},
    merchant::{MerchantEvent, Policies, ShippingRates, TaxBasis, TaxRates},
    order::{Exchanged, Interrupted, LimitedPieces, OrderEvent, OrderPlaced, RefundPart, Settlement},
    payment::{CaptureMethod, Mismatch, NextAction, PaymentEvent, PaymentTerms, ReportSource, ReportedStatus},
    points::{FrozenPoints, GrantCause, PointsEvent},
    pricing::{
        AppliedDiscount, AppliedTax, Discount, DiscountClass, Offer, PointsSpent, Priced, PricedLine, PricedShipping,
        Rate, Source, Sums, Validity,
    },
    product::{Backorder, Listing, ProductEvent, ProductKind},
    quota::QuotaEvent,
    refund::{Claim, RefundCause, RefundChannel, RefundEvent, RefundFailure, SettledBy},
    returns::{Owed, Replacement, ReturnEvent, ReturnKind, ReturnTerms},
    samples::{
        merchants::{full_promotion, policies, promotion, shipping_rates, tax_rates},
        offers::sample_discounts,
    },
    stock::{Reservation, ReservationStage, StockEvent},
};

/// A return of the sample order.
const RETURN: &str = "ret_00000000000000000000000000000004";

#[expect(clippy::too_many_lines, reason = "one list, with an entry for each event")]
pub(crate) fn order_events() -> Vec<Sample<OrderEvent>> {
    every_variant!(OrderEvent {
        OrderPlaced: [
            "" => OrderEvent::OrderPlaced(full_placement()),
            "minimal" => OrderEvent::OrderPlaced(minimal_placement()),
            "priced" => OrderEvent::OrderPlaced(priced_placement()),
            "waiting" => OrderEvent::OrderPlaced(waiting_placement()),
        ],
        OrderPaid: [
            "" => OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("pi_3OqY", 3855)), at: precise() },
            "free" => OrderEvent::OrderPaid { settlement: Settlement::NothingDue, at: at(0) },
            "gateway" => OrderEvent::OrderPaid { settlement: Settlement::Captured(part("tx_1", 3855)), at: at(1) },
            "parts" => OrderEvent::OrderPaid {
                settlement: Settlement::CapturedInParts(vec![part("tx_1", 3000), part("tx_2", 855)]),
                at: at(2),
            },
        ],
        PartialPaymentReceived: [
            "" => OrderEvent::PartialPaymentReceived { capture: part("tx_1", 3000), at: precise() },
        ],
        RefundOwed: [
            "part" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: Some(RefundPart { amount: gbp(510), number: 2 }),
                cause: RefundCause::LinesCancelled,
                returned: None,
                at: precise(),
            },
            "returned" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: Some(RefundPart { amount: gbp(510), number: 2 }),
                cause: RefundCause::Returned,
                returned: Some(text(RETURN)),
                at: precise(),
            },
            "" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: None,
                cause: RefundCause::IncompletePayment,
                returned: None,
                at: precise(),
            },
        ],
        LatePaymentReceived: ["" => OrderEvent::LatePaymentReceived { capture: capture("pi_3OqZ", 3855), at: at(31) }],
        SurplusPaymentReceived: [
            "" => OrderEvent::SurplusPaymentReceived { capture: capture("pi_3Oqa", 100), at: at(7) },
        ],
        OrderReinstated: ["" => reinstated(true), "minimal" => reinstated(false)],
        ProcessingStarted: [
            "" => OrderEvent::ProcessingStarted { parcels: None, at: at(8) },
            "parcels" => OrderEvent::ProcessingStarted { parcels: Some(2), at: at(8) },
        ],
        BackorderServed: [
            "" => OrderEvent::BackorderServed { allocation: allocation("71053@main", 3), parcel: Some(2), at: precise() },
            "minimal" => OrderEvent::BackorderServed { allocation: allocation("71053@main", 3), parcel: None, at: at(6) },
        ],
        ParcelOpened: ["" => OrderEvent::ParcelOpened { number: 3, at: precise() }],
        ParcelShipped: [
            "" => OrderEvent::ParcelShipped {
                number: 2,
                lines: vec![units(0, 2), units(1, 1)],
                stock: vec![allocation("85123A@north", 2)],
                at: precise(),
            },
            "minimal" => OrderEvent::ParcelShipped { number: 1, lines: vec![units(1, 1)], stock: vec![], at: at(60) },
        ],
        ParcelDelivered: ["" => OrderEvent::ParcelDelivered { number: 2, at: precise() }],
        OrderShipped: [
            "" => OrderEvent::OrderShipped { tracking: Some(text("GB-123/4")), at: at(60) },
            "minimal" => OrderEvent::OrderShipped { tracking: None, at: at(60) },
        ],
        OrderDelivered: ["" => OrderEvent::OrderDelivered { at: at(1440) }],
        OrderCompleted: [
            "" => OrderEvent::OrderCompleted { points: None, at: at(2880) },
            "rewarded" => OrderEvent::OrderCompleted { points: Some(points(385)), at: at(2880) },
        ],
        OrderCancelled: [
            "" => OrderEvent::OrderCancelled {
                reason: text("changed my mind: \u{201c}too dear\u{201d}"),
                owed_back: Some(capture("pi_3OqY", 3855)),
                at: at(9),
            },
            "minimal" => OrderEvent::OrderCancelled { reason: text("x"), owed_back: None, at: at(9) },
        ],
        OrderLinesCancelled: [
            "" => OrderEvent::OrderLinesCancelled {
                lines: vec![units(0, 2), units(1, 1)],
                released: vec![allocation("85123A@north", 2)],
                refund: gbp(765),
                points: Some(points(120)),
                left: 4,
                reason: text("out of fashion"),
                at: precise(),
            },
            "minimal" => OrderEvent::OrderLinesCancelled {
                lines: vec![units(0, 1)],
                released: vec![],
                refund: gbp(0),
                points: None,
                left: 1,
                reason: text("x"),
                at: at(9),
            },
        ],
        CancellationRequested: [
            "" => OrderEvent::CancellationRequested { lines: vec![], reason: text("ordered twice"), at: precise() },
            "lines" => OrderEvent::CancellationRequested {
                lines: vec![units(0, 2)],
                reason: text("one is enough"),
                at: precise(),
            },
        ],
        CancellationDeclined: [
            "" => OrderEvent::CancellationDeclined {
                reason: text("packed already"),
                resumed: Interrupted::Processing,
                at: precise(),
            },
            "paid" => OrderEvent::CancellationDeclined {
                reason: text("packed already"),
                resumed: Interrupted::Paid,
                at: precise(),
            },
        ],
        OrderExpired: ["" => OrderEvent::OrderExpired { at: at(30) }],
        OrderReservationsReleased: ["" => OrderEvent::OrderReservationsReleased { at: at(31) }],
        ReturnOpened: [
            "" => OrderEvent::ReturnOpened { id: text(RETURN), units: vec![units(0, 5), units(1, 1)], at: precise() },
        ],
        ReturnEnded: [
            "" => OrderEvent::ReturnEnded { id: text(RETURN), exchanged: None, at: precise() },
            "the_same" => OrderEvent::ReturnEnded {
                id: text(RETURN),
                exchanged: Some(Exchanged::ForTheSame),
                at: at(14_000),
            },
            "others" => OrderEvent::ReturnEnded {
                id: text(RETURN),
                exchanged: Some(Exchanged::ForOthers),
                at: at(14_000),
            },
        ],
        UnitsReturned: [
            "" => OrderEvent::UnitsReturned {
                id: text(RETURN),
                lines: vec![units(0, 4)],
                refund: gbp(1020),
                points: Some(points(120)),
                revoked: Some(points(102)),
                left: 3,
                at: precise(),
            },
            "minimal" => OrderEvent::UnitsReturned {
                id: text(RETURN),
                lines: vec![units(0, 1)],
                refund: gbp(0),
                points: None,
                revoked: None,
                left: 0,
                at: at(13_100),
            },
        ],
    })
}

fn reinstated(fully: bool) -> OrderEvent {
    let parts = Settlement::CapturedInParts(vec![part("tx_1", 3000), part("tx_2", 855)]);
    let (settlement, allocations, at) = if fully {
        (parts, vec![allocation("85123A@north", 6)], precise())
    } else {
        (Settlement::Captured(capture("pi_3OqZ", 3855)), vec![], at(31))
    };
    OrderEvent::OrderReinstated { settlement, allocations, at }
}

pub(crate) fn stock_events() -> Vec<Sample<StockEvent>> {
    let reservation = Reservation { order: order_id(1), quantity: quantity(6) };
    every_variant!(StockEvent {
        StockReceived: ["" => StockEvent::StockReceived { quantity: quantity(1_000_000), at: at(-60) }],
        StockAdjusted: [
            "" => StockEvent::StockAdjusted { change: -3, reason: text("damaged"), at: precise() },
            "found" => StockEvent::StockAdjusted { change: 4, reason: text("found behind the shelf"), at: at(2) },
        ],
        StockReserved: ["" => StockEvent::StockReserved(reservation)],
        ReservationCommitted: ["" => StockEvent::ReservationCommitted(reservation)],
        ReservationReleased: [
            "" => StockEvent::ReservationReleased { reservation, from: ReservationStage::Committed },
            "held" => StockEvent::ReservationReleased { reservation, from: ReservationStage::Held },
        ],
        ReservationConsumed: ["" => StockEvent::ReservationConsumed(reservation)],
        StockRestocked: [
            "" => StockEvent::StockRestocked { order: order_id(1), quantity: quantity(2), at: precise() },
        ],
        ReservationExtended: ["" => StockEvent::ReservationExtended(reservation)],
        StockBackordered: ["" => StockEvent::StockBackordered(reservation)],
        BackorderAllocated: ["" => StockEvent::BackorderAllocated(reservation)],
        BackorderReleased: ["" => StockEvent::BackorderReleased(reservation)],
    })
}

pub(crate) fn product_events() -> Vec<Sample<ProductEvent>> {
    every_variant!(ProductEvent {
        ProductListed: [
            "" => ProductEvent::ProductListed { listing: listing(255), at: precise() },
            "service" => ProductEvent::ProductListed {
                listing: Listing { title: text("POSTAGE"), kind: ProductKind::Service, ..listing(0) },
                at: at(-120),
            },
            "taxed" => ProductEvent::ProductListed {
                listing: Listing { tax_category: Some(text("books")), ..listing(255) },
                at: at(-120),
            },
            "backorder" => ProductEvent::ProductListed {
                listing: Listing {
                    backorder: Backorder::Allowed,
                    purchase_limit: Some(quantity(5)),
                    ..listing(255)
                },
                at: at(-60),
            },
        ],
        ProductRepriced: ["" => ProductEvent::ProductRepriced { price: gbp(295), at: at(-90) }],
        ProductBackorderChanged: [
            "" => ProductEvent::ProductBackorderChanged { backorder: Backorder::Allowed, at: at(30) },
            "refused" => ProductEvent::ProductBackorderChanged { backorder: Backorder::Refused, at: at(60) },
        ],
        ProductDelisted: ["" => ProductEvent::ProductDelisted { at: at(90) }],
    })
}

pub(crate) fn payment_events() -> Vec<Sample<PaymentEvent>> {
    let webhook = || ReportSource::Webhook { event: text("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W") };
    let taken = |capture, [sum, rest]: [i64; 2], source, at| PaymentEvent::PaymentCaptured {
        capture,
        sum: gbp(sum),
        rest: amount(rest),
        source,
        at,
    };
    let automatic = PaymentTerms { customer: None, capture: CaptureMethod::Automatic, ..payment_terms() };
    let pending = |next_action, at| PaymentEvent::PaymentPending { gateway_reference: text("sbx_9"), next_action, at };
    let page = NextAction::RedirectUrl(text("https://pay.example/p/9?lang=en"));
    let code = NextAction::QrCode(text("weixin://wxpay/bizpayurl?pr=9"));
    let failed = ReportedStatus::Failed { code: text("card_declined") };
    let mismatch =
        |report, mismatch| PaymentEvent::PaymentMismatchReported { report, mismatch, source: webhook(), at: at(14) };
    let captured = |captures: &[(&str, i64)]| report(ReportedStatus::Captured, 1530, captures);
    every_variant!(PaymentEvent {
        PaymentInitiated: [
            "" => PaymentEvent::PaymentInitiated { payment: payment_id(3), terms: payment_terms(), at: precise() },
            "minimal" => PaymentEvent::PaymentInitiated { payment: payment_id(3), terms: automatic, at: at(0) },
        ],
        PaymentPending: [
            "" => pending(Some(page), precise()),
            "qr" => pending(Some(code), at(1)),
            "minimal" => pending(None, at(1)),
        ],
        PaymentAuthorized: [
            "" => PaymentEvent::PaymentAuthorized { amount: gbp(1530), source: webhook(), at: precise() },
        ],
        PaymentCaptured: [
            "" => taken(part("tx-2", 530), [1530, 0], webhook(), precise()),
            "polled" => taken(part("tx-1", 1000), [1000, 0], ReportSource::Poll, at(6)),
            "part" => taken(part("tx-1", 1000), [1000, 530], ReportSource::Poll, at(6)),
        ],
        PaymentFailed: [
            "" => PaymentEvent::PaymentFailed {
                code: text("card_declined"),
                source: ReportSource::Reply,
                at: precise(),
            },
        ],
        PaymentExpired: [
            "" => PaymentEvent::PaymentExpired { source: Some(ReportSource::Poll), at: precise() },
            "minimal" => PaymentEvent::PaymentExpired { source: None, at: at(30) },
        ],
        PaymentVoided: ["" => PaymentEvent::PaymentVoided { source: ReportSource::Reply, at: precise() }],
        AuthorizationExpired: ["" => PaymentEvent::AuthorizationExpired { source: webhook(), at: precise() }],
        PaymentDisputed: ["" => PaymentEvent::PaymentDisputed { source: webhook(), at: precise() }],
        CaptureRequested: ["" => PaymentEvent::CaptureRequested { number: 2, amount: gbp(530), at: precise() }],
        VoidRequested: ["" => PaymentEvent::VoidRequested { at: precise() }],
        PaymentMismatchReported: [
            "" => mismatch(
                captured(&[("tx-1", 1000), ("tx-2", 531)]),
                Mismatch::MoreCaptured { reference: text("tx-2") },
            ),
            "other_payment" => mismatch(captured(&[]), Mismatch::OtherPayment { reported: payment_id(4) }),
            "other_order" => mismatch(captured(&[]), Mismatch::OtherOrder { reported: order_id(2) }),
            "other_currency" => mismatch(captured(&[]), Mismatch::OtherCurrency { reported: text("EUR") }),
            "more_authorized" => mismatch(
                report(ReportedStatus::Authorized, 1531, &[]),
                Mismatch::MoreAuthorized { reported: amount(1531) },
            ),
            "nothing_authorized" => mismatch(
                report(ReportedStatus::Authorized, 0, &[]),
                Mismatch::NothingAuthorized,
            ),
            "nothing_captured" => mismatch(report(ReportedStatus::Disputed, 0, &[]), Mismatch::NothingCaptured),
            "empty_capture" => mismatch(captured(&[("tx-1", 0)]), Mismatch::EmptyCapture { reference: text("tx-1") }),
            "other_capture_amount" => mismatch(
                captured(&[("tx-1", 999)]),
                Mismatch::OtherCaptureAmount { reference: text("tx-1"), reported: amount(999) },
            ),
            "too_many_captures" => mismatch(report(failed, 0, &[]), Mismatch::TooManyCaptures),
            "pending" => mismatch(
                report(ReportedStatus::Pending, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
            "expired" => mismatch(
                report(ReportedStatus::Expired, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
            "voided" => mismatch(
                report(ReportedStatus::Voided, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
        ],
        PaymentMismatchResolved: [
            "" => PaymentEvent::PaymentMismatchResolved {
                actor: text("back_office:tok_1"),
                reason: text("the gateway took a penny too much and gave it back"),
                at: precise(),
            },
        ],
    })
}

pub(crate) fn refund_events() -> Vec<Sample<RefundEvent>> {
    let whole = |cause| Claim::whole(order_id(1), capture("pi_3OqY", 3855), cause);
    let requested = |cause| RefundEvent::RefundRequested { claim: whole(cause), at: at(10) };
    let through_gateway = |cause| Claim::whole(order_id(1), part("pi_3OqY", 3855), cause);
    let part = |cause| RefundEvent::RefundRequested {
        claim: Claim { amount: Some(gbp(1285)), number: 2, ..through_gateway(cause) },
        at: precise(),
    };
    let failed = |failure, cause, attempt, at| RefundEvent::RefundFailed { failure, cause: text(cause), attempt, at };
    let (actor, reason) = (|| text("back_office:tok_1"), || text("the card was closed: \u{201c}gone\u{201d}"));
    every_variant!(RefundEvent {
        RefundRequested: [
            "" => requested(RefundCause::OrderCancelled),
            "late" => requested(RefundCause::LatePayment),
            "surplus" => requested(RefundCause::SurplusPayment),
            "incomplete" => RefundEvent::RefundRequested {
                claim: through_gateway(RefundCause::IncompletePayment),
                at: precise(),
            },
            "part" => part(RefundCause::LinesCancelled),
            "returned" => part(RefundCause::Returned),
            "return" => RefundEvent::RefundRequested {
                claim: Claim {
                    amount: Some(gbp(1285)),
                    number: 2,
                    returned: Some(text(RETURN)),
                    ..through_gateway(RefundCause::Returned)
                },
                at: precise(),
            },
            "goodwill" => part(RefundCause::Goodwill),
        ],
        RefundSubmitted: [
            "" => RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, attempt: None, at: at(11) },
            "gateway" => RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: None, at: precise() },
            "attempt" => RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: Some(2), at: precise() },
        ],
        RefundSucceeded: [
            "" => RefundEvent::RefundSucceeded {
                reference: text("FT-2010-12-01/7"),
                note: Some(text("by bank transfer")),
                settled_by: None,
                at: precise(),
            },
            "minimal" => RefundEvent::RefundSucceeded {
                reference: text("FT-7"),
                note: None,
                settled_by: None,
                at: at(12),
            },
            "settled" => RefundEvent::RefundSucceeded {
                reference: text("FT-8"),
                note: None,
                settled_by: Some(SettledBy { actor: actor(), reason: reason() }),
                at: precise(),
            },
        ],
        RefundFailed: [
            "" => failed(RefundFailure::Refused, "card_closed", None, precise()),
            "unknown" => failed(RefundFailure::OutcomeUnknown, "no answer to 8 attempts", None, at(13)),
            "attempt" => failed(RefundFailure::Refused, "account-closed", Some(2), precise()),
            "last_attempt" => failed(RefundFailure::Refused, "account-closed", Some(5), precise()),
        ],
        RefundReviewRequested: ["" => RefundEvent::RefundReviewRequested { at: precise() }],
        RefundRetried: [
            "" => RefundEvent::RefundRetried { actor: actor(), reason: reason(), attempt: None, at: precise() },
            "attempt" => RefundEvent::RefundRetried { actor: actor(), reason: reason(), attempt: Some(6), at: precise() },
        ],
        RefundWrittenOff: ["" => RefundEvent::RefundWrittenOff { actor: actor(), reason: reason(), at: precise() }],
    })
}

pub(crate) fn coupon_events() -> Vec<Sample<CouponEvent>> {
    let by_customer = CouponUse { order: order_id(1), customer: Some(text("17850")) };
    let by_guest = CouponUse { customer: None, ..by_customer.clone() };
    every_variant!(CouponEvent {
        CouponIssued: [
            "" => CouponEvent::CouponIssued { terms: full_terms(), at: precise() },
            "minimal" => CouponEvent::CouponIssued { terms: coupon_terms(), at: at(-60) },
        ],
        CouponWithdrawn: ["" => CouponEvent::CouponWithdrawn { reason: text("the spring is over"), at: at(2880) }],
        CouponFrozen: [
            "" => CouponEvent::CouponFrozen(by_customer.clone()),
            "minimal" => CouponEvent::CouponFrozen(by_guest.clone()),
        ],
        CouponRedeemed: [
            "" => CouponEvent::CouponRedeemed(by_customer.clone()),
            "minimal" => CouponEvent::CouponRedeemed(by_guest.clone()),
        ],
        CouponUnfrozen: [
            "" => CouponEvent::CouponUnfrozen(by_customer.clone()),
            "minimal" => CouponEvent::CouponUnfrozen(by_guest.clone()),
        ],
        CouponGivenBack: [
            "" => CouponEvent::CouponGivenBack(by_customer),
            "minimal" => CouponEvent::CouponGivenBack(by_guest),
        ],
    })
}

/// A merchant's coupon with all its limits and conditions.
fn full_terms() -> CouponTerms {
    let discount = Discount::PercentageOffOrder { rate: super::offers::rate(100_000), cap: Some(gbp(1_000)) };
    CouponTerms {
        offer: Offer {
            discount,
            minimum_spend: Some(gbp(5_000)),
            valid: Validity { from: Some(at(-1440)), until: Some(at(43_200)) },
            combines_with: BTreeSet::from([DiscountClass::Product, DiscountClass::Shipping]),
        },
        merchant: Some(text("gifts")),
        ..limited(Some(100), Some(2))
    }
}

pub(crate) fn points_events() -> Vec<Sample<PointsEvent>> {
    let (order, frozen) = (order_id(1), FrozenPoints { order: order_id(1), points: points(600) });
    every_variant!(PointsEvent {
        PointsGranted: [
            "" => PointsEvent::PointsGranted {
                points: points(15),
                cause: GrantCause::OrderCompleted { order },
                at: precise(),
            },
            "by_hand" => PointsEvent::PointsGranted {
                points: points(1_000_000_000_000),
                cause: GrantCause::ByHand { actor: text("back_office:tok_1"), reason: text("sorry for the delay") },
                at: at(2),
            },
        ],
        PointsFrozen: ["" => PointsEvent::PointsFrozen(frozen)],
        PointsSpent: ["" => PointsEvent::PointsSpent(frozen)],
        PointsUnfrozen: ["" => PointsEvent::PointsUnfrozen(frozen)],
        PointsReturned: ["" => PointsEvent::PointsReturned { order, points: points(200) }],
        PointsRevoked: ["" => PointsEvent::PointsRevoked { order, points: points(5), at: at(2890) }],
    })
}

pub(crate) fn quota_events() -> Vec<Sample<QuotaEvent>> {
    every_variant!(QuotaEvent {
        QuotaTaken: ["" => QuotaEvent::QuotaTaken { order: order_id(1), units: quantity(6) }],
        QuotaReturned: ["" => QuotaEvent::QuotaReturned { order: order_id(1), units: quantity(2) }],
    })
}

pub(crate) fn merchant_events() -> Vec<Sample<MerchantEvent>> {
    let mut samples = every_variant!(MerchantEvent {
        PromotionDefined: [
            "minimal" => MerchantEvent::PromotionDefined {
                promotion: promotion("spring", Discount::ShippingOff { rate: Rate::FULL }),
                at: at(0),
            },
        ],
        PromotionEnded: ["" => MerchantEvent::PromotionEnded { id: text("spring"), at: precise() }],
        ShippingRatesSet: [
            "" => MerchantEvent::ShippingRatesSet { rates: shipping_rates(), at: precise() },
            "minimal" => MerchantEvent::ShippingRatesSet { rates: ShippingRates::default(), at: at(0) },
        ],
        TaxRatesSet: [
            "" => MerchantEvent::TaxRatesSet { tax: tax_rates(), at: precise() },
            "minimal" => MerchantEvent::TaxRatesSet { tax: TaxRates::default(), at: at(0) },
        ],
        PoliciesSet: [
            "" => MerchantEvent::PoliciesSet { policies: policies(), at: precise() },
            "minimal" => MerchantEvent::PoliciesSet { policies: Policies::default(), at: at(0) },
            "sites" => MerchantEvent::PoliciesSet {
                policies: Policies {
                    allocation: AllocationRule::Nearest,
                    sites: BTreeMap::from([
                        (text("main"), Site { country: text("GB"), postal_code: Some(text("SW1Y 4LE")) }),
                        (text("west"), Site { country: text("FR"), postal_code: None }),
                    ]),
                    ..Policies::default()
                },
                at: at(1),
            },
            "address" => MerchantEvent::PoliciesSet {
                policies: Policies { return_address: Some(full_address()), ..policies() },
                at: precise(),
            },
        ],
    });
    let labels = ["", "uncapped", "units", "free_unit", "tiers", "order", "order_uncapped", "order_amount", "shipping"];
    let discounts = sample_discounts();
    assert_eq!(labels.len(), discounts.len(), "every discount has a golden file");
    samples.extend(labels.into_iter().zip(discounts).map(|(label, discount)| Sample {
        variant: "PromotionDefined",
        label,
        value: MerchantEvent::PromotionDefined { promotion: full_promotion("spring", discount.value), at: precise() },
    }));
    samples
}

pub(crate) fn fulfillment_events() -> Vec<Sample<FulfillmentEvent>> {
    let six = || vec![parcel_line(0, "85123A", ProductKind::Goods, 6)];
    every_variant!(FulfillmentEvent {
        FulfillmentOpened: [
            "" => FulfillmentEvent::FulfillmentOpened { parcel: parcel(), at: precise() },
            "minimal" => FulfillmentEvent::FulfillmentOpened {
                parcel: Parcel {
                    customer: None,
                    location: None,
                    lines: vec![parcel_line(0, "GIFT WRAP", ProductKind::Service, 1)],
                    ..parcel()
                },
                at: at(5),
            },
            "replacement" => FulfillmentEvent::FulfillmentOpened {
                parcel: Parcel { number: 2, replaces: Some(text("ret_00000000000000000000000000000004")), ..parcel() },
                at: at(5),
            },
        ],
        FulfillmentHeld: [
            "" => FulfillmentEvent::FulfillmentHeld { reason: text("the address is in doubt"), at: at(6) },
        ],
        FulfillmentHoldReleased: ["" => FulfillmentEvent::FulfillmentHoldReleased { at: at(7) }],
        FulfillmentStarted: ["" => FulfillmentEvent::FulfillmentStarted { at: at(8) }],
        FulfillmentShipped: [
            "" => FulfillmentEvent::FulfillmentShipped {
                lines: six(),
                tracking: Some(text("GB-123/4")),
                carrier: Some(text("Royal Mail")),
                at: precise(),
            },
            "minimal" => FulfillmentEvent::FulfillmentShipped {
                lines: six(),
                tracking: None,
                carrier: None,
                at: at(60),
            },
        ],
        FulfillmentDelivered: [
            "" => FulfillmentEvent::FulfillmentDelivered { replaces: None, at: at(1440) },
            "replacement" => FulfillmentEvent::FulfillmentDelivered { replaces: Some(text(RETURN)), at: at(1440) },
        ],
        FulfillmentDeliveryFailed: [
            "" => FulfillmentEvent::FulfillmentDeliveryFailed { reason: text("nobody at home"), at: at(1440) },
        ],
        FulfillmentReduced: [
            "" => FulfillmentEvent::FulfillmentReduced {
                lines: vec![parcel_line(0, "85123A", ProductKind::Goods, 2)],
                reason: text("two fewer will do"),
                at: at(9),
            },
        ],
        FulfillmentCancelled: [
            "" => FulfillmentEvent::FulfillmentCancelled {
                replaces: None,
                reason: text("changed my mind"),
                at: at(9),
            },
            "replacement" => FulfillmentEvent::FulfillmentCancelled {
                replaces: Some(text(RETURN)),
                reason: text("broken in the warehouse"),
                at: at(9),
            },
        ],
        ShipmentOverdue: ["" => FulfillmentEvent::ShipmentOverdue { at: at(2880) }],
    })
}

pub(crate) fn return_events() -> Vec<Sample<ReturnEvent>> {
    every_variant!(ReturnEvent {
        ReturnRequested: [
            "" => ReturnEvent::ReturnRequested(return_terms(exchange())),
            "minimal" => ReturnEvent::ReturnRequested(ReturnTerms {
                customer: None,
                ..return_terms(ReturnKind::RefundOnly)
            }),
            "return" => ReturnEvent::ReturnRequested(return_terms(ReturnKind::Return)),
        ],
        ReturnApproved: [
            "" => ReturnEvent::ReturnApproved {
                return_address: Some(full_address()),
                actor: text("back_office:tok_1"),
                at: precise(),
            },
            "minimal" => ReturnEvent::ReturnApproved {
                return_address: None,
                actor: text("saga:return"),
                at: at(11_440),
            },
        ],
        ReturnDeclined: [
            "" => ReturnEvent::ReturnDeclined {
                reason: text("worn"),
                actor: text("merchant:gifts"),
                at: at(10_100),
            },
        ],
        ReturnCancelled: [
            "" => ReturnEvent::ReturnCancelled { reason: Some(text("I keep them")), at: at(10_100) },
            "minimal" => ReturnEvent::ReturnCancelled { reason: None, at: at(10_100) },
        ],
        ReturnEscalated: ["" => ReturnEvent::ReturnEscalated { at: at(11_440) }],
        ReturnInTransit: [
            "" => ReturnEvent::ReturnInTransit { tracking: Some(text("GB-9")), at: at(12_000) },
            "minimal" => ReturnEvent::ReturnInTransit { tracking: None, at: at(12_000) },
        ],
        ReturnReceived: ["" => ReturnEvent::ReturnReceived { at: at(13_000) }],
        ReturnInspected: [
            "" => ReturnEvent::ReturnInspected {
                inspected: vec![inspected(0, 2, 2, 1), inspected(1, 0, 0, 1)],
                location: None,
                at: precise(),
            },
            "location" => ReturnEvent::ReturnInspected {
                inspected: vec![inspected(0, 5, 0, 0), inspected(1, 1, 0, 0)],
                location: Some(text("north")),
                at: precise(),
            },
        ],
        ReturnResolving: [
            "" => ReturnEvent::ReturnResolving {
                owed: Owed::Refund { units: vec![units(0, 4)] },
                refunds: vec![],
                at: at(13_100),
            },
            "refunds" => ReturnEvent::ReturnResolving {
                owed: Owed::Refund { units: vec![units(0, 4)] },
                refunds: vec![text("rfd_00000000000000000000000000000002")],
                at: at(13_100),
            },
            "replacement" => ReturnEvent::ReturnResolving {
                owed: Owed::Replacement {
                    lines: vec![Replacement { sku: text("71053"), quantity: quantity(5) }],
                },
                refunds: vec![],
                at: at(13_100),
            },
            "nothing" => ReturnEvent::ReturnResolving { owed: Owed::Nothing, refunds: vec![], at: at(13_100) },
        ],
        ReturnReplacementGivenUp: [
            "" => ReturnEvent::ReturnReplacementGivenUp {
                refunds: vec![text("rfd_00000000000000000000000000000002")],
                at: at(13_150),
            },
            "minimal" => ReturnEvent::ReturnReplacementGivenUp { refunds: vec![], at: at(13_150) },
        ],
        ReturnRefundSettled: [
            "" => ReturnEvent::ReturnRefundSettled {
                refund: text("rfd_00000000000000000000000000000002"),
                at: precise(),
            },
        ],
        ReturnClosed: ["" => ReturnEvent::ReturnClosed { at: at(14_000) }],
    })
}

fn full_address() -> Address {
    Address {
        lines: vec![text("12 St James's Square"), text("Flat \"B\"")],
        city: Some(text("London")),
        region: Some(text("Greater London")),
        postal_code: Some(text("SW1Y 4JH")),
        ..bare_address()
    }
}

fn full_placement() -> OrderPlaced {
    OrderPlaced {
        lines: vec![goods_line("85123A", 6), service_line("POST", 1)],
        total: gbp(1785),
        ship_to: full_address(),
        allocations: vec![allocation("85123A@main", 4), allocation("85123A@north", 2)],
        placed_at: precise(),
        ..placed()
    }
}

/// Six pieces that are there, three of another SKU that are waited for, and postage.
pub(crate) fn waiting_placement() -> OrderPlaced {
    OrderPlaced {
        lines: vec![goods_line("85123A", 6), goods_line("71053", 3), service_line("POST", 1)],
        total: gbp(2550),
        allocations: vec![allocation("85123A@main", 6), allocation("71053@main", 3)],
        waiting: vec![text("71053@main")],
        ..placed()
    }
}

/// A guest's free order that takes no stock.
fn minimal_placement() -> OrderPlaced {
    let mut line = service_line("GIFT WRAP", 1);
    (line.unit_price, line.total) = (amount(0), amount(0));
    OrderPlaced { customer: None, reference: None, lines: vec![line], total: gbp(0), allocations: vec![], ..placed() }
}

/// Six pieces at 255 pence, a promotion and a coupon off, tax included, postage on top, 500 points spent.
pub(crate) fn priced_placement() -> OrderPlaced {
    let discount = |source, pence| AppliedDiscount { source, amount: amount(pence) };
    let tax = |pence| AppliedTax {
        category: text("standard"),
        rate: super::offers::rate(200_000),
        basis: TaxBasis::Included,
        amount: amount(pence),
    };
    let line = PricedLine {
        quantity: quantity(6),
        price: amount(1530),
        discounts: vec![
            discount(Source::Promotion(text("ten-off")), 153),
            discount(Source::Coupon(text("SPRING-10")), 138),
        ],
        tax: Some(tax(207)),
        points: Some(PointsSpent { spent: 358, value: amount(358) }),
        total: amount(1239),
    };
    let shipping = PricedShipping {
        method: text("standard"),
        fee: amount(495),
        discounts: vec![],
        tax: Some(tax(83)),
        points: Some(PointsSpent { spent: 142, value: amount(142) }),
        total: amount(495),
    };
    let sums = Sums {
        subtotal: amount(1530),
        discount: amount(291),
        shipping: amount(495),
        tax: amount(290),
        tax_added: amount(0),
        points: amount(500),
    };
    let pricing = Priced {
        lines: vec![line],
        shipping: Some(shipping),
        points: Some(PointsSpent { spent: 500, value: amount(500) }),
        coupons: vec![text("SPRING-10")],
        sums,
        total: gbp(1234),
    };
    OrderPlaced {
        total: gbp(1234),
        pricing: Some(Box::new(pricing)),
        limited: vec![LimitedPieces { sku: text("85123A"), quantity: quantity(6) }],
        ..placed()
    }
}

/// A moment that uses all the digits that the log keeps.
fn precise() -> crate::Timestamp {
    at(5) + chrono::TimeDelta::microseconds(1)
}
