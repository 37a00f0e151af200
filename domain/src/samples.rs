//! Values that the specs speak of: one shop, one customer, two SKUs, times that count in minutes.

pub(crate) mod events;
pub(crate) mod exceptions;
pub(crate) mod merchants;
pub(crate) mod offers;
pub(crate) mod till;

use std::{fmt::Debug, num::NonZeroU32, str::FromStr};

use chrono::{TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use crate::{
    Timestamp,
    address::Address,
    coupon::CouponTerms,
    fulfillment::{FulfillmentLine, Parcel},
    ids::{OrderId, PaymentId, ReturnId},
    money::{Amount, Money},
    order::{Allocation, Capture, LineUnits, OrderLine, OrderPlaced, PlaceOrder},
    payment::{CaptureMethod, GatewayReport, PaymentTerms, ReportedCapture, ReportedStatus},
    points::Points,
    pricing::Discount,
    product::{Backorder, Listing, ProductKind},
    quantity::Quantity,
    returns::{InspectedLine, Replacement, ReturnKind, ReturnTerms, ReturnUnits},
};

/// One value of an enum, with the name of its variant.
pub(crate) struct Sample<T> {
    pub(crate) variant: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: T,
}

/// Lists labelled values of every variant of an enum. A variant without an entry does not compile, and an entry whose
/// value is of another variant fails the test that reads the list.
macro_rules! every_variant {
    ($enum:ident { $($variant:ident: [$($label:literal => $value:expr),+ $(,)?]),+ $(,)? }) => {{
        let name = |value: &$enum| match value {
            $($enum::$variant { .. } => stringify!($variant),)+
        };
        let samples = vec![$($(
            $crate::samples::Sample { variant: stringify!($variant), label: $label, value: $value },
        )+)+];
        for sample in &samples {
            assert_eq!(name(&sample.value), sample.variant, "the value is not of the variant it stands for");
        }
        samples
    }};
}
pub(crate) use every_variant;

/// Any value that reads from text.
pub(crate) fn text<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Minutes after the first order of the sample shop.
pub(crate) fn at(minute: i64) -> Timestamp {
    Utc.with_ymd_and_hms(2010, 12, 1, 8, 26, 0).unwrap() + TimeDelta::minutes(minute)
}

pub(crate) fn order_id(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn payment_id(number: u128) -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn return_id(number: u128) -> ReturnId {
    ReturnId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn quantity(units: i64) -> Quantity {
    units.try_into().unwrap()
}

pub(crate) fn points(number: i64) -> Points {
    number.try_into().unwrap()
}

pub(crate) fn amount(minor_units: i64) -> Amount {
    minor_units.try_into().unwrap()
}

pub(crate) fn money(minor_units: i64, currency: &str) -> Money {
    Money { amount: amount(minor_units), currency: text(currency) }
}

pub(crate) fn gbp(minor_units: i64) -> Money {
    money(minor_units, "GBP")
}

pub(crate) fn capture(reference: &str, pence: i64) -> Capture {
    Capture { reference: text(reference), amount: gbp(pence), payment: None, tender: None }
}

pub(crate) fn allocation(stock: &str, units: i64) -> Allocation {
    Allocation { stock: text(stock), quantity: quantity(units) }
}

/// Units of a line, which counts from zero.
pub(crate) fn units(line: u32, units: i64) -> LineUnits {
    LineUnits { line, quantity: quantity(units) }
}

/// A capture of the sample payment at a gateway.
pub(crate) fn part(reference: &str, pence: i64) -> Capture {
    Capture { payment: Some(payment_id(3)), ..capture(reference, pence) }
}

/// A line of goods at 255 pence a piece.
pub(crate) fn goods_line(sku: &str, units: i64) -> OrderLine {
    OrderLine {
        sku: text(sku),
        title: text("WHITE HANGING HEART T-LIGHT HOLDER"),
        kind: ProductKind::Goods,
        quantity: quantity(units),
        unit_price: amount(255),
        total: amount(255 * units),
    }
}

pub(crate) fn service_line(sku: &str, units: i64) -> OrderLine {
    OrderLine { title: text("POSTAGE"), kind: ProductKind::Service, ..goods_line(sku, units) }
}

pub(crate) fn listing(pence: i64) -> Listing {
    Listing {
        title: text("WHITE HANGING HEART T-LIGHT HOLDER"),
        kind: ProductKind::Goods,
        price: gbp(pence),
        merchant: text("gifts"),
        tax_category: None,
        backorder: Backorder::Refused,
        purchase_limit: None,
    }
}

/// A platform's coupon for a tenth off the order, without limits.
pub(crate) fn coupon_terms() -> CouponTerms {
    CouponTerms {
        title: text("A tenth off in spring"),
        offer: offers::offer(Discount::PercentageOffOrder { rate: offers::rate(100_000), cap: None }),
        merchant: None,
        uses_max: None,
        uses_per_customer_max: None,
    }
}

/// At most so many uses in all and for each customer.
pub(crate) fn limited(uses_max: Option<u32>, uses_per_customer_max: Option<u32>) -> CouponTerms {
    let limit = |uses: u32| NonZeroU32::new(uses).unwrap();
    CouponTerms {
        uses_max: uses_max.map(limit),
        uses_per_customer_max: uses_per_customer_max.map(limit),
        ..coupon_terms()
    }
}

/// An address with nothing in it that can be left out.
pub(crate) fn bare_address() -> Address {
    Address {
        recipient: text("Ada Byron"),
        lines: vec![],
        city: None,
        region: None,
        postal_code: None,
        country: text("GB"),
    }
}

/// Six pieces from one location, 1530 pence, to be paid within half an hour of minute zero.
pub(crate) fn place() -> PlaceOrder {
    PlaceOrder {
        order: order_id(1),
        customer: Some(text("17850")),
        merchant: text("gifts"),
        reference: Some(text("536365")),
        lines: vec![goods_line("85123A", 6)],
        total: gbp(1530),
        pricing: None,
        limited: vec![],
        buyer: None,
        ship_to: bare_address(),
        allocations: vec![allocation("85123A@main", 6)],
        waiting: vec![],
        placed_at: at(0),
        pay_by: at(30),
        time_zone: crate::time_zone::TimeZone::default(),
    }
}

/// Six pieces and their postage from one location, to be shipped within two days.
pub(crate) fn parcel() -> Parcel {
    Parcel {
        order: order_id(1),
        merchant: text("gifts"),
        customer: Some(text("17850")),
        number: 1,
        location: Some(text("main")),
        lines: vec![parcel_line(0, "85123A", ProductKind::Goods, 6), parcel_line(1, "POST", ProductKind::Service, 1)],
        ship_by: at(2880),
        replaces: None,
    }
}

/// The lines of an order, as they are put into parcels.
pub(crate) fn parcel_lines(lines: &[OrderLine]) -> Vec<FulfillmentLine> {
    let line = |(line, ordered): (u32, &OrderLine)| FulfillmentLine {
        line,
        sku: ordered.sku.clone(),
        kind: ordered.kind,
        quantity: ordered.quantity,
    };
    (0..).zip(lines).map(line).collect()
}

pub(crate) fn parcel_line(line: u32, sku: &str, kind: ProductKind, units: i64) -> FulfillmentLine {
    FulfillmentLine { line, sku: text(sku), kind, quantity: quantity(units) }
}

/// Five of the six pieces of the order's first line and its postage, to be answered within a day.
pub(crate) fn return_terms(kind: ReturnKind) -> ReturnTerms {
    let units = |line, units, reason| ReturnUnits { line, quantity: quantity(units), reason: text(reason) };
    ReturnTerms {
        order: order_id(1),
        customer: Some(text("17850")),
        merchant: text("gifts"),
        kind,
        units: vec![units(0, 5, "two are chipped"), units(1, 1, "nothing to post")],
        requested_at: at(10_000),
        review_by: at(11_440),
    }
}

pub(crate) fn exchange() -> ReturnKind {
    ReturnKind::Exchange { replacement: vec![Replacement { sku: text("71053"), quantity: quantity(5) }] }
}

pub(crate) fn inspected(line: u32, restock: u32, scrap: u32, missing: u32) -> InspectedLine {
    InspectedLine { line, restock, scrap, missing }
}

/// The event that [`place`] leads to.
pub(crate) fn placed() -> OrderPlaced {
    place().into()
}

/// The order of [`place`], to be paid within half an hour of minute zero and captured by request.
pub(crate) fn payment_terms() -> PaymentTerms {
    PaymentTerms {
        order: order_id(1),
        customer: Some(text("17850")),
        merchant: text("gifts"),
        gateway: text("sandbox"),
        amount: gbp(1530),
        capture: CaptureMethod::Manual,
        expires_at: at(30),
    }
}

/// What the gateway says of payment 3, made on [`payment_terms`].
pub(crate) fn report(status: ReportedStatus, authorized: i64, captures: &[(&str, i64)]) -> GatewayReport {
    let capture =
        |(reference, pence): &(&str, i64)| ReportedCapture { reference: text(reference), amount: amount(*pence) };
    GatewayReport {
        payment: payment_id(3),
        order: order_id(1),
        currency: text("GBP"),
        authorized: amount(authorized),
        captures: captures.iter().map(capture).collect(),
        refunds: vec![],
        status,
        as_of: None,
    }
}
