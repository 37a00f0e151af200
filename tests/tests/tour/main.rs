//! The README's tour, pasted into a shell against a fresh engine: every line does what the text around it says.

use std::{
    fs::File,
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use purser_tests::{
    Api,
    process::{EngineProcess, free_address, program},
    wait::until,
};

const README: &str = include_str!("../../../README.md");

/// What a shell does before the tour: it stops at the first line that fails, and an answer that is a problem fails.
const STRICT: &str = r#"
set -euo pipefail
shopt -s inherit_errexit
curl() { command curl --fail-with-body "$@"; }
"#;

/// The indented blocks of a section, in their order.
fn blocks(section: &str) -> Vec<String> {
    let start = README.find(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let text = &README[start + 1..];
    let text = &text[..text[3..].find("\n## ").map_or(text.len(), |end| end + 3)];
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        match line.strip_prefix("    ") {
            Some(code) => {
                let block = blocks.last_mut().expect("one at least");
                block.push_str(code);
                block.push('\n');
            }
            None if blocks.last().is_some_and(|block| !block.is_empty()) => blocks.push(String::new()),
            None => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// A place to paste into: where the engine's data is, with the programs in the path.
struct Terminal {
    home: PathBuf,
    program: PathBuf,
    data_dir: PathBuf,
    engine: SocketAddr,
    gateway: SocketAddr,
}

impl Terminal {
    fn shell(&self, script: &str) -> Command {
        // Addresses as they are in the text are not free on every machine.
        let script = script
            .replace("127.0.0.1:8080", &self.engine.to_string())
            .replace("127.0.0.1:8090", &self.gateway.to_string());
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.program.parent().expect("a directory").display());
        let mut shell = Command::new("bash");
        shell
            .args(["-c", &format!("{STRICT}{script}")])
            .current_dir(&self.home)
            .env("PATH", path)
            .env("PURSER_DATA_DIR", &self.data_dir)
            .env("PURSER_LISTEN", self.engine.to_string())
            .env_remove("PURSER_URL")
            .stdin(Stdio::null());
        shell
    }

    /// Pastes a script, waits for its end and returns what it wrote.
    fn paste(&self, script: &str) -> String {
        let output = self.shell(script).output().expect("bash: the tour needs one");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "the tour stopped with {}:\n{said}", output.status);
        said
    }

    /// Pastes a script that goes on until it is stopped.
    fn paste_and_leave(&self, script: &str) -> Running {
        let log = File::create(self.home.join("left.log")).expect("a file for what it writes");
        let errors = log.try_clone().expect("the same file");
        // Its own sandbox gateway keeps its journal beside the data.
        let script = script
            .replace("sandbox-gateway ", &format!("sandbox-gateway --listen {} --data-dir gateway ", self.gateway));
        let mut shell = self.shell(&script);
        Running(shell.process_group(0).stdout(log).stderr(errors).spawn().expect("bash: the tour needs one"))
    }
}

/// A shell and what it started, stopped together.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let group = Pid::from_raw(i32::try_from(self.0.id()).expect("a pid"));
        // What has ended already need not be stopped.
        let _ = killpg(group, Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

fn number_of(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

async fn writes(address: SocketAddr) {
    let ready = format!("http://{address}/health/ready");
    let client = reqwest::Client::new();
    until("the engine writes", async || {
        let answered = client.get(&ready).send().await.ok()?.error_for_status().ok()?;
        let readiness: serde_json::Value = answered.json().await.ok()?;
        (readiness["role"] == "writer").then_some(())
    })
    .await;
}

async fn statuses(api: &Api, path: &str) -> Vec<String> {
    let list = api.get(path).await;
    let status = |item: &serde_json::Value| item["status"].as_str().expect("a status").to_owned();
    list["items"].as_array().expect("items").iter().map(status).collect()
}

#[tokio::test]
async fn the_tour_does_what_it_says() {
    assert!(Command::new("curl").arg("--version").output().is_ok(), "the tour needs curl: install it");
    let program = program();
    let home = tempfile::tempdir().unwrap();
    let data_dir = home.path().join("data");
    let terminal = Terminal {
        home: home.path().to_owned(),
        program: program.clone(),
        data_dir: data_dir.clone(),
        engine: free_address(),
        gateway: free_address(),
    };
    let tour = blocks("A tour");
    let preparations = &tour[0];
    let engine = EngineProcess::start_at(&program, &data_dir, terminal.engine).await;
    let (orders, commands) = tour.split_at(tour.len() - 1);

    let said = terminal.paste(&orders.concat());

    for (what, times) in [(r#""status":"processing""#, 1), (r#""waiting":20"#, 1), (r#""total":815"#, 1)] {
        assert!(number_of(&said, what) >= times, "{what} is not {times} times in\n{said}");
    }
    let api = engine.api();
    let returns = statuses(&api, "/v1/returns").await;
    assert!(returns.contains(&"closed".to_owned()) && returns.len() == 2, "{returns:?}");
    assert_eq!(statuses(&api, "/v1/refunds").await, ["succeeded"]);

    let said = terminal.paste(&format!("{preparations}{}", commands.concat()));

    for what in ["OK in ", "StockReserved by", "order_search rebuilt at position", "reconciled at position"] {
        assert!(said.contains(what), "{what} is not in\n{said}");
    }
    assert!(engine.terminate().success());

    let gateway = blocks("Paid through a gateway");
    let [servers, payment] = &gateway[..] else { panic!("two blocks") };
    let _servers = terminal.paste_and_leave(servers);
    writes(terminal.engine).await;
    let said = terminal.paste(&format!("{preparations}{payment}"));
    assert!(said.contains(r#""status":"processing""#), "{said}");
}
