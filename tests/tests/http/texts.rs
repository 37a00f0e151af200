//! Texts that people read: what they cannot read, or cannot trust, is refused by the name of its field.

use purser_tests::{Api, TestEngine, api::order, shop};
use serde_json::{Value, json};

async fn refused(engine: &TestEngine, api: &Api, path: &str, body: &Value, pointer: &str) {
    let refused = shop::refused(engine, api.post(path, body), 422, "invalid-value").await;
    refused.expect_fault("pointer", pointer);
}

#[tokio::test]
async fn a_text_that_shows_nothing_or_something_else_than_it_holds_is_refused_in_every_field() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value"]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 1)]).await;
    shop::at_rest(&api).await;
    for text in [
        "\u{200b}\u{200b}",
        "\u{feff}",
        "\u{3164}",
        "\u{301}",
        "safe\u{202e}gpj.exe",
        "a\u{2028}b",
        "tab\there",
        "\u{2067}a",
    ] {
        let mut product = shop::product("demo-merchant", "B", "goods", 250);
        product["title"] = json!(text);
        refused(&engine, &api, "/v1/products", &product, "/title").await;
        for field in ["recipient", "city", "region", "postal_code"] {
            let mut placement = order(&[("A", 1)]);
            placement["ship_to"][field] = json!(text);
            refused(&engine, &api, "/v1/orders", &placement, &format!("/ship_to/{field}")).await;
        }
        let mut placement = order(&[("A", 1)]);
        placement["ship_to"]["lines"] = json!(["1 High Street", text]);
        refused(&engine, &api, "/v1/orders", &placement, "/ship_to/lines/1").await;
        refused(&engine, &api, &format!("/v1/orders/{id}/cancel"), &json!({"reason": text}), "/reason").await;
    }
    engine.stop().await;
}

#[tokio::test]
async fn what_people_write_comes_back_byte_for_byte() {
    let (engine, api) = shop::open().await;
    let title = "Mug 😍👨‍👩‍👧‍👦🇬🇧🏴󠁧󠁢󠁳󠁣󠁴󠁿1️⃣ Cafe\u{301} 灯笼 किताब";
    let mut product = shop::product("demo-merchant", "A", "goods", 250);
    product["title"] = json!(title);
    api.post("/v1/products", &product).send().await.expect_status(201);
    api.post("/v1/stock/A/receive", &json!({"quantity": 1})).send().await.expect_status(200);
    assert_eq!(api.get("/v1/products/A").await["title"], title);
    let mut placement = order(&[("A", 1)]);
    placement["ship_to"] = json!({"recipient": "محمد \u{200e}Ada 😀", "lines": ["🏠 1", "界".repeat(200)], "city": "München",
        "region": "\u{2067}القاهرة\u{2069}", "country": "DE"});
    let placed = api.post("/v1/orders", &placement).send().await.expect_status(201);
    let found = shop::order(&api, placed.body["id"].as_str().unwrap()).await;
    assert_eq!(found["ship_to"], placement["ship_to"]);
    assert_eq!(found["lines"][0]["title"], title);
    engine.stop().await;
}
