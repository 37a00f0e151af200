use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    samples::{at, order_id, payment_id, payment_terms, text},
    used_reference::{ReferenceCommand, ReferenceEvent, ReferenceId, ReferenceRefusal, UsedReference, reuse, reuse_of},
};

fn given(events: Vec<ReferenceEvent>) -> AggregateTestExecutor<UsedReference> {
    TestFramework::with(()).given(events)
}

fn pay(order: u128) -> ReferenceCommand {
    ReferenceCommand::Use { order: order_id(order), at: at(1) }
}

fn used(order: u128) -> ReferenceEvent {
    ReferenceEvent::PaymentReferenceUsed { order: order_id(order), at: at(1) }
}

#[test]
fn a_reference_pays_the_first_order_that_names_it() {
    given(vec![]).when(pay(1)).then_expect_events(vec![used(1)]);
}

#[test]
fn a_reference_pays_no_second_order_and_says_which_it_paid() {
    given(vec![used(1)]).when(pay(2)).then_expect_error(ReferenceRefusal::PaysAnother { order: order_id(1) });
}

#[test]
fn a_reference_is_used_for_the_same_order_once() {
    given(vec![used(1)]).when(pay(1)).then_expect_events(vec![]);
}

#[test]
fn a_reference_is_one_merchants_whatever_it_holds() {
    for name in ["gifts/tx-1", "gifts/INV/2026/1", "gifts//", "a/b%2Fc"] {
        let id: ReferenceId = text(name);
        assert_eq!(id.to_string(), name);
        assert_eq!(id.merchant.as_str(), name.split('/').next().unwrap());
    }
    for name in ["gifts", "gifts/", "/tx-1", "gifts/tx 1"] {
        assert!(name.parse::<ReferenceId>().is_err(), "{name:?} was read");
    }
}

#[test]
fn whatever_a_used_reference_is_its_second_use_can_be_told() {
    for reference in ["t".to_owned(), "t".repeat(128)] {
        let case = reuse(payment_id(1), &payment_terms(), &text(&reference), order_id(7)).unwrap();
        assert_eq!(Some(case.exception()), reuse_of(payment_id(1)));
        assert_eq!(case.order, Some(payment_terms().order));
        let detail = format!("taken under {reference}, by which {} was paid", order_id(7));
        assert_eq!(case.detail.as_str(), detail);
    }
}
