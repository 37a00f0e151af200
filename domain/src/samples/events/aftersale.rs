//! Of fulfillments and returns.

use crate::{
    fulfillment::{FulfillmentEvent, Parcel},
    product::ProductKind,
    returns::{Owed, Replacement, ReturnEvent, ReturnKind, ReturnTerms},
    samples::{
        Sample, at,
        events::{RETURN, full_address, precise},
        every_variant, exchange, inspected, order_id, parcel, parcel_line, quantity, return_terms, text, units,
    },
};

pub(crate) fn fulfillment_events() -> Vec<Sample<FulfillmentEvent>> {
    let six = || vec![parcel_line(0, "85123A", ProductKind::Goods, 6)];
    every_variant!(FulfillmentEvent {
        FulfillmentOpened: [
            "" => FulfillmentEvent::FulfillmentOpened { parcel: parcel(), at: precise() },
            "minimal" => FulfillmentEvent::FulfillmentOpened {
                parcel: Parcel {
                    customer: None,
                    location: None,
                    lines: vec![parcel_line(0, "GIFT WRAP", ProductKind::Service, 1)],
                    ..parcel()
                },
                at: at(5),
            },
            "replacement" => FulfillmentEvent::FulfillmentOpened {
                parcel: Parcel { number: 2, replaces: Some(text("ret_00000000000000000000000000000004")), ..parcel() },
                at: at(5),
            },
        ],
        FulfillmentHeld: [
            "" => FulfillmentEvent::FulfillmentHeld { reason: text("the address is in doubt"), at: at(6) },
        ],
        FulfillmentHoldReleased: ["" => FulfillmentEvent::FulfillmentHoldReleased { at: at(7) }],
        FulfillmentStarted: ["" => FulfillmentEvent::FulfillmentStarted { at: at(8) }],
        FulfillmentShipped: [
            "" => FulfillmentEvent::FulfillmentShipped {
                lines: six(),
                tracking: Some(text("GB-123/4")),
                carrier: Some(text("Royal Mail")),
                at: precise(),
            },
            "minimal" => FulfillmentEvent::FulfillmentShipped {
                lines: six(),
                tracking: None,
                carrier: None,
                at: at(60),
            },
        ],
        FulfillmentDelivered: [
            "" => FulfillmentEvent::FulfillmentDelivered { replaces: None, at: at(1440) },
            "replacement" => FulfillmentEvent::FulfillmentDelivered { replaces: Some(text(RETURN)), at: at(1440) },
        ],
        FulfillmentDeliveryFailed: [
            "" => FulfillmentEvent::FulfillmentDeliveryFailed {
                order: None,
                reason: text("nobody at home"),
                at: at(1440),
            },
            "of_order" => FulfillmentEvent::FulfillmentDeliveryFailed {
                order: Some(order_id(1)),
                reason: text("nobody at home"),
                at: at(1440),
            },
        ],
        FulfillmentReduced: [
            "" => FulfillmentEvent::FulfillmentReduced {
                lines: vec![parcel_line(0, "85123A", ProductKind::Goods, 2)],
                reason: text("two fewer will do"),
                at: at(9),
            },
        ],
        FulfillmentCancelled: [
            "" => FulfillmentEvent::FulfillmentCancelled {
                replaces: None,
                reason: text("changed my mind"),
                at: at(9),
            },
            "replacement" => FulfillmentEvent::FulfillmentCancelled {
                replaces: Some(text(RETURN)),
                reason: text("broken in the warehouse"),
                at: at(9),
            },
        ],
        FulfillmentReturned: [
            "" => FulfillmentEvent::FulfillmentReturned { replaces: None, reason: text("refused at the door"), at: at(4320) },
            "replacement" => FulfillmentEvent::FulfillmentReturned {
                replaces: Some(text(RETURN)),
                reason: text("refused at the door"),
                at: at(4320),
            },
        ],
        FulfillmentLost: [
            "" => FulfillmentEvent::FulfillmentLost { replaces: None, reason: text("fell off a ferry"), at: at(4320) },
            "replacement" => FulfillmentEvent::FulfillmentLost {
                replaces: Some(text(RETURN)),
                reason: text("fell off a ferry"),
                at: at(4320),
            },
        ],
        ShipmentOverdue: ["" => FulfillmentEvent::ShipmentOverdue { at: at(2880) }],
    })
}

pub(crate) fn return_events() -> Vec<Sample<ReturnEvent>> {
    every_variant!(ReturnEvent {
        ReturnRequested: [
            "" => ReturnEvent::ReturnRequested(return_terms(exchange())),
            "minimal" => ReturnEvent::ReturnRequested(ReturnTerms {
                customer: None,
                ..return_terms(ReturnKind::RefundOnly)
            }),
            "return" => ReturnEvent::ReturnRequested(return_terms(ReturnKind::Return)),
        ],
        ReturnApproved: [
            "" => ReturnEvent::ReturnApproved {
                return_address: Some(full_address()),
                actor: text("back_office:tok_1"),
                at: precise(),
            },
            "minimal" => ReturnEvent::ReturnApproved {
                return_address: None,
                actor: text("saga:return"),
                at: at(11_440),
            },
        ],
        ReturnDeclined: [
            "" => ReturnEvent::ReturnDeclined {
                reason: text("worn"),
                actor: text("merchant:gifts"),
                at: at(10_100),
            },
        ],
        ReturnCancelled: [
            "" => ReturnEvent::ReturnCancelled { reason: Some(text("I keep them")), at: at(10_100) },
            "minimal" => ReturnEvent::ReturnCancelled { reason: None, at: at(10_100) },
        ],
        ReturnEscalated: ["" => ReturnEvent::ReturnEscalated { at: at(11_440) }],
        ReturnInTransit: [
            "" => ReturnEvent::ReturnInTransit { tracking: Some(text("GB-9")), at: at(12_000) },
            "minimal" => ReturnEvent::ReturnInTransit { tracking: None, at: at(12_000) },
        ],
        ReturnReceived: ["" => ReturnEvent::ReturnReceived { at: at(13_000) }],
        ReturnInspected: [
            "" => ReturnEvent::ReturnInspected {
                inspected: vec![inspected(0, 2, 2, 1), inspected(1, 0, 0, 1)],
                location: None,
                at: precise(),
            },
            "location" => ReturnEvent::ReturnInspected {
                inspected: vec![inspected(0, 5, 0, 0), inspected(1, 1, 0, 0)],
                location: Some(text("north")),
                at: precise(),
            },
        ],
        ReturnResolving: [
            "" => ReturnEvent::ReturnResolving {
                owed: Owed::Refund { units: vec![units(0, 4)] },
                refunds: vec![],
                at: at(13_100),
            },
            "refunds" => ReturnEvent::ReturnResolving {
                owed: Owed::Refund { units: vec![units(0, 4)] },
                refunds: vec![text("rfd_00000000000000000000000000000002")],
                at: at(13_100),
            },
            "replacement" => ReturnEvent::ReturnResolving {
                owed: Owed::Replacement {
                    lines: vec![Replacement { sku: text("71053"), quantity: quantity(5) }],
                },
                refunds: vec![],
                at: at(13_100),
            },
            "nothing" => ReturnEvent::ReturnResolving { owed: Owed::Nothing, refunds: vec![], at: at(13_100) },
        ],
        ReturnReplacementGivenUp: [
            "" => ReturnEvent::ReturnReplacementGivenUp {
                refunds: vec![text("rfd_00000000000000000000000000000002")],
                at: at(13_150),
            },
            "minimal" => ReturnEvent::ReturnReplacementGivenUp { refunds: vec![], at: at(13_150) },
        ],
        ReturnRefundSettled: [
            "" => ReturnEvent::ReturnRefundSettled {
                refund: text("rfd_00000000000000000000000000000002"),
                at: precise(),
            },
        ],
        ReturnClosed: ["" => ReturnEvent::ReturnClosed { at: at(14_000) }],
    })
}
