//! What merchants decide about prices and orders.

use purser_tests::{Api, shop};
use reqwest::Method;
use serde_json::{Value, json};

const MERCHANT: &str = "/v1/merchants/demo-merchant";

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// What holds where nothing was decided.
fn defaults() -> Value {
    json!({"late_payment": "refund", "cancellation_after_payment": "consent", "return_window_days": 30,
        "return_review_hours": 24, "return_review_overdue": "escalate", "late_shipment_hours": 72,
        "allocation": "first_location", "time_zone": "UTC", "guest_contact": "optional",
        "shipping_refund": "with_full_return"})
}

/// A PUT or a POST, by the rest of its path.
async fn decide(api: &Api, token: &str, rest: &str, body: &Value) -> i64 {
    let path = format!("{MERCHANT}/{rest}");
    let call = if rest.ends_with("end") { api.post_as(token, &path, body) } else { api.put_as(token, &path, body) };
    let answered = call.send().await.expect_status(200);
    assert_eq!(answered.body, json!({"merchant": "demo-merchant", "position": answered.position()}));
    answered.position()
}

#[tokio::test]
async fn all_that_a_merchant_decides_is_seen_as_it_was_said() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&[
        "GET /v1/merchants/{merchant}",
        "PUT /v1/merchants/{merchant}/promotions/{promotion}",
        "POST /v1/merchants/{merchant}/promotions/{promotion}/end",
        "PUT /v1/merchants/{merchant}/shipping-rates",
        "PUT /v1/merchants/{merchant}/tax-rates",
        "PUT /v1/merchants/{merchant}/policies",
        "PUT /v1/merchants/{merchant}/platform-points",
        "not-found",
    ]);
    let token = &api.tokens().merchant.clone();
    let mut expected = json!({"merchant": "demo-merchant", "promotions": [], "shipping_rates": [],
        "tax_rates": {"prices": "included", "rates": []}, "policies": defaults(), "position": 0});
    assert_eq!(api.get_as(token, MERCHANT).await, expected);
    let ten_off = json!({"kind": "percentage_off_order", "rate": 100_000, "combines_with": ["shipping"]});
    let three_for_two = json!({"kind": "buy_x_get_y", "buy": 2, "get": 1, "rate": 1_000_000});
    let shipping = json!([
        {"method": "standard", "countries": ["FR", "GB"], "fee": gbp(300), "per_unit": 10, "free_from": 5_000},
        {"method": "express", "fee": gbp(900)},
    ]);
    let tax = json!({"prices": "added", "rates": [
        {"country": "GB", "category": "standard", "rate": 200_000},
        {"country": "US", "region": "US-NY", "category": "books", "rate": 0},
        {"country": "CA", "region": "CA-QC", "category": "standard", "name": "GST", "rate": 50_000},
        {"country": "CA", "region": "CA-QC", "category": "standard", "name": "QST", "rate": 99_750, "compound": true},
    ]});
    let policies = json!({"payment_window_minutes": 60, "time_zone": "Europe/Berlin", "late_payment": "reinstate",
        "cancellation_after_payment": "automatic", "return_window_days": 0, "return_review_hours": 48,
        "return_review_overdue": "approve", "late_shipment_hours": 24, "allocation": "priority",
        "allocation_priority": ["west", "east"], "sites": [{"location": "west", "country": "GB", "postal_code": "SW1Y 4LE"}],
        "guest_contact": "either", "shipping_refund": "never",
        "points": {"value_per_100": gbp(100), "granted_per_100": 5}});
    let promotion = |title: &str, offer: &Value| json!({"title": title, "offer": offer});
    let decisions = [
        ("promotions/ten-off", promotion("Ten off", &ten_off)),
        ("promotions/3-for-2", promotion("Three for two", &three_for_two)),
        ("shipping-rates", json!({"rates": shipping})),
        ("tax-rates", tax.clone()),
        ("policies", policies.clone()),
    ];
    for (rest, body) in &decisions {
        decide(&api, token, rest, body).await;
    }
    // What the platform pays for, the platform decides.
    let platform = json!({"points": {"value_per_100": gbp(20)}});
    let call = api.put_as(token, &format!("{MERCHANT}/platform-points"), &platform);
    call.send().await.expect_problem(403, "forbidden");
    decide(&api, &api.tokens().back_office, "platform-points", &platform).await;
    expected["platform_points"] = platform["points"].clone();
    let head = shop::at_rest(&api).await;
    // The same again changes nothing.
    for (rest, body) in &decisions {
        assert!(decide(&api, &api.tokens().back_office, rest, body).await <= head);
    }
    assert_eq!(shop::at_rest(&api).await, head);
    expected["promotions"] = json!([{"id": "3-for-2", "title": "Three for two", "offer": three_for_two},
        {"id": "ten-off", "title": "Ten off", "offer": ten_off}]);
    expected["shipping_rates"] = shipping;
    expected["tax_rates"] = tax;
    expected["policies"] = policies;
    expected["position"] = json!(head);
    for token in [token, &api.tokens().back_office] {
        assert_eq!(api.get_as(token, MERCHANT).await, expected);
    }
    // One takes the place of another, one ends, and what is left out of the policies is as if nothing was decided.
    decide(&api, token, "promotions/ten-off", &promotion("Less off", &ten_off)).await;
    let ended = decide(&api, token, "promotions/3-for-2/end", &json!({})).await;
    assert_eq!(decide(&api, token, "promotions/3-for-2/end", &json!({})).await, ended);
    let position = decide(&api, token, "policies", &json!({})).await;
    let seen = api.get_as(token, &format!("{MERCHANT}?min_position={position}")).await;
    assert_eq!(seen["promotions"], json!([{"id": "ten-off", "title": "Less off", "offer": ten_off}]));
    assert_eq!(seen["policies"], defaults());
    let never = api.post_as(token, &format!("{MERCHANT}/promotions/never/end"), &json!({}));
    shop::refused(&engine, never, 404, "not-found").await;
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_reaches_no_other_merchants_terms() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["not-found"]);
    let free = json!({"title": "Free shipping", "offer": {"kind": "shipping_off", "rate": 1_000_000}});
    api.put("/v1/merchants/m-2/promotions/free", &free).send().await.expect_status(200);
    shop::at_rest(&api).await;
    let token = &api.tokens().merchant;
    let mut told = Vec::new();
    for merchant in ["m-2", "nobody"] {
        let path = format!("/v1/merchants/{merchant}");
        let calls = [
            api.with_token(token, Method::GET, &path),
            api.put_as(token, &format!("{path}/promotions/free"), &free),
            api.post_as(token, &format!("{path}/promotions/free/end"), &json!({})),
            api.put_as(token, &format!("{path}/shipping-rates"), &json!({"rates": []})),
            api.put_as(token, &format!("{path}/tax-rates"), &json!({"prices": "added", "rates": []})),
            api.put_as(token, &format!("{path}/policies"), &json!({})),
        ];
        for call in calls {
            told.push(shop::refused(&engine, call, 404, "not-found").await.body["detail"].clone());
        }
    }
    assert!(told.iter().all(|detail| *detail == told[0]), "{told:?}");
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_has_twenty_promotions_at_a_time() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["too-many-promotions"]);
    let offer = json!({"kind": "shipping_off", "rate": 500_000});
    for number in 0..20 {
        shop::promote(&api, &format!("p-{number}"), &offer).await;
    }
    shop::at_rest(&api).await;
    let body = json!({"title": "One more", "offer": offer});
    let one_more = || api.put(&format!("{MERCHANT}/promotions/p-20"), &body);
    shop::refused(&engine, one_more(), 409, "too-many-promotions").await;
    // One of them may be changed, and an end makes room.
    api.put(&format!("{MERCHANT}/promotions/p-3"), &body).send().await.expect_status(200);
    api.post(&format!("{MERCHANT}/promotions/p-7/end"), &json!({})).send().await.expect_status(200);
    one_more().send().await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn decisions_that_make_no_sense_are_refused_where_they_do_not() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value", "malformed-id"]);
    let rate = |method: &str, countries: Value| json!({"method": method, "countries": countries, "fee": gbp(1)});
    let many: Vec<Value> = (0..51).map(|number| rate(&format!("m-{number}"), json!(["GB"]))).collect();
    let tax = |rates: Value| json!({"prices": "added", "rates": rates});
    let gb = json!({"country": "GB", "rate": 200_000});
    for (rest, body, pointer) in [
        ("promotions/p", json!({"title": "P", "offer": {"kind": "shipping_off", "rate": 0}}), "/offer/rate"),
        ("promotions/p", json!({"title": "P", "offer": {"kind": "shipping_off"}}), "/offer/rate"),
        ("promotions/p", json!({"offer": {"kind": "shipping_off", "rate": 1}}), "/title"),
        ("shipping-rates", json!({"rates": [rate("a", json!([]))]}), "/rates/0/countries"),
        ("shipping-rates", json!({"rates": [rate("a", json!(["GB"])), rate("a", json!(["FR", "GB"]))]}), "/rates/1"),
        ("shipping-rates", json!({"rates": many}), "/rates"),
        ("shipping-rates", json!({"rates": [rate("a", json!(["gb"]))]}), "/rates/0/countries/0"),
        ("shipping-rates", json!({}), "/rates"),
        ("tax-rates", tax(json!([gb, gb])), "/rates/1"),
        ("tax-rates", tax(json!([{"country": "GB", "rate": 1_000_001}])), "/rates/0/rate"),
        ("tax-rates", json!({"prices": "net", "rates": []}), "/prices"),
        ("tax-rates", tax(json!([gb, {"country": "US", "region": "Calif", "rate": 1}])), "/rates/1/region"),
        ("tax-rates", tax(json!([gb, {"country": "GB", "name": "VAT", "rate": 1}])), "/rates/1/name"),
        ("tax-rates", json!({"prices": "added", "rates": [gb], "export_net_of": {"country": "GB"}}), "/export_net_of"),
        (
            "tax-rates",
            json!({"prices": "included", "rates": [gb], "export_net_of": {"country": "FR"}}),
            "/export_net_of",
        ),
        (
            "tax-rates",
            json!({"prices": "included", "rates": [gb], "export_net_of": {"country": "GB", "region": "Wessex"}}),
            "/export_net_of/region",
        ),
        ("policies", json!({"payment_window_minutes": 1_441}), "/payment_window_minutes"),
        ("policies", json!({"points": {"value_per_100": gbp(0), "granted_per_100": 1}}), "/points/value_per_100"),
        ("policies", json!({"points": {"value_per_100": gbp(1), "granted_per_100": -1}}), "/points/granted_per_100"),
        (
            "policies",
            json!({"points": {"value_per_100": gbp(1_000_001), "granted_per_100": 0}}),
            "/points/value_per_100",
        ),
        (
            "policies",
            json!({"points": {"value_per_100": gbp(1), "granted_per_100": 2_147_483_647}}),
            "/points/granted_per_100",
        ),
        ("platform-points", json!({"points": {"value_per_100": gbp(0)}}), "/points/value_per_100"),
        ("platform-points", json!({"points": {"value_per_100": gbp(1_000_001)}}), "/points/value_per_100"),
        ("policies", json!({"allocation": "priority"}), "/allocation_priority"),
        ("policies", json!({"allocation": "priority", "allocation_priority": []}), "/allocation_priority"),
        ("policies", json!({"allocation": "nearest", "allocation_priority": ["a"]}), "/allocation_priority"),
        ("policies", json!({"allocation": "priority", "allocation_priority": ["a", "a"]}), "/allocation_priority/1"),
        ("policies", json!({"late_payment": "keep"}), "/late_payment"),
        (
            "policies",
            json!({"return_address": {"recipient": "R", "country": "GB", "lines": vec!["1"; 11]}}),
            "/return_address/lines",
        ),
        ("policies", json!({"payment_window": 5}), "/payment_window"),
    ] {
        let refused = shop::refused(&engine, api.put(&format!("{MERCHANT}/{rest}"), &body), 422, "invalid-value").await;
        refused.expect_fault("pointer", pointer);
    }
    let good = json!({"title": "P", "offer": {"kind": "shipping_off", "rate": 1}});
    for (path, parameter) in [
        ("/v1/merchants/a%20b/promotions/p", "merchant"),
        ("/v1/merchants/demo-merchant/promotions/a%20b", "promotion"),
    ] {
        shop::refused(&engine, api.put(path, &good), 400, "malformed-id").await.expect_fault("parameter", parameter);
    }
    engine.stop().await;
}

/// A key makes one decision of two requests, whatever was decided between them.
#[tokio::test]
async fn a_repeated_decision_does_not_take_back_a_later_one() {
    let (engine, api) = shop::open().await;
    let put = async |key: &str, minutes: i64| {
        let body = json!({"payment_window_minutes": minutes});
        let call = api.with_token(&api.tokens().back_office, Method::PUT, &format!("{MERCHANT}/policies"));
        call.key(key).json(&body).send().await
    };
    let first = put("k", 10).await.expect_status(200).body;
    put("another", 20).await.expect_status(200);
    assert_eq!(put("k", 10).await.expect_status(200).body, first);
    put("k", 30).await.expect_problem(422, "key-reused");
    let seen = api.get(&format!("{MERCHANT}?min_position={}", api.furthest())).await;
    assert_eq!(seen["policies"]["payment_window_minutes"], 20);
    engine.stop().await;
}
