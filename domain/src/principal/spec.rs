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
fn points_are_their_customers_and_the_shops() {
    for (principal, owns) in [
        (Principal::Customer(text("17850")), true),
        (Principal::Customer(text("17851")), false),
        (Principal::BackOffice, true),
        (Principal::Saga, true),
        (Principal::Merchant(text("17850")), false),
        (Principal::Operator, false),
    ] {
        assert_eq!(principal.owns_points(&text("17850")), owns, "{principal:?}");
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
