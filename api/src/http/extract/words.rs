//! What is wrong with a value, in words for people: no names of Rust's types, no parser's inner life.

use serde_json::Value;

/// Field names this alike are likely the same one, misspelt. By Jaro and Winkler, from 0 to 1.
const ALIKE: f64 = 0.8;

pub(super) fn missing(field: &str) -> String {
    format!("`{field}` is missing")
}

pub(super) fn repeated(field: &str) -> String {
    format!("`{field}` is there twice")
}

/// Names the field that was likely meant, or else all that there are.
pub(super) fn unknown<'a>(field: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let likeness = |known: &str| strsim::jaro_winkler(known, &field.to_lowercase());
    let nearest = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match nearest.filter(|nearest| likeness(nearest) >= ALIKE) {
        Some(nearest) => format!("there is no `{field}` here; did you mean `{nearest}`?"),
        None if known.is_empty() => format!("there is no `{field}` here, nor any other field"),
        None => format!("there is no `{field}` here, but {}", listed(&known)),
    }
}

/// How many entries a list may have.
pub(super) fn entries(least: u64, most: u64) -> String {
    match (least, most) {
        (0, most) => format!("must have at most {most} entries"),
        (1, u64::MAX) => "must have at least one entry".to_owned(),
        (least, u64::MAX) => format!("must have at least {least} entries"),
        (least, most) => format!("must have {least} to {most} entries"),
    }
}

/// Which whole numbers are allowed.
pub(super) fn range(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("must be a whole number from {least} to {most}"),
        (Some(least), None) => format!("must be a whole number from {least} on"),
        (None, Some(most)) => format!("must be a whole number of at most {most}"),
        (None, None) => "must be a whole number".to_owned(),
    }
}

/// The words that a schema allows, if it allows some and nothing else: by `enum`, or by a pattern like `^(one|other)$`.
pub(super) fn choices(schema: &Value) -> Option<Vec<&str>> {
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().filter_map(Value::as_str).collect());
    }
    let words = schema["pattern"].as_str()?.strip_prefix("^(")?.strip_suffix(")$")?;
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let words: Vec<&str> = words.split('|').collect();
    words.iter().all(|word| is_word(word)).then_some(words)
}

pub(super) fn one_of(choices: &[&str]) -> String {
    format!("must be {}", listed(choices))
}

/// What a JSON type is called.
pub(super) fn of_type(kind: &str) -> &str {
    match kind {
        "object" => "an object",
        "array" => "a list",
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        other => other,
    }
}

fn listed(names: &[&str]) -> String {
    let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match named.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A derived reader's reason. The domain's own are passed on as they are.
pub(super) fn reason(reason: &str) -> String {
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    let of = |start: &str| reason.strip_prefix(start);
    let name = |start: &str| of(start)?.split_once('`').map(|(name, _)| name);
    if let Some((found, expected)) = of("invalid type: ").and_then(|rest| rest.split_once(", expected ")) {
        return format!("must be {}, not {}", expectation(expected), finding(found));
    }
    if of("invalid value: ").is_some() || PARSERS.contains(&reason) {
        return "must be a whole number, and not so large or small".to_owned();
    }
    if let Some(field) = name("missing field `") {
        return missing(field);
    }
    if let Some(field) = name("duplicate field `") {
        return repeated(field);
    }
    if let Some(field) = name("unknown field `") {
        return unknown(field, quoted(reason).skip(1));
    }
    if name("unknown variant `").is_some() {
        return one_of(&quoted(reason).skip(1).collect::<Vec<_>>());
    }
    match reason {
        "invalid digit found in string" | "cannot parse integer from empty string" => range(None, None),
        "provided string was not `true` or `false`" => "must be true or false".to_owned(),
        other => other.to_owned(),
    }
}

/// Reasons for which a number is none that fits.
const PARSERS: [&str; 3] =
    ["number out of range", "number too large to fit in target type", "number too small to fit in target type"];

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What a reader says that it expected.
fn expectation(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" | "a character" | "variant identifier" | "string or map" => of_type("string"),
        "a sequence" => of_type("array"),
        "a map" => of_type("object"),
        "a boolean" => of_type("boolean"),
        "f32" | "f64" => of_type("number"),
        "i8" | "i16" | "i32" | "i64" | "i128" | "u8" | "u16" | "u32" | "u64" | "u128" => of_type("integer"),
        expected if expected.starts_with("struct ") => of_type("object"),
        expected if expected.starts_with("a tuple ") || expected.starts_with("tuple ") => of_type("array"),
        expected => expected,
    }
}

/// What a reader says that it found.
fn finding(found: &str) -> &str {
    let word = found.split_once(' ').map_or(found, |(word, _)| word);
    match word {
        "string" | "character" => of_type("string"),
        "integer" | "floating" => of_type("number"),
        "boolean" => of_type("boolean"),
        "sequence" => of_type("array"),
        "map" => of_type("object"),
        "unit" => "null",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_guessed_and_any_other_is_told_what_there_is() {
        let known = || ["sku", "quantity", "unit_price"].into_iter();
        for field in ["quantiy", "Quantity", "quantities", "unitPrice"] {
            assert!(unknown(field, known()).contains("did you mean"), "{}", unknown(field, known()));
        }
        let told = "there is no `colour` here, but `sku`, `quantity` or `unit_price`";
        assert_eq!(unknown("colour", known()), told);
    }

    #[test]
    fn a_readers_reasons_become_words_for_people() {
        for (told, words) in [
            ("invalid type: null, expected struct Money at line 1 column 5", "must be an object, not null"),
            ("invalid type: string \"6\", expected i64", "must be a whole number, not a text"),
            ("invalid type: floating point `1.5`, expected u32", "must be a whole number, not a number"),
            ("invalid type: sequence, expected an object", "must be an object, not a list"),
            ("invalid value: integer `-1`, expected u32", "must be a whole number, and not so large or small"),
            ("missing field `sku`", "`sku` is missing"),
            ("unknown variant `x`, expected `a` or `b`", "must be `a` or `b`"),
            ("invalid digit found in string", "must be a whole number"),
            ("sku must be short", "sku must be short"),
        ] {
            assert_eq!(reason(told), words);
        }
    }
}
