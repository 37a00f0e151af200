use super::Principal;
use crate::{
    order::Terms,
    payment::{CaptureMethod, PaymentTerms},
    samples::{at, gbp, listing, order_id, text},
};

fn payment_terms(customer: Option<&str>) -> PaymentTerms {
    PaymentTerms {
        order: order_id(7),
        customer: customer.map(text),
        merchant: text("gifts"),
        gateway: text("sandbox"),
        amount: gbp(1530),
        capture: CaptureMethod::Automatic,
        expires_at: at(30),
    }
}

fn terms(customer: Option<&str>) -> Terms {
    Terms {
        customer: customer.map(text),
        merchant: text("gifts"),
        total: gbp(1530),
        placed_at: crate::samples::at(0),
        pay_by: at(30),
        allocations: vec![],
        waiting: vec![],
        shorted: None,
        benefits: None,
        book: crate::order::LineBook::default(),
    }
}

#[test]
fn an_order_is_its_customers_its_merchants_and_the_shops() {
    for (principal, owns) in [
        (Principal::Customer(text("17850")), true),
        (Principal::Customer(text("17851")), false),
        (Principal::Merchant(text("gifts")), true),
        (Principal::Merchant(text("others")), false),
        (Principal::BackOffice, true),
        (Principal::Saga, true),
        (Principal::Operator, false),
    ] {
        assert_eq!(principal.owns_order(&terms(Some("17850"))), owns, "{principal:?}");
    }
}

#[test]
fn a_payment_is_seen_by_both_sides_and_captured_by_the_sellers() {
    for (principal, owns, sells) in [
        (Principal::Customer(text("17850")), true, false),
        (Principal::Customer(text("17851")), false, false),
        (Principal::Merchant(text("gifts")), true, true),
        (Principal::Merchant(text("others")), false, false),
        (Principal::BackOffice, true, true),
        (Principal::Saga, true, true),
        (Principal::Operator, false, false),
    ] {
        let terms = payment_terms(Some("17850"));
        assert_eq!(
            (principal.owns_payment(&terms), principal.sells_for_payment(&terms)),
            (owns, sells),
            "{principal:?}"
        );
    }
    assert!(!Principal::Customer(text("17850")).owns_payment(&payment_terms(None)));
}

#[test]
fn a_guests_order_is_no_customers() {
    assert!(!Principal::Customer(text("17850")).owns_order(&terms(None)));
}

/// A customer and a merchant of the same name are two.
#[test]
fn a_name_is_not_a_role() {
    assert!(!Principal::Customer(text("gifts")).owns_order(&terms(Some("17850"))));
    assert!(!Principal::Merchant(text("17850")).owns_order(&terms(Some("17850"))));
}

#[test]
fn a_product_is_its_merchants_and_the_shops() {
    for (principal, owns) in [
        (Principal::Merchant(text("gifts")), true),
        (Principal::Merchant(text("others")), false),
        (Principal::BackOffice, true),
        (Principal::Saga, true),
        (Principal::Customer(text("gifts")), false),
        (Principal::Operator, false),
    ] {
        assert_eq!(principal.owns_product(&listing(255)), owns, "{principal:?}");
    }
}

#[test]
fn a_merchants_terms_are_its_own_and_the_shops() {
    for (principal, owns) in [
        (Principal::Merchant(text("gifts")), true),
        (Principal::Merchant(text("others")), false),
        (Principal::BackOffice, true),
        (Principal::Saga, true),
        (Principal::Customer(text("gifts")), false),
        (Principal::Operator, false),
    ] {
        assert_eq!(principal.owns_merchant(&text("gifts")), owns, "{principal:?}");
    }
}

#[test]
fn points_are_their_customers_their_issuers_and_the_shops() {
    for (principal, owns_own, owns_platforms) in [
        (Principal::Customer(text("17850")), true, true),
        (Principal::Customer(text("17851")), false, false),
        (Principal::Customer(text("gifts")), false, false),
        (Principal::BackOffice, true, true),
        (Principal::Saga, true, true),
        (Principal::Merchant(text("gifts")), true, false),
        (Principal::Merchant(text("books")), false, false),
        (Principal::Merchant(text("17850")), false, false),
        (Principal::Operator, false, false),
    ] {
        assert_eq!(principal.owns_points(&text("gifts/17850")), owns_own, "{principal:?}");
        assert_eq!(principal.owns_points(&text("17850")), owns_platforms, "{principal:?}");
    }
}

#[test]
fn points_are_spent_by_their_customer_and_the_shop_and_not_by_a_seller() {
    for (principal, may) in [
        (Principal::Customer(text("17850")), true),
        (Principal::BackOffice, true),
        (Principal::Merchant(text("gifts")), false),
        (Principal::Operator, false),
        (Principal::Saga, false),
    ] {
        assert_eq!(principal.may_spend_points(), may, "{principal:?}");
    }
}

#[test]
fn a_merchant_presents_its_own_coupons_and_others_present_any() {
    let gifts = text("gifts");
    for (issuer, may) in [(Some(&gifts), true), (Some(&text("books")), false), (None, false)] {
        assert_eq!(Principal::Merchant(text("gifts")).may_present(issuer), may, "{issuer:?}");
        assert!(Principal::Customer(text("17850")).may_present(issuer));
        assert!(Principal::BackOffice.may_present(issuer));
    }
}

#[test]
fn only_the_back_office_may_state_terms() {
    assert!(Principal::BackOffice.may_state_terms());
    for principal in
        [Principal::Customer(text("17850")), Principal::Merchant(text("gifts")), Principal::Operator, Principal::Saga]
    {
        assert!(!principal.may_state_terms(), "{principal:?}");
    }
}
