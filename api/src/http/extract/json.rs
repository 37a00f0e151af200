//! Bodies: JSON, read as it is described.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};
use utoipa::ToSchema;

use super::{
    described::{self, push},
    strict::Strict,
    words,
};
use crate::http::problem::{Fault, Kind, Problem};

/// Reads a body of a described type, or tells all that is wrong with it. An empty one reads like `{}`: where every field is
/// optional there is nothing to send, and where one is not, the answer names it.
pub(crate) fn read_described<T: DeserializeOwned + ToSchema>(body: &[u8]) -> Result<T, Problem> {
    let body = or_empty(body);
    read_strictly(body).or_else(|_| {
        let text = json(body)?;
        refuse::<T>(text, described::faults(&T::name(), text))
    })
}

/// Reads a body that is described elsewhere than in the API's document, or tells the first thing that is wrong with it.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = or_empty(body);
    read_strictly(body).or_else(|_| refuse::<T>(json(body)?, Vec::new()))
}

/// What else is wrong with a body that was read and then refused, by its description.
pub(crate) fn other_faults(schema: &str, body: &[u8]) -> Vec<Fault> {
    json(or_empty(body)).map(|text| described::faults(schema, text)).unwrap_or_default()
}

pub(super) fn or_empty(body: &[u8]) -> &[u8] {
    if body.is_empty() { b"{}" } else { body }
}

fn read_strictly<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(Strict(&mut deserializer))?;
    deserializer.end()?;
    Ok(value)
}

/// The text of a body that is JSON. What is none is told first, whatever is wrong before the place where that shows.
fn json(body: &[u8]) -> Result<&str, Problem> {
    let malformed = |detail: String| Problem::new(Kind::MalformedJson, detail);
    let text = std::str::from_utf8(body).map_err(|error| malformed(format!("the body is not UTF-8: {error}")))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| malformed(error.to_string()))?;
    Ok(text)
}

/// Reads once more, keeping track of the place, which is slow and only of use once something is wrong.
fn refuse<T: DeserializeOwned>(text: &str, mut faults: Vec<Fault>) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize(Strict(&mut deserializer)) {
        Ok(value) => Ok(value),
        Err(error) => {
            let fault = fault(error.path(), error.inner());
            if !faults.iter().any(|told| told.is_at(&fault)) && faults.len() < described::FAULTS_MAX {
                faults.push(fault);
            }
            Err(Problem::with_all(Kind::InvalidValue, faults))
        }
    }
}

fn fault(path: &Path, error: &serde_json::Error) -> Fault {
    let reason = error.to_string();
    Fault::pointer(pointer(path, &reason), words::reason(&reason))
}

/// RFC 6901. A field that is missing or unknown belongs to the pointer, although the reader stands at its parent then.
fn pointer(path: &Path, reason: &str) -> String {
    let mut pointer = String::new();
    let mut last = "";
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                push(&mut pointer, key);
                last = key;
            }
            Segment::Unknown => {}
        }
    }
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .into_iter()
        .find_map(|start| reason.strip_prefix(start)?.split_once('`'))
        .map(|(field, _)| field);
    match named {
        Some(field) if field != last => push(&mut pointer, field),
        Some(_) | None => {}
    }
    pointer
}

#[cfg(test)]
mod tests {
    use purser_domain::{money::Money, quantity::Quantity, text::Sku};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read, never looked at")]
    struct Body {
        lines: Vec<Line>,
        price: Option<Money>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read, never looked at")]
    struct Line {
        sku: Sku,
        quantity: Quantity,
    }

    fn refusal(body: &str) -> (Kind, serde_json::Value) {
        let problem = read::<Body>(body.as_bytes()).unwrap_err();
        (problem.kind(), serde_json::to_value(problem.listed_faults()).unwrap())
    }

    #[test]
    fn every_invalid_value_is_named_by_its_pointer() {
        for (body, pointer, detail) in [
            (r#"{"lines":[{"sku":"A","quantity":0}]}"#, "/lines/0/quantity", "quantity must be 1 to 1000000"),
            (r#"{"lines":[{"sku":"A","quantity":-1}]}"#, "/lines/0/quantity", "quantity must be 1 to 1000000"),
            (r#"{"lines":[{"sku":"A","quantity":"6"}]}"#, "/lines/0/quantity", "must be a whole number, not a text"),
            (r#"{"lines":[{"sku":"A"}]}"#, "/lines/0/quantity", "`quantity` is missing"),
            (
                r#"{"lines":[{"sku":"A","quantity":1,"price":2}]}"#,
                "/lines/0/price",
                "there is no `price` here, but `sku` or `quantity`",
            ),
            (r#"{"lines":[],"a/b":2}"#, "/a~1b", "there is no `a/b` here, but `lines` or `price`"),
            (r#"{"lines":[],"lines":[]}"#, "/lines", "`lines` is there twice"),
            (
                r#"{"lines":[],"price":{"amount":1,"currency":"XXX"}}"#,
                "/price/currency",
                "currency must be an ISO 4217 code with a minor unit, like GBP",
            ),
            (r#"{"lines":[["A",1]]}"#, "/lines/0", "must be an object, not a list"),
            (r#"{"lines":[],"price":[1,"GBP"]}"#, "/price", "must be an object, not a list"),
            ("[[],null]", "", "must be an object, not a list"),
            ("null", "", "must be an object, not null"),
            ("", "/lines", "`lines` is missing"),
            ("{}", "/lines", "`lines` is missing"),
        ] {
            let (kind, faults) = refusal(body);
            assert_eq!(kind, Kind::InvalidValue, "{body}");
            assert_eq!(faults[0]["pointer"], pointer, "{body}");
            assert_eq!(faults[0]["detail"], detail, "{body}");
        }
    }

    #[test]
    fn numbers_and_texts_that_are_json_are_invalid_values_like_any_other() {
        for value in ["1e30", "99999999999999999999", "-99999999999999999999", "1.5", "1e999", "\"\\ud83d\""] {
            let (kind, faults) = refusal(&format!(r#"{{"lines":[{{"sku":"A","quantity":{value}}}]}}"#));
            assert_eq!(kind, Kind::InvalidValue, "{value}");
            assert_eq!(faults[0]["pointer"], "/lines/0/quantity", "{value}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["{", "{]", "{\"unknown\":", "lines", "{\"lines\":[]} x", "\u{feff}{}"] {
            assert_eq!(refusal(body).0, Kind::MalformedJson, "{body}");
        }
        assert_eq!(read::<Body>(b"{\"lines\":\"\xff\"}").unwrap_err().kind(), Kind::MalformedJson);
        assert!(read::<Body>("[".repeat(100_000).as_bytes()).is_err(), "depth is bounded");
    }
}
