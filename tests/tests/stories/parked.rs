//! An event that cannot be understood stops its own stream and nothing else, loudly, until an operator decides.

use std::sync::Arc;

use purser_projections::views;
use purser_tests::{
    Api, TestEngine,
    foreign::{self, SHIPPED, TELEPORTED},
    shop::{self, Counts},
};
use reqwest::Method;
use serde_json::{Value, json};

async fn parked(api: &Api) -> Vec<Value> {
    shop::items(&shop::operator_get(api, "/v1/parked-events").await)
}

async fn decide(api: &Api, follower: &str, position: i64, decision: &str) -> purser_tests::Answered {
    shop::operator_post(api, &format!("/v1/parked-events/{follower}/{position}/{decision}")).await
}

/// An engine whose log holds, of one order that is being worked on, an event that nobody understands and one after it.
struct Poisoned {
    engine: TestEngine,
    api: Api,
    order: String,
    poison: i64,
}

async fn poisoned() -> Poisoned {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    let clock = Arc::clone(engine.clock());
    let database = engine.stop().await;
    let poison = foreign::append(&database, &order, TELEPORTED).await;
    foreign::append(&database, &order, SHIPPED).await;
    let engine = TestEngine::start_on(database, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    Poisoned { engine, api, order, poison }
}

fn followers() -> Vec<&'static str> {
    let mut followers: Vec<&str> = views::all().iter().map(|view| view.name()).collect();
    followers.push("sagas");
    followers.sort_unstable();
    followers
}

#[tokio::test]
async fn a_poison_event_parks_its_stream_everywhere_and_the_rest_goes_on() {
    let Poisoned { engine, api, order, poison } = Box::pin(poisoned()).await;
    let (other, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &other, 500, "tx-2").await;
    shop::reaches(&api, &other, "processing").await;
    shop::at_rest(&api).await;
    let parked = parked(&api).await;
    let views: Vec<&str> = followers().into_iter().filter(|follower| *follower != "sagas").collect();
    // Nothing follows from a shipment, so that the sagas need not keep it.
    for (position, is_poison, parked_by) in [(poison, true, &followers()), (poison + 1, false, &views)] {
        let at: Vec<&Value> = parked.iter().filter(|event| event["position"] == position).collect();
        let by: Vec<&str> = at.iter().filter_map(|event| event["view"].as_str()).collect();
        assert_eq!(by, *parked_by);
        for event in at {
            assert_eq!(event["aggregate_id"], order);
            assert_eq!(event["error"].is_string(), is_poison, "{event}");
        }
    }
    assert_eq!(parked.len(), followers().len() + views.len(), "{parked:?}");
    // What came before the poison is there, what came after it waits.
    assert_eq!(shop::order(&api, &order).await["status"], "processing");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 7, reserved: 0 });
    let status = api.get("/v1/views/order_detail").await;
    assert_eq!((&status["parked_events"], &status["skipped_events"]), (&json!(2), &json!(0)));
    let verified = shop::verified(engine.database()).await.unwrap();
    assert_eq!(verified.unreadable_events, 1);
    assert!(verified.views.iter().all(|view| view.left_out == 2), "{verified:?}");
    engine.stop().await;
}

#[tokio::test]
async fn an_operator_skips_a_poison_event_and_what_waited_goes_on() {
    let Poisoned { engine, api, order, poison } = Box::pin(poisoned()).await;
    shop::at_rest(&api).await;
    decide(&api, "order_detail", poison, "retry").await.expect_problem(409, "still-poison");
    decide(&api, "order_detail", poison + 1, "skip").await.expect_problem(409, "not-first-parked");
    decide(&api, "order_detail", poison - 1, "skip").await.expect_problem(404, "not-found");
    let back_office = &api.tokens().back_office;
    let path = format!("/v1/parked-events/order_detail/{poison}/skip");
    api.with_token(back_office, Method::POST, &path).send().await.expect_problem(403, "forbidden");
    assert_eq!(parked(&api).await.len(), 2 * followers().len() - 1);
    for follower in followers() {
        let freed = decide(&api, follower, poison, "skip").await.expect_status(200);
        assert_eq!(freed.body, json!({"folded_events": i64::from(follower != "sagas")}), "{follower}");
    }
    assert_eq!(parked(&api).await, Vec::<Value>::new());
    let detail = shop::order(&api, &order).await;
    assert_eq!((&detail["status"], &detail["tracking"]), (&json!("shipped"), &json!("T-1")));
    let found = api.get("/v1/orders?status=shipped").await;
    assert_eq!(found["items"][0]["id"], order);
    let on_record = shop::items(&shop::operator_get(&api, "/v1/parked-events?with_skipped=true").await);
    assert_eq!(on_record.len(), followers().len());
    assert!(on_record.iter().all(|event| event["skipped_by"].as_str().is_some_and(|by| by.starts_with("operator"))));
    // The stream is free again, for events to come and for a rebuild, which leaves out the same event.
    foreign::append(
        engine.database(),
        &order,
        ("OrderDelivered", r#"{"OrderDelivered":{"at":"2026-01-15T12:00:00Z"}}"#),
    )
    .await;
    shop::reaches(&api, &order, "delivered").await;
    shop::operator_post(&api, "/v1/views/order_detail/rebuild").await.expect_status(202);
    purser_tests::wait::until("the rebuild ends", async || {
        (api.get("/v1/views/order_detail").await["rebuild"]["running"] == false).then_some(())
    })
    .await;
    shop::at_rest(&api).await;
    assert_eq!(shop::order(&api, &order).await["status"], "delivered");
    assert_eq!(parked(&api).await, Vec::<Value>::new());
    let verified = shop::verified(engine.database()).await.unwrap();
    assert!(verified.views.iter().all(|view| view.left_out == 1), "{verified:?}");
    engine.stop().await;
}

/// The write side cannot know the state of an order whose stream it cannot read. That is this order's trouble alone.
#[tokio::test]
async fn a_command_to_an_order_that_cannot_be_read_fails_and_others_do_not() {
    let Poisoned { engine, api, order, .. } = Box::pin(poisoned()).await;
    let refused = api.post(&format!("/v1/orders/{order}/deliver"), &json!({})).send().await;
    let (other, _) = api.placed(&[("A", 1)]).await;
    assert!(refused.status.is_server_error(), "{}", refused.text);
    shop::pay(&api, &other, 250, "tx-2").await;
    shop::reaches(&api, &other, "processing").await;
    engine.stop().await;
}
