//! What the sequencer counts.

use metrics::{Counter, Histogram};

/// What the sequencer counts, looked up once.
pub(super) struct Measures {
    pub(super) accepted: Counter,
    pub(super) refused: Counter,
    pub(super) repeats: Counter,
    pub(super) events: Counter,
    pub(super) cold_loads: Counter,
    pub(super) batch_commands: Histogram,
    pub(super) append_seconds: Histogram,
}

impl Measures {
    pub(super) fn new() -> Self {
        Self {
            accepted: metrics::counter!("purser_commands_total", "outcome" => "accepted"),
            refused: metrics::counter!("purser_commands_total", "outcome" => "refused"),
            repeats: metrics::counter!("purser_commands_total", "outcome" => "repeated"),
            events: metrics::counter!("purser_events_appended_total"),
            cold_loads: metrics::counter!("purser_cold_loads_total"),
            batch_commands: metrics::histogram!("purser_batch_commands"),
            append_seconds: metrics::histogram!("purser_append_seconds"),
        }
    }
}
