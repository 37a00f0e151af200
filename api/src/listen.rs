//! Where a server listens: an address, or a name that stands for one.

use std::{fmt, io, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// How many connections may wait to be accepted, as far as the system agrees.
const BACKLOG: u32 = 1_024;

/// An address and port to listen on, or a name and port, as in `localhost:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// An address.
    Address(SocketAddr),
    /// A name, looked up when the server starts. Of several addresses the first is taken that can be, IPv4 before IPv6.
    Name {
        /// The host's name.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Why a text says not where to listen.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("is not of the form ADDRESS:PORT or NAME:PORT, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080")]
pub struct InvalidListenAddress;

/// Why nothing can be listened on there.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct ListenError {
    address: ListenAddress,
    #[source]
    source: io::Error,
}

/// An address that is this process's, though nobody is let in yet.
#[derive(Debug)]
pub struct Reserved {
    wanted: ListenAddress,
    socket: TcpSocket,
}

impl ListenAddress {
    /// Takes the address, so that it is known to be free before anything else is started. Until [`Reserved::listen`],
    /// whoever connects is refused, as if nobody were there.
    pub async fn reserve(&self) -> Result<Reserved, ListenError> {
        let failed = |source| ListenError { address: self.clone(), source };
        let mut addresses: Vec<SocketAddr> = match self {
            Self::Address(address) => vec![*address],
            Self::Name { host, port } => lookup_host((host.as_str(), *port)).await.map_err(failed)?.collect(),
        };
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let mut reason = io::Error::new(io::ErrorKind::NotFound, "the name stands for no address");
        for address in addresses {
            match bind(address) {
                Ok(socket) => return Ok(Reserved { wanted: self.clone(), socket }),
                // Somebody else is there: to listen beside them would send half of the callers to a stranger.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(failed(error)),
                Err(error) => reason = error,
            }
        }
        Err(failed(reason))
    }
}

impl ListenAddress {
    /// Where a client on the same machine finds who listens here, unless that is any free port.
    pub fn url(&self) -> Option<String> {
        let (host, port) = match self {
            Self::Name { host, port } => (host.clone(), *port),
            Self::Address(SocketAddr::V4(address)) if address.ip().is_unspecified() => {
                ("127.0.0.1".to_owned(), address.port())
            }
            Self::Address(SocketAddr::V6(address)) if address.ip().is_unspecified() => {
                ("[::1]".to_owned(), address.port())
            }
            Self::Address(SocketAddr::V4(address)) => (address.ip().to_string(), address.port()),
            Self::Address(SocketAddr::V6(address)) => (format!("[{}]", address.ip()), address.port()),
        };
        (port != 0).then(|| format!("http://{host}:{port}"))
    }
}

fn bind(address: SocketAddr) -> Result<TcpSocket, io::Error> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As `TcpListener::bind` does: connections of an earlier process that are still closing hold up nobody.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl Reserved {
    /// Lets callers in, and says where.
    pub fn listen(self) -> Result<(TcpListener, SocketAddr), ListenError> {
        let Self { wanted, socket } = self;
        let listening = socket.listen(BACKLOG).and_then(|listener| Ok((listener.local_addr()?, listener)));
        listening
            .map(|(address, listener)| (listener, address))
            .map_err(|source| ListenError { address: wanted, source })
    }
}

impl FromStr for ListenAddress {
    type Err = InvalidListenAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let (host, port) = text.rsplit_once(':').ok_or(InvalidListenAddress)?;
        let port = port.parse().map_err(|_| InvalidListenAddress)?;
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        // What has only digits and dots is an address that is none.
        let is_name = host.bytes().all(of_a_name) && host.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_name { Ok(Self::Name { host: host.to_owned(), port }) } else { Err(InvalidListenAddress) }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl<T: Into<SocketAddr>> From<T> for ListenAddress {
    fn from(address: T) -> Self {
        Self::Address(address.into())
    }
}

impl<'de> Deserialize<'de> for ListenAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|reason| de::Error::custom(format_args!("{text} {reason}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_read_and_what_is_neither_is_refused() {
        for text in ["127.0.0.1:8080", "[::1]:0", "localhost:8080", "shop-1.example.com:65535"] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
        }
        for text in
            ["", "8080", ":8080", "localhost", "localhost:", "localhost:65536", "127.0.0.1", "127.1:80", "a b:1"]
        {
            assert_eq!(text.parse::<ListenAddress>(), Err(InvalidListenAddress), "{text}");
        }
    }

    #[test]
    fn clients_find_who_listens() {
        for (listen, url) in [
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("0.0.0.0:80", Some("http://127.0.0.1:80")),
            ("[::]:80", Some("http://[::1]:80")),
            ("shop:81", Some("http://shop:81")),
            ("127.0.0.1:0", None),
        ] {
            assert_eq!(listen.parse::<ListenAddress>().unwrap().url().as_deref(), url, "{listen}");
        }
    }

    #[tokio::test]
    async fn a_name_is_listened_on() {
        let name: ListenAddress = "localhost:0".parse().unwrap();

        let (_, address) = name.reserve().await.unwrap().listen().unwrap();

        assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
    }

    #[tokio::test]
    async fn who_connects_before_the_server_listens_is_refused() {
        let reserved = ListenAddress::from(([127, 0, 0, 1], 0)).reserve().await.unwrap();
        let address = reserved.socket.local_addr().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());

        let (_listener, same) = reserved.listen().unwrap();

        assert_eq!(same, address);
        tokio::net::TcpStream::connect(address).await.unwrap();
    }

    #[tokio::test]
    async fn an_address_that_is_taken_is_refused_by_name() {
        let (_listener, taken) = ListenAddress::from(([127, 0, 0, 1], 0)).reserve().await.unwrap().listen().unwrap();

        let refusal =
            format!("localhost:{}", taken.port()).parse::<ListenAddress>().unwrap().reserve().await.unwrap_err();

        assert!(refusal.to_string().starts_with(&format!("cannot listen on localhost:{}", taken.port())), "{refusal}");
        assert_eq!(refusal.source.kind(), io::ErrorKind::AddrInUse);
    }
}
