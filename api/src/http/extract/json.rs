use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::http::problem::{Fault, Kind, Problem};

/// Reads a body. An empty one reads like `{}`: where every field is optional there is nothing to send, and where one is
/// not, the answer names it.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).or_else(|_| {
        // What is no JSON at all is told first, whatever is wrong before the place where that shows.
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| malformed(&error))?;
        read_tracked(body)
    })
}

/// Reads while keeping track of the place, which is slow and only of use once something is wrong.
fn read_tracked<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().clone();
        refuse(&path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn refuse(path: &Path, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => malformed(error),
        Category::Data => {
            let reason = reason(error);
            Problem::at(Kind::InvalidValue, Fault::pointer(pointer(path, &reason), reason))
        }
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(Kind::MalformedJson, error.to_string())
}

/// The message without the place, which the pointer names better, and without the names of Rust's types.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    text.replace("expected i64", "expected a whole number").replace("expected a sequence", "expected a list")
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

fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
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
            (
                r#"{"lines":[{"sku":"A","quantity":"6"}]}"#,
                "/lines/0/quantity",
                "invalid type: string \"6\", expected a whole number",
            ),
            (r#"{"lines":[{"sku":"A"}]}"#, "/lines/0/quantity", "missing field `quantity`"),
            (
                r#"{"lines":[{"sku":"A","quantity":1,"price":2}]}"#,
                "/lines/0/price",
                "unknown field `price`, expected `sku` or `quantity`",
            ),
            (r#"{"lines":[],"a/b":2}"#, "/a~1b", "unknown field `a/b`, expected `lines` or `price`"),
            (r#"{"lines":[],"lines":[]}"#, "/lines", "duplicate field `lines`"),
            (
                r#"{"lines":[],"price":{"amount":1,"currency":"XXX"}}"#,
                "/price/currency",
                "currency must be an ISO 4217 code with a minor unit, like GBP",
            ),
            ("", "/lines", "missing field `lines`"),
            ("{}", "/lines", "missing field `lines`"),
        ] {
            let (kind, faults) = refusal(body);
            assert_eq!(kind, Kind::InvalidValue, "{body}");
            assert_eq!(faults[0]["pointer"], pointer, "{body}");
            assert_eq!(faults[0]["detail"], detail, "{body}");
        }
    }

    #[test]
    fn huge_numbers_are_invalid_values_like_any_other() {
        for number in ["1e30", "99999999999999999999", "-99999999999999999999", "1.5", "1e999"] {
            let (kind, faults) = refusal(&format!(r#"{{"lines":[{{"sku":"A","quantity":{number}}}]}}"#));
            let expected = if number == "1e999" { Kind::MalformedJson } else { Kind::InvalidValue };
            assert_eq!(kind, expected, "{number}");
            if kind == Kind::InvalidValue {
                assert_eq!(faults[0]["pointer"], "/lines/0/quantity", "{number}");
            }
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["{", "{]", "{\"unknown\":", "lines", "{\"lines\":[]} x", "\u{feff}{}"] {
            assert_eq!(refusal(body).0, Kind::MalformedJson, "{body}");
        }
        assert!(read::<Body>(b"{\"lines\":\"\xff\"}").is_err());
        assert!(read::<Body>("[".repeat(100_000).as_bytes()).is_err(), "depth is bounded");
    }
}
