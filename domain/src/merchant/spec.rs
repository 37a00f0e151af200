use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    allocation::{AllocationRule, Site},
    merchant::{
        CancellationAfterPayment, LatePayment, MAX_POINTS_VALUE, MAX_PRIORITIES, MAX_PROMOTIONS, MAX_SHIPPING_RATES,
        MAX_SITES, MAX_TAX_RATES, Merchant, MerchantCommand, MerchantEvent, MerchantRefusal, OverdueReview, Policies,
        Promotion, ShippingRate, ShippingRates, TaxRates,
    },
    pricing::{Discount, OfferRefusal},
    samples::{
        Sample, at,
        events::merchant_events,
        every_variant, gbp,
        merchants::{points, policies, promotion, shipping_rate, tax_rate, tax_rates},
        money,
        offers::rate,
        text,
    },
};

mod rates;

fn given(events: Vec<MerchantEvent>) -> AggregateTestExecutor<Merchant> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<MerchantEvent>) -> Merchant {
    events.into_iter().fold(Merchant::default(), Merchant::evolve)
}

fn define(promotion: Promotion) -> MerchantCommand {
    MerchantCommand::DefinePromotion { promotion, at: at(1) }
}

fn defined(promotion: Promotion) -> MerchantEvent {
    MerchantEvent::PromotionDefined { promotion, at: at(1) }
}

fn end(id: &str) -> MerchantCommand {
    MerchantCommand::EndPromotion { id: text(id), at: at(2) }
}

fn ended(id: &str) -> MerchantEvent {
    MerchantEvent::PromotionEnded { id: text(id), at: at(2) }
}

fn ten_off() -> Discount {
    Discount::AmountOffOrder { amount: gbp(10) }
}

fn five_off() -> Discount {
    Discount::AmountOffOrder { amount: gbp(5) }
}

#[test]
fn a_promotion_is_defined_once() {
    given(vec![])
        .when(define(promotion("spring", ten_off())))
        .then_expect_events(vec![defined(promotion("spring", ten_off()))]);
    given(vec![defined(promotion("spring", ten_off()))])
        .when(define(promotion("spring", ten_off())))
        .then_expect_events(vec![]);
}

#[test]
fn a_promotion_of_a_known_id_takes_the_place_of_the_one_before() {
    let events = vec![defined(promotion("spring", ten_off())), defined(promotion("spring", five_off()))];
    given(events[..1].to_vec()).when(define(promotion("spring", five_off()))).then_expect_events(events[1..].to_vec());
    let merchant = state(events);
    assert_eq!(merchant.promotions().values().collect::<Vec<_>>(), [&promotion("spring", five_off())]);
}

#[test]
fn an_offer_that_makes_no_sense_is_refused() {
    given(vec![])
        .when(define(promotion("spring", Discount::ShippingOff { rate: rate(0) })))
        .then_expect_error(MerchantRefusal::InvalidOffer(OfferRefusal::EmptyRate));
}

#[test]
fn a_promotion_ends_once() {
    let live = vec![defined(promotion("spring", ten_off()))];
    let over = [live.clone(), vec![ended("spring")]].concat();
    given(live).when(end("spring")).then_expect_events(vec![ended("spring")]);
    given(over.clone()).when(end("spring")).then_expect_events(vec![]);
    given(over).when(end("autumn")).then_expect_error(MerchantRefusal::UnknownPromotion { id: text("autumn") });
    given(vec![]).when(end("spring")).then_expect_error(MerchantRefusal::UnknownPromotion { id: text("spring") });
}

#[test]
fn a_promotion_that_is_over_can_come_back_and_end_again() {
    let over = vec![defined(promotion("spring", ten_off())), ended("spring")];
    assert!(state(over.clone()).charges_plainly());
    given(over.clone())
        .when(define(promotion("spring", five_off())))
        .then_expect_events(vec![defined(promotion("spring", five_off()))]);
    let back = [over, vec![defined(promotion("spring", five_off()))]].concat();
    assert!(!state(back.clone()).charges_plainly());
    given(back).when(end("spring")).then_expect_events(vec![ended("spring")]);
}

#[test]
fn twenty_promotions_are_allowed_and_one_more_is_refused() {
    let full: Vec<MerchantEvent> =
        (0..MAX_PROMOTIONS).map(|number| defined(promotion(&format!("p{number}"), ten_off()))).collect();
    let more = || define(promotion("one-more", ten_off()));
    given(full.clone()).when(more()).then_expect_error(MerchantRefusal::TooManyPromotions);
    given(full[1..].to_vec()).when(more()).then_expect_events(vec![defined(promotion("one-more", ten_off()))]);
    given(full.clone())
        .when(define(promotion("p3", five_off())))
        .then_expect_events(vec![defined(promotion("p3", five_off()))]);
    given([full, vec![ended("p3")]].concat())
        .when(more())
        .then_expect_events(vec![defined(promotion("one-more", ten_off()))]);
    assert!(MerchantRefusal::TooManyPromotions.to_string().contains(&MAX_PROMOTIONS.to_string()));
}

/// Each set of rates or policies, the event that it leads to, and the event of the set before.
fn settings() -> Vec<(MerchantCommand, MerchantEvent, MerchantEvent)> {
    let rates = |pence| ShippingRates(vec![shipping_rate("standard", pence)]);
    let tax = |parts| TaxRates { rates: vec![tax_rate("GB", "standard", parts)], ..TaxRates::default() };
    let allocation = || Policies { allocation: AllocationRule::Nearest, ..Policies::default() };
    vec![
        (
            MerchantCommand::SetShippingRates { rates: rates(300), at: at(3) },
            MerchantEvent::ShippingRatesSet { rates: rates(300), at: at(3) },
            MerchantEvent::ShippingRatesSet { rates: rates(400), at: at(2) },
        ),
        (
            MerchantCommand::SetTaxRates { tax: tax(200_000), at: at(3) },
            MerchantEvent::TaxRatesSet { tax: tax(200_000), at: at(3) },
            MerchantEvent::TaxRatesSet { tax: tax(50_000), at: at(2) },
        ),
        (
            MerchantCommand::SetPolicies { policies: allocation(), at: at(3) },
            MerchantEvent::PoliciesSet { policies: allocation(), at: at(3) },
            MerchantEvent::PoliciesSet { policies: policies(), at: at(2) },
        ),
        (
            MerchantCommand::SetPlatformPoints { value_per_100: Some(gbp(50)), at: at(3) },
            MerchantEvent::PlatformPointsSet { value_per_100: Some(gbp(50)), at: at(3) },
            MerchantEvent::PlatformPointsSet { value_per_100: Some(gbp(60)), at: at(2) },
        ),
    ]
}

#[test]
fn what_is_set_takes_the_place_of_what_was_and_is_set_once() {
    for (command, event, before) in settings() {
        given(vec![]).when(command.clone()).then_expect_events(vec![event.clone()]);
        given(vec![before.clone()]).when(command.clone()).then_expect_events(vec![event.clone()]);
        given(vec![before.clone(), event.clone()]).when(command).then_expect_events(vec![]);
        assert_eq!(state(vec![before, event.clone()]), state(vec![event]));
    }
}

#[test]
fn what_holds_from_the_start_is_already_so() {
    for command in [
        MerchantCommand::SetShippingRates { rates: ShippingRates::default(), at: at(3) },
        MerchantCommand::SetTaxRates { tax: TaxRates::default(), at: at(3) },
        MerchantCommand::SetPolicies { policies: Policies::default(), at: at(3) },
        MerchantCommand::SetPlatformPoints { value_per_100: None, at: at(3) },
    ] {
        given(vec![]).when(command).then_expect_events(vec![]);
    }
}

#[test]
fn a_merchant_that_decided_nothing_has_the_policies_that_hold_for_everybody() {
    let policies = state(vec![]).policies().clone();
    assert_eq!((policies.payment_window, policies.points), (None, None));
    assert_eq!(policies.late_payment, LatePayment::Refund);
    assert_eq!(policies.cancellation_after_payment, CancellationAfterPayment::Consent);
    assert_eq!((policies.return_window_days.get(), policies.return_review_hours.get()), (30, 24));
    assert_eq!((policies.return_review_overdue, policies.late_shipment_hours.get()), (OverdueReview::Escalate, 72));
    assert_eq!(policies.allocation, AllocationRule::FirstLocation);
    assert_eq!(serde_json::from_str::<Policies>("{}").unwrap(), policies);
}

#[test]
fn policies_that_make_no_sense_are_refused() {
    let refused = |policies: Policies, refusal| {
        given(vec![]).when(MerchantCommand::SetPolicies { policies, at: at(1) }).then_expect_error(refusal);
    };
    let priority = |names: Vec<String>| Policies {
        allocation: AllocationRule::Priority(names.iter().map(|name| text(name)).collect()),
        ..Policies::default()
    };
    let worthless = Policies { points: Some(points(gbp(0), 1)), ..Policies::default() };
    refused(worthless, MerchantRefusal::WorthlessPoints);
    let with = |points| Policies { points: Some(points), ..Policies::default() };
    refused(with(points(gbp(MAX_POINTS_VALUE + 1), 0)), MerchantRefusal::PointsWorthTooMuch);
    for (value, granted, most) in
        [(1, 10_001, 10_000), (1, u32::MAX, 10_000), (100, 101, 100), (10_001, 1, 0), (MAX_POINTS_VALUE, u32::MAX, 0)]
    {
        refused(with(points(gbp(value), granted)), MerchantRefusal::TooManyPointsEarned { most });
    }
    for policies in [points(gbp(1), 10_000), points(gbp(10_000), 1), points(gbp(MAX_POINTS_VALUE), 0)].map(with) {
        let set = MerchantEvent::PoliciesSet { policies: policies.clone(), at: at(1) };
        given(vec![]).when(MerchantCommand::SetPolicies { policies, at: at(1) }).then_expect_events(vec![set]);
    }
    let platform = |value_per_100| MerchantCommand::SetPlatformPoints { value_per_100: Some(value_per_100), at: at(1) };
    given(vec![]).when(platform(gbp(0))).then_expect_error(MerchantRefusal::WorthlessPoints);
    let too_much = gbp(MAX_POINTS_VALUE + 1);
    given(vec![]).when(platform(too_much)).then_expect_error(MerchantRefusal::PointsWorthTooMuch);
    assert!(MerchantRefusal::PointsWorthTooMuch.to_string().contains(&MAX_POINTS_VALUE.to_string()));
    refused(priority(vec![]), MerchantRefusal::NoPriorities);
    refused(priority(["a", "b", "a"].map(str::to_owned).to_vec()), MerchantRefusal::PriorityRepeated { location: 2 });
    let many: Vec<String> = (0..=MAX_PRIORITIES).map(|number| format!("l{number}")).collect();
    refused(priority(many), MerchantRefusal::TooManyPriorities);
    let site = || Site { country: text("GB"), postal_code: None };
    let sites = (0..=MAX_SITES).map(|number| (text(&format!("l{number}")), site())).collect();
    refused(Policies { sites, ..Policies::default() }, MerchantRefusal::TooManySites);
    for json in [
        r#"{"payment_window":0}"#,
        r#"{"payment_window":1441}"#,
        r#"{"return_window_days":366}"#,
        r#"{"return_review_hours":0}"#,
    ] {
        assert!(serde_json::from_str::<Policies>(json).is_err(), "{json} was accepted");
    }
}

#[test]
fn each_event_leads_to_what_it_says_however_often_it_comes() {
    for Sample { variant, label, value } in merchant_events() {
        let set_to_the_default = label == "minimal" && variant != "PromotionDefined";
        let before = state(vec![]);
        assert_eq!(before.clone().evolve(value.clone()) != before, !set_to_the_default, "{variant} {label}");
        let after = before.evolve(value.clone());
        assert_eq!(after.clone().evolve(value), after, "{variant} {label}");
    }
}

#[test]
fn every_command_has_its_place_in_this_spec() {
    let policies = Policies::default();
    let commands = every_variant!(MerchantCommand {
        DefinePromotion: ["" => define(promotion("spring", ten_off()))],
        EndPromotion: ["" => end("spring")],
        SetShippingRates: ["" => MerchantCommand::SetShippingRates { rates: ShippingRates(vec![shipping_rate("standard", 300)]), at: at(3) }],
        SetTaxRates: ["" => MerchantCommand::SetTaxRates { tax: tax_rates(), at: at(3) }],
        SetPlatformPoints: ["" => MerchantCommand::SetPlatformPoints { value_per_100: Some(gbp(50)), at: at(3) }],
        SetPolicies: ["" => MerchantCommand::SetPolicies { policies: Policies { late_payment: LatePayment::Reinstate, ..policies }, at: at(3) }],
    });
    let live = vec![defined(promotion("spring", five_off()))];
    for Sample { variant, value: command, .. } in commands {
        let before = state(live.clone());
        let decided = crate::merchant::decide(&before, command.clone()).unwrap();
        assert_eq!(decided.len(), 1, "{variant}");
        let after = decided.into_iter().fold(before, Merchant::evolve);
        assert_eq!(crate::merchant::decide(&after, command), Ok(vec![]), "{variant} was not already so");
    }
}
