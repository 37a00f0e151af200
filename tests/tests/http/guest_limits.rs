//! Purchase limits of guests, who are known by what they give of themselves.

use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::{Value, json};

/// Nobody buys more than two of `RARE`; of `A` everybody buys what they like.
async fn sale() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    let mut rare = shop::product("demo-merchant", "RARE", "goods", 500);
    rare["purchase_limit"] = json!(2);
    api.post("/v1/products", &rare).send().await.expect_status(201);
    api.post("/v1/stock/RARE/receive", &json!({"quantity": 100})).send().await.expect_status(200);
    api.stocked("A", 100, 100).await;
    (engine, api)
}

/// A guest's order of so many of `RARE` to a house of this number.
fn wish(units: i64, house: u32, contact: &Value) -> Value {
    let ship_to = json!({"recipient": "Ada Lovelace", "lines": [format!("{house} St James's Square")],
        "city": "London", "postal_code": "SW1Y 4LE", "country": "GB"});
    let mut body = shop::order_with(&[("RARE", units)], &json!({"customer": null, "ship_to": ship_to}));
    if !contact.is_null() {
        body["contact"] = contact.clone();
    }
    body
}

async fn ask(api: &Api, body: &Value) -> Answered {
    api.post("/v1/orders", body).send().await
}

async fn taken(api: &Api, body: &Value) -> String {
    ask(api, body).await.expect_status(201).body["id"].as_str().unwrap().to_owned()
}

async fn refused(engine: &TestEngine, api: &Api, body: &Value) {
    shop::at_rest(api).await;
    for path in ["/v1/quotes", "/v1/orders"] {
        let refused = shop::refused(engine, api.post(path, body), 409, "purchase-limit").await;
        refused.expect_fault("pointer", "/lines/0/quantity");
    }
}

#[tokio::test]
async fn a_guest_is_known_by_email_and_phone_and_else_by_the_address() {
    let (engine, api) = sale().await;
    let _telling = api.tells(&["purchase-limit"]);
    let ada = json!({"email": "ada@example.org", "phone": "+44 20 7946 0958"});
    taken(&api, &wish(2, 1, &ada)).await;
    // Another house, another case, another way to write the number, one of the two changed or left out.
    for contact in [
        ada.clone(),
        json!({"email": " Ada@Example.ORG "}),
        json!({"phone": "0044 (0)20-7946-0958"}),
        json!({"email": "other@example.org", "phone": "+442079460958"}),
        json!({"email": "ada@example.org", "phone": "+44 20 7946 0000"}),
    ] {
        refused(&engine, &api, &wish(1, 2, &contact)).await;
    }
    // Somebody else at her address, and she herself at another merchant's products or without a limit.
    taken(&api, &wish(2, 1, &json!({"email": "ida@example.org"}))).await;
    let unlimited = shop::order_with(&[("A", 50)], &json!({"customer": null, "contact": ada}));
    taken(&api, &unlimited).await;
    // Who gives nothing is counted by the address, whoever receives it and however it is written.
    taken(&api, &wish(2, 7, &json!(null))).await;
    let mut same = wish(1, 7, &json!(null));
    same["ship_to"]["recipient"] = json!("Ida");
    same["ship_to"]["lines"] = json!(["7,  ST JAMES'S  square"]);
    same["ship_to"]["postal_code"] = json!("sw1y4le");
    refused(&engine, &api, &same).await;
    taken(&api, &wish(2, 8, &json!(null))).await;
    // A customer is known by name, whatever they give.
    let mut customer = wish(2, 7, &ada);
    customer["customer"] = json!("demo-customer");
    taken(&api, &customer).await;
    // Nothing of it is in the name of a stream.
    let sql = "select count(*) from events where aggregate_id ilike '%example%' or aggregate_id like '%7946%'";
    let plain: i64 = sqlx::query_scalar(sql).fetch_one(&mut engine.database().owner().await).await.unwrap();
    assert_eq!(plain, 0);
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

/// By each way in which an order, or a part of it, comes to nothing.
#[tokio::test]
async fn what_a_guest_gives_back_may_be_bought_again() {
    let (engine, api) = sale().await;
    let ada = json!({"email": "ada@example.org", "phone": "+44 20 7946 0958"});
    for (number, contact) in (10..).zip([ada, json!(null)]) {
        let two = wish(2, number, &contact);
        let cancelled = taken(&api, &two).await;
        shop::cancel(&api, &cancelled).await;
        shop::at_rest(&api).await;
        let returned = taken(&api, &two).await;
        refused(&engine, &api, &wish(1, number, &contact)).await;
        shop::pay(&api, &returned, 1_000, &format!("tx-{number}")).await;
        shop::reaches(&api, &returned, "processing").await;
        // One unit is taken out of it, the other comes back.
        let out = json!({"lines": [{"line": 0, "quantity": 1}], "reason": "one is enough"});
        api.post(&format!("/v1/orders/{returned}/cancel"), &out).send().await.expect_status(200);
        let again = taken(&api, &wish(1, number, &contact)).await;
        refused(&engine, &api, &wish(1, number, &contact)).await;
        shop::complete(&api, &returned).await;
        let back = json!({"kind": "refund_only", "lines": [{"line": 0, "quantity": 1, "reason": "broken"}]});
        let asked = api.post(&format!("/v1/orders/{returned}/returns"), &back).send().await.expect_status(201);
        let approval = format!("/v1/returns/{}/approve", asked.body["id"].as_str().unwrap());
        api.post(&approval, &json!({})).send().await.expect_status(200);
        // A parcel that is called off gives its units back as well.
        shop::pay(&api, &again, 500, &format!("tx-again-{number}")).await;
        shop::reaches(&api, &again, "processing").await;
        let parcels = shop::items(&api.get(&format!("/v1/fulfillments?order={again}")).await);
        let path = format!("/v1/fulfillments/{}/cancel", parcels[0]["id"].as_str().unwrap());
        api.post(&path, &json!({"reason": "no more of it"})).send().await.expect_status(200);
        // It was the last one: the order ends, and what it claimed is given back by a saga.
        shop::at_rest(&api).await;
        taken(&api, &two).await;
        refused(&engine, &api, &wish(1, number, &contact)).await;
    }
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_may_want_to_know_how_to_reach_a_guest_who_buys_what_is_limited() {
    let (engine, api) = sale().await;
    let _telling = api.tells(&["contact-needed", "invalid-value"]);
    let (email, phone) = (json!({"email": "ada@example.org"}), json!({"phone": "+44 20 7946 0958"}));
    for (policy, takes, refuses, pointer) in [
        ("either", vec![&email, &phone], vec![&Value::Null], "/contact"),
        ("email", vec![&email], vec![&Value::Null, &phone], "/contact/email"),
        ("phone", vec![&phone], vec![&Value::Null, &email], "/contact/phone"),
    ] {
        shop::set(&api, "policies", &json!({"guest_contact": policy})).await;
        shop::at_rest(&api).await;
        for contact in refuses {
            for path in ["/v1/quotes", "/v1/orders"] {
                let call = api.post(path, &wish(1, 1, contact));
                shop::refused(&engine, call, 422, "contact-needed").await.expect_fault("pointer", pointer);
            }
        }
        for contact in takes {
            api.post("/v1/quotes", &wish(1, 1, contact)).send().await.expect_status(200);
        }
        // What is not limited is sold to guests as ever, and customers are known.
        let unlimited = shop::order_with(&[("A", 1)], &json!({"customer": null}));
        api.post("/v1/quotes", &unlimited).send().await.expect_status(200);
        let mut customer = wish(1, 1, &Value::Null);
        customer["customer"] = json!("demo-customer");
        api.post("/v1/quotes", &customer).send().await.expect_status(200);
    }
    for (contact, pointer) in [
        (json!({}), "/contact"),
        (json!({"email": "ada"}), "/contact/email"),
        (json!({"phone": "call me"}), "/contact/phone"),
        (json!({"fax": "1"}), "/contact/fax"),
    ] {
        let call = api.post("/v1/orders", &wish(1, 1, &contact));
        shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", pointer);
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_contact_is_kept_with_the_order_for_those_who_may_see_it() {
    let (engine, api) = sale().await;
    let contact = json!({"email": "ada@example.org", "phone": "+44 20 7946 0958"});
    let mut body = wish(1, 1, &contact);
    body["customer"] = json!("demo-customer");
    let order = taken(&api, &body).await;
    shop::at_rest(&api).await;
    for token in [&api.tokens().customer, &api.tokens().merchant, &api.tokens().back_office] {
        assert_eq!(api.get_as(token, &format!("/v1/orders/{order}")).await["contact"], contact);
    }
    let plain = taken(&api, &shop::order_with(&[("A", 1)], &json!({}))).await;
    shop::at_rest(&api).await;
    assert!(shop::order(&api, &plain).await.get("contact").is_none());
    engine.stop().await;
}
