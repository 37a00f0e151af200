//! Of orders.

use crate::{
    contact::Contact,
    fulfillment::Undelivered,
    merchant::TaxBasis,
    order::{
        BuyerDetails, Capture, Exchanged, Interrupted, LimitedPieces, OrderEvent, OrderPlaced, RefundPart, Settlement,
        Tender,
    },
    points::Issuer,
    pricing::{AppliedDiscount, AppliedTax, PointsSpent, Priced, PricedLine, PricedShipping, Source, Sums},
    refund::RefundCause,
    samples::{
        Sample, allocation, amount, at, capture,
        events::{RETURN, full_address, precise},
        every_variant, gbp, goods_line,
        offers::rate,
        part, payment_id, placed, points, quantity, service_line, text, units,
    },
};

#[expect(clippy::too_many_lines, reason = "one list, with an entry for each event")]
pub(crate) fn order_events() -> Vec<Sample<OrderEvent>> {
    every_variant!(OrderEvent {
        OrderPlaced: [
            "" => OrderEvent::OrderPlaced(full_placement()),
            "minimal" => OrderEvent::OrderPlaced(minimal_placement()),
            "priced" => OrderEvent::OrderPlaced(priced_placement()),
            "guest" => OrderEvent::OrderPlaced(guest_placement()),
            "merchants_points" => OrderEvent::OrderPlaced(merchants_points_placement()),
            "taxed" => OrderEvent::OrderPlaced(taxed_placement()),
            "waiting" => OrderEvent::OrderPlaced(waiting_placement()),
            "time_zone" => OrderEvent::OrderPlaced(OrderPlaced {
                time_zone: text("America/St_Johns"),
                ..minimal_placement()
            }),
        ],
        OrderPaid: [
            "" => OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("pi_3OqY", 3855)), at: precise() },
            "free" => OrderEvent::OrderPaid { settlement: Settlement::NothingDue, at: at(0) },
            "gateway" => OrderEvent::OrderPaid { settlement: Settlement::Captured(part("tx_1", 3855)), at: at(1) },
            "parts" => OrderEvent::OrderPaid {
                settlement: Settlement::CapturedInParts(vec![part("tx_1", 3000), part("tx_2", 855)]),
                at: at(2),
            },
        ],
        PartialPaymentReceived: [
            "" => OrderEvent::PartialPaymentReceived { capture: part("tx_1", 3000), at: precise() },
            "gift_card" => OrderEvent::PartialPaymentReceived {
                capture: Capture { tender: Some(Tender::GiftCard), ..capture("redemption-17", 1000) },
                at: at(1),
            },
        ],
        AuthorizationReceived: [
            "" => OrderEvent::AuthorizationReceived { payment: payment_id(3), at: precise() },
        ],
        RefundOwed: [
            "part" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: Some(RefundPart { amount: gbp(510), number: 2 }),
                cause: RefundCause::LinesCancelled,
                returned: None,
                at: precise(),
            },
            "returned" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: Some(RefundPart { amount: gbp(510), number: 2 }),
                cause: RefundCause::Returned,
                returned: Some(text(RETURN)),
                at: precise(),
            },
            "" => OrderEvent::RefundOwed {
                capture: part("tx_1", 3000),
                part: None,
                cause: RefundCause::IncompletePayment,
                returned: None,
                at: precise(),
            },
        ],
        LatePaymentReceived: ["" => OrderEvent::LatePaymentReceived { capture: capture("pi_3OqZ", 3855), at: at(31) }],
        SurplusPaymentReceived: [
            "" => OrderEvent::SurplusPaymentReceived { capture: capture("pi_3Oqa", 100), at: at(7) },
        ],
        OrderReinstated: ["" => reinstated(true), "minimal" => reinstated(false)],
        ProcessingStarted: [
            "" => OrderEvent::ProcessingStarted { parcels: None, at: at(8) },
            "parcels" => OrderEvent::ProcessingStarted { parcels: Some(2), at: at(8) },
        ],
        BackorderServed: [
            "" => OrderEvent::BackorderServed { allocation: allocation("71053@main", 3), parcel: Some(2), at: precise() },
            "minimal" => OrderEvent::BackorderServed { allocation: allocation("71053@main", 3), parcel: None, at: at(6) },
        ],
        StockShorted: [
            "" => OrderEvent::StockShorted {
                allocation: allocation("71053@main", 5),
                moved: vec![allocation("71053@north", 2)],
                at: precise(),
            },
            "minimal" => OrderEvent::StockShorted { allocation: allocation("71053@main", 3), moved: vec![], at: at(6) },
        ],
        BackorderMoved: [
            "" => OrderEvent::BackorderMoved {
                from: allocation("71053@main", 2),
                to: vec![allocation("71053@north", 2)],
                at: precise(),
            },
        ],
        ParcelOpened: ["" => OrderEvent::ParcelOpened { number: 3, at: precise() }],
        ParcelShipped: [
            "" => OrderEvent::ParcelShipped {
                number: 2,
                lines: vec![units(0, 2), units(1, 1)],
                stock: vec![allocation("85123A@north", 2)],
                at: precise(),
            },
            "minimal" => OrderEvent::ParcelShipped { number: 1, lines: vec![units(1, 1)], stock: vec![], at: at(60) },
        ],
        ParcelDelivered: ["" => OrderEvent::ParcelDelivered { number: 2, at: precise() }],
        ParcelGivenUp: [
            "" => OrderEvent::ParcelGivenUp { number: 2, outcome: Undelivered::Lost, at: precise() },
            "returned" => OrderEvent::ParcelGivenUp { number: 2, outcome: Undelivered::Returned, at: precise() },
        ],
        UndeliveredRefunded: [
            "" => OrderEvent::UndeliveredRefunded {
                number: 2,
                lines: vec![units(0, 2), units(1, 1)],
                refund: gbp(765),
                points: Some(points(120)),
                left: 4,
                at: precise(),
            },
            "minimal" => OrderEvent::UndeliveredRefunded {
                number: 1,
                lines: vec![units(0, 1)],
                refund: gbp(0),
                points: None,
                left: 0,
                at: at(4320),
            },
        ],
        ParcelReplaced: [
            "" => OrderEvent::ParcelReplaced {
                number: 2,
                lines: vec![units(0, 2)],
                stock: vec![allocation("85123A@north", 2)],
                at: precise(),
            },
            "minimal" => OrderEvent::ParcelReplaced {
                number: 1,
                lines: vec![units(1, 1)],
                stock: vec![],
                at: at(4320),
            },
        ],
        OrderShipped: [
            "" => OrderEvent::OrderShipped { tracking: Some(text("GB-123/4")), at: at(60) },
            "minimal" => OrderEvent::OrderShipped { tracking: None, at: at(60) },
        ],
        OrderDelivered: ["" => OrderEvent::OrderDelivered { at: at(1440) }],
        OrderCompleted: [
            "" => OrderEvent::OrderCompleted { points: None, points_of: Issuer::Platform, at: at(2880) },
            "rewarded" => OrderEvent::OrderCompleted {
                points: Some(points(385)),
                points_of: Issuer::Platform,
                at: at(2880),
            },
            "rewarded_by_merchant" => OrderEvent::OrderCompleted {
                points: Some(points(385)),
                points_of: Issuer::Merchant,
                at: at(2880),
            },
        ],
        OrderCancelled: [
            "" => OrderEvent::OrderCancelled {
                reason: text("changed my mind: \u{201c}too dear\u{201d}"),
                owed_back: Some(capture("pi_3OqY", 3855)),
                refund: None,
                at: at(9),
            },
            "rest" => OrderEvent::OrderCancelled {
                reason: text("changed my mind"),
                owed_back: None,
                refund: Some(gbp(3355)),
                at: at(9),
            },
            "minimal" => OrderEvent::OrderCancelled { reason: text("x"), owed_back: None, refund: None, at: at(9) },
        ],
        GoodwillGranted: [
            "" => OrderEvent::GoodwillGranted {
                refund: gbp(150),
                revoked: None,
                reason: text("the wrapping was torn"),
                at: precise(),
            },
            "revoked" => OrderEvent::GoodwillGranted {
                refund: gbp(150),
                revoked: Some(points(15)),
                reason: text("the wrapping was torn"),
                at: precise(),
            },
        ],
        RefundShifted: [
            "" => OrderEvent::RefundShifted {
                from: text("card-1"),
                to: payment_id(3),
                amount: gbp(150),
                at: precise(),
            },
        ],
        OrderLinesCancelled: [
            "" => OrderEvent::OrderLinesCancelled {
                lines: vec![units(0, 2), units(1, 1)],
                released: vec![allocation("85123A@north", 2)],
                refund: gbp(765),
                points: Some(points(120)),
                left: 4,
                reason: text("out of fashion"),
                at: precise(),
            },
            "minimal" => OrderEvent::OrderLinesCancelled {
                lines: vec![units(0, 1)],
                released: vec![],
                refund: gbp(0),
                points: None,
                left: 1,
                reason: text("x"),
                at: at(9),
            },
        ],
        CancellationRequested: [
            "" => OrderEvent::CancellationRequested { lines: vec![], reason: text("ordered twice"), at: precise() },
            "lines" => OrderEvent::CancellationRequested {
                lines: vec![units(0, 2)],
                reason: text("one is enough"),
                at: precise(),
            },
        ],
        CancellationDeclined: [
            "" => OrderEvent::CancellationDeclined {
                reason: text("packed already"),
                resumed: Interrupted::Processing,
                at: precise(),
            },
            "paid" => OrderEvent::CancellationDeclined {
                reason: text("packed already"),
                resumed: Interrupted::Paid,
                at: precise(),
            },
        ],
        OrderExpired: ["" => OrderEvent::OrderExpired { at: at(30) }],
        OrderReservationsReleased: ["" => OrderEvent::OrderReservationsReleased { at: at(31) }],
        ReturnOpened: [
            "" => OrderEvent::ReturnOpened { id: text(RETURN), units: vec![units(0, 5), units(1, 1)], at: precise() },
        ],
        ReturnEnded: [
            "" => OrderEvent::ReturnEnded { id: text(RETURN), exchanged: None, at: precise() },
            "the_same" => OrderEvent::ReturnEnded {
                id: text(RETURN),
                exchanged: Some(Exchanged::ForTheSame),
                at: at(14_000),
            },
            "others" => OrderEvent::ReturnEnded {
                id: text(RETURN),
                exchanged: Some(Exchanged::ForOthers),
                at: at(14_000),
            },
        ],
        UnitsReturned: [
            "" => OrderEvent::UnitsReturned {
                id: text(RETURN),
                lines: vec![units(0, 4)],
                refund: gbp(1020),
                points: Some(points(120)),
                revoked: Some(points(102)),
                left: 3,
                at: precise(),
            },
            "minimal" => OrderEvent::UnitsReturned {
                id: text(RETURN),
                lines: vec![units(0, 1)],
                refund: gbp(0),
                points: None,
                revoked: None,
                left: 0,
                at: at(13_100),
            },
        ],
    })
}

fn reinstated(fully: bool) -> OrderEvent {
    let parts = Settlement::CapturedInParts(vec![part("tx_1", 3000), part("tx_2", 855)]);
    let (settlement, allocations, at) = if fully {
        (parts, vec![allocation("85123A@north", 6)], precise())
    } else {
        (Settlement::Captured(capture("pi_3OqZ", 3855)), vec![], at(31))
    };
    OrderEvent::OrderReinstated { settlement, allocations, at }
}

fn full_placement() -> OrderPlaced {
    OrderPlaced {
        lines: vec![goods_line("85123A", 6), service_line("POST", 1)],
        total: gbp(1785),
        ship_to: full_address(),
        allocations: vec![allocation("85123A@main", 4), allocation("85123A@north", 2)],
        placed_at: precise(),
        ..placed()
    }
}

/// Six pieces that are there, three of another SKU that are waited for, and postage.
pub(crate) fn waiting_placement() -> OrderPlaced {
    OrderPlaced {
        lines: vec![goods_line("85123A", 6), goods_line("71053", 3), service_line("POST", 1)],
        total: gbp(2550),
        allocations: vec![allocation("85123A@main", 6), allocation("71053@main", 3)],
        waiting: vec![text("71053@main")],
        ..placed()
    }
}

/// A guest's free order that takes no stock.
fn minimal_placement() -> OrderPlaced {
    let mut line = service_line("GIFT WRAP", 1);
    (line.unit_price, line.total) = (amount(0), amount(0));
    OrderPlaced { customer: None, reference: None, lines: vec![line], total: gbp(0), allocations: vec![], ..placed() }
}

/// Six pieces at 255 pence, a promotion and a coupon off, tax included, postage on top, 500 points spent.
pub(crate) fn priced_placement() -> OrderPlaced {
    let discount = |source, pence| AppliedDiscount { source, amount: amount(pence) };
    let tax = |pence| AppliedTax {
        name: None,
        compound: false,
        category: text("standard"),
        rate: rate(200_000),
        basis: TaxBasis::Included,
        amount: amount(pence),
    };
    let line = PricedLine {
        quantity: quantity(6),
        price: amount(1530),
        discounts: vec![
            discount(Source::Promotion(text("ten-off")), 153),
            discount(Source::Coupon(text("SPRING-10")), 138),
        ],
        tax: Some(tax(207)),
        taxes: vec![],
        tax_not_due: None,
        points: Some(PointsSpent { spent: 358, value: amount(358) }),
        total: amount(1239),
    };
    let shipping = PricedShipping {
        method: text("standard"),
        fee: amount(495),
        discounts: vec![],
        tax: Some(tax(83)),
        taxes: vec![],
        tax_not_due: None,
        points: Some(PointsSpent { spent: 142, value: amount(142) }),
        total: amount(495),
        kept_on_return: false,
    };
    let sums = Sums {
        subtotal: amount(1530),
        discount: amount(291),
        shipping: amount(495),
        tax: amount(290),
        tax_added: amount(0),
        points: amount(500),
        tax_not_due: amount(0),
    };
    let pricing = Priced {
        lines: vec![line],
        shipping: Some(shipping),
        points: Some(PointsSpent { spent: 500, value: amount(500) }),
        points_of: Issuer::Platform,
        coupons: vec![text("SPRING-10")],
        sums,
        total: gbp(1234),
    };
    OrderPlaced {
        total: gbp(1234),
        pricing: Some(Box::new(pricing)),
        limited: vec![LimitedPieces { sku: text("85123A"), quantity: quantity(6) }],
        ..placed()
    }
}

/// The same, with points that its merchant issued.
fn merchants_points_placement() -> OrderPlaced {
    let mut placed = priced_placement();
    if let Some(pricing) = &mut placed.pricing {
        pricing.points_of = Issuer::Merchant;
    }
    placed
}

/// Of a guest who can be reached, and bought of what is limited.
fn guest_placement() -> OrderPlaced {
    OrderPlaced {
        customer: None,
        limited: vec![LimitedPieces { sku: text("85123A"), quantity: quantity(6) }],
        buyer: BuyerDetails::of(
            Some(Contact { email: Some(text("ada@example.org")), phone: Some(text("+44 20 7946 0958")) }),
            vec![text("0123456789abcdef0123456789abcdef"), text("fedcba9876543210fedcba9876543210")],
        ),
        ..placed()
    }
}

/// A line with two taxes, one on the other, and postage without the tax that is not due.
fn taxed_placement() -> OrderPlaced {
    let tax = |name, compound, parts, pence| AppliedTax {
        name: Some(text(name)),
        category: text("standard"),
        rate: rate(parts),
        basis: TaxBasis::Added,
        compound,
        amount: amount(pence),
    };
    let line = PricedLine {
        quantity: quantity(6),
        price: amount(1530),
        discounts: vec![],
        tax: None,
        taxes: vec![tax("GST", false, 50_000, 77), tax("QST", true, 99_750, 160)],
        tax_not_due: None,
        points: None,
        total: amount(1767),
    };
    let shipping = PricedShipping {
        method: text("standard"),
        fee: amount(250),
        discounts: vec![],
        tax: None,
        taxes: vec![],
        tax_not_due: Some(amount(50)),
        points: None,
        total: amount(250),
        kept_on_return: false,
    };
    let sums = Sums {
        subtotal: amount(1530),
        shipping: amount(250),
        tax: amount(237),
        tax_added: amount(237),
        tax_not_due: amount(50),
        ..Sums::default()
    };
    let pricing = Priced {
        lines: vec![line],
        shipping: Some(shipping),
        points: None,
        points_of: Issuer::default(),
        coupons: vec![],
        sums,
        total: gbp(2017),
    };
    OrderPlaced { total: gbp(2017), pricing: Some(Box::new(pricing)), ..placed() }
}
