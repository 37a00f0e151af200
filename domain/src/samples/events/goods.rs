//! Of stocks and products.

use crate::{
    product::{Backorder, Listing, ProductEvent, ProductKind},
    samples::{Sample, at, events::precise, every_variant, gbp, listing, order_id, quantity, text},
    stock::{Reservation, ReservationStage, StockEvent},
};

pub(crate) fn stock_events() -> Vec<Sample<StockEvent>> {
    let reservation = Reservation { order: order_id(1), quantity: quantity(6) };
    every_variant!(StockEvent {
        StockReceived: ["" => StockEvent::StockReceived { quantity: quantity(1_000_000), at: at(-60) }],
        StockAdjusted: [
            "" => StockEvent::StockAdjusted { change: -3, reason: text("damaged"), at: precise() },
            "found" => StockEvent::StockAdjusted { change: 4, reason: text("found behind the shelf"), at: at(2) },
        ],
        StockReserved: ["" => StockEvent::StockReserved(reservation)],
        ReservationCommitted: ["" => StockEvent::ReservationCommitted(reservation)],
        ReservationReleased: [
            "" => StockEvent::ReservationReleased { reservation, from: ReservationStage::Committed },
            "held" => StockEvent::ReservationReleased { reservation, from: ReservationStage::Held },
        ],
        ReservationShorted: [
            "" => StockEvent::ReservationShorted { reservation, from: ReservationStage::Committed },
            "held" => StockEvent::ReservationShorted { reservation, from: ReservationStage::Held },
        ],
        ReservationConsumed: ["" => StockEvent::ReservationConsumed(reservation)],
        StockRestocked: [
            "" => StockEvent::StockRestocked { order: order_id(1), quantity: quantity(2), at: precise() },
        ],
        ReservationExtended: ["" => StockEvent::ReservationExtended(reservation)],
        StockBackordered: ["" => StockEvent::StockBackordered(reservation)],
        BackorderAllocated: ["" => StockEvent::BackorderAllocated(reservation)],
        BackorderReleased: ["" => StockEvent::BackorderReleased(reservation)],
    })
}

pub(crate) fn product_events() -> Vec<Sample<ProductEvent>> {
    every_variant!(ProductEvent {
        ProductListed: [
            "" => ProductEvent::ProductListed { listing: listing(255), at: precise() },
            "service" => ProductEvent::ProductListed {
                listing: Listing { title: text("POSTAGE"), kind: ProductKind::Service, ..listing(0) },
                at: at(-120),
            },
            "taxed" => ProductEvent::ProductListed {
                listing: Listing { tax_category: Some(text("books")), ..listing(255) },
                at: at(-120),
            },
            "backorder" => ProductEvent::ProductListed {
                listing: Listing {
                    backorder: Backorder::Allowed,
                    purchase_limit: Some(quantity(5)),
                    ..listing(255)
                },
                at: at(-60),
            },
        ],
        ProductRepriced: ["" => ProductEvent::ProductRepriced { price: gbp(295), at: at(-90) }],
        ProductBackorderChanged: [
            "" => ProductEvent::ProductBackorderChanged { backorder: Backorder::Allowed, at: at(30) },
            "refused" => ProductEvent::ProductBackorderChanged { backorder: Backorder::Refused, at: at(60) },
        ],
        ProductDelisted: ["" => ProductEvent::ProductDelisted { at: at(90) }],
    })
}
