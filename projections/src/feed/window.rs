use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::feed::{FeedBatch, FeedEvent};

/// What a follower that does not fall further behind than this costs is nothing. The bytes are those of the JSON; decoded,
/// an event takes about three times as much.
const EVENTS_MAX: usize = 20_000;
const BYTES_MAX: usize = 12 << 20;

/// The latest events, shared by all followers of the process. Its batches follow on each other without a gap.
#[derive(Debug, Default)]
pub(super) struct Window {
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    batches: VecDeque<Slot>,
    events: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Slot {
    batch: FeedBatch,
    last: i64,
    bytes: usize,
}

impl Window {
    /// Takes the events that follow on those it took before; the oldest ones give way.
    pub(super) fn push(&self, batch: FeedBatch) {
        let Some(last) = batch.last().map(|event| event.recorded.position) else { return };
        let bytes = batch.iter().map(json_bytes).sum();
        let mut slots = self.lock();
        slots.events += batch.len();
        slots.bytes += bytes;
        slots.batches.push_back(Slot { batch, last, bytes });
        while (slots.events > EVENTS_MAX || slots.bytes > BYTES_MAX) && slots.batches.len() > 1 {
            if let Some(oldest) = slots.batches.pop_front() {
                slots.events -= oldest.batch.len();
                slots.bytes -= oldest.bytes;
            }
        }
    }

    /// Events that follow directly on a position, if it has them.
    pub(super) fn after(&self, position: i64) -> Option<FeedBatch> {
        let batch = {
            let slots = self.lock();
            let index = slots.batches.partition_point(|slot| slot.last <= position);
            FeedBatch::clone(&slots.batches.get(index)?.batch)
        };
        match batch.iter().position(|event| event.recorded.position == position + 1)? {
            0 => Some(batch),
            begin => Some(batch[begin..].into()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn json_bytes(event: &FeedEvent) -> usize {
    event.recorded.payload.get().len() + event.recorded.metadata.get().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tail::spec::batch;

    fn positions(batch: Option<FeedBatch>) -> Option<Vec<i64>> {
        Some(batch?.iter().map(|event| event.recorded.position).collect())
    }

    fn window(ranges: &[(i64, i64)]) -> Window {
        let window = Window::default();
        for &(first, last) in ranges {
            window.push(batch(first, last).into());
        }
        window
    }

    #[test]
    fn a_follower_gets_the_batch_that_follows_on_its_position() {
        let window = window(&[(5, 7), (8, 9)]);

        assert_eq!(positions(window.after(4)), Some(vec![5, 6, 7]));
        assert_eq!(positions(window.after(7)), Some(vec![8, 9]));
    }

    #[test]
    fn a_batch_that_a_follower_has_in_part_is_trimmed() {
        let window = window(&[(5, 7), (8, 9)]);

        assert_eq!(positions(window.after(6)), Some(vec![7]));
        assert_eq!(positions(window.after(8)), Some(vec![9]));
    }

    #[test]
    fn outside_the_window_there_is_nothing() {
        let window = window(&[(5, 7), (8, 9)]);

        assert_eq!(positions(window.after(3)), None, "event 4 is in front of the window");
        assert_eq!(positions(window.after(9)), None);
        assert_eq!(positions(window.after(12)), None);
        assert_eq!(positions(Window::default().after(0)), None);
    }

    #[test]
    fn the_oldest_events_give_way() {
        let window = window(&[]);
        for first in (1..=30_000).step_by(100) {
            window.push(batch(first, first + 99).into());
        }

        assert_eq!(positions(window.after(9_999)), None);
        assert_eq!(positions(window.after(10_000)).map(|positions| positions[0]), Some(10_001));
        assert_eq!(positions(window.after(29_999)), Some(vec![30_000]));
    }
}
