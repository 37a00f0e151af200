use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
}

fn breaker() -> Breaker {
    Breaker::new(BreakerSettings::default())
}

/// Calls that go through and end at once.
fn calls(breaker: &mut Breaker, count: usize, outcome: Outcome, millis: i64) {
    for _ in 0..count {
        let permit = breaker.admit(at(millis)).unwrap();
        breaker.ended(permit, outcome, at(millis));
    }
}

fn opened_at(millis: i64) -> Breaker {
    let mut breaker = breaker();
    calls(&mut breaker, 18, Outcome::Answered, millis);
    calls(&mut breaker, 2, Outcome::Failed, millis);
    assert_eq!(breaker.position(), Position::Open);
    breaker
}

#[test]
fn one_failure_of_twenty_is_five_percent_and_not_more() {
    let mut breaker = breaker();
    calls(&mut breaker, 19, Outcome::Answered, 0);
    calls(&mut breaker, 1, Outcome::Failed, 0);
    assert_eq!(breaker.position(), Position::Closed);
    calls(&mut breaker, 1, Outcome::Failed, 0);
    assert_eq!(breaker.position(), Position::Open);
}

#[test]
fn nineteen_failures_are_too_few_calls_to_judge_by() {
    let mut breaker = breaker();
    calls(&mut breaker, 19, Outcome::Failed, 0);
    assert_eq!(breaker.position(), Position::Closed);
    calls(&mut breaker, 1, Outcome::Failed, 0);
    assert_eq!(breaker.position(), Position::Open);
}

#[test]
fn calls_that_ended_before_the_window_do_not_count() {
    let mut breaker = breaker();
    calls(&mut breaker, 19, Outcome::Failed, 0);
    calls(&mut breaker, 1, Outcome::Failed, 10_001);
    assert_eq!(breaker.position(), Position::Closed);

    let mut breaker = self::breaker();
    calls(&mut breaker, 19, Outcome::Failed, 0);
    calls(&mut breaker, 1, Outcome::Failed, 10_000);
    assert_eq!(breaker.position(), Position::Open);
}

#[test]
fn an_open_breaker_refuses_for_five_seconds_and_says_until_when() {
    let mut breaker = opened_at(0);
    assert_eq!(breaker.admit(at(0)), Err(Refused { until: at(5_000) }));
    assert_eq!(breaker.admit(at(4_999)), Err(Refused { until: at(5_000) }));
    assert!(breaker.admit(at(5_000)).is_ok());
}

#[test]
fn a_half_open_breaker_lets_one_probe_through() {
    let mut breaker = opened_at(0);
    let probe = breaker.admit(at(5_000));
    assert_eq!(breaker.position(), Position::HalfOpen);
    assert_eq!(breaker.admit(at(60_000)), Err(Refused { until: at(60_000) }));
    assert!(probe.is_ok());
}

#[test]
fn a_probe_that_is_answered_closes_it_and_what_was_before_is_forgotten() {
    let mut breaker = opened_at(0);
    let probe = breaker.admit(at(5_000)).unwrap();
    breaker.ended(probe, Outcome::Answered, at(5_100));
    assert_eq!(breaker.position(), Position::Closed);
    calls(&mut breaker, 19, Outcome::Failed, 5_200);
    assert_eq!(breaker.position(), Position::Closed);
}

#[test]
fn a_probe_that_fails_opens_it_for_another_five_seconds() {
    let mut breaker = opened_at(0);
    let probe = breaker.admit(at(5_000)).unwrap();
    breaker.ended(probe, Outcome::Failed, at(6_000));
    assert_eq!(breaker.admit(at(10_999)), Err(Refused { until: at(11_000) }));
    assert!(breaker.admit(at(11_000)).is_ok());
}

#[test]
fn a_probe_that_nobody_waits_for_any_more_opens_it_again() {
    let mut breaker = opened_at(0);
    let probe = breaker.admit(at(5_000)).unwrap();
    breaker.abandoned(probe, at(5_500));
    assert_eq!(breaker.admit(at(5_500)), Err(Refused { until: at(10_500) }));
}

#[test]
fn calls_that_nobody_waits_for_any_more_say_nothing_about_the_gateway() {
    let mut breaker = breaker();
    for _ in 0..100 {
        let permit = breaker.admit(at(0)).unwrap();
        breaker.abandoned(permit, at(0));
    }
    assert_eq!(breaker.position(), Position::Closed);
    calls(&mut breaker, 19, Outcome::Failed, 0);
    assert_eq!(breaker.position(), Position::Closed, "they are no calls of the twenty either");
}

#[test]
fn calls_that_hung_since_before_it_opened_decide_nothing() {
    let mut breaker = breaker();
    let [early, earlier] = [breaker.admit(at(0)).unwrap(), breaker.admit(at(0)).unwrap()];
    calls(&mut breaker, 20, Outcome::Failed, 0);
    breaker.ended(early, Outcome::Answered, at(1));
    assert_eq!(breaker.position(), Position::Open);
    let probe = breaker.admit(at(5_000)).unwrap();
    breaker.ended(earlier, Outcome::Answered, at(5_001));
    assert_eq!(breaker.position(), Position::HalfOpen, "the probe decides");
    breaker.ended(probe, Outcome::Answered, at(5_002));
    assert_eq!(breaker.position(), Position::Closed);
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Admit,
    End(prop::sample::Index, Outcome),
    Abandon(prop::sample::Index),
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let outcome = prop_oneof![3 => Just(Outcome::Answered), 1 => Just(Outcome::Failed)];
    let one = prop_oneof![
        6 => Just(Move::Admit),
        6 => (any::<prop::sample::Index>(), outcome).prop_map(|(index, outcome)| Move::End(index, outcome)),
        1 => any::<prop::sample::Index>().prop_map(Move::Abandon),
        1 => (0_i64..4_000).prop_map(Move::Wait),
    ];
    prop::collection::vec(one, 0..400)
}

proptest! {
    /// Whatever happens in whatever order: while it is open nothing goes through before its time, while it is half-open only
    /// the probe is under way, and once all calls have ended and the time has passed it lets somebody through again.
    #[test]
    fn it_holds_back_while_it_is_open_and_never_for_ever(moves in moves()) {
        let mut breaker = breaker();
        let mut now = 0;
        let mut under_way = Vec::new();
        let mut open_until = None;
        for one in moves {
            let before = breaker.position();
            match one {
                Move::Admit => match breaker.admit(at(now)) {
                    Ok(permit) => {
                        prop_assert!(before != Position::HalfOpen, "a second probe");
                        prop_assert!(open_until.is_none_or(|until| at(now) >= until), "before its time");
                        under_way.push(permit);
                    }
                    Err(Refused { until }) => {
                        prop_assert!(before != Position::Closed);
                        prop_assert!(until <= at(now + 5_000));
                    }
                },
                Move::End(index, outcome) if !under_way.is_empty() => {
                    let permit = under_way.swap_remove(index.index(under_way.len()));
                    breaker.ended(permit, outcome, at(now));
                }
                Move::Abandon(index) if !under_way.is_empty() => {
                    let permit = under_way.swap_remove(index.index(under_way.len()));
                    breaker.abandoned(permit, at(now));
                }
                Move::End(..) | Move::Abandon(_) => {}
                Move::Wait(millis) => now += millis,
            }
            open_until = match (before, breaker.position()) {
                (Position::Open, Position::Open) => open_until,
                (_, Position::Open) => Some(at(now + 5_000)),
                (_, Position::Closed | Position::HalfOpen) => None,
            };
        }
        for permit in under_way {
            breaker.abandoned(permit, at(now));
        }
        prop_assert!(breaker.admit(at(now + 5_000)).is_ok(), "it never recovers");
    }

    /// The share is that of the calls in the window, however they were mixed.
    #[test]
    fn it_opens_exactly_when_more_than_the_share_of_enough_calls_failed(
        outcomes in prop::collection::vec(prop::bool::weighted(0.06), 1..80),
    ) {
        let mut breaker = breaker();
        let (mut calls, mut failures) = (0, 0);
        for failed in outcomes {
            let permit = breaker.admit(at(0)).unwrap();
            breaker.ended(permit, if failed { Outcome::Failed } else { Outcome::Answered }, at(0));
            calls += 1;
            failures += i32::from(failed);
            let must_open = calls >= 20 && failures * 20 > calls;
            prop_assert_eq!(breaker.position() == Position::Open, must_open);
            if must_open {
                break;
            }
        }
    }
}
