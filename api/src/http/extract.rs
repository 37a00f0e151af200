//! Extractors of our own, so that every refusal is a problem document and names what it is about.

mod described;
mod fingerprint;
mod json;
mod message;
mod parameters;
mod rules;
mod strict;
mod submission;
mod texts;
mod words;

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{edge::Context, problem::Problem};
use crate::auth::Grant;

pub(crate) use described::FAULTS_MAX;
pub(crate) use json::{other_faults, read as read_json};
pub(crate) use message::Message;
pub(crate) use parameters::{Id, IdPair, ListParameters, Name, NameAndPosition, Parameters, parameter};
pub(crate) use submission::{BODY_TIMEOUT, Envelope, Submission};

/// Who asks, on operations that need a token.
pub(crate) struct Caller(pub(crate) Arc<Grant>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(grant(context(parts)?)?))
    }
}

fn context(parts: &Parts) -> Result<&Context, Problem> {
    parts.extensions.get::<Context>().ok_or_else(|| Problem::internal("the request did not pass the edge"))
}

/// An operation that asks for its caller and is open to everybody is a contradiction, and nobody is let in.
fn grant(context: &Context) -> Result<Arc<Grant>, Problem> {
    context.grant.clone().ok_or_else(|| Problem::internal("an operation without a caller asked for one"))
}
