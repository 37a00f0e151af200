//! The past cannot be changed: not by the engine's role, not by the owner.

use purser_tests::{TestDatabase, Wish, WriteSide};

const CHANGES: [&str; 4] =
    ["update events set payload = '{}'", "delete from events", "truncate events", "delete from log_head"];

async fn log_with_a_past() -> TestDatabase {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    write_side.stop().await;
    database
}

#[tokio::test]
async fn the_engines_role_may_not_change_the_log() {
    let database = log_with_a_past().await;
    let pool = database.pool();
    for change in CHANGES {
        let refused = sqlx::query(change).execute(&pool).await.expect_err(change);
        assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
    }
}

#[tokio::test]
async fn the_owner_is_refused_by_a_trigger() {
    let database = log_with_a_past().await;
    for change in CHANGES {
        let refused = sqlx::query(change).execute(&mut database.owner().await).await.expect_err(change);
        assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
    }
    let left: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&mut database.owner().await)
        .await
        .expect("a count");
    assert_eq!(left, 2);
}
