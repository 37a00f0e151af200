//! No route and no type of problem is without a story.
//!
//! A story says what it tells by `api.tells(..)`, and fails if it does not tell it. So it is enough to find the words.

use std::{collections::BTreeSet, fs, path::Path};

const ROUTES: &str = include_str!("../../../api/src/http/openapi/roles.txt");
const PROBLEMS: &str = include_str!("../../../api/src/http/problem/types.txt");
const MAIN: &str = include_str!("main.rs");

/// Types of problems that no request can provoke, each with the reason.
const BEYOND_HTTP: [(&str, &str); 3] = [
    ("order-exists", "the engine mints the id of an order; two equal ones would need the same 74 random bits"),
    ("window-open", "only the payment window's own timer expires orders, and it waits for the end of the window"),
    ("reservation-conflict", "an order and its stock change in one append; if they differ, that is an internal error"),
];

/// The second word of each line of a table, and what follows it.
fn names(table: &str) -> BTreeSet<String> {
    table.lines().map(|line| line.split_once(' ').expect("two columns").1.to_owned()).collect()
}

/// The source of every module that `main.rs` declares; a file that is not declared is not run.
fn chapters() -> impl Iterator<Item = String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http");
    let modules = MAIN.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    modules.filter(|module| *module != "coverage").map(move |module| {
        let path = directory.join(format!("{module}.rs"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// Everything that stories of a source say they tell. What is commented out is not said.
fn told(source: &str) -> BTreeSet<String> {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    assert!(!code.contains("#[ignore"), "a story that is not run tells nothing");
    let words = code.split(".tells(&[").skip(1).map(|rest| rest.split_once(']').expect("the end of a list").0);
    words.flat_map(|list| list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn all_told() -> BTreeSet<String> {
    chapters().flat_map(|source| told(&source)).collect()
}

fn beyond_http() -> BTreeSet<String> {
    BEYOND_HTTP.iter().map(|(kind, _)| (*kind).to_owned()).collect()
}

#[test]
fn every_route_has_a_story() {
    let untold: Vec<String> = names(ROUTES).difference(&all_told()).cloned().collect();
    assert_eq!(untold, Vec::<String>::new(), "routes without a story");
}

#[test]
fn every_type_of_problem_has_a_story_or_a_reason_to_have_none() {
    let expected = &names(PROBLEMS) - &beyond_http();
    let untold: Vec<String> = expected.difference(&all_told()).cloned().collect();
    assert_eq!(untold, Vec::<String>::new(), "types of problems without a story");
}

#[test]
fn what_is_told_exists_and_what_has_a_story_has_no_reason_to_have_none() {
    let known = &names(ROUTES) | &(&names(PROBLEMS) - &beyond_http());
    let unknown: Vec<String> = all_told().difference(&known).cloned().collect();
    assert_eq!(unknown, Vec::<String>::new());
    assert!(beyond_http().is_subset(&names(PROBLEMS)));
}

#[test]
fn only_what_code_says_is_told() {
    let source = concat!(
        "let _telling = api.tells",
        "(&[\"GET /v1/orders\",\n    \"not-found\"]);\n  // let _telling = api.tells",
        "(&[\"GET /v1/stock\"]);"
    );
    assert_eq!(told(source), BTreeSet::from(["GET /v1/orders".to_owned(), "not-found".to_owned()]));
}
