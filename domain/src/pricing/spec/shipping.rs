//! What delivery costs.

use super::*;
use crate::merchant::ShippingRate;

fn to(country: &str, rate: ShippingRate) -> ShippingRate {
    ShippingRate { countries: Some([text(country)].into()), ..rate }
}

fn delivered() -> Till {
    two_lines().shipping(vec![
        shipping_rate("express", 900),
        to("GB", shipping_rate("standard", 300)),
        to("FR", shipping_rate("ferry", 700)),
    ])
}

#[test]
fn the_cheapest_way_that_serves_the_country_is_taken_unless_one_is_chosen() {
    let shipping = |till: Till| till.priced().shipping.map(|shipping| (shipping.method.to_string(), shipping.fee));
    assert_eq!(shipping(delivered()), Some(("standard".to_owned(), amount(300))));
    assert_eq!(
        shipping(Till { method: Some(text("express")), ..delivered() }),
        Some(("express".to_owned(), amount(900)))
    );
    assert_eq!(shipping(Till { country: text("US"), ..delivered() }), Some(("express".to_owned(), amount(900))));
    assert_eq!(total(&delivered()), 3_830);
}

#[test]
fn a_way_that_does_not_lead_there_is_refused() {
    let chosen = |method: &str| Till { method: Some(text(method)), ..delivered() };
    for method in ["ferry", "pigeon"] {
        let refused = PricingRefusal::UnknownShippingMethod { method: text(method), country: text("GB") };
        assert_eq!(chosen(method).refused(), refused);
    }
    let british = two_lines().shipping(vec![to("GB", shipping_rate("standard", 300))]);
    let abroad = Till { country: text("FR"), ..british };
    assert_eq!(abroad.refused(), PricingRefusal::NotDelivered { country: text("FR"), currency: text("GBP") });
    let chosen_without_rates = Till { method: Some(text("standard")), ..two_lines() };
    assert!(matches!(chosen_without_rates.refused(), PricingRefusal::UnknownShippingMethod { .. }));
}

#[test]
fn only_goods_are_delivered() {
    let rates = || vec![ShippingRate { per_unit: amount(10), ..shipping_rate("standard", 300) }];
    let wrapped = Till::of(&[line("A", 6, 255), service_line("WRAP", 2)]).shipping(rates());
    assert_eq!(wrapped.priced().sums.shipping, amount(360));
    assert_eq!(Till::of(&[service_line("WRAP", 2)]).shipping(rates()).price(), Ok(None));
}

#[test]
fn free_delivery_is_measured_before_any_discount_and_still_named() {
    let from = |pence| vec![ShippingRate { free_from: Some(amount(pence)), ..shipping_rate("standard", 300) }];
    let half = || two_lines().discount("half", all(rate(500_000)));
    assert_eq!(total(&half().shipping(from(3_531))), 2_065);
    let free = half().shipping(from(3_530)).priced();
    assert_eq!((free.total, free.shipping.map(|shipping| shipping.fee)), (gbp(1_765), Some(amount(0))));
}

#[test]
fn discounts_off_shipping_never_touch_the_lines() {
    let off_fee = |parts| sociable(offer(Discount::ShippingOff { rate: rate(parts) }));
    let till = delivered().promotion("half", off_fee(500_000)).promotion("third", off_fee(333_333));
    let shipping = till.priced().shipping.unwrap();
    assert_eq!(named(&shipping.discounts), [("half".to_owned(), 150), ("third".to_owned(), 50)]);
    assert_eq!((shipping.total, total(&till)), (amount(100), 3_630));
    let portion = till.priced().shipping_portion().unwrap();
    assert_eq!((portion.price, portion.discount, portion.payable), (amount(300), amount(200), amount(100)));
}
