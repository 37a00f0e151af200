//! Trying steps that no outbox holds yet.
//!
//! A command to the engine itself answers in milliseconds and is harmless when repeated, so that it is issued before its
//! cause is ticked off: what is done by then never touches the outbox. A crash in between repeats it, under the same id.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt;
use sqlx::PgPool;
use uuid::Uuid;

use crate::sagas::{
    SagaSettings,
    issue::{Issuer, Patience},
    step::{Kind, Lane, Place, Step, saga_named},
    verdict::Fate,
};

/// How many times the patience for one command is the patience for a batch. When everything is slow, waiting costs less
/// than writing everything into the outbox would.
const BATCH_PATIENCE: u32 = 5;

/// What the outbox holds of some lanes.
#[derive(Debug, Default)]
struct Occupied {
    /// Every stored step, the skipped ones too.
    stored: HashSet<Uuid>,
    /// The first open place of each lane.
    first_open: HashMap<Lane, Place>,
}

/// Tries what may be tried. Every step comes back with its fate, in any order.
pub(super) async fn try_fresh(
    pool: &PgPool,
    issuer: &Issuer,
    settings: &SagaSettings,
    steps: Vec<Step>,
) -> Result<Vec<(Step, Fate)>, sqlx::Error> {
    if steps.is_empty() {
        return Ok(vec![]);
    }
    let patience =
        Patience { each: settings.patience, altogether: Some(settings.patience.saturating_mul(BATCH_PATIENCE)) };
    let occupied = Occupied::load(pool, &steps).await?;
    let (ready, mut ended) = sort_out(steps, &occupied);
    ended.extend(issuer.issue(ready, patience).collect::<Vec<_>>().await);
    Ok(ended)
}

/// Parts the steps that may be tried now from those that may not.
///
/// Effects leave the engine, may take long and are rare: they go by way of the outbox, which has a worker for them.
fn sort_out(steps: Vec<Step>, occupied: &Occupied) -> (Vec<Step>, Vec<(Step, Fate)>) {
    let mut ready = Vec::with_capacity(steps.len());
    let mut ended = Vec::new();
    let mut blocked: HashSet<Lane> = HashSet::new();
    for step in steps {
        let lane = step.lane();
        if occupied.stored.contains(&step.id) {
            ended.push((step, Fate::Stored));
        } else if blocked.contains(&lane)
            || occupied.first_open.get(&lane).is_some_and(|first| *first < step.place())
            || Kind::of(&step.action) == Kind::Effect
        {
            blocked.insert(lane);
            ended.push((step, Fate::Waiting));
        } else {
            ready.push(step);
        }
    }
    (ready, ended)
}

impl Occupied {
    async fn load(pool: &PgPool, steps: &[Step]) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, Uuid, i64, i16, Uuid, bool)> = sqlx::query_as(
            "select saga, subject, position, ordinal, id, state <> 'skipped' from saga_commands
             join (select distinct * from unnest($1::text[], $2::uuid[])) as lane (saga, subject) using (saga, subject)",
        )
        .bind(steps.iter().map(|step| step.saga.name()).collect::<Vec<_>>())
        .bind(steps.iter().map(|step| step.subject).collect::<Vec<_>>())
        .fetch_all(pool)
        .await?;
        let mut occupied = Self::default();
        for (saga, subject, position, ordinal, id, is_open) in rows {
            occupied.stored.insert(id);
            if is_open {
                let place = (position, ordinal, id);
                let first = occupied.first_open.entry((saga_named(&saga)?, subject)).or_insert(place);
                *first = place.min(*first);
            }
        }
        Ok(occupied)
    }
}

#[cfg(test)]
mod tests {
    use purser_domain::{
        ids::OrderId,
        saga::{Action, Saga, SagaCommand},
    };

    use super::*;
    use crate::sagas::step::Cause;

    fn step(order: u128, position: i64) -> Step {
        let command = SagaCommand::StartProcessing { order: OrderId::from_uuid(Uuid::from_u128(order)) };
        let cause = Cause { saga: Saga::Processing, position, correlation_id: "c".to_owned() };
        Step::after_event(cause, 0, Action::Command(command))
    }

    fn occupied(order: u128, position: i64, is_open: bool) -> Occupied {
        let step = step(order, position);
        Occupied {
            stored: HashSet::from([step.id]),
            first_open: is_open.then_some((step.lane(), step.place())).into_iter().collect(),
        }
    }

    fn positions(steps: &[Step]) -> Vec<i64> {
        steps.iter().map(|step| step.position).collect()
    }

    #[test]
    fn an_empty_outbox_lets_everything_go() {
        let (ready, ended) = sort_out(vec![step(1, 5), step(2, 6), step(1, 7)], &Occupied::default());
        assert_eq!(positions(&ready), [5, 6, 7]);
        assert!(ended.is_empty());
    }

    #[test]
    fn a_later_step_waits_behind_an_open_one_of_its_own_lane_only() {
        let (ready, ended) = sort_out(vec![step(1, 5), step(2, 6)], &occupied(1, 4, true));
        assert_eq!(positions(&ready), [6]);
        assert!(matches!(ended.as_slice(), [(Step { position: 5, .. }, Fate::Waiting)]));
    }

    #[test]
    fn a_skipped_step_holds_up_nothing_and_is_not_tried_again() {
        let (ready, ended) = sort_out(vec![step(1, 4), step(1, 5)], &occupied(1, 4, false));
        assert_eq!(positions(&ready), [5]);
        assert!(matches!(ended.as_slice(), [(Step { position: 4, .. }, Fate::Stored)]));
    }

    #[test]
    fn a_step_that_is_stored_already_is_left_to_the_outbox_and_holds_up_those_behind_it() {
        let (ready, ended) = sort_out(vec![step(1, 4), step(1, 5)], &occupied(1, 4, true));
        assert!(ready.is_empty());
        let fates: Vec<_> = ended.iter().map(|(step, fate)| (step.position, fate.name())).collect();
        assert_eq!(fates, [(4, "stored"), (5, "waiting")]);
    }
}
