//! Tax in the prices and on top of them.

use super::*;
use crate::{
    merchant::{TaxPlace, TaxRate, TaxRates},
    samples::merchants::{named_tax, quebec},
};

fn british() -> Vec<TaxRate> {
    vec![tax_rate("GB", "standard", 200_000), tax_rate("GB", "books", 0), tax_rate("GB", "shipping", 200_000)]
}

fn taxes(priced: &Priced) -> Vec<Option<i64>> {
    priced.lines.iter().map(|line| line.tax.as_ref().map(|tax| tax.amount.minor_units())).collect()
}

#[test]
fn tax_in_the_prices_is_shown_and_changes_no_total() {
    let priced = two_lines().shipping(vec![shipping_rate("standard", 300)]).tax(TaxBasis::Included, british()).priced();
    assert_eq!((taxes(&priced), priced.total), (vec![Some(255), Some(333)], gbp(3_830)));
    assert_eq!((priced.sums.tax, priced.sums.tax_added), (amount(255 + 333 + 50), amount(0)));
}

#[test]
fn tax_on_top_is_rounded_half_up_once_for_each_line() {
    let new_york = |category| TaxRate { region: Some(text("NY")), ..tax_rate("US", category, 88_750) };
    let till = Till { country: text("US"), region: Some(text("NY")), ..two_lines() };
    let priced = till.tax(TaxBasis::Added, vec![new_york("standard")]).priced();
    assert_eq!(taxes(&priced), [Some(136), Some(178)]);
    assert_eq!((priced.sums.tax_added, priced.total), (amount(314), gbp(3_844)));
}

#[test]
fn tax_falls_on_what_discounts_left() {
    let till = two_lines().discount("half", all(rate(500_000))).tax(TaxBasis::Added, british());
    assert_eq!(taxes(&till.priced()), [Some(153), Some(200)]);
}

#[test]
fn a_category_without_a_rate_is_not_taxed_and_a_rate_of_nothing_is_named() {
    let of = |category: &str| Till { category: Some(text(category)), ..two_lines().tax(TaxBasis::Added, british()) };
    assert_eq!(taxes(&of("books").priced()), [Some(0), Some(0)]);
    assert_eq!(of("toys").price(), Ok(None));
    assert_eq!(taxes(&of(TaxRates::STANDARD).priced()), [Some(306), Some(400)]);
    assert_eq!(Till { country: text("FR"), ..of("books") }.price(), Ok(None));
}

#[test]
fn a_tax_names_its_category_rate_and_basis() {
    let priced = two_lines().shipping(vec![shipping_rate("standard", 300)]).tax(TaxBasis::Added, british()).priced();
    let tax = priced.shipping.unwrap().tax.unwrap();
    assert_eq!((tax.category, tax.rate, tax.basis), (text("shipping"), rate(200_000), TaxBasis::Added));
    assert_eq!(tax.amount, amount(60));
}

fn to(country: &str, region: Option<&str>, till: Till) -> Till {
    Till { country: text(country), region: region.map(text), ..till }
}

/// Each tax on the first line by its name.
fn named_taxes(priced: &Priced) -> Vec<(String, i64)> {
    let name = |tax: &crate::pricing::AppliedTax| tax.name.as_ref().map_or(String::new(), ToString::to_string);
    priced.lines[0].taxes().map(|tax| (name(tax), tax.amount.minor_units())).collect()
}

fn named_tax_amounts(taxes: &[(&str, i64)]) -> Vec<(String, i64)> {
    taxes.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
}

#[test]
fn a_region_that_tax_depends_on_is_known_or_the_order_is_refused() {
    let regional = |country, region| TaxRate { region: Some(text(region)), ..tax_rate(country, "standard", 100_000) };
    let till = || {
        two_lines().tax(
            TaxBasis::Added,
            vec![regional("US", "CA"), regional("AT", "Vorarlberg"), tax_rate("AT", "standard", 200_000)],
        )
    };
    let at = |country, region| to(country, region, till());
    for region in ["CA", "ca", "CA ", " CA", "US-CA", "California"] {
        assert_eq!(total(&at("US", Some(region))), 3_883, "{region}");
    }
    // A region without a rate of its own has its country's, if there is one.
    assert_eq!(at("US", Some("NV")).price(), Ok(None));
    assert_eq!(total(&at("AT", Some("vorarlberg"))), 3_883);
    assert_eq!(total(&at("AT", Some("Wien"))), 4_236);
    assert_eq!(total(&at("AT", None)), 4_236);
    assert_eq!(at("US", None).refused(), PricingRefusal::RegionNeeded { country: text("US") });
    for country in ["US", "AT"] {
        let unknown = PricingRefusal::UnknownRegion { country: text(country), region: text("Calif") };
        assert_eq!(at(country, Some("Calif")).refused(), unknown);
    }
    assert_eq!(at("GB", Some("Calif")).price(), Ok(None));
    // What is not taxed by region needs none.
    let books = Till { category: Some(text("books")), ..at("US", None) };
    assert_eq!(books.price(), Ok(None));
    let delivered = at("AT", None).shipping(vec![shipping_rate("standard", 300)]);
    assert_eq!(total(&delivered), 4_536);
}

#[test]
fn several_taxes_are_each_worked_out_on_the_price_unless_they_are_compound() {
    let quebec_of = |compound, prices| TaxRates {
        prices,
        rates: quebec().rates.into_iter().map(|rate| TaxRate { compound: rate.compound && compound, ..rate }).collect(),
        export_net_of: None,
    };
    let till = |compound, prices| {
        to("CA", Some("Quebec"), Till::of(&[line("A", 3, 1_999)])).tax_rates(quebec_of(compound, prices)).priced()
    };
    let both = till(false, TaxBasis::Added);
    // 5 % and 9.975 % of 59.97.
    assert_eq!(named_taxes(&both), named_tax_amounts(&[("GST", 300), ("QST", 598)]));
    assert_eq!((both.total, both.sums.tax, both.sums.tax_added), (gbp(6_895), amount(898), amount(898)));
    assert_eq!((&both.lines[0].tax, both.lines[0].taxes.len()), (&None, 2));
    let compound = till(true, TaxBasis::Added);
    // 9.975 % of 62.97.
    assert_eq!(named_taxes(&compound), named_tax_amounts(&[("GST", 300), ("QST", 628)]));
    assert!(compound.lines[0].taxes[1].compound);
    // Of 59.97 that hold 14.975 %, 7.81; of 59.97 that hold 9.975 % of all else, 5.44, and 5 % of the 54.53 before that.
    let both = till(false, TaxBasis::Included);
    assert_eq!(named_taxes(&both), named_tax_amounts(&[("GST", 261), ("QST", 520)]));
    assert_eq!((both.total, both.sums.tax, both.sums.tax_added), (gbp(5_997), amount(781), amount(0)));
    let compound = till(true, TaxBasis::Included);
    assert_eq!(named_taxes(&compound), named_tax_amounts(&[("GST", 260), ("QST", 544)]));
}

#[test]
fn a_compound_tax_falls_on_all_that_are_not_wherever_it_is_listed() {
    let plain = |name, parts| named_tax(name, false, tax_rate("GB", "standard", parts));
    let on_top = |name, parts| named_tax(name, true, tax_rate("GB", "standard", parts));
    let rates = vec![on_top("C1", 100_000), plain("S1", 100_000), on_top("C2", 100_000), plain("S2", 200_000)];
    let priced = Till::of(&[line("A", 1, 1_000)]).tax(TaxBasis::Added, rates).priced();
    let expected = [("S1", 100), ("S2", 200), ("C1", 130), ("C2", 143)];
    assert_eq!(named_taxes(&priced), named_tax_amounts(&expected));
}

/// A unit costs 12.00 with 2.00 of tax in it.
fn exporter(rates: Vec<TaxRate>) -> Till {
    Till::of(&[line("A", 3, 1_200)]).tax_rates(TaxRates {
        prices: TaxBasis::Included,
        rates,
        export_net_of: Some(TaxPlace { country: text("GB"), region: None }),
    })
}

#[test]
fn prices_that_hold_tax_become_net_where_none_is_due_if_the_merchant_wants_it() {
    let abroad = to("US", None, exporter(british()).shipping(vec![shipping_rate("standard", 300)])).priced();
    assert_eq!((abroad.total, abroad.sums.subtotal, abroad.sums.shipping), (gbp(3_250), amount(3_000), amount(250)));
    assert_eq!((abroad.sums.tax, abroad.sums.tax_not_due), (amount(0), amount(650)));
    assert_eq!((abroad.lines[0].price, abroad.lines[0].tax_not_due), (amount(3_000), Some(amount(600))));
    assert_eq!(abroad.shipping.unwrap().tax_not_due, Some(amount(50)));
    // At home, and wherever there is a rate of any kind, prices are what they are.
    let home = exporter(british()).priced();
    assert_eq!((home.total, home.sums.tax, home.sums.tax_not_due), (gbp(3_600), amount(600), amount(0)));
    let taxed = [british(), vec![tax_rate("US", "books", 10_000)]].concat();
    assert_eq!(to("US", None, exporter(taxed)).price(), Ok(None));
    let unwilling = Till::of(&[line("A", 3, 1_200)]).tax(TaxBasis::Included, british());
    assert_eq!(to("US", None, unwilling).price(), Ok(None));
}

#[test]
fn a_net_price_is_rounded_once_for_each_piece_and_discounts_fall_on_it() {
    let odd = Till { lines: vec![line("A", 3, 100)], ..exporter(british()) };
    let priced = to("US", None, odd.clone()).priced();
    // 100 pence hold 17; three pieces are 249 and not 250.
    assert_eq!((priced.total, priced.lines[0].tax_not_due), (gbp(249), Some(amount(51))));
    let half = to("US", None, odd.discount("half", all(rate(500_000)))).priced();
    assert_eq!((half.total, half.sums.discount), (gbp(124), amount(125)));
    let dear =
        exporter(british()).promotion("dear", Offer { minimum_spend: Some(gbp(3_001)), ..offer(off_order(500)) });
    assert_eq!((total(&dear), total(&to("US", None, dear.clone()))), (3_100, 3_000));
}
