//! What every request passes, once, on its way in and out: ids, the token, the role, the time limit, the last line of
//! defence against a panic, the rendering of problems, metrics.
//!
//! One middleware and not six: each layer of a tower costs allocations and clones on every request.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context as TaskContext, Poll},
    time::Instant,
};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::Response,
};
use futures_util::{FutureExt, future::BoxFuture};
use metrics::{Counter, Histogram};
use tower::{Layer, Service};
use tracing::Instrument;

use super::{
    problem::{Fault, Kind, Problem},
    state::AppState,
};
use crate::{
    auth::{Grant, Role},
    mint::RequestId,
};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// The longest correlation id and idempotency key, in characters.
pub(crate) const CORRELATION_ID_MAX: usize = 128;

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
}

/// The way in and out of one operation.
#[derive(Clone)]
pub(super) struct EdgeLayer(Arc<Operation>);

struct Operation {
    name: String,
    access: Access,
    state: AppState,
    seconds: Histogram,
    /// By the hundreds of the status: index 2 counts the successes.
    answers: [Counter; 6],
}

impl EdgeLayer {
    pub(super) fn new(name: &str, access: Access, state: AppState) -> Self {
        let name = name.to_owned();
        let answers = ["", "1xx", "2xx", "3xx", "4xx", "5xx"]
            .map(|class| metrics::counter!("purser_http_requests_total", "operation" => name.clone(), "status" => class));
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
        let span = tracing::error_span!("request", operation = self.name, request_id = &*named, correlation_id = &*correlation_id);
        let is_read = is_read(request.method());
        let admitted = given.and_then(|_| self.admit(request.headers()));
        let response = async {
            let response = match admitted {
                Ok(grant) => {
                    request.extensions_mut().insert(Context { request_id, correlation_id: Arc::clone(&correlation_id), grant });
                    self.run(request, &mut inner, is_read).await
                }
                Err(problem) => axum::response::IntoResponse::into_response(problem),
            };
            self.finish(response, request_id)
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

    async fn run<S>(&self, request: Request, inner: &mut S, is_read: bool) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible>,
    {
        use axum::response::IntoResponse;
        let answer = AssertUnwindSafe(async { inner.call(request).await }).catch_unwind();
        match tokio::time::timeout(self.state.request_timeout, answer).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => Problem::internal("a handler panicked").into_response(),
            Err(_) if is_read => Problem::new(Kind::QueryTimeout, "ask for less, or later").into_response(),
            Err(_) => {
                let detail = "no answer in time; ask again with the same idempotency key";
                Problem::new(Kind::OutcomeUnknown, detail).into_response()
            }
        }
    }

    fn finish(&self, mut response: Response, request_id: RequestId) -> Response {
        let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else {
            tracing::debug!(status = response.status().as_u16(), "answered");
            return response;
        };
        let (problem_type, detail) = (problem.kind().slug(), problem.detail());
        let cause = problem.cause();
        match problem.kind().status().as_u16() {
            500 => tracing::error!(problem_type, cause, "failed: {}", cause.unwrap_or(detail)),
            501.. => tracing::warn!(problem_type, cause, "not answered: {detail}"),
            _ => tracing::info!(problem_type, "refused: {detail}"),
        }
        problem.render(request_id)
    }

    fn count(&self, response: &Response, started: Instant) {
        self.seconds.record(started.elapsed().as_secs_f64());
        if let Some(answers) = self.answers.get(usize::from(response.status().as_u16() / 100)) {
            answers.increment(1);
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
    match printable(value, CORRELATION_ID_MAX) {
        Some(text) => Ok(Some(text.into())),
        None => {
            let detail = "X-Correlation-Id must be 1 to 128 printable ASCII characters";
            Err(Problem::at(Kind::MalformedHeader, Fault::header("X-Correlation-Id", detail)))
        }
    }
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
