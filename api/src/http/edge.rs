//! What every request passes, once, on its way in and out: ids, the token, the role, the time limit, the last line of
//! defence against a panic, the rendering of problems, metrics.
//!
//! One middleware and not six: each layer of a tower costs allocations and clones on every request.

use std::{
    borrow::Cow,
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    task::{Context as TaskContext, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, future::BoxFuture};
use metrics::{Counter, Histogram};
use tower::{Layer, Service};
use tracing::Instrument;

use super::{
    extract::{BODY_TIMEOUT, other_faults},
    problem::{Fault, Kind, Problem},
    state::AppState,
};
use crate::{
    auth::{Grant, Role},
    mint::RequestId,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// Of an answer that an earlier request with the same key got first.
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest correlation id, in characters.
const CORRELATION_ID_MAX: usize = 128;

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, without a token.
    Open,
    /// Bearers of a token of one of these roles.
    Only(&'static [Role]),
}

/// What a handler may want to know of its request. Every request has one among its extensions.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) request_id: RequestId,
    pub(crate) correlation_id: Arc<str>,
    /// Whose token came with it; none for operations that are open.
    pub(crate) grant: Option<Arc<Grant>>,
    pub(crate) noted: Arc<Noted>,
}

/// What is noted of a request on its way in, for the way out.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// The body and the name of its schema, once it is there.
    body: OnceLock<(Cow<'static, str>, Bytes)>,
    replayed: OnceLock<()>,
}

impl Noted {
    /// Remembers the body, so that a refusal of one of its values can name all the others.
    pub(crate) fn keep(&self, schema: Cow<'static, str>, body: &Bytes) {
        // A request has one body.
        let _ = self.body.set((schema, body.clone()));
    }

    /// Remembers that the answer is one that was given before.
    pub(crate) fn replayed(&self) {
        // Once said, it is said.
        let _ = self.replayed.set(());
    }

    /// A refusal of one value with all else that is wrong with the body, so that nobody has to come again for each.
    fn complete(&self, problem: &Problem) -> Option<Problem> {
        let (schema, body) = self.body.get().filter(|_| problem.kind() == Kind::InvalidValue)?;
        Some(problem.and_also(other_faults(schema, body)))
    }
}

/// The way in and out of one operation.
#[derive(Clone)]
pub(super) struct EdgeLayer(Arc<Operation>);

struct Operation {
    name: String,
    access: Access,
    state: AppState,
    seconds: Histogram,
    /// By the hundreds of the status, from 1xx on.
    answers: [Counter; 5],
}

impl EdgeLayer {
    pub(super) fn new(name: &str, access: Access, state: AppState) -> Self {
        let name = name.to_owned();
        let answers = ["1xx", "2xx", "3xx", "4xx", "5xx"].map(
            |class| metrics::counter!("purser_http_requests_total", "operation" => name.clone(), "status" => class),
        );
        let seconds = metrics::histogram!("purser_http_request_seconds", "operation" => name.clone());
        Self(Arc::new(Operation { name, access, state, seconds, answers }))
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge { inner, operation: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(super) struct Edge<S> {
    inner: S,
    operation: Arc<Operation>,
}

impl<S> Service<Request> for Edge<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let waiting = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, waiting);
        let operation = Arc::clone(&self.operation);
        Box::pin(async move { Ok(operation.pass(request, inner).await) })
    }
}

impl Operation {
    async fn pass<S>(&self, mut request: Request, mut inner: S) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible>,
    {
        let started = Instant::now();
        let request_id = self.state.mint.request_id();
        let named: Arc<str> = request_id.to_string().into();
        let given = correlation_id(request.headers());
        let correlation_id = match &given {
            Ok(Some(given)) => Arc::clone(given),
            Ok(None) | Err(_) => Arc::clone(&named),
        };
        // At the level of errors, so that no line of a request is ever without it, whatever level is written.
        let span = tracing::error_span!(
            "request",
            operation = self.name,
            request_id = &*named,
            correlation_id = &*correlation_id
        );
        let is_read = is_read(request.method());
        let noted = Arc::default();
        let admitted = given.and_then(|_| self.admit(request.headers()));
        let response = async {
            let response = match admitted {
                Ok(grant) => {
                    request.extensions_mut().insert(Context {
                        request_id,
                        correlation_id: Arc::clone(&correlation_id),
                        grant,
                        noted: Arc::clone(&noted),
                    });
                    bounded(longest(self.state.request_timeout, is_read), is_read, inner.call(request)).await
                }
                Err(problem) => problem.into_response(),
            };
            finish(response, request_id, &noted)
        };
        let mut response = response.instrument(span).await;
        put(response.headers_mut(), REQUEST_ID, &named);
        put(response.headers_mut(), CORRELATION_ID, &correlation_id);
        self.count(&response, started);
        response
    }

    /// Deny by default: an operation says who may use it, and nobody else may.
    fn admit(&self, headers: &HeaderMap) -> Result<Option<Arc<Grant>>, Problem> {
        let Access::Only(roles) = self.access else {
            return Ok(None);
        };
        let token = bearer_token(headers)?;
        let grant = self.state.tokens.recognise(token).ok_or_else(|| {
            Problem::at(Kind::Unauthenticated, Fault::header("Authorization", "the token is unknown or revoked"))
        })?;
        if roles.contains(&grant.role) {
            Ok(Some(grant))
        } else {
            let detail = format!("a token of the role {} may not use this operation", grant.role);
            Err(Problem::new(Kind::Forbidden, detail))
        }
    }

    fn count(&self, response: &Response, started: Instant) {
        self.seconds.record(started.elapsed().as_secs_f64());
        let hundreds = usize::from(response.status().as_u16() / 100);
        if let Some(answers) = hundreds.checked_sub(1).and_then(|class| self.answers.get(class)) {
            answers.increment(1);
        }
    }
}

/// Renders a problem, which needs the request's id, and says so in the log: once, here, with what the caller is not told.
fn finish(mut response: Response, request_id: RequestId, noted: &Noted) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else {
        if noted.replayed.get().is_some() {
            response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        tracing::debug!(status = response.status().as_u16(), "answered");
        return response;
    };
    let problem = noted.complete(&problem).map_or(problem, Arc::new);
    let (problem_type, detail) = (problem.kind().slug(), problem.detail());
    let cause = problem.cause();
    match problem.kind().status().as_u16() {
        500 => tracing::error!(problem_type, cause, "failed: {}", cause.unwrap_or(detail)),
        501.. => tracing::warn!(problem_type, cause, "not answered: {detail}"),
        _ => tracing::info!(problem_type, "refused: {detail}"),
    }
    problem.render(request_id)
}

/// How long a request may take. What may bring a body has the body's time on top: a body that does not come is a slow body
/// and no unknown outcome, and one that comes late takes nothing from the time to answer.
fn longest(request_timeout: Duration, is_read: bool) -> Duration {
    if is_read { request_timeout } else { request_timeout.saturating_add(BODY_TIMEOUT) }
}

/// The handler's answer, or a problem if it panics or takes too long.
async fn bounded(
    longest: Duration,
    is_read: bool,
    answer: impl Future<Output = Result<Response, Infallible>>,
) -> Response {
    match tokio::time::timeout(longest, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Err(_)) => Problem::internal("a handler panicked").into_response(),
        Err(_) if is_read => Problem::new(Kind::QueryTimeout, "ask for less, or later").into_response(),
        Err(_) => {
            let detail = "no answer in time; ask again with the same idempotency key";
            Problem::new(Kind::OutcomeUnknown, detail).into_response()
        }
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn correlation_id(headers: &HeaderMap) -> Result<Option<Arc<str>>, Problem> {
    let Some(value) = headers.get(&CORRELATION_ID) else {
        return Ok(None);
    };
    printable(value, CORRELATION_ID_MAX).map(|text| Some(text.into())).ok_or_else(|| {
        let detail = "X-Correlation-Id must be 1 to 128 printable ASCII characters";
        Problem::at(Kind::MalformedHeader, Fault::header("X-Correlation-Id", detail))
    })
}

/// The text of a header of 1 to `longest` printable ASCII characters.
pub(crate) fn printable(value: &HeaderValue, longest: usize) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    ((1..=longest).contains(&text.len()) && is_printable).then_some(text)
}

fn bearer_token(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| {
            let detail = "send a token as: Authorization: Bearer purser_...";
            Problem::at(Kind::Unauthenticated, Fault::header("Authorization", detail))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(response: &Response) -> Kind {
        response.extensions().get::<Arc<Problem>>().unwrap().kind()
    }

    #[tokio::test]
    async fn a_panic_becomes_a_problem() {
        let response = bounded(Duration::from_mins(1), true, async { panic!("a bug") }).await;
        assert_eq!(kind(&response), Kind::Internal);
    }

    #[tokio::test]
    async fn an_answer_that_never_comes_leaves_only_a_writer_in_doubt() {
        for (is_read, expected) in [(true, Kind::QueryTimeout), (false, Kind::OutcomeUnknown)] {
            let response = bounded(Duration::ZERO, is_read, std::future::pending()).await;
            assert_eq!(kind(&response), expected);
        }
    }

    #[test]
    fn a_token_is_taken_from_a_bearer_header_alone() {
        let read = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            bearer_token(&headers).map(str::to_owned).ok()
        };
        assert_eq!(read("Bearer purser_x").as_deref(), Some("purser_x"));
        assert_eq!(read("bearer  purser_x").as_deref(), Some("purser_x"));
        assert_eq!(read("Basic purser_x"), None);
        assert_eq!(read("purser_x"), None);
        assert!(bearer_token(&HeaderMap::new()).is_err());
    }

    #[test]
    fn header_texts_are_short_and_printable() {
        let read = |bytes: &'static [u8]| printable(&HeaderValue::from_bytes(bytes).unwrap(), 5).map(str::to_owned);
        assert_eq!(read(b"a b~").as_deref(), Some("a b~"));
        assert_eq!(read(b""), None);
        assert_eq!(read(b"abcdef"), None);
        assert_eq!(read(b"a\tb"), None);
        assert_eq!(read(b"\xc3\xa9"), None);
    }
}
