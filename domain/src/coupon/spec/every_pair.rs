//! Every stage of an order's use, before and after the withdrawal, against every command.

use super::{
    coupon_terms, freeze, frozen, give_back, given, given_back, issue, issued, limited, redeem, redeemed, unfreeze,
    unfrozen, withdraw, withdrawn,
};
use crate::{
    coupon::{CouponCommand, CouponEvent, CouponRefusal},
    samples::every_variant,
};

const STAGES: usize = 9;

/// No events, one event, or a refusal.
type Outcome = Result<Option<CouponEvent>, CouponRefusal>;

fn stages() -> [(&'static str, Vec<CouponEvent>); STAGES] {
    let with = |more: Vec<CouponEvent>| [vec![issued(coupon_terms())], more].concat();
    [
        ("unissued", vec![]),
        ("issued", with(vec![])),
        ("frozen", with(vec![frozen(1, "17850")])),
        ("redeemed", with(vec![frozen(1, "17850"), redeemed(1, "17850")])),
        ("unfrozen", with(vec![frozen(1, "17850"), unfrozen(1, "17850")])),
        ("given back", with(vec![frozen(1, "17850"), redeemed(1, "17850"), given_back(1, "17850")])),
        ("withdrawn", with(vec![withdrawn()])),
        ("withdrawn while frozen", with(vec![frozen(1, "17850"), withdrawn()])),
        ("withdrawn when redeemed", with(vec![frozen(1, "17850"), redeemed(1, "17850"), withdrawn()])),
    ]
}

/// The columns are the stages.
fn outcomes(command: &CouponCommand) -> [Outcome; STAGES] {
    use CouponRefusal::{AlreadyFrozen, NotFrozen, NotRedeemed, OtherTerms, Unknown, Withdrawn};
    let no = |refusal: CouponRefusal| move || Err(refusal.clone());
    match command {
        CouponCommand::Issue { terms, .. } => {
            let known = || if *terms == coupon_terms() { Ok(None) } else { Err(OtherTerms) };
            let over = no(Withdrawn);
            let first = Ok(Some(issued(terms.clone())));
            [first, known(), known(), known(), known(), known(), over(), over(), over()]
        }
        CouponCommand::Withdraw { .. } => {
            let (yes, already) = (|| Ok(Some(withdrawn())), || Ok(None));
            [Err(Unknown), yes(), yes(), yes(), yes(), yes(), already(), already(), already()]
        }
        CouponCommand::Freeze { .. } => {
            let yes = || Ok(Some(frozen(1, "17850")));
            let (held, over) = (no(AlreadyFrozen), no(Withdrawn));
            [Err(Unknown), yes(), held(), yes(), yes(), yes(), over(), held(), over()]
        }
        CouponCommand::Redeem { .. } => {
            let (yes, no) = (|| Ok(Some(redeemed(1, "17850"))), no(NotFrozen));
            [Err(Unknown), no(), yes(), no(), no(), no(), no(), yes(), no()]
        }
        CouponCommand::Unfreeze { .. } => {
            let (yes, no) = (|| Ok(Some(unfrozen(1, "17850"))), no(NotFrozen));
            [Err(Unknown), no(), yes(), no(), no(), no(), no(), yes(), no()]
        }
        CouponCommand::GiveBack(_) => {
            let (yes, no) = (|| Ok(Some(given_back(1, "17850"))), no(NotRedeemed));
            [Err(Unknown), no(), no(), yes(), no(), no(), no(), no(), yes()]
        }
    }
}

#[test]
fn every_stage_answers_every_command_as_the_table_says() {
    let commands = every_variant!(CouponCommand {
        Issue: ["as it is" => issue(coupon_terms()), "as something else" => issue(limited(Some(1), None))],
        Withdraw: ["" => withdraw()],
        Freeze: ["" => freeze(1, "17850")],
        Redeem: ["" => redeem(1)],
        Unfreeze: ["" => unfreeze(1)],
        GiveBack: ["" => give_back(1, "17850")],
    });
    for (stage, (name, events)) in stages().into_iter().enumerate() {
        for command in &commands {
            let expected = outcomes(&command.value)[stage].clone().map(|event| event.into_iter().collect::<Vec<_>>());
            let answer = given(events.clone()).when(command.value.clone()).inspect_result();
            assert_eq!(answer, expected, "{name} x {} {}", command.variant, command.label);
        }
    }
}
