//! Lists in pages: each item once, whatever happens between two pages, and no cursor but one's own.

use chrono::TimeDelta;
use purser_tests::{Api, TestEngine, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Seven orders of three products over two days, three of them cancelled after their payment.
async fn busy() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    for (sku, price) in [("A", 100), ("B", 100), ("C", 300)] {
        api.stocked(sku, price, 100).await;
    }
    for number in 0..7 {
        let (id, _) = api.placed(&[(["A", "B", "C"][number % 3], 1)]).await;
        shop::pay(&api, &id, [100, 100, 300][number % 3], &format!("tx-{number}")).await;
        if number % 2 == 1 {
            shop::cancel(&api, &id).await;
        }
        // Some orders are of the same moment.
        if number % 3 == 2 {
            engine.clock().advance(TimeDelta::hours(13));
        }
    }
    shop::at_rest(&api).await;
    (engine, api)
}

#[tokio::test]
async fn pages_of_any_length_are_the_list() {
    let (engine, api) = Box::pin(busy()).await;
    let id = shop::field(&api.get("/v1/orders?limit=1").await, "id").remove(0);
    let (staff, operator) = (&api.tokens().back_office, &api.tokens().operator);
    let history = format!("/v1/orders/{id}/history");
    for (path, token, length) in [
        ("/v1/orders", staff, 7),
        ("/v1/orders?direction=ascending", staff, 7),
        ("/v1/orders?sort=total", staff, 7),
        ("/v1/orders?sort=total&direction=ascending", staff, 7),
        ("/v1/orders?status=cancelled", staff, 3),
        ("/v1/orders?text=title&sku=A", staff, 3),
        ("/v1/products", staff, 3),
        ("/v1/stock", staff, 3),
        ("/v1/refunds", staff, 3),
        ("/v1/refunds?direction=descending", staff, 3),
        ("/v1/sales/days", staff, 2),
        ("/v1/sales/skus", staff, 3),
        ("/v1/sales/day-skus", staff, 4),
        ("/v1/statistics/days", staff, 2),
        ("/v1/statistics/minutes?from=2026-01-15T12:00:00Z", staff, 3),
        (&history, staff, 3),
        ("/v1/products/A/history", staff, 8),
        ("/v1/tokens", operator, 4),
    ] {
        let all = shop::items(&api.get_as(token, path).await);
        assert!(all.len() >= length, "{path}: {}", all.len());
        for limit in [1, 2, all.len() - 1, all.len(), 1_000] {
            let paged = shop::pages(&api, token, &shop::limited(path, limit)).await;
            assert_eq!(paged, all, "{path} in pages of {limit}");
        }
    }
    engine.stop().await;
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn orders_that_arrive_between_two_pages_neither_repeat_nor_hide_any() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 100, 1_000).await;
    for query in ["direction=descending", "direction=ascending", "sort=total", "sort=total&direction=ascending"] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        let before = ids(&shop::pages(&api, &api.tokens().back_office, &format!("/v1/orders?{query}")).await);
        for round in 0_i64.. {
            let path = shop::next(&format!("/v1/orders?{query}&limit=3"), cursor.as_deref());
            let page = api.get(&path).await;
            seen.extend(ids(&shop::items(&page)));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            // The first list has to be given something to turn the pages of.
            if round < 3 {
                for quantity in 1..=2 {
                    let (_, position) = api.placed(&[("A", quantity + round)]).await;
                    api.get(&format!("/v1/orders?limit=1&min_position={position}")).await;
                }
                engine.clock().advance(TimeDelta::seconds(round % 2));
            }
            if cursor.is_none() {
                break;
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{query}: an order came twice");
        assert!(before.iter().all(|id| seen.contains(id)), "{query}: an order was left out");
        // What is there already keeps its order among what comes.
        let kept: Vec<&String> = seen.iter().filter(|id| before.contains(id)).collect();
        assert_eq!(kept, before.iter().collect::<Vec<_>>(), "{query}");
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_only() {
    let (engine, api) = Box::pin(busy()).await;
    let _telling = api.tells(&["malformed-cursor"]);
    let staff = &api.tokens().back_office;
    let list = "/v1/orders?merchant=demo-merchant&limit=2";
    let cursor = api.get(list).await["next_cursor"].as_str().unwrap().to_owned();
    let refuse = async |path: &str, cursor: &str| {
        let refused = api.with_token(staff, Method::GET, &shop::next(path, Some(cursor))).send().await;
        refused.expect_problem(400, "malformed-cursor").expect_fault("parameter", "cursor");
    };
    for other in [
        "/v1/orders",
        "/v1/orders?merchant=another",
        "/v1/orders?merchant=demo-merchant&sort=total",
        "/v1/orders?merchant=demo-merchant&direction=ascending",
        "/v1/refunds?merchant=demo-merchant",
        "/v1/stock?merchant=demo-merchant",
        "/v1/products?merchant=demo-merchant",
        "/v1/sales/days?merchant=demo-merchant",
    ] {
        refuse(other, &cursor).await;
    }
    for end in [0, 1, 10, cursor.len() - 1] {
        refuse(list, &cursor[..end]).await;
    }
    for (index, byte) in cursor.bytes().enumerate() {
        let mut tampered = cursor.clone().into_bytes();
        tampered[index] = if byte == b'A' { b'B' } else { b'A' };
        refuse(list, std::str::from_utf8(&tampered).unwrap()).await;
    }
    refuse(list, &format!("{cursor}AAAA")).await;
    refuse(list, &"A".repeat(2_000)).await;
    // The length of the pages, the freshness and the order of the parameters are the reader's to change.
    let path = shop::next("/v1/orders?limit=1&min_position=1&merchant=demo-merchant", Some(&cursor));
    assert_eq!(shop::items(&api.get(&path).await).len(), 1);
    engine.stop().await;
}

#[tokio::test]
async fn a_parameter_that_is_unknown_twice_there_or_out_of_bounds_is_named() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-parameter"]);
    for (path, query, parameter) in [
        ("/v1/orders", "limit=0", "limit"),
        ("/v1/orders", "limit=1001", "limit"),
        ("/v1/orders", "limit=-1", "limit"),
        ("/v1/orders", "limit=ten", "limit"),
        ("/v1/orders", "limit=1&limit=2", "limit"),
        ("/v1/orders", "colour=red", "colour"),
        ("/v1/orders", "status=lost", "status"),
        ("/v1/orders", "status=", "status"),
        ("/v1/orders", "customer=a%20b", "customer"),
        ("/v1/orders", "sku=A@main", "sku"),
        ("/v1/orders", "total_min=1", "currency"),
        ("/v1/orders", "currency=GBP&total_min=-1", "total_min"),
        ("/v1/orders", "currency=gbp", "currency"),
        ("/v1/orders", "placed_from=yesterday", "placed_from"),
        ("/v1/orders", "sort=colour", "sort"),
        ("/v1/orders", "direction=up", "direction"),
        ("/v1/orders", "text=", "text"),
        ("/v1/orders", "min_position=x", "min_position"),
        ("/v1/orders/ord_00000000000000000000000000000000", "min_position=1.5", "min_position"),
        ("/v1/orders/ord_00000000000000000000000000000000", "limit=1", "limit"),
        ("/v1/products", "kind=idea", "kind"),
        ("/v1/products", "status=sold", "status"),
        ("/v1/stock", "location=a%20b", "location"),
        ("/v1/refunds", "status=lost", "status"),
        ("/v1/refunds", "order=1", "order"),
        ("/v1/sales/days", "to=2026-13-01", "to"),
        ("/v1/products/A/history", "cursor=x&colour=red", "colour"),
    ] {
        let path = format!("{path}?{query}");
        let refused = api.with_token(&api.tokens().back_office, Method::GET, &path).send().await;
        let refused = refused.expect_problem(400, "malformed-parameter");
        assert_eq!(refused.body["errors"][0]["parameter"], json!(parameter), "{path}: {}", refused.text);
    }
    engine.stop().await;
}
