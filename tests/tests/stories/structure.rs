//! The structure of the workspace: who may know whom.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// What each crate may depend on, of the workspace's own.
const MAY_KNOW: [(&str, &[&str]); 6] = [
    ("purser-domain", &[]),
    ("purser-commands", &["purser-domain"]),
    ("purser-projections", &["purser-domain"]),
    ("purser", &["purser-domain", "purser-commands", "purser-projections"]),
    ("purser-tests", &["purser-domain", "purser-commands", "purser-projections", "purser"]),
    ("purser-examples", &["purser-domain", "purser-commands", "purser-projections", "purser"]),
];

/// What the domain must not know, because it would be a way to a clock, a socket or a random number.
const NOT_FOR_THE_DOMAIN: [&str; 7] = ["tokio", "sqlx", "async-nats", "axum", "reqwest", "rand", "getrandom"];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// The names of what a package depends on when it is built to be used, not tested.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn the_two_sides_share_events_and_not_services() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    let known: BTreeSet<&str> = MAY_KNOW.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "a crate without a rule, or a rule without a crate");
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        let may_know = MAY_KNOW.iter().find(|(known, _)| *known == name).expect("a rule").1;
        for dependency in dependencies(package).iter().filter(|dependency| names.contains(dependency.as_str())) {
            assert!(may_know.contains(&dependency.as_str()), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn the_domain_knows_no_clock_no_socket_and_no_random_number() {
    let packages = packages();
    let domain = packages.iter().find(|package| package["name"] == "purser-domain").expect("the domain");
    let dependencies = dependencies(domain);
    for banned in NOT_FOR_THE_DOMAIN {
        assert!(!dependencies.contains(banned), "the domain depends on {banned}");
    }
}
