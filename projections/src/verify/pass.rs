use futures_util::future::try_join_all;
use purser_domain::{chain::ChainHash, upcast::Upcasters};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    feed::FeedEvent,
    history::{LogRange, read_range},
    verify::{Difference, Head, VerifyError, derivation::Derivation, log_check::LogCheck, row::HashedRow},
};

pub(super) const PAGE: LogRange = LogRange { events_max: 5_000, bytes_max: 4_000_000 };

/// The way through the log, from its first event to the head as it was in the beginning.
pub(super) struct LogPass<'a> {
    pool: &'a PgPool,
    upcasters: &'a Upcasters,
    head: Head,
    check: LogCheck,
    unreadable_events: i64,
}

impl<'a> LogPass<'a> {
    pub(super) async fn begin(pool: &'a PgPool, upcasters: &'a Upcasters) -> Result<Self, VerifyError> {
        let (log_id, position, hash, last): (Uuid, i64, Vec<u8>, Option<i64>) =
            sqlx::query_as("select log_id, position, hash, (select max(position) from events) from log_head")
                .fetch_one(pool)
                .await?;
        let last = last.unwrap_or_default();
        if last > position {
            return Err(Difference::BeyondHead { position: last, head: position }.into());
        }
        let hash = ChainHash::from_slice(&hash)
            .ok_or_else(|| sqlx::Error::Decode("the head's hash is not 32 bytes long".into()))?;
        let check = LogCheck::new(ChainHash::genesis(log_id));
        Ok(Self { pool, upcasters, head: Head { position, hash }, check, unreadable_events: 0 })
    }

    pub(super) const fn target(&self) -> i64 {
        self.head.position
    }

    pub(super) const fn head_hash(&self) -> ChainHash {
        self.head.hash
    }

    pub(super) const fn unreadable_events(&self) -> i64 {
        self.unreadable_events
    }

    pub(super) fn streams(&self) -> usize {
        self.check.streams()
    }

    /// Checks the log and folds it into the derivations. While a page is checked and folded, the next one is read.
    pub(super) async fn run(
        &mut self,
        derivations: &mut [Derivation<'_>],
        progress: impl Fn(i64),
    ) -> Result<(), VerifyError> {
        let target = self.target();
        let (pool, mut at) = (self.pool, 0);
        let mut rows = read(pool, at, target).await?;
        while at < target {
            let page = self.check_page(rows, derivations)?;
            let missing = self.check.position() + 1;
            let Some(last) = page.last() else { return Err(Difference::Position { missing, next: None }.into()) };
            at = last.recorded.position;
            let folding = try_join_all(derivations.iter_mut().map(|derivation| derivation.fold(&page)));
            let ((), next) = tokio::try_join!(async { folding.await.map(|_| ()) }, read(pool, at, target))?;
            rows = next;
            progress(at);
        }
        let (stored, computed) = (self.head.hash, self.check.hash());
        if stored != computed {
            return Err(Difference::HeadHash { position: target, stored, computed }.into());
        }
        Ok(())
    }

    fn check_page(
        &mut self,
        rows: Vec<HashedRow>,
        derivations: &[Derivation<'_>],
    ) -> Result<Vec<FeedEvent>, VerifyError> {
        let mut page = Vec::with_capacity(rows.len());
        for HashedRow { row, hash } in rows {
            let event = row?.read(self.upcasters);
            self.check.take(&event, &hash)?;
            if let Err(reason) = &event.event {
                let position = event.recorded.position;
                let known =
                    !derivations.is_empty() && derivations.iter().all(|derivation| derivation.leaves_out(position));
                if !known {
                    return Err(Difference::Unreadable { position, reason: reason.clone() }.into());
                }
                self.unreadable_events += 1;
            }
            page.push(event);
        }
        Ok(page)
    }
}

async fn read(pool: &PgPool, after: i64, upto: i64) -> Result<Vec<HashedRow>, VerifyError> {
    if after >= upto {
        return Ok(vec![]);
    }
    Ok(read_range(&mut *pool.acquire().await?, after, upto, PAGE).await?)
}
