//! What a set of offers comes to is the same, with the lines spelled out and without.

use proptest::prelude::*;

use super::*;
use crate::{
    pricing::{
        candidate::{Candidate, pieces},
        combination::Set,
        draft::{Draft, Fee, Scene},
        evaluation::{Evaluation, Outcome},
    },
    properties::pricing::tills,
};

fn candidates<'a>(till: &Till, offers: &'a [Offer], fee: Amount) -> Vec<Candidate<'a>> {
    let subtotal = amount(till.lines.iter().map(|line| line.total.minor_units()).sum());
    let candidate = |(number, offer)| {
        let source = Source::Promotion(text(&format!("p{number}")));
        Candidate::of(source, offer, &till.lines, subtotal, fee)
    };
    let mut candidates: Vec<Candidate<'a>> = offers.iter().enumerate().filter_map(candidate).collect();
    candidates.sort_by(|one, other| one.place().cmp(&other.place()));
    candidates
}

/// The offers that some line or the fee names.
fn used(draft: &Draft, candidates: &[Candidate<'_>]) -> Set {
    let of_lines = draft.lines.iter().flat_map(|line| &line.discounts);
    let of_fee = draft.shipping.iter().flat_map(|shipping| &shipping.discounts);
    let named: Vec<&Source> = of_lines.chain(of_fee).map(|discount| &discount.source).collect();
    (0..candidates.len()).filter(|number| named.contains(&&candidates[*number].source)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// For every set, whether its offers go together or not, and in any order of asking.
    #[test]
    fn what_is_found_in_short_is_what_the_lines_come_to((till, offers) in tills(6, 6), from in 0..64_u32) {
        let subtotal = amount(till.lines.iter().map(|line| line.total.minor_units()).sum());
        let pieces = pieces(till.lines.iter());
        let rate = till.merchant.shipping().serving(&till.country, text(till.currency)).next();
        let shipping = rate.map(|rate| {
            Fee { rate, amount: rate.fee_for(subtotal, pieces).unwrap(), not_due: Amount::ZERO }
        });
        let tax = till.merchant.tax();
        let destination = tax.destination(&till.country, None).unwrap();
        let taxes = |category: &str| destination.taxes(category).unwrap();
        let scene = Scene {
            lines: &till.lines,
            taxes: till.lines.iter().map(|_| taxes("standard")).collect(),
            not_due: &[],
            shipping,
            shipping_taxes: taxes("shipping"),
            basis: tax.prices,
        };
        let candidates = candidates(&till, &offers, shipping.map_or(Amount::ZERO, |fee| fee.amount));
        let mut evaluation = Evaluation::of(&scene, &candidates);
        let sets = 1_u32 << candidates.len();
        for bits in (0..sets).map(|number| (number + from) % sets) {
            let set: Set = (0..candidates.len()).filter(|number| bits & (1 << number) != 0).collect();
            let spelled_out = scene.apply(&candidates, set).unwrap();
            let expected = Outcome { used: used(&spelled_out, &candidates), total: spelled_out.total };
            prop_assert_eq!(evaluation.outcome(set), Some(expected), "{:?}", set);
        }
    }
}
