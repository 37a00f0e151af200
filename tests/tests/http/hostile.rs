//! Values that nobody means well with: the engine refuses them or finds nothing, and never fails.

use purser_tests::{Api, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// As they stand in a URL.
const VALUES: [&str; 26] = [
    "",
    "%00",
    "%FF%FE",
    "a%00b",
    "%27",
    "%27%20or%201=1--",
    "%22",
    "%5C",
    "%25",
    "_",
    "a%26%7C!:*()%3C-%3E",
    "%F0%9F%92%A3",
    "%E2%80%AE",
    "-1",
    "0",
    "1.5",
    "1e999",
    "NaN",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "0001-01-01",
    "-262142-01-01",
    "%2B262142-12-31",
    "true",
];

/// A token that may use an operation, if it needs one.
fn token<'a>(api: &'a Api, operation: &Value) -> &'a str {
    let tokens = api.tokens();
    match operation["x-roles"].as_array() {
        Some(roles) if roles.contains(&json!("back_office")) => &tokens.back_office,
        Some(_) | None => &tokens.operator,
    }
}

#[tokio::test]
async fn no_value_of_any_parameter_makes_the_engine_fail() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.placed(&[("A", 1)]).await;
    let document = api.anonymous(Method::GET, "/openapi.json").send().await.body;
    let paths = document["paths"].as_object().unwrap();
    let (mut asked, mut failed) = (0, Vec::new());
    for (path, operation) in paths.iter().filter_map(|(path, item)| Some((path, item.get("get")?))) {
        let token = token(&api, operation);
        let whole = path.replace("{id}", "ord_00000000000000000000000000000000").replace("{sku}", "A");
        let whole = whole.replace("{name}", "sales").replace("{merchant}", "demo-merchant");
        let whole = whole.replace("{code}", "TEN-OFF").replace("{customer}", "demo-customer");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            for value in VALUES {
                let request = match parameter["in"].as_str().unwrap() {
                    "query" => format!("{whole}?{name}={value}"),
                    "path" if !value.is_empty() => path.replace(&format!("{{{name}}}"), value),
                    _ => continue,
                };
                let answered = api.with_token(token, Method::GET, &request).send().await;
                if answered.status.is_server_error() {
                    failed.push(format!("{request}: {}", answered.text));
                }
                asked += 1;
            }
        }
    }
    assert_eq!(failed, Vec::<String>::new());
    assert!(asked > 1_000, "{asked}");
    engine.stop().await;
}

/// What is odd elsewhere and means what it says here: policies that are left out, no return window, no shipping rates.
fn is_good(path: &str, field: &str, value: &Value) -> bool {
    let policy = path.ends_with("policies") && !field.is_empty();
    policy
        && (value.is_null()
            || field == "return_window_days" && *value == json!(0)
            || field == "sites" && *value == json!([]))
        || path.ends_with("shipping-rates") && field == "rates" && *value == json!([])
        || path.ends_with("platform-points") && field == "points" && value.is_null()
}

#[tokio::test]
async fn no_body_of_any_command_makes_the_engine_fail() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 1)]).await;
    let head = shop::at_rest(&api).await;
    let document = api.anonymous(Method::GET, "/openapi.json").send().await.body;
    let odd = [
        json!(null),
        json!([]),
        json!(""),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(true),
        json!({}),
        json!("\u{0}"),
        json!({"": {}}),
        json!([[[[]]]]),
        json!("x".repeat(100_000)),
    ];
    let paths = document["paths"].as_object().unwrap().iter();
    let of_method =
        |method: &'static str| paths.clone().filter_map(move |(path, item)| Some((method, path, item.get(method)?)));
    let commands = of_method("post").chain(of_method("put"));
    for (method, path, operation) in commands.filter(|(.., operation)| operation.get("requestBody").is_some()) {
        let token = token(&api, operation);
        // A signed message may hold anything, and nobody signs these.
        let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let schema = schema.map(|schema| document.pointer(schema.strip_prefix('#').unwrap()).unwrap());
        let path = path.replace("{sku}", "A").replace("{id}", if path.contains("orders") { &id } else { "rfd_0" });
        let path = path.replace("{merchant}", "demo-merchant").replace("{promotion}", "ten-off");
        let path = path.replace("{code}", "TEN-OFF").replace("{customer}", "demo-customer");
        let path = path.replace("{gateway}", "sandbox");
        let fields = schema
            .and_then(|schema| schema["properties"].as_object())
            .into_iter()
            .flatten()
            .map(|(field, _)| field.as_str());
        for field in fields.chain([""]) {
            for value in &odd {
                // Without a field it is the body itself that is odd.
                let body = if field.is_empty() { value.clone() } else { json!({field: value}) };
                if path.ends_with("delist")
                    || path.ends_with("end")
                    || is_good(&path, field, value)
                    || body == json!({})
                    || ["tracking", "at"].contains(&field) && value.is_null()
                {
                    continue;
                }
                let call =
                    if method == "put" { api.put_as(token, &path, &body) } else { api.post_as(token, &path, &body) };
                let answered = call.send().await;
                let request = format!("{path} {:.60}", body.to_string());
                assert!(answered.status.is_client_error(), "{request}: {}", answered.text);
            }
        }
    }
    assert_eq!(shop::head(engine.database()).await, head, "an odd body left something in the log");
    api.post("/v1/orders", &order(&[("A", 1)])).send().await.expect_status(201);
    engine.stop().await;
}
