//! The search for the best combination: exact over the largest sets of offers that go together.
//!
//! An offer more never makes an order dearer: product discounts add up whatever else is used, and a discount off the
//! order or the fee leaves the more, the more there was. Only sets to which nothing can be added have to be tried,
//! then; they are the maximal cliques of the graph of offers that combine, found by Bron and Kerbosch's algorithm with
//! a pivot. Whether two offers combine is a matter of their classes, so that there are few: 294 where 20 promotions are
//! shared out among the classes and each excludes its like. Each is judged by its total alone, for which no line is
//! spelled out. Only where tax is added and rounded line by line may a smaller set be cheaper by a minor unit or so; offers
//! without which the order costs no more are left out in the end, which finds the nearest of these.

use crate::pricing::{Source, candidate::Candidate, evaluation::Outcome};

/// A set of candidates, by their numbers; there are at most 25.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Set(u32);

impl Set {
    pub(super) const EMPTY: Self = Self(0);
    /// How many candidates there can be.
    pub(super) const MAX: usize = 32;

    pub(super) const fn contains(self, number: usize) -> bool {
        self.0 & (1 << number) != 0
    }

    #[must_use]
    pub(super) const fn with(self, number: usize) -> Self {
        Self(self.0 | (1 << number))
    }

    #[must_use]
    const fn without(self, number: usize) -> Self {
        Self(self.0 & !(1 << number))
    }

    #[must_use]
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(super) const fn except(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// In the order in which they apply.
    pub(super) fn numbers(self) -> impl DoubleEndedIterator<Item = usize> {
        (0..Self::MAX).filter(move |number| self.contains(*number))
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        numbers.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// The outcome with the lowest total among those of all the largest sets that hold the required ones; then that of fewer
/// offers, then by their names. Nothing, if every total is more than an amount can be.
pub(super) fn best(
    candidates: &[Candidate<'_>],
    required: Set,
    outcome: impl FnMut(Set) -> Option<Outcome>,
) -> Option<Outcome> {
    let outcomes = largest_sets(candidates, required).into_iter().filter_map(outcome);
    outcomes.reduce(|best, other| if precedes(candidates, &other, &best) { other } else { best })
}

/// Leaves out, the last by name first, every promotion without which the order costs no more and every coupon is used.
pub(super) fn spare(
    candidates: &[Candidate<'_>],
    required: Set,
    mut best: Outcome,
    mut outcome: impl FnMut(Set) -> Option<Outcome>,
) -> Outcome {
    let mut optional: Vec<usize> = best.used.except(required).numbers().collect();
    if best.used.len() < 2 {
        return best;
    }
    optional.sort_by(|one, other| candidates[*other].source.cmp(&candidates[*one].source));
    for number in optional {
        let without = outcome(best.used.without(number));
        if let Some(other) = without.filter(|other| other.total <= best.total && other.used.includes(required)) {
            best = other;
        }
    }
    best
}

fn precedes(candidates: &[Candidate<'_>], one: &Outcome, other: &Outcome) -> bool {
    let rank = |outcome: &Outcome| (outcome.total, outcome.used.len());
    let names = |outcome: &Outcome| {
        let mut names: Vec<&Source> = outcome.used.numbers().map(|number| &candidates[number].source).collect();
        names.sort();
        names
    };
    rank(one).cmp(&rank(other)).then_with(|| names(one).cmp(&names(other))).is_lt()
}

/// All sets that hold the required offers, of which every two go together, and to which nothing can be added; each once.
pub(super) fn largest_sets(candidates: &[Candidate<'_>], required: Set) -> Vec<Set> {
    let combining: Vec<Set> = (0..candidates.len())
        .map(|one| {
            let combines = |other: &usize| *other != one && candidates[one].offer.combines(candidates[*other].offer);
            (0..candidates.len()).filter(combines).collect()
        })
        .collect();
    let open =
        (0..candidates.len()).filter(|number| !required.contains(*number) && combining[*number].includes(required));
    let mut found = vec![];
    extend(&combining, required, open.collect(), Set::EMPTY, &mut found);
    found
}

/// `open` may still be added to `chosen`; `done` could as well, but every set with them has been found.
fn extend(combining: &[Set], chosen: Set, mut open: Set, mut done: Set, found: &mut Vec<Set>) {
    if open.is_empty() {
        if done.is_empty() {
            found.push(chosen);
        }
        return;
    }
    let reach = |pivot: &usize| open.and(combining[*pivot]).len();
    let pivot = open.numbers().chain(done.numbers()).max_by_key(reach).map_or(Set::EMPTY, |pivot| combining[pivot]);
    for number in open.except(pivot).numbers() {
        extend(combining, chosen.with(number), open.and(combining[number]), done.and(combining[number]), found);
        open = open.without(number);
        done = done.with(number);
    }
}
