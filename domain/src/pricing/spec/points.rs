//! Points are a means of payment.

use super::*;
use crate::{points::Issuer, pricing::PointsSpent};

fn paying(spent: u64) -> Till {
    two_lines().points(points(gbp(50), 1), spent)
}

#[test]
fn points_lower_what_is_to_be_paid_and_nothing_else() {
    let priced = paying(1_001).priced();
    assert_eq!(priced.points, Some(PointsSpent { spent: 1_001, value: amount(500) }));
    assert_eq!((priced.total, priced.sums.discount, priced.sums.points), (gbp(3_030), amount(0), amount(500)));
    let parts: Vec<PointsSpent> = priced.lines.iter().filter_map(|line| line.points).collect();
    assert_eq!(parts.iter().map(|part| part.value).collect::<Vec<_>>(), [amount(217), amount(283)]);
    assert_eq!(parts.iter().map(|part| part.spent).sum::<u64>(), 1_001);
}

#[test]
fn points_pay_for_shipping_and_tax_as_well() {
    let till = paying(7_660).shipping(vec![shipping_rate("standard", 300)]);
    let priced = till.priced();
    assert_eq!((priced.total, priced.shipping.unwrap().points.unwrap().value), (gbp(0), amount(300)));
}

#[test]
fn more_points_than_are_needed_are_refused_with_the_most_that_can_be_spent() {
    assert_eq!(paying(7_061).refused(), PricingRefusal::TooManyPoints { usable: 7_060 });
    assert_eq!(paying(u64::MAX).refused(), PricingRefusal::TooManyPoints { usable: 7_060 });
    assert_eq!(paying(7_060).priced().total, gbp(0));
    let free = paying(1).discount("all", off_order(9_999));
    assert_eq!(free.refused(), PricingRefusal::TooManyPoints { usable: 0 });
}

#[test]
fn points_that_are_worth_nothing_are_refused() {
    assert_eq!(paying(1).refused(), PricingRefusal::PointsGiveNothing);
    let refused = PricingRefusal::PointsNotTaken { currency: text("GBP") };
    assert_eq!(Till { points: 100, ..two_lines() }.refused(), refused);
    assert_eq!(two_lines().points(points(money(50, "JPY"), 1), 100).refused(), refused);
}

/// Each kind of points is worth what its own issuer says, and is not taken where the other's is.
#[test]
fn points_are_worth_what_their_issuer_says() {
    let of = |issuer, till: Till| Till { points_of: issuer, ..till };
    let merchants = of(Issuer::Merchant, paying(100)).priced();
    assert_eq!((merchants.points_of, merchants.sums.points), (Issuer::Merchant, amount(50)));
    let not_taken = PricingRefusal::PointsNotTaken { currency: text("GBP") };
    assert_eq!(of(Issuer::Platform, paying(100)).refused(), not_taken);
    let platforms = of(Issuer::Platform, paying(100).platform_points(gbp(20))).priced();
    assert_eq!((platforms.points_of, platforms.sums.points), (Issuer::Platform, amount(20)));
    let no_policy = Till { points: 100, ..two_lines().platform_points(gbp(20)) };
    assert_eq!(of(Issuer::Merchant, no_policy).refused(), not_taken);
}
