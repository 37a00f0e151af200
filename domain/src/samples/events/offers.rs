//! Of coupons, points, limits and merchants.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    allocation::{AllocationRule, Site},
    coupon::{CouponEvent, CouponTerms, CouponUse},
    merchant::{GuestContact, MerchantEvent, Policies, ShippingRates, ShippingRefund, TaxRates},
    points::{FrozenPoints, GrantCause, PointsEvent},
    pricing::{Discount, DiscountClass, Offer, Rate, Validity},
    quota::QuotaEvent,
    samples::{
        Sample, at, coupon_terms,
        events::{full_address, precise},
        every_variant, gbp, limited,
        merchants::{full_promotion, policies, promotion, quebec, shipping_rates, tax_rates},
        offers::{rate, sample_discounts},
        order_id, points, quantity, text,
    },
    used_reference::ReferenceEvent,
};

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
    let discount = Discount::PercentageOffOrder { rate: rate(100_000), cap: Some(gbp(1_000)) };
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

pub(crate) fn reference_events() -> Vec<Sample<ReferenceEvent>> {
    every_variant!(ReferenceEvent {
        PaymentReferenceUsed: ["" => ReferenceEvent::PaymentReferenceUsed { order: order_id(1), at: at(1) }],
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
            "several" => MerchantEvent::TaxRatesSet { tax: quebec(), at: at(0) },
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
            "time_zone" => MerchantEvent::PoliciesSet {
                policies: Policies { time_zone: text("Europe/Berlin"), ..Policies::default() },
                at: at(2),
            },
            "guest_contact" => MerchantEvent::PoliciesSet {
                policies: Policies { guest_contact: GuestContact::Either, ..Policies::default() },
                at: at(1),
            },
            "shipping_refund" => MerchantEvent::PoliciesSet {
                policies: Policies { shipping_refund: ShippingRefund::Never, ..Policies::default() },
                at: at(3),
            },
        ],
        PlatformPointsSet: [
            "" => MerchantEvent::PlatformPointsSet { value_per_100: Some(gbp(50)), at: precise() },
            "minimal" => MerchantEvent::PlatformPointsSet { value_per_100: None, at: at(0) },
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
