//! Bringing the tables up to date.

use std::borrow::Cow;

use sqlx::{
    Executor,
    migrate::{MigrateError, Migration, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::role::{EngineRole, OwnerAsEngine, is_refusal};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// The end of the part of the first migration that makes the engine's role. It asks for a right to make roles also where
/// the role is there, so that [`EngineRole::choose`] does it instead.
const ROLE_MADE: &str = "grant purser_engine to current_user;";

/// What the migrations call the engine's role.
const ROLE: &str = "purser_engine";

/// The owner gives up what the engine must not do. It could take this back, but not by mistake.
const GIVE_UP: &str = "revoke update, delete, truncate on events from current_user";

/// Why the tables are not up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The engine can have no role of its own, and may not work as the owner.
    #[error(
        "{user} can neither use nor make the role purser_engine, under which the engine can append to the log and not \
         change it: have an administrator of this postgres run `create role purser_engine nologin` (unless it exists) and \
         `grant purser_engine to {user}`, or set owner_as_engine = true, by which only a trigger keeps the past from the \
         engine"
    )]
    NoRole {
        /// The user that the engine logs in as, quoted as in SQL.
        user: String,
    },
    /// The tables are there, and were made for an engine that works as their owner.
    #[error(
        "the tables belong to {user} alone, without the role purser_engine: set owner_as_engine = true if they were made \
         so; a backup that had the role is to be restored after `create role purser_engine nologin`"
    )]
    MadeForOwner {
        /// The user that the engine logs in as, quoted as in SQL.
        user: String,
    },
    /// The user has not the rights to make tables.
    #[error(
        "the user of database_url lacks a right: it must own the database (`alter database NAME owner to USER`), or else \
         have CREATE on it and on its schema public, and own the tables of earlier starts: {0}"
    )]
    Rights(sqlx::Error),
    /// The database refused or could not be reached.
    #[error(transparent)]
    Database(sqlx::Error),
    /// A migration failed, or the database is of another version than this program.
    #[error(transparent)]
    Migrate(MigrateError),
}

impl From<sqlx::Error> for MigrationError {
    fn from(error: sqlx::Error) -> Self {
        if is_refusal(&error) { Self::Rights(error) } else { Self::Database(error) }
    }
}

impl From<MigrateError> for MigrationError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) if is_refusal(&error) => {
                Self::Rights(error)
            }
            error => Self::Migrate(error),
        }
    }
}

/// Brings the tables up to date, logged in as the owner of the database, and says whom the engine works as. Safe to repeat
/// and to run from several nodes.
pub async fn migrate(options: PgConnectOptions, owner_as_engine: OwnerAsEngine) -> Result<EngineRole, MigrationError> {
    let owner = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let role = EngineRole::choose(&mut *owner.acquire().await?, owner_as_engine).await?;
    let migrations = MIGRATIONS.iter().map(|migration| made_for(&role, migration)).collect();
    Migrator { migrations, ..Migrator::DEFAULT }.run(&owner).await?;
    match &role {
        EngineRole::Separate => {}
        EngineRole::Owner(_) => {
            owner.execute(GIVE_UP).await?;
        }
    }
    owner.close().await;
    Ok(role)
}

/// The migration for the role at hand. Its checksum stays that of the file, so that one database knows the other's history.
fn made_for(role: &EngineRole, migration: &Migration) -> Migration {
    let sql = migration.sql.split_once(ROLE_MADE).map_or(migration.sql.as_ref(), |(_, rest)| rest);
    let sql = match role {
        EngineRole::Separate => Cow::Borrowed(sql),
        EngineRole::Owner(owner) => Cow::Owned(sql.replace(ROLE, owner)),
    };
    Migration { sql: sql.into_owned().into(), ..migration.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_migration_alone_makes_the_role_and_begins_with_it() {
        let made: Vec<i64> =
            MIGRATIONS.iter().filter(|migration| migration.sql.contains(ROLE_MADE)).map(|one| one.version).collect();
        assert_eq!(made, [1]);
        for migration in MIGRATIONS.iter() {
            let rest = made_for(&EngineRole::Separate, migration);
            assert!(!rest.sql.contains("create role"), "{}", migration.description);
            assert!(migration.version == 1 || rest.sql == migration.sql, "{}", migration.description);
        }
        assert!(!MIGRATIONS.iter().next().unwrap().sql.split_once(ROLE_MADE).unwrap().0.contains("create table"));
    }
}
