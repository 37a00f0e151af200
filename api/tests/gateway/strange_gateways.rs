//! Gateways that the sandbox does not play.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::StatusCode};
use purser::gateway::{CaptureMode, GatewayError, HttpGateway, HttpGatewaySettings, PaymentGateway};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_util::task::TaskTracker;

use crate::sandbox::{key, ten_pounds};

async fn asked(address: SocketAddr) -> GatewayError {
    asked_with(address, HttpGatewaySettings::default()).await
}

async fn asked_with(address: SocketAddr, settings: HttpGatewaySettings) -> GatewayError {
    let client = HttpGateway::try_new(&format!("http://{address}"), settings).unwrap();
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    client.create_payment(&key("k-1"), &request).await.unwrap_err()
}

/// What a client makes of an answer.
async fn answered(status: StatusCode, body: &'static str) -> GatewayError {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(async move || (status, body));
    TaskTracker::new().spawn(async move { axum::serve(listener, router).await.unwrap() });
    asked(address).await
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = asked(address).await;
    assert!(matches!(error, GatewayError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_gateway_that_takes_the_request_and_says_nothing_may_have_done_it() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = TaskTracker::new();
    server.spawn(async move {
        let (mut silent, _) = listener.accept().await.unwrap();
        // Reads until the client gives up.
        let _ = silent.read_to_end(&mut Vec::new()).await;
    });
    let brief = HttpGatewaySettings { call_timeout: Duration::from_millis(300), ..HttpGatewaySettings::default() };
    let error = asked_with(address, brief).await;
    assert!(matches!(error, GatewayError::Unknown { .. }), "{error}");
}

#[tokio::test]
async fn a_gateway_that_closes_the_connection_may_have_done_it() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    TaskTracker::new().spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 64]).await;
    });
    let error = asked(address).await;
    assert!(matches!(error, GatewayError::Unknown { .. }), "{error}");
}

#[tokio::test]
async fn every_status_says_whether_the_work_can_have_been_done() {
    for status in [500, 501, 502, 504, 200, 201, 302] {
        let error = answered(StatusCode::from_u16(status).unwrap(), "<html>").await;
        assert!(matches!(error, GatewayError::Unknown { .. }), "{status}: {error}");
    }
    for status in [408, 429, 503] {
        let error = answered(StatusCode::from_u16(status).unwrap(), "").await;
        assert!(matches!(error, GatewayError::Unavailable { .. }), "{status}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_is_known_by_its_code_or_its_type_or_its_status() {
    for (body, expected) in [
        (r#"{"code":"card-stolen","type":"urn:x:other","detail":"d"}"#, "card-stolen"),
        (r#"{"type":"https://gateway.example/problems/card-stolen"}"#, "card-stolen"),
        ("Payment required", "402"),
        (r#"{"type":""}"#, "402"),
    ] {
        match answered(StatusCode::PAYMENT_REQUIRED, body).await {
            GatewayError::Refused { code, .. } => assert_eq!(code, expected, "{body}"),
            other => panic!("{body}: {other}"),
        }
    }
}

#[test]
fn an_address_that_is_none_is_refused_at_once() {
    for url in ["", "gateway", "ftp://gateway", "http://", "unix:/tmp/x"] {
        assert!(HttpGateway::try_new(url, HttpGatewaySettings::default()).is_err(), "{url}");
    }
}
