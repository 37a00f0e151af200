//! Whom the engine works as.

use sqlx::{PgConnection, error::DatabaseError};

use super::MigrationError;

/// Two transactions make the same role at once, the role is there, the right is lacking, and there is no such role.
const UNIQUE_VIOLATION: &str = "23505";
const DUPLICATE_OBJECT: &str = "42710";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const UNDEFINED_OBJECT: &str = "42704";
const INVALID_PARAMETER_VALUE: &str = "22023";

/// The role that the engine works under. The migrations make the tables and the schema of the views for it, so that the
/// database itself tells which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineRole {
    /// `purser_engine`, which can append to the log and read it, and nothing else. What a bug or an intruder in the engine
    /// may do to the past is decided by Postgres.
    Separate,
    /// The owner of the tables, quoted as in SQL. It gives up the rights to change the log, and a trigger refuses it as well;
    /// but it could take both back. What is left is the chain of hashes, by which a change is found.
    Owner(String),
}

/// Whether the engine may work as the owner of its tables, where it can use no role of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerAsEngine {
    /// It may not: the start is refused.
    Refused,
    /// It may.
    Allowed,
}

impl EngineRole {
    /// The role that the tables were made for; or, before there are any, the best that this user can have.
    pub(super) async fn choose(
        connection: &mut PgConnection,
        owner_as_engine: OwnerAsEngine,
    ) -> Result<Self, MigrationError> {
        let (user, quoted, views): (String, String, Option<String>) = sqlx::query_as(
            "select current_user::text, quote_ident(current_user),
                    (select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = 'views')",
        )
        .fetch_one(&mut *connection)
        .await?;
        let made = views.is_some();
        let separate = match views {
            Some(role) => role != user,
            None => separated(connection).await?,
        };
        match (separate, owner_as_engine) {
            (true, OwnerAsEngine::Refused | OwnerAsEngine::Allowed) => Ok(Self::Separate),
            (false, OwnerAsEngine::Allowed) => Ok(Self::Owner(quoted)),
            (false, OwnerAsEngine::Refused) if made => Err(MigrationError::MadeForOwner { user: quoted }),
            (false, OwnerAsEngine::Refused) => Err(MigrationError::NoRole { user: quoted }),
        }
    }
}

/// Whether this user can work as `purser_engine`. Makes the role if need be and allowed. Roles belong to the whole cluster:
/// another database may have made it already, even at this moment.
async fn separated(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match run(connection, "set role purser_engine").await? {
        Ran::Done => {
            run(connection, "reset role").await?;
            return Ok(true);
        }
        Ran::Absent => {
            if run(connection, "create role purser_engine nologin").await? == Ran::Refused {
                return Ok(false);
            }
        }
        Ran::Refused => {}
    }
    Ok(run(connection, "grant purser_engine to current_user").await? == Ran::Done)
}

/// What came of a statement about roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Done,
    /// There is no such role.
    Absent,
    /// This user has not the right.
    Refused,
}

async fn run(connection: &mut PgConnection, statement: &'static str) -> Result<Ran, sqlx::Error> {
    let Err(error) = sqlx::query(statement).execute(connection).await else { return Ok(Ran::Done) };
    match error.as_database_error().and_then(DatabaseError::code).as_deref() {
        Some(UNIQUE_VIOLATION | DUPLICATE_OBJECT) => Ok(Ran::Done),
        Some(UNDEFINED_OBJECT | INVALID_PARAMETER_VALUE) => Ok(Ran::Absent),
        Some(INSUFFICIENT_PRIVILEGE) => Ok(Ran::Refused),
        Some(_) | None => Err(error),
    }
}

/// Whether Postgres refused for want of a right.
pub(super) fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).as_deref() == Some(INSUFFICIENT_PRIVILEGE)
}
