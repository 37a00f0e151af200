use axum::{body::to_bytes, http::StatusCode};
use purser_commands::Refusal;
use purser_domain::{
    allocation::Shortage, checkout::CheckoutRefusal, coupon::CouponRefusal, merchant::MerchantRefusal,
    order::OrderAction, order::OrderRefusal, payment::PaymentRefusal, points::PointsRefusal, pricing::OfferRefusal,
    product::ProductRefusal, refund::RefundRefusal, stock::StockRefusal, text::Sku,
};
use serde_json::{Value, json};

use super::*;
use crate::{clock::SystemClock, mint::Mint};

fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}

/// What a caller sees, without the request's own number.
async fn seen(failure: Failure) -> (u16, Option<String>, Value) {
    let request = Mint::new(Arc::new(SystemClock)).request_id();
    let response = Problem::from(failure).render(request);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let mut body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap();
    assert_eq!(body["status"], status);
    let instance = body.as_object_mut().unwrap().remove("instance").unwrap();
    assert_eq!(instance, format!("urn:purser:request:{request}"));
    (status, retry_after, body)
}

/// These lines are the contract that clients are written against. A type may be added; none may change.
#[test]
fn the_types_of_problems_are_stable() {
    let table: Vec<String> =
        Kind::ALL.iter().map(|kind| format!("{} {}", kind.status().as_u16(), kind.slug())).collect();
    assert_eq!(table, include_str!("types.txt").lines().collect::<Vec<_>>());
}

#[test]
fn every_type_has_a_slug_of_its_own_and_the_types_are_sorted_by_status() {
    let mut slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
    assert!(Kind::ALL.is_sorted_by_key(|kind| kind.status().as_u16()));
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), Kind::ALL.len());
}

#[tokio::test]
async fn out_of_stock_names_every_short_line_with_asked_and_available() {
    let shortage = Shortage { sku: sku("A"), lines: vec![0, 3], asked: 8, available: 5 };
    let (status, _, body) = seen(Failure::Refused(Refusal::OutOfStock(vec![shortage]))).await;
    assert_eq!(status, 409);
    assert_eq!(
        body,
        json!({
            "type": "urn:purser:problem:out-of-stock",
            "title": "Not enough stock",
            "status": 409,
            "detail": "not enough stock",
            "errors": [
                {"pointer": "/lines/0/quantity", "detail": "8 of sku A asked, 5 available", "sku": "A", "asked": 8, "available": 5},
                {"pointer": "/lines/3/quantity", "detail": "8 of sku A asked, 5 available", "sku": "A", "asked": 8, "available": 5},
            ],
        })
    );
}

#[tokio::test]
async fn an_order_that_says_no_tells_where_it_stands() {
    let refusal = OrderRefusal::WrongStatus { action: OrderAction::Cancel, status: OrderStatus::Shipped };
    let (status, _, body) = seen(Failure::Refused(refusal.into())).await;
    assert_eq!(status, 409);
    assert_eq!(body["type"], "urn:purser:problem:wrong-status");
    assert_eq!(body["order_status"], "shipped");
    assert_eq!(body["detail"], "an order that is shipped cannot be cancelled");
}

#[tokio::test]
async fn every_refusal_of_a_value_names_its_place() {
    let line = 2;
    let gbp = "GBP".parse().unwrap();
    let none = json!(null);
    for (refusal, status, kind, pointer) in [
        (CheckoutRefusal::NoLines.into(), 422, "invalid-value", json!("/lines")),
        (CheckoutRefusal::TooManyLines.into(), 422, "invalid-value", json!("/lines")),
        (CheckoutRefusal::UnknownSku { line, sku: sku("A") }.into(), 422, "unknown-sku", json!("/lines/2/sku")),
        (CheckoutRefusal::DelistedSku { line, sku: sku("A") }.into(), 422, "delisted-sku", json!("/lines/2/sku")),
        (
            CheckoutRefusal::OtherCurrency { line, sku: sku("A"), priced: gbp, ordered: gbp }.into(),
            422,
            "other-currency",
            json!("/lines/2/sku"),
        ),
        (
            CheckoutRefusal::OtherMerchant { line, sku: sku("A"), merchant: "m".parse().unwrap() }.into(),
            422,
            "other-merchant",
            json!("/lines/2/sku"),
        ),
        (CheckoutRefusal::TotalOverflow { line }.into(), 422, "total-overflow", json!("/lines/2/quantity")),
        (
            CheckoutRefusal::QuantityOverflow { line, sku: sku("A") }.into(),
            422,
            "quantity-overflow",
            json!("/lines/2/quantity"),
        ),
        (Refusal::FieldNotAllowed { field: "customer".to_owned() }, 403, "field-not-allowed", json!("/customer")),
        (Refusal::FutureTime { field: "placed_at".to_owned() }, 422, "future-time", json!("/placed_at")),
        (OrderRefusal::Unknown.into(), 404, "not-found", none.clone()),
        (OrderRefusal::EmptyPayment.into(), 422, "invalid-value", json!("/amount/amount")),
        (StockRefusal::EmptyAdjustment.into(), 422, "invalid-value", json!("/change")),
        (
            StockRefusal::AdjustmentTooLow { change: -3, available: 2 }.into(),
            409,
            "adjustment-too-low",
            json!("/change"),
        ),
        (StockRefusal::TooMany.into(), 409, "stock-full", none.clone()),
        (Refusal::NothingToLose { place: 1 }, 422, "invalid-value", json!("/orders/1")),
        (OrderRefusal::NothingShort.into(), 409, "wrong-status", none.clone()),
        (Refusal::KeepsNoStock(sku("A")), 409, "keeps-no-stock", none.clone()),
        (ProductRefusal::Unknown.into(), 404, "not-found", none.clone()),
        (
            ProductRefusal::OtherCurrency { expected: gbp, received: gbp }.into(),
            422,
            "other-currency",
            json!("/price/currency"),
        ),
        (RefundRefusal::Unknown.into(), 404, "not-found", none.clone()),
        (RefundRefusal::AlreadyDone.into(), 409, "refund-conflict", none.clone()),
        (PaymentRefusal::Unknown.into(), 404, "not-found", none.clone()),
        (PaymentRefusal::BeingVoided.into(), 409, "payment-conflict", none.clone()),
        (PaymentRefusal::EmptyCapture.into(), 422, "invalid-value", json!("/amount/amount")),
        (
            PaymentRefusal::OtherCurrency { expected: gbp, received: gbp }.into(),
            422,
            "other-currency",
            json!("/amount/currency"),
        ),
        (Refusal::UnknownMerchant, 404, "not-found", none.clone()),
        (MerchantRefusal::TooManyPromotions.into(), 409, "too-many-promotions", none.clone()),
        (MerchantRefusal::TaxRateRepeated { rate: 1 }.into(), 422, "invalid-value", json!("/rates/1")),
        (
            MerchantRefusal::PriorityRepeated { location: 1 }.into(),
            422,
            "invalid-value",
            json!("/allocation_priority/1"),
        ),
        (CouponRefusal::Unknown.into(), 404, "not-found", none),
        (CouponRefusal::OtherTerms.into(), 409, "coupon-conflict", json!("/code")),
        (CouponRefusal::Withdrawn.into(), 409, "coupon-conflict", json!("/code")),
        (CouponRefusal::Offer(OfferRefusal::NeverValid).into(), 422, "invalid-value", json!("/offer/valid")),
        (PointsRefusal::TooMany.into(), 409, "points-full", json!("/points")),
    ] {
        let (seen_status, _, body) = seen(Failure::Refused(refusal)).await;
        assert_eq!(body["type"], format!("urn:purser:problem:{kind}"));
        assert_eq!((seen_status, &body["errors"][0]["pointer"]), (status, &pointer), "{kind}");
    }
}

#[tokio::test]
async fn whoever_should_come_back_is_told_when() {
    let after = Duration::from_millis(1_200);
    for (failure, status, kind, seconds) in [
        (Failure::Overloaded { retry_after: after }, 503, "overloaded", "2"),
        (Failure::NoWriter { retry_after: Duration::ZERO }, 503, "no-writer", "1"),
        (Failure::Unavailable { retry_after: after }, 503, "unavailable", "2"),
        (Failure::TimedOut, 504, "outcome-unknown", "1"),
    ] {
        let (seen_status, retry_after, body) = seen(failure).await;
        assert_eq!((seen_status, retry_after.as_deref()), (status, Some(seconds)));
        assert_eq!(body["type"], format!("urn:purser:problem:{kind}"));
    }
}

#[tokio::test]
async fn what_went_wrong_inside_stays_inside() {
    let problem = Problem::from(sqlx::Error::Protocol("password=hunter2".to_owned()));
    assert_eq!(problem.kind().status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(problem.cause().unwrap().contains("hunter2"));
    let request = Mint::new(Arc::new(SystemClock)).request_id();
    let body = to_bytes(problem.render(request).into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8(body.to_vec()).unwrap().contains("hunter2"));
}

#[test]
fn a_database_that_is_away_is_a_matter_of_waiting() {
    assert_eq!(Problem::from(sqlx::Error::PoolTimedOut).kind(), Kind::Unavailable);
    assert_eq!(Problem::from(sqlx::Error::RowNotFound).kind(), Kind::Internal);
}
