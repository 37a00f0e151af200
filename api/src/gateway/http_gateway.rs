//! A gateway over HTTP.

use std::time::Duration;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::text::{ExternalReference, PaymentReference};
use reqwest::{
    Method, RequestBuilder, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    CaptureRequest, GatewayError, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentGateway, PaymentPage,
    PaymentRequest, RefundRequest,
};
use crate::http::problem::chain;

/// The header under which a gateway recognises a repeat.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The longest answer that is read, in bytes: a page of a hundred payments with many movements each has a tenth of it.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;

/// How a gateway is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpGatewaySettings {
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long a call may take, from the connection to the last byte of the answer.
    pub call_timeout: Duration,
}

impl Default for HttpGatewaySettings {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(1), call_timeout: Duration::from_secs(5) }
    }
}

/// Why there is no client for a gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewaySetupError {
    /// The address cannot be one.
    #[error("{url} is no http:// address of a gateway")]
    Url {
        /// What was given.
        url: String,
    },
    /// The client could not be built.
    #[error("cannot set up the http client for the gateway")]
    Client(#[source] reqwest::Error),
}

/// A pool of connections to one gateway. It never repeats a call by itself: whether that is right is the caller's to know.
#[derive(Debug, Clone)]
pub struct HttpGateway {
    http: reqwest::Client,
    base: Url,
}

impl HttpGateway {
    /// A client of the gateway at `url`, for example `http://127.0.0.1:8090`. Nothing is sent yet.
    pub fn try_new(url: &str, settings: HttpGatewaySettings) -> Result<Self, GatewaySetupError> {
        let base = Url::parse(url).ok().filter(|base| base.scheme() == "http" && base.has_host());
        let base = base.ok_or_else(|| GatewaySetupError::Url { url: url.to_owned() })?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.call_timeout)
            .build()
            .map_err(GatewaySetupError::Client)?;
        Ok(Self { http, base })
    }

    fn get(&self, path: &[&str]) -> RequestBuilder {
        self.http.request(Method::GET, self.address(path))
    }

    fn post<'a, A: DeserializeOwned>(
        &'a self,
        path: &[&str],
        key: &IdempotencyKey,
        body: &impl Serialize,
    ) -> BoxFuture<'a, Result<A, GatewayError>> {
        let written = serde_json::to_vec(body);
        let request = self
            .http
            .request(Method::POST, self.address(path))
            .header(IDEMPOTENCY_KEY, key.as_str())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        async move {
            let body = written.map_err(|error| unavailable(&error))?;
            answer(request.body(body)).await
        }
        .boxed()
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Only an address without a host has no segments, and such a one is refused at the start.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").push("payments").extend(path);
        }
        url
    }
}

impl PaymentGateway for HttpGateway {
    fn create_payment<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.post(&[], key, request)
    }

    fn payment<'a>(&'a self, id: &'a PaymentReference) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        answer(self.get(&[id.as_str()])).boxed()
    }

    fn capture<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a CaptureRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.post(&[id.as_str(), "capture"], key, request)
    }

    fn void<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>> {
        self.post(&[id.as_str(), "void"], key, &serde_json::Map::new())
    }

    fn refund<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a RefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        self.post(&[id.as_str(), "refunds"], key, request)
    }

    fn refund_status<'a>(
        &'a self,
        id: &'a PaymentReference,
        refund: &'a ExternalReference,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        answer(self.get(&[id.as_str(), "refunds", refund.as_str()])).boxed()
    }

    fn list<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<PaymentPage, GatewayError>> {
        let mut url = self.address(&[]);
        if let Some(cursor) = after {
            url.query_pairs_mut().append_pair("after", cursor);
        }
        answer(self.http.request(Method::GET, url)).boxed()
    }
}

/// What a gateway says when it says no: RFC 9457, with a code, or with a type that ends in one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    #[serde(rename = "type")]
    type_uri: String,
    code: Option<String>,
    detail: String,
}

/// Sends once, and sorts what comes back by the one question that matters: can the work have been done?
async fn answer<A: DeserializeOwned>(request: RequestBuilder) -> Result<A, GatewayError> {
    let mut response = request.send().await.map_err(|error| {
        // Without a connection nothing was sent, whether it was refused or did not come about in time.
        if error.is_connect() || error.is_builder() { unavailable(&error) } else { unknown(&error) }
    })?;
    let status = response.status();
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) {
        return Err(GatewayError::Unavailable { reason: format!("it answered {status}") });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unknown(&error))? {
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(GatewayError::Unknown { reason: "the answer is too long".to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| unknown(&error));
    }
    if status.is_client_error() {
        return Err(refused(status, &body));
    }
    // An error of the gateway's own, or of a proxy before it, may come after the work.
    Err(GatewayError::Unknown { reason: format!("it answered {status}") })
}

fn refused(status: StatusCode, body: &[u8]) -> GatewayError {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let slug = refusal.type_uri.rsplit([':', '/']).next().filter(|slug| !slug.is_empty()).map(str::to_owned);
    let code = refusal.code.or(slug).unwrap_or_else(|| status.as_u16().to_string());
    GatewayError::Refused { code, detail: refusal.detail }
}

fn unavailable(error: &dyn std::error::Error) -> GatewayError {
    GatewayError::Unavailable { reason: chain(error) }
}

fn unknown(error: &dyn std::error::Error) -> GatewayError {
    GatewayError::Unknown { reason: chain(error) }
}
