//! Answers: JSON, and where a new thing is to be found.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use purser_commands::Told;
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

impl<T: Serialize> Answered<T> {
    /// What is sent, to be kept for a repeat.
    pub(super) fn told(&self) -> Result<Told, Problem> {
        let body = serde_json::to_string(&self.body).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Told { status: self.status.as_u16(), location: self.location.clone(), body })
    }
}

impl<T: Serialize> IntoResponse for Answered<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.body) {
            Ok(body) => Rendered { status: self.status, location: self.location, body: body.into() }.into_response(),
            Err(error) => Problem::internal(error.to_string()).into_response(),
        }
    }
}

/// An answer as it is sent.
pub(crate) struct Rendered {
    status: StatusCode,
    location: Option<String>,
    body: Body,
}

impl Rendered {
    /// What was told before.
    pub(super) fn again(Told { status, location, body }: Told) -> Self {
        // Whatever was kept was a status then.
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        Self { status, location, body: body.into() }
    }
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
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
