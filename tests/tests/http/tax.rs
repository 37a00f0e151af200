//! Tax: by the region that an address names, several at once, and none where none is due.

use purser_tests::{Answered, Api, shop, shop::order_with};
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// A quote for one of `A`, to a country and a region of it.
async fn quote(api: &Api, country: &str, region: Option<&str>) -> Answered {
    let mut ship_to = json!({"recipient": "Ada Lovelace", "country": country});
    if let Some(region) = region {
        ship_to["region"] = json!(region);
    }
    api.post("/v1/quotes", &order_with(&[("A", 1)], &json!({"ship_to": ship_to}))).send().await
}

#[tokio::test]
async fn a_region_is_taxed_alike_however_it_is_written_and_an_unknown_one_is_refused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["unknown-region"]);
    api.stocked("A", 10_000, 100).await;
    let rates = json!([{"country": "US", "region": "CA", "rate": 72_500},
        {"country": "AT", "region": "Vorarlberg", "rate": 100_000}, {"country": "AT", "rate": 200_000}]);
    shop::set(&api, "tax-rates", &json!({"prices": "added", "rates": rates})).await;
    shop::at_rest(&api).await;
    for region in ["CA", "ca", "CA ", " CA", "US-CA", "California"] {
        assert_eq!(quote(&api, "US", Some(region)).await.expect_status(200).body["total"], gbp(10_725), "{region}");
    }
    for (country, region, total) in [
        ("US", Some("NV"), 10_000),
        ("AT", Some("vorarlberg"), 11_000),
        ("AT", Some("Wien"), 12_000),
        ("AT", None, 12_000),
        ("GB", Some("nowhere"), 10_000),
    ] {
        assert_eq!(
            quote(&api, country, region).await.expect_status(200).body["total"],
            gbp(total),
            "{country} {region:?}"
        );
    }
    for (country, region) in [("US", None), ("US", Some("Calif")), ("AT", Some("CA"))] {
        let refused = quote(&api, country, region).await.expect_problem(422, "unknown-region");
        refused.expect_fault("pointer", "/ship_to/region");
    }
    let nowhere = order_with(&[("A", 1)], &json!({"ship_to": {"recipient": "Ada Lovelace", "country": "US"}}));
    shop::refused(&engine, api.post("/v1/orders", &nowhere), 422, "unknown-region").await;
    engine.stop().await;
}

#[tokio::test]
async fn several_taxes_are_frozen_each_with_its_amount_and_exports_are_net() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 11_520, 100).await;
    let quebec = |name: &str, rate: i64, compound: bool| json!({"country": "CA", "region": "Quebec", "name": name, "rate": rate, "compound": compound});
    let rates = json!([quebec("GST", 50_000, false), quebec("QST", 99_750, true)]);
    let tax = json!({"prices": "included", "rates": rates, "export_net_of": {"country": "CA", "region": "QC"}});
    shop::set(&api, "tax-rates", &tax).await;
    let to = |country: &str, region: &str| json!({"ship_to": {"recipient": "Ada Lovelace", "country": country, "region": region}});
    let order = shop::place(&api, &order_with(&[("A", 1)], &to("CA", "Québec"))).await;
    let order = shop::reaches(&api, &order, "pending_payment").await;
    let pricing = &order["pricing"];
    assert_eq!((&order["total"], &pricing["tax"]), (&gbp(11_520), &json!(1_544)));
    let taxes = json!([
        {"name": "GST", "category": "standard", "rate": 50_000, "basis": "included", "compound": false, "amount": 499},
        {"name": "QST", "category": "standard", "rate": 99_750, "basis": "included", "compound": true, "amount": 1_045},
    ]);
    assert_eq!(pricing["lines"][0]["taxes"], taxes);
    // 115.20 without its 15.44, and returns by the same figures.
    let abroad = shop::place(&api, &order_with(&[("A", 2)], &to("GB", "London"))).await;
    let abroad = shop::reaches(&api, &abroad, "pending_payment").await;
    assert_eq!((&abroad["total"], &abroad["lines"][0]["unit_price"]), (&gbp(19_952), &json!(9_976)));
    assert_eq!((&abroad["pricing"]["tax"], &abroad["pricing"]["tax_not_due"]), (&json!(0), &json!(3_088)));
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}
