use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_util::task::TaskTracker;

use super::*;

/// A server that answers each connection with the next of `answers` and closes it; an empty answer is a broken connection.
async fn server(answers: Vec<String>) -> (String, Arc<AtomicUsize>, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let served = Arc::clone(&count);
    let task = TaskTracker::new().spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            seen.push(String::from_utf8_lossy(&request[..length]).into_owned());
            served.fetch_add(1, Ordering::SeqCst);
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        seen
    });
    (url, count, task)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn client(url: &str, patience: Duration) -> Client {
    Client::try_new(url, &Token::new("purser_back_office_x".to_owned()), patience).unwrap()
}

fn receipt() -> (Sku, Receipt) {
    let receipt = Receipt { quantity: 3.try_into().unwrap(), location: None, at: None };
    ("BANK CHARGES".parse().unwrap(), receipt)
}

#[tokio::test]
async fn a_broken_connection_and_an_overload_are_bridged_with_the_same_request() {
    let busy = answer("503 Service Unavailable", "retry-after: 0\r\n", "{}");
    let (url, count, task) =
        server(vec![String::new(), busy, answer("200 OK", "", r#"{"position":7,"sku":"x"}"#)]).await;
    let (sku, receipt) = receipt();
    let change = client(&url, Duration::from_secs(20)).receive("key-1", &sku, &receipt).await.unwrap();
    assert_eq!(change.position, 7);
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let seen = task.await.unwrap();
    assert!(seen[0].starts_with("POST /v1/stock/BANK%20CHARGES/receive HTTP/1.1"), "{}", seen[0]);
    assert!(seen[0].contains("idempotency-key: key-1") && seen[0].ends_with(r#"{"quantity":3}"#), "{}", seen[0]);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test]
async fn a_sku_is_one_segment_of_the_path_whatever_it_holds() {
    let (url, _, task) = server(vec![answer("200 OK", "", r#"{"position":7,"sku":"x"}"#)]).await;
    let (_, receipt) = receipt();
    let sku = "A/B 50%?#\u{c4}".parse().unwrap();
    client(&url, Duration::from_secs(20)).receive("key-1", &sku, &receipt).await.unwrap();
    let seen = task.await.unwrap();
    assert!(seen[0].starts_with("POST /v1/stock/A%2FB%2050%25%3F%23%C3%84/receive HTTP/1.1"), "{}", seen[0]);
}

#[tokio::test]
async fn a_refusal_is_told_and_not_repeated() {
    let body = r#"{"type":"urn:purser:problem:out-of-stock","title":"t","status":409,"detail":"short","instance":"i"}"#;
    let (url, count, _task) = server(vec![answer("409 Conflict", "", body)]).await;
    let (sku, receipt) = receipt();
    let refused = client(&url, Duration::from_secs(20)).receive("key-1", &sku, &receipt).await.unwrap_err();
    assert!(matches!(&refused, ClientError::Refused(problem) if problem.is("out-of-stock")), "{refused}");
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_shipment_waits_while_the_order_is_paid_and_no_longer() {
    let problem = |status: &str| {
        format!(
            r#"{{"type":"urn:purser:problem:wrong-status","title":"t","status":409,"detail":"d","instance":"i","order_status":"{status}"}}"#
        )
    };
    let (url, count, _task) =
        server(vec![answer("409 Conflict", "", &problem("paid")), answer("409 Conflict", "", &problem("cancelled"))])
            .await;
    let order = "ord_0193abcd0193abcd0193abcd0193abcd".parse().unwrap();
    let shipment = Shipment { tracking: None, at: None };
    let refused = client(&url, Duration::from_secs(20)).ship("key-1", order, &shipment).await.unwrap_err();
    let ClientError::Refused(problem) = refused else { panic!("{refused}") };
    assert_eq!(problem.order_status, Some(OrderStatus::Cancelled));
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn patience_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (sku, receipt) = receipt();
    let gone = client(&url, Duration::from_millis(50)).receive("key-1", &sku, &receipt).await.unwrap_err();
    assert!(matches!(gone, ClientError::GaveUp { .. }), "{gone}");
    let words = gone.to_string();
    assert!(words.contains(&url) && words.contains("--url or PURSER_URL"), "{words}");
}
