//! The callers over HTTP: one keep-alive connection each, written by hand so that the callers take little of the machine
//! that they share with the engine.

use std::fmt::Write;

use purser::client::Token;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    BenchError,
    load::Caller,
    workload::{Dice, Spread},
};

/// More than any answer to a placement.
const ANSWER_BYTES: usize = 8 << 10;

/// A caller with a connection of its own.
pub struct HttpCaller {
    connection: TcpStream,
    /// What is the same in the head of every request.
    head: String,
    name: String,
    spread: Spread,
    dice: Dice,
    orders: u64,
    request: String,
    body: String,
    answer: Box<[u8; ANSWER_BYTES]>,
}

impl HttpCaller {
    /// Connects. `name` must be unlike that of every other caller: idempotency keys begin with it.
    pub async fn connect(
        address: std::net::SocketAddr,
        token: &Token,
        name: String,
        spread: Spread,
        dice: Dice,
    ) -> Result<Self, BenchError> {
        let connection = TcpStream::connect(address).await.map_err(BenchError::io("connect to the engine"))?;
        connection.set_nodelay(true).map_err(BenchError::io("set up a connection"))?;
        let head = format!(
            "POST /v1/orders HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\ncontent-type: application/json\r\n",
            token.authorization()
        );
        Ok(Self {
            connection,
            head,
            name,
            spread,
            dice,
            orders: 0,
            request: String::with_capacity(1_024),
            body: String::with_capacity(512),
            answer: Box::new([0; ANSWER_BYTES]),
        })
    }

    fn write_request(&mut self) -> std::fmt::Result {
        let [first, second] = self.spread.pick(&mut self.dice);
        self.orders += 1;
        self.body.clear();
        write!(
            self.body,
            "{{\"currency\":\"GBP\",\"lines\":[{{\"sku\":\"BENCH-{first:04}\",\"quantity\":1}},\
             {{\"sku\":\"BENCH-{second:04}\",\"quantity\":1}}],\"ship_to\":{{\"recipient\":\"Bench\",\
             \"lines\":[\"1 Mill Lane\"],\"city\":\"Leeds\",\"postal_code\":\"LS1 4AP\",\"country\":\"GB\"}}}}"
        )?;
        self.request.clear();
        write!(
            self.request,
            "{}idempotency-key: {}-{}\r\ncontent-length: {}\r\n\r\n{}",
            self.head,
            self.name,
            self.orders,
            self.body.len(),
            self.body
        )
    }

    /// Reads one answer: its status and its body.
    async fn read_answer(&mut self) -> Result<(u16, String), BenchError> {
        let mut filled = 0;
        loop {
            let into = self.answer.get_mut(filled..).filter(|room| !room.is_empty()).ok_or(BenchError::NotHttp)?;
            let read = self.connection.read(into).await.map_err(BenchError::io("read an answer"))?;
            if read == 0 {
                return Err(BenchError::NotHttp);
            }
            filled += read;
            let text = std::str::from_utf8(&self.answer[..filled]).map_err(|_| BenchError::NotHttp)?;
            if let Some((status, body)) = whole(text)? {
                return Ok((status, body.to_owned()));
            }
        }
    }
}

/// The status and the body, once all of it is there.
fn whole(text: &str) -> Result<Option<(u16, &str)>, BenchError> {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(BenchError::NotHttp)?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok())
        .ok_or(BenchError::NotHttp)?;
    Ok((body.len() >= length).then_some((status, body)))
}

impl Caller for HttpCaller {
    async fn place(&mut self) -> Result<(), BenchError> {
        self.write_request().map_err(|_| BenchError::NotHttp)?;
        self.connection.write_all(self.request.as_bytes()).await.map_err(BenchError::io("send an order"))?;
        match self.read_answer().await? {
            (201, _) => Ok(()),
            (status, body) => Err(BenchError::Http { status, body }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let head = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n";
        assert!(whole("HTTP/1.1 201 Cre").unwrap().is_none());
        assert!(whole(&format!("{head}1234")).unwrap().is_none());
        assert_eq!(whole(&format!("{head}12345")).unwrap(), Some((201, "12345")));
        assert!(whole("nonsense\r\n\r\n").is_err());
    }
}
