use crate::{
    feed::{FeedEvent, Outage, Shared, decode::decode},
    log_reader::{LogGap, LogReadError},
};

/// A page of the log that is read while following its end.
pub(super) const SMALL_PAGE: PageSize = PageSize { events_max: 500, bytes_max: 512 << 10 };

/// A page of the log that is read while catching up.
pub(super) const LARGE_PAGE: PageSize = PageSize { events_max: 2_000, bytes_max: 4 << 20 };

#[derive(Debug, Clone, Copy)]
pub(super) struct PageSize {
    events_max: u32,
    bytes_max: u32,
}

/// Reads and decodes the page after a position; none at the end of the log. Outlasts any outage of the database.
pub(super) async fn read_page(shared: &Shared, after: i64, size: PageSize) -> Result<Vec<FeedEvent>, LogGap> {
    let mut outage = Outage::of("reading the log for the feed");
    loop {
        match shared.log.page(after, size.events_max, size.bytes_max).await {
            Ok(page) => {
                outage.over();
                metrics::counter!("purser_feed_events_total", "source" => "log").increment(page.len() as u64);
                return Ok(decode(page, &shared.upcasters));
            }
            Err(LogReadError::Gap(gap)) => {
                tracing::error!(expected = gap.expected, found = gap.found, "{gap}; it is not read past it");
                metrics::counter!("purser_feed_log_gaps_total").increment(1);
                return Err(gap);
            }
            Err(error @ LogReadError::Database(_)) => {
                let delay = outage.strike(&error);
                tokio::time::sleep(delay).await;
            }
        }
    }
}
