//! Whoever changes the past or a view behind the engine's back is found out, and the place is named.

use purser_domain::chain::ChainHash;
use purser_projections::verify::{Difference, VerifyError};
use purser_tests::{TestDatabase, Wish, WriteSide, shop, write_side::place};
use serde_json::json;
use sqlx::Executor;

/// A listing, a receipt, and two events for each order: eight in all, of five streams.
///
/// Positions: 1 listed, 2 received, 3 placed, 4 reserved, and so on; or reserved before placed.
async fn log_of_three_orders() -> TestDatabase {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    for _ in 0..3 {
        write_side.execute(place(&[("A", 2)])).await.expect("a placement");
    }
    write_side.stop().await;
    database
}

/// As a superuser, who can take the triggers away.
async fn tamper(database: &TestDatabase, statement: &str) {
    let mut owner = database.owner().await;
    owner.execute("set session_replication_role = replica").await.expect("a superuser");
    let changed = owner.execute(statement).await.expect(statement);
    assert_eq!(changed.rows_affected(), 1, "{statement}");
}

async fn difference(database: &TestDatabase) -> Difference {
    match shop::verified(database).await {
        Err(VerifyError::Difference(difference)) => difference,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let database = log_of_three_orders().await;
    let verified = shop::verified(&database).await.unwrap();
    assert_eq!((verified.events, verified.streams, verified.unreadable_events), (8, 5, 0));
    let head: Vec<u8> =
        sqlx::query_scalar("select hash from log_head").fetch_one(&mut database.owner().await).await.unwrap();
    assert_eq!(verified.head_hash, ChainHash::from_slice(&head).unwrap().to_string());
}

#[tokio::test]
async fn one_changed_byte_of_one_event_is_found() {
    for (position, change) in [
        (2, "update events set payload = replace(payload, '\"quantity\":10', '\"quantity\":11') where position = 2"),
        (3, "update events set metadata = replace(metadata, 'story', 'stork') where position = 3"),
        (5, "update events set recorded_at = recorded_at + interval '1 microsecond' where position = 5"),
        (6, "update events set event_type = 'StockReceived' where position = 6"),
        (8, "update events set event_version = '1.1' where position = 8"),
    ] {
        let database = log_of_three_orders().await;
        tamper(&database, change).await;
        let found = difference(&database).await;
        assert!(matches!(found, Difference::Hash { position: at, .. } if at == position), "{change}: {found:?}");
        assert!(found.to_string().contains(&format!("position {position}:")), "{found}");
    }
}

#[tokio::test]
async fn the_same_json_in_other_bytes_is_found() {
    let database = log_of_three_orders().await;
    tamper(&database, "update events set payload = payload || ' ' where position = 4").await;
    let found = difference(&database).await;
    assert!(
        matches!(found, Difference::WhiteSpace { position: 4, .. } | Difference::Hash { position: 4, .. }),
        "{found:?}"
    );
}

#[tokio::test]
async fn json_that_is_none_any_more_is_found() {
    let database = log_of_three_orders().await;
    tamper(&database, "update events set metadata = metadata || '}' where position = 4").await;
    let found = difference(&database).await;
    assert!(matches!(found, Difference::NotJson { position: 4, column: "metadata", .. }), "{found:?}");
}

#[tokio::test]
async fn a_changed_hash_is_found_at_its_event_and_at_the_head() {
    let database = log_of_three_orders().await;
    tamper(&database, "update events set hash = set_byte(hash, 31, get_byte(hash, 31) # 1) where position = 4").await;
    let found = difference(&database).await;
    assert!(matches!(found, Difference::Hash { position: 4, .. }), "{found:?}");
    let database = log_of_three_orders().await;
    tamper(&database, "update log_head set hash = set_byte(hash, 0, get_byte(hash, 0) # 1)").await;
    let found = difference(&database).await;
    assert!(matches!(found, Difference::HeadHash { position: 8, .. }), "{found:?}");
}

#[tokio::test]
async fn a_removed_event_is_missed_at_its_position() {
    for (missing, next) in [(1, Some(2)), (5, Some(6)), (8, None)] {
        let database = log_of_three_orders().await;
        tamper(&database, &format!("delete from events where position = {missing}")).await;
        assert_eq!(difference(&database).await, Difference::Position { missing, next });
    }
}

#[tokio::test]
async fn an_event_beyond_the_head_is_found() {
    let database = log_of_three_orders().await;
    let insert = "insert into events
                  select aggregate_type, 'ord_x', 1, event_type, event_version, payload, metadata, 9, recorded_at, hash
                  from events where position = 3";
    tamper(&database, insert).await;
    assert_eq!(difference(&database).await, Difference::BeyondHead { position: 9, head: 8 });
}

#[tokio::test]
async fn a_changed_row_of_a_view_is_found_and_named() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &order, 500, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    let database = engine.stop().await;
    shop::verified(&database).await.unwrap();
    for (view, table, change, back) in [
        ("stock_level", "stock_level", "set on_hand = on_hand + 1", "set on_hand = on_hand - 1"),
        ("sales", "sales_day_sku", "set gross = gross - 1", "set gross = gross + 1"),
        ("statistics", "statistics_day", "set paid = paid + 1", "set paid = paid - 1"),
        ("order_search", "order_search_status", "set status = 'paid'", "set status = 'processing'"),
        ("catalogue", "product", "set title = 'Another'", "set title = 'Title of A'"),
        (
            "order_detail",
            "order_detail",
            "set placed = replace(placed, 'London', 'Berlin')",
            "set placed = replace(placed, 'Berlin', 'London')",
        ),
    ] {
        tamper(&database, &format!("update views.{table} {change}")).await;
        let found = difference(&database).await;
        let Difference::Row(row) = &found else { panic!("{found:?}") };
        assert_eq!((row.view, row.table), (view, table));
        assert!(row.stored.is_some() && row.derived.is_some() && row.stored != row.derived, "{row:?}");
        tamper(&database, &format!("update views.{table} {back}")).await;
    }
    shop::verified(&database).await.unwrap();
    tamper(&database, "delete from views.stock_level").await;
    let Difference::Row(row) = difference(&database).await else { panic!("a missing row was not missed") };
    assert_eq!(row.key, json!({"sku": "A", "location": "main"}));
    assert!(row.stored.is_none() && row.derived.is_some(), "{row:?}");
}

#[tokio::test]
async fn a_row_too_many_and_a_checkpoint_too_far_are_found() {
    let (engine, api) = shop::open().await;
    let head = api.stocked("A", 250, 10).await;
    shop::at_rest(&api).await;
    let database = engine.stop().await;
    let insert = "insert into views.stock_level (sku, location, on_hand, reserved, waiting, position, changed_at)
                  select 'B', location, on_hand, reserved, waiting, position, changed_at from views.stock_level";
    tamper(&database, insert).await;
    let Difference::Row(row) = difference(&database).await else { panic!("a row too many was not found") };
    assert_eq!(row.key, json!({"sku": "B", "location": "main"}));
    assert!(row.derived.is_none(), "{row:?}");
    tamper(&database, "delete from views.stock_level where sku = 'B'").await;
    tamper(&database, "update follower_checkpoints set position = position + 1 where follower = 'sales'").await;
    let expected = Difference::ViewBeyondHead { view: "sales", position: head + 1, head };
    assert_eq!(difference(&database).await, expected);
}
