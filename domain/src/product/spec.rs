use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    money::Money,
    product::{Backorder, Listing, Product, ProductCommand, ProductEvent, ProductKind, ProductRefusal},
    samples::{at, events::product_events, gbp, listing, money, quantity, text},
};

fn given(events: Vec<ProductEvent>) -> AggregateTestExecutor<Product> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<ProductEvent>) -> Product {
    events.into_iter().fold(Product::default(), Product::evolve)
}

fn listed(listing: Listing) -> ProductEvent {
    ProductEvent::ProductListed { listing, at: at(0) }
}

fn repriced(price: Money) -> ProductEvent {
    ProductEvent::ProductRepriced { price, at: at(1) }
}

fn delisted() -> ProductEvent {
    ProductEvent::ProductDelisted { at: at(2) }
}

fn list(listing: Listing) -> ProductCommand {
    ProductCommand::List { listing, at: at(0) }
}

fn reprice(price: Money) -> ProductCommand {
    ProductCommand::Reprice { price, at: at(1) }
}

fn delist() -> ProductCommand {
    ProductCommand::Delist { at: at(2) }
}

#[test]
fn a_product_goes_on_sale() {
    given(vec![]).when(list(listing(255))).then_expect_events(vec![listed(listing(255))]);
}

#[test]
fn listing_the_same_again_is_already_so() {
    given(vec![listed(listing(255))]).when(list(listing(255))).then_expect_events(vec![]);
}

#[test]
fn a_price_that_was_changed_to_what_is_listed_is_already_so() {
    given(vec![listed(listing(255)), repriced(gbp(295))]).when(list(listing(295))).then_expect_events(vec![]);
}

#[test]
fn a_listed_product_cannot_be_listed_as_something_else() {
    for other in [
        listing(256),
        Listing { title: text("T-LIGHT HOLDER"), ..listing(255) },
        Listing { kind: ProductKind::Service, ..listing(255) },
        Listing { merchant: text("others"), ..listing(255) },
        Listing { tax_category: Some(text("books")), ..listing(255) },
        Listing { backorder: Backorder::Allowed, ..listing(255) },
        Listing { purchase_limit: Some(quantity(5)), ..listing(255) },
    ] {
        given(vec![listed(listing(255))]).when(list(other)).then_expect_error(ProductRefusal::AlreadyListed);
    }
}

#[test]
fn a_delisted_product_can_come_back_with_another_title_price_and_currency() {
    let again = Listing { title: text("T-LIGHT HOLDER"), price: money(300, "EUR"), ..listing(255) };
    given(vec![listed(listing(255)), delisted()]).when(list(again.clone())).then_expect_events(vec![listed(again)]);
}

#[test]
fn a_delisted_product_stays_its_merchants() {
    let other = Listing { merchant: text("others"), ..listing(255) };
    given(vec![listed(listing(255)), delisted()]).when(list(other)).then_expect_error(ProductRefusal::OtherMerchant);
}

#[test]
fn a_delisted_product_stays_of_its_kind() {
    let other = Listing { kind: ProductKind::Service, ..listing(255) };
    given(vec![listed(listing(255)), delisted()]).when(list(other)).then_expect_error(ProductRefusal::OtherKind);
}

#[test]
fn a_price_changes_on_sale_only() {
    given(vec![listed(listing(255))]).when(reprice(gbp(295))).then_expect_events(vec![repriced(gbp(295))]);
    given(vec![]).when(reprice(gbp(295))).then_expect_error(ProductRefusal::Unknown);
    given(vec![listed(listing(255)), delisted()]).when(reprice(gbp(295))).then_expect_error(ProductRefusal::Delisted);
}

#[test]
fn the_price_it_has_is_already_so() {
    given(vec![listed(listing(255))]).when(reprice(gbp(255))).then_expect_events(vec![]);
    given(vec![listed(listing(255)), repriced(gbp(295))]).when(reprice(gbp(295))).then_expect_events(vec![]);
}

#[test]
fn a_price_does_not_change_its_currency() {
    given(vec![listed(listing(255))])
        .when(reprice(money(255, "EUR")))
        .then_expect_error(ProductRefusal::OtherCurrency { expected: text("GBP"), received: text("EUR") });
}

#[test]
fn a_product_goes_off_sale_once() {
    given(vec![listed(listing(255))]).when(delist()).then_expect_events(vec![delisted()]);
    given(vec![listed(listing(255)), delisted()]).when(delist()).then_expect_events(vec![]);
    given(vec![]).when(delist()).then_expect_error(ProductRefusal::Unknown);
}

#[test]
fn the_catalogue_keeps_what_it_knows_of_a_delisted_product() {
    let on_sale = vec![listed(listing(255)), repriced(gbp(295))];
    let off_sale = [on_sale.clone(), vec![delisted()]].concat();
    assert_eq!(state(on_sale), Product::Listed(listing(295)));
    assert_eq!(state(off_sale.clone()), Product::Delisted(listing(295)));
    assert_eq!(state(off_sale).listing(), Some(&listing(295)));
    assert_eq!(Product::default().listing(), None);
}

#[test]
fn orders_may_wait_for_goods_from_the_moment_their_merchant_says_so() {
    let set = |backorder| ProductCommand::SetBackorder { backorder, at: at(3) };
    let changed = |backorder| ProductEvent::ProductBackorderChanged { backorder, at: at(3) };
    let (yes, no) = (Backorder::Allowed, Backorder::Refused);
    given(vec![listed(listing(255))]).when(set(yes)).then_expect_events(vec![changed(yes)]);
    given(vec![listed(listing(255))]).when(set(no)).then_expect_events(vec![]);
    given(vec![listed(listing(255)), changed(yes)]).when(set(yes)).then_expect_events(vec![]);
    given(vec![listed(listing(255)), changed(yes)]).when(set(no)).then_expect_events(vec![changed(no)]);
    let waited_for = Listing { backorder: yes, ..listing(255) };
    assert_eq!(state(vec![listed(listing(255)), changed(yes)]), Product::Listed(waited_for));
    given(vec![]).when(set(yes)).then_expect_error(ProductRefusal::Unknown);
    given(vec![listed(listing(255)), delisted()]).when(set(yes)).then_expect_error(ProductRefusal::Delisted);
}

#[test]
fn nobody_waits_for_a_service() {
    let service = Listing { kind: ProductKind::Service, ..listing(255) };
    let set = ProductCommand::SetBackorder { backorder: Backorder::Allowed, at: at(3) };
    given(vec![listed(service.clone())]).when(set).then_expect_error(ProductRefusal::KeepsNoStock);
    let awaited = Listing { backorder: Backorder::Allowed, ..service };
    given(vec![]).when(list(awaited)).then_expect_error(ProductRefusal::KeepsNoStock);
}

/// Listings that were stored before these two were thought of say neither.
#[test]
fn a_listing_that_says_nothing_refuses_backorders_and_sets_no_limit() {
    let stored = r#"{"title":"TEAPOT","kind":"goods","price":{"amount":255,"currency":"GBP"},"merchant":"gifts"}"#;
    let read: Listing = serde_json::from_str(stored).unwrap();
    assert_eq!((read.backorder, read.purchase_limit), (Backorder::Refused, None));
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
}

#[test]
fn a_product_keeps_its_backorders_and_its_limit_when_its_price_changes() {
    let limited = Listing { backorder: Backorder::Allowed, purchase_limit: Some(quantity(5)), ..listing(255) };
    let repriced = state(vec![listed(limited.clone()), repriced(gbp(295))]);
    assert_eq!(repriced, Product::Listed(Listing { price: gbp(295), ..limited }));
}

#[test]
fn an_event_that_does_not_fit_changes_nothing() {
    let off_sale = vec![listed(listing(255)), delisted()];
    for events in [vec![], off_sale] {
        for sample in product_events() {
            let fits = match sample.value {
                ProductEvent::ProductListed { .. } => true,
                ProductEvent::ProductRepriced { .. }
                | ProductEvent::ProductBackorderChanged { .. }
                | ProductEvent::ProductDelisted { .. } => false,
            };
            let before = state(events.clone());
            assert_eq!(before.clone().evolve(sample.value) != before, fits, "{}", sample.variant);
        }
    }
}
