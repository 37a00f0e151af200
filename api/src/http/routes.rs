//! All routes on one page: who may use them, how they refuse beyond what their shape tells, and where they are.
//!
//! Customers and merchants see what is theirs and are told that nothing else exists. The back office sees all orders, but
//! does not run the engine; the operator runs the engine, but sees no orders.

use utoipa_axum::routes;

use super::{
    clock, coupons, docs, exceptions, fulfillments, health, history, merchants, openapi, orders, payments, points,
    problem::Kind, products, refunds, returns, routing::Routes, sagas, sales, statistics, stock, tokens, views,
    webhooks,
};
use crate::auth::Role;

const BACK_OFFICE: &[Role] = &[Role::BackOffice];
const SELLERS: &[Role] = &[Role::Merchant, Role::BackOffice];
/// A customer and those who keep their account.
const ACCOUNT: &[Role] = &[Role::Customer, Role::BackOffice];
const TRADERS: &[Role] = &[Role::Customer, Role::Merchant, Role::BackOffice];
const OPERATOR: &[Role] = &[Role::Operator];
const STAFF: &[Role] = &[Role::BackOffice, Role::Operator];

pub(super) fn all(routes: Routes) -> Routes {
    let routes = orders(routes);
    let routes = parcels(routes);
    let routes = catalogue(routes);
    let routes = terms(routes);
    let routes = payments(routes);
    let routes = money(routes);
    let routes = exceptions(routes);
    let routes = goods_returns(routes);
    let routes = audits(routes);
    engine(routes)
}

fn orders(routes: Routes) -> Routes {
    use Kind::{
        AmountMismatch, ContactNeeded, CouponBringsNothing, CouponNotValid, CouponUsedUp, CouponsDoNotCombine,
        DelistedSku, FieldNotAllowed, FutureTime, MissingIdempotencyKey, NotDelivered, NotEnoughPoints, NotFound,
        OrderExists, OtherCurrency, OtherMerchant, OutOfStock, PaymentReferenceUsed, PointsNotUsable, PurchaseLimit,
        QuantityOverflow, RefundTooHigh, TimeTooEarly, TotalChanged, TotalOverflow, UnitsNotThere, UnknownCoupon,
        UnknownRegion, UnknownSku, WrongStatus,
    };
    const CHECKOUT: &[Kind] = &[
        FieldNotAllowed,
        FutureTime,
        TotalChanged,
        CouponUsedUp,
        NotEnoughPoints,
        PurchaseLimit,
        UnknownSku,
        DelistedSku,
        OtherCurrency,
        OtherMerchant,
        ContactNeeded,
        UnknownCoupon,
        CouponNotValid,
        CouponBringsNothing,
        CouponsDoNotCombine,
        NotDelivered,
        UnknownRegion,
        PointsNotUsable,
        TotalOverflow,
        QuantityOverflow,
    ];
    const PLACEMENT: &[&[Kind]] = &[CHECKOUT, &[MissingIdempotencyKey, OutOfStock, OrderExists]];
    const STEP: &[Kind] = &[NotFound, WrongStatus, FieldNotAllowed, FutureTime, TimeTooEarly];
    const GOODWILL: &[Kind] = &[MissingIdempotencyKey, NotFound, WrongStatus, RefundTooHigh, OtherCurrency];
    const PAYMENT: &[Kind] = &[NotFound, PaymentReferenceUsed, AmountMismatch, FutureTime, TimeTooEarly];
    routes
        .question(TRADERS, CHECKOUT, routes!(orders::quote::quote_order))
        .command(TRADERS, &PLACEMENT.concat(), routes!(orders::place::place_order))
        .command(BACK_OFFICE, PAYMENT, routes!(orders::pay::pay_order))
        .command(BACK_OFFICE, GOODWILL, routes!(orders::refund::refund_order))
        .command(
            TRADERS,
            &[MissingIdempotencyKey, NotFound, WrongStatus, UnitsNotThere],
            routes!(orders::cancel::cancel_order),
        )
        .command(SELLERS, &[NotFound, WrongStatus], routes!(orders::approve_cancellation::approve_cancellation))
        .command(SELLERS, &[NotFound, WrongStatus], routes!(orders::decline_cancellation::decline_cancellation))
        .command(SELLERS, &[NotFound, WrongStatus, OutOfStock], routes!(orders::resolve_shortage::resolve_shortage))
        .command(SELLERS, STEP, routes!(orders::ship::ship_order))
        .command(SELLERS, STEP, routes!(orders::deliver::deliver_order))
        .command(SELLERS, STEP, routes!(orders::complete::complete_order))
        .query(TRADERS, &[NotFound], routes!(orders::find::find_order))
        .query(TRADERS, &[], routes!(orders::search::search_orders))
}

fn parcels(routes: Routes) -> Routes {
    use Kind::{
        FieldNotAllowed, FutureTime, NotFound, OutOfStock, StockFull, TimeTooEarly, UnitsNotThere, WrongStatus,
    };
    const CHANGE: &[Kind] = &[NotFound, WrongStatus];
    const STEP: &[Kind] = &[NotFound, WrongStatus, FieldNotAllowed, FutureTime, TimeTooEarly];
    const SHIPMENT: &[Kind] = &[NotFound, WrongStatus, UnitsNotThere, FieldNotAllowed, FutureTime, TimeTooEarly];
    const GIVING_UP: &[Kind] = &[NotFound, WrongStatus, OutOfStock, StockFull];
    routes
        .query(TRADERS, &[], routes!(fulfillments::list::list_fulfillments))
        .query(TRADERS, &[NotFound], routes!(fulfillments::find::find_fulfillment))
        .command(SELLERS, CHANGE, routes!(fulfillments::start::start_fulfillment))
        .command(SELLERS, CHANGE, routes!(fulfillments::hold::hold_fulfillment))
        .command(SELLERS, CHANGE, routes!(fulfillments::release_hold::release_fulfillment_hold))
        .command(SELLERS, SHIPMENT, routes!(fulfillments::ship::ship_fulfillment))
        .command(SELLERS, STEP, routes!(fulfillments::deliver::deliver_fulfillment))
        .command(SELLERS, STEP, routes!(fulfillments::fail_delivery::fail_fulfillment_delivery))
        .command(SELLERS, &[NotFound, WrongStatus, StockFull], routes!(fulfillments::cancel::cancel_fulfillment))
        .command(SELLERS, GIVING_UP, routes!(fulfillments::return_to_stock::return_fulfillment_to_stock))
        .command(SELLERS, GIVING_UP, routes!(fulfillments::report_lost::report_fulfillment_lost))
}

fn catalogue(routes: Routes) -> Routes {
    use Kind::{
        AdjustmentTooLow, AlreadyListed, FieldNotAllowed, FutureTime, GoodsOrService, KeepsNoStock, NotFound,
        OtherCurrency, ProductDelisted, SkuTaken, StockFull,
    };
    const LISTING: &[Kind] = &[AlreadyListed, SkuTaken, GoodsOrService, KeepsNoStock, FieldNotAllowed];
    const RECEIPT: &[Kind] = &[NotFound, KeepsNoStock, StockFull, FieldNotAllowed, FutureTime];
    const ADJUSTMENT: &[&[Kind]] = &[RECEIPT, &[AdjustmentTooLow]];
    routes
        .command(SELLERS, LISTING, routes!(products::list::list_product))
        .command(SELLERS, &[NotFound, ProductDelisted, OtherCurrency], routes!(products::reprice::reprice_product))
        .command(SELLERS, &[NotFound], routes!(products::delist::delist_product))
        .command(SELLERS, &[NotFound, ProductDelisted, KeepsNoStock], routes!(products::set_backorder::set_backorder))
        .command(SELLERS, RECEIPT, routes!(stock::receive::receive_stock))
        .command(SELLERS, &ADJUSTMENT.concat(), routes!(stock::adjust::adjust_stock))
        .query(TRADERS, &[NotFound], routes!(products::find::find_product))
        .query(TRADERS, &[], routes!(products::search::search_products))
        .query(SELLERS, &[NotFound], routes!(stock::find::find_stock))
        .query(SELLERS, &[], routes!(stock::list::list_stock))
}

fn terms(routes: Routes) -> Routes {
    use Kind::{CouponConflict, FieldNotAllowed, MissingIdempotencyKey, NotFound, PointsFull, TooManyPromotions};
    const PROMOTION: &[Kind] = &[NotFound, TooManyPromotions];
    routes
        .command(SELLERS, PROMOTION, routes!(merchants::define_promotion::define_promotion))
        .command(SELLERS, &[NotFound], routes!(merchants::end_promotion::end_promotion))
        .command(SELLERS, &[NotFound], routes!(merchants::set_shipping_rates::set_shipping_rates))
        .command(SELLERS, &[NotFound], routes!(merchants::set_tax_rates::set_tax_rates))
        .command(SELLERS, &[NotFound], routes!(merchants::set_policies::set_policies))
        .command(BACK_OFFICE, &[NotFound], routes!(merchants::set_platform_points::set_platform_points))
        .query(SELLERS, &[NotFound], routes!(merchants::find::find_merchant))
        .command(SELLERS, &[CouponConflict, FieldNotAllowed], routes!(coupons::issue::issue_coupon))
        .command(SELLERS, &[NotFound], routes!(coupons::withdraw::withdraw_coupon))
        .query(SELLERS, &[NotFound], routes!(coupons::find::find_coupon))
        .query(SELLERS, &[], routes!(coupons::list::list_coupons))
        .command(BACK_OFFICE, &[MissingIdempotencyKey, PointsFull], routes!(points::grant::grant_points))
        .query(TRADERS, &[NotFound], routes!(points::find::find_points))
}

fn payments(routes: Routes) -> Routes {
    use Kind::{
        AmountMismatch, FieldNotAllowed, MissingIdempotencyKey, NotFound, OtherCurrency, PaymentConflict,
        UnknownGateway, WebhookNotVerified, WrongStatus,
    };
    const INITIATION: &[Kind] = &[NotFound, WrongStatus, MissingIdempotencyKey, UnknownGateway];
    const CAPTURE: &[Kind] = &[MissingIdempotencyKey, NotFound, WrongStatus, PaymentConflict, OtherCurrency];
    routes
        .command(TRADERS, INITIATION, routes!(payments::initiate::initiate_payment))
        .command(SELLERS, CAPTURE, routes!(payments::capture::capture_payment))
        .command(SELLERS, &[NotFound, PaymentConflict], routes!(payments::void::void_payment))
        .command(BACK_OFFICE, &[NotFound, PaymentConflict], routes!(payments::resolve_mismatch::resolve_mismatch))
        .query(TRADERS, &[NotFound], routes!(payments::find::find_payment))
        .query(TRADERS, &[FieldNotAllowed], routes!(payments::list::list_payments))
        .signed(&[WebhookNotVerified, PaymentConflict, AmountMismatch], routes!(webhooks::take::take_webhook))
}

fn money(routes: Routes) -> Routes {
    use Kind::{NotFound, RefundConflict};
    routes
        .command(BACK_OFFICE, &[NotFound, RefundConflict], routes!(refunds::done::finish_refund))
        .command(BACK_OFFICE, &[NotFound, RefundConflict], routes!(refunds::retry::retry_refund))
        .command(BACK_OFFICE, &[NotFound, RefundConflict], routes!(refunds::write_off::write_off_refund))
        .query(BACK_OFFICE, &[NotFound], routes!(refunds::find::find_refund))
        .query(BACK_OFFICE, &[], routes!(refunds::list::list_refunds))
        .query(SELLERS, &[], routes!(sales::days::sales_by_day))
        .query(SELLERS, &[], routes!(sales::skus::sales_by_sku))
        .query(SELLERS, &[], routes!(sales::day_skus::sales_by_day_and_sku))
        .query(SELLERS, &[], routes!(statistics::minutes::statistics_by_minute))
        .query(SELLERS, &[], routes!(statistics::days::statistics_by_day))
}

fn exceptions(routes: Routes) -> Routes {
    use Kind::{ExceptionClosed, NotFound, ReconciliationRunning};
    routes
        .query(BACK_OFFICE, &[NotFound], routes!(exceptions::find::find_exception))
        .query(BACK_OFFICE, &[], routes!(exceptions::list::list_exceptions))
        .command(BACK_OFFICE, &[NotFound, ExceptionClosed], routes!(exceptions::settle::settle_exception))
        .control(STAFF, &[ReconciliationRunning], routes!(exceptions::reconcile::reconcile))
}

fn goods_returns(routes: Routes) -> Routes {
    use Kind::{
        FieldNotAllowed, FutureTime, InspectionMismatch, MissingIdempotencyKey, NotFound, PurchaseLimit,
        ReturnConflict, ReturnWindowClosed, StockFull, TimeTooEarly, UnevenExchange, UnitsNotThere, UnknownSku,
        WrongStatus,
    };
    const REQUEST: &[Kind] = &[
        MissingIdempotencyKey,
        NotFound,
        WrongStatus,
        ReturnWindowClosed,
        UnitsNotThere,
        UnknownSku,
        UnevenExchange,
        PurchaseLimit,
        FieldNotAllowed,
        FutureTime,
        TimeTooEarly,
    ];
    const STEP: &[Kind] = &[NotFound, ReturnConflict, FieldNotAllowed, FutureTime, TimeTooEarly];
    const INSPECTION: &[Kind] =
        &[NotFound, ReturnConflict, InspectionMismatch, StockFull, FieldNotAllowed, FutureTime, TimeTooEarly];
    routes
        .command(TRADERS, REQUEST, routes!(returns::request::request_return))
        .command(SELLERS, STEP, routes!(returns::approve::approve_return))
        .command(SELLERS, &[NotFound, ReturnConflict], routes!(returns::decline::decline_return))
        .command(ACCOUNT, &[NotFound, ReturnConflict], routes!(returns::cancel::cancel_return))
        .command(TRADERS, STEP, routes!(returns::send::send_return))
        .command(SELLERS, STEP, routes!(returns::receive::receive_return))
        .command(SELLERS, INSPECTION, routes!(returns::inspect::inspect_return))
        .query(TRADERS, &[NotFound], routes!(returns::find::find_return))
        .query(TRADERS, &[], routes!(returns::list::list_returns))
}

fn audits(routes: Routes) -> Routes {
    use Kind::NotFound;
    routes
        .query(BACK_OFFICE, &[NotFound], routes!(history::order::order_history))
        .query(BACK_OFFICE, &[NotFound], routes!(history::order_as_of::order_as_of))
        .query(BACK_OFFICE, &[NotFound], routes!(history::sku::sku_history))
        .query(BACK_OFFICE, &[NotFound], routes!(history::sku_as_of::sku_as_of))
}

fn engine(routes: Routes) -> Routes {
    use Kind::{NotFirstParked, NotFound, NotReady, RebuildRunning, StillPoison, TokenIssued, Unavailable};
    const UNPARKING: &[Kind] = &[NotFound, NotFirstParked, StillPoison, RebuildRunning];
    routes
        .query(STAFF, &[], routes!(views::list::list_views))
        .query(STAFF, &[NotFound], routes!(views::status::view_status))
        .control(OPERATOR, &[NotFound, RebuildRunning], routes!(views::rebuild::rebuild_view))
        .query(OPERATOR, &[], routes!(views::parked::list_parked_events))
        .control(OPERATOR, UNPARKING, routes!(views::retry::retry_parked_event))
        .control(OPERATOR, UNPARKING, routes!(views::skip::skip_parked_event))
        .query(STAFF, &[], routes!(sagas::status::saga_status))
        .query(OPERATOR, &[], routes!(sagas::dead_letters::list_dead_letters))
        .control(OPERATOR, &[NotFound], routes!(sagas::retry::retry_dead_letter))
        .control(OPERATOR, &[NotFound], routes!(sagas::skip::skip_dead_letter))
        .query(OPERATOR, &[], routes!(clock::find::find_clock))
        .control(OPERATOR, &[], routes!(clock::confirm::confirm_clock))
        .issue(OPERATOR, &[TokenIssued], routes!(tokens::issue::issue_token))
        .query(OPERATOR, &[], routes!(tokens::list::list_tokens))
        .removal(OPERATOR, &[NotFound], routes!(tokens::revoke::revoke_token))
        .open(&[], routes!(health::live::live))
        .open(&[NotReady, Unavailable], routes!(health::ready::ready))
        .open(&[], routes!(health::metrics::metrics))
        .open(&[], routes!(openapi::openapi))
        .page("/docs", docs::entrance)
        .page("/docs/", docs::entrance)
        .page("/docs/{*file}", docs::file)
}
