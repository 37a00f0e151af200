use super::super::EmbeddedError;
use super::super::account::Account;
use super::socket;
use std::fs;
use std::path::Path;

/// What may be chosen about the embedded Postgres. Anything else: `alter system`, which outlives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostgresSettings {
    /// Whether a commit waits for the disk. Off only for clusters that a test throws away: with it off, a power cut
    /// destroys the cluster.
    pub fsync: bool,
    /// Connections at most, superuser's included.
    pub max_connections: u16,
    /// Memory for Postgres's own page cache, in MiB.
    pub shared_buffers_mib: u32,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self { fsync: true, max_connections: 100, shared_buffers_mib: 256 }
    }
}

/// The file of our settings, in the cluster's directory.
const FILE: &str = "purser.conf";

/// Makes a new cluster read our settings after its own. Its own stay: initdb has tried what this machine can do, as
/// which kind of shared memory.
pub(super) fn include(home: &Path, account: Account) -> Result<(), EmbeddedError> {
    let main = home.join("postgresql.conf");
    let made = fs::read_to_string(&main).map_err(EmbeddedError::io("read", &main))?;
    account.write_private(&main, &format!("{made}\ninclude '{FILE}'\n"))
}

/// Writes our settings and `pg_hba.conf`. Both are written at every start, so that they follow the program's version;
/// `postgresql.auto.conf`, which `alter system` writes, has the last word.
pub(super) fn write(
    settings: PostgresSettings,
    home: &Path,
    account: Account,
    socket_directory: &Path,
) -> Result<(), EmbeddedError> {
    // The server stands in its home, so that the usual place needs no name and no length limit.
    let socket_directory = if socket_directory == home { ".".to_owned() } else { listed(socket_directory) };
    account.write_private(&home.join(FILE), &configuration(settings, &socket_directory))?;
    // Whoever passes the permissions of the socket's directory is the engine's own user or root.
    account.write_private(&home.join("pg_hba.conf"), "# Written by purser at every start.\nlocal all all trust\n")
}

fn configuration(settings: PostgresSettings, socket_directory: &str) -> String {
    let PostgresSettings { fsync, max_connections, shared_buffers_mib } = settings;
    let fsync = if fsync { "on" } else { "off" };
    let port = socket::PORT;
    // After a crash Postgres makes sure that everything is on the disk before it reads its log: one call to the file
    // system instead of one for each file, where there is such a call.
    let recovery_sync = if cfg!(target_os = "linux") { "syncfs" } else { "fsync" };
    format!(
        "# Written by purser at every start: changes made here are lost, those made with `alter system` are kept.

# Nobody but the engine: no network, and a socket in a directory of mode 0700.
listen_addresses = ''
unix_socket_directories = '{socket_directory}'
port = {port}
max_connections = {max_connections}

# An accepted order is on the disk.
fsync = {fsync}
synchronous_commit = on
full_page_writes = {fsync}
recovery_init_sync_method = {recovery_sync}

# This cluster has no replicas (backups are taken with pg_dump), so the log need not serve any. This spares the log of
# the tables that a rebuild fills and swaps.
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
wal_compression = on

# Few and spread checkpoints: after each one, the first change of a page is logged as the whole page.
max_wal_size = 4GB
# Segments of the log are used again rather than made anew: while one is made, everybody waits.
min_wal_size = 1GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

# One small machine that the engine shares. Short statements gain nothing from compilation or parallel workers, and the
# shared memory of those is scarce in containers.
shared_buffers = {shared_buffers_mib}MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0

# Standard error goes to postgres.log, which the engine keeps bounded. Values of rows stay out of it: they are people's
# names and addresses.
logging_collector = off
log_error_verbosity = terse
log_min_error_statement = panic
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
timezone = 'UTC'
lc_messages = 'C'
"
    )
}

/// A path as an element of a list inside a quoted setting.
fn listed(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\"").replace('\'', "''"))
}
