//! Which offers are used together, and which of them.

use super::*;
use crate::{
    merchant::MAX_PROMOTIONS,
    pricing::{
        DiscountClass,
        candidate::Candidate,
        combination::{Set, largest_sets},
    },
};

fn with(discount: Discount, classes: &[DiscountClass]) -> Offer {
    Offer { combines_with: classes.iter().copied().collect(), ..offer(discount) }
}

fn used(till: &Till) -> Vec<String> {
    let mut used: Vec<String> = discounts(&till.priced()).into_iter().flatten().map(|(source, _)| source).collect();
    used.sort();
    used.dedup();
    used
}

#[test]
fn of_offers_that_exclude_each_other_the_best_wins() {
    let till = two_lines().discount("a-small", off_order(100)).discount("z-large", off_order(200));
    assert_eq!((used(&till), total(&till)), (vec!["z-large".to_owned()], 3_330));
}

#[test]
fn several_together_may_be_better_than_the_best_alone() {
    let lines = |parts| with(all(rate(parts)), &[DiscountClass::Order]);
    let order = |pence| with(off_order(pence), &[DiscountClass::Product]);
    let together = two_lines().promotion("a", lines(100_000)).promotion("b", order(300));
    let till = together.clone().discount("alone", off_order(600));
    assert_eq!((used(&till), total(&till)), (vec!["a".to_owned(), "b".to_owned()], 3_530 - 353 - 300));
    let till = together.discount("alone", off_order(700));
    assert_eq!((used(&till), total(&till)), (vec!["alone".to_owned()], 2_830));
}

#[test]
fn one_sided_sympathy_is_not_enough() {
    let till =
        two_lines().promotion("a", with(all(rate(100_000)), &[DiscountClass::Order])).discount("b", off_order(300));
    assert_eq!(used(&till), ["a"]);
}

#[test]
fn of_equal_totals_the_one_of_fewer_offers_wins_and_then_the_first_by_name() {
    let pair = |discount| with(discount, &[DiscountClass::Order, DiscountClass::Product]);
    let halves = two_lines().promotion("a", pair(off_order(100))).promotion("b", pair(off_order(100)));
    assert_eq!(used(&halves.clone().discount("z", off_order(200))), ["z"]);
    assert_eq!(used(&two_lines().discount("z", off_order(200)).discount("y", off_order(200))), ["y"]);
}

#[test]
fn an_offer_without_which_the_order_costs_the_same_is_not_used() {
    let till = two_lines()
        .promotion("a", sociable(offer(off_order(5_000))))
        .promotion("b", sociable(offer(all(rate(10_000)))))
        .promotion("c", sociable(offer(off_order(5_000))));
    assert_eq!((used(&till), total(&till)), (vec!["a".to_owned()], 0));
}

#[test]
fn two_discounts_on_one_line_are_both_calculated_from_its_price() {
    let till = two_lines()
        .promotion("a", sociable(offer(all(rate(500_000)))))
        .promotion("b", sociable(offer(all(rate(200_000)))));
    assert_eq!(total(&till), 3_530 * 3 / 10);
    let till = till.promotion("c", sociable(offer(all(rate(400_000)))));
    assert_eq!(total(&till), 0);
}

/// Twenty promotions of all classes, each of which excludes its like and nothing else.
fn most_sets() -> Vec<(String, Offer)> {
    let classes = [DiscountClass::Product, DiscountClass::Order, DiscountClass::Shipping];
    let offer = |number: usize| {
        let step = i64::try_from(number).unwrap();
        let discount = match classes[number % 3] {
            DiscountClass::Product => all(rate(10_000 * (step + 1))),
            DiscountClass::Order => off_order(10 * step),
            DiscountClass::Shipping => Discount::ShippingOff { rate: rate(10_000 * step) },
        };
        let others: Vec<DiscountClass> = classes.into_iter().filter(|class| *class != discount.class()).collect();
        (format!("p{number:02}"), with(discount, &others))
    };
    (0..MAX_PROMOTIONS).map(offer).collect()
}

#[test]
fn the_most_promotions_that_a_merchant_can_have_are_all_tried() {
    let till = two_lines().shipping(vec![shipping_rate("standard", 300)]);
    let till = most_sets().into_iter().fold(till, |till, (id, offer)| till.promotion(&id, offer));
    // Of shares off lines 19 %, of amounts off the order 190 pence, of shares off shipping 17 %.
    assert_eq!(total(&till), 3_530 - (291 + 380) - 190 + (300 - 51));
}

#[test]
fn every_largest_set_is_tried_once_and_no_other() {
    let offers = most_sets();
    let lines = two_lines().lines;
    let candidates: Vec<Candidate<'_>> = offers
        .iter()
        .filter_map(|(id, offer)| Candidate::of(Source::Promotion(text(id)), offer, &lines, amount(3_530), amount(300)))
        .collect();
    let sets = largest_sets(&candidates, Set::EMPTY);
    assert_eq!((candidates.len(), sets.len()), (20, 7 * 7 * 6));
    let members = |set: &Set| (0..20).filter(|number| set.contains(*number)).count();
    assert!(sets.iter().all(|set| members(set) == 3));
    let without_the_first = largest_sets(&candidates, Set::EMPTY.with(0));
    assert!(without_the_first.iter().all(|set| !set.contains(0)));
    assert_eq!(without_the_first.len(), 6 * 7 * 6);
}
