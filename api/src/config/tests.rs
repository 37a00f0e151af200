mod gateways;

use super::*;
use clap::{CommandFactory, Parser};
use std::fs;
use std::path::Path;

const EXAMPLE: &str = include_str!("../../purser.example.toml");

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
}

fn resolve(file: Option<&str>, environment: &[(&str, &str)], flags: &[&str]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("purser.toml");
    let mut arguments = vec!["purser".to_owned()];
    if let Some(content) = file {
        fs::write(&path, content).unwrap();
        arguments.extend(["--config".to_owned(), path.display().to_string()]);
    }
    arguments.extend(flags.iter().map(ToString::to_string));
    let variables: Vec<(OsString, OsString)> =
        environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Config::resolve(Cli::try_parse_from(arguments).unwrap().flags, variables.into_iter())
}

fn refusal(file: Option<&str>, environment: &[(&str, &str)], flags: &[&str]) -> String {
    resolve(file, environment, flags).unwrap_err().to_string()
}

/// The example with the keys that have no fixed default put in force too.
fn whole_example() -> String {
    let in_force = |line: &str| match line.strip_prefix("# ") {
        Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| is_key(key)) || rest.starts_with("[gateways.") => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(in_force).collect::<Vec<_>>().join("\n")
}

fn is_key(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn the_example_file_states_the_defaults() {
    assert_eq!(resolve(Some(EXAMPLE), &[], &[]).unwrap(), resolve(None, &[], &[]).unwrap());
}

#[test]
fn the_example_file_has_every_key() {
    let mut table: toml::Table = whole_example().parse().unwrap();
    table.remove("gateways").unwrap();
    for key in environment::keys().iter().filter(|key| *key != "config") {
        assert!(table.contains_key(key), "{key} is missing in purser.example.toml");
    }
    assert_eq!(table.len() + 1, environment::keys().len());
    file::parse(Path::new("purser.example.toml"), &whole_example()).unwrap();
}

#[test]
fn the_help_of_every_flag_names_its_variable_and_its_default() {
    for argument in Cli::command().get_arguments().filter(|argument| argument.get_id() != "help") {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let variable = environment::variable(argument.get_id().as_str());
        assert!(help.contains(&variable), "{help} lacks {variable}");
        assert!(help.contains("[default: "), "{help} lacks its default");
    }
}

#[test]
fn a_flag_beats_the_environment_and_that_beats_the_file() {
    let file = Some("queue_capacity = 1\nmax_connections = 2\nlog_format = \"json\"\npayment_window_minutes = 5");
    let environment = [("PURSER_QUEUE_CAPACITY", "10"), ("PURSER_MAX_CONNECTIONS", "20"), ("HOME", "/")];

    let config = resolve(file, &environment, &["--queue-capacity", "100"]).unwrap();

    assert_eq!((config.queue_capacity, config.max_connections), (100, 20));
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.payment_window, Duration::from_mins(5));
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("purser.toml");
    fs::write(&path, "queue_capacity = 7").unwrap();

    let config = resolve(None, &[("PURSER_CONFIG", path.to_str().unwrap())], &[]).unwrap();

    assert_eq!(config.queue_capacity, 7);
    assert!(refusal(None, &[("PURSER_CONFIG", "/nowhere/purser.toml")], &[]).contains("/nowhere/purser.toml"));
}

#[test]
fn unknown_keys_and_wrong_types_are_refused_by_key_and_line() {
    let unknown = refusal(Some("# a comment\nqueue_capacty = 1"), &[], &[]);
    assert!(unknown.contains("queue_capacty") && unknown.contains("line 2"), "{unknown}");

    let wrong = refusal(Some("queue_capacity = \"many\""), &[], &[]);
    assert!(wrong.contains("line 1: queue_capacity: "), "{wrong}");

    let listen = refusal(Some("nats = \"off\"\nlisten = \"8080\""), &[], &[]);
    assert!(listen.contains("line 2: listen: 8080 is not of the form"), "{listen}");

    let unfinished = refusal(Some("\n\nlog_level = \"info"), &[], &[]);
    assert!(unfinished.contains("line 3: log_level: "), "{unfinished}");
}

#[test]
fn values_of_the_file_that_cannot_be_used_are_refused_by_key_and_line() {
    let gateway = "[gateways.a]\nurl = \"http://a\"\nwebhook_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]";
    let cases = [
        ("\nqueue_capacity = 0".to_owned(), "line 2: queue_capacity is 0, allowed is 1 to 1000000"),
        ("log_level = \"purser=loud\"".to_owned(), "line 1: log_level: "),
        ("\n\ndatabase_url = \"mysql://h/d\"".to_owned(), "line 3: database_url: is not of the form"),
        (format!("{gateway}\ncall_timeout_ms = 1"), "line 4: gateways.a.call_timeout_ms is 1, allowed is 10 to 8000"),
        ("nats = \"off\"\n[gateways.a]".to_owned(), "line 2: gateways.a.url: is missing"),
        (format!("{gateway}\ncall_timeout_ms = \"1\""), "line 4: gateways.a.call_timeout_ms: invalid type"),
    ];
    for (file, message) in cases {
        let refusal = refusal(Some(&file), &[], &[]);
        assert!(refusal.contains("purser.toml, ") && refusal.contains(message), "{refusal}");
    }
    // What the environment or a flag got wrong is not looked for in the file.
    assert_eq!(
        refusal(Some("queue_capacity = 5"), &[("PURSER_QUEUE_CAPACITY", "0")], &[]),
        "queue_capacity is 0, allowed is 1 to 1000000"
    );
}

#[test]
fn unknown_variables_are_refused_with_the_likely_one() {
    let unknown = refusal(None, &[("PURSER_QUEUE_CAPACTY", "1")], &[]);
    assert!(unknown.contains("PURSER_QUEUE_CAPACTY") && unknown.contains("PURSER_QUEUE_CAPACITY"), "{unknown}");
    let port = refusal(None, &[("PURSER_LISTN", "127.0.0.1:1")], &[]);
    assert!(port.ends_with("is it a misspelling of PURSER_LISTEN?"), "{port}");
    assert!(resolve(None, &[("PURSER_listen", "127.0.0.1:1")], &[]).is_err());
    assert!(resolve(None, &[("PURSER_PORT", "8080")], &[]).is_err());
    resolve(None, &[("PURSER_POSTGRES_BIN", "/usr/bin"), ("PURSER_LISTEN", "")], &[]).unwrap();
}

#[test]
fn what_kubernetes_says_of_a_service_called_purser_is_no_setting() {
    let environment = [
        ("PURSER_SERVICE_HOST", "10.0.0.7"),
        ("PURSER_SERVICE_PORT_HTTP", "8080"),
        ("PURSER_PORT", "tcp://10.0.0.7:8080"),
        ("PURSER_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("PURSER_POSTGRES_SERVICE_HOST", "10.0.0.8"),
    ];
    assert_eq!(resolve(None, &environment, &[]).unwrap(), resolve(None, &[], &[]).unwrap());
}

#[test]
fn unreadable_values_name_their_variable() {
    let wrong = refusal(None, &[("PURSER_QUEUE_CAPACITY", "many")], &[]);
    assert!(wrong.contains("PURSER_QUEUE_CAPACITY") && wrong.contains("many"), "{wrong}");
}

#[test]
fn values_out_of_range_name_their_key_and_the_range() {
    let cases = [
        ("--payment-window-minutes=0", "payment_window_minutes is 0, allowed is 1 to 10080"),
        ("--payment-window-minutes=10081", "payment_window_minutes is 10081, allowed is 1 to 10080"),
        ("--queue-capacity=1000001", "queue_capacity is 1000001, allowed is 1 to 1000000"),
        ("--idempotency-retention-days=6", "idempotency_retention_days is 6, allowed is 7 to 3650"),
        ("--reconcile-minutes=0", "reconcile_minutes is 0, allowed is 1 to 1440"),
        ("--request-timeout-seconds=0", "request_timeout_seconds is 0, allowed is 1 to 600"),
        ("--max-connections=0", "max_connections is 0, allowed is 1 to 100000"),
        ("--database-connections=91", "database_connections is 91, allowed is 4 to 90"),
        ("--cached-aggregates=0", "cached_aggregates is 0, allowed is 100 to 100000000"),
    ];
    for (flag, message) in cases {
        assert_eq!(refusal(None, &[], &[flag]), message);
    }
    assert!(refusal(None, &[], &["--log-level=purser=loud"]).starts_with("log_level: "));
}

#[test]
fn the_customary_names_of_urls_are_read_and_our_own_win() {
    let config = resolve(None, &[("DATABASE_URL", "postgres://a@b/c")], &[]).unwrap();
    assert_eq!(config.database_url.unwrap().expose(), "postgres://a@b/c");

    let environment = [("PURSER_DATABASE_URL", "postgres://own"), ("DATABASE_URL", "postgres://customary")];
    let config = resolve(None, &environment, &[]).unwrap();
    assert_eq!(config.database_url.unwrap().expose(), "postgres://own");
}

#[test]
fn nats_follows_the_choice_of_the_database_unless_it_is_named() {
    let nats = |environment: &[(&str, &str)], flags: &[&str]| resolve(None, environment, flags).unwrap().nats;
    let database = ("DATABASE_URL", "postgres://a@b/c");
    assert_eq!(nats(&[], &[]), NatsSource::Embedded);
    assert_eq!(nats(&[database], &[]), NatsSource::Off);
    assert_eq!(nats(&[database], &["--nats=embedded"]), NatsSource::Embedded);
    assert_eq!(nats(&[], &["--nats=off"]), NatsSource::Off);
    let external = NatsSource::External("nats://u:p@host:4333".parse().unwrap());
    assert_eq!(nats(&[database, ("NATS_URL", "nats://u:p@host:4333")], &[]), external);
    assert!(matches!(resolve(None, &[("NATS_URL", "nats://h")], &["--nats=off"]), Err(ConfigError::NatsContradiction)));
}

#[test]
fn secrets_are_in_no_message() {
    let environment = [("DATABASE_URL", "postgres://u:hunter2@h/d"), ("NATS_URL", "nats://u:hunter2@h")];
    let config = resolve(None, &environment, &[]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");

    let refusals = [
        refusal(None, &[("DATABASE_URL", "postgres//u:hunter2@h/d")], &[]),
        refusal(None, &[("DATABASE_URL", "postgres://u:hunter2@h:port/d")], &[]),
        refusal(None, &[("NATS_URL", "http://u:hunter2@h")], &[]),
        refusal(Some("database_url = \"postgres://u:hunter2@h/d"), &[], &[]),
        refusal(Some("database_url = [\"postgres://u:hunter2@h/d\"]"), &[], &[]),
    ];
    for message in refusals {
        assert!(!message.contains("hunter2"), "{message}");
    }
}
