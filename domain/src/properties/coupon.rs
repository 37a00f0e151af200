use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::{
    coupon::{Coupon, CouponCommand, CouponEvent, CouponTerms, CouponUse, decide},
    ids::OrderId,
    samples::{at, limited, order_id, text},
    text::CustomerId,
};

fn orders() -> impl Strategy<Value = OrderId> {
    (1..=12_u128).prop_map(order_id)
}

fn customers() -> impl Strategy<Value = Option<CustomerId>> {
    prop::sample::select(vec!["", "12583", "13047", "17850"])
        .prop_map(|customer| if customer.is_empty() { None } else { Some(text(customer)) })
}

fn terms() -> impl Strategy<Value = CouponTerms> {
    (prop::option::of(1..=5_u32), prop::option::of(1..=3_u32)).prop_map(|(all, each)| limited(all, each))
}

/// Few orders of few customers, among them steps that no order would take.
pub(super) fn commands() -> impl Strategy<Value = Vec<CouponCommand>> {
    let claim = || (orders(), customers()).prop_map(|(order, customer)| CouponUse { order, customer });
    let command = prop_oneof![
        10 => claim().prop_map(|claim| CouponCommand::Freeze { claim, merchant: text("gifts"), at: at(1) }),
        6 => orders().prop_map(|order| CouponCommand::Redeem { order }),
        4 => orders().prop_map(|order| CouponCommand::Unfreeze { order }),
        3 => claim().prop_map(CouponCommand::GiveBack),
        1 => Just(CouponCommand::Withdraw { reason: text("over"), at: at(2) }),
    ];
    (terms(), prop::collection::vec(command, 1..80)).prop_map(|(terms, mut commands)| {
        commands.insert(0, CouponCommand::Issue { terms, at: at(0) });
        commands
    })
}

/// What an order does about its coupon; whether it may is the order's to know.
#[derive(Debug, Clone, Copy)]
enum Step {
    Place,
    Pay,
    End,
}

fn steps() -> impl Strategy<Value = Vec<(OrderId, Option<CustomerId>, Step)>> {
    let step = prop::sample::select(vec![Step::Place, Step::Place, Step::Pay, Step::End]);
    prop::collection::vec((orders(), customers(), step), 1..100)
}

/// Orders that hold the coupon, each with its customer, and which of them have paid.
#[derive(Default)]
struct Shop {
    coupon: Coupon,
    holders: BTreeMap<OrderId, Option<CustomerId>>,
    paid: BTreeSet<OrderId>,
}

impl Shop {
    fn ask(&mut self, command: CouponCommand) -> bool {
        let Ok(events) = decide(&self.coupon, command) else { return false };
        for event in &events {
            self.coupon.evolve(event);
        }
        !events.is_empty()
    }

    /// An order that ended is another order when it is placed again.
    fn step(&mut self, order: OrderId, customer: Option<CustomerId>, step: Step) -> Result<(), TestCaseError> {
        let held = self.holders.get(&order).cloned();
        match (step, held) {
            (Step::Place, None) => {
                let claim = CouponUse { order, customer: customer.clone() };
                if self.ask(CouponCommand::Freeze { claim, merchant: text("gifts"), at: at(1) }) {
                    self.holders.insert(order, customer);
                }
            }
            (Step::Pay, Some(_)) if !self.paid.contains(&order) => {
                prop_assert!(self.ask(CouponCommand::Redeem { order }), "{order} cannot redeem what it holds");
                self.paid.insert(order);
            }
            (Step::End, Some(customer)) => {
                let back = if self.paid.remove(&order) {
                    CouponCommand::GiveBack(CouponUse { order, customer })
                } else {
                    CouponCommand::Unfreeze { order }
                };
                prop_assert!(self.ask(back), "{order} cannot give back what it holds");
                self.holders.remove(&order);
            }
            (Step::Place | Step::Pay, Some(_)) | (Step::Pay | Step::End, None) => {}
        }
        Ok(())
    }

    /// The limits, counted by the orders and not by the coupon.
    fn check(&self, terms: &CouponTerms) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.coupon.uses(), self.holders.len() as u64);
        prop_assert_eq!(self.coupon.counts().unwrap().redeemed(), self.paid.len() as u64);
        if let Some(uses_max) = terms.uses_max {
            prop_assert!(self.holders.len() <= uses_max.get() as usize, "{:?}", self.holders);
        }
        if let Some(uses_per_customer_max) = terms.uses_per_customer_max {
            for holder in self.holders.values() {
                prop_assert!(holder.is_some(), "a guest holds a use");
                let uses = self.holders.values().filter(|other| *other == holder).count();
                prop_assert!(uses <= uses_per_customer_max.get() as usize, "{holder:?} holds {uses}");
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_interleaving_of_orders_uses_a_coupon_once_too_often(terms in terms(), steps in steps()) {
        let mut shop = Shop::default();
        shop.ask(CouponCommand::Issue { terms: terms.clone(), at: at(0) });
        for (order, customer, step) in steps {
            shop.step(order, customer, step)?;
            shop.check(&terms)?;
        }
        let open: Vec<_> = shop.holders.keys().copied().filter(|order| !shop.paid.contains(order)).collect();
        for order in open {
            shop.step(order, None, Step::End)?;
        }
        shop.check(&terms)?;
        let counts = shop.coupon.counts().unwrap();
        prop_assert_eq!((counts.frozen(), counts.redeemed()), (0, shop.paid.len() as u64));
        for order in shop.paid.clone() {
            shop.step(order, None, Step::End)?;
        }
        let mut unused = Coupon::default();
        unused.evolve(&CouponEvent::CouponIssued { terms, at: at(0) });
        prop_assert_eq!(shop.coupon, unused, "something is left over");
    }

    /// A use that can be had is had: the limits refuse nothing that they allow.
    #[test]
    fn a_new_customer_has_a_use_as_long_as_any_remains(commands in commands()) {
        let mut shop = Shop::default();
        for command in commands {
            shop.ask(command);
        }
        let claim = CouponUse { order: order_id(99), customer: Some(text("new")) };
        let remains = shop.coupon.remaining() != Some(0);
        prop_assert_eq!(shop.ask(CouponCommand::Freeze { claim, merchant: text("gifts"), at: at(1) }), remains);
    }

    #[test]
    fn no_sequence_of_commands_breaks_the_limits_or_a_replay(commands in commands()) {
        let (mut coupon, mut log) = (Coupon::default(), Vec::new());
        let mut uses = 0_u64;
        for command in commands {
            for event in decide(&coupon, command).unwrap_or_default() {
                match &event {
                    CouponEvent::CouponFrozen(_) => uses += 1,
                    CouponEvent::CouponUnfrozen(_) | CouponEvent::CouponGivenBack(_) => {
                        uses = uses.checked_sub(1).expect("no more come back than were had");
                    }
                    CouponEvent::CouponIssued { .. }
                    | CouponEvent::CouponWithdrawn { .. }
                    | CouponEvent::CouponRedeemed(_) => {}
                }
                coupon.evolve(&event);
                log.push(event);
            }
            prop_assert_eq!(coupon.uses(), uses);
            let uses_max = coupon.terms().and_then(|terms| terms.uses_max);
            prop_assert!(uses_max.is_none_or(|uses_max| uses <= u64::from(uses_max.get())), "{uses} uses");
        }
        let replayed = log.iter().fold(Coupon::default(), |mut coupon, event| {
            let stored = serde_json::to_string(event).unwrap();
            coupon.evolve(&serde_json::from_str(&stored).unwrap());
            coupon
        });
        prop_assert_eq!(replayed, coupon);
    }
}
