//! Ids as other systems make them: SKUs with signs and of all scripts, customers that are e-mail addresses or come from a
//! login service.

use purser_tests::{Api, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

const SKUS: [&str; 8] = ["\"q\"\\<b>'", "50% & more", "A/B", "R+D #7 (x)?", "Äpfel", "किताब", "كتاب/1", "灯笼:大*🎄"];

const CUSTOMERS: [&str; 4] =
    ["ada+test@example.com", "auth0|5f7c8ec7c33c6c004bbafe82", "https://id.example/u/1?x=%2F#y", "..x"];

/// As a segment of a path, or a value of a query.
fn encoded(id: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric();
    id.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn skus(list: &Value) -> Vec<String> {
    shop::field(list, "sku")
}

async fn listed(api: &Api, sku: &str) {
    let mut product = shop::product("demo-merchant", sku, "goods", 250);
    product["purchase_limit"] = json!(100);
    let listed = api.post("/v1/products", &product).send().await.expect_status(201);
    assert_eq!(listed.body["sku"], sku);
    let location = listed.header("location").to_owned();
    assert_eq!(location.matches('/').count(), 3, "{location}");
    assert_eq!(api.get(&location).await["sku"], sku, "{location}");
}

#[tokio::test]
async fn a_sku_of_any_signs_and_script_goes_everywhere() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&[
        "POST /v1/products/{sku}/reprice",
        "POST /v1/products/{sku}/backorder",
        "POST /v1/products/{sku}/delist",
        "POST /v1/stock/{sku}/receive",
        "POST /v1/stock/{sku}/adjust",
        "GET /v1/stock/{sku}",
        "GET /v1/products/{sku}/history",
        "GET /v1/products/{sku}/as-of",
    ]);
    for sku in SKUS {
        listed(&api, sku).await;
        let (product, stock) = (format!("/v1/products/{}", encoded(sku)), format!("/v1/stock/{}", encoded(sku)));
        let post = async |path: String, body: Value| {
            let changed = api.post(&path, &body).send().await.expect_status(200);
            assert_eq!(changed.body["sku"], sku, "{path}");
        };
        post(format!("{product}/reprice"), json!({"price": {"amount": 300, "currency": "GBP"}})).await;
        post(format!("{product}/backorder"), json!({"backorder": "allowed"})).await;
        post(format!("{stock}/receive"), json!({"quantity": 10, "location": "west"})).await;
        post(format!("{stock}/receive"), json!({"quantity": 10})).await;
        post(format!("{stock}/adjust"), json!({"change": -1, "reason": "broken"})).await;
        let (id, _) = api.placed(&[(sku, 2)]).await;
        shop::pay(&api, &id, 600, &format!("tx-{id}")).await;
        shop::reaches(&api, &id, "processing").await;
        assert_eq!(shop::order(&api, &id).await["lines"][0]["sku"], sku);
        assert_eq!(api.get(&stock).await["on_hand"], 17);
        let found = api.get(&format!("/v1/orders?sku={}", encoded(sku))).await;
        assert_eq!(shop::field(&found, "id"), [id], "{sku}");
        assert!(shop::items(&api.get(&format!("{product}/history")).await).len() > 6, "{sku}");
        let as_of = api.get(&format!("{product}/as-of?position={}", api.furthest())).await;
        assert_eq!((&as_of["sku"], as_of["stock"].as_array().unwrap().len()), (&json!(sku), 2));
    }
    let staff = &api.tokens().back_office;
    for list in ["/v1/products", "/v1/stock", "/v1/sales/skus"] {
        let all = skus(&api.get(list).await);
        let paged = shop::pages(&api, staff, &shop::limited(list, 1)).await;
        assert_eq!(skus(&json!({"items": paged})), all, "{list}");
        let mut found = all.clone();
        found.sort_unstable();
        found.dedup();
        let mut expected = SKUS.map(str::to_owned);
        expected.sort_unstable();
        assert_eq!(found, expected, "{list}");
    }
    for sku in SKUS {
        let path = format!("/v1/products/{}/delist", encoded(sku));
        api.post(&path, &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    let verified = shop::verified(&engine.stop().await).await.unwrap();
    assert_eq!(verified.unreadable_events, 0);
}

#[tokio::test]
async fn a_sku_is_the_same_however_it_is_composed() {
    let (engine, api) = shop::open().await;
    listed(&api, "Äpfel").await;
    let receipt = json!({"quantity": 3});
    let received = api.post("/v1/stock/A%CC%88pfel/receive", &receipt).send().await.expect_status(200);
    assert_eq!(received.body["sku"], "Äpfel");
    api.placed(&[("A\u{308}pfel", 2)]).await;
    assert_eq!(shop::stock(&api, "%C3%84pfel").await.reserved, 2);
    assert_eq!(shop::items(&api.get("/v1/orders?sku=A%CC%88pfel").await).len(), 1);
    engine.stop().await;
}

#[tokio::test]
async fn a_customer_is_who_their_login_service_says() {
    let (engine, api) = shop::open().await;
    let _telling =
        api.tells(&["GET /v1/customers/{customer}/points", "POST /v1/customers/{customer}/points", "purchase-limit"]);
    let mut product = shop::product("demo-merchant", "A/B", "goods", 250);
    product["purchase_limit"] = json!(2);
    api.post("/v1/products", &product).send().await.expect_status(201);
    api.post("/v1/stock/A%2FB/receive", &json!({"quantity": 100})).send().await.expect_status(200);
    for customer in CUSTOMERS {
        let token = shop::token(&api, "customer", customer).await;
        let mut placement = order(&[("A/B", 2)]);
        placement["customer"] = json!(customer);
        let placed = api.post_as(&token, "/v1/orders", &placement).send().await.expect_status(201);
        // The limit is theirs alone, and they have used it.
        let more = api.post_as(&token, "/v1/orders", &placement).send().await;
        more.expect_problem(409, "purchase-limit");
        let own = api.get_as(&token, "/v1/orders").await;
        assert_eq!(shop::field(&own, "id"), [placed.body["id"].as_str().unwrap()], "{customer}");
        let theirs = api.get(&format!("/v1/orders?customer={}", encoded(customer))).await;
        assert_eq!(shop::field(&theirs, "customer"), [customer]);
        let points = format!("/v1/customers/{}/points", encoded(customer));
        api.post(&points, &json!({"points": 5, "reason": "welcome"})).send().await.expect_status(200);
        assert_eq!(api.get_as(&token, &points).await["balance"], 5, "{customer}");
    }
    shop::at_rest(&api).await;
    let verified = shop::verified(&engine.stop().await).await.unwrap();
    assert_eq!(verified.unreadable_events, 0);
}

#[tokio::test]
async fn what_a_path_cannot_hold_is_no_id() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value", "malformed-id"]);
    api.stocked("A", 250, 10).await;
    for dots in [".", ".."] {
        for field in ["sku", "merchant"] {
            let mut product = shop::product("demo-merchant", "B", "goods", 250);
            product[field] = json!(dots);
            let call = api.post("/v1/products", &product);
            shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", &format!("/{field}"));
        }
        let mut placement = order(&[("A", 1)]);
        placement["customer"] = json!(dots);
        let call = api.post("/v1/orders", &placement);
        shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", "/customer");
        let call = api.post("/v1/stock/A/receive", &json!({"quantity": 1, "location": dots}));
        shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", "/location");
        // Clients tidy such a path up, so that it has to be sent by hand.
        for path in ["/v1/products/", "/v1/stock/", "/v1/customers/", "/v1/merchants/"] {
            let path = format!(
                "{path}{}",
                if path.contains("customers") { format!("{dots}/points") } else { dots.to_owned() }
            );
            let mut wire = api.wire().await;
            let token = &api.tokens().back_office;
            wire.send(&format!(
                "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            ))
            .await;
            wire.answer().await.expect_problem(400, "malformed-id");
        }
    }
    let staff = &api.tokens().back_office;
    for path in
        ["/v1/products/A%40B", "/v1/products/%20A", "/v1/products/A%00", "/v1/products/%FF", "/v1/stock/%E2%80%8B"]
    {
        api.with_token(staff, Method::GET, path).send().await.expect_problem(400, "malformed-id");
    }
    engine.stop().await;
}
