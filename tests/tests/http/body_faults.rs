//! What is wrong with a body is told all at once, by pointer, in words for people; nothing is taken for what it is not.

use std::collections::BTreeSet;

use purser_tests::{Answered, Api, api::order, shop};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// An operation that takes a described body.
struct Operation {
    method: Method,
    path: String,
    token: String,
    schema: Value,
}

/// All operations that take a described body: all but webhooks, whose form is their gateway's.
fn operations(api: &Api, document: &Value) -> Vec<Operation> {
    let token = |operation: &Value| match operation["x-roles"].as_array() {
        Some(roles) if roles.contains(&json!("back_office")) => api.tokens().back_office.clone(),
        Some(_) | None => api.tokens().operator.clone(),
    };
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(schema) = schema.as_str() else { continue };
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: shop::with_examples(path, operation),
                token: token(operation),
                schema: document.pointer(schema.strip_prefix('#').unwrap()).unwrap().clone(),
            });
        }
    }
    operations
}

async fn sent(api: &Api, operation: &Operation, body: impl Into<String>) -> Answered {
    let call = api.with_token(&operation.token, operation.method.clone(), &operation.path).fresh_key();
    call.body("application/json", body.into()).send().await
}

fn pointers(refused: &Answered) -> BTreeSet<String> {
    let errors = refused.body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", refused.text));
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

/// Words that only who reads Rust can read.
fn expect_words_for_people(refused: &Answered) {
    for inside in ["struct ", "i64", "u32", "sequence", "invalid type", "digit found", "variant", "expected "] {
        assert!(!refused.text.contains(inside), "{inside}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_list_is_no_object_and_places_no_order() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value"]);
    api.stocked("A", 250, 10).await;
    let before = shop::head(engine.database()).await;
    let listed = json!(["c", null, "GBP", [["A", 1, null]], ["Ada", [], null, null, null, "GB"], null, [], null, null]);
    let place = || api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    for (pointer, body) in [("", listed), ("/lines/0", with(order(&[]), "lines", json!([["A", 1, null]])))] {
        let refused = place().json(&body).send().await.expect_problem(422, "invalid-value");
        refused.expect_fault("pointer", pointer);
    }
    let inner = with(order(&[("A", 1)]), "ship_to", json!(["Ada", [], null, null, null, "GB"]));
    place().json(&inner).send().await.expect_problem(422, "invalid-value").expect_fault("pointer", "/ship_to");
    assert_eq!(shop::head(engine.database()).await, before);
    engine.stop().await;
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn no_body_of_any_operation_is_anything_but_an_object() {
    let (engine, api) = shop::open().await;
    let document = api.anonymous(Method::GET, "/openapi.json").send().await.body;
    let operations = operations(&api, &document);
    assert!(operations.len() > 40, "{}", operations.len());
    for operation in &operations {
        for body in ["[]", "[null]", "null", "\"text\"", "7", "true"] {
            let refused = sent(&api, operation, body).await.expect_problem(422, "invalid-value");
            expect_words_for_people(&refused);
            assert_eq!(pointers(&refused), BTreeSet::from([String::new()]), "{} {body}", operation.path);
        }
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_wrong_type_of_every_field_of_every_operation_is_told_at_once() {
    let (engine, api) = shop::open().await;
    let document = api.anonymous(Method::GET, "/openapi.json").send().await.body;
    for operation in operations(&api, &document) {
        let Some(fields) = operation.schema["properties"].as_object() else { continue };
        // No field of any body is a number with a fraction.
        let body: Map<String, Value> = fields.keys().map(|field| (field.clone(), json!(0.5))).collect();
        let refused = sent(&api, &operation, Value::from(body).to_string()).await.expect_problem(422, "invalid-value");
        expect_words_for_people(&refused);
        let expected: BTreeSet<String> = fields.keys().map(|field| format!("/{field}")).collect();
        assert_eq!(pointers(&refused), expected, "{}: {}", operation.path, refused.text);
        // And of each field that is needed, that it is missing.
        let Some(needed) = operation.schema["required"].as_array() else { continue };
        let refused = sent(&api, &operation, "{}").await.expect_problem(422, "invalid-value");
        let expected: BTreeSet<String> = needed.iter().map(|field| format!("/{}", field.as_str().unwrap())).collect();
        assert_eq!(pointers(&refused), expected, "{}", operation.path);
    }
    engine.stop().await;
}

#[tokio::test]
async fn what_is_json_is_never_told_to_be_none() {
    let (engine, api) = shop::open().await;
    let place = || api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    let good = order(&[("A", 1)]).to_string();
    for (from, to, pointer) in [
        ("\"quantity\":1", "\"quantity\":1e999", "/lines/0/quantity"),
        ("\"quantity\":1", "\"quantity\":99999999999999999999", "/lines/0/quantity"),
        ("\"quantity\":1", "\"quantity\":1.5", "/lines/0/quantity"),
        ("\"quantity\":1", "\"quantity\":1,\"quantity\":1", "/lines/0/quantity"),
        ("\"sku\":\"A\"", "\"sku\":\"\\ud83d\"", "/lines/0/sku"),
        ("\"GBP\"", "null", "/currency"),
    ] {
        assert!(good.contains(from), "{good}");
        let refused = place().body("application/json", good.replacen(from, to, 1)).send().await;
        let refused = refused.expect_problem(422, "invalid-value");
        expect_words_for_people(&refused);
        refused.expect_fault("pointer", pointer);
    }
    engine.stop().await;
}

/// What the domain refuses is told together with what the description refuses.
#[tokio::test]
async fn a_refusal_by_the_domain_names_what_else_is_wrong() {
    let (engine, api) = shop::open().await;
    let mut body = order(&[]);
    body["ship_to"]["lines"] = vec!["street"; 11].into();
    let refused = api.post("/v1/orders", &body).send().await.expect_problem(422, "invalid-value");
    assert_eq!(pointers(&refused), BTreeSet::from(["/lines".to_owned(), "/ship_to/lines".to_owned()]));
    engine.stop().await;
}

#[tokio::test]
async fn twenty_faults_are_told_and_not_one_more() {
    let (engine, api) = shop::open().await;
    let lines: Vec<(&str, i64)> = vec![("A", 0); 30];
    let refused = api.post("/v1/orders", &order(&lines)).send().await.expect_problem(422, "invalid-value");
    assert_eq!(pointers(&refused).len(), 20);
    let unknown = json!({"custmer": "c", "currency": "GBP", "lines": [{"sku": "A", "quantity": 1}],
        "ship_to": {"recipient": "Ada", "country": "GB"}});
    let refused = api.post("/v1/orders", &unknown).send().await.expect_problem(422, "invalid-value");
    assert!(refused.text.contains("did you mean `customer`?"), "{}", refused.text);
    refused.expect_fault("pointer", "/custmer");
    engine.stop().await;
}

/// Six pieces are six pieces, however the number is written.
#[tokio::test]
async fn a_whole_number_with_a_fraction_of_nothing_is_taken() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let body = order(&[("A", 6)]).to_string().replace("\"quantity\":6", "\"quantity\":6.0");
    let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").fresh_key();
    let placed = call.body("application/json", body).send().await.expect_status(201);
    assert_eq!(placed.body["total"]["amount"], 1_500);
    engine.stop().await;
}
