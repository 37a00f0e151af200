use purser_domain::{event::Event, recorded::Recorded, upcast::Upcasters};

use crate::feed::FeedEvent;

impl FeedEvent {
    /// Adds the typed reading to an event of the log.
    pub fn decode(recorded: Recorded, upcasters: &Upcasters) -> Self {
        let event = Event::decode(&recorded, upcasters).map_err(|reason| reason.to_string());
        Self { recorded, event }
    }
}

/// Adds the typed readings to consecutive events.
pub(super) fn decode(events: Vec<Recorded>, upcasters: &Upcasters) -> Vec<FeedEvent> {
    events.into_iter().map(|recorded| FeedEvent::decode(recorded, upcasters)).collect()
}
