//! What a body has wrong by the API's own description, all of it at once.
//!
//! Bodies are read by derived readers, which are fast and stop at the first fault. Only when one has refused a body is it held
//! against its schema in the `OpenAPI` document, place by place. So the document and the engine cannot tell two stories, and a
//! good request pays nothing for it.

use std::{collections::HashSet, fmt, sync::LazyLock};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::{rules, words};
use crate::http::{openapi, problem::Fault};

/// How many faults of one body are told. Who has more of them has the wrong kind of body.
pub(crate) const FAULTS_MAX: usize = 20;

static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let components = openapi::document().components.unwrap_or_default();
    // Made of strings, numbers and maps with string keys, which always serialize.
    serde_json::to_value(components.schemas).unwrap_or_default()
});

/// The faults of a body, which is JSON, by the schema of this name; none where there is no such schema.
pub(crate) fn faults(schema: &str, body: &str) -> Vec<Fault> {
    let mut search = Search { faults: Vec::new(), place: String::new() };
    if let (Some(schema), Ok(body)) = (SCHEMAS.get(schema), serde_json::from_str(body)) {
        search.value(body, schema, None);
    }
    search.faults
}

struct Search {
    faults: Vec<Fault>,
    /// The place that is looked at, as a JSON pointer.
    place: String,
}

impl Search {
    fn tell(&mut self, detail: impl Into<String>) {
        if !self.is_full() {
            self.faults.push(Fault::pointer(self.place.clone(), detail));
        }
    }

    fn is_full(&self) -> bool {
        self.faults.len() >= FAULTS_MAX
    }

    fn within(&mut self, token: &str, look: impl FnOnce(&mut Self)) {
        let parent = self.place.len();
        push(&mut self.place, token);
        look(self);
        self.place.truncate(parent);
    }

    /// `name` is what the schema is called, if it has a name.
    fn value(&mut self, value: &RawValue, schema: &Value, name: Option<&str>) {
        if self.is_full() {
            return;
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
            if let Some(schema) = SCHEMAS.get(name) {
                self.value(value, schema, Some(name));
            }
            return;
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            self.choice(value, choices, name);
            return;
        }
        let kind = kind(value);
        match wanted(schema) {
            None => {}
            Some(wanted) if !wanted.fits(kind, value) => self.tell(wanted.refuse(kind)),
            Some(_) => match kind {
                "object" => self.object(value, schema),
                "array" => self.list(value, schema),
                "string" => self.text(value, schema, name),
                "number" => self.number(value, schema),
                _ => {}
            },
        }
    }

    /// Something or null.
    fn choice(&mut self, value: &RawValue, choices: &[Value], name: Option<&str>) {
        let is_null = |schema: &Value| schema["type"] == "null";
        if kind(value) == "null" && choices.iter().any(is_null) {
            return;
        }
        let mut rest = choices.iter().filter(|schema| !is_null(schema));
        // Of several forms nobody can say which one was meant; the reader has the word then.
        if let (Some(schema), None) = (rest.next(), rest.next()) {
            self.value(value, schema, name);
        }
    }

    fn object(&mut self, value: &RawValue, schema: &Value) {
        let Ok(Entries(entries)) = serde_json::from_str(value.get()) else {
            self.tell("the name of a field is not text of whole characters");
            return;
        };
        let known = schema["properties"].as_object();
        if (entries.len() as u64) < schema["minProperties"].as_u64().unwrap_or(0) {
            self.tell("needs at least one of its fields");
        }
        let mut seen = HashSet::new();
        for (field, value) in &entries {
            self.within(field, |search| {
                if !seen.insert(field.as_str()) {
                    search.tell(words::repeated(field));
                    return;
                }
                match known.and_then(|known| known.get(field.as_str())) {
                    Some(schema) => search.value(value, schema, None),
                    None if schema["additionalProperties"] == false => {
                        let known = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
                        search.tell(words::unknown(field, known));
                    }
                    None => {}
                }
            });
        }
        for field in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !seen.contains(field) {
                self.within(field, |search| search.tell(words::missing(field)));
            }
        }
    }

    fn list(&mut self, value: &RawValue, schema: &Value) {
        let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
            return;
        };
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        if !(least..=most).contains(&(entries.len() as u64)) {
            self.tell(words::entries(least, most));
        }
        for (place, entry) in entries.into_iter().enumerate() {
            if self.is_full() {
                return;
            }
            self.within(&place.to_string(), |search| search.value(entry, &schema["items"], None));
        }
    }

    fn text(&mut self, value: &RawValue, schema: &Value, name: Option<&str>) {
        let Ok(text) = serde_json::from_str::<String>(value.get()) else {
            self.tell("must be text of whole characters: half of a surrogate pair is none");
            return;
        };
        if let Some(rule) = name.and_then(rules::of) {
            if let Err(reason) = rule(&text) {
                self.tell(reason);
            }
            return;
        }
        if let Some(choices) = words::choices(schema) {
            if !choices.contains(&text.as_str()) {
                self.tell(words::one_of(&choices));
            }
            return;
        }
        let least = schema["minLength"].as_u64().unwrap_or(0);
        let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
        if !(least..=most).contains(&(text.chars().count() as u64)) {
            self.tell(format!("must be {least} to {most} characters"));
        }
    }

    fn number(&mut self, value: &RawValue, schema: &Value) {
        let bound = |name: &str| schema[name].as_i64();
        let (least, most) = (bound("minimum"), bound("maximum"));
        // What does not fit has the wrong size, whatever the bounds are.
        let is_within = whole(value.get()).is_some_and(|number| {
            least.is_none_or(|least| i128::from(least) <= number) && most.is_none_or(|most| number <= i128::from(most))
        });
        if schema["type"] != "number" && !is_within {
            self.tell(words::range(least, most));
        }
    }
}

/// The types that a schema allows.
struct Wanted<'a>(Vec<&'a str>);

fn wanted(schema: &Value) -> Option<Wanted<'_>> {
    match schema.get("type")? {
        Value::String(one) => Some(Wanted(vec![one])),
        Value::Array(several) => Some(Wanted(several.iter().filter_map(Value::as_str).collect())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

impl Wanted<'_> {
    fn fits(&self, kind: &str, value: &RawValue) -> bool {
        self.0.iter().any(|wanted| match *wanted {
            "integer" => kind == "number" && is_whole(value.get()),
            wanted => wanted == kind,
        })
    }

    fn refuse(&self, kind: &str) -> String {
        let wanted = self.0.iter().filter(|wanted| **wanted != "null").map(|wanted| words::of_type(wanted));
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        match kind {
            // Only where a whole number is wanted.
            "number" if self.0.contains(&"integer") => format!("must be {wanted}"),
            kind => format!("must be {wanted}, not {}", words::of_type(kind)),
        }
    }
}

/// The JSON type of a value, which its first byte tells.
fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        Some(_) | None => "number",
    }
}

/// Whether a number has no fraction, however large it is.
fn is_whole(number: &str) -> bool {
    number.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9'))
        || number.parse::<f64>().is_ok_and(|number| number.is_infinite() || number.fract() == 0.0)
}

#[expect(clippy::cast_possible_truncation, reason = "it saturates, and what is so large is beyond every bound")]
fn whole(number: &str) -> Option<i128> {
    number.parse().ok().or_else(|| number.parse::<f64>().ok().map(|number| number as i128))
}

/// RFC 6901.
pub(super) fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

/// The fields of an object as they came, repeated ones too.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some((field, value)) = map.next_entry::<String, &RawValue>()? {
                    entries.push((field, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests;
