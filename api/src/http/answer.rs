//! Answers: JSON, and where a new thing is to be found.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::Problem;

/// A successful answer.
pub(crate) struct Answered<T> {
    status: StatusCode,
    location: Option<String>,
    body: T,
}

impl<T> Answered<T> {
    /// 200: it is done, or this is it.
    pub(crate) const fn ok(body: T) -> Self {
        Self { status: StatusCode::OK, location: None, body }
    }

    /// 201: it exists now, there.
    pub(crate) const fn created(location: String, body: T) -> Self {
        Self { status: StatusCode::CREATED, location: Some(location), body }
    }

    /// 202: it goes on; look there.
    pub(crate) const fn begun(location: String, body: T) -> Self {
        Self { status: StatusCode::ACCEPTED, location: Some(location), body }
    }
}

impl<T: Serialize> IntoResponse for Answered<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(error) => return Problem::internal(error.to_string()).into_response(),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Somebody's orders belong into nobody's cache.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // A location is made of our own paths and of ids without control characters.
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}
