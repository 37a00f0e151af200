use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    coupon::{CouponTerms, CouponUse},
    ids::OrderId,
    text::CustomerId,
};

/// The terms of a coupon and who uses it.
///
/// Orders are known while they hold a use that they have not redeemed; of the redeemed ones there is a count. Customers are
/// counted only where the terms limit them, for otherwise a coupon that millions use would name them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUses {
    pub(super) terms: CouponTerms,
    /// A tree, as in a stock: order ids grow with time, so that a popular coupon appends at the edge.
    frozen: BTreeMap<OrderId, Option<CustomerId>>,
    redeemed: u64,
    customers: BTreeMap<CustomerId, CustomerUses>,
}

/// Two counts, and not their sum: an order that redeemed nothing must not give back what another one holds frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct CustomerUses {
    frozen: u64,
    redeemed: u64,
}

impl CustomerUses {
    const NONE: Self = Self { frozen: 0, redeemed: 0 };
}

impl CouponUses {
    pub(super) const fn none_of(terms: CouponTerms) -> Self {
        Self { terms, frozen: BTreeMap::new(), redeemed: 0, customers: BTreeMap::new() }
    }

    /// Uses that orders hold and have not redeemed.
    pub fn frozen(&self) -> u64 {
        self.frozen.len() as u64
    }

    /// Uses that orders have redeemed and not given back.
    pub const fn redeemed(&self) -> u64 {
        self.redeemed
    }

    /// Uses of one customer, frozen and redeemed; known only where the terms limit them.
    pub(super) fn by_customer(&self, customer: &CustomerId) -> u64 {
        self.customers.get(customer).map_or(0, |uses| uses.frozen + uses.redeemed)
    }

    /// How many entries a snapshot of this coupon holds.
    pub(super) fn entries(&self) -> usize {
        self.frozen.len() + self.customers.len()
    }

    pub(super) fn frozen_for(&self, order: OrderId) -> Option<CouponUse> {
        self.frozen.get(&order).map(|customer| CouponUse { order, customer: customer.clone() })
    }

    /// Whether the order can have redeemed a use, as far as the counts know.
    pub(super) fn may_have_redeemed(&self, claim: &CouponUse) -> bool {
        let by_customer = match (self.terms.uses_per_customer_max, &claim.customer) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(customer)) => self.customers.get(customer).is_some_and(|uses| uses.redeemed > 0),
        };
        self.redeemed > 0 && by_customer && !self.frozen.contains_key(&claim.order)
    }

    pub(super) fn freeze(&mut self, claim: &CouponUse) {
        self.frozen.insert(claim.order, claim.customer.clone());
        self.count(claim, |uses| uses.frozen += 1);
    }

    pub(super) fn redeem(&mut self, claim: &CouponUse) {
        self.frozen.remove(&claim.order);
        self.redeemed += 1;
        self.count(claim, |uses| {
            uses.frozen = uses.frozen.saturating_sub(1);
            uses.redeemed += 1;
        });
    }

    pub(super) fn unfreeze(&mut self, claim: &CouponUse) {
        self.frozen.remove(&claim.order);
        self.count(claim, |uses| uses.frozen = uses.frozen.saturating_sub(1));
    }

    pub(super) fn give_back(&mut self, claim: &CouponUse) {
        self.redeemed = self.redeemed.saturating_sub(1);
        self.count(claim, |uses| uses.redeemed = uses.redeemed.saturating_sub(1));
    }

    fn count(&mut self, claim: &CouponUse, change: impl FnOnce(&mut CustomerUses)) {
        let limited = self.terms.uses_per_customer_max.is_some();
        let Some(customer) = claim.customer.as_ref().filter(|_| limited) else { return };
        let uses = self.customers.entry(customer.clone()).or_default();
        change(uses);
        if *uses == CustomerUses::NONE {
            self.customers.remove(customer);
        }
    }
}
