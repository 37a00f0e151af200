//! A bare connection to the API, for what no honest client sends: half a head, half a body, nothing for a long time.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Answered, telling::Journal, wait::LONGEST};

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    journal: Arc<Journal>,
    sent: String,
}

impl Wire {
    pub(crate) async fn connect(address: SocketAddr, journal: Arc<Journal>) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self { stream, journal, sent: String::new() }
    }

    /// Sends text as it is.
    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.expect("a connection that takes it");
        self.sent.push_str(text);
    }

    /// Says that nothing more will come, and still listens.
    pub async fn finish(&mut self) {
        self.stream.shutdown().await.expect("a connection to finish");
    }

    /// Everything that comes until the engine closes the connection; the request must have asked for that, or have broken
    /// the rules.
    pub async fn until_closed(&mut self) -> String {
        let mut bytes = Vec::new();
        let reading = tokio::time::timeout(LONGEST, self.stream.read_to_end(&mut bytes)).await;
        // A connection that the engine resets is closed, too.
        let _ = reading.expect("the end of the connection in time");
        String::from_utf8(bytes).expect("UTF-8")
    }

    /// The one answer that comes until the engine closes the connection.
    pub async fn answer(mut self) -> Answered {
        let text = self.until_closed().await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer but {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status line");
        let status = StatusCode::from_u16(status).expect("a status");
        let headers: HeaderMap = lines.filter_map(header).collect();
        let answered = Answered::new(status, headers, body.to_owned());
        let mut asked = self.sent.split(' ');
        let method = asked.next().and_then(|method| method.parse().ok()).unwrap_or(Method::GET);
        self.journal.note(method, asked.next().unwrap_or_default(), status, answered.problem());
        answered
    }
}

fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.parse().ok()?, value.trim().parse().ok()?))
}
