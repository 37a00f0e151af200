//! Every stage of an order's points against every command.

use super::{freeze, frozen, give_back, given, grant, granted, order_id, returned, revoke, revoked, spent, unfrozen};
use crate::{
    points::{PointsCommand, PointsEvent, PointsRefusal},
    samples::every_variant,
};

type Outcome = Result<PointsEvent, PointsRefusal>;

/// With what the commands below lead to: nothing there, points of which none are frozen, some frozen, some spent, some of
/// these returned, all returned, freed, and points that were revoked while they were frozen.
fn stages() -> [(&'static str, Vec<PointsEvent>); 8] {
    let with = |more: Vec<PointsEvent>| [vec![granted(10)], more].concat();
    [
        ("empty", vec![]),
        ("granted", with(vec![])),
        ("frozen", with(vec![frozen(1, 6)])),
        ("spent", with(vec![frozen(1, 6), spent(1, 6)])),
        ("returned in part", with(vec![frozen(1, 6), spent(1, 6), returned(1, 5)])),
        ("returned", with(vec![frozen(1, 6), spent(1, 6), returned(1, 6)])),
        ("unfrozen", with(vec![frozen(1, 6), unfrozen(1, 6)])),
        ("revoked", with(vec![frozen(1, 6), revoked(2, 10)])),
    ]
}

fn outcomes(command: &PointsCommand) -> [Outcome; 8] {
    use PointsRefusal::{AlreadyFrozen, Insufficient, MoreThanEarned, MoreThanSpent, NotFrozen};
    match command {
        PointsCommand::Grant { .. } => std::array::from_fn(|_| Ok(granted(3))),
        PointsCommand::Freeze { .. } => {
            let yes = || Ok(frozen(1, 4));
            let none = Err(Insufficient { asked: 4 });
            [none, yes(), Err(AlreadyFrozen), yes(), yes(), yes(), yes(), Err(AlreadyFrozen)]
        }
        PointsCommand::Spend { .. } => {
            let no = || Err(NotFrozen);
            [no(), no(), Ok(spent(1, 6)), no(), no(), no(), no(), Ok(spent(1, 6))]
        }
        PointsCommand::Unfreeze { .. } => {
            let no = || Err(NotFrozen);
            [no(), no(), Ok(unfrozen(1, 6)), no(), no(), no(), no(), Ok(unfrozen(1, 6))]
        }
        PointsCommand::Return { .. } => {
            let no = |spent| Err(MoreThanSpent { asked: 2, spent });
            [no(0), no(0), no(0), Ok(returned(1, 2)), no(1), no(0), no(0), no(0)]
        }
        PointsCommand::Revoke { .. } => {
            let no = || Err(MoreThanEarned { asked: 5, earned: 0 });
            let yes = || Ok(revoked(2, 5));
            [no(), yes(), yes(), yes(), yes(), yes(), yes(), no()]
        }
    }
}

#[test]
fn every_stage_answers_every_command_as_the_table_says() {
    let commands = every_variant!(PointsCommand {
        Grant: ["" => grant(3)],
        Freeze: ["" => freeze(1, 4)],
        Spend: ["" => PointsCommand::Spend { order: order_id(1) }],
        Unfreeze: ["" => PointsCommand::Unfreeze { order: order_id(1) }],
        Return: ["" => give_back(1, 2)],
        Revoke: ["" => revoke(2, 5)],
    });
    for (stage, (name, events)) in stages().into_iter().enumerate() {
        for command in &commands {
            let expected = outcomes(&command.value)[stage].clone().map(|event| vec![event]);
            let answer = given(events.clone()).when(command.value.clone()).inspect_result();
            assert_eq!(answer, expected, "{name} x {}", command.variant);
        }
    }
}
