use std::{collections::HashMap, fmt::Display, sync::Arc, time::Duration};

use cqrs_es::Aggregate;
use purser_domain::{stock::Stock, text::Sku};
use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::follower::FollowerHandle;

const POLL_MIN: Duration = Duration::from_millis(5);
const POLL_MAX: Duration = Duration::from_millis(50);

/// How a wait for a view ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// The view has come there. A read that begins now sees that position.
    Reached,
    /// Time is up, and the view is still behind.
    Behind,
    /// There is nothing to wait for: the log itself ends before, at this position.
    BeyondLog(i64),
}

/// The streams that a read by id is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streams {
    aggregate_type: &'static str,
    /// Their ids are from here on.
    from: String,
    /// Their ids are before this.
    before: String,
}

impl Streams {
    /// The one of an aggregate.
    pub fn of<A: Aggregate>(id: &impl Display) -> Self {
        let from = id.to_string();
        // No text lies between one and itself with a NUL behind it; Postgres stores no NUL, and the lowest sign that a
        // stream's id may have is above SOH.
        let before = format!("{from}\u{1}");
        Self { aggregate_type: A::TYPE, from, before }
    }

    /// All stocks of a SKU, one for each location. The ids of those of another SKU may lie between them.
    pub fn stocks_of(sku: &Sku) -> Self {
        // `A` comes right after `@`.
        Self { aggregate_type: Stock::TYPE, from: format!("{sku}@"), before: format!("{sku}A") }
    }
}

/// Lets a reader wait until a view has come as far as the reader needs to see.
#[derive(Debug, Clone)]
pub struct ReadAfter {
    pool: PgPool,
    followers: watch::Sender<Arc<HashMap<&'static str, FollowerHandle>>>,
}

impl ReadAfter {
    /// Views whose follower runs in this process are waited for in memory; for others the checkpoint is polled, at most
    /// every 50 ms. None runs here yet.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, followers: watch::Sender::new(Arc::default()) }
    }

    /// States which followers run in this process from now on; all clones learn of it.
    pub fn follow(&self, followers: impl IntoIterator<Item = FollowerHandle>) {
        let followers = followers.into_iter().map(|follower| (follower.view(), follower)).collect();
        self.followers.send_replace(Arc::new(followers));
    }

    /// The position of the last event in any of these streams, as the log has it now; none where there is no event.
    pub async fn last_position(&self, streams: &Streams) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar(include_str!("last_position.sql"))
            .bind(streams.aggregate_type)
            .bind(&streams.from)
            .bind(&streams.before)
            .fetch_one(&self.pool)
            .await
    }

    /// Waits until the view has come to `position`, for `longest` at the most.
    pub async fn wait_for(&self, view: &str, position: i64, longest: Duration) -> Result<Waited, sqlx::Error> {
        timeout(longest, self.reached(view, position)).await.unwrap_or(Ok(Waited::Behind))
    }

    /// The checkpoint's row has the last word: what a follower believes may be ahead of it after a crash of Postgres. Where the
    /// log ends, only its own row says: a node that does not write may not have heard of its last events.
    async fn reached(&self, view: &str, position: i64) -> Result<Waited, sqlx::Error> {
        let followers = Arc::clone(&self.followers.borrow());
        let follower = followers.get(view);
        if follower.is_none_or(|follower| *follower.positions().borrow() < position) {
            let end: i64 = sqlx::query_scalar("select position from log_head").fetch_one(&self.pool).await?;
            if end < position {
                return Ok(Waited::BeyondLog(end));
            }
        }
        if let Some(follower) = follower {
            follower.want(position);
            // A follower that has ended cannot be waited for, but its checkpoint can be polled.
            let _ = follower.positions().wait_for(|reached| *reached >= position).await;
        }
        let mut poll = POLL_MIN;
        loop {
            let reached: Option<i64> =
                sqlx::query_scalar("select position from follower_checkpoints where follower = $1")
                    .bind(view)
                    .fetch_optional(&self.pool)
                    .await?;
            if reached.is_some_and(|reached| reached >= position) {
                return Ok(Waited::Reached);
            }
            if let Some(follower) = follower {
                follower.doubt();
            }
            sleep(poll).await;
            poll = (poll * 2).min(POLL_MAX);
        }
    }
}
