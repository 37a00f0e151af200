//! Snapshots: every state that can be reached is stored and read back equal, and goes on from there alike.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::{coupon, fulfillment, order, payment, points, quota, returns, stock};
use crate::{
    coupon::Coupon,
    fulfillment::Fulfillment,
    merchant::{self, Merchant, MerchantCommand, Policies},
    order::Order,
    payment::Payment,
    points::PointsAccount,
    product::{self, Product, ProductCommand},
    quota::PurchaseQuota,
    refund::{self, Claim, Refund, RefundCause, RefundChannel, RefundCommand, RefundFailure},
    returns::Return,
    samples::{
        at, gbp, listing,
        merchants::{full_promotion, policies, shipping_rates, tax_rates},
        offers::sample_discounts,
        order_id, part, text,
    },
    stock::Stock,
};

fn stored<S: Serialize + DeserializeOwned>(state: &S) -> S {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

fn check<S: Serialize + DeserializeOwned + PartialEq + Debug>(state: &S) -> Result<(), TestCaseError> {
    prop_assert_eq!(&stored(state), state);
    Ok(())
}

fn product_commands() -> impl Strategy<Value = Vec<ProductCommand>> {
    let command = prop_oneof![
        (0..300_i64).prop_map(|pence| ProductCommand::List { listing: listing(pence), at: at(0) }),
        (0..300_i64).prop_map(|pence| ProductCommand::Reprice { price: gbp(pence), at: at(1) }),
        Just(ProductCommand::Delist { at: at(2) }),
    ];
    prop::collection::vec(command, 1..12)
}

fn refund_commands() -> impl Strategy<Value = Vec<RefundCommand>> {
    let (actor, reason) = (text("back_office:tok_1"), text("by hand"));
    let claim = prop::sample::select(RefundCause::ALL.to_vec()).prop_map(|cause| {
        let whole = Claim::whole(order_id(1), part("tx-1", 1530), cause);
        Claim { amount: Some(gbp(530)), number: 2, ..whole }
    });
    let failures = prop::sample::select(vec![RefundFailure::Refused, RefundFailure::OutcomeUnknown]);
    let command = prop_oneof![
        2 => claim.prop_map(|claim| RefundCommand::Request { claim, at: at(0) }),
        2 => Just(RefundCommand::RecordSubmitted { channel: RefundChannel::Gateway, at: at(1) }),
        1 => prop::sample::select(vec!["ft-1", "ft-2"]).prop_map(|reference| RefundCommand::RecordSucceeded {
            attempt: None,
            reference: text(reference),
            note: None,
            at: at(2),
        }),
        4 => (failures, 1..4_u32).prop_map(|(failure, attempt)| RefundCommand::RecordFailed {
            attempt: Some(attempt),
            failure,
            cause: text("timeout"),
            at: at(3),
        }),
        4 => Just(RefundCommand::RequestReview { at: at(4) }),
        1 => Just(RefundCommand::Retry { actor: text("x"), reason: text("y"), at: at(5) }),
        1 => Just(RefundCommand::MarkDone { reference: text("ft-1"), actor, reason, at: at(6) }),
        1 => Just(RefundCommand::WriteOff { actor: text("x"), reason: text("y"), at: at(7) }),
    ];
    prop::collection::vec(command, 1..24)
}

fn merchant_commands() -> impl Strategy<Value = Vec<MerchantCommand>> {
    let discounts = prop::sample::select(sample_discounts().into_iter().map(|sample| sample.value).collect::<Vec<_>>());
    let id = || prop::sample::select(vec!["spring", "autumn"]);
    let command = prop_oneof![
        (id(), discounts).prop_map(|(id, discount)| MerchantCommand::DefinePromotion {
            promotion: full_promotion(id, discount),
            at: at(0),
        }),
        id().prop_map(|id| MerchantCommand::EndPromotion { id: text(id), at: at(1) }),
        Just(MerchantCommand::SetShippingRates { rates: shipping_rates(), at: at(2) }),
        Just(MerchantCommand::SetTaxRates { tax: tax_rates(), at: at(3) }),
        prop::sample::select(vec![policies(), Policies::default()])
            .prop_map(|policies| MerchantCommand::SetPolicies { policies, at: at(4) }),
    ];
    prop::collection::vec(command, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_order_is_stored_and_read_back_equal(commands in order::commands()) {
        let mut state = Order::default();
        for command in commands {
            let decided = crate::order::decide(&state, command.clone());
            prop_assert_eq!(&crate::order::decide(&stored(&state), command), &decided);
            state = decided.unwrap_or_default().into_iter().fold(state, Order::evolve);
            check(&state)?;
        }
    }

    #[test]
    fn every_stock_is_stored_and_read_back_equal(commands in stock::commands()) {
        let mut state = Stock::default();
        for command in commands {
            let decided = crate::stock::decide(&state, command.clone());
            prop_assert_eq!(&crate::stock::decide(&stored(&state), command), &decided);
            for event in decided.unwrap_or_default() {
                state.evolve(&event);
            }
            check(&state)?;
        }
    }

    #[test]
    fn every_product_is_stored_and_read_back_equal(commands in product_commands()) {
        let mut state = Product::default();
        for command in commands {
            let decided = product::decide(&state, command).unwrap_or_default();
            state = decided.into_iter().fold(state, Product::evolve);
            check(&state)?;
        }
    }

    #[test]
    fn every_payment_is_stored_and_read_back_equal(commands in payment::lives()) {
        let mut state = Payment::default();
        for command in commands {
            let decided = crate::payment::decide(&state, command.clone());
            prop_assert_eq!(&crate::payment::decide(&stored(&state), command), &decided);
            state = decided.unwrap_or_default().into_iter().fold(state, Payment::evolve);
            check(&state)?;
        }
    }

    #[test]
    fn every_refund_is_stored_and_read_back_equal(commands in refund_commands()) {
        let mut state = Refund::default();
        for command in commands {
            let before = state.clone();
            let decided = refund::decide(&state, command.clone()).unwrap_or_default();
            for event in decided {
                let next = state.clone().evolve(event);
                prop_assert_ne!(&next, &state, "an event without effect was decided");
                state = next;
            }
            if state != before {
                prop_assert_eq!(refund::decide(&state, command), Ok(vec![]), "an accepted command is news again");
            }
            check(&state)?;
        }
    }

    #[test]
    fn every_points_account_is_stored_and_read_back_equal(commands in points::commands()) {
        let mut state = PointsAccount::default();
        for command in commands {
            let decided = crate::points::decide(&state, command.clone());
            prop_assert_eq!(&crate::points::decide(&stored(&state), command), &decided);
            for event in decided.unwrap_or_default() {
                state.evolve(&event);
            }
            check(&state)?;
        }
    }

    #[test]
    fn every_quota_is_stored_and_read_back_equal(commands in quota::commands()) {
        let mut state = PurchaseQuota::default();
        for command in commands {
            let decided = crate::quota::decide(&state, command);
            prop_assert_eq!(&crate::quota::decide(&stored(&state), command), &decided);
            for event in decided.unwrap_or_default() {
                state.evolve(&event);
            }
            check(&state)?;
        }
    }

    #[test]
    fn every_coupon_is_stored_and_read_back_equal(commands in coupon::commands()) {
        let mut state = Coupon::default();
        for command in commands {
            let decided = crate::coupon::decide(&state, command.clone());
            prop_assert_eq!(&crate::coupon::decide(&stored(&state), command), &decided);
            for event in decided.unwrap_or_default() {
                state.evolve(&event);
            }
            check(&state)?;
        }
    }

    #[test]
    fn every_merchant_is_stored_and_read_back_equal(commands in merchant_commands()) {
        let mut state = Merchant::default();
        for command in commands {
            let decided = merchant::decide(&state, command).unwrap_or_default();
            state = decided.into_iter().fold(state, Merchant::evolve);
            check(&state)?;
        }
    }

    #[test]
    fn every_fulfillment_is_stored_and_read_back_equal(commands in fulfillment::commands()) {
        let mut state = Fulfillment::default();
        for command in commands {
            let decided = crate::fulfillment::decide(&state, command).unwrap_or_default();
            state = decided.into_iter().fold(state, Fulfillment::evolve);
            check(&state)?;
        }
    }

    #[test]
    fn every_return_is_stored_and_read_back_equal(commands in returns::commands()) {
        let mut state = Return::default();
        for command in commands {
            let decided = crate::returns::decide(&state, command).unwrap_or_default();
            state = decided.into_iter().fold(state, Return::evolve);
            check(&state)?;
        }
    }
}
