//! The one mapping from what can go wrong to HTTP: problem documents as in RFC 9457.

mod engine;
mod fault;
mod kind;
mod refusal;

use std::{borrow::Cow, error::Error, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use purser_commands::Failure;
use purser_domain::{ids::OrderId, money::Money, order::OrderStatus};
use serde::Serialize;

use super::extract::FAULTS_MAX;
use crate::{auth::AuthError, mint::RequestId};

pub(crate) use fault::Fault;
pub(crate) use kind::Kind;

/// The media type of problem documents.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// When to try again where nothing better is known.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What went wrong with a request, not yet tied to it.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    order_status: Option<OrderStatus>,
    money: Option<Box<AboutMoney>>,
    /// What an order was expected to cost, and what it costs.
    totals: Option<Box<(Money, Money)>>,
    retry_after: Option<Duration>,
    /// For the log, never for the caller.
    cause: Option<String>,
}

/// What else is to be told of money that is not taken, or does not go back.
#[derive(Debug, Clone, Copy, Default)]
struct AboutMoney {
    paid_order: Option<OrderId>,
    left: Option<Money>,
}

/// An RFC 9457 problem document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument<'a> {
    /// What kind of problem it is; stable. `urn:purser:problem:` and one of the slugs that the operations name.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:purser:problem:out-of-stock", pattern = "^urn:purser:problem:[a-z-]+$")]
    type_uri: String,
    /// The type in words; the same for every problem of the type.
    #[schema(value_type = String)]
    title: &'a str,
    /// The HTTP status, repeated.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time.
    #[schema(value_type = String)]
    detail: &'a str,
    /// This very request; the number is in `X-Request-Id` and in the log lines.
    #[schema(value_type = String, example = "urn:purser:request:req_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d")]
    instance: String,
    /// Where the request is wrong. Of a body all that is wrong by its description is told at once, up to twenty places.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    #[schema(value_type = Option<Vec<Fault>>)]
    errors: &'a [Fault],
    /// Where the order stands, when that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::OrderStatus>)]
    order_status: Option<OrderStatus>,
    /// The order that was paid by the same reference, when that is why. Only who may record payments is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::OrderId>)]
    paid_order: Option<OrderId>,
    /// What is left of all that was taken for the order, when more is to go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::Money>)]
    left: Option<Money>,
    /// What the order was expected to cost, when it costs something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::Money>)]
    expected_total: Option<Money>,
    /// What it costs then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::http::schema::Money>)]
    total: Option<Money>,
}

impl Problem {
    /// A problem of a kind, with what is wrong this time.
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let retry_after = match kind.status().as_u16() {
            503 | 504 => Some(RETRY_AFTER),
            _ => None,
        };
        Self {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            order_status: None,
            money: None,
            totals: None,
            retry_after,
            cause: None,
        }
    }

    /// A problem with one place in the request.
    pub(crate) fn at(kind: Kind, fault: Fault) -> Self {
        Self { faults: vec![fault.clone()], ..Self::new(kind, fault.into_detail()) }
    }

    /// A problem with each of these places in the request.
    pub(crate) fn with_all(kind: Kind, faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [] => kind.title().to_owned(),
            [only] => only.detail().to_owned(),
            [first, ..] => format!("{} places are wrong, see errors; the first: {}", faults.len(), first.detail()),
        };
        Self { faults, ..Self::new(kind, detail) }
    }

    /// Adds what else is wrong with the body, up to as many faults as are told.
    pub(crate) fn and_also(&self, others: Vec<Fault>) -> Self {
        let mut faults = self.faults.clone();
        for other in others {
            if faults.len() < FAULTS_MAX && !faults.iter().any(|fault| fault.is_at(&other)) {
                faults.push(other);
            }
        }
        if faults.len() == self.faults.len() { self.clone() } else { Self::with_all(self.kind, faults) }
    }

    /// Unknown, or somebody else's: nobody can tell which.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}"))
    }

    /// A bug, or something that only people can mend. The cause goes to the log.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Kind::Internal, "the engine's log says more") }
    }

    pub(crate) fn faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    fn totals(mut self, expected: Money, total: Money) -> Self {
        self.totals = Some(Box::new((expected, total)));
        self
    }

    /// The order that a payment's reference has paid.
    fn paid_order(mut self, order: OrderId) -> Self {
        self.money.get_or_insert_default().paid_order = Some(order);
        self
    }

    /// What is left of what was taken for an order.
    fn left(mut self, left: Money) -> Self {
        self.money.get_or_insert_default().left = Some(left);
        self
    }

    fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// What is wrong this time.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Where the request is wrong.
    pub(crate) fn listed_faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What the caller is not told.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer to this request.
    pub(crate) fn render(&self, request: RequestId) -> Response {
        let money = self.money.as_deref().copied().unwrap_or_default();
        let document = ProblemDocument {
            type_uri: format!("urn:purser:problem:{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            instance: format!("urn:purser:request:{request}"),
            errors: &self.faults,
            order_status: self.order_status,
            paid_order: money.paid_order,
            left: money.left,
            expected_total: self.totals.as_ref().map(|totals| totals.0),
            total: self.totals.as_ref().map(|totals| totals.1),
        };
        // Strings, numbers and lists of these always serialize.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.kind == Kind::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"purser\""));
        }
        response
    }
}

/// The problem travels beside an empty response until the edge, which knows the request's id, renders it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let detail = failure.to_string();
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::KeyReused => Self::at(Kind::KeyReused, Fault::header("Idempotency-Key", detail)),
            Failure::Overloaded { retry_after } => Self::new(Kind::Overloaded, detail).retry_after(retry_after),
            Failure::NoWriter { retry_after } => Self::new(Kind::NoWriter, detail).retry_after(retry_after),
            Failure::Unavailable { retry_after } => Self::new(Kind::Unavailable, detail).retry_after(retry_after),
            Failure::TimedOut => Self::new(Kind::OutcomeUnknown, detail),
            Failure::Internal => Self::internal("the write side failed; an earlier line says why"),
        }
    }
}

/// A database that is away or ending is a matter of waiting; any other error is a matter of mending.
impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let unavailable = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => true,
            sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| {
                // Connection failures, exhausted resources, and an administrator's or a crash's shutdown.
                code.starts_with("08") || code.starts_with("53") || code.starts_with("57P")
            }),
            _ => false,
        };
        let cause = chain(&error);
        if unavailable {
            Self { cause: Some(cause), ..Self::new(Kind::Unavailable, "the database cannot be reached") }
        } else {
            Self::internal(cause)
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Subject => Self::new(Kind::InvalidValue, error.to_string()),
            AuthError::Database(error) => error.into(),
        }
    }
}

/// An error with all that led to it, on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
