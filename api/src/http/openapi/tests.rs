//! The document is complete: whoever reads it knows everything that the code will do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::{Map, Value};

use super::*;
use crate::{auth::Role, http::routing::ROLES};

fn parsed() -> Value {
    serde_json::from_slice(&openapi_json()).unwrap()
}

/// Every operation as `method path`.
fn operations(document: &Value) -> BTreeMap<String, &Map<String, Value>> {
    let paths = document["paths"].as_object().unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            operations.insert(format!("{} {path}", method.to_uppercase()), operation.as_object().unwrap());
        }
    }
    operations
}

/// The matrix of roles, written down a second time: a change here is a change of who may do what.
#[test]
fn every_operation_is_for_exactly_the_roles_of_the_matrix() {
    let document = parsed();
    let mut matrix = String::new();
    for (name, operation) in operations(&document) {
        let marks = match operation.get(ROLES).and_then(Value::as_array) {
            Some(roles) => Role::ALL.map(|role| if roles.contains(&role.as_str().into()) { "x" } else { "-" }).concat(),
            None => "open".to_owned(),
        };
        writeln!(matrix, "{marks} {name}").unwrap();
    }
    assert_eq!(matrix, include_str!("roles.txt"));
}

#[test]
fn only_what_states_roles_needs_a_token_and_all_of_v1_but_webhooks_does() {
    let document = parsed();
    for (name, operation) in operations(&document) {
        let needs_token = !operation["security"].as_array().unwrap().is_empty();
        assert_eq!(needs_token, operation.contains_key(ROLES), "{name}");
        // Gateways sign, and bear no token.
        let is_signed = name.contains(" /v1/webhooks/");
        assert_eq!(needs_token, name.contains(" /v1/") && !is_signed, "{name}");
        assert_eq!(needs_token || is_signed, operation["responses"].get("401").is_some(), "{name}");
        assert_eq!(needs_token, operation["responses"].get("403").is_some(), "{name}");
    }
}

#[test]
fn every_operation_has_an_id_a_summary_a_tag_and_a_typed_answer() {
    let document = parsed();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: the id is taken");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')), "{name}: no summary");
        assert!(tags.contains(&&operation["tags"][0]), "{name}: unknown tag");
        let responses = operation["responses"].as_object().unwrap();
        let success = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap_or_else(|| panic!("{name}"));
        assert!(success.0 == "204" || success.1["content"].as_object().is_some(), "{name}: an answer without a body");
        assert!(success.0 != "201" || success.1["headers"]["Location"].is_object(), "{name}: created where?");
        for (status, response) in responses.iter().filter(|(status, _)| !status.starts_with('2')) {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
        }
    }
}

#[test]
fn every_schema_and_every_field_is_described() {
    let document = parsed();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name} is not described");
        let Some(fields) = schema["properties"].as_object() else { continue };
        for (field, schema) in fields {
            // A field that may be absent is a choice between its own form and none.
            let described = schema["description"].is_string() || schema["oneOf"][0]["description"].is_string();
            assert!(described, "{name}.{field} is not described: {schema}");
        }
    }
}

#[test]
fn no_body_takes_unknown_fields_at_any_depth() {
    let document = parsed();
    let mut checked = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else { continue };
        let mut open = vec![&body["content"]["application/json"]["schema"]];
        while let Some(value) = open.pop() {
            if value["type"] == "object" {
                assert_eq!(value["additionalProperties"], false, "{name}: {value}");
            }
            if let Some(reference) = value["$ref"].as_str().filter(|reference| checked.insert(*reference)) {
                open.extend(document.pointer(reference.strip_prefix('#').unwrap()));
            }
            open.extend(value.as_object().into_iter().flat_map(|object| object.values()));
            open.extend(value.as_array().into_iter().flatten());
        }
    }
    assert!(checked.contains("#/components/schemas/Address"), "the search goes into the depth");
}

#[test]
fn only_bodies_without_a_needed_field_may_be_left_out() {
    let document = parsed();
    let optional: Vec<String> = operations(&document)
        .into_iter()
        .filter(|(_, operation)| operation.get("requestBody").is_some_and(|body| body["required"] == false))
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "POST /v1/fulfillments/{id}/deliver",
        "POST /v1/fulfillments/{id}/release-hold",
        "POST /v1/fulfillments/{id}/ship",
        "POST /v1/fulfillments/{id}/start",
        "POST /v1/merchants/{merchant}/promotions/{promotion}/end",
        "POST /v1/orders/{id}/approve-cancellation",
        "POST /v1/orders/{id}/complete",
        "POST /v1/orders/{id}/deliver",
        "POST /v1/orders/{id}/ship",
        "POST /v1/payments/{id}/void",
        "POST /v1/products/{sku}/delist",
        "POST /v1/returns/{id}/approve",
        "POST /v1/returns/{id}/cancel",
        "POST /v1/returns/{id}/receive",
        "POST /v1/returns/{id}/send",
        "PUT /v1/merchants/{merchant}/platform-points",
        "PUT /v1/merchants/{merchant}/policies",
    ];
    assert_eq!(optional, expected);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = parsed();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                open.extend(object.values());
            }
            Value::Array(array) => open.extend(array),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[test]
fn every_type_of_problem_belongs_to_some_operation() {
    let document = parsed();
    let mut described = String::new();
    for operation in operations(&document).values() {
        for response in operation["responses"].as_object().unwrap().values() {
            described.push_str(response["description"].as_str().unwrap());
        }
    }
    // Refusals that only the engine itself can run into, and the answers to what is no operation at all.
    let beyond = [Kind::NoSuchRoute, Kind::MethodNotAllowed, Kind::WindowOpen, Kind::ReservationConflict];
    for kind in Kind::ALL {
        let named = described.contains(&format!("`urn:purser:problem:{}`", kind.slug()));
        assert_eq!(named, !beyond.contains(kind), "{}", kind.slug());
    }
}

/// A key that the engine does not look at, or does not say that it has known, is worth nothing to whoever retries.
#[test]
fn every_post_of_a_caller_takes_a_key_and_says_what_it_answered_before() {
    let document = parsed();
    for (name, operation) in operations(&document) {
        let key =
            operation["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == "Idempotency-Key");
        // A webhook is known by its own id.
        assert!(key.is_some() || !name.starts_with("POST ") || name.contains(" /v1/webhooks/"), "{name}");
        let done = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        for (status, response) in done {
            // A quote changes nothing, and each is worked out anew. A token is shown once.
            let is_kept = key.is_some() && !["POST /v1/quotes", "POST /v1/tokens"].contains(&name.as_str());
            let says = response["headers"]["Idempotent-Replayed"].is_object();
            assert_eq!(says, is_kept, "{name} {status}");
        }
    }
}

/// Written down a second time: what would count twice if it were sent twice.
#[test]
fn what_would_count_twice_needs_a_key_and_the_document_says_so() {
    let document = parsed();
    let key = |operation: &Map<String, Value>| {
        operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .find(|parameter| parameter["name"] == "Idempotency-Key")
            .cloned()
    };
    let operations = operations(&document);
    let needing = operations.iter().filter(|(_, operation)| key(operation).is_some_and(|key| key["required"] == true));
    let needing: Vec<&str> = needing.map(|(name, _)| name.as_str()).collect();
    let expected = [
        "POST /v1/customers/{customer}/points",
        "POST /v1/orders",
        "POST /v1/orders/{id}/payments",
        "POST /v1/orders/{id}/refunds",
        "POST /v1/orders/{id}/returns",
        "POST /v1/payments/{id}/captures",
    ];
    assert_eq!(needing, expected);
    let refusing = operations.iter().filter(|(_, operation)| {
        let refused = &operation["responses"]["400"]["description"];
        refused.as_str().unwrap().contains("`urn:purser:problem:missing-idempotency-key`")
    });
    // Only units of an order are cancelled twice.
    let conditional = refusing.map(|(name, _)| name.as_str()).filter(|name| !expected.contains(name));
    assert_eq!(conditional.collect::<Vec<_>>(), ["POST /v1/orders/{id}/cancel"]);
}
