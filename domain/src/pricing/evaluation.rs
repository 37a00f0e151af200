use std::collections::HashMap;

use crate::{
    merchant::TaxBasis,
    money::Amount,
    pricing::{
        candidate::{Candidate, Effect},
        combination::Set,
        draft::Scene,
        levy::with_tax,
    },
    split::split,
};

/// What an order costs with some set of offers, before points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The offers of the set that took something off.
    pub(super) used: Set,
    pub(super) total: Amount,
}

/// Finds what the order costs with one set of offers after another, and spells no line out.
///
/// What sets have in common is worked out once: product discounts for each set of these, the lines for each set of
/// discounts off lines and order, the fee for each of discounts off shipping. Only where tax is added and rounded line by
/// line does a discount off the order have to be split onto the lines to know the total.
#[derive(Debug)]
pub(super) struct Evaluation<'a> {
    scene: &'a Scene<'a>,
    candidates: &'a [Candidate<'a>],
    off_products: Set,
    off_shipping: Set,
    /// Whether what the lines cost in the end depends on how discounts are split onto them.
    rounds_by_line: bool,
    products: HashMap<Set, Products>,
    lines: HashMap<Set, Option<Outcome>>,
    fees: HashMap<Set, Option<Outcome>>,
}

/// What product discounts leave of the lines.
#[derive(Debug)]
struct Products {
    left: Vec<i64>,
    sum: Amount,
    used: Set,
}

impl<'a> Evaluation<'a> {
    pub(super) fn of(scene: &'a Scene<'a>, candidates: &'a [Candidate<'a>]) -> Self {
        let those = |wanted: fn(&Effect) -> bool| -> Set {
            (0..candidates.len()).filter(|number| wanted(&candidates[*number].effect)).collect()
        };
        Self {
            scene,
            candidates,
            off_products: those(|effect| matches!(effect, Effect::Lines(_))),
            off_shipping: those(|effect| matches!(effect, Effect::Shipping(_))),
            rounds_by_line: scene.basis == TaxBasis::Added && scene.taxes.iter().any(|taxes| !taxes.is_empty()),
            products: HashMap::new(),
            lines: HashMap::new(),
            fees: HashMap::new(),
        }
    }

    /// Whether an offer more may cost a minor unit, because tax is added and rounded line by line.
    pub(super) const fn rounds_by_line(&self) -> bool {
        self.rounds_by_line
    }

    /// Nothing, if the total is more than an amount can be.
    pub(super) fn outcome(&mut self, set: Set) -> Option<Outcome> {
        let (off_lines, off_fee) = (set.except(self.off_shipping), set.and(self.off_shipping));
        let lines = match self.lines.get(&off_lines) {
            Some(known) => *known,
            None => {
                let found = self.of_lines(off_lines);
                self.lines.insert(off_lines, found);
                found
            }
        }?;
        let fee = match self.fees.get(&off_fee) {
            Some(known) => *known,
            None => {
                let found = self.of_fee(off_fee);
                self.fees.insert(off_fee, found);
                found
            }
        }?;
        Some(Outcome { used: lines.used.or(fee.used), total: lines.total.checked_add(fee.total)? })
    }

    fn of_lines(&mut self, set: Set) -> Option<Outcome> {
        let Self { scene, candidates, off_products, .. } = *self;
        let on_products = set.and(off_products);
        let products =
            self.products.entry(on_products).or_insert_with(|| Products::after(scene, candidates, on_products));
        let (mut sum, mut used) = (products.sum, products.used);
        let mut left = if self.rounds_by_line { products.left.clone() } else { vec![] };
        for number in set.except(off_products).numbers() {
            let off = candidates[number].effect.off_order(sum);
            if off > Amount::ZERO {
                sum = sum.saturating_sub(off);
                used = used.with(number);
                let parts = split(off, &left);
                for (left, part) in left.iter_mut().zip(parts) {
                    *left -= part.minor_units();
                }
            }
        }
        let total = if self.rounds_by_line { scene.with_taxes(&left)? } else { sum };
        Some(Outcome { used, total })
    }

    fn of_fee(&self, set: Set) -> Option<Outcome> {
        let mut left = self.scene.shipping.map_or(Amount::ZERO, |fee| fee.amount);
        let mut used = Set::EMPTY;
        for number in set.numbers() {
            if let Effect::Shipping(rate) = &self.candidates[number].effect {
                let off = rate.of(left);
                if off > Amount::ZERO {
                    left = left.saturating_sub(off);
                    used = used.with(number);
                }
            }
        }
        Some(Outcome { used, total: with_tax(&self.scene.shipping_taxes, self.scene.basis, left)? })
    }
}

impl Products {
    fn after(scene: &Scene<'_>, candidates: &[Candidate<'_>], set: Set) -> Self {
        let mut left: Vec<i64> = scene.lines.iter().map(|line| line.total.minor_units()).collect();
        let mut used = Set::EMPTY;
        for number in set.numbers() {
            if let Effect::Lines(amounts) = &candidates[number].effect {
                for (line, amount) in amounts.iter().filter(|(_, amount)| *amount > Amount::ZERO) {
                    if left[*line] > 0 {
                        left[*line] -= amount.minor_units().min(left[*line]);
                        used = used.with(number);
                    }
                }
            }
        }
        // The lines before discounts came to an amount, so that what is left of them does.
        let sum = left.iter().sum::<i64>().try_into().unwrap_or(Amount::ZERO);
        Self { left, sum, used }
    }
}
