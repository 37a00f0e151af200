//! Bad input is answered with a problem that names the field.

use purser::gateway::CaptureMode;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, ten_pounds};

async fn posted(url: &str, key: Option<&str>, body: String) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(url).body(body);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    let answered = request.send().await.unwrap();
    let status = answered.status().as_u16();
    if status >= 400 {
        assert_eq!(answered.headers()["content-type"], "application/problem+json");
    }
    (status, answered.json().await.unwrap())
}

#[tokio::test]
async fn a_payment_that_makes_no_sense_is_answered_with_the_field() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v1/payments", sandbox.gateway.url());
    let good = serde_json::to_value(ten_pounds("p-1", CaptureMode::Automatic)).unwrap();
    for (field, value, status) in [
        ("amount", json!(0), 422),
        ("amount", json!(-1), 422),
        ("amount", json!(1.5), 422),
        ("amount", json!("10"), 422),
        ("currency", json!("XXX"), 422),
        ("payment", json!("a b"), 422),
        ("order", json!(""), 422),
        ("merchant", json!("m@1"), 422),
        ("capture", json!("later"), 422),
        ("colour", json!("red"), 422),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let (answered, problem) = posted(&url, Some("k-1"), body.to_string()).await;
        assert_eq!(answered, status, "{field}={value}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{problem}");
        assert_eq!(problem["code"], "invalid-value");
    }
    let (status, problem) = posted(&url, Some("k-1"), "{".to_owned()).await;
    assert_eq!((status, &problem["code"]), (400, &"malformed-json".into()));
    assert_eq!(sandbox.stats().await["payments"], 0);
}

#[tokio::test]
async fn a_request_without_a_key_is_answered_with_the_header() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v1/payments", sandbox.gateway.url());
    let body = serde_json::to_string(&ten_pounds("p-1", CaptureMode::Automatic)).unwrap();
    for key in [None, Some("a b"), Some("")] {
        let (status, problem) = posted(&url, key, body.clone()).await;
        assert_eq!((status, &problem["errors"][0]["header"]), (400, &"Idempotency-Key".into()), "{problem}");
    }
}

#[tokio::test]
async fn blanks_in_a_body_make_no_other_request() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v1/payments", sandbox.gateway.url());
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    let first = posted(&url, Some("k-1"), serde_json::to_string(&request).unwrap()).await;
    let second = posted(&url, Some("k-1"), serde_json::to_string_pretty(&request).unwrap()).await;
    assert_eq!((first.0, &first), (200, &second));
}

#[tokio::test]
async fn outcomes_and_faults_that_there_are_not_are_named() {
    let sandbox = Sandbox::start().await;
    let payment = sandbox.opens("p-1", CaptureMode::Automatic).await;
    let pay = payment.url.unwrap();
    let (status, problem) = posted(&pay, None, r#"{"outcome":"steal"}"#.to_owned()).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &"/outcome".into()), "{problem}");
    let (status, problem) = posted(&pay, None, r#"{"outcome":"dispute"}"#.to_owned()).await;
    assert_eq!((status, &problem["code"]), (409, &"wrong-status".into()), "{problem}");

    let url = format!("{}/admin/faults", sandbox.gateway.url());
    for (body, pointer) in [(r#"{"drop_percent":101}"#, "/drop_percent"), (r#"{"drops":1}"#, "/drops")] {
        let answered = reqwest::Client::new().put(&url).body(body).send().await.unwrap();
        assert_eq!(answered.status(), 422);
        let problem: Value = answered.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let faults: Value = reqwest::get(&url).await.unwrap().json().await.unwrap();
    assert_eq!(faults["drop_percent"], 0);
}

#[tokio::test]
async fn an_address_that_there_is_not_is_a_problem_like_any_other() {
    let sandbox = Sandbox::start().await;
    let (status, problem) = posted(&format!("{}/v2", sandbox.gateway.url()), None, String::new()).await;
    assert_eq!((status, &problem["code"]), (404, &"not-found".into()));
}
