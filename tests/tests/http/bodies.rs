//! Bodies: what is no JSON, too large, too slow or cut off.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use purser_tests::{Answered, Api, TestDatabase, TestEngine, api::order, shop};
use reqwest::Method;

const MIB: usize = 1024 * 1024;

async fn sent(engine: &TestEngine, api: &Api, content_type: &str, body: Vec<u8>, kind: (u16, &str)) -> Answered {
    let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    shop::refused(engine, call.body(content_type, body), kind.0, kind.1).await
}

/// The head of a placement by the back office on a bare connection, without its end.
fn head(api: &Api) -> String {
    let token = &api.tokens().back_office;
    format!(
        "POST /v1/orders HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n\
         Content-Type: application/json\r\nConnection: close\r\n"
    )
}

#[tokio::test]
async fn a_body_that_is_no_json_or_is_not_declared_as_such_is_refused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-json", "unsupported-media-type"]);
    for body in [&b"{"[..], b"lines", b"{} {}", b"{\"currency\":\"\xff\"}", b"\xef\xbb\xbf{}", &[b'['; 10_000]] {
        sent(&engine, &api, "application/json", body.to_vec(), (400, "malformed-json")).await;
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let body = order(&[("A", 1)]).to_string().into_bytes();
        let refused = sent(&engine, &api, content_type, body, (415, "unsupported-media-type")).await;
        refused.expect_fault("header", "Content-Type");
    }
    api.stocked("A", 250, 1).await;
    let charset = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    let body = order(&[("A", 1)]).to_string();
    charset.body("Application/JSON; charset=utf-8", body).send().await.expect_status(201);
    engine.stop().await;
}

/// A good placement, followed by as many spaces as it takes.
fn padded(bytes: usize) -> String {
    let body = order(&[("A", 1)]).to_string();
    format!("{body}{}", " ".repeat(bytes - body.len()))
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_read_and_not_one_byte_more() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["body-too-large"]);
    api.stocked("A", 250, 1).await;
    let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    call.body("application/json", padded(MIB)).send().await.expect_status(201);
    let before = shop::head(engine.database()).await;
    // What is announced is refused before it comes, and what is not when it has come.
    let mut announced = api.wire().await;
    announced.send(&format!("{}Content-Length: {}\r\n\r\n", head(&api), MIB + 1)).await;
    announced.answer().await.expect_problem(413, "body-too-large");
    let mut unannounced = api.wire().await;
    unannounced.send(&format!("{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", head(&api), MIB + 1)).await;
    unannounced.send(&padded(MIB + 1)).await;
    unannounced.answer().await.expect_problem(413, "body-too-large");
    assert_eq!(shop::head(engine.database()).await, before);
    engine.stop().await;
}

#[tokio::test]
async fn a_body_that_ends_early_is_incomplete_and_places_nothing() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["incomplete-body"]);
    api.stocked("A", 250, 1).await;
    let before = shop::head(engine.database()).await;
    // What there is of it is a whole order.
    let body = order(&[("A", 1)]).to_string();
    let mut wire = api.wire().await;
    wire.send(&format!("{}Content-Length: {}\r\n\r\n{body}", head(&api), body.len() + 1)).await;
    wire.finish().await;
    wire.answer().await.expect_problem(400, "incomplete-body");
    assert_eq!(shop::head(engine.database()).await, before);
    engine.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_waited_for_ten_seconds_whatever_an_answer_may_take() {
    let engine = TestEngine::start_with(TestDatabase::create().await, Arc::default(), |config| {
        config.request_timeout = Duration::from_secs(2);
    })
    .await;
    let api = engine.api();
    shop::writes(&api).await;
    let _telling = api.tells(&["slow-body"]);
    api.stocked("A", 250, 1).await;
    let before = shop::head(engine.database()).await;
    let body = order(&[("A", 1)]).to_string();
    let mut wire = api.wire().await;
    wire.send(&format!("{}Content-Length: {}\r\n\r\n{body}", head(&api), body.len() + 1)).await;
    let sent = Instant::now();
    wire.answer().await.expect_problem(408, "slow-body");
    assert!(sent.elapsed() > Duration::from_secs(9), "{:?}", sent.elapsed());
    assert_eq!(shop::head(engine.database()).await, before);
    engine.stop().await;
}

/// There is no request yet to be answered, so that the connection is closed without a word.
#[tokio::test]
async fn a_head_that_does_not_come_closes_the_connection() {
    let (engine, api) = shop::open().await;
    let mut half = api.wire().await;
    half.send("GET /v1/orders HTTP/1.1\r\nHost: pur").await;
    let mut silent = api.wire().await;
    let (half, silent) = tokio::join!(half.until_closed(), silent.until_closed());
    assert_eq!((half.as_str(), silent.as_str()), ("", ""));
    engine.stop().await;
}
