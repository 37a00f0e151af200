use crate::{
    ids::OrderId,
    points::{FrozenPoints, MAX_EARNED, PointsAccount, PointsCommand, PointsEvent, PointsRefusal},
};

/// What follows from a command. What must not be is a refusal; a repeat of a step that has been taken is one as well,
/// because the order, decided in the same append, is what knows that it is a repeat.
pub fn decide(account: &PointsAccount, command: PointsCommand) -> Result<Vec<PointsEvent>, PointsRefusal> {
    match command {
        PointsCommand::Grant { points, cause, at } => {
            match account.earned().checked_add(points.into()) {
                Some(sum) if sum <= MAX_EARNED => {}
                Some(_) | None => return Err(PointsRefusal::TooMany),
            }
            Ok(vec![PointsEvent::PointsGranted { points, cause, at }])
        }
        PointsCommand::Freeze { order, points } => {
            if account.frozen_for(order).is_some() {
                return Err(PointsRefusal::AlreadyFrozen);
            }
            let asked = i64::from(points);
            if asked > account.available() {
                return Err(PointsRefusal::Insufficient { asked });
            }
            Ok(vec![PointsEvent::PointsFrozen(FrozenPoints { order, points })])
        }
        PointsCommand::Spend { order } => Ok(vec![PointsEvent::PointsSpent(frozen(account, order)?)]),
        PointsCommand::Unfreeze { order } => Ok(vec![PointsEvent::PointsUnfrozen(frozen(account, order)?)]),
        PointsCommand::Return { order, points } => {
            let (asked, spent) = (i64::from(points), account.spent());
            if asked > spent {
                return Err(PointsRefusal::MoreThanSpent { asked, spent });
            }
            Ok(vec![PointsEvent::PointsReturned { order, points }])
        }
        PointsCommand::Revoke { order, points, at } => {
            let (asked, earned) = (i64::from(points), account.earned());
            if asked > earned {
                return Err(PointsRefusal::MoreThanEarned { asked, earned });
            }
            Ok(vec![PointsEvent::PointsRevoked { order, points, at }])
        }
    }
}

fn frozen(account: &PointsAccount, order: OrderId) -> Result<FrozenPoints, PointsRefusal> {
    account.frozen_for(order).ok_or(PointsRefusal::NotFrozen)
}
