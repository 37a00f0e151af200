use std::{fmt, sync::Arc};

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    feed::{
        FeedBatch, FeedEvent, Reached, Shared,
        log_tail::{LARGE_PAGE, read_page},
    },
    log_reader::LogGap,
};

/// Why a cursor yields nothing more.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The feed was stopped.
    #[error("the feed was stopped")]
    Stopped,
    /// The log is damaged right after the cursor's position. Asking again reads it again.
    #[error(transparent)]
    Gap(#[from] LogGap),
}

/// A place in the log, and what follows it.
pub struct FeedCursor {
    shared: Arc<Shared>,
    reached: watch::Receiver<Reached>,
    position: i64,
    /// The page after the position, while it is being read. A task of its own, so that it gives its connection back
    /// whether or not anybody waits for it: a follower may well need a connection before it asks for more.
    page: Option<Page>,
}

/// A page that is being read; none if the feed was stopped meanwhile.
type Page = AbortOnDropHandle<Option<Result<Vec<FeedEvent>, LogGap>>>;

impl FeedCursor {
    pub(super) fn new(shared: Arc<Shared>, after: i64) -> Self {
        let reached = shared.reached.subscribe();
        Self { shared, reached, position: after, page: None }
    }

    /// The position of the last event that it yielded, or where it was set.
    pub const fn position(&self) -> i64 {
        self.position
    }

    /// Sets it behind another position, in either direction.
    pub fn rewind(&mut self, after: i64) {
        self.position = after;
        self.page = None;
    }

    /// The next events after its position, and moves behind them. Waits as long as there are none, and as long as the
    /// database is away.
    ///
    /// May be dropped at any time without losing an event, and does not lose the work it had begun either.
    pub async fn next(&mut self) -> Result<FeedBatch, FeedError> {
        let stop = self.shared.stop.clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(FeedError::Stopped),
            batch = self.advance() => batch,
        }
    }

    async fn advance(&mut self) -> Result<FeedBatch, FeedError> {
        loop {
            // Looked at before the window, so that what comes in between is noticed below.
            let reached = *self.reached.borrow_and_update();
            if self.page.is_none()
                && let Some(batch) = self.shared.window.after(self.position)
            {
                self.pass(&batch);
                return Ok(batch);
            }
            let behind = reached.position.is_some_and(|reached| self.position < reached);
            if behind || self.page.is_some() {
                if let Some(batch) = self.read_log().await? {
                    return Ok(batch);
                }
            } else if let Some(gap) = reached.gap.filter(|gap| gap.expected == self.position + 1) {
                return Err(gap.into());
            }
            if self.reached.changed().await.is_err() {
                return Err(FeedError::Stopped);
            }
        }
    }

    /// The page after the position; none if the log has none, which is no longer news by the time it is known.
    async fn read_log(&mut self) -> Result<Option<FeedBatch>, FeedError> {
        let (shared, after) = (&self.shared, self.position);
        let page = self.page.get_or_insert_with(|| begin_page(shared, after));
        let read = page.await;
        self.page = None;
        let events = read.ok().flatten().ok_or(FeedError::Stopped)??;
        if events.is_empty() {
            return Ok(None);
        }
        let batch = FeedBatch::from(events);
        self.pass(&batch);
        self.read_ahead();
        Ok(Some(batch))
    }

    /// While the follower works on a page, the next one is on its way.
    fn read_ahead(&mut self) {
        let behind = self.reached.borrow().position.is_some_and(|reached| self.position < reached);
        if behind && self.shared.window.after(self.position).is_none() {
            self.page = Some(begin_page(&self.shared, self.position));
        }
    }

    fn pass(&mut self, batch: &FeedBatch) {
        if let Some(last) = batch.last() {
            self.position = last.recorded.position;
        }
    }
}

fn begin_page(shared: &Arc<Shared>, after: i64) -> Page {
    metrics::counter!("purser_feed_catch_up_pages_total").increment(1);
    let reader = Arc::clone(shared);
    let read = async move { read_page(&reader, after, LARGE_PAGE).await };
    AbortOnDropHandle::new(shared.tracker.spawn(shared.stop.clone().run_until_cancelled_owned(read)))
}

impl fmt::Debug for FeedCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedCursor").field("position", &self.position).finish_non_exhaustive()
    }
}
