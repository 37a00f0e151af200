//! Shipping and tax rates: which hold, and which are refused.

use super::{
    MAX_SHIPPING_RATES, MAX_TAX_RATES, MerchantCommand, MerchantRefusal, ShippingRate, ShippingRates, TaxRates, at,
    gbp, given, money, points, shipping_rate, tax_rate, text,
};
use crate::{
    merchant::{MAX_TAXES, MerchantEvent, TaxBasis, TaxPlace, TaxRate},
    samples::{
        amount,
        merchants::{named_tax, quebec},
        offers::rate,
    },
};

fn to(method: &str, countries: &[&str], pence: i64) -> ShippingRate {
    ShippingRate {
        countries: Some(countries.iter().map(|country| text(country)).collect()),
        ..shipping_rate(method, pence)
    }
}

fn shipping_refusal(rates: Vec<ShippingRate>, refusal: MerchantRefusal) {
    given(vec![])
        .when(MerchantCommand::SetShippingRates { rates: ShippingRates(rates), at: at(1) })
        .then_expect_error(refusal);
}

fn serving(rates: &ShippingRates, country: &str, currency: &str) -> Vec<(String, i64)> {
    let (country, currency) = (text(country), text(currency));
    let rates = rates.serving(&country, currency);
    rates.map(|rate| (rate.method.to_string(), rate.fee.amount.minor_units())).collect()
}

#[test]
fn a_rate_that_names_the_country_goes_before_one_for_everywhere() {
    let yen = ShippingRate { fee: money(2_000, "JPY"), ..shipping_rate("standard", 0) };
    let rates = ShippingRates(vec![
        shipping_rate("standard", 900),
        to("standard", &["GB", "IE"], 300),
        to("express", &["GB"], 1_200),
        yen,
    ]);
    assert!(rates.check().is_ok());
    assert_eq!(serving(&rates, "GB", "GBP"), [("standard".to_owned(), 300), ("express".to_owned(), 1_200)]);
    assert_eq!(serving(&rates, "FR", "GBP"), [("standard".to_owned(), 900)]);
    assert_eq!(serving(&rates, "GB", "JPY"), [("standard".to_owned(), 2_000)]);
    assert_eq!(serving(&rates, "GB", "KWD"), []);
}

#[test]
fn two_rates_for_the_same_place_are_refused() {
    let twice = |rates: Vec<ShippingRate>| shipping_refusal(rates, MerchantRefusal::ShippingRateRepeated { rate: 1 });
    twice(vec![shipping_rate("standard", 300), shipping_rate("standard", 400)]);
    twice(vec![to("standard", &["GB", "IE"], 300), to("standard", &["FR", "IE"], 400)]);
    shipping_refusal(vec![to("standard", &[], 300)], MerchantRefusal::ShippingNowhere { rate: 0 });
    let many = (0..=MAX_SHIPPING_RATES).map(|number| shipping_rate(&format!("m{number}"), 300)).collect();
    shipping_refusal(many, MerchantRefusal::TooManyShippingRates);
}

#[test]
fn a_fee_grows_with_the_pieces_and_ends_at_the_sum_it_is_free_from() {
    let rate = ShippingRate { per_unit: amount(50), free_from: Some(amount(5_000)), ..shipping_rate("standard", 300) };
    assert_eq!(rate.fee_for(amount(4_999), 3), Some(amount(450)));
    assert_eq!(rate.fee_for(amount(5_000), 3), Some(amount(0)));
    assert_eq!(rate.fee_for(amount(0), u64::MAX), None);
}

#[test]
fn a_tax_rate_of_the_region_goes_before_the_countrys() {
    let new_york = TaxRate { region: Some(text("NY")), ..tax_rate("US", "standard", 88_750) };
    let tax = TaxRates {
        rates: vec![tax_rate("US", "standard", 50_000), new_york, tax_rate("GB", "books", 0)],
        ..TaxRates::default()
    };
    let parts = |country: &str, region: Option<&str>, category: &str| {
        let (country, region) = (text(country), region.map(text));
        let taxes = tax.destination(&country, region.as_ref()).unwrap().taxes(category).unwrap();
        taxes.rates().map(|found| i64::from(found.rate)).collect::<Vec<_>>()
    };
    assert_eq!(parts("US", Some("NY"), "standard"), [88_750]);
    assert_eq!(parts("US", Some("NJ"), "standard"), [50_000]);
    assert_eq!(parts("US", None, "standard"), [50_000]);
    assert_eq!(parts("GB", None, "books"), [0]);
    assert!(parts("GB", None, "standard").is_empty());
    // No rate of the country depends on a region: what is written there is nobody's business.
    assert_eq!(parts("GB", Some("nowhere"), "books"), [0]);
}

/// What is stored is the code; what was stored before regions were coded is understood as it was written.
#[test]
fn a_region_is_stored_as_its_code() {
    let set = |region| {
        let rate = TaxRate { region: Some(text(region)), ..tax_rate("US", "standard", 72_500) };
        TaxRates { rates: vec![rate], ..TaxRates::default() }
    };
    for written in ["CA", "ca", " CA ", "US-CA", "California"] {
        given(vec![])
            .when(MerchantCommand::SetTaxRates { tax: set(written), at: at(1) })
            .then_expect_events(vec![MerchantEvent::TaxRatesSet { tax: set("US-CA"), at: at(1) }]);
        let (tax, country, region) = (set(written), text("US"), text("california"));
        let destination = tax.destination(&country, Some(&region)).unwrap();
        assert!(!destination.taxes("standard").unwrap().is_empty(), "{written}");
    }
    given(vec![])
        .when(MerchantCommand::SetTaxRates { tax: set("Cal"), at: at(1) })
        .then_expect_error(MerchantRefusal::UnknownTaxRegion { rate: 0 });
}

#[test]
fn two_tax_rates_for_the_same_are_refused() {
    let refused = |rates, refusal| {
        let tax = TaxRates { rates, ..TaxRates::default() };
        given(vec![]).when(MerchantCommand::SetTaxRates { tax, at: at(1) }).then_expect_error(refusal);
    };
    let twice = vec![tax_rate("GB", "standard", 1), tax_rate("GB", "books", 1), tax_rate("GB", "standard", 2)];
    refused(twice, MerchantRefusal::TaxRateRepeated { rate: 2 });
    // The same region, written in two ways.
    let regional = |region| TaxRate { region: Some(text(region)), ..tax_rate("US", "standard", 1) };
    refused(vec![regional("NY"), regional("new york")], MerchantRefusal::TaxRateRepeated { rate: 1 });
    let many = (0..=MAX_TAX_RATES).map(|number| tax_rate("GB", &format!("c{number}"), 1)).collect();
    refused(many, MerchantRefusal::TooManyTaxRates);
}

#[test]
fn several_taxes_on_the_same_have_a_name_each() {
    let set = |rates: Vec<TaxRate>| {
        let tax = TaxRates { rates, ..TaxRates::default() };
        given(vec![]).when(MerchantCommand::SetTaxRates { tax, at: at(1) })
    };
    let plain = || tax_rate("CA", "standard", 50_000);
    let named = |name: &str| named_tax(name, false, plain());
    set(vec![named("GST"), plain()]).then_expect_error(MerchantRefusal::TaxNameNeeded { rate: 1 });
    set(vec![plain(), named("GST")]).then_expect_error(MerchantRefusal::TaxNameNeeded { rate: 1 });
    set(vec![named("GST"), named("GST")]).then_expect_error(MerchantRefusal::TaxRateRepeated { rate: 1 });
    let many = |count: usize| (0..count).map(|number| named(&format!("T{number}"))).collect();
    set(many(MAX_TAXES + 1)).then_expect_error(MerchantRefusal::TooManyTaxes { rate: MAX_TAXES });
    let tax = TaxRates { rates: many(MAX_TAXES), ..TaxRates::default() };
    set(many(MAX_TAXES)).then_expect_events(vec![MerchantEvent::TaxRatesSet { tax, at: at(1) }]);
}

#[test]
fn only_tax_that_prices_hold_can_be_taken_out_of_them() {
    let set = |tax: TaxRates| given(vec![]).when(MerchantCommand::SetTaxRates { tax, at: at(1) });
    let of = |country: &str, region: Option<&str>| TaxRates {
        export_net_of: Some(TaxPlace { country: text(country), region: region.map(text) }),
        ..quebec()
    };
    set(of("CA", Some("Quebec"))).then_expect_events(vec![MerchantEvent::TaxRatesSet { tax: quebec(), at: at(1) }]);
    set(of("CA", Some("Ontario"))).then_expect_error(MerchantRefusal::ExportPlaceWithoutRate);
    set(of("CA", None)).then_expect_error(MerchantRefusal::ExportPlaceWithoutRate);
    set(of("GB", None)).then_expect_error(MerchantRefusal::ExportPlaceWithoutRate);
    set(of("CA", Some("Kebek"))).then_expect_error(MerchantRefusal::UnknownExportRegion);
    set(TaxRates { prices: TaxBasis::Added, ..quebec() }).then_expect_error(MerchantRefusal::NothingToTakeOut);
}

#[test]
fn a_tax_rate_without_a_category_is_the_standard_one() {
    let read: TaxRate = serde_json::from_str(r#"{"country":"GB","rate":200000}"#).unwrap();
    assert_eq!(read, TaxRate { rate: rate(200_000), ..tax_rate("GB", "standard", 0) });
}

#[test]
fn points_are_worth_whole_minor_units() {
    let policy = points(gbp(50), 3);
    assert_eq!([1, 2, 3, 5].map(|spent| policy.value_of(spent)), [0, 1, 1, 2].map(|units| Some(amount(units))));
    assert_eq!(policy.value_of(u64::MAX), None);
    assert_eq!([0, 1, 99].map(|total| policy.usable_for(amount(total))), [0, 2, 198]);
    assert_eq!(points(gbp(150), 0).usable_for(amount(4)), 3);
    assert_eq!(points(gbp(250), 0).usable_for(amount(4)), 1);
    assert_eq!([99, 100, 33].map(|paid| policy.granted_for(amount(paid))), [2, 3, 0]);
}
