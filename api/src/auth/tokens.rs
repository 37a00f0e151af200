use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use purser_domain::{Timestamp, clock::Clock};
use sha2::{Digest, Sha256};
use sqlx::{PgPool, Row, postgres::PgRow};
use tokio::time::MissedTickBehavior;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{Grant, Role};
use crate::mint::Mint;

/// How long a token that another node issued or revoked may go unnoticed here.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);

type Hash = [u8; 32];

/// Every valid token, in memory. Clones share it.
#[derive(Debug, Clone)]
pub struct Tokens {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    mint: Mint,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    grants: HashMap<Hash, Arc<Grant>>,
    latest_change: Option<Timestamp>,
}

/// A token to be issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its bearer may ask for.
    pub role: Role,
    /// The customer or merchant that it is bound to.
    pub subject: Option<String>,
    /// Who it is issued to, where it is bound to nobody; itself, where absent.
    pub owner: Option<String>,
    /// What people call it.
    pub label: Option<String>,
    /// What makes a repeat of the request recognisable.
    pub request: Option<Uuid>,
}

/// A token as it is shown once.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// Its id.
    pub id: String,
    /// The token itself.
    pub token: String,
    /// When it was issued.
    pub created_at: Timestamp,
}

/// What came of a wish for a token.
#[derive(Debug, Clone)]
pub enum Issuing {
    /// It is new.
    Issued(IssuedToken),
    /// The same request made a token before, whose secret nobody knows any more here.
    IssuedBefore {
        /// That token's id.
        id: String,
    },
}

/// Why a token could not be looked up, issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The role and what it is bound to do not fit each other.
    #[error("a token of this role is bound otherwise")]
    Subject,
    /// The database refused or could not be reached.
    #[error("the tokens could not be reached")]
    Database(#[from] sqlx::Error),
}

impl Tokens {
    /// Loads the valid tokens.
    pub async fn load(pool: PgPool, mint: Mint, clock: Arc<dyn Clock>) -> Result<Self, AuthError> {
        let tokens = Self { shared: Arc::new(Shared { pool, mint, clock, known: RwLock::default() }) };
        tokens.refresh().await?;
        Ok(tokens)
    }

    /// Follows what other nodes issue and revoke, until told to stop.
    pub fn keep_fresh(&self, tracker: &TaskTracker, stop: CancellationToken) {
        let tokens = self.clone();
        tracker.spawn(async move {
            let mut ticks = tokio::time::interval(REFRESH_INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while stop.run_until_cancelled(ticks.tick()).await.is_some() {
                if let Err(error) = tokens.refresh().await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "tokens not refreshed");
                }
            }
        });
    }

    /// What a token gives, or none if it is not valid.
    pub fn recognise(&self, token: &str) -> Option<Arc<Grant>> {
        let known = self.shared.known.read().unwrap_or_else(PoisonError::into_inner);
        known.grants.get(&hash(token)).cloned()
    }

    /// Issues a token. It is valid here at once, and on other nodes within two seconds.
    pub async fn issue(&self, wish: NewToken) -> Result<Issuing, AuthError> {
        let principal = wish.role.principal(wish.subject.as_deref()).ok_or(AuthError::Subject)?;
        let id = self.shared.mint.token_id();
        let token = format!("purser_{}_{}", wish.role, self.shared.mint.secret());
        let created_at = self.shared.clock.now();
        let inserted = sqlx::query(
            "insert into api_tokens (id, hash, role, subject, owner, label, request, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (request) do nothing",
        )
        .bind(&id)
        .bind(hash(&token).as_slice())
        .bind(wish.role.as_str())
        .bind(&wish.subject)
        .bind(&wish.owner)
        .bind(&wish.label)
        .bind(wish.request)
        .bind(created_at)
        .execute(&self.shared.pool)
        .await?;
        if inserted.rows_affected() == 1 {
            let grant = Grant::new(id.clone(), wish.role, principal, wish.owner.as_deref());
            let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
            known.grants.insert(hash(&token), Arc::new(grant));
            return Ok(Issuing::Issued(IssuedToken { id, token, created_at }));
        }
        let id = sqlx::query_scalar("select id from api_tokens where request = $1")
            .bind(wish.request)
            .fetch_one(&self.shared.pool)
            .await?;
        Ok(Issuing::IssuedBefore { id })
    }

    /// Revokes a token; false if there is no such token. It is void here at once, and on other nodes within two seconds.
    pub async fn revoke(&self, id: &str) -> Result<bool, AuthError> {
        let hash: Option<Vec<u8>> = sqlx::query_scalar(
            "update api_tokens set revoked_at = coalesce(revoked_at, $2), changed_at = clock_timestamp()
             where id = $1 returning hash",
        )
        .bind(id)
        .bind(self.shared.clock.now())
        .fetch_optional(&self.shared.pool)
        .await?;
        if let Some(hash) = hash.as_deref().and_then(|hash| Hash::try_from(hash).ok()) {
            self.shared.known.write().unwrap_or_else(PoisonError::into_inner).grants.remove(&hash);
        }
        Ok(hash.is_some())
    }

    /// Reads what changed since the last time. The overlap of a minute is for statements that took long to commit: their
    /// rows appear after later ones.
    async fn refresh(&self) -> Result<(), AuthError> {
        let latest = self.shared.known.read().unwrap_or_else(PoisonError::into_inner).latest_change;
        let rows = sqlx::query(
            "select id, hash, role, subject, owner, revoked_at is not null as revoked, changed_at from api_tokens
             where changed_at > coalesce($1 - interval '1 minute', '-infinity')",
        )
        .bind(latest)
        .fetch_all(&self.shared.pool)
        .await?;
        let mut known = self.shared.known.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            known.take_note(&row)?;
        }
        Ok(())
    }
}

impl Known {
    fn take_note(&mut self, row: &PgRow) -> Result<(), sqlx::Error> {
        let hash: Vec<u8> = row.try_get("hash")?;
        let changed_at: Timestamp = row.try_get("changed_at")?;
        let id: String = row.try_get("id")?;
        let Ok(hash) = Hash::try_from(hash) else {
            return Err(sqlx::Error::ColumnDecode { index: "hash".to_owned(), source: "not 32 bytes".into() });
        };
        self.latest_change = self.latest_change.max(Some(changed_at));
        let role = row.try_get::<&str, _>("role")?.parse::<Role>().ok();
        let subject: Option<&str> = row.try_get("subject")?;
        let owner: Option<&str> = row.try_get("owner")?;
        match role.and_then(|role| Some((role, role.principal(subject)?))) {
            Some((role, principal)) if !row.try_get::<bool, _>("revoked")? => {
                self.grants.entry(hash).or_insert_with(|| Arc::new(Grant::new(id, role, principal, owner)));
            }
            Some(_) => {
                self.grants.remove(&hash);
            }
            None => {
                tracing::error!(token = %id, "a stored token is not readable and is not honoured");
                self.grants.remove(&hash);
            }
        }
        Ok(())
    }
}

pub(super) fn hash(token: &str) -> Hash {
    Sha256::digest(token).into()
}
