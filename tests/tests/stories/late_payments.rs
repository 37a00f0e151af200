//! Money that comes after an order has ended: the order lives again, whole, or all of the money goes back.

use chrono::TimeDelta;
use purser_commands::{Answer, Command, Failure, MerchantChange, Refusal, Request};
use purser_domain::{
    ids::OrderId,
    order::{Capture, OrderAction, OrderRefusal, OrderStatus},
    principal::Principal,
    refund::{Claim, RefundCause},
};
use purser_tests::{
    Api, TestDatabase, TestEngine, Wish, WriteSide,
    shop::{self, Counts},
    write_side::{order_of, place, request},
};
use serde_json::{Value, json};

/// A shop whose merchant wants late money to reinstate orders.
async fn open() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    shop::set(&api, "policies", &json!({"late_payment": "reinstate"})).await;
    (engine, api)
}

/// Lets the payment window of an order close, and what it held be released.
async fn expire(engine: &TestEngine, api: &Api, order: &str) {
    engine.clock().advance(TimeDelta::minutes(30));
    shop::reaches(api, order, "expired").await;
    shop::at_rest(api).await;
}

async fn goes_back(api: &Api, order: &str, amount: i64, cause: &str) {
    let refunds = shop::refunds(api, order).await;
    assert_eq!(refunds.len(), 1, "{refunds:?}");
    assert_eq!((&refunds[0]["amount"]["amount"], &refunds[0]["cause"]), (&json!(amount), &json!(cause)));
}

async fn ends_whole(engine: TestEngine, api: &Api) {
    assert_eq!(shop::items(&shop::operator_get(api, "/v1/dead-letters").await), Vec::<Value>::new());
    // What is to be packed must leave in time; nothing else is waited for.
    let to_pack = shop::items(&api.get("/v1/fulfillments?status=open").await).len();
    assert_eq!(api.get("/v1/sagas").await["open_timers"], to_pack);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn an_order_that_expired_lives_again_with_its_stock_its_coupon_and_its_points() {
    let (engine, api) = open().await;
    let mut policies = shop::points_policy();
    policies["late_payment"] = json!("reinstate");
    shop::set(&api, "policies", &policies).await;
    let offer = json!({"kind": "amount_off_order", "amount": {"amount": 100, "currency": "GBP"}});
    shop::issue(&api, "POUND-OFF", &offer, &json!({"uses_max": 1})).await;
    shop::grant(&api, "demo-customer", 100).await;
    let wish = shop::order_with(&[("A", 3)], &json!({"coupons": ["POUND-OFF"], "points": 100}));
    let order = shop::place(&api, &wish).await;
    expire(&engine, &api, &order).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!((shop::uses(&api, "POUND-OFF").await, shop::points(&api, "demo-customer").await), ((0, 0), (100, 0)));

    shop::pay(&api, &order, 550, "tx-1").await;
    let seen = shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    assert_eq!(seen["payments"][0]["role"], "settlement");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 7, reserved: 0 });
    assert_eq!((shop::uses(&api, "POUND-OFF").await, shop::points(&api, "demo-customer").await), ((0, 1), (0, 0)));
    assert_eq!(shop::refunds(&api, &order).await, Vec::<Value>::new());
    let sold = api.get("/v1/sales/days").await["items"][0].clone();
    assert_eq!((&sold["orders"], &sold["units"]), (&json!(1), &json!(3)));
    let found = shop::items(&api.get("/v1/orders?status=processing").await);
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!(order)));
    // And it ends like any other.
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    goes_back(&api, &order, 550, "order_cancelled").await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!((shop::uses(&api, "POUND-OFF").await, shop::points(&api, "demo-customer").await), ((0, 0), (100, 0)));
    ends_whole(engine, &api).await;
}

/// The address is not kept; what was nearest at the placement is nearest still.
#[tokio::test]
async fn an_order_that_lives_again_is_served_by_its_merchants_rule() {
    let (engine, api) = open().await;
    shop::receive(&api, "A", "west", 5).await;
    let rule = |fields: &Value| {
        let mut policies = fields.clone();
        policies["late_payment"] = json!("reinstate");
        policies
    };
    let sites = json!([{"location": "west", "country": "GB"}, {"location": "main", "country": "US"}]);
    shop::set(&api, "policies", &rule(&json!({"allocation": "nearest", "sites": sites}))).await;
    let (nearest, _) = api.placed(&[("A", 1)]).await;
    expire(&engine, &api, &nearest).await;
    shop::pay(&api, &nearest, 250, "tx-1").await;
    let served = async |order: &str| {
        shop::reaches(&api, order, "processing").await;
        shop::at_rest(&api).await;
        shop::parcels(&api, order).await[0]["location"].clone()
    };
    assert_eq!(served(&nearest).await, "west");
    let (other, _) = api.placed(&[("A", 1)]).await;
    expire(&engine, &api, &other).await;
    let priority = json!({"allocation": "priority", "allocation_priority": ["north", "main"]});
    shop::set(&api, "policies", &rule(&priority)).await;
    shop::pay(&api, &other, 250, "tx-2").await;
    assert_eq!(served(&other).await, "main");
    ends_whole(engine, &api).await;
}

#[tokio::test]
async fn what_was_sold_meanwhile_does_not_come_back() {
    let (engine, api) = open().await;
    let (order, _) = api.placed(&[("A", 3)]).await;
    expire(&engine, &api, &order).await;
    let (other, _) = api.placed(&[("A", 8)]).await;
    shop::pay(&api, &order, 750, "tx-1").await;
    shop::pay(&api, &other, 2_000, "tx-2").await;
    shop::at_rest(&api).await;
    goes_back(&api, &order, 750, "late_payment").await;
    assert_eq!(shop::order(&api, &order).await["status"], "expired");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 2, reserved: 0 });
    ends_whole(engine, &api).await;
}

#[tokio::test]
async fn an_order_whose_coupon_or_points_were_used_meanwhile_does_not_live_again() {
    let (engine, api) = open().await;
    let mut policies = shop::points_policy();
    policies["late_payment"] = json!("reinstate");
    shop::set(&api, "policies", &policies).await;
    let offer = json!({"kind": "amount_off_order", "amount": {"amount": 100, "currency": "GBP"}});
    shop::issue(&api, "POUND-OFF", &offer, &json!({"uses_max": 1})).await;
    shop::grant(&api, "demo-customer", 100).await;
    let with = |fields: Value| shop::order_with(&[("A", 1)], &fields);
    let couponed = shop::place(&api, &with(json!({"coupons": ["POUND-OFF"]}))).await;
    let pointed = shop::place(&api, &with(json!({"points": 100}))).await;
    expire(&engine, &api, &couponed).await;
    shop::reaches(&api, &pointed, "expired").await;
    shop::at_rest(&api).await;
    let winner = shop::place(&api, &with(json!({"coupons": ["POUND-OFF"], "points": 100}))).await;
    shop::pay(&api, &couponed, 150, "tx-1").await;
    shop::pay(&api, &pointed, 150, "tx-2").await;
    shop::pay(&api, &winner, 50, "tx-3").await;
    shop::reaches(&api, &winner, "processing").await;
    shop::at_rest(&api).await;
    for order in [&couponed, &pointed] {
        goes_back(&api, order, 150, "late_payment").await;
        assert_eq!(shop::order(&api, order).await["status"], "expired");
    }
    assert_eq!((shop::uses(&api, "POUND-OFF").await, shop::points(&api, "demo-customer").await), ((0, 1), (0, 0)));
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 9, reserved: 0 });
    ends_whole(engine, &api).await;
}

#[tokio::test]
async fn a_purchase_limit_that_was_reached_meanwhile_keeps_an_order_from_living_again() {
    let (engine, api) = open().await;
    let mut limited = shop::product("demo-merchant", "B", "goods", 250);
    limited["purchase_limit"] = json!(1);
    api.post("/v1/products", &limited).send().await.expect_status(201);
    api.post("/v1/stock/B/receive", &json!({"quantity": 10})).send().await.expect_status(200);
    let (order, _) = api.placed(&[("B", 1)]).await;
    expire(&engine, &api, &order).await;
    let (other, _) = api.placed(&[("B", 1)]).await;
    shop::pay(&api, &other, 250, "tx-2").await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::at_rest(&api).await;
    goes_back(&api, &order, 250, "late_payment").await;
    ends_whole(engine, &api).await;
}

#[tokio::test]
async fn a_cancelled_order_does_not_live_again_and_nor_does_one_by_another_sum() {
    let (engine, api) = open().await;
    let (cancelled, _) = api.placed(&[("A", 1)]).await;
    let (expired, _) = api.placed(&[("A", 1)]).await;
    shop::cancel(&api, &cancelled).await;
    expire(&engine, &api, &expired).await;
    shop::pay(&api, &cancelled, 250, "tx-1").await;
    shop::pay(&api, &expired, 249, "tx-2").await;
    shop::at_rest(&api).await;
    goes_back(&api, &cancelled, 250, "late_payment").await;
    goes_back(&api, &expired, 249, "late_payment").await;
    assert_eq!(shop::events(engine.database(), "OrderReinstated").await, 0);
    ends_whole(engine, &api).await;
}

#[tokio::test]
async fn late_money_that_comes_twice_makes_one_order_and_one_refund() {
    let (engine, api) = open().await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    expire(&engine, &api, &order).await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::pay(&api, &order, 250, "tx-2").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    let refunds = shop::refunds(&api, &order).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(250)), "{refunds:?}");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 9, reserved: 0 });
    ends_whole(engine, &api).await;
}

/// An order whose window has closed, and money that came for it, about which nobody has decided yet.
async fn late() -> (TestDatabase, WriteSide, OrderId) {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    let policies = serde_json::from_value(json!({"late_payment": "reinstate"})).expect("policies");
    let change = MerchantChange::SetPolicies(policies);
    let merchant = "m1".parse().expect("a merchant");
    write_side.execute(Command::ChangeMerchant { merchant, change }).await.expect("policies that hold");
    let order = order_of(&write_side.execute(place(&[("A", 1)])).await.expect("a placement"));
    write_side.clock.advance(TimeDelta::minutes(30));
    write_side.execute(Command::ExpireOrder { order }).await.expect("an expiry");
    let Capture { reference, amount, .. } = money();
    let pay = Command::RecordPayment { order, reference, amount, tender: None, at: None };
    write_side.execute(pay).await.expect("a payment");
    (database, write_side, order)
}

fn money() -> Capture {
    serde_json::from_value(json!({"reference": "tx-1", "amount": {"amount": 250, "currency": "GBP"}})).expect("money")
}

async fn by_the_engine(write_side: &WriteSide, command: Command) -> Result<Answer, Failure> {
    let asked = Request { principal: Principal::Saga, ..request(command, None) };
    write_side.commands.execute(asked).await.map(|accepted| accepted.answer)
}

/// What it held was not released yet: it keeps it, and the release that comes later finds nothing to do.
#[tokio::test]
async fn an_order_that_lives_again_before_its_release_keeps_what_it_holds() {
    let (database, write_side, order) = late().await;
    let settle = || Command::SettleLatePayment { order, capture: money() };
    let paid = Answer::OrderIs { order, status: OrderStatus::Paid };
    for _ in 0..2 {
        assert_eq!(by_the_engine(&write_side, settle()).await, Ok(paid.clone()));
    }
    let release = by_the_engine(&write_side, Command::ReleaseReservations { order }).await.unwrap_err();
    let (action, status) = (OrderAction::ReleaseReservations, OrderStatus::Paid);
    assert_eq!(release, Failure::Refused(Refusal::Order(OrderRefusal::WrongStatus { action, status })));
    by_the_engine(&write_side, Command::StartProcessing { order }).await.expect("the work begins");
    assert_eq!(shop::events(&database, "OrderReinstated").await, 1);
    assert_eq!(shop::events(&database, "StockReserved").await, 1);
    assert_eq!(shop::events(&database, "ReservationReleased").await, 0);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

/// As an engine left it that did not know orders to live again.
#[tokio::test]
async fn money_whose_refund_was_requested_already_reinstates_nothing() {
    let (database, write_side, order) = late().await;
    let claim = Claim::whole(order, money(), RefundCause::LatePayment);
    by_the_engine(&write_side, Command::RequestRefund { claim: claim.clone() }).await.expect("a refund");
    let settle = Command::SettleLatePayment { order, capture: money() };
    let expired = Answer::OrderIs { order, status: OrderStatus::Expired };
    assert_eq!(by_the_engine(&write_side, settle).await, Ok(expired));
    by_the_engine(&write_side, Command::RequestRefund { claim }).await.expect("the same refund");
    assert_eq!(shop::events(&database, "RefundOwed").await, 1);
    assert_eq!(shop::events(&database, "RefundRequested").await, 1);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn late_money_is_decided_about_by_the_engine_alone() {
    let (database, write_side, order) = late().await;
    let before = shop::head(&database).await;
    let refused = write_side.execute(Command::SettleLatePayment { order, capture: money() }).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refusal::Order(OrderRefusal::Unknown)));
    assert_eq!(shop::head(&database).await, before);
    write_side.stop().await;
}

/// All that the decision needs is loaded by what the order tells.
#[tokio::test]
async fn a_node_that_remembers_nothing_reinstates_as_well() {
    let (database, write_side, order) = late().await;
    by_the_engine(&write_side, Command::ReleaseReservations { order }).await.expect("a release");
    write_side.stop().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    let settle = Command::SettleLatePayment { order, capture: money() };
    let paid = Answer::OrderIs { order, status: OrderStatus::Paid };
    assert_eq!(by_the_engine(&write_side, settle).await, Ok(paid));
    assert_eq!(shop::events(&database, "StockReserved").await, 2);
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}
