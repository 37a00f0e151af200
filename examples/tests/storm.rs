//! The storm, small.

use std::process::{Command, Stdio};

use purser_tests::process::program;

#[test]
fn a_small_storm_adds_up() {
    let storm = Command::new(env!("CARGO_BIN_EXE_storm"))
        .arg("--purser")
        .arg(program())
        .args(["--buyers", "300", "--units", "40", "--coupons", "10", "--kills", "2", "--rush", "5", "--waves", "1"])
        .args(["--patience", "300"])
        .stdin(Stdio::null())
        .output()
        .expect("the storm");
    let (table, told) = (String::from_utf8_lossy(&storm.stdout), String::from_utf8_lossy(&storm.stderr));
    assert!(storm.status.success(), "{}\n{told}\n{table}", storm.status);
    assert!(table.lines().last().is_some_and(|line| line.ends_with("checks hold")), "{table}");
}
