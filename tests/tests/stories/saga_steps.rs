//! Every step of every saga, repeated and failed: what was to be done is in the log once, or in the hands of a person.
//!
//! A saga that is added needs a line in [`scenarios`], or nothing here compiles.

mod scenarios;

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use purser::ports::{SagaCommands, effects};
use purser_domain::{clock::Clock, saga::Saga};
use purser_projections::sagas::dead_letters::{DeadLetter, DeadLetterFilter, Decision, list, retry};
use purser_tests::{Fault, Faulty, HandClock, SagasAlone, Sandbox, TestDatabase, Wish, WriteSide, shop, wait::until};
use tokio::sync::OnceCell;

use self::scenarios::{Scenario, scenarios};

/// A saga with everything in place to work on its cause.
struct Stage {
    saga: Saga,
    scenario: Scenario,
    database: TestDatabase,
    write_side: WriteSide,
    gateway: Sandbox,
}

impl Stage {
    async fn set(saga: Saga, scenario: Scenario) -> Self {
        let database = TestDatabase::create().await;
        let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
        let gateway = Sandbox::start().await;
        (scenario.cause)(&database, &write_side, &gateway).await;
        Self { saga, scenario, database, write_side, gateway }
    }

    fn clock(&self) -> &Arc<HandClock> {
        &self.write_side.clock
    }

    fn ports(&self, step: usize, fault: Fault) -> Arc<Faulty> {
        let commands = Arc::new(SagaCommands::new(self.write_side.commands.clone()));
        let ports = effects(self.gateway.gateways(), self.database.pool(), Arc::clone(self.clock()) as _);
        Faulty::new(commands, ports, self.saga, step, fault)
    }

    async fn sagas(&self, ports: &Arc<Faulty>) -> SagasAlone {
        let sagas =
            SagasAlone::start(&self.database, self.clock(), Arc::clone(ports) as _, Arc::clone(ports) as _).await;
        let seen = async || {
            let status = sagas.status().await;
            (status.position >= status.head).then_some(())
        };
        if !self.scenario.wait.is_zero() {
            until("the sagas have seen the cause", seen).await;
            self.clock().advance(self.scenario.wait);
        }
        sagas
    }

    /// Waits until nothing is left to do and everything is in the log that the saga leaves.
    async fn ends(&self, sagas: &SagasAlone) {
        until("the end of the saga", async || {
            // The pauses between attempts go by this clock.
            self.clock().advance(TimeDelta::seconds(1));
            let status = sagas.status().await;
            let mut is_there = status.is_quiescent() && status.open_timers == self.scenario.timers;
            for (event, count) in self.scenario.leaves {
                is_there &= shop::events(&self.database, event).await >= *count;
            }
            is_there.then_some(())
        })
        .await;
        for (event, count) in self.scenario.leaves {
            assert_eq!(shop::events(&self.database, event).await, *count, "{event} of {}", self.saga.name());
        }
        assert_eq!(sagas.status().await.dead_letters, 0);
        shop::verified(&self.database).await.expect("a whole log");
    }

    async fn dead_letters(&self, sagas: &SagasAlone) -> Vec<DeadLetter> {
        let all = DeadLetterFilter { limit: 10, ..DeadLetterFilter::default() };
        list(sagas.pool(), &all).await.expect("the dead letters")
    }

    async fn clear(self) {
        self.write_side.stop().await;
        self.gateway.stop().await;
    }
}

/// Every scenario of every saga, with the steps that it takes when nothing fails. They are counted once for all stories.
async fn all() -> &'static [(Saga, Scenario, usize)] {
    static ALL: OnceCell<Vec<(Saga, Scenario, usize)>> = OnceCell::const_new();
    let counted = async || {
        let mut counted = Vec::new();
        for saga in Saga::ALL {
            for scenario in scenarios(saga) {
                let steps = steps_of(saga, scenario).await;
                assert!(steps > 0, "{} does nothing in its scenario", saga.name());
                counted.push((saga, scenario, steps));
            }
        }
        counted
    };
    ALL.get_or_init(counted).await
}

/// How many steps a saga takes when nothing fails.
async fn steps_of(saga: Saga, scenario: Scenario) -> usize {
    let stage = Stage::set(saga, scenario).await;
    let ports = stage.ports(usize::MAX, Fault::Nothing);
    let sagas = stage.sagas(&ports).await;
    stage.ends(&sagas).await;
    stage.clear().await;
    ports.steps()
}

async fn survives(saga: Saga, scenario: Scenario, step: usize, fault: Fault) {
    let stage = Stage::set(saga, scenario).await;
    let ports = stage.ports(step, fault);
    let mut sagas = stage.sagas(&ports).await;
    match fault {
        Fault::Nothing | Fault::Repeated | Fault::Unavailable | Fault::Unknown => {}
        Fault::Crash => {
            ports.death().await;
            drop(sagas);
            ports.mend();
            sagas = SagasAlone::start(&stage.database, stage.clock(), Arc::clone(&ports) as _, Arc::clone(&ports) as _)
                .await;
        }
        Fault::Refused => {
            if !refused(&stage, &sagas, &ports).await {
                stage.clear().await;
                return;
            }
        }
    }
    stage.ends(&sagas).await;
    assert!(ports.was_met(), "step {step} of {} was not taken", saga.name());
    stage.clear().await;
}

/// A refusal ends as a dead letter, which an operator retries once its cause is gone; or on record, and then the saga goes
/// another way: the answer is `false`.
async fn refused(stage: &Stage, sagas: &SagasAlone, ports: &Faulty) -> bool {
    let what = format!("a dead letter of {}, or {:?} on record", stage.saga.name(), stage.scenario.failures);
    let is_dead = until(&what, async || {
        stage.clock().advance(TimeDelta::seconds(1));
        if sagas.status().await.dead_letters > 0 {
            return Some(true);
        }
        for failure in stage.scenario.failures {
            if shop::events(&stage.database, failure).await > 0 {
                return Some(false);
            }
        }
        None
    })
    .await;
    if is_dead {
        let letters = stage.dead_letters(sagas).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0].saga, stage.saga.name());
        ports.mend();
        let decision = Decision { actor: "operator:test".to_owned(), at: stage.clock().now() };
        retry(sagas.pool(), letters[0].id, &decision).await.expect("a retry");
    }
    is_dead
}

async fn every_step_of_every_saga_survives(fault: Fault) {
    for &(saga, scenario, steps) in all().await {
        join_all((0..steps).map(|step| survives(saga, scenario, step, fault))).await;
    }
}

#[tokio::test]
async fn a_step_that_is_repeated_has_one_effect() {
    every_step_of_every_saga_survives(Fault::Repeated).await;
}

#[tokio::test]
async fn a_step_is_done_once_though_the_sagas_die_before_they_tick_it_off() {
    every_step_of_every_saga_survives(Fault::Crash).await;
}

#[tokio::test]
async fn a_step_that_nobody_is_there_for_is_done_when_they_are() {
    every_step_of_every_saga_survives(Fault::Unavailable).await;
}

#[tokio::test]
async fn a_step_whose_outcome_is_unknown_is_done_once() {
    every_step_of_every_saga_survives(Fault::Unknown).await;
}

#[tokio::test]
async fn a_step_that_is_refused_waits_for_a_person_or_is_on_record_and_is_never_lost() {
    every_step_of_every_saga_survives(Fault::Refused).await;
}

/// What leaves a trace in the log is not done a second time, even by a gateway that has forgotten its idempotency keys.
#[tokio::test]
async fn sagas_that_start_again_from_the_first_event_leave_nothing_twice() {
    for &(saga, scenario, _) in all().await {
        let stage = Stage::set(saga, scenario).await;
        let ports = stage.ports(usize::MAX, Fault::Nothing);
        let sagas = stage.sagas(&ports).await;
        stage.ends(&sagas).await;
        drop(sagas);
        sqlx::query("update follower_checkpoints set position = 0 where follower = 'sagas'")
            .execute(&mut stage.database.owner().await)
            .await
            .expect("sagas set back");
        let ports = stage.ports(usize::MAX, Fault::Nothing);
        let sagas =
            SagasAlone::start(&stage.database, stage.clock(), Arc::clone(&ports) as _, Arc::clone(&ports) as _).await;
        stage.ends(&sagas).await;
        let again: Vec<_> = ports.effects().into_iter().filter(|effect| effect.trace().is_some()).collect();
        assert_eq!(again, [], "{} did again what the log shows as done", saga.name());
        drop(sagas);
        stage.clear().await;
    }
}
