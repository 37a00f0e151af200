use super::*;
use crate::config::gateways::GatewayTable;
use crate::gateway::{HttpGatewaySettings, breaker::BreakerSettings};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT_SECRET: &str = "whsec_c3RvcmllcyBhcmUgdG9sZCB3aXRoIHRoaXMgc2VjcmV0";

fn table(lines: &str) -> String {
    format!("[gateways.acquirer]\nurl = \"http://gateway:8090\"\nwebhook_secrets = [\"{SECRET}\"]\n{lines}")
}

/// The table of the example in force, with a secret that is one.
fn example() -> String {
    let whole = whole_example();
    let start = whole.find("[gateways.").unwrap();
    whole[start..].replace("whsec_...", SECRET)
}

#[test]
fn the_example_has_every_key_of_a_gateway_with_its_default() {
    let parsed = file::parse(Path::new("purser.example.toml"), &example()).unwrap();
    let [table] = parsed.gateways.values().collect::<Vec<_>>()[..] else { panic!("one gateway") };
    let GatewayTable {
        url: Some(_),
        webhook_secrets: Some(_),
        connect_timeout_ms: Some(_),
        call_timeout_ms: Some(_),
        breaker_window_seconds: Some(_),
        breaker_least_calls: Some(_),
        breaker_failures_percent: Some(_),
        breaker_open_seconds: Some(_),
    } = table
    else {
        panic!("a key is missing: {table:?}")
    };
    let config = resolve(Some(&example()), &[], &[]).unwrap();
    assert_eq!(config.gateways[0].http, HttpGatewaySettings::default());
    assert_eq!(config.gateways[0].breaker, BreakerSettings::default());
    let terse = format!("[gateways.sandbox]\nurl = \"http://127.0.0.1:8090\"\nwebhook_secrets = [\"{SECRET}\"]");
    assert_eq!(resolve(Some(&terse), &[], &[]).unwrap().gateways, config.gateways);
}

#[test]
fn one_gateway_can_be_had_without_a_file() {
    let secrets = format!("{SECRET}, {NEXT_SECRET}");
    let environment = [("PURSER_GATEWAY_URL", "http://127.0.0.1:1"), ("PURSER_GATEWAY_WEBHOOK_SECRET", &secrets)];
    let by_environment = resolve(None, &environment, &[]).unwrap().gateways;
    let by_flag = resolve(None, &environment[1..], &["--gateway-url=http://127.0.0.1:1"]).unwrap().gateways;
    let by_file = format!(
        "[gateways.sandbox]\nurl = \"http://127.0.0.1:1\"\nwebhook_secrets = [\"{SECRET}\", \"{NEXT_SECRET}\"]"
    );
    assert_eq!(by_environment.len(), 1);
    assert_eq!(by_environment, by_flag);
    assert_eq!(by_environment, resolve(Some(&by_file), &[], &[]).unwrap().gateways);
    let beside = resolve(Some(&table("")), &environment, &[]).unwrap().gateways;
    assert_eq!(beside.iter().map(|gateway| gateway.name.as_str()).collect::<Vec<_>>(), ["acquirer", "sandbox"]);
    assert!(matches!(resolve(Some(&by_file), &environment, &[]), Err(ConfigError::GatewayTwice)));
}

#[test]
fn a_gateway_that_cannot_be_used_stops_the_start_and_its_field_is_named() {
    for (file, message) in [
        (table("breaker_failures_percent = 101"), "breaker_failures_percent is 101, allowed is 1 to 100"),
        (table("breaker_least_calls = 0"), "breaker_least_calls is 0, allowed is 1 to 10000"),
        (table("breaker_window_seconds = 0"), "breaker_window_seconds is 0, allowed is 1 to 3600"),
        (table("breaker_open_seconds = 0"), "breaker_open_seconds is 0, allowed is 1 to 3600"),
        (table("connect_timeout_ms = 9"), "connect_timeout_ms is 9, allowed is 10 to 8000"),
        (table("call_timeout_ms = 8001"), "call_timeout_ms is 8001, allowed is 10 to 8000"),
        (table("").replace("http:", "https:"), "url: is not of the form http://host:port"),
        (table("").replace("gateway:", "a:b@g:"), "url: must hold no user and no password"),
        (table("").replace(":8090", "/?a=b"), "url: must end with its path"),
        (
            table("").replace(SECRET, "hunter2"),
            "webhook_secrets: a webhook secret must be whsec_ and base64 of 24 to 64 bytes",
        ),
        ("[gateways.acquirer]".to_owned(), "url: is missing"),
        (
            "[gateways.acquirer]\nurl = \"http://g\"".to_owned(),
            "webhook_secrets: is missing: callbacks could not be known from a stranger's",
        ),
        (
            "[gateways.acquirer]\nurl = \"http://g\"\nwebhook_secrets = []".to_owned(),
            "webhook_secrets: one at least is needed, to know its callbacks from a stranger's",
        ),
    ] {
        let refusal = refusal(Some(&file), &[], &[]);
        assert!(refusal.contains("purser.toml, line "), "{refusal}");
        assert!(refusal.ends_with(&format!(": gateways.acquirer.{message}")), "{refusal}");
    }
    let unnamed = refusal(Some(&table("").replace("acquirer", "\"no name\"")), &[], &[]);
    assert!(unnamed.contains("gateway must be 1 to 64 of"), "{unnamed}");
    let unknown = refusal(Some(&table("api_key = \"x\"")), &[], &[]);
    assert!(unknown.contains("api_key") && unknown.contains("line 4"), "{unknown}");
}

#[test]
fn an_address_alone_is_no_gateway() {
    let url = ("PURSER_GATEWAY_URL", "http://127.0.0.1:1");
    let secret = ("PURSER_GATEWAY_WEBHOOK_SECRET", SECRET);
    assert!(refusal(None, &[url], &[]).starts_with("PURSER_GATEWAY_WEBHOOK_SECRET: is missing"));
    assert_eq!(resolve(None, &[secret], &[]).unwrap().gateways, []);
    assert!(refusal(None, &[("PURSER_GATEWAY_URL", "g"), secret], &[]).starts_with("gateway_url: is not of the form"));
}

#[test]
fn secrets_of_gateways_are_in_no_message() {
    let config = resolve(Some(&table("")), &[], &[]).unwrap();
    assert!(!format!("{config:?}").contains(&SECRET[6..20]), "{config:?}");
    let url = ("PURSER_GATEWAY_URL", "http://127.0.0.1:1");
    for message in [
        refusal(Some(&table("").replace(SECRET, "hunter2")), &[], &[]),
        refusal(Some(&table("").replace(&format!("[\"{SECRET}\"]"), "\"hunter2\"")), &[], &[]),
        refusal(Some(&table("").replace(&format!("\"{SECRET}\""), "[\"hunter2\"]")), &[], &[]),
        refusal(Some(&table("").replace("gateway:", "a:hunter2@g:")), &[], &[]),
        refusal(None, &[url, ("PURSER_GATEWAY_WEBHOOK_SECRET", "hunter2")], &[]),
    ] {
        assert!(!message.contains("hunter2"), "{message}");
    }
    assert!(Cli::command().get_arguments().all(|argument| argument.get_id() != "gateway_webhook_secret"));
}
