use std::time::Duration;

/// How the sagas go about their work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaSettings {
    /// How many steps are under way at once, for the events, the timers, the stored commands and the effects each.
    pub concurrency: usize,
    /// About how many events are taken together at the most.
    pub batch_events_max: usize,
    /// How many due timers or stored commands are read at once.
    pub page_rows: i64,
    /// How often timers and outbox are looked at, in real time; a due timer fires at most so much late.
    pub poll: Duration,
    /// How long the checkpoint waits, in real time, for one command of its events, and a fifth of how long it waits for
    /// all commands of a batch. What takes longer goes to the outbox.
    pub patience: Duration,
    /// How long one attempt from the outbox may take, in real time, before it counts as unavailable.
    pub call_timeout: Duration,
    /// The wait after the first attempt at a command that failed, by the injected clock; it doubles with each further one.
    pub backoff_min: Duration,
    /// The longest wait between two attempts, by the injected clock.
    pub backoff_max: Duration,
    /// After how many refusals a command becomes a dead letter.
    pub refusals_max: u32,
}

impl Default for SagaSettings {
    fn default() -> Self {
        Self {
            concurrency: 64,
            batch_events_max: 2_000,
            page_rows: 1_000,
            poll: Duration::from_millis(250),
            patience: Duration::from_secs(2),
            call_timeout: Duration::from_secs(10),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_mins(1),
            refusals_max: 5,
        }
    }
}
