//! Coupons are used as they are presented, or refused by name.

use super::*;
use crate::pricing::{DiscountClass, UselessCoupon};

fn presented(code: &str, offer: Offer) -> Till {
    two_lines().coupon(code, offer)
}

fn bring_nothing(coupons: &[(usize, &str)]) -> PricingRefusal {
    let coupons = coupons.iter().map(|(coupon, code)| UselessCoupon { coupon: *coupon, code: text(code) });
    PricingRefusal::CouponsGiveNothing { coupons: coupons.collect() }
}

#[test]
fn a_coupon_is_used_when_it_is_presented() {
    let priced = presented("FIVE", offer(off_order(500))).priced();
    assert_eq!((discounts(&priced)[0].clone(), priced.total), (off("FIVE", 217), gbp(3_030)));
    assert_eq!(priced.coupons, [text("FIVE")]);
}

/// 20 % by a promotion and 5 % by a coupon, neither of which goes with the other: the order costs 8,000 without the coupon.
#[test]
fn a_coupon_that_excludes_a_better_promotion_is_refused() {
    let till = |parts| {
        let share = |parts| offer(Discount::PercentageOffOrder { rate: rate(parts), cap: None });
        Till::of(&[line("A", 1, 10_000)]).promotion("twenty", share(200_000)).coupon("CODE", share(parts))
    };
    assert_eq!(till(50_000).refused(), bring_nothing(&[(0, "CODE")]));
    assert_eq!(till(50_000).refused().to_string(), "coupon CODE brings nothing: the order costs no more without it");
    // As much is no more.
    assert_eq!(till(200_000).refused(), bring_nothing(&[(0, "CODE")]));
    assert_eq!(total(&till(210_000)), 7_900);
}

#[test]
fn free_shipping_by_a_coupon_is_weighed_against_a_discount_by_what_is_left_to_pay() {
    let free = || offer(Discount::ShippingOff { rate: Rate::FULL });
    let till = |fee, pence| {
        let till = two_lines().shipping(vec![shipping_rate("standard", fee)]).discount("off", off_order(pence));
        till.coupon("SHIP", free())
    };
    assert_eq!(till(300, 301).refused(), bring_nothing(&[(0, "SHIP")]));
    assert_eq!(till(300, 300).refused(), bring_nothing(&[(0, "SHIP")]));
    assert_eq!(total(&till(300, 299)), 3_530);
    let discount = two_lines()
        .shipping(vec![shipping_rate("standard", 300)])
        .discount("free", Discount::ShippingOff { rate: Rate::FULL });
    assert_eq!(discount.clone().coupon("OFF", offer(off_order(300))).refused(), bring_nothing(&[(0, "OFF")]));
    assert_eq!(total(&discount.coupon("OFF", offer(off_order(301)))), 3_529);
}

/// The two together are worth less than what they exclude, and one of them goes with it.
#[test]
fn of_several_coupons_those_are_refused_without_which_the_order_is_cheapest() {
    let with = |pence, classes: &[DiscountClass]| Offer {
        combines_with: classes.iter().copied().collect(),
        ..offer(off_order(pence))
    };
    let shipping = sociable(offer(Discount::ShippingOff { rate: Rate::FULL }));
    let till = |first| {
        two_lines()
            .shipping(vec![shipping_rate("standard", 300)])
            .promotion("ten", with(1_000, &[DiscountClass::Shipping]))
            .coupon("FIRST", with(first, &[DiscountClass::Order, DiscountClass::Shipping]))
            .coupon("SECOND", with(100, &[DiscountClass::Order, DiscountClass::Shipping]))
            .coupon("SHIP", shipping.clone())
    };
    assert_eq!(till(800).refused(), bring_nothing(&[(0, "FIRST"), (1, "SECOND")]));
    assert_eq!(total(&till(901)), 3_530 - 1_001);
}

#[test]
fn a_coupon_stacks_on_a_promotion_where_both_allow_it() {
    let till = presented("FIVE", sociable(offer(off_order(500)))).promotion("ten", sociable(offer(off_order(1_000))));
    assert_eq!(discounts(&till.priced())[1], [("ten".to_owned(), 567), ("FIVE".to_owned(), 283)]);
}

#[test]
fn a_coupon_out_of_its_time_is_refused() {
    let limited = Offer { valid: Validity { from: Some(at(1)), until: Some(at(3)) }, ..offer(off_order(500)) };
    let till = |minute| Till { at: at(minute), ..presented("FIVE", limited.clone()) };
    let code = || text("FIVE");
    assert_eq!(till(0).refused(), PricingRefusal::CouponNotYetValid { coupon: 0, code: code(), from: at(1) });
    assert!(till(2).price().is_ok());
    assert_eq!(till(3).refused(), PricingRefusal::CouponNoLongerValid { coupon: 0, code: code(), until: at(3) });
}

#[test]
fn a_coupon_of_another_merchant_or_currency_is_refused() {
    let mut till = presented("FIVE", offer(off_order(500)));
    till.coupons[0].2 = Some(text("gifts"));
    assert!(till.price().is_ok());
    till.coupons[0].2 = Some(text("others"));
    assert_eq!(till.refused(), PricingRefusal::CouponOfOtherMerchant { coupon: 0, code: text("FIVE") });
    let yen = presented("YEN", offer(Discount::AmountOffOrder { amount: money(500, "JPY") }));
    let (valid, ordered) = (text("JPY"), text("GBP"));
    assert_eq!(yen.refused(), PricingRefusal::CouponOfOtherCurrency { coupon: 0, code: text("YEN"), valid, ordered });
}

#[test]
fn a_coupon_below_its_minimum_spend_is_refused() {
    let spend = |pence| Offer { minimum_spend: Some(gbp(pence)), ..offer(off_order(500)) };
    assert!(presented("FIVE", spend(3_530)).price().is_ok());
    let (code, minimum, subtotal) = (text("FIVE"), gbp(3_531), gbp(3_530));
    let refused = PricingRefusal::CouponBelowMinimum { coupon: 0, code, minimum, subtotal };
    assert_eq!(presented("FIVE", spend(3_531)).refused(), refused);
}

#[test]
fn a_coupon_that_takes_nothing_off_is_refused() {
    let shipping = || sociable(offer(Discount::ShippingOff { rate: Rate::FULL }));
    assert_eq!(presented("SHIP", shipping()).refused(), bring_nothing(&[(0, "SHIP")]));
    let other = Discount::AmountOffUnits { amount: gbp(50), skus: skus(&["C"]) };
    assert_eq!(presented("OTHER", offer(other)).refused(), bring_nothing(&[(0, "OTHER")]));
    // The one that was presented first is enough.
    let free = || sociable(offer(off_order(9_999)));
    assert_eq!(presented("TWO", free()).coupon("ONE", free()).refused(), bring_nothing(&[(1, "ONE")]));
    // A product discount comes before the promotion, which would do as well.
    let free_lines = presented("ONE", sociable(offer(all(Rate::FULL)))).promotion("free", free());
    assert_eq!(free_lines.refused(), bring_nothing(&[(0, "ONE")]));
    // It would be used up for nothing: the promotion makes the order free already.
    let all = presented("ONE", free()).promotion("all", sociable(offer(all(Rate::FULL))));
    assert_eq!(all.refused(), bring_nothing(&[(0, "ONE")]));
}

#[test]
fn coupons_that_do_not_combine_are_refused_and_never_dropped() {
    let order = |pence, classes: &[DiscountClass]| Offer {
        combines_with: classes.iter().copied().collect(),
        ..offer(off_order(pence))
    };
    let refused = PricingRefusal::CouponsDoNotCombine { coupon: 1, code: text("TWO"), other: text("ONE") };
    let both = [DiscountClass::Order];
    assert_eq!(presented("ONE", order(1, &both)).coupon("TWO", order(2, &[])).refused(), refused);
    assert_eq!(presented("ONE", order(1, &[])).coupon("TWO", order(2, &both)).refused(), refused);
    assert_eq!(total(&presented("ONE", order(1, &both)).coupon("TWO", order(2, &both))), 3_527);
}

#[test]
fn a_coupon_is_presented_once_and_five_at_most() {
    let five = || sociable(offer(off_order(5)));
    let twice = PricingRefusal::CouponRepeated { coupon: 2, code: text("ONE") };
    assert_eq!(presented("ONE", five()).coupon("TWO", five()).coupon("ONE", five()).refused(), twice);
    let many = |count| (0..count).fold(two_lines(), |till, number| till.coupon(&format!("CODE-{number}"), five()));
    assert_eq!(total(&many(5)), 3_505);
    assert_eq!(many(6).refused(), PricingRefusal::TooManyCoupons);
}
