//! What is open to everybody: health, metrics, the description.

use purser_tests::{Api, TestEngine, shop};
use reqwest::Method;
use serde_json::json;

async fn open(api: &Api, path: &str) -> purser_tests::Answered {
    api.anonymous(Method::GET, path).send().await.expect_status(200)
}

#[tokio::test]
async fn the_process_lives_and_the_engine_is_ready_up_to_a_position() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /health/live", "GET /health/ready"]);
    assert_eq!(open(&api, "/health/live").await.body, json!({"status": "live"}));
    let position = api.stocked("A", 250, 10).await;
    let ready = json!({"status": "ready", "role": "writer", "position": position,
        "clock": {"time": "2026-01-15T12:00:00.000000Z", "in_doubt": false, "wall_ahead_ms": 0, "database_ahead_ms": 0}});
    assert_eq!(open(&api, "/health/ready").await.body, ready);
    engine.stop().await;
}

/// The metrics are the process's: only one engine of a test program can have them.
#[tokio::test]
async fn the_metrics_count_requests_and_commands_and_name_nobody() {
    let engine = TestEngine::start_measured().await;
    let api = engine.api();
    shop::writes(&api).await;
    let _telling = api.tells(&["GET /metrics"]);
    api.stocked("A-SECRET-SKU", 250, 10).await;
    api.anonymous(Method::POST, "/v1/webhooks/demo-nowhere").send().await.expect_problem(401, "webhook-not-verified");
    let metrics = open(&api, "/metrics").await;
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for name in [
        "purser_http_requests_total{operation=\"list_product\",status=\"2xx\"}",
        "purser_commands_total{outcome=\"accepted\"}",
        "purser_webhooks_total{gateway=\"unknown\",outcome=\"not_verified\"}",
    ] {
        let line = metrics.text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}"));
        assert!(line.trim().parse::<u64>().unwrap() > 0, "{name} {line}");
    }
    assert!(!metrics.text.contains("=\"\""), "a label without a value");
    assert!(!metrics.text.contains("SECRET") && !metrics.text.contains("demo-"), "the metrics name somebody");
    engine.stop().await;
}

#[tokio::test]
async fn the_description_names_every_route_and_has_a_page_for_people() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /openapi.json", "no-such-route"]);
    let document = open(&api, "/openapi.json").await;
    assert_eq!(document.header("content-type"), "application/json");
    for line in include_str!("../../../api/src/http/openapi/roles.txt").lines() {
        let [_, method, path] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(document.body["paths"][path][method.to_lowercase()].is_object(), "{line}");
    }
    let page = open(&api, "/docs").await;
    assert!(page.text.contains("<html"), "{}", page.text);
    assert_eq!(open(&api, "/docs/").await.text, page.text);
    let file = api.anonymous(Method::GET, "/docs/no-such-file.js").send().await;
    file.expect_problem(404, "no-such-route");
    engine.stop().await;
}
