use std::collections::BTreeMap;

use super::{CheckoutRefusal, Frozen, LineRequest, MAX_LINES, freeze};
use crate::{
    money::MAX_AMOUNT,
    product::{Listing, Product, ProductKind},
    samples::{amount, gbp, listing, money, quantity, text},
    text::Sku,
};

/// Goods at 255 and 295 pence, postage, a delisted product, one in euro, another merchant's, and one for all the money.
fn catalogue() -> BTreeMap<Sku, Product> {
    let mut products = BTreeMap::new();
    let mut list = |sku: &str, product: Product| products.insert(text::<Sku>(sku), product);
    list("85123A", Product::Listed(listing(255)));
    list("71053", Product::Listed(Listing { title: text("WHITE METAL LANTERN"), ..listing(295) }));
    list("POST", Product::Listed(Listing { title: text("POSTAGE"), kind: ProductKind::Service, ..listing(1800) }));
    list("GONE", Product::Delisted(listing(255)));
    list("NEVER", Product::Unlisted);
    list("EURO", Product::Listed(Listing { price: money(255, "EUR"), ..listing(0) }));
    list("OTHER", Product::Listed(Listing { merchant: text("others"), ..listing(255) }));
    list("GOLD", Product::Listed(listing(MAX_AMOUNT)));
    products
}

fn line(sku: &str, units: i64) -> LineRequest {
    LineRequest { sku: text(sku), quantity: quantity(units), unit_price: None }
}

fn negotiated(sku: &str, units: i64, pence: i64) -> LineRequest {
    LineRequest { unit_price: Some(amount(pence)), ..line(sku, units) }
}

fn checkout(lines: &[LineRequest]) -> Result<Frozen, CheckoutRefusal> {
    let catalogue = catalogue();
    freeze(lines, text("GBP"), |sku| catalogue.get(sku))
}

#[test]
fn the_catalogue_sets_title_kind_price_and_merchant() {
    let frozen = checkout(&[line("85123A", 6), line("POST", 1)]).unwrap();
    assert_eq!(frozen.merchant, text("gifts"));
    assert_eq!(frozen.total, gbp(6 * 255 + 1800));
    let [goods, postage] = frozen.lines.as_slice() else { panic!("two lines became {:?}", frozen.lines) };
    assert_eq!((goods.title.as_str(), goods.kind), ("WHITE HANGING HEART T-LIGHT HOLDER", ProductKind::Goods));
    assert_eq!((goods.quantity, goods.unit_price, goods.total), (quantity(6), amount(255), amount(1530)));
    assert_eq!((postage.title.as_str(), postage.kind), ("POSTAGE", ProductKind::Service));
}

#[test]
fn lines_stay_in_the_order_they_were_asked_for() {
    let frozen = checkout(&[line("POST", 1), line("85123A", 1), line("71053", 1), line("85123A", 2)]).unwrap();
    let skus: Vec<&str> = frozen.lines.iter().map(|line| line.sku.as_str()).collect();
    assert_eq!(skus, ["POST", "85123A", "71053", "85123A"]);
}

#[test]
fn a_negotiated_price_goes_before_the_catalogues() {
    let frozen = checkout(&[negotiated("85123A", 6, 250), line("85123A", 1)]).unwrap();
    assert_eq!(frozen.lines.iter().map(|line| line.unit_price).collect::<Vec<_>>(), [amount(250), amount(255)]);
    assert_eq!(frozen.total, gbp(6 * 250 + 255));
}

#[test]
fn a_price_can_be_negotiated_down_to_nothing() {
    let frozen = checkout(&[negotiated("85123A", 6, 0)]).unwrap();
    assert_eq!(frozen.total, gbp(0));
}

#[test]
fn an_order_of_no_lines_is_refused() {
    assert_eq!(checkout(&[]), Err(CheckoutRefusal::NoLines));
}

#[test]
fn a_thousand_lines_are_an_order_and_one_more_is_none() {
    let lines = vec![line("85123A", 1); MAX_LINES];
    assert_eq!(checkout(&lines).unwrap().total, gbp(255_000));
    let more = vec![line("85123A", 1); MAX_LINES + 1];
    assert_eq!(checkout(&more), Err(CheckoutRefusal::TooManyLines));
    assert!(CheckoutRefusal::TooManyLines.to_string().contains(&MAX_LINES.to_string()));
}

#[test]
fn an_unknown_sku_is_refused_with_its_line() {
    for sku in ["NOWHERE", "NEVER"] {
        let refused = CheckoutRefusal::UnknownSku { line: 1, sku: text(sku) };
        assert_eq!(checkout(&[line("85123A", 1), line(sku, 1)]), Err(refused));
    }
}

#[test]
fn a_delisted_sku_is_refused_with_its_line() {
    let refused = CheckoutRefusal::DelistedSku { line: 1, sku: text("GONE") };
    assert_eq!(checkout(&[line("85123A", 1), line("GONE", 1)]), Err(refused));
}

/// Not even at a negotiated price: the amount would be of another currency than the catalogue's.
#[test]
fn a_product_in_another_currency_is_refused_with_its_line() {
    let refused =
        CheckoutRefusal::OtherCurrency { line: 2, sku: text("EURO"), priced: text("EUR"), ordered: text("GBP") };
    assert_eq!(checkout(&[line("85123A", 1), line("POST", 1), line("EURO", 1)]), Err(refused.clone()));
    assert_eq!(checkout(&[line("85123A", 1), line("POST", 1), negotiated("EURO", 1, 200)]), Err(refused));
}

#[test]
fn a_product_of_another_merchant_than_the_first_lines_is_refused_with_its_line() {
    let refused = CheckoutRefusal::OtherMerchant { line: 1, sku: text("OTHER"), merchant: text("others") };
    assert_eq!(checkout(&[line("85123A", 1), line("OTHER", 1)]), Err(refused));
    assert_eq!(checkout(&[line("OTHER", 1)]).unwrap().merchant, text("others"));
}

#[test]
fn the_first_refusal_is_the_one_that_is_told() {
    let refused = CheckoutRefusal::DelistedSku { line: 0, sku: text("GONE") };
    assert_eq!(checkout(&[line("GONE", 1), line("NOWHERE", 1)]), Err(refused));
}

#[test]
fn a_line_that_costs_more_than_an_amount_can_be_is_refused() {
    assert_eq!(checkout(&[line("85123A", 1), line("GOLD", 2)]), Err(CheckoutRefusal::TotalOverflow { line: 1 }));
    let dear = negotiated("85123A", 1_000_000, MAX_AMOUNT);
    assert_eq!(checkout(&[dear]), Err(CheckoutRefusal::TotalOverflow { line: 0 }));
}

#[test]
fn a_sum_that_is_more_than_an_amount_can_be_is_refused_at_the_line_that_passes_it() {
    assert_eq!(checkout(&[line("GOLD", 1)]).unwrap().total, gbp(MAX_AMOUNT));
    let lines = [line("GOLD", 1), negotiated("85123A", 1, 0), negotiated("85123A", 1, 1)];
    assert_eq!(checkout(&lines), Err(CheckoutRefusal::TotalOverflow { line: 2 }));
    assert!(CheckoutRefusal::TotalOverflow { line: 2 }.to_string().contains(&MAX_AMOUNT.to_string()));
}

#[test]
fn the_price_of_an_order_does_not_move_with_the_catalogue() {
    let mut catalogue = catalogue();
    let frozen = freeze(&[line("85123A", 6)], text("GBP"), |sku| catalogue.get(sku)).unwrap();
    catalogue.insert(text("85123A"), Product::Listed(listing(999)));
    assert_eq!((frozen.lines[0].unit_price, frozen.total), (amount(255), gbp(1530)));
}
