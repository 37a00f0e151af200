use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use purser_commands::{
    Accepted, Command, Failure, IdempotencyKey, Request as CommandRequest, Told,
    idempotency::{self, Before},
};
use purser_domain::metadata::Metadata;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::{context, fingerprint, grant, json, texts};
use crate::{
    auth::Grant,
    http::{
        answer::{Answered, Rendered},
        edge::{Context, Noted, printable},
        problem::{Fault, Kind, Problem, chain},
        state::AppState,
    },
    mint::RequestId,
};

/// The largest body, in bytes. An order of a thousand lines has a twentieth of it.
const BODY_MAX_BYTES: usize = 1024 * 1024;

/// How long a body may take to arrive.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest idempotency key, in characters.
const IDEMPOTENCY_KEY_MAX: usize = 255;

/// A command on its way in: what is asked, by whom, and how to recognise it when it comes again.
///
/// The body is read once, by `json::read_described`, into the type that the handler names; `body` is that value, and nothing
/// else of what came is looked at. A body that cannot be read is refused with all its faults. One that is read and then refused as an
/// invalid value by the handler or the domain is completed by the edge: `Context::complete` keeps what it needs for that.
pub(crate) struct Submission<T> {
    /// What is asked.
    pub(crate) body: T,
    /// Everything else that the write side needs to know.
    pub(crate) envelope: Envelope,
}

/// A command's circumstances.
pub(crate) struct Envelope {
    /// Who asks.
    pub(crate) caller: Arc<Grant>,
    /// How a repeat is recognised.
    pub(crate) idempotency: Option<IdempotencyKey>,
    correlation_id: Arc<str>,
    request_id: RequestId,
    noted: Arc<Noted>,
}

impl Envelope {
    fn new(idempotency: Option<IdempotencyKey>, context: &Context, caller: Arc<Grant>) -> Self {
        Self {
            caller,
            idempotency,
            correlation_id: Arc::clone(&context.correlation_id),
            request_id: context.request_id,
            noted: Arc::clone(&context.noted),
        }
    }

    /// Has a command carried out on behalf of the caller. What was answered before is marked so on its way out.
    pub(crate) async fn execute(&self, state: &AppState, command: Command) -> Result<Accepted, Problem> {
        let accepted = state.commands.execute(self.request(command)).await?;
        if accepted.replayed {
            self.noted.replayed();
        }
        Ok(accepted)
    }

    /// Does something that the log knows nothing of, once for each key, and tells a repeat what was told then. Two that come at
    /// the same moment both do it: what is done here must bear that.
    pub(crate) async fn once<T: Serialize>(
        &self,
        state: &AppState,
        act: impl Future<Output = Result<Answered<T>, Problem>>,
    ) -> Result<Rendered, Problem> {
        if let Some(told) = self.told_before(state).await? {
            self.noted.replayed();
            return Ok(Rendered::again(told));
        }
        let told = act.await?.told()?;
        self.keep(state, told.clone()).await;
        Ok(Rendered::again(told))
    }

    /// What was told of the same request before, beside the log.
    pub(crate) async fn told_before(&self, state: &AppState) -> Result<Option<Told>, Problem> {
        let Some(key) = &self.idempotency else { return Ok(None) };
        match idempotency::before(&state.pool, key).await? {
            Before::Nothing => Ok(None),
            Before::Told(told) => Ok(Some(told)),
            Before::Other => Err(Failure::KeyReused.into()),
        }
    }

    /// Keeps what is told, for a repeat. What is done is done, whether or not that can be kept.
    pub(crate) async fn keep(&self, state: &AppState, told: Told) {
        let Some(key) = &self.idempotency else { return };
        if let Err(error) = idempotency::keep(&state.pool, key, told, state.clock.now()).await {
            tracing::warn!(%error, "the answer to a request cannot be kept for a repeat");
        }
    }

    /// For what has no effect, so that each repeat is answered anew.
    pub(crate) fn without_key(self) -> Self {
        Self { idempotency: None, ..self }
    }

    /// Refuses a command without a key where a repetition would do harm; the detail says what harm.
    pub(crate) fn require_key(&self, detail: &str) -> Result<(), Problem> {
        match self.idempotency {
            Some(_) => Ok(()),
            None => Err(Problem::at(Kind::MissingIdempotencyKey, Fault::header("Idempotency-Key", detail))),
        }
    }

    fn request(&self, command: Command) -> CommandRequest {
        CommandRequest {
            command,
            principal: self.caller.principal.clone(),
            metadata: Metadata {
                actor: self.caller.actor.clone(),
                correlation_id: self.correlation_id.as_ref().to_owned(),
                causation_id: format!("request:{}", self.request_id),
            },
            idempotency: self.idempotency,
        }
    }
}

impl<S, T> FromRequest<S> for Submission<T>
where
    S: Sync,
    T: DeserializeOwned + ToSchema,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let context = context(&parts)?;
        let caller = grant(context)?;
        let key = idempotency_key(&parts.headers)?;
        let body = read_body(&parts.headers, body).await?;
        if !body.is_empty() {
            check_media_type(&parts.headers)?;
        }
        context.noted.keep(T::name(), &body);
        let read = json::read_described(&body)?;
        texts::check(&body)?;
        Ok(Self {
            body: read,
            envelope: Envelope::new(key.map(|key| digest(&caller, key, &parts, &body)), context, caller),
        })
    }
}

/// The circumstances of what brings no body.
impl<S: Sync> FromRequestParts<S> for Envelope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = context(parts)?;
        let caller = grant(context)?;
        let key = idempotency_key(&parts.headers)?;
        Ok(Self::new(key.map(|key| digest(&caller, key, parts, b"")), context, caller))
    }
}

fn digest(caller: &Grant, key: &str, parts: &Parts, body: &[u8]) -> IdempotencyKey {
    let (method, path) = (&parts.method, parts.uri.path());
    let request = fingerprint::canonical(method, path, json::or_empty(body));
    IdempotencyKey::new(&caller.scope, key, &[&request])
}

/// The key of a request. A header that was doubled on its way is one; two keys would be two requests.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let malformed = |detail| Problem::at(Kind::MalformedHeader, Fault::header("Idempotency-Key", detail));
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.any(|other| other != value) {
        return Err(malformed("there are two different keys: a request has one"));
    }
    printable(value, IDEMPOTENCY_KEY_MAX)
        .map(Some)
        .ok_or_else(|| malformed("Idempotency-Key must be 1 to 255 printable ASCII characters"))
}

pub(super) fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        let detail = "send the body as Content-Type: application/json";
        Err(Problem::at(Kind::UnsupportedMediaType, Fault::header("Content-Type", detail)))
    }
}

pub(super) async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > BODY_MAX_BYTES) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_MAX_BYTES).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) => {
            let error: &(dyn Error + 'static) = error.as_ref();
            Err(Problem::new(Kind::IncompleteBody, chain(error)))
        }
        Err(_) => Err(Problem::new(Kind::SlowBody, "the body did not arrive within 10 seconds")),
    }
}

fn too_large() -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("a body has at most {BODY_MAX_BYTES} bytes"))
}
