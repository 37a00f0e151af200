//! Who may do what, asked of every route by everybody.

use purser_tests::{Answered, Api, shop};
use reqwest::Method;

/// For each route the roles that may use it, in the order customer, merchant, back office, operator.
const ROUTES: &str = include_str!("../../../api/src/http/openapi/roles.txt");

/// Of the form of a token, and nobody's.
const MADE_UP: &str = "purser_back_office_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A path of the route that names nothing that exists, so that whoever gets through changes nothing.
fn path(template: &str) -> String {
    let id = match template {
        _ if template.starts_with("/v1/orders") => "ord_00000000000000000000000000000000",
        _ if template.starts_with("/v1/payments") => "pay_00000000000000000000000000000000",
        _ if template.starts_with("/v1/fulfillments") => "ful_00000000000000000000000000000000",
        _ if template.starts_with("/v1/returns") => "ret_00000000000000000000000000000000",
        _ if template.starts_with("/v1/refunds") => "rfd_00000000000000000000000000000000",
        _ if template.starts_with("/v1/tokens") => "tok_00000000000000000000000000000000",
        _ => "00000000-0000-0000-0000-000000000000",
    };
    let path = template.replace("{id}", id).replace("{sku}", "NONE").replace("{position}", "1");
    let path = path.replace("{merchant}", "none").replace("{promotion}", "none");
    let path = path.replace("{gateway}", "none").replace("{code}", "NONE").replace("{customer}", "none");
    path.replace("{name}", "no-such-view").replace("{view}", "no-such-view")
}

/// Gateways are known by what they sign.
fn is_signed(route: &str) -> bool {
    route.starts_with("POST /v1/webhooks/")
}

async fn ask(api: &Api, token: Option<&str>, route: &str) -> Answered {
    let (method, template) = route.split_once(' ').expect("a method and a path");
    let method: Method = method.parse().expect("a method");
    match token {
        Some(token) => api.with_token(token, method, &path(template)).send().await,
        None => api.anonymous(method, &path(template)).send().await,
    }
}

#[tokio::test]
async fn every_route_lets_in_exactly_the_roles_of_the_matrix() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["unauthenticated", "forbidden"]);
    let before = shop::head(engine.database()).await;
    let tokens = api.tokens();
    let roles = [&tokens.customer, &tokens.merchant, &tokens.back_office, &tokens.operator];
    let mut asked = 0;
    for line in ROUTES.lines() {
        let (marks, route) = line.split_once(' ').expect("two columns");
        for stranger in [None, Some(MADE_UP)] {
            let answered = ask(&api, stranger, route).await;
            if is_signed(route) {
                answered.expect_problem(401, "webhook-not-verified");
            } else if marks == "open" {
                answered.expect_status(200);
            } else {
                let refused = answered.expect_problem(401, "unauthenticated").expect_fault("header", "Authorization");
                assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"purser\"", "{route}");
            }
        }
        for (role, token) in roles.into_iter().enumerate() {
            let answered = ask(&api, Some(token), route).await;
            asked += 1;
            if is_signed(route) {
                // A token is no signature.
                answered.expect_problem(401, "webhook-not-verified");
            } else if marks == "open" || marks.as_bytes()[role] == b'x' {
                let status = answered.status.as_u16();
                assert!(![401, 403].contains(&status) && status < 500, "{route} as {role}: {}", answered.text);
            } else {
                answered.expect_problem(403, "forbidden");
            }
        }
    }
    assert_eq!(asked, 4 * ROUTES.lines().count());
    assert_eq!(shop::head(engine.database()).await, before);
    engine.stop().await;
}

#[tokio::test]
async fn only_a_whole_token_after_the_word_bearer_is_one() {
    let (engine, api) = shop::open().await;
    let token = &api.tokens().back_office;
    let (cut, longer) = (&token[..token.len() - 1], format!("{token}A"));
    let values = [
        format!("Basic {token}"),
        token.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {cut}"),
        format!("Bearer {longer}"),
        format!("Bearer {}", token.to_uppercase()),
    ];
    for value in values {
        let refused = api.anonymous(Method::GET, "/v1/orders").header("authorization", &value).send().await;
        let refused = refused.expect_problem(401, "unauthenticated").expect_fault("header", "Authorization");
        assert!(!refused.text.contains(cut), "the answer repeats the token");
    }
    let lower_case = api.anonymous(Method::GET, "/v1/orders").header("authorization", &format!("bearer {token}"));
    lower_case.send().await.expect_status(200);
    engine.stop().await;
}
