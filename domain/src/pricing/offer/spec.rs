use super::{Discount, DiscountClass, EligibleLines, MAX_SKUS, MAX_TIERS, Offer, OfferRefusal, Tier, Validity};
use crate::samples::{
    at, gbp, money,
    offers::{offer, rate, sample_discounts, skus},
    quantity,
};

fn tiers(steps: &[(i64, i64)]) -> Vec<Tier> {
    steps.iter().map(|(from, parts)| Tier { from: quantity(*from), rate: rate(*parts) }).collect()
}

fn refused(discount: Discount) -> OfferRefusal {
    offer(discount).check().unwrap_err()
}

#[test]
fn every_discount_knows_its_class() {
    for sample in sample_discounts() {
        let class = match sample.variant {
            "PercentageOffOrder" | "AmountOffOrder" => DiscountClass::Order,
            "ShippingOff" => DiscountClass::Shipping,
            _ => DiscountClass::Product,
        };
        assert_eq!(sample.value.class(), class, "{}", sample.variant);
        assert_eq!(offer(sample.value).check(), Ok(()), "{}", sample.variant);
    }
}

#[test]
fn two_offers_go_together_only_if_each_names_the_others_class() {
    let with = |discount, classes: &[DiscountClass]| Offer {
        combines_with: classes.iter().copied().collect(),
        ..offer(discount)
    };
    let lines = || Discount::PercentageOffLines { rate: rate(100_000), lines: EligibleLines::All, cap: None };
    let order = || Discount::AmountOffOrder { amount: gbp(500) };
    let (product, whole) = (DiscountClass::Product, DiscountClass::Order);
    assert!(with(lines(), &[whole]).combines(&with(order(), &[product])));
    assert!(!with(lines(), &[whole]).combines(&with(order(), &[])));
    assert!(!with(lines(), &[product]).combines(&with(order(), &[product])));
    assert!(with(lines(), &[product]).combines(&with(lines(), &[product])));
    assert!(!with(lines(), &[whole]).combines(&with(lines(), &[whole])));
}

#[test]
fn an_offer_ends_just_before_its_last_moment() {
    let valid = Validity { from: Some(at(1)), until: Some(at(3)) };
    assert_eq!([0, 1, 2, 3].map(|minute| valid.contains(at(minute))), [false, true, true, false]);
    assert!(Validity::default().contains(at(0)));
    let never = Offer {
        valid: Validity { from: Some(at(1)), until: Some(at(1)) },
        ..offer(Discount::ShippingOff { rate: rate(1) })
    };
    assert_eq!(never.check(), Err(OfferRefusal::NeverValid));
}

#[test]
fn a_discount_of_nothing_is_refused() {
    let zero = rate(0);
    for discount in [
        Discount::PercentageOffLines { rate: zero, lines: EligibleLines::All, cap: None },
        Discount::BuyXGetY { buy: quantity(1), get: quantity(1), rate: zero, lines: EligibleLines::All },
        Discount::VolumeTiers { tiers: tiers(&[(1, 0)]), lines: EligibleLines::All },
        Discount::PercentageOffOrder { rate: zero, cap: None },
        Discount::ShippingOff { rate: zero },
    ] {
        assert_eq!(refused(discount), OfferRefusal::EmptyRate);
    }
    assert_eq!(refused(Discount::AmountOffOrder { amount: gbp(0) }), OfferRefusal::EmptyAmount);
    assert_eq!(refused(Discount::AmountOffUnits { amount: gbp(0), skus: skus(&["A"]) }), OfferRefusal::EmptyAmount);
    let capped = Discount::PercentageOffOrder { rate: rate(1), cap: Some(gbp(0)) };
    assert_eq!(refused(capped), OfferRefusal::EmptyCap);
    let capped = Discount::PercentageOffLines { rate: rate(1), lines: EligibleLines::All, cap: Some(gbp(0)) };
    assert_eq!(refused(capped), OfferRefusal::EmptyCap);
}

#[test]
fn a_discount_names_from_one_to_a_hundred_skus() {
    let names: Vec<String> = (0..=MAX_SKUS).map(|number| format!("SKU{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let lines = |named: &[&str]| Discount::PercentageOffLines {
        rate: rate(1),
        lines: EligibleLines::Skus(skus(named)),
        cap: None,
    };
    let units = |named: &[&str]| Discount::AmountOffUnits { amount: gbp(1), skus: skus(named) };
    for of in [lines, units] as [fn(&[&str]) -> Discount; 2] {
        assert_eq!(offer(of(&names[..MAX_SKUS])).check(), Ok(()));
        assert_eq!(refused(of(&names)), OfferRefusal::TooManySkus);
        assert_eq!(refused(of(&[])), OfferRefusal::NoSkus);
    }
}

#[test]
fn tiers_ask_for_more_and_give_more_each() {
    let of = |steps: &[(i64, i64)]| Discount::VolumeTiers { tiers: tiers(steps), lines: EligibleLines::All };
    assert_eq!(offer(of(&[(2, 1), (3, 2), (9, 3)])).check(), Ok(()));
    assert_eq!(refused(of(&[])), OfferRefusal::NoTiers);
    assert_eq!(refused(of(&[(2, 1), (2, 2)])), OfferRefusal::TiersNotAscending { tier: 1 });
    assert_eq!(refused(of(&[(2, 1), (3, 2), (4, 2)])), OfferRefusal::TiersNotAscending { tier: 2 });
    let many: Vec<(i64, i64)> = (1..=i64::try_from(MAX_TIERS).unwrap() + 1).map(|step| (step, step)).collect();
    assert_eq!(refused(of(&many)), OfferRefusal::TooManyTiers);
}

#[test]
fn an_offer_is_of_one_currency() {
    let of = |minimum| Offer { minimum_spend: Some(minimum), ..offer(Discount::AmountOffOrder { amount: gbp(1) }) };
    assert_eq!(of(gbp(1)).check(), Ok(()));
    assert_eq!(of(money(1, "JPY")).check(), Err(OfferRefusal::TwoCurrencies));
    assert_eq!(of(gbp(0)).check(), Err(OfferRefusal::EmptyMinimumSpend));
    assert_eq!(offer(Discount::ShippingOff { rate: rate(1) }).currency(), None);
    assert_eq!(of(gbp(1)).currency(), Some(gbp(1).currency));
}

/// Golden files hold the forms that promotions use; the shape that people write is fixed here.
#[test]
fn an_offer_reads_as_people_write_it() {
    let json = r#"{"discount":{"buy_x_get_y":{"buy":2,"get":1,"rate":1000000}},"combines_with":["shipping"]}"#;
    let read: Offer = serde_json::from_str(json).unwrap();
    assert_eq!(read.combines_with, [DiscountClass::Shipping].into());
    assert_eq!((read.minimum_spend, read.valid), (None, Validity::default()));
    let free =
        Discount::BuyXGetY { buy: quantity(2), get: quantity(1), rate: rate(1_000_000), lines: EligibleLines::All };
    assert_eq!(read.discount, free);
}

#[test]
fn every_refusal_names_the_field_at_fault() {
    assert_eq!(OfferRefusal::NoTiers.field(), "tiers");
    assert_eq!(refused(Discount::ShippingOff { rate: rate(0) }).field(), "rate");
}
