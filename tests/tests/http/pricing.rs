//! Prices: what promotions, coupons, shipping, tax and points make of an order, and what becomes of what it claims.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, shop, shop::order_with};
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// Ten per cent off `A`, five pounds off the order by a coupon, three pounds for delivery, tax on top, and points.
async fn shop_with_terms() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 100).await;
    let mut book = shop::product("demo-merchant", "B", "goods", 500);
    book["tax_category"] = json!("books");
    api.post("/v1/products", &book).send().await.expect_status(201);
    api.post("/v1/stock/B/receive", &json!({"quantity": 100})).send().await.expect_status(200);
    let ten_off = json!({"kind": "percentage_off_lines", "rate": 100_000, "skus": ["A"],
        "combines_with": ["order", "shipping"]});
    shop::promote(&api, "ten-off", &ten_off).await;
    let five_off = json!({"kind": "amount_off_order", "amount": gbp(500), "combines_with": ["product", "shipping"]});
    shop::issue(&api, "FIVE-OFF", &five_off, &json!({"uses_max": 10})).await;
    let standard = json!({"method": "standard", "countries": ["GB"], "fee": gbp(300)});
    shop::set(&api, "shipping-rates", &json!({"rates": [standard]})).await;
    let tax = |category: &str, rate: i64| json!({"country": "GB", "category": category, "rate": rate});
    let rates = [tax("standard", 200_000), tax("books", 50_000), tax("shipping", 200_000)];
    shop::set(&api, "tax-rates", &json!({"prices": "added", "rates": rates})).await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    shop::grant(&api, "demo-customer", 500).await;
    (engine, api)
}

/// Two of `A` and one of `B` with everything.
fn basket() -> Value {
    order_with(&[("A", 2), ("B", 1)], &json!({"coupons": ["FIVE-OFF"], "points": 200}))
}

async fn quote(api: &Api, body: &Value) -> Answered {
    api.post("/v1/quotes", body).send().await
}

#[tokio::test]
async fn an_order_is_placed_at_the_figures_of_its_quote_and_keeps_them() {
    let (engine, api) = shop_with_terms().await;
    let _telling = api.tells(&["POST /v1/quotes", "POST /v1/orders"]);
    let before = shop::at_rest(&api).await;
    let quoted = quote(&api, &basket()).await.expect_status(200).body;
    assert_eq!(shop::head(engine.database()).await, before, "a quote left something in the log");
    // 2000 less 10 % and 500; the 500 coupon falls on 1800 and 500 as 391 and 109; tax 20 % of 1409, 5 % of 391, 20 % of
    // 300; 200 points are 2 pounds.
    let pricing = &quoted["pricing"];
    for (sum, amount) in [
        ("subtotal", 2_500),
        ("discount", 700),
        ("shipping", 300),
        ("tax", 362),
        ("tax_added", 362),
        ("points", 200),
        ("points_spent", 200),
    ] {
        assert_eq!(pricing[sum], amount, "{sum}: {quoted}");
    }
    assert_eq!(quoted["total"], gbp(2_262));
    let discounts = json!([{"promotion": "ten-off", "amount": 200}, {"coupon": "FIVE-OFF", "amount": 391}]);
    assert_eq!(pricing["lines"][0]["discounts"], discounts);
    assert_eq!(pricing["lines"][1]["taxes"][0]["category"], "books");
    assert_eq!((&pricing["delivery"]["method"], &pricing["delivery"]["total"]), (&json!("standard"), &json!(360)));
    let placed = api.post("/v1/orders", &basket()).send().await.expect_status(201);
    assert_eq!(placed.body["total"], gbp(2_262));
    // What is decided later is nothing to an order that was placed, and all the more to the next quote.
    let end = "/v1/merchants/demo-merchant/promotions/ten-off/end";
    api.post(end, &json!({})).send().await.expect_status(200);
    api.post("/v1/products/A/reprice", &json!({"price": gbp(1_100)})).send().await.expect_status(200);
    shop::set(&api, "shipping-rates", &json!({"rates": []})).await;
    let order = api.get(&format!("{}?min_position={}", placed.header("location"), api.furthest())).await;
    assert_eq!((&order["pricing"], &order["total"], &order["lines"]), (pricing, &gbp(2_262), &quoted["lines"]));
    let anew = quote(&api, &basket()).await.expect_status(200).body;
    assert_eq!((&anew["pricing"]["subtotal"], &anew["pricing"]["discount"]), (&json!(2_700), &json!(500)));
    // A payment settles the total and nothing else does.
    shop::pay(&api, placed.body["id"].as_str().unwrap(), 2_262, "tx-1").await;
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn the_cheapest_combination_is_chosen_and_coupons_are_used_only_where_they_are_presented() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 100).await;
    shop::promote(&api, "ten-off", &json!({"kind": "percentage_off_order", "rate": 100_000})).await;
    let three_for_two = json!({"kind": "buy_x_get_y", "buy": 2, "get": 1, "rate": 1_000_000, "skus": ["A"]});
    shop::promote(&api, "three-for-two", &three_for_two).await;
    shop::issue(&api, "HALF", &json!({"kind": "percentage_off_order", "rate": 500_000}), &json!({})).await;
    let total = async |quantity: i64| {
        quote(&api, &order_with(&[("A", quantity)], &json!({}))).await.expect_status(200).body["total"]["amount"].take()
    };
    assert_eq!(total(2).await, 1_800);
    assert_eq!(total(3).await, 2_000);
    let with_coupon = order_with(&[("A", 3)], &json!({"coupons": ["HALF"]}));
    assert_eq!(quote(&api, &with_coupon).await.expect_status(200).body["total"], gbp(1_500));
    engine.stop().await;
}

#[tokio::test]
async fn what_an_order_claims_is_given_back_when_it_is_cancelled_or_expires() {
    let (engine, api) = shop_with_terms().await;
    for ends_by in ["cancelled", "expired"] {
        let order = shop::place(&api, &basket()).await;
        assert_eq!(shop::uses(&api, "FIVE-OFF").await, (1, 0));
        assert_eq!(shop::points(&api, "demo-customer").await, (500, 200));
        if ends_by == "cancelled" {
            shop::cancel(&api, &order).await;
        } else {
            engine.clock().advance(TimeDelta::minutes(31));
        }
        shop::reaches(&api, &order, ends_by).await;
        shop::at_rest(&api).await;
        assert_eq!(shop::uses(&api, "FIVE-OFF").await, (0, 0), "{ends_by}");
        assert_eq!(shop::points(&api, "demo-customer").await, (500, 0), "{ends_by}");
    }
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_paid_order_uses_up_what_it_claimed_and_gives_even_that_back_when_it_is_cancelled() {
    let (engine, api) = shop_with_terms().await;
    let order = shop::place(&api, &basket()).await;
    shop::pay(&api, &order, 2_262, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::uses(&api, "FIVE-OFF").await, (0, 1));
    assert_eq!(shop::points(&api, "demo-customer").await, (300, 0));
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::uses(&api, "FIVE-OFF").await, (0, 0));
    assert_eq!(shop::points(&api, "demo-customer").await, (500, 0));
    engine.stop().await;
}

#[tokio::test]
async fn a_completed_order_earns_points_once() {
    let (engine, api) = shop_with_terms().await;
    let order = shop::place(&api, &basket()).await;
    shop::pay(&api, &order, 2_262, "tx-1").await;
    shop::complete(&api, &order).await;
    // Ten points for each pound paid, part of a point down.
    assert_eq!(shop::points(&api, "demo-customer").await, (300 + 226, 0));
    api.post(&format!("/v1/orders/{order}/complete"), &json!({})).send().await.expect_status(200);
    assert_eq!(shop::points(&api, "demo-customer").await, (300 + 226, 0));
    assert_eq!(shop::uses(&api, "FIVE-OFF").await, (0, 1));
    engine.stop().await;
}

#[tokio::test]
async fn a_merchants_policies_rule_its_payment_window_and_cancellations() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    let policies = json!({"payment_window_minutes": 5, "cancellation_after_payment": "automatic"});
    shop::set(&api, "policies", &policies).await;
    let placed = api.post("/v1/orders", &order_with(&[("A", 1)], &json!({}))).send().await.expect_status(201);
    assert_eq!(placed.body["pay_by"], "2026-01-15T12:05:00.000000Z");
    let (paid, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &paid, 500, "tx-1").await;
    shop::reaches(&api, &paid, "processing").await;
    shop::at_rest(&api).await;
    let path = format!("/v1/orders/{paid}/cancel");
    let reason = json!({"reason": "ordered twice"});
    let cancelled = api.post_as(&api.tokens().customer, &path, &reason).send().await.expect_status(200);
    assert_eq!(cancelled.body["status"], "cancelled", "no consent is needed");
    engine.clock().advance(TimeDelta::minutes(6));
    shop::reaches(&api, placed.body["id"].as_str().unwrap(), "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 100, reserved: 0 });
    engine.stop().await;
}

/// 20 % by a promotion, 5 % by a coupon, neither with the other; and free delivery against a discount.
#[tokio::test]
async fn a_coupon_without_which_the_order_costs_no_more_is_refused_and_stays_unused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["coupon-brings-nothing"]);
    api.stocked("A", 10_000, 100).await;
    let standard = json!({"method": "standard", "fee": gbp(300)});
    shop::set(&api, "shipping-rates", &json!({"rates": [standard]})).await;
    let share = |rate: i64| json!({"kind": "percentage_off_order", "rate": rate});
    shop::promote(&api, "twenty", &share(200_000)).await;
    shop::issue(&api, "FIVE", &share(50_000), &json!({"uses_max": 1})).await;
    shop::issue(&api, "THIRTY", &share(300_000), &json!({"uses_max": 1})).await;
    let free = json!({"kind": "shipping_off", "rate": 1_000_000});
    shop::issue(&api, "SHIP-FREE", &free, &json!({"uses_max": 1})).await;
    shop::at_rest(&api).await;
    let one = |coupons: &[&str]| order_with(&[("A", 1)], &json!({"coupons": coupons}));
    assert_eq!(quote(&api, &one(&[])).await.expect_status(200).body["total"], gbp(8_300));
    for code in ["FIVE", "SHIP-FREE"] {
        refused(&engine, &api, &one(&[code]), (422, "coupon-brings-nothing", "/coupons/0")).await;
        let told = quote(&api, &one(&[code])).await.body["detail"].take();
        assert_eq!(told, format!("coupon {code} brings nothing: the order costs no more without it"));
        assert_eq!(shop::uses(&api, code).await, (0, 0));
    }
    let order = shop::place(&api, &one(&["THIRTY"])).await;
    assert_eq!(shop::reaches(&api, &order, "pending_payment").await["total"], gbp(7_300));
    assert_eq!(shop::uses(&api, "THIRTY").await, (1, 0));
    engine.stop().await;
}

/// What a quote refuses, a placement refuses in the same words, and nothing is left behind.
async fn refused(engine: &TestEngine, api: &Api, body: &Value, expected: (u16, &str, &str)) {
    let (status, kind, pointer) = expected;
    for path in ["/v1/quotes", "/v1/orders"] {
        let refused = shop::refused(engine, api.post(path, body), status, kind).await;
        refused.expect_fault("pointer", pointer);
    }
}

#[tokio::test]
async fn coupons_that_cannot_be_used_are_named() {
    let (engine, api) = shop_with_terms().await;
    let _telling = api.tells(&["unknown-coupon", "coupon-not-valid", "coupons-do-not-combine", "coupon-used-up"]);
    let offer = json!({"kind": "amount_off_order", "amount": gbp(200)});
    let with = |fields: Value| {
        let mut offer = offer.clone();
        offer.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        offer
    };
    let from = json!({"valid": {"from": "2026-02-01T00:00:00Z"}});
    let until = json!({"valid": {"until": "2026-01-15T12:00:00Z"}});
    shop::issue(&api, "SOON", &with(from), &json!({})).await;
    shop::issue(&api, "OVER", &with(until), &json!({})).await;
    shop::issue(&api, "BIG", &with(json!({"minimum_spend": gbp(10_000)})), &json!({})).await;
    shop::issue(&api, "EURO", &with(json!({"amount": {"amount": 100, "currency": "EUR"}})), &json!({})).await;
    shop::issue(&api, "OTHERS", &offer, &json!({"merchant": "m-2"})).await;
    shop::issue(&api, "GONE", &offer, &json!({})).await;
    let reason = json!({"reason": "a mistake"});
    api.post("/v1/coupons/GONE/withdraw", &reason).send().await.expect_status(200);
    shop::issue(&api, "ONCE", &offer, &json!({"uses_max": 1})).await;
    shop::issue(&api, "ONCE-EACH", &offer, &json!({"uses_per_customer_max": 1})).await;
    for code in ["ONCE", "ONCE-EACH"] {
        shop::place(&api, &order_with(&[("A", 1)], &json!({"coupons": [code]}))).await;
    }
    shop::at_rest(&api).await;
    let one = |coupons: &[&str]| order_with(&[("A", 1)], &json!({"coupons": coupons}));
    for (body, expected) in [
        (one(&["NONE"]), (422, "unknown-coupon", "/coupons/0")),
        (one(&["SOON"]), (422, "coupon-not-valid", "/coupons/0")),
        (one(&["OVER"]), (422, "coupon-not-valid", "/coupons/0")),
        (one(&["BIG"]), (422, "coupon-not-valid", "/coupons/0")),
        (one(&["EURO"]), (422, "coupon-not-valid", "/coupons/0")),
        (one(&["OTHERS"]), (422, "unknown-coupon", "/coupons/0")),
        (one(&["GONE"]), (422, "coupon-not-valid", "/coupons/0")),
        (one(&["FIVE-OFF", "FIVE-OFF"]), (422, "coupon-not-valid", "/coupons/1")),
        (one(&["FIVE-OFF", "NONE"]), (422, "unknown-coupon", "/coupons/1")),
        (one(&["FIVE-OFF", "ONCE-EACH"]), (409, "coupon-used-up", "/coupons/1")),
        (one(&["ONCE"]), (409, "coupon-used-up", "/coupons/0")),
    ] {
        refused(&engine, &api, &body, expected).await;
    }
    // Five pounds off goes with discounts off products and shipping, not with another one off the order.
    shop::issue(&api, "MORE", &offer, &json!({})).await;
    refused(&engine, &api, &one(&["FIVE-OFF", "MORE"]), (422, "coupons-do-not-combine", "/coupons/1")).await;
    // A limit for each customer is none for guests, whom nobody can count.
    let guest = order_with(&[("A", 1)], &json!({"customer": null, "coupons": ["ONCE-EACH"]}));
    refused(&engine, &api, &guest, (422, "coupon-not-valid", "/coupons/0")).await;
    let another = order_with(&[("A", 1)], &json!({"customer": "c-2", "coupons": ["ONCE-EACH"]}));
    shop::place(&api, &another).await;
    engine.stop().await;
}

#[tokio::test]
async fn where_and_how_a_merchant_does_not_deliver_nothing_is_sold() {
    let (engine, api) = shop_with_terms().await;
    let _telling = api.tells(&["not-delivered"]);
    shop::at_rest(&api).await;
    let abroad = order_with(&[("A", 1)], &json!({"ship_to": {"recipient": "Ada Lovelace", "country": "FR"}}));
    refused(&engine, &api, &abroad, (422, "not-delivered", "/ship_to/country")).await;
    let by_pigeon = order_with(&[("A", 1)], &json!({"shipping_method": "pigeon"}));
    refused(&engine, &api, &by_pigeon, (422, "not-delivered", "/shipping_method")).await;
    engine.stop().await;
}

#[tokio::test]
async fn points_are_spent_by_whoever_has_them_where_they_are_taken() {
    let (engine, api) = shop_with_terms().await;
    let _telling = api.tells(&["not-enough-points", "points-not-usable"]);
    shop::at_rest(&api).await;
    let spend =
        |points: i64, customer: Value| order_with(&[("A", 1)], &json!({"customer": customer, "points": points}));
    refused(&engine, &api, &spend(501, json!("demo-customer")), (409, "not-enough-points", "/points")).await;
    refused(&engine, &api, &spend(1, json!("c-2")), (409, "not-enough-points", "/points")).await;
    refused(&engine, &api, &spend(100, json!(null)), (422, "points-not-usable", "/points")).await;
    // More than the order costs.
    shop::grant(&api, "demo-customer", 100_000).await;
    shop::at_rest(&api).await;
    refused(&engine, &api, &spend(50_000, json!("demo-customer")), (422, "points-not-usable", "/points")).await;
    shop::set(&api, "policies", &json!({})).await;
    shop::at_rest(&api).await;
    refused(&engine, &api, &spend(100, json!("demo-customer")), (422, "points-not-usable", "/points")).await;
    engine.stop().await;
}

/// The figures that the README's tour promises.
#[tokio::test]
async fn the_tours_quote_comes_to_what_it_says() {
    let (engine, api) = shop::open().await;
    api.stocked("LANTERN", 339, 10).await;
    let ten_off = json!({"kind": "percentage_off_lines", "rate": 100_000, "combines_with": ["order"]});
    shop::promote(&api, "ten-off", &ten_off).await;
    let pound_off = json!({"kind": "amount_off_order", "amount": gbp(100), "combines_with": ["product"]});
    shop::issue(&api, "POUND-OFF", &pound_off, &json!({"merchant": "demo-merchant", "uses_max": 100})).await;
    let body = json!({"currency": "GBP", "lines": [{"sku": "LANTERN", "quantity": 3}], "coupons": ["POUND-OFF"],
        "ship_to": {"recipient": "Ada Lovelace", "country": "GB"}});
    let quoted = quote(&api, &body).await.expect_status(200).body;
    assert_eq!(quoted["total"], gbp(815));
    let discounts = json!([{"promotion": "ten-off", "amount": 102}, {"coupon": "POUND-OFF", "amount": 100}]);
    assert_eq!(quoted["pricing"]["lines"][0]["discounts"], discounts);
    engine.stop().await;
}
