use std::{fmt, time::Duration};

use purser_domain::order::OrderStatus;
use serde::Deserialize;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The engine's address cannot be one.
    #[error("{url} is no http:// address of an engine")]
    Url {
        /// What was given.
        url: String,
    },
    /// What the engine listens on says not where it is.
    #[error("an engine that listens on {listen} has any free port: name its address with --url")]
    AnyPort {
        /// What it listens on.
        listen: String,
    },
    /// The token holds characters that no token has.
    #[error("the token is malformed")]
    Token,
    /// The request could not be built.
    #[error("cannot set up the http client")]
    Setup(#[source] reqwest::Error),
    /// The body could not be written as JSON.
    #[error("cannot write the request's body")]
    Body(#[source] serde_json::Error),
    /// The engine's answer is not what this client knows.
    #[error("cannot read the engine's answer")]
    Answer(#[source] serde_json::Error),
    /// The engine refused, and would refuse again.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Waiting did not help.
    #[error("gave up after {} s: {last}", .after.as_secs())]
    GaveUp {
        /// How long it was tried.
        after: Duration,
        /// What went wrong last.
        last: String,
    },
}

/// A problem document (RFC 9457) as the engine answers it.
#[derive(Debug, Clone, Deserialize)]
pub struct Problem {
    /// The kind of problem: `urn:purser:problem:` and a slug.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time.
    #[serde(default)]
    pub detail: String,
    /// Where the request is wrong.
    #[serde(default)]
    pub errors: Vec<Fault>,
    /// Where the order stands, if that is why.
    #[serde(default)]
    pub order_status: Option<OrderStatus>,
}

/// One place where a request is wrong.
#[derive(Debug, Clone, Deserialize)]
pub struct Fault {
    /// The place in the body, as a JSON pointer.
    #[serde(default)]
    pub pointer: Option<String>,
    /// What is wrong there.
    #[serde(default)]
    pub detail: String,
}

impl Problem {
    /// Whether the type ends in this slug.
    pub fn is(&self, slug: &str) -> bool {
        self.type_uri.rsplit(':').next() == Some(slug)
    }

    /// Reads a document, or makes one of whatever else came: a proxy in between answers in its own words.
    pub(super) fn read(status: u16, body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| Self {
            type_uri: "about:blank".to_owned(),
            status,
            detail: String::from_utf8_lossy(body).chars().take(200).collect(),
            errors: Vec::new(),
            order_status: None,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.type_uri, self.detail)?;
        for fault in &self.errors {
            write!(f, "; {}: {}", fault.pointer.as_deref().unwrap_or("-"), fault.detail)?;
        }
        Ok(())
    }
}
