use std::{collections::HashMap, sync::Arc, time::Duration};

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
