//! One private Postgres and one private NATS for each test program, a database of its own for each test.

use std::{
    borrow::Cow,
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use purser::{
    config::NatsAddress,
    embedded::{DataDir, EmbeddedNats, EmbeddedPostgres, PostgresSettings},
};
use purser_commands::database::{self, OwnerAsEngine};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, migrate::Migrator, postgres::PgConnectOptions};
use tokio::{runtime::Runtime, sync::OnceCell};

const TEMPLATE: &str = "purser_template";

/// Each test has a runtime that ends with it; the servers need one that lasts.
static SERVERS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime for the servers"));
static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

struct Cluster {
    postgres: EmbeddedPostgres,
    nats: EmbeddedNats,
    _data_dir: DataDir,
}

/// A database with the engine's tables and nothing in them. Clones share it.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    options: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// A fresh one.
    pub async fn create() -> Self {
        let cluster = cluster().await;
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = cluster.admin().await;
        sqlx::query(&format!("create database {name} template {TEMPLATE}"))
            .execute(&mut admin)
            .await
            .expect("a database from the template");
        // Logs of one template share an id; two engines under test must not hear each other over NATS.
        let options = cluster.postgres.connect_options(&name);
        let mut owner = options.connect().await.expect("the new database");
        sqlx::raw_sql(
            "update log_head set log_id = gen_random_uuid();
             update log_head set hash = sha256(convert_to('purser log ', 'UTF8') || uuid_send(log_id))",
        )
        .execute(&mut owner)
        .await
        .expect("a log id of its own");
        owner.close().await.expect("a closed connection");
        Self { options, name }
    }

    /// One as an older version of the engine has left it: without the migrations after `version`.
    pub async fn at_version(version: i64) -> Self {
        let cluster = cluster().await;
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        sqlx::query(&format!("create database {name}")).execute(&mut cluster.admin().await).await.expect("a database");
        let options = cluster.postgres.connect_options(&name);
        let all = sqlx::migrate!("../migrations");
        let older = all.iter().filter(|migration| migration.version <= version).cloned().collect();
        let older = Migrator { migrations: Cow::Owned(older), ..Migrator::DEFAULT };
        older.run(&mut options.connect().await.expect("the new database")).await.expect("migrations");
        Self { options, name }
    }

    /// An empty one whose owner is no superuser and may make no roles, and is let to use the engine's role or not.
    pub async fn of_plain_owner(uses_engine_role: bool) -> Self {
        let cluster = cluster().await;
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = cluster.admin().await;
        sqlx::raw_sql(&format!("create role {name} login")).execute(&mut admin).await.expect("a user");
        sqlx::raw_sql(&format!("create database {name} owner {name}")).execute(&mut admin).await.expect("a database");
        if uses_engine_role {
            sqlx::raw_sql(&format!("grant purser_engine to {name}")).execute(&mut admin).await.expect("a grant");
        }
        Self { options: cluster.postgres.connect_options(&name).username(&name), name }
    }

    /// The same database, for a user that it does not belong to.
    pub async fn for_a_stranger(&self) -> Self {
        let stranger = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = cluster().await.admin().await;
        sqlx::raw_sql(&format!("create role {stranger} login in role purser_engine"))
            .execute(&mut admin)
            .await
            .expect("a user");
        Self { options: self.options.clone().username(&stranger), name: self.name.clone() }
    }

    /// How to connect as the owner, who is a superuser.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// A connection as the owner: for looking behind the engine's back, and for tampering.
    pub async fn owner(&self) -> PgConnection {
        self.options.connect().await.expect("a connection as the owner")
    }

    /// A pool under the engine's own role.
    pub fn pool(&self) -> PgPool {
        database::pool(self.options.clone(), 20)
    }

    /// Its address as a configuration has it.
    pub fn url(&self) -> String {
        let socket = self.options.get_socket().expect("a unix socket");
        let user = self.options.get_username();
        format!("postgres://{user}@localhost/{}?host={}", self.name, socket.display())
    }
}

/// The address of the test program's own NATS.
pub async fn nats() -> NatsAddress {
    cluster().await.nats.address().clone()
}

async fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| async { SERVERS.spawn(Cluster::start()).await.expect("a cluster") }).await
}

impl Cluster {
    async fn start() -> Self {
        let data_dir = DataDir::acquire(&directory()).expect("a directory that no other test program holds");
        let settings = PostgresSettings { fsync: false, max_connections: 400, ..PostgresSettings::default() };
        // Streams of earlier runs would take up the room that NATS has for streams. There are none before the first run.
        let _ = std::fs::remove_dir_all(data_dir.path().join("nats/jetstream"));
        let postgres = EmbeddedPostgres::start(&data_dir, settings).await.expect("postgres");
        let nats = EmbeddedNats::start(&data_dir).await.expect("nats").expect("nats-server is installed");
        let cluster = Self { postgres, nats, _data_dir: data_dir };
        cluster.clean_up().await;
        cluster.make_template().await;
        cluster
    }

    async fn admin(&self) -> PgConnection {
        self.postgres.connect_options("postgres").connect().await.expect("an administrator's connection")
    }

    /// Removes what earlier runs left behind.
    async fn clean_up(&self) {
        let mut admin = self.admin().await;
        let left: Vec<String> =
            sqlx::query_scalar("select datname::text from pg_database where datname like 'test\\_%' or datname = $1")
                .bind(TEMPLATE)
                .fetch_all(&mut admin)
                .await
                .expect("the list of databases");
        for name in left {
            sqlx::query(&format!("drop database {name} with (force)")).execute(&mut admin).await.expect("a drop");
        }
        let left: Vec<String> = sqlx::query_scalar("select rolname::text from pg_roles where rolname like 'test\\_%'")
            .fetch_all(&mut admin)
            .await
            .expect("the list of users");
        for name in left {
            sqlx::query(&format!("drop role {name}")).execute(&mut admin).await.expect("a drop");
        }
    }

    async fn make_template(&self) {
        sqlx::query(&format!("create database {TEMPLATE}")).execute(&mut self.admin().await).await.expect("a template");
        database::migrate(self.postgres.connect_options(TEMPLATE), OwnerAsEngine::Refused).await.expect("migrations");
    }
}

/// Below the build directory, one for each test program, kept from run to run so that only the first makes a cluster.
fn directory() -> PathBuf {
    let program = std::env::current_exe().expect("the test program's path");
    let name = program.file_stem().expect("a file name").to_string_lossy();
    let name = name.rsplit_once('-').map_or(name.as_ref(), |(name, _)| name).to_owned();
    program.parent().expect("a directory").join("../../purser-tests").join(name)
}
