use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::HeaderMap,
};
use purser_domain::metadata::Metadata;

use super::{
    context,
    submission::{check_media_type, read_body},
};
use crate::http::problem::Problem;

/// What somebody sends who has no token but signs: the body is kept byte for byte, because the signature is over it.
pub(crate) struct Message {
    /// All headers, the signature among them.
    pub(crate) headers: HeaderMap,
    /// The body as it came, of at most the size of any other.
    pub(crate) body: Bytes,
    correlation_id: Arc<str>,
}

impl Message {
    /// What is kept beside the events that follow from it.
    pub(crate) fn metadata(&self, actor: String, causation_id: String) -> Metadata {
        Metadata { actor, correlation_id: self.correlation_id.as_ref().to_owned(), causation_id }
    }

    /// Whether it is JSON, by its own word.
    pub(crate) fn check_media_type(&self) -> Result<(), Problem> {
        check_media_type(&self.headers)
    }
}

impl<S: Sync> FromRequest<S> for Message {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let correlation_id = Arc::clone(&context(&parts)?.correlation_id);
        let body = read_body(&parts.headers, body).await?;
        Ok(Self { headers: parts.headers, body, correlation_id })
    }
}
