//! How the gateway says no: RFC 9457 with a `code`, in types of its own, because it stands for somebody else's system.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::book::Refusal;
use crate::http::problem::{Fault, PROBLEM_JSON};

#[derive(Debug, Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    type_uri: String,
    code: &'a str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl Refusal {
    /// What a shop may decide by.
    fn code(&self) -> &'static str {
        match self {
            Self::Body(problem) => problem.kind().slug(),
            Self::NoBody => "incomplete-body",
            Self::NotFound(_) => "not-found",
            Self::NoKey => "missing-idempotency-key",
            Self::MalformedCursor => "malformed-cursor",
            Self::NoAmount => "invalid-value",
            Self::KeyReused => "key-reused",
            Self::PaymentExists => "payment-exists",
            Self::RefundExists => "refund-exists",
            Self::WrongStatus(_) => "wrong-status",
            Self::TooMuchCaptured => "capture-exceeds-authorized",
            Self::TooMuchRefunded => "refund-exceeds-captured",
            Self::Unavailable => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Body(problem) => problem.kind().status(),
            Self::NoBody | Self::NoKey | Self::MalformedCursor => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::NoAmount => StatusCode::UNPROCESSABLE_ENTITY,
            Self::KeyReused
            | Self::PaymentExists
            | Self::RefundExists
            | Self::WrongStatus(_)
            | Self::TooMuchCaptured
            | Self::TooMuchRefunded => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Where the request is wrong.
    fn faults(&self) -> Vec<Fault> {
        match self {
            Self::Body(problem) => problem.listed_faults().to_vec(),
            Self::NoKey | Self::KeyReused => vec![Fault::header("Idempotency-Key", self.to_string())],
            Self::MalformedCursor => vec![Fault::parameter("after", self.to_string())],
            Self::NoAmount | Self::TooMuchCaptured | Self::TooMuchRefunded => {
                vec![Fault::pointer("/amount", self.to_string())]
            }
            Self::PaymentExists => vec![Fault::pointer("/payment", self.to_string())],
            Self::RefundExists => vec![Fault::pointer("/refund", self.to_string())],
            Self::NoBody | Self::NotFound(_) | Self::WrongStatus(_) | Self::Unavailable | Self::Internal(_) => {
                Vec::new()
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(cause, "the sandbox gateway failed");
        }
        let document = Document {
            type_uri: format!("urn:purser-sandbox-gateway:problem:{}", self.code()),
            code: self.code(),
            status: self.status().as_u16(),
            detail: self.to_string(),
            errors: &self.faults(),
        };
        let mut response = (self.status(), Json(document)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if matches!(self, Self::Unavailable) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
