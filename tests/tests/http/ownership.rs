//! Two customers and two merchants: what is not theirs does not exist for them.

use purser_tests::{Answered, Api, TestEngine, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Two merchants with a product each, two customers with two paid orders each, one of either merchant.
struct Market {
    engine: TestEngine,
    api: Api,
    /// `demo-customer` and `c-2`.
    customers: [String; 2],
    /// `demo-merchant`, who sells `A`, and `m-2`, who sells `B`.
    merchants: [String; 2],
    /// By customer, then by merchant.
    orders: [[String; 2]; 2],
}

async fn market() -> Market {
    let (engine, api) = shop::open().await;
    shop::stocked(&api, "demo-merchant", "A", 100, 100).await;
    shop::stocked(&api, "m-2", "B", 200, 100).await;
    let customers = [api.tokens().customer.clone(), shop::token(&api, "customer", "c-2").await];
    let merchants = [api.tokens().merchant.clone(), shop::token(&api, "merchant", "m-2").await];
    let mut orders = [const { [const { String::new() }; 2] }; 2];
    for (customer, own) in customers.iter().zip(&mut orders) {
        for ((sku, price), own) in [("A", 100), ("B", 200)].into_iter().zip(own) {
            let mut body = order(&[(sku, 1)]);
            body.as_object_mut().unwrap().remove("customer");
            body["reference"] = json!("SHARED");
            let placed = api.post_as(customer, "/v1/orders", &body).send().await.expect_status(201);
            placed.body["id"].as_str().unwrap().clone_into(own);
            shop::pay(&api, own, price, &format!("tx-{own}")).await;
            shop::reaches(&api, own, "processing").await;
        }
    }
    shop::at_rest(&api).await;
    Market { engine, api, customers, merchants, orders }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

/// A refusal without what is different in every answer.
fn told(answered: &Answered) -> Value {
    let mut body = answered.body.clone();
    body.as_object_mut().unwrap().remove("instance");
    body
}

#[tokio::test]
async fn an_order_of_others_is_as_unknown_as_one_that_never_was() {
    let Market { engine, api, customers, merchants, orders } = Box::pin(market()).await;
    let _telling = api.tells(&["not-found"]);
    let never = "ord_00000000000000000000000000000000";
    let reason = json!({"reason": "not mine"});
    let asked = [
        (&customers[0], &orders[1][0], &["", "/cancel"][..]),
        (&customers[1], &orders[0][0], &["", "/cancel"]),
        (&merchants[0], &orders[0][1], &["", "/cancel", "/ship", "/deliver", "/complete"]),
        (&merchants[1], &orders[0][0], &["", "/cancel", "/ship", "/deliver", "/complete"]),
    ];
    for (token, others, steps) in asked {
        for step in steps {
            let call = |id: &str| {
                let path = format!("/v1/orders/{id}{step}");
                match *step {
                    "" => api.with_token(token, Method::GET, &path),
                    "/cancel" => api.post_as(token, &path, &reason),
                    _ => api.post_as(token, &path, &json!({})),
                }
            };
            let refused = shop::refused(&engine, call(others), 404, "not-found").await;
            let unknown = shop::refused(&engine, call(never), 404, "not-found").await;
            assert_eq!(told(&refused), told(&unknown), "{step} tells that there is something");
        }
    }
    // Their own they may end.
    let path = format!("/v1/orders/{}/cancel", orders[1][1]);
    api.post_as(&merchants[1], &path, &reason).send().await.expect_status(200);
    let path = format!("/v1/orders/{}/cancel", orders[1][0]);
    api.post_as(&customers[1], &path, &reason).send().await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_search_finds_ones_own_orders_whatever_it_asks_for() {
    let Market { engine, api, customers, merchants, orders } = Box::pin(market()).await;
    let found = async |token: &str, query: &str| {
        sorted(shop::field(&api.get_as(token, &format!("/v1/orders?{query}")).await, "id"))
    };
    let none = Vec::<String>::new();
    for (me, other) in [(0, 1), (1, 0)] {
        let names = ["demo-customer", "c-2"];
        for query in
            ["", "reference=SHARED", "status=processing", "text=title", "currency=GBP&total_min=0", "sort=total"]
        {
            assert_eq!(found(&customers[me], query).await, sorted(orders[me].to_vec()), "{query}");
        }
        assert_eq!(found(&customers[me], "merchant=m-2").await, [orders[me][1].clone()]);
        assert_eq!(found(&customers[me], &format!("customer={}", names[other])).await, none);
        let names = ["demo-merchant", "m-2"];
        let sold = sorted(orders.iter().map(|of_customer| of_customer[me].clone()).collect());
        for query in ["", "reference=SHARED", "status=processing", "text=title", "sort=total"] {
            assert_eq!(found(&merchants[me], query).await, sold, "{query}");
        }
        assert_eq!(found(&merchants[me], "customer=c-2").await, [orders[1][me].clone()]);
        assert_eq!(found(&merchants[me], &format!("merchant={}", names[other])).await, none);
        assert_eq!(found(&merchants[me], &format!("sku={}", ["A", "B"][other])).await, none);
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_cursor_of_others_opens_nothing_of_theirs() {
    let Market { engine, api, customers, merchants, orders } = Box::pin(market()).await;
    for query in ["limit=1", "limit=1&direction=ascending", "limit=1&sort=total"] {
        let path = format!("/v1/orders?{query}");
        for owner in customers.iter().chain(&merchants).chain([&api.tokens().back_office]) {
            let cursor = api.get_as(owner, &path).await["next_cursor"].as_str().unwrap().to_owned();
            let rest = shop::next(&format!("/v1/orders?{}", query.replace("limit=1", "limit=1000")), Some(&cursor));
            for (me, token) in customers.iter().enumerate() {
                let found = shop::field(&api.get_as(token, &rest).await, "id");
                assert!(found.iter().all(|id| orders[me].contains(id)), "{found:?}");
            }
            for (me, token) in merchants.iter().enumerate() {
                let found = shop::field(&api.get_as(token, &rest).await, "id");
                assert!(found.iter().all(|id| orders.iter().any(|of_customer| of_customer[me] == *id)), "{found:?}");
            }
        }
    }
    engine.stop().await;
}

#[tokio::test]
async fn stock_and_sales_of_another_merchant_are_not_there() {
    let Market { engine, api, merchants, .. } = Box::pin(market()).await;
    let gross = |sales: &Value| -> Vec<i64> {
        shop::items(sales).iter().map(|row| row["gross"]["amount"].as_i64().unwrap()).collect()
    };
    for (me, other) in [(0, 1), (1, 0)] {
        let (token, skus, names) = (&merchants[me], ["A", "B"], ["demo-merchant", "m-2"]);
        for query in ["", "location=main", "limit=1"] {
            let list = api.get_as(token, &format!("/v1/stock?{query}")).await;
            assert_eq!(shop::field(&list, "sku"), [skus[me]], "{query}");
            assert!(list.get("next_cursor").is_none(), "a page of somebody else's stock is promised");
        }
        let others = api.get_as(token, &format!("/v1/stock?merchant={}", names[other])).await;
        assert_eq!(others["items"], json!([]));
        let call = api.with_token(token, Method::GET, &format!("/v1/stock/{}", skus[other]));
        let refused = shop::refused(&engine, call, 404, "not-found").await;
        let unknown = api.with_token(token, Method::GET, "/v1/stock/NONE").send().await;
        assert_eq!(told(&refused), told(&unknown));
        for (step, body) in [("reprice", json!({"price": {"amount": 1, "currency": "GBP"}})), ("delist", json!({}))] {
            let call = api.post_as(token, &format!("/v1/products/{}/{step}", skus[other]), &body);
            shop::refused(&engine, call, 404, "not-found").await;
        }
        for view in ["days", "skus", "day-skus"] {
            let own = api.get_as(token, &format!("/v1/sales/{view}")).await;
            assert_eq!(gross(&own), [[200, 400][me]], "{view}");
            for query in [format!("merchant={}", names[other]), format!("sku={}", skus[other])] {
                let others = api.get_as(token, &format!("/v1/sales/{view}?{query}")).await;
                assert_eq!(others, json!({"items": []}), "{view}?{query}");
            }
        }
        for view in ["days", "minutes"] {
            let path = format!("/v1/statistics/{view}");
            let own = shop::items(&api.get_as(token, &path).await);
            assert_eq!((own.len(), &own[0]["sales"]["gross"]), (1, &json!([200, 400][me])), "{view}");
            let others = api.get_as(token, &format!("{path}?merchant={}", names[other])).await;
            assert_eq!(others, json!({"items": []}), "{view}");
        }
    }
    engine.stop().await;
}
