//! Connecting to the database under the engine's own role, and bringing its tables up to date.

mod migration;
mod role;

use std::time::Duration;

use sqlx::{
    Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub use migration::{MigrationError, migrate};
pub use role::{EngineRole, OwnerAsEngine};

/// The role that the engine works under: the one that the schema of the views was made for; see [`EngineRole`]. And no
/// compilation: the statements are short, and a Postgres that thinks otherwise spends more time on compiling them than on
/// running them.
const ENGINE_ROLE: &str = "set jit = off;
    select set_config('role', pg_get_userbyid(nspowner), false) from pg_namespace where nspname = 'views'";

/// How long an append may rest half done before Postgres ends it. While it does, nobody else can write at its positions:
/// a node that vanished must not hold up its successor for as long as its connections take to be missed.
const LIMIT_OF_HALF_DONE: &str = "set idle_in_transaction_session_timeout = '10s'";

/// How long to wait for a connection. Below the least patient caller, who is to hear that the database is away and not
/// that the request took too long.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A pool whose connections work under the engine's role, whoever `options` logs in as. No connection is made yet.
pub fn pool(options: PgConnectOptions, connections_max: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(ENGINE_ROLE).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options)
}

/// A connection to append through, to where the pool leads but without the pool's patience: it tries once, so that who has
/// to be there as soon as Postgres is back can try again at its own pace.
pub(crate) async fn connect_to_append(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    connection.execute(ENGINE_ROLE).await?;
    connection.execute(LIMIT_OF_HALF_DONE).await?;
    Ok(connection)
}
