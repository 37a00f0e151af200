//! Page cursors: signed, so that nobody can make one up, and bound to their query, so that none is used with another.

use std::fmt;

use axum::http::{Method, Uri};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use sqlx::PgPool;

use super::problem::{Fault, Kind, Problem};

/// Half of an HMAC-SHA-256 (RFC 2104 allows truncation): 128 bits, and a shorter cursor.
const SIGNATURE_BYTES: usize = 16;

/// What page cursors are signed with; the same on every node of one database.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    /// Reads the key of this database.
    pub async fn load(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let key: Vec<u8> = sqlx::query_scalar("select key from api_cursor_key").fetch_one(pool).await?;
        Self::new(&key).ok_or(sqlx::Error::RowNotFound)
    }

    fn new(key: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    /// The cursor of a place in the list that `query` names.
    pub(crate) fn seal(&self, query: &Query, place: &impl Serialize) -> Result<String, Problem> {
        let place = serde_json::to_vec(place).map_err(|error| Problem::internal(error.to_string()))?;
        let mut sealed = self.sign(query, &place).finalize().into_bytes()[..SIGNATURE_BYTES].to_vec();
        sealed.extend_from_slice(&place);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The place that a cursor marks, if it was given out for this query.
    pub(crate) fn open<T: DeserializeOwned>(&self, query: &Query, cursor: &str) -> Result<T, Problem> {
        let opened = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|sealed| {
            let (signature, place) = sealed.split_at_checked(SIGNATURE_BYTES)?;
            self.sign(query, place).verify_truncated_left(signature).ok()?;
            serde_json::from_slice(place).ok()
        });
        opened.ok_or_else(|| {
            let detail = "is not one that was given out for this query: start again without it";
            Problem::at(Kind::MalformedCursor, Fault::parameter("cursor", detail))
        })
    }

    fn sign(&self, query: &Query, place: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(&(query.0.len() as u64).to_be_bytes());
        mac.update(query.0.as_bytes());
        mac.update(place);
        mac
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey([redacted])")
    }
}

/// What a list is a list of: path and parameters, but for those that may differ from page to page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query(String);

const MAY_DIFFER: [&str; 3] = ["cursor", "limit", "min_position"];

impl Query {
    /// The list that a request asks for, whatever the order of its parameters.
    pub(crate) fn of(uri: &Uri) -> Self {
        let mut parameters: Vec<&str> = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|parameter| {
                let name = parameter.split('=').next().unwrap_or_default();
                !name.is_empty() && !MAY_DIFFER.contains(&name)
            })
            .collect();
        parameters.sort_unstable();
        Self(format!("{} {}?{}", Method::GET, uri.path(), parameters.join("&")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CursorKey {
        CursorKey::new(&[7; 32]).unwrap()
    }

    fn query(uri: &str) -> Query {
        Query::of(&uri.parse().unwrap())
    }

    #[test]
    fn a_cursor_opens_with_its_query_on_any_page() {
        let first = query("/v1/orders?status=paid&sku=A&limit=10");
        let next = query("/v1/orders?sku=A&limit=50&status=paid&cursor=x&min_position=3");
        let cursor = key().seal(&first, &(12, "ord_1")).unwrap();
        assert_eq!(key().open::<(i64, String)>(&next, &cursor).unwrap(), (12, "ord_1".to_owned()));
    }

    #[test]
    fn a_cursor_of_another_query_does_not_open() {
        let cursor = key().seal(&query("/v1/orders?status=paid"), &1).unwrap();
        for other in ["/v1/orders?status=shipped", "/v1/orders", "/v1/refunds?status=paid"] {
            let refused = key().open::<i64>(&query(other), &cursor).unwrap_err();
            assert_eq!(refused.kind(), Kind::MalformedCursor);
        }
    }

    #[test]
    fn no_changed_byte_of_a_cursor_goes_unnoticed() {
        let list = query("/v1/orders");
        let cursor = key().seal(&list, &(12, "ord_1")).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for index in 0..bytes.len() {
            let mut tampered = bytes.clone();
            tampered[index] ^= 1;
            assert!(key().open::<(i64, String)>(&list, &URL_SAFE_NO_PAD.encode(tampered)).is_err(), "byte {index}");
        }
        for junk in ["", "AAAA", "not base64!", &cursor[..20]] {
            assert!(key().open::<(i64, String)>(&list, junk).is_err(), "{junk} was accepted");
        }
        assert!(CursorKey::new(&[8; 32]).unwrap().open::<(i64, String)>(&list, &cursor).is_err());
    }
}
