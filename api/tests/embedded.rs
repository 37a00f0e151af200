//! The servers that the engine owns: they start, they come back, they end with their owner, and nobody else gets in.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

use futures_util::StreamExt;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use purser::embedded::{DataDir, EmbeddedError, EmbeddedNats, EmbeddedPostgres, PostgresSettings};
use sqlx::{ConnectOptions, PgConnection};
use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const THROWN_AWAY: PostgresSettings = PostgresSettings { fsync: false, max_connections: 20, shared_buffers_mib: 16 };
const LONG_ENOUGH: Duration = Duration::from_mins(1);

async fn eventually<T>(what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LONG_ENOUGH;
    loop {
        if let Some(value) = attempt().await {
            return value;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

async fn connect(postgres: &EmbeddedPostgres) -> PgConnection {
    eventually("connect to postgres", async || postgres.connect_options("purser").connect().await.ok()).await
}

async fn run(connection: &mut PgConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.unwrap();
}

async fn number(connection: &mut PgConnection, query: &'static str) -> i32 {
    sqlx::query_scalar(query).fetch_one(connection).await.unwrap()
}

fn pid_in(path: &Path) -> Option<Pid> {
    fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok().map(Pid::from_raw)
}

fn postmaster(data_dir: &Path) -> Option<Pid> {
    pid_in(&data_dir.join("postgres/postmaster.pid"))
}

/// A line of the system's process list.
#[derive(Debug)]
struct Process {
    pid: i32,
    name: String,
    state: String,
    group: i32,
}

/// Small systems have no `ps`, others have no `/proc`.
fn processes() -> Vec<Process> {
    let listed: Vec<String> = if cfg!(target_os = "linux") {
        let stats =
            fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
        // As in `71 (postgres) S 1 71 ...`: number, name, state, parent, group.
        stats.map(|stat| stat.replace(['(', ')'], " ")).collect()
    } else {
        let output = Command::new("ps").args(["-A", "-o", "pid=,ucomm=,stat=,ppid=,pgid="]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    };
    let parse = |line: &String| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [pid, name, state, _, group, ..] = fields[..] else { return None };
        Some(Process { pid: pid.parse().ok()?, name: name.into(), state: state.into(), group: group.parse().ok()? })
    };
    // Names with blanks drop out here: they are of nobody that these tests start.
    listed.iter().filter_map(parse).collect()
}

/// Whether the process is there and not merely unburied.
fn is_alive(pid: Pid) -> bool {
    processes().iter().any(|process| process.pid == pid.as_raw() && !process.state.starts_with('Z'))
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_wrote() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(&parent.path().join("data")).unwrap();
    let durable = PostgresSettings::default();
    let first = EmbeddedPostgres::start(&data_dir, durable).await.unwrap();
    let mut connection = connect(&first).await;
    run(&mut connection, "create table kept as select 7 as it").await;
    let settings: Vec<String> = sqlx::query_scalar(
        "select setting from pg_settings where name in ('fsync', 'listen_addresses', 'lc_collate', 'data_checksums')
         order by name",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(settings, ["on", "on", "C", ""]);
    first.stop().await;
    assert_eq!(postmaster(data_dir.path()), None);

    let second = EmbeddedPostgres::start(&data_dir, durable).await.unwrap();

    assert_eq!(number(&mut connect(&second).await, "select it from kept").await, 7);
    second.stop().await;
}

#[tokio::test]
async fn letters_beyond_ascii_are_matched_without_regard_to_case() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();

    let found: bool =
        sqlx::query_scalar("select 'ÉCLAIR' ilike 'éclair'").fetch_one(&mut connect(&postgres).await).await.unwrap();

    assert!(found);
    postgres.stop().await;
}

#[tokio::test]
async fn a_killed_postgres_comes_back_with_its_data() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    let mut connection = connect(&postgres).await;
    run(&mut connection, "create table kept as select 7 as it").await;

    for _ in 0..3 {
        let before = postmaster(data_dir.path()).unwrap();
        kill(before, Signal::SIGKILL).unwrap();
        eventually("another postmaster", async || postmaster(data_dir.path()).filter(|pid| *pid != before)).await;
        assert_eq!(number(&mut connect(&postgres).await, "select it from kept").await, 7);
    }

    postgres.stop().await;
}

#[tokio::test]
async fn a_killed_postgres_comes_back_although_a_backend_is_still_at_work() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    let mut busy = connect(&postgres).await;
    let backend = Pid::from_raw(number(&mut busy, "select pg_backend_pid()").await);
    // A stopped process notices its postmaster's death as little as one that computes.
    kill(backend, Signal::SIGSTOP).unwrap();
    let before = postmaster(data_dir.path()).unwrap();

    kill(before, Signal::SIGKILL).unwrap();
    let log = data_dir.path().join("postgres.log");
    eventually("a start refused for the backend's sake", async || {
        fs::read_to_string(&log).unwrap().contains("pre-existing shared memory block").then_some(())
    })
    .await;
    kill(backend, Signal::SIGCONT).unwrap();

    connect(&postgres).await;
    postgres.stop().await;
}

#[tokio::test]
async fn the_servers_end_with_their_owner_even_when_it_is_killed() {
    const OWNED: &str = "PURSER_TEST_OWNED_DATA_DIR";
    if let Some(path) = std::env::var_os(OWNED) {
        let data_dir = DataDir::acquire(Path::new(&path)).unwrap();
        let _postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
        let _nats = EmbeddedNats::start(&data_dir).await.unwrap();
        println!("owner is ready");
        return std::future::pending().await;
    }
    let parent = tempfile::tempdir().unwrap();
    for watchers_die_too in [false, true] {
        let mut owner = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_servers_end_with_their_owner_even_when_it_is_killed", "--nocapture"])
            .env(OWNED, parent.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("owner is ready")));
        let servers: Vec<Pid> =
            [postmaster(parent.path()), pid_in(&parent.path().join("nats/nats.pid"))].into_iter().flatten().collect();
        assert!(servers.len() == 2 && servers.iter().all(|pid| is_alive(*pid)), "{servers:?}");
        if watchers_die_too {
            for server in &servers {
                kill_watcher_of(*server);
            }
        }

        owner.kill().unwrap();
        owner.wait().unwrap();

        if !watchers_die_too {
            for server in servers {
                eventually("the server ends", async || (!is_alive(server)).then_some(())).await;
            }
            continue;
        }
        assert!(servers.iter().all(|pid| is_alive(*pid)), "the watchers were not what held the pact");
        let data_dir = DataDir::acquire(parent.path()).unwrap();
        let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
        let nats = EmbeddedNats::start(&data_dir).await.unwrap().unwrap();
        assert!(!servers.iter().any(|pid| is_alive(*pid)), "an old server runs beside the new one");
        postgres.stop().await;
        nats.stop().await;
    }
}

/// A server leads the process group in which its watcher is the only shell.
fn kill_watcher_of(server: Pid) {
    let watchers: Vec<Process> = processes()
        .into_iter()
        .filter(|process| process.group == server.as_raw() && process.name.ends_with("sh"))
        .collect();
    assert_eq!(watchers.len(), 1, "{watchers:?}");
    kill(Pid::from_raw(watchers[0].pid), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn dropping_the_handle_stops_the_server_and_then_unlocks_the_directory() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    let server = postmaster(data_dir.path()).unwrap();

    drop(data_dir);
    assert!(matches!(DataDir::acquire(parent.path()), Err(EmbeddedError::Locked { .. })));
    drop(postgres);

    eventually("the directory is unlocked", async || DataDir::acquire(parent.path()).ok()).await;
    assert!(!is_alive(server));
}

#[tokio::test]
async fn a_pid_file_that_names_a_living_stranger_does_not_stop_the_start() {
    let parent = tempfile::tempdir().unwrap();
    let strangers_dir = DataDir::acquire(&parent.path().join("stranger")).unwrap();
    let data_dir = DataDir::acquire(&parent.path().join("data")).unwrap();
    let stranger = EmbeddedPostgres::start(&strangers_dir, THROWN_AWAY).await.unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    let pid_file = data_dir.path().join("postgres/postmaster.pid");
    let written = fs::read_to_string(&pid_file).unwrap();
    postgres.stop().await;
    let (_, rest) = written.split_once('\n').unwrap();
    let stranger_pid = postmaster(strangers_dir.path()).unwrap();
    fs::write(&pid_file, format!("{stranger_pid}\n{rest}")).unwrap();

    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();

    assert_eq!(postmaster(strangers_dir.path()), Some(stranger_pid));
    connect(&stranger).await;
    postgres.stop().await;
    stranger.stop().await;
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_refused_and_not_touched() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let cluster = data_dir.path().join("postgres");
    fs::create_dir(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "9.6\n").unwrap();

    let refusal = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap_err();

    assert!(matches!(refusal, EmbeddedError::OtherMajorVersion { made_by: 9, .. }), "{refusal}");
    assert_eq!(fs::read_dir(&cluster).unwrap().count(), 1);
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("long ".repeat(20)).join("and 'quoted' \"twice\"");
    let data_dir = DataDir::acquire(&path).unwrap();

    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();

    connect(&postgres).await;
    let inspected = DataDir::inspect(&path).unwrap();
    let options = EmbeddedPostgres::connect_options_of_running(&inspected, "purser").unwrap();
    assert_eq!(number(&mut options.connect().await.unwrap(), "select 1").await, 1);
    let elsewhere = fs::read_to_string(path.join("socket-directory")).unwrap();
    postgres.stop().await;

    let again = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    connect(&again).await;
    assert_eq!(fs::read_to_string(path.join("socket-directory")).unwrap(), elsewhere);
    again.stop().await;
    fs::remove_dir(elsewhere.trim()).unwrap();
}

#[tokio::test]
async fn a_data_directory_below_a_closed_home_works_for_root_too() {
    let parent = tempfile::tempdir().unwrap();
    let home = parent.path().join("home");
    DirBuilder::new().mode(0o700).create(&home).unwrap();
    let data_dir = DataDir::acquire(&home.join("shop/purser-data")).unwrap();

    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();
    let nats = EmbeddedNats::start(&data_dir).await.unwrap().unwrap();

    connect(&postgres).await;
    assert_eq!(fs::metadata(&home).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(fs::metadata(data_dir.path()).unwrap().permissions().mode() & 0o7777, 0o700);
    for server in ["postgres", "nats"] {
        let directory = fs::metadata(data_dir.path().join(server)).unwrap();
        assert_eq!(directory.permissions().mode() & 0o7777, 0o700);
        assert_ne!(directory.uid(), 0, "{server} runs as root");
        assert_eq!(directory.uid() == geteuid().as_raw(), !geteuid().is_root());
    }
    postgres.stop().await;
    nats.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn root_s_groups_are_not_handed_down() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let postgres = EmbeddedPostgres::start(&data_dir, THROWN_AWAY).await.unwrap();

    let status = fs::read_to_string(format!("/proc/{}/status", postmaster(data_dir.path()).unwrap())).unwrap();

    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert!(!field("Uid:").split_whitespace().any(|uid| uid == "0"), "{status}");
    assert!(!field("Gid:").split_whitespace().any(|gid| gid == "0"), "{status}");
    assert!(!field("Groups:").split_whitespace().any(|gid| gid == "0"), "{status}");
    postgres.stop().await;
}

#[tokio::test]
async fn looking_into_a_directory_whose_engine_is_down_says_so() {
    let parent = tempfile::tempdir().unwrap();
    let _data_dir = DataDir::acquire(parent.path()).unwrap();
    let inspected = DataDir::inspect(parent.path()).unwrap();

    let refusal = EmbeddedPostgres::connect_options_of_running(&inspected, "purser").unwrap_err();

    assert!(matches!(refusal, EmbeddedError::NotRunning { .. }), "{refusal}");
}

#[tokio::test]
async fn a_killed_nats_comes_back_at_the_same_address_with_its_streams() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let nats = EmbeddedNats::start(&data_dir).await.unwrap().unwrap();
    let address = nats.address().clone();
    let client = address.connect_options().connect(address.servers()).await.unwrap();
    let stream = async_nats::jetstream::stream::Config { name: "LOG".into(), ..Default::default() };
    async_nats::jetstream::new(client).create_stream(stream).await.unwrap();
    let pid_file = data_dir.path().join("nats/nats.pid");
    let before = pid_in(&pid_file).unwrap();

    kill(before, Signal::SIGKILL).unwrap();
    eventually("another nats", async || pid_in(&pid_file).filter(|pid| *pid != before)).await;

    let client =
        eventually("connect to nats", async || address.connect_options().connect(address.servers()).await.ok()).await;
    let context = async_nats::jetstream::new(client);
    let names: Vec<String> = context.stream_names().map(Result::unwrap).collect().await;
    assert_eq!(names, ["LOG"]);
    nats.stop().await;
}

#[tokio::test]
async fn a_later_nats_keeps_its_address_and_lets_nobody_in_without_the_password() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::acquire(parent.path()).unwrap();
    let first = EmbeddedNats::start(&data_dir).await.unwrap().unwrap();
    let address = first.address().clone();
    first.stop().await;

    let second = EmbeddedNats::start(&data_dir).await.unwrap().unwrap();

    assert_eq!(second.address(), &address);
    async_nats::ConnectOptions::new().connect(address.servers()).await.unwrap_err();
    address.connect_options().connect(address.servers()).await.unwrap();
    for file in ["connection.toml", "nats-server.conf"] {
        let mode = fs::metadata(data_dir.path().join("nats").join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }
    second.stop().await;
}
