//! Coupons are used as they are presented, or refused by name.

use super::*;
use crate::pricing::DiscountClass;

fn presented(code: &str, offer: Offer) -> Till {
    two_lines().coupon(code, offer)
}

#[test]
fn a_coupon_is_used_when_it_is_presented() {
    let priced = presented("FIVE", offer(off_order(500))).priced();
    assert_eq!((discounts(&priced)[0].clone(), priced.total), (off("FIVE", 217), gbp(3_030)));
    assert_eq!(priced.coupons, [text("FIVE")]);
}

/// The customer asked for the coupon: a better promotion that excludes it stands back.
#[test]
fn a_presented_coupon_goes_before_a_promotion_that_it_does_not_combine_with() {
    let till = presented("FIVE", offer(off_order(500))).discount("ten", off_order(1_000));
    assert_eq!(discounts(&till.priced())[0], off("FIVE", 217));
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
    let nothing = |coupon, code| PricingRefusal::CouponGivesNothing { coupon, code: text(code) };
    let shipping = || sociable(offer(Discount::ShippingOff { rate: Rate::FULL }));
    assert_eq!(presented("SHIP", shipping()).refused(), nothing(0, "SHIP"));
    let other = Discount::AmountOffUnits { amount: gbp(50), skus: skus(&["C"]) };
    assert_eq!(presented("OTHER", offer(other)).refused(), nothing(0, "OTHER"));
    let free = || sociable(offer(off_order(9_999)));
    assert_eq!(presented("ONE", free()).coupon("TWO", free()).refused(), nothing(1, "TWO"));
    // It would be used up for nothing: the promotion makes the order free already.
    assert_eq!(
        presented("ONE", free()).promotion("all", sociable(offer(all(Rate::FULL)))).refused(),
        nothing(0, "ONE")
    );
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
