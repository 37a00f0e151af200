//! What merchants decide in the specs.

use std::collections::BTreeMap;

use super::{amount, at, gbp, text};
use crate::{
    allocation::AllocationRule,
    merchant::{
        CancellationAfterPayment, GuestContact, LatePayment, OverdueReview, PointsPolicy, Policies, Promotion,
        ShippingRate, ShippingRates, ShippingRefund, TaxBasis, TaxPlace, TaxRate, TaxRates,
    },
    money::Money,
    pricing::{Discount, DiscountClass, Offer, Validity},
    samples::offers::{offer, rate},
    time_zone::TimeZone,
};

pub(crate) fn promotion(id: &str, discount: Discount) -> Promotion {
    Promotion { id: text(id), title: text("Spring sale"), offer: offer(discount) }
}

/// A promotion with all conditions.
pub(crate) fn full_promotion(id: &str, discount: Discount) -> Promotion {
    let offer = Offer {
        discount,
        minimum_spend: Some(gbp(2_500)),
        valid: Validity { from: Some(at(0)), until: Some(at(1_440)) },
        combines_with: [DiscountClass::Product, DiscountClass::Order, DiscountClass::Shipping].into(),
    };
    Promotion { id: text(id), title: text("Spring sale"), offer }
}

/// To everywhere, for so many pence.
pub(crate) fn shipping_rate(method: &str, pence: i64) -> ShippingRate {
    ShippingRate { method: text(method), countries: None, fee: gbp(pence), per_unit: amount(0), free_from: None }
}

pub(crate) fn shipping_rates() -> ShippingRates {
    let british = ShippingRate {
        countries: Some([text("GB"), text("IE")].into()),
        per_unit: amount(15),
        free_from: Some(amount(5_000)),
        ..shipping_rate("standard", 300)
    };
    ShippingRates(vec![british, shipping_rate("standard", 900)])
}

pub(crate) fn tax_rate(country: &str, category: &str, parts_per_million: i64) -> TaxRate {
    TaxRate {
        country: text(country),
        region: None,
        category: text(category),
        name: None,
        rate: rate(parts_per_million),
        compound: false,
    }
}

pub(crate) fn tax_rates() -> TaxRates {
    let new_york = TaxRate { region: Some(text("NY")), ..tax_rate("US", "standard", 88_750) };
    TaxRates {
        prices: TaxBasis::Added,
        rates: vec![tax_rate("GB", "shipping", 200_000), new_york],
        export_net_of: None,
    }
}

/// One of several taxes on the same.
pub(crate) fn named_tax(name: &str, compound: bool, rate: TaxRate) -> TaxRate {
    TaxRate { name: Some(text(name)), compound, ..rate }
}

/// GST and QST of Quebec, in the prices, which are net where nothing is due.
pub(crate) fn quebec() -> TaxRates {
    let of = |name, compound, parts| {
        named_tax(name, compound, TaxRate { region: Some(text("CA-QC")), ..tax_rate("CA", "standard", parts) })
    };
    TaxRates {
        prices: TaxBasis::Included,
        rates: vec![of("GST", false, 50_000), of("QST", true, 99_750)],
        export_net_of: Some(TaxPlace { country: text("CA"), region: Some(text("CA-QC")) }),
    }
}

pub(crate) fn points(value_per_100: Money, granted_per_100: u32) -> PointsPolicy {
    PointsPolicy { value_per_100, granted_per_100 }
}

/// Policies of which none but the last is the default.
pub(crate) fn policies() -> Policies {
    Policies {
        payment_window: Some(45.try_into().unwrap()),
        late_payment: LatePayment::Reinstate,
        cancellation_after_payment: CancellationAfterPayment::Automatic,
        return_window_days: 7.try_into().unwrap(),
        return_review_hours: 48.try_into().unwrap(),
        return_review_overdue: OverdueReview::Approve,
        return_address: None,
        late_shipment_hours: 24.try_into().unwrap(),
        allocation: AllocationRule::Priority(vec![text("main"), text("north")]),
        sites: BTreeMap::new(),
        shipping_refund: ShippingRefund::WithFullReturn,
        guest_contact: GuestContact::Optional,
        points: Some(points(gbp(50), 3)),
        time_zone: TimeZone::default(),
    }
}
