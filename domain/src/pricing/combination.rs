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

/// The outcome with the lowest total; of equal totals that of fewer coupons, then of fewer offers, then by their names.
/// `coupons` are the candidates that were presented, in that order. The outcome holds no offer, and so no coupon, without
/// which the order costs no more. Nothing, if every total is more than an amount can be.
///
/// Where tax is `rounded` line by line, an offer more may cost a minor unit. The search is then made anew without each of the
/// coupons, and without all of them, so that even so a coupon never makes an order dearer than it is without.
pub(super) fn best(
    candidates: &[Candidate<'_>],
    coupons: &[usize],
    rounded: bool,
    mut outcome: impl FnMut(Set) -> Option<Outcome>,
) -> Option<Outcome> {
    let all: Set = coupons.iter().copied().collect();
    let search = Search { candidates, coupons, all };
    let mut excluded = vec![Set::EMPTY];
    if rounded && !coupons.is_empty() {
        excluded.push(all);
        excluded.extend(coupons.iter().map(|coupon| Set::EMPTY.with(*coupon)).filter(|one| *one != all));
    }
    let found = excluded.into_iter().filter_map(|excluded| search.without(excluded, &mut outcome));
    found.reduce(|best, other| search.better(best, other))
}

/// What is searched for the best outcome.
struct Search<'a> {
    candidates: &'a [Candidate<'a>],
    coupons: &'a [usize],
    all: Set,
}

impl Search<'_> {
    /// The best outcome of all the largest sets without the excluded offers. What is needless is left out of all that cost the
    /// least before they are compared: of two that cost the same, one may need no coupon.
    fn without(&self, excluded: Set, outcome: &mut impl FnMut(Set) -> Option<Outcome>) -> Option<Outcome> {
        let of_set = |set| Some((set, outcome(set)?));
        let found: Vec<(Set, Outcome)> =
            largest_sets(self.candidates, excluded).into_iter().filter_map(of_set).collect();
        let lowest = found.iter().map(|(_, found)| found.total).min()?;
        let cheapest = found.into_iter().filter(|(_, found)| found.total == lowest);
        cheapest.map(|(set, found)| self.spare(set, found, outcome)).reduce(|best, other| self.better(best, other))
    }

    /// Leaves out every offer without which the order costs no more: coupons before promotions, the last that was presented
    /// and the last by name first. Without a coupon, a promotion of the set may take off what was left of nothing before.
    fn spare(&self, mut set: Set, mut best: Outcome, outcome: &mut impl FnMut(Set) -> Option<Outcome>) -> Outcome {
        let whole = set;
        for coupon in self.coupons.iter().rev().copied().filter(|coupon| whole.contains(*coupon)) {
            let without = set.without(coupon);
            if let Some(other) = outcome(without).filter(|other| other.total <= best.total) {
                (set, best) = (without, other);
            }
        }
        let mut promotions: Vec<usize> = best.used.except(self.all).numbers().collect();
        promotions.sort_by(|one, other| self.candidates[*other].source.cmp(&self.candidates[*one].source));
        for promotion in promotions {
            let without = outcome(best.used.without(promotion)).filter(|other| other.total <= best.total);
            best = without.unwrap_or(best);
        }
        best
    }

    fn better(&self, one: Outcome, other: Outcome) -> Outcome {
        let rank = |outcome: &Outcome| (outcome.total, outcome.used.and(self.all).len(), outcome.used.len());
        let names = |outcome: &Outcome| {
            let mut names: Vec<&Source> =
                outcome.used.numbers().map(|number| &self.candidates[number].source).collect();
            names.sort();
            names
        };
        let order = rank(&one).cmp(&rank(&other)).then_with(|| names(&one).cmp(&names(&other)));
        if order.is_le() { one } else { other }
    }
}

/// All sets without the excluded offers of which every two go together, and to which nothing else can be added; each once.
pub(super) fn largest_sets(candidates: &[Candidate<'_>], excluded: Set) -> Vec<Set> {
    let combining: Vec<Set> = (0..candidates.len())
        .map(|one| {
            let combines = |other: &usize| *other != one && candidates[one].offer.combines(candidates[*other].offer);
            (0..candidates.len()).filter(combines).collect()
        })
        .collect();
    let open: Set = (0..candidates.len()).collect();
    let mut found = vec![];
    extend(&combining, Set::EMPTY, open.except(excluded), Set::EMPTY, &mut found);
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
