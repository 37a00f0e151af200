use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    samples::{at, order_id, text},
    used_reference::{ReferenceCommand, ReferenceEvent, ReferenceId, ReferenceRefusal, UsedReference},
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
