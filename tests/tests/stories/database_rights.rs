//! What the engine needs of a Postgres that is not its own: a database that its user owns, and a role that can only append;
//! or the owner's leave to do without that role.

use std::sync::Arc;

use purser_commands::database::{EngineRole, MigrationError, OwnerAsEngine, migrate};
use purser_projections::{rebuild::rebuild, verify::verify, views};
use purser_tests::{HandClock, TestDatabase, TestEngine};
use sqlx::Executor;

use purser_domain::upcast::Upcasters;

const CHANGE: &str = "update events set payload = '{}'";

#[tokio::test]
async fn an_owner_who_may_make_no_role_uses_the_one_that_is_there() {
    let database = TestDatabase::of_plain_owner(true).await;

    let role = migrate(database.owner_options(), OwnerAsEngine::Refused).await.unwrap();

    assert_eq!(role, EngineRole::Separate);
    let refused = sqlx::query(CHANGE).execute(&database.pool()).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    // Leave to do without the role is not a wish to: it stays in use.
    let again = migrate(database.owner_options(), OwnerAsEngine::Allowed).await.unwrap();
    assert_eq!(again, EngineRole::Separate);
}

#[tokio::test]
async fn an_owner_without_the_role_is_told_what_to_have_done_and_nothing_is_made() {
    let database = TestDatabase::of_plain_owner(false).await;

    let refusal = migrate(database.owner_options(), OwnerAsEngine::Refused).await.unwrap_err();

    assert!(matches!(refusal, MigrationError::NoRole { .. }), "{refusal}");
    let words = refusal.to_string();
    let grant = format!("grant purser_engine to {}", database.owner_options().get_username());
    assert!(words.contains("create role purser_engine nologin") && words.contains(&grant), "{words}");
    assert!(words.contains("owner_as_engine = true"), "{words}");
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn the_owner_may_be_the_engine_and_is_kept_from_the_past_by_a_right_given_up_and_a_trigger() {
    let database = TestDatabase::of_plain_owner(false).await;
    let clock: Arc<HandClock> = Arc::default();
    let engine = TestEngine::start_with(database, Arc::clone(&clock), |config| config.owner_as_engine = true).await;
    engine.api().stocked("A", 100, 10).await;
    let pool = engine.database().pool();

    let refused = sqlx::query(CHANGE).execute(&pool).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    let mut owner = engine.database().owner().await;
    owner.execute("grant update on events to current_user").await.unwrap();
    let refused = sqlx::query(CHANGE).execute(&mut owner).await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");

    let view = views::all().into_iter().find(|view| view.name() == "stock_level").unwrap();
    rebuild(&pool, view.as_ref(), &Upcasters::current(), clock.as_ref(), |_| {}).await.unwrap();
    verify(&pool, &views::all(), &Upcasters::current(), |_| {}).await.unwrap();

    let database = engine.stop().await;
    let refusal = migrate(database.owner_options(), OwnerAsEngine::Refused).await.unwrap_err();
    assert!(matches!(refusal, MigrationError::MadeForOwner { .. }), "{refusal}");
    migrate(database.owner_options(), OwnerAsEngine::Allowed).await.unwrap();
}

#[tokio::test]
async fn a_user_who_does_not_own_the_database_is_told_so() {
    let database = TestDatabase::of_plain_owner(false).await.for_a_stranger().await;

    let refusal = migrate(database.owner_options(), OwnerAsEngine::Refused).await.unwrap_err();

    assert!(matches!(refusal, MigrationError::Rights(_)), "{refusal}");
    assert!(refusal.to_string().contains("must own the database"), "{refusal}");
}
