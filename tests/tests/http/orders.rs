//! An order from its placement to its end, as each of those who may look at it sees it.

use chrono::TimeDelta;
use purser_tests::{api::order, shop};
use serde_json::{Value, json};

#[tokio::test]
async fn a_placed_order_is_found_where_the_answer_says() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/orders", "GET /v1/orders/{id}"]);
    let stocked = api.stocked("A", 250, 10).await;
    let customer = &api.tokens().customer;
    let mut body = order(&[("A", 2), ("A", 1)]);
    body["reference"] = json!("INV-1");
    let placed = api.post_as(customer, "/v1/orders", &body).send().await.expect_status(201);
    let id = placed.body["id"].as_str().unwrap();
    let total = json!({"amount": 750, "currency": "GBP"});
    let answer = json!({"id": id, "status": "pending_payment", "merchant": "demo-merchant", "total": total,
        "pay_by": "2026-01-15T12:30:00.000000Z", "position": stocked + 2});
    assert_eq!(placed.body, answer);
    assert_eq!(placed.header("location"), format!("/v1/orders/{id}"));
    let path = format!("{}?min_position={}", placed.header("location"), placed.position());
    let line = |quantity: i64| {
        json!({"sku": "A", "title": "Title of A", "kind": "goods", "quantity": quantity, "unit_price": 250,
            "total": 250 * quantity})
    };
    let seen = api.get_as(customer, &path).await;
    let at = "2026-01-15T12:00:00.000000Z";
    let expected = json!({"id": id, "status": "pending_payment", "customer": "demo-customer",
        "merchant": "demo-merchant", "reference": "INV-1", "lines": [line(2), line(1)], "total": total,
        "ship_to": body["ship_to"], "placed_at": at, "pay_by": "2026-01-15T12:30:00.000000Z", "payments": [],
        "history": [{"event": "OrderPlaced", "status": "pending_payment", "at": at, "position": stocked + 1,
            "recorded_at": at}],
        "position": stocked + 1});
    assert_eq!(seen, expected);
    // Where the goods lie is told to those who send them, and who did something to the staff alone.
    let allocated = json!([{"sku": "A", "location": "main", "quantity": 3}]);
    let by_merchant = api.get_as(&api.tokens().merchant, &path).await;
    assert_eq!((&by_merchant["allocations"], &by_merchant["history"][0]["actor"]), (&allocated, &Value::Null));
    let by_staff = api.get(&path).await;
    assert_eq!(by_staff["allocations"], allocated);
    assert_eq!(by_staff["history"][0]["actor"], "customer:demo-customer");
    engine.stop().await;
}

#[tokio::test]
async fn an_order_is_paid_shipped_delivered_and_completed() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&[
        "POST /v1/orders/{id}/pay",
        "POST /v1/orders/{id}/ship",
        "POST /v1/orders/{id}/deliver",
        "POST /v1/orders/{id}/complete",
    ]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 2)]).await;
    engine.clock().advance(TimeDelta::minutes(10));
    let payment =
        json!({"reference": "tx-1", "amount": {"amount": 500, "currency": "GBP"}, "at": "2026-01-15T12:05:00Z"});
    let paid = api.post(&format!("/v1/orders/{id}/pay"), &payment).send().await.expect_status(200);
    assert_eq!(paid.body, json!({"id": id, "status": "paid", "position": paid.position()}));
    shop::reaches(&api, &id, "processing").await;
    let merchant = &api.tokens().merchant;
    let mut position = 0;
    for (step, body, status) in [
        ("ship", json!({"tracking": "RM1"}), "shipped"),
        ("deliver", json!({}), "delivered"),
        ("complete", json!({}), "completed"),
    ] {
        let path = format!("/v1/orders/{id}/{step}");
        let changed = api.post_as(merchant, &path, &body).send().await.expect_status(200);
        position = changed.position();
        assert_eq!(changed.body, json!({"id": id, "status": status, "position": position}));
        // The same step again finds it done.
        let again = api.post_as(merchant, &path, &body).send().await.expect_status(200);
        assert_eq!(again.body["status"], status);
        assert_eq!(shop::head(engine.database()).await, position);
    }
    let seen = api.get(&format!("/v1/orders/{id}?min_position={position}")).await;
    assert_eq!((&seen["status"], &seen["tracking"]), (&json!("completed"), &json!("RM1")));
    let settled = json!([{"role": "settlement", "reference": "tx-1", "amount": {"amount": 500, "currency": "GBP"},
        "at": "2026-01-15T12:05:00.000000Z"}]);
    assert_eq!(seen["payments"], settled);
    let steps: Vec<&str> =
        seen["history"].as_array().unwrap().iter().map(|step| step["event"].as_str().unwrap()).collect();
    let expected = [
        "OrderPlaced",
        "OrderPaid",
        "ProcessingStarted",
        "ParcelShipped",
        "OrderShipped",
        "ParcelDelivered",
        "OrderDelivered",
        "OrderCompleted",
    ];
    assert_eq!(steps, expected);
    assert!(seen["history"][2]["actor"].as_str().unwrap().starts_with("saga:"), "{seen}");
    engine.stop().await;
}

#[tokio::test]
async fn a_cancelled_order_gives_its_stock_back_and_keeps_the_reason() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/cancel"]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 2)]).await;
    let reason = json!({"reason": "found it cheaper"});
    let path = format!("/v1/orders/{id}/cancel");
    let cancelled = api.post_as(&api.tokens().customer, &path, &reason).send().await.expect_status(200);
    assert_eq!(cancelled.body, json!({"id": id, "status": "cancelled", "position": cancelled.position()}));
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", cancelled.position())).await;
    assert_eq!(seen["history"][1]["reason"], "found it cheaper");
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 10, reserved: 0 });
    engine.stop().await;
}

#[tokio::test]
async fn an_order_of_nothing_to_pay_is_paid_at_once_and_the_back_office_states_terms() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let mut body = order(&[("A", 2)]);
    body["lines"][0]["unit_price"] = json!(0);
    body["placed_at"] = json!("2010-12-01T09:26:00.1234567+01:00");
    body.as_object_mut().unwrap().remove("customer");
    let placed = api.post("/v1/orders", &body).send().await.expect_status(201);
    assert_eq!((&placed.body["status"], &placed.body["total"]["amount"]), (&json!("paid"), &json!(0)));
    let id = placed.body["id"].as_str().unwrap();
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", placed.position())).await;
    assert_eq!((&seen["placed_at"], seen.get("customer")), (&json!("2010-12-01T08:26:00.123456Z"), None));
    assert_eq!(seen["pay_by"], "2026-01-15T12:30:00.000000Z");
    engine.stop().await;
}

#[tokio::test]
async fn orders_are_searched_by_whatever_is_known_of_them() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /v1/orders"]);
    shop::stocked(&api, "m-1", "A", 100, 100).await;
    shop::stocked(&api, "m-2", "B", 250, 100).await;
    let mut position = 0;
    for (reference, customer, sku, quantity) in
        [("R-1", "c-1", "A", 1), ("R-2", "c-2", "A", 5), ("R-3", "c-1", "B", 1), ("R-4", "c-2", "B", 10)]
    {
        let mut body = order(&[(sku, quantity)]);
        (body["reference"], body["customer"]) = (json!(reference), json!(customer));
        position = api.post("/v1/orders", &body).send().await.expect_status(201).position();
        engine.clock().advance(TimeDelta::minutes(1));
    }
    let found = api.get(&format!("/v1/orders?reference=R-2&min_position={position}")).await;
    let id = found["items"][0]["id"].as_str().unwrap().to_owned();
    let summary = json!([{"id": id, "status": "pending_payment", "customer": "c-2", "merchant": "m-1",
        "reference": "R-2", "total": {"amount": 500, "currency": "GBP"}, "units": 5, "line_count": 1,
        "placed_at": "2026-01-15T12:01:00.000000Z", "position": found["items"][0]["position"]}]);
    assert_eq!(found["items"], summary);
    let reason = json!({"reason": "changed my mind"});
    let position = api.post(&format!("/v1/orders/{id}/cancel"), &reason).send().await.expect_status(200).position();
    for (query, references) in [
        ("", "R-4 R-3 R-2 R-1"),
        ("direction=ascending", "R-1 R-2 R-3 R-4"),
        ("sort=total", "R-4 R-2 R-3 R-1"),
        ("customer=c-1", "R-3 R-1"),
        ("merchant=m-2", "R-4 R-3"),
        ("sku=A", "R-2 R-1"),
        ("status=cancelled", "R-2"),
        ("status=cancelled,pending_payment", "R-4 R-3 R-2 R-1"),
        ("currency=GBP&total_min=250&total_max=500", "R-3 R-2"),
        ("currency=EUR", ""),
        ("placed_from=2026-01-15T12:01:00Z&placed_until=2026-01-15T12:03:00Z", "R-3 R-2"),
        ("text=title%20b", "R-4 R-3"),
        ("customer=c-1&sku=A&status=pending_payment", "R-1"),
        ("reference=R-9", ""),
    ] {
        let found = api.get(&format!("/v1/orders?min_position={position}&{query}")).await;
        assert_eq!(shop::field(&found, "reference").join(" "), references, "{query}");
    }
    engine.stop().await;
}
