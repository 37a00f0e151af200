use super::{Event, Undecodable};
use crate::{
    metadata::Metadata,
    product::ProductEvent,
    recorded::Recorded,
    samples::{at, text},
    upcast::Upcasters,
};

fn delisted(aggregate_type: &'static str, aggregate_id: &str, payload: &str) -> Recorded {
    Recorded {
        position: 1,
        recorded_at: at(2),
        aggregate_type: aggregate_type.into(),
        aggregate_id: aggregate_id.to_owned(),
        sequence: 1,
        event_type: "ProductDelisted".into(),
        event_version: "1.0".into(),
        payload: serde_json::from_str(payload).unwrap(),
        metadata: serde_json::from_str(
            r#"{"actor":"back_office:tok_1","correlation_id":"c-1","causation_id":"request:r-1"}"#,
        )
        .unwrap(),
    }
}

const PAYLOAD: &str = r#"{"ProductDelisted":{"at":"2010-12-01T08:28:00Z"}}"#;

#[test]
fn a_row_of_the_log_reads_as_an_event_of_its_stream() {
    let event = Event::decode(&delisted("product", "85123A", PAYLOAD), &Upcasters::current()).unwrap();
    assert_eq!(event, Event::Product(text("85123A"), ProductEvent::ProductDelisted { at: at(2) }));
}

#[test]
fn a_row_of_an_unknown_aggregate_is_undecodable() {
    let refused = Event::decode(&delisted("voucher", "85123A", PAYLOAD), &Upcasters::current()).unwrap_err();
    assert!(matches!(refused, Undecodable::AggregateType(name) if name == "voucher"));
}

#[test]
fn a_row_of_a_malformed_stream_id_is_undecodable() {
    for (aggregate_type, id) in [
        ("order", "1"),
        ("stock", "85123A"),
        ("product", ""),
        ("payment", "rfd_1"),
        ("refund", "ord_1"),
        ("fulfillment", "ful_1"),
        ("return", "ret_1"),
        ("merchant", "a@b"),
        ("coupon", "spring"),
        ("points_account", "17 850"),
        ("purchase_quota", "17850"),
        ("payment_reference", "gifts"),
    ] {
        let refused = Event::decode(&delisted(aggregate_type, id, PAYLOAD), &Upcasters::current()).unwrap_err();
        assert!(matches!(refused, Undecodable::AggregateId(_)), "{aggregate_type} {id:?}: {refused}");
    }
}

#[test]
fn a_payload_of_another_form_is_undecodable() {
    for payload in ["{}", r#"{"ProductDelisted":{}}"#, r#"{"ProductForgotten":{"at":"2010-12-01T08:28:00Z"}}"#] {
        let refused = Event::decode(&delisted("product", "85123A", payload), &Upcasters::current()).unwrap_err();
        assert!(matches!(refused, Undecodable::Payload(_)), "{payload}: {refused}");
    }
}

/// An engine that is rolled back reads what a newer one wrote, as long as only fields were added.
#[test]
fn fields_that_this_version_does_not_know_are_passed_over() {
    let newer = r#"{"ProductDelisted":{"at":"2010-12-01T08:28:00Z","by":"somebody"}}"#;
    assert!(Event::decode(&delisted("product", "85123A", newer), &Upcasters::current()).is_ok());
}

#[test]
fn a_row_keeps_its_bytes_and_tells_who_and_why() {
    let spaced = r#"{"ProductDelisted": {"at":  "2010-12-01T08:28:00Z"}}"#;
    let row = delisted("product", "85123A", spaced);
    let carried: Recorded = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
    assert_eq!(carried.payload.get(), spaced);
    let expected = Metadata {
        actor: "back_office:tok_1".to_owned(),
        correlation_id: "c-1".to_owned(),
        causation_id: "request:r-1".to_owned(),
    };
    assert_eq!(carried.read_metadata().unwrap(), expected);
}
