//! Tax in the prices and on top of them.

use super::*;
use crate::merchant::{TaxRate, TaxRates};

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
