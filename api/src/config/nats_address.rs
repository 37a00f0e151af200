use async_nats::{ConnectOptions, ServerAddr};
use std::fmt::{self, Debug};
use std::str::FromStr;

/// One NATS server or the servers of one cluster, with the user and password to be let in by.
///
/// The client library reads host and port from a URL and passes over a user and password in it, so this takes them
/// out. Neither of the two is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsAddress {
    servers: Vec<ServerAddr>,
    login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
enum Login {
    Password { user: String, password: String },
    Token(String),
}

/// Why a text is no address of a NATS server. It says nothing of the text, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("is not of the form nats://user:password@host:port, or several of these with commas between them")]
pub struct InvalidNatsAddress;

impl NatsAddress {
    /// The servers; where they differ in their logins, the first login counts.
    pub fn servers(&self) -> &[ServerAddr] {
        &self.servers
    }

    /// Options for the client library, with the login filled in.
    pub fn connect_options(&self) -> ConnectOptions {
        match &self.login {
            None => ConnectOptions::new(),
            Some(Login::Token(token)) => ConnectOptions::with_token(token.clone()),
            Some(Login::Password { user, password }) => {
                ConnectOptions::with_user_and_password(user.clone(), password.clone())
            }
        }
    }
}

impl FromStr for NatsAddress {
    type Err = InvalidNatsAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = |one: &str| one.trim().parse::<ServerAddr>().map_err(|_| InvalidNatsAddress);
        let servers = text.split(',').map(parse).collect::<Result<Vec<_>, _>>()?;
        if servers.iter().any(|server| server.host().is_empty()) {
            return Err(InvalidNatsAddress);
        }
        let logins = servers.iter().filter_map(login).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { servers, login: logins.into_iter().next() })
    }
}

/// As in the clients of NATS itself: a name alone is a token.
fn login(server: &ServerAddr) -> Option<Result<Login, InvalidNatsAddress>> {
    let user = percent_decoded(server.username()?);
    let password = server.password().map(percent_decoded);
    Some(match (user, password) {
        (Some(user), Some(Some(password))) => Ok(Login::Password { user, password }),
        (Some(token), None) => Ok(Login::Token(token)),
        (None, _) | (_, Some(None)) => Err(InvalidNatsAddress),
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).ok()
}

impl Debug for NatsAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_list()
            .entries(self.servers.iter().map(|server| format!("{}:{}", server.host(), server.port())))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_taken_from_the_url_and_decoded() {
        let address: NatsAddress = "nats://clerk:p%40ss%2Fword@one:4333,nats://two".parse().unwrap();

        assert!(matches!(&address.login, Some(Login::Password { user, password })
            if user == "clerk" && password == "p@ss/word"));
        assert_eq!(format!("{address:?}"), r#"["one:4333", "two:4222"]"#);
    }

    #[test]
    fn a_name_alone_is_a_token() {
        let address: NatsAddress = "nats://t0ken@host".parse().unwrap();

        assert!(matches!(&address.login, Some(Login::Token(token)) if token == "t0ken"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in
            ["", "http://secret@host", "nats://", "nats://a:%zz@host", "nats://one,,nats://two", "nats://a:%f@h"]
        {
            let refusal = text.parse::<NatsAddress>().unwrap_err();
            assert!(!refusal.to_string().contains("secret"), "{text}");
        }
    }
}
