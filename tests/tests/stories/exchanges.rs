//! Exchanges at a write side that has to load everything for each command: all that a decision needs is named by what it
//! concerns.

use purser_commands::{Answer, Command, Failure, FulfillmentChange, Refusal, Request, RequestReturn};
use purser_domain::{
    ids::{FulfillmentId, OrderId, ReturnId},
    principal::Principal,
    returns::{ReturnKind, ReturnRefusal, ReturnStatus},
};
use purser_tests::{
    TestDatabase, Wish, WriteSide, shop,
    write_side::{claiming, listing, main, offer, order_of, receive, request},
};
use serde_json::json;

/// Two of `A`, of which nobody buys more than two, bought with a coupon and points, have come back for two of `B`: one piece
/// of it is at `main`, and one at `north`.
async fn sent_in_exchange() -> (TestDatabase, WriteSide, OrderId, ReturnId) {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish { cached_aggregates: 1, ..Wish::default() }).await;
    offer(&write_side, 1, 100).await;
    write_side.stock("B", 1).await;
    let mut rare = listing(250);
    rare.purchase_limit = Some(2.try_into().expect("a limit"));
    let (sku, quantity) = ("A".parse().expect("a sku"), 1.try_into().expect("a quantity"));
    let north = "B@north".parse().expect("a stock");
    for command in [
        Command::ListProduct { sku, listing: rare },
        receive("A", 2),
        Command::ReceiveStock { stock: north, quantity, at: None },
    ] {
        write_side.execute(command).await.expect("a shop");
    }
    let order = order_of(&write_side.execute(claiming(&[("A", 2)], 100)).await.expect("a placement"));
    let id = ReturnId::from_uuid(order.as_uuid());
    let amount = serde_json::from_value(json!({"amount": 150, "currency": "GBP"})).expect("money");
    let units = serde_json::from_value(json!([{"line": 0, "quantity": 2, "reason": "too small"}])).expect("units");
    let replacement = serde_json::from_value(json!([{"sku": "B", "quantity": 2}])).expect("goods");
    let wish = RequestReturn { id, order, kind: ReturnKind::Exchange { replacement }, units, at: None };
    let return_address = serde_json::from_value(json!({"recipient": "Returns", "country": "GB"})).expect("an address");
    let inspected = serde_json::from_value(json!([{"line": 0, "restock": 2}])).expect("a finding");
    for command in [
        Command::RecordPayment {
            order,
            reference: "tx-1".parse().expect("a reference"),
            amount,
            tender: None,
            at: None,
        },
        Command::StartProcessing { order },
        Command::ShipOrder { order, tracking: None, at: None },
        Command::DeliverOrder { order, at: None },
        Command::RequestReturn(wish),
        Command::ApproveReturn { id, return_address, at: None },
        Command::SendReturn { id, tracking: None, at: None },
        Command::ReceiveReturn { id, at: None },
        Command::InspectReturn { id, inspected, location: None, at: None },
    ] {
        write_side.execute(command).await.expect("a step");
    }
    (database, write_side, order, id)
}

async fn change(write_side: &WriteSide, order: OrderId, number: u32, change: FulfillmentChange) {
    let fulfillment = FulfillmentId::of_order(order, number);
    write_side.execute(Command::ChangeFulfillment { fulfillment, change }).await.expect("a step of a parcel");
}

fn ship() -> FulfillmentChange {
    FulfillmentChange::Ship { lines: None, tracking: None, carrier: None, at: None }
}

/// As the saga asks for it.
async fn settled(write_side: &WriteSide, id: ReturnId) -> ReturnStatus {
    let command = Command::SettleExchange { id };
    let asked = Request { principal: Principal::Saga, ..request(command, None) };
    match write_side.commands.execute(asked).await.expect("a settlement").answer {
        Answer::ReturnIs { status, .. } => status,
        other => panic!("a return is settled as {other:?}"),
    }
}

async fn on_hand(write_side: &WriteSide, sku: &str) -> i64 {
    match write_side.execute(receive(sku, 1)).await.expect("a receipt").answer {
        Answer::StockIs { stock, on_hand, reserved, .. } => {
            assert_eq!((stock, reserved), (main(sku), 0));
            on_hand - 1
        }
        other => panic!("a stock receives as {other:?}"),
    }
}

#[tokio::test]
async fn an_exchange_ends_with_the_last_of_its_parcels_and_moves_no_money() {
    let (database, write_side, order, id) = sent_in_exchange().await;
    for number in [2, 3] {
        assert_eq!(settled(&write_side, id).await, ReturnStatus::Resolving);
        change(&write_side, order, number, ship()).await;
        change(&write_side, order, number, FulfillmentChange::Deliver { at: None }).await;
    }
    for _ in 0..2 {
        assert_eq!(settled(&write_side, id).await, ReturnStatus::Closed);
    }
    assert_eq!((on_hand(&write_side, "A").await, on_hand(&write_side, "B").await), (2, 0));
    for (event, count) in [("ReservationExtended", 2), ("ReturnEnded", 1), ("UnitsReturned", 0), ("PointsReturned", 0)]
    {
        assert_eq!(shop::events(&database, event).await, count, "{event}");
    }
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

/// Points and the share of the purchase limit go back with the money, as those of any return.
#[tokio::test]
async fn an_exchange_that_is_given_up_is_a_return_for_the_money() {
    let (database, write_side, order, id) = sent_in_exchange().await;
    change(&write_side, order, 2, ship()).await;
    let failed = FulfillmentChange::FailDelivery { reason: "nobody at home".parse().expect("a reason"), at: None };
    change(&write_side, order, 2, failed).await;
    let cancel = FulfillmentChange::Cancel { reason: "lost its box".parse().expect("a reason") };
    change(&write_side, order, 3, cancel).await;
    for _ in 0..2 {
        assert_eq!(settled(&write_side, id).await, ReturnStatus::Resolving);
    }
    assert_eq!((on_hand(&write_side, "A").await, on_hand(&write_side, "B").await), (2, 1));
    for (event, count) in [
        ("FulfillmentCancelled", 2),
        ("StockRestocked", 2),
        ("ReservationReleased", 1),
        ("ReturnReplacementGivenUp", 1),
        ("UnitsReturned", 1),
        ("RefundOwed", 1),
        ("PointsReturned", 1),
        ("QuotaReturned", 1),
    ] {
        assert_eq!(shop::events(&database, event).await, count, "{event}");
    }
    shop::verified(&database).await.expect("a whole log");
    write_side.stop().await;
}

#[tokio::test]
async fn an_exchange_is_settled_by_the_engine_alone() {
    let (_database, write_side, _, id) = sent_in_exchange().await;
    let refused = write_side.execute(Command::SettleExchange { id }).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refusal::Return(ReturnRefusal::Unknown)));
    write_side.stop().await;
}
