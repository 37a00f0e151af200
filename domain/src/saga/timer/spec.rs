use proptest::prelude::*;

use super::*;
use crate::samples::{at, every_variant, order_id, payment_id, return_id, text};

fn repeat(every_seconds: u32, until: Option<Timestamp>) -> Repeat {
    Repeat { every_seconds: NonZeroU32::new(every_seconds).unwrap(), until }
}

/// What is not listed would be set and never fire.
#[test]
fn every_timer_is_found_again_by_its_saga_its_name_and_its_subject() {
    let timers = every_variant!(Timer {
        PaymentWindow: ["" => Timer::PaymentWindow { order: order_id(7) }],
        PaymentPoll: ["" => Timer::PaymentPoll { payment: payment_id(3) }],
        PaymentExpiry: ["" => Timer::PaymentExpiry { payment: payment_id(3) }],
        RefundPoll: ["" => Timer::RefundPoll { refund: text("rfd_00000000000000000000000000000002") }],
        RefundRetry: ["" => Timer::RefundRetry { refund: text("rfd_00000000000000000000000000000002") }],
        ShipmentDeadline: [
            "" => Timer::ShipmentDeadline { fulfillment: text("ful_00000000000000000000000000000003") },
        ],
        ReturnReview: ["" => Timer::ReturnReview { id: return_id(4) }],
    });
    for timer in &timers {
        let timer = timer.value;
        assert_eq!(Timer::named(timer.saga().name(), timer.name(), timer.subject()), Some(timer));
    }
    assert_eq!(Timer::all_about(order_id(7).as_uuid()).len(), timers.len());
    assert_eq!(Timer::named("payment_window", Some("of tomorrow"), order_id(7).as_uuid()), None);
    assert_eq!(Timer::named("release", None, order_id(7).as_uuid()), None);
}

#[test]
fn timers_of_one_saga_have_names_of_their_own_that_fit_into_a_causation_id() {
    let timers = Timer::all_about(order_id(7).as_uuid());
    let names: std::collections::HashSet<_> = timers.map(|timer| (timer.saga(), timer.name())).into_iter().collect();
    assert_eq!(names.len(), timers.len());
    for name in timers.into_iter().filter_map(Timer::name) {
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
    }
}

#[test]
fn a_poll_runs_each_minute_until_the_window_closes_and_once_after() {
    let minutely = repeat(60, Some(at(30) + TimeDelta::seconds(10)));
    let (mut due, mut fired) = (at(1), vec![]);
    loop {
        fired.push(due);
        match minutely.next(due, due) {
            Some(next) => due = next,
            None => break,
        }
    }
    assert_eq!(fired, (1..=31).map(at).collect::<Vec<_>>());
}

#[test]
fn the_first_time_at_the_very_end_is_the_last() {
    let minutely = repeat(60, Some(at(30)));
    assert_eq!(minutely.next(at(29), at(29)), Some(at(30)));
    assert_eq!(minutely.next(at(30), at(30)), None);
}

#[test]
fn an_hour_without_anybody_to_look_is_not_made_up_for() {
    assert_eq!(repeat(60, None).next(at(1), at(61) + TimeDelta::seconds(7)), Some(at(62)));
    assert_eq!(repeat(60, Some(at(30))).next(at(1), at(61)), None);
}

proptest! {
    #[test]
    fn the_next_time_is_in_the_future_no_further_than_the_beat_and_on_it(
        every in 1_u32..100_000, late_millis in 0_i64..100_000_000,
    ) {
        let fired_at = at(0) + TimeDelta::milliseconds(late_millis);
        let next = repeat(every, None).next(at(0), fired_at).unwrap();
        prop_assert!(next > fired_at);
        prop_assert!(next - fired_at <= TimeDelta::seconds(every.into()));
        prop_assert_eq!((next - at(0)).num_milliseconds() % (i64::from(every) * 1_000), 0);
    }
}
