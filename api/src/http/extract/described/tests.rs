use std::collections::BTreeSet;

use serde_json::json;

use super::*;

/// Pointers and details of what is wrong with a body.
fn told(schema: &str, body: &Value) -> Vec<(String, String)> {
    let faults = serde_json::to_value(faults(schema, &body.to_string())).unwrap();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    faults.as_array().unwrap().iter().map(|fault| (text(fault, "pointer"), text(fault, "detail"))).collect()
}

fn placement() -> Value {
    json!({"currency": "GBP", "lines": [{"sku": "A", "quantity": 1}], "ship_to": {"recipient": "Ada", "country": "GB"}})
}

#[test]
fn all_that_is_wrong_with_a_body_is_told_at_once() {
    let body = json!({
        "custmer": "c",
        "reference": 7,
        "currency": "XXX",
        "lines": [["A", 1], {"sku": "", "quantity": 0, "unit_price": 1.5}, null, {"quantity": true}],
        "ship_to": {"recipient": null, "lines": "High Street", "country": "GB"},
        "placed_at": "yesterday",
        "coupons": ["A1", "SPRING-10"],
    });
    let told = told("OrderPlacement", &body);
    let told: Vec<(&str, &str)> = told.iter().map(|(place, detail)| (place.as_str(), detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/coupons/0", "coupon code must be 3 to 32 of A-Z 0-9 -"),
            ("/currency", "currency must be an ISO 4217 code with a minor unit, like GBP"),
            ("/custmer", "there is no `custmer` here; did you mean `customer`?"),
            ("/lines/0", "must be an object, not a list"),
            ("/lines/1/quantity", "must be a whole number from 1 to 1000000"),
            (
                "/lines/1/sku",
                "sku must be 1 to 64 characters that can be seen, without @, with spaces only inside, and not . or .."
            ),
            ("/lines/1/unit_price", "must be a whole number"),
            ("/lines/2", "must be an object, not null"),
            ("/lines/3/quantity", "must be a whole number, not true or false"),
            ("/lines/3/sku", "`sku` is missing"),
            ("/placed_at", "time must be RFC 3339, like 2010-12-01T08:26:00Z"),
            ("/reference", "must be a text, not a number"),
            ("/ship_to/lines", "must be a list, not a text"),
            ("/ship_to/recipient", "must be a text, not null"),
        ]
    );
}

#[test]
fn a_good_body_has_no_fault_and_null_is_as_good_as_nothing_where_nothing_is_needed() {
    let mut body = placement();
    assert_eq!(told("OrderPlacement", &body), []);
    for field in ["customer", "reference", "placed_at", "points", "shipping_method"] {
        body[field] = Value::Null;
    }
    assert_eq!(told("OrderPlacement", &body), []);
    body["coupons"] = Value::Null;
    assert_eq!(told("OrderPlacement", &body), [("/coupons".to_owned(), "must be a list, not null".to_owned())]);
}

#[test]
fn no_more_than_twenty_faults_are_told() {
    let mut body = placement();
    body["lines"] = vec![Value::Null; 1_000].into();
    assert_eq!(told("OrderPlacement", &body).len(), FAULTS_MAX);
    body["lines"] = json!([]);
    assert_eq!(told("OrderPlacement", &body)[0].1, "must have 1 to 1000 entries");
}

#[test]
fn what_only_the_text_shows_is_told_too() {
    for (body, place) in [
        (r#"{"reason":"a","reason":"b"}"#, "/reason"),
        (r#"{"reason":"\ud83d"}"#, "/reason"),
        (r#"{"reason":"a","\ud83d":1}"#, ""),
    ] {
        let faults = serde_json::to_value(faults("FulfillmentHold", body)).unwrap();
        assert_eq!(faults[0]["pointer"], place, "{body}");
    }
}

/// Every schema that bodies are made of, with the path to it.
fn schemas_of_bodies() -> Vec<(String, &'static Value)> {
    let document: Value = serde_json::from_slice(&openapi::openapi_json()).unwrap();
    let mut open = Vec::new();
    for operation in document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        open.extend(body.as_str().map(|path| path.rsplit('/').next().unwrap().to_owned()));
    }
    let mut seen = BTreeSet::new();
    let mut schemas = Vec::new();
    while let Some(name) = open.pop() {
        if seen.insert(name.clone()) {
            let schema = SCHEMAS.get(&name).unwrap_or_else(|| panic!("{name} is not described"));
            collect(name, schema, &mut open, &mut schemas);
        }
    }
    schemas
}

fn collect(path: String, schema: &'static Value, open: &mut Vec<String>, all: &mut Vec<(String, &'static Value)>) {
    open.extend(schema["$ref"].as_str().map(|path| path.rsplit('/').next().unwrap().to_owned()));
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        collect(format!("{path}.{field}"), schema, open, all);
    }
    for schema in schema["oneOf"].as_array().into_iter().flatten().chain(schema.get("items")) {
        collect(path.clone(), schema, open, all);
    }
    all.push((path, schema));
}

/// What the search does not know it would pass over in silence.
#[test]
fn the_search_knows_every_word_in_which_bodies_are_described() {
    let known = [
        "$ref",
        "additionalProperties",
        "default",
        "description",
        "enum",
        "example",
        "examples",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "type",
        "title",
    ];
    for (path, schema) in schemas_of_bodies() {
        for word in schema.as_object().unwrap().keys() {
            assert!(known.contains(&word.as_str()), "{path}: {word}");
        }
    }
}

/// A pattern or a format is a rule of the domain under the schema's name, or it lists all words that there are.
#[test]
fn every_text_of_a_body_is_held_to_its_rule() {
    for (path, schema) in schemas_of_bodies() {
        if schema.get("pattern").or(schema.get("format")).is_some() && schema["type"] != "integer" {
            let is_integer = schema["type"].as_array().is_some_and(|types| types.contains(&"integer".into()));
            let has_rule = rules::of(&path).is_some() || words::choices(schema).is_some();
            assert!(is_integer || has_rule, "{path} has no rule in extract/rules.rs: {schema}");
        }
    }
}

/// The examples of the document are what people try first.
#[test]
fn every_example_of_a_text_follows_its_rule() {
    for (name, schema) in SCHEMAS.as_object().unwrap() {
        let Some(rule) = rules::of(name) else { continue };
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert_eq!(rule(example.as_str().unwrap()), Ok(()), "{name}");
        }
    }
}
