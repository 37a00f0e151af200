//! What a body says to people is for people to read, whichever field it is in.

use purser_domain::text::check_legible;
use serde_json::Value;

use super::described::{FAULTS_MAX, push};
use crate::http::problem::{Fault, Kind, Problem};

/// Checks every text of a body that has been read already.
///
/// All of them, and not those of some fields: a text is shown somewhere, to somebody, whatever it is called, and the types of
/// the domain must go on to read what the log took before there was this rule. What is wrong with a text of ASCII, the types
/// say.
pub(super) fn check(body: &[u8]) -> Result<(), Problem> {
    if body.is_ascii() && !body.windows(2).any(|pair| pair == br"\u") {
        return Ok(());
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    let mut faults = Vec::new();
    search(&value, &mut String::new(), &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(Problem::with_all(Kind::InvalidValue, faults)) }
}

fn search(value: &Value, pointer: &mut String, faults: &mut Vec<Fault>) {
    let length = pointer.len();
    match value {
        Value::String(text) => {
            if let Err(illegible) = check_legible(text)
                && faults.len() < FAULTS_MAX
            {
                faults.push(Fault::pointer(pointer.as_str(), format!("text {illegible}")));
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                push(pointer, &index.to_string());
                search(value, pointer, faults);
                pointer.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                push(pointer, name);
                search(value, pointer, faults);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<(String, String)> {
        let Err(problem) = check(body.as_bytes()) else { return Vec::new() };
        assert_eq!(problem.kind(), Kind::InvalidValue);
        let faults = serde_json::to_value(problem.listed_faults()).unwrap();
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
        faults.as_array().unwrap().iter().map(|fault| (text(fault, "pointer"), text(fault, "detail"))).collect()
    }

    #[test]
    fn a_text_is_named_by_its_pointer_wherever_it_is_and_however_it_is_written() {
        let detail = "text must not hold U+202E, which overrides the direction of text";
        for text in ["a\u{202e}b", r"a\u202eb", r"a\u202Eb"] {
            let body = format!(r#"{{"a/b":[1,{{"c":"{text}"}}],"d":null,"e":"👨‍👩‍👧"}}"#);
            assert_eq!(faults(&body), [("/a~1b/1/c".to_owned(), detail.to_owned())]);
        }
    }

    #[test]
    fn all_are_told_at_once_and_twenty_at_most() {
        let body = format!("[{}]", vec!["\"\u{200b}\""; 30].join(","));
        let faults = faults(&body);
        assert_eq!(faults.len(), 20);
        assert_eq!(faults[19], ("/19".to_owned(), "text must hold something that can be seen".to_owned()));
    }

    #[test]
    fn what_people_can_read_is_let_through() {
        assert_eq!(faults(r#"{"title":"Mug \ud83d\ude0d"}"#), []);
        assert_eq!(faults(r#"{"title":"İSTANBUL ‎Ada 灯笼"}"#), []);
        assert_eq!(faults(""), []);
    }
}
