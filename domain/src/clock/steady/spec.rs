use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// A machine's clocks, moved by hand.
#[derive(Debug, Clone)]
struct Machine(Arc<Mutex<(Timestamp, TimeDelta)>>);

impl Machine {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((start(), TimeDelta::hours(5)))))
    }

    /// Time passes.
    fn pass(&self, by: TimeDelta) {
        let mut clocks = self.0.lock().unwrap();
        clocks.0 += by;
        clocks.1 += by;
    }

    /// Somebody moves the time of day.
    fn jump(&self, by: TimeDelta) {
        self.0.lock().unwrap().0 += by;
    }
}

impl Sources for Machine {
    fn wall(&self) -> Timestamp {
        self.0.lock().unwrap().0
    }

    fn counted(&self) -> TimeDelta {
        self.0.lock().unwrap().1
    }
}

fn start() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

const NONE: TimeDelta = TimeDelta::zero();
const HOUR: TimeDelta = TimeDelta::hours(1);

fn given() -> (Machine, SteadyClock) {
    let machine = Machine::new();
    let clock = SteadyClock::new(machine.clone());
    assert_eq!(clock.observe(Some(NONE)), None);
    (machine, clock)
}

/// Observes every second for a while, with the database's clock as far ahead as said.
fn watch(machine: &Machine, clock: &SteadyClock, seconds: i64, database_ahead: TimeDelta) -> Vec<Change> {
    let observe = |_| {
        machine.pass(TimeDelta::seconds(1));
        clock.observe(Some(database_ahead))
    };
    (0..seconds).filter_map(observe).collect()
}

#[test]
fn a_jump_ahead_is_not_followed_and_is_doubted() {
    let (machine, clock) = given();
    machine.jump(HOUR);
    assert_eq!(clock.now(), start(), "also before anybody has looked");

    let changes = watch(&machine, &clock, 60, NONE);

    let [Change::Doubted(doubt)] = changes[..] else { panic!("{changes:?}") };
    assert_eq!((doubt.wall_ahead, doubt.since), (HOUR, start() + TimeDelta::seconds(1)));
    assert_eq!(clock.now(), start() + TimeDelta::minutes(1));
    assert_eq!(clock.doubt(), Some(doubt));
}

#[test]
fn a_jump_back_is_not_followed_either() {
    let (machine, clock) = given();
    machine.jump(-HOUR);

    assert!(matches!(watch(&machine, &clock, 60, NONE)[..], [Change::Doubted(_)]));

    assert_eq!(clock.now(), start() + TimeDelta::minutes(1));
}

#[test]
fn a_jump_that_is_taken_back_leaves_no_trace() {
    let (machine, clock) = given();
    machine.jump(HOUR);
    watch(&machine, &clock, 5, NONE);
    machine.jump(-HOUR);

    assert_eq!(watch(&machine, &clock, 5, NONE), [Change::Agreed]);

    assert_eq!((clock.now(), clock.doubt()), (start() + TimeDelta::seconds(10), None));
}

#[test]
fn a_person_confirms_the_time_of_day() {
    let (machine, clock) = given();
    machine.jump(HOUR);
    watch(&machine, &clock, 5, NONE);

    clock.confirm();

    assert_eq!((clock.now(), clock.doubt()), (start() + HOUR + TimeDelta::seconds(5), None));
    assert_eq!(watch(&machine, &clock, 60, NONE), []);
}

#[test]
fn a_time_of_day_that_stays_in_step_with_the_databases_is_believed_after_a_while() {
    let (machine, clock) = given();
    machine.jump(HOUR);
    assert_eq!(watch(&machine, &clock, HOLD.num_seconds(), NONE).len(), 1);

    assert!(matches!(watch(&machine, &clock, 2, NONE)[..], [Change::Believed(_)]));

    assert_eq!((clock.now(), clock.doubt()), (machine.wall(), None));
}

#[test]
fn another_jump_begins_the_while_anew() {
    let (machine, clock) = given();
    machine.jump(HOUR);
    watch(&machine, &clock, HOLD.num_seconds() - 5, NONE);
    machine.jump(HOUR);

    assert_eq!(watch(&machine, &clock, HOLD.num_seconds(), NONE), []);

    assert!(clock.doubt().is_some());
}

#[test]
fn a_time_of_day_that_the_database_contradicts_is_never_believed_by_itself() {
    let (machine, clock) = given();
    machine.jump(HOUR);

    assert!(matches!(watch(&machine, &clock, HOLD.num_seconds() * 20, -HOUR)[..], [Change::Doubted(_)]));

    clock.confirm();
    assert_eq!(watch(&machine, &clock, HOLD.num_seconds() * 2, -HOUR), [], "what was confirmed is usual from then on");
}

#[test]
fn a_database_with_a_clock_of_its_own_mind_is_doubted_and_then_got_used_to() {
    let (machine, clock) = given();
    let minute = TimeDelta::minutes(1);

    assert!(matches!(watch(&machine, &clock, 60, minute)[..], [Change::Doubted(_)]));
    assert!(matches!(watch(&machine, &clock, HOLD.num_seconds(), minute)[..], [Change::Believed(_)]));

    assert_eq!(clock.now(), machine.wall());
    assert!(matches!(watch(&machine, &clock, 5, NONE)[..], [Change::Doubted(_)]), "it has jumped back");
}

#[test]
fn an_engine_that_starts_ahead_of_its_database_dates_nothing_ahead() {
    let machine = Machine::new();
    let clock = SteadyClock::new(machine.clone());

    assert!(matches!(clock.observe(Some(-HOUR)), Some(Change::Doubted(_))));

    assert_eq!(clock.now(), start() - HOUR);
    assert_eq!(watch(&machine, &clock, HOLD.num_seconds() * 2, -HOUR), []);
    machine.jump(-HOUR);
    assert_eq!(watch(&machine, &clock, 1, NONE), [Change::Agreed]);
}

proptest! {
    /// The pace of NTP's slew is 500 millionths; small steps and the time of a suspended machine, which the clock that
    /// counts knows of, are followed as well.
    #[test]
    fn what_is_slewed_or_slept_through_is_followed_without_doubt(
        moves in prop::collection::vec((0_i64..=7_200, -900_i64..=900), 1..60),
    ) {
        let (machine, clock) = given();
        for (slept, step_millis) in moves {
            machine.pass(TimeDelta::seconds(slept));
            machine.jump(TimeDelta::milliseconds(step_millis));
            prop_assert_eq!(clock.observe(Some(NONE)), None);
            prop_assert_eq!(clock.now(), machine.wall());
        }
    }

    /// Whatever the time of day does, the time never runs ahead of both clocks while it is in doubt.
    #[test]
    fn nothing_is_dated_ahead_by_a_jump(jumps in prop::collection::vec(-100_000_i64..=100_000, 1..20)) {
        let (machine, clock) = given();
        let mut passed = NONE;
        for jump in jumps {
            machine.jump(TimeDelta::seconds(jump));
            machine.pass(TimeDelta::seconds(1));
            passed += TimeDelta::seconds(1);
            clock.observe(Some(-HOUR));
            let drift = TOLERANCE * i32::try_from(passed.num_seconds()).unwrap();
            prop_assert!(clock.now() <= start() + passed + drift);
        }
    }
}
