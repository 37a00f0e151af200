use std::{error::Error, str::FromStr};

use axum::{
    extract::{FromRequestParts, Query, RawPathParams},
    http::{Uri, request::Parts},
};
use purser_domain::text::InvalidValue;
use serde::de::DeserializeOwned;

use super::words;
use crate::http::{
    cursor,
    problem::{Fault, Kind, Problem},
};

/// The first id in the path. One that has not the form of such ids is malformed, not unknown.
pub(crate) struct Id<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Id<T>
where
    S: Send + Sync,
    T: FromStr<Err = InvalidValue>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = path_parameters(parts, state).await?;
        let first = parameters.iter().next().ok_or_else(|| Problem::internal("a path without its parameter"))?;
        id(first).map(Self)
    }
}

/// The two ids in the path, a merchant's and one of its promotions' for example.
pub(crate) struct IdPair<A, B>(pub(crate) A, pub(crate) B);

impl<S, A, B> FromRequestParts<S> for IdPair<A, B>
where
    S: Send + Sync,
    A: FromStr<Err = InvalidValue>,
    B: FromStr<Err = InvalidValue>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = path_parameters(parts, state).await?;
        let mut parameters = parameters.iter();
        let (Some(first), Some(second)) = (parameters.next(), parameters.next()) else {
            return Err(Problem::internal("a path without its parameters"));
        };
        Ok(Self(id(first)?, id(second)?))
    }
}

fn id<T: FromStr<Err = InvalidValue>>((name, text): (&str, &str)) -> Result<T, Problem> {
    text.parse()
        .map_err(|error: InvalidValue| Problem::at(Kind::MalformedId, Fault::parameter(name, error.to_string())))
}

/// A name in the path, which any text may be.
pub(crate) struct Name(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = path_parameters(parts, state).await?;
        let name = parameters.iter().next().map(|(_, name)| Self(name.to_owned()));
        name.ok_or_else(|| Problem::internal("a path without its parameter"))
    }
}

/// A name and a log position in the path.
pub(crate) struct NameAndPosition(pub(crate) String, pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for NameAndPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = path_parameters(parts, state).await?;
        let mut parameters = parameters.iter();
        let (Some((_, name)), Some((at, position))) = (parameters.next(), parameters.next()) else {
            return Err(Problem::internal("a path without its parameters"));
        };
        let position = position.parse().ok().filter(|position| *position >= 0).ok_or_else(|| {
            Problem::at(Kind::MalformedId, Fault::parameter(at, "position must be a whole number from 0 on"))
        })?;
        Ok(Self(name.to_owned(), position))
    }
}

async fn path_parameters<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, Problem> {
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|error| Problem::new(Kind::MalformedId, error.body_text()))
}

/// Query parameters; unknown ones are refused if `T` refuses them.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.uri).map(Self)
    }
}

/// Query parameters of a list, with what its cursors are bound to.
pub(crate) struct ListParameters<T> {
    pub(crate) parameters: T,
    pub(crate) list: cursor::Query,
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for ListParameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self { parameters: read(&parts.uri)?, list: cursor::Query::of(&parts.uri) })
    }
}

/// A parameter that is checked by more than its form.
pub(crate) fn parameter<T: FromStr<Err = InvalidValue>>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(str::parse).transpose().map_err(|error: InvalidValue| at(name, &error.to_string()))
}

/// No text of the database holds a NUL, so that nothing is found by one; asked for it, the database fails.
fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let mut parameters = uri.query().unwrap_or_default().split('&');
    if let Some(parameter) = parameters.find(|parameter| parameter.contains("%00")) {
        let name = parameter.split('=').next().unwrap_or_default();
        return Err(at(name, "must not hold the character U+0000"));
    }
    match Query::<T>::try_from_uri(uri) {
        Ok(Query(parameters)) => Ok(parameters),
        Err(rejection) => Err(refuse(&in_full(&rejection))),
    }
}

/// The reader's own words: where it stands, a colon, and the reason.
fn in_full(rejection: &dyn Error) -> String {
    rejection.source().unwrap_or(rejection).to_string()
}

fn refuse(reason: &str) -> Problem {
    let quoted = reason.split_once('`').and_then(|(_, rest)| rest.split_once('`')).map(|(field, _)| field);
    match (reason.split_once(": "), quoted) {
        (_, Some(field)) if reason.contains("field `") => at(field, &words::reason(reason)),
        (Some((name, detail)), _) if !name.contains(' ') => at(name, &words::reason(detail)),
        (_, _) => Problem::new(Kind::MalformedParameter, words::reason(reason)),
    }
}

fn at(name: &str, detail: &str) -> Problem {
    Problem::at(Kind::MalformedParameter, Fault::parameter(name, detail))
}

#[cfg(test)]
mod tests {
    use purser_domain::text::Sku;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read, never looked at")]
    struct Search {
        sku: Option<Sku>,
        limit: Option<u16>,
    }

    #[test]
    fn every_malformed_parameter_is_named() {
        for (query, name) in [
            ("limit=x", "limit"),
            ("limit=-1", "limit"),
            ("sku=a@b", "sku"),
            ("colour=red", "colour"),
            ("limit=1&limit=2", "limit"),
            ("sku=", "sku"),
            ("limit=1&sku=a%00b", "sku"),
        ] {
            let uri: Uri = format!("/v1/orders?{query}").parse().unwrap();
            let problem = read::<Search>(&uri).unwrap_err();
            assert_eq!(problem.kind(), Kind::MalformedParameter, "{query}");
            let faults = serde_json::to_value(problem.listed_faults()).unwrap();
            assert_eq!(faults[0]["parameter"], name, "{query}: {}", problem.detail());
        }
    }
}
