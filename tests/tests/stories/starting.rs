//! What a start leaves behind that comes to nothing.

use std::sync::Arc;

use purser::engine::{Engine, StartError};
use purser_tests::{HandClock, TestDatabase, engine::config};

#[tokio::test]
async fn a_taken_address_is_told_before_anything_is_made() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let database = TestDatabase::of_plain_owner(true).await;
    let home = tempfile::tempdir().unwrap();
    let mut config = config(&home.path().join("data"), &database);
    config.listen = format!("localhost:{}", taken.local_addr().unwrap().port()).parse().unwrap();

    let refusal = Engine::start(&config, Arc::<HandClock>::default(), None).await.unwrap_err();

    assert!(matches!(refusal, StartError::Listen(_)), "{refusal}");
    assert!(refusal.to_string().starts_with(&format!("cannot listen on {}: ", config.listen)), "{refusal}");
    assert!(!config.data_dir.exists());
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(tables, 0);
}
