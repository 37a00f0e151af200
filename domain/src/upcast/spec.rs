use cqrs_es::persist::{EventUpcaster, SemanticVersionEventUpcaster};
use serde_json::{Value, json};

use super::Upcasters;
use crate::{
    event::Event,
    order::OrderEvent,
    recorded::Recorded,
    samples::{at, order_id, text},
};

fn shipped(version: &'static str, payload: &Value) -> Recorded {
    Recorded {
        position: 5,
        recorded_at: at(3),
        aggregate_type: "order".into(),
        aggregate_id: order_id(1).to_string(),
        sequence: 4,
        event_type: "OrderShipped".into(),
        event_version: version.into(),
        payload: serde_json::from_str(&payload.to_string()).unwrap(),
        metadata: serde_json::from_str("{}").unwrap(),
    }
}

/// Changes the fields of `OrderShipped` from any version before this one.
fn upcaster(version: &str, change: fn(&mut Value)) -> Box<dyn EventUpcaster> {
    let upcast = move |mut payload: Value| {
        change(&mut payload["OrderShipped"]);
        payload
    };
    Box::new(SemanticVersionEventUpcaster::new("OrderShipped", version, Box::new(upcast)))
}

/// 0.8 spoke of a parcel and 0.9 of its number: two changes that only make sense one after the other.
fn history() -> Vec<Box<dyn EventUpcaster>> {
    vec![
        upcaster("0.9", |event| event["number"] = event["parcel"]["number"].take()),
        upcaster("1.0", |event| event["tracking"] = format!("GB-{}", event["number"].as_str().unwrap()).into()),
    ]
}

fn read(recorded: &Recorded, upcasters: Vec<Box<dyn EventUpcaster>>) -> Event {
    Event::decode(recorded, &Upcasters::of(upcasters)).unwrap()
}

fn with_tracking(tracking: &str) -> Event {
    Event::Order(order_id(1), OrderEvent::OrderShipped { tracking: Some(text(tracking)), at: at(3) })
}

#[test]
fn an_event_of_an_old_version_is_read_through_its_upcaster() {
    let old = shipped("0.9", &json!({"OrderShipped": {"number": "7", "at": at(3)}}));
    assert_eq!(read(&old, history()), with_tracking("GB-7"));
}

#[test]
fn upcasters_apply_one_after_the_other_from_the_oldest_version() {
    let older = shipped("0.8", &json!({"OrderShipped": {"parcel": {"number": "7"}, "at": at(3)}}));
    assert_eq!(read(&older, history()), with_tracking("GB-7"));
}

/// The order of the list is the order of application: a newer upcaster before an older one leaves the older without an
/// event that it wants.
#[test]
fn upcasters_in_the_wrong_order_do_not_carry_an_event_forward() {
    let older = shipped("0.8", &json!({"OrderShipped": {"parcel": {"number": "7"}, "number": "8", "at": at(3)}}));
    let mut reversed = history();
    reversed.reverse();
    assert_eq!(read(&older, reversed), with_tracking("GB-8"));
}

#[test]
fn an_event_of_todays_version_is_left_alone() {
    let today = shipped("1.0", &json!({"OrderShipped": {"tracking": "FR-1", "number": "7", "at": at(3)}}));
    assert_eq!(read(&today, history()), with_tracking("FR-1"));
}

#[test]
fn an_event_of_another_name_is_left_alone() {
    let mut delivered = shipped("0.8", &json!({"OrderDelivered": {"at": at(4)}}));
    delivered.event_type = "OrderDelivered".into();
    let expected = Event::Order(order_id(1), OrderEvent::OrderDelivered { at: at(4) });
    assert_eq!(read(&delivered, history()), expected);
}

#[test]
fn an_event_can_be_renamed() {
    let mut sent = shipped("0.9", &json!({"OrderSent": {"at": at(3)}}));
    sent.event_type = "OrderSent".into();
    let rename = |mut payload: Value| json!({ "OrderShipped": payload["OrderSent"].take() });
    let upcaster = SemanticVersionEventUpcaster::new("OrderSent", "1.0", Box::new(rename));
    let expected = Event::Order(order_id(1), OrderEvent::OrderShipped { tracking: None, at: at(3) });
    assert_eq!(read(&sent, vec![Box::new(upcaster)]), expected);
}

#[test]
fn what_an_upcaster_makes_of_an_event_must_be_an_event() {
    let old = shipped("0.9", &json!({"OrderShipped": {"at": at(3)}}));
    let breaks = upcaster("1.0", |event| event["at"] = "yesterday".into());
    assert!(Event::decode(&old, &Upcasters::of(vec![breaks])).is_err());
}
