//! Tokens: shown once, kept as hashes, void as soon as they are revoked.

use purser_tests::{Api, shop};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;

async fn issued(api: &Api, wish: &Value) -> Value {
    let issued = api.post_as(&api.tokens().operator, "/v1/tokens", wish).send().await.expect_status(201);
    assert_eq!(issued.header("location"), format!("/v1/tokens/{}", issued.body["id"].as_str().unwrap()));
    issued.body
}

#[tokio::test]
async fn a_token_is_shown_once_and_only_its_hash_is_kept() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/tokens", "GET /v1/tokens"]);
    let wish = json!({"role": "customer", "customer": "c-7", "label": "the shop's app"});
    let fresh = issued(&api, &wish).await;
    let (id, token) = (fresh["id"].as_str().unwrap(), fresh["token"].as_str().unwrap());
    let at = "2026-01-15T12:00:00.000000Z";
    assert_eq!(fresh, json!({"id": id, "token": token, "role": "customer", "created_at": at}));
    assert!(token.starts_with("purser_customer_") && token.len() == "purser_customer_".len() + 43, "{token}");
    let listed = api.with_token(&api.tokens().operator, Method::GET, "/v1/tokens").send().await.expect_status(200);
    let known = shop::items(&listed.body).into_iter().find(|known| known["id"] == id).unwrap();
    let expected = json!({"id": id, "role": "customer", "subject": "c-7", "label": "the shop's app", "created_at": at});
    assert_eq!(known, expected);
    assert_eq!(shop::items(&listed.body).len(), 5);
    // Who is bound to somebody is owned by them; a token to whom nobody was named is its own.
    for known in shop::items(&listed.body) {
        let owner = if known.get("subject").is_some() { None } else { known.get("id") };
        assert_eq!(known.get("owner"), owner, "{known}");
    }
    // The secret itself may hold what divides it from the role.
    let secrets = |token: &str| token[token.len() - 43..].to_owned();
    let tokens = api.tokens();
    for token in [token, &tokens.customer, &tokens.merchant, &tokens.back_office, &tokens.operator] {
        let secret = &token[token.len() - 43..];
        assert!(!listed.text.contains(secret), "the list shows a secret");
        let rows: Vec<String> = sqlx::query("select row_to_json(api_tokens)::text as row from api_tokens")
            .fetch_all(&mut engine.database().owner().await)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get("row"))
            .collect();
        assert!(rows.iter().all(|row| !row.contains(&secrets(token))), "the table holds a secret");
    }
    let hashed: bool = sqlx::query_scalar("select hash = sha256(convert_to($1, 'UTF8')) from api_tokens where id = $2")
        .bind(token)
        .bind(id)
        .fetch_one(&mut engine.database().owner().await)
        .await
        .unwrap();
    assert!(hashed);
    engine.stop().await;
}

#[tokio::test]
async fn a_revoked_token_is_void_at_once_and_stays_on_record() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["DELETE /v1/tokens/{id}", "unauthenticated", "not-found", "malformed-id"]);
    let fresh = issued(&api, &json!({"role": "back_office"})).await;
    let (id, token) = (fresh["id"].as_str().unwrap(), fresh["token"].as_str().unwrap());
    api.get_as(token, "/v1/orders").await;
    let revoke = |id: &str| api.with_token(&api.tokens().operator, Method::DELETE, &format!("/v1/tokens/{id}")).send();
    let revoked = revoke(id).await.expect_status(204);
    assert_eq!(revoked.text, "");
    api.with_token(token, Method::GET, "/v1/orders").send().await.expect_problem(401, "unauthenticated");
    revoke(id).await.expect_status(204);
    let listed = shop::operator_get(&api, "/v1/tokens").await;
    let known = shop::items(&listed).into_iter().find(|known| known["id"] == id).unwrap();
    assert_eq!(known["revoked_at"], "2026-01-15T12:00:00.000000Z");
    revoke("tok_00000000000000000000000000000000").await.expect_problem(404, "not-found");
    revoke("tok_1").await.expect_problem(400, "malformed-id").expect_fault("parameter", "id");
    // The others' tokens are as good as before.
    api.get("/v1/orders").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_token_is_bound_to_the_one_that_its_role_asks_for() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value"]);
    for (wish, pointer) in [
        (json!({"role": "customer"}), "/customer"),
        (json!({"role": "merchant"}), "/merchant"),
        (json!({"role": "customer", "customer": "c-1", "merchant": "m-1"}), "/merchant"),
        (json!({"role": "merchant", "merchant": "m-1", "customer": "c-1"}), "/customer"),
        (json!({"role": "back_office", "merchant": "m-1"}), "/merchant"),
        (json!({"role": "operator", "customer": "c-1"}), "/customer"),
        (json!({"role": "root"}), "/role"),
        (json!({"role": "customer", "customer": "a b"}), "/customer"),
        (json!({"role": "operator", "label": ""}), "/label"),
        (json!({"role": "operator", "owner": "the night shift"}), "/owner"),
        (json!({"role": "merchant", "merchant": "m-1", "owner": "till"}), "/owner"),
        (json!({"role": "operator", "token": "purser_operator_mine"}), "/token"),
    ] {
        let refused = api.post_as(&api.tokens().operator, "/v1/tokens", &wish).send().await;
        refused.expect_problem(422, "invalid-value").expect_fault("pointer", pointer);
    }
    assert_eq!(shop::items(&shop::operator_get(&api, "/v1/tokens").await).len(), 4);
    engine.stop().await;
}

#[tokio::test]
async fn a_repeated_wish_issues_no_second_token() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["token-issued", "key-reused"]);
    let wish = json!({"role": "operator"});
    let under =
        |wish: &Value| api.with_token(&api.tokens().operator, Method::POST, "/v1/tokens").key("k").json(wish).send();
    let ask = || under(&wish);
    let first = ask().await.expect_status(201);
    let refused = ask().await.expect_problem(409, "token-issued");
    assert!(refused.body["detail"].as_str().unwrap().contains(first.body["id"].as_str().unwrap()), "{}", refused.text);
    assert!(!refused.text.contains(first.body["token"].as_str().unwrap()));
    under(&json!({"role": "back_office"})).await.expect_problem(422, "key-reused");
    let kept: String = sqlx::query_scalar("select string_agg(answer, ' ') from idempotency_keys")
        .fetch_one(&mut engine.database().owner().await)
        .await
        .unwrap();
    let secret = first.body["token"].as_str().unwrap().rsplit_once("operator_").unwrap().1.to_owned();
    assert!(kept.contains(first.body["id"].as_str().unwrap()) && !kept.contains(&secret), "{kept}");
    assert_eq!(shop::items(&shop::operator_get(&api, "/v1/tokens").await).len(), 5);
    engine.stop().await;
}
