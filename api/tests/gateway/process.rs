//! `purser sandbox-gateway` as a process of its own, which is killed.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use purser::{
    clock::SystemClock,
    gateway::{CaptureMode, HttpGateway, HttpGatewaySettings, PaymentGateway, PaymentStatus},
    sandbox_gateway::{SandboxError, SandboxGateway},
};

use crate::{
    receiver::{Receiver, SECRET},
    sandbox::{customer, key, refund, settings, stats, ten_pounds},
    wait::until,
};

struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// Starts one and waits until it says where it is.
    fn start(data_dir: &Path, listen: &str, receiver: &Receiver, more: &[&str]) -> Self {
        let log = File::options().create(true).append(true).open(data_dir.with_extension("log")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_purser"))
            .args(["sandbox-gateway", "--listen", listen, "--webhook-url", &receiver.url(), "--data-dir"])
            .arg(data_dir)
            .args(["--retry-first-ms", "5", "--retry-longest-ms", "50"])
            .args(more)
            .env("PURSER_SANDBOX_WEBHOOK_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("sandbox gateway on ").expect("the line that says where").to_owned();
        Self { child, url }
    }

    fn client(&self) -> HttpGateway {
        HttpGateway::try_new(&self.url, HttpGatewaySettings::default()).unwrap()
    }

    fn listen(&self) -> String {
        self.url.strip_prefix("http://").unwrap().to_owned()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn terminate(mut self) -> ExitStatus {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn what_was_answered_before_a_kill_is_known_after_it_and_no_key_moves_money_twice() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("gateway");
    let receiver = Receiver::start().await;
    // Nobody takes callbacks before the kill.
    receiver.refuse(usize::MAX);
    let process = Process::start(&data_dir, "127.0.0.1:0", &receiver, &[]);
    let (client, listen) = (process.client(), process.listen());
    let request = ten_pounds("p-1", CaptureMode::Automatic);
    let opened = client.create_payment(&key("k-1"), &request).await.unwrap();
    customer(&opened, "succeed").await;
    let refunded = client.refund(&key("r-1"), &opened.id, &refund("r-1", 300)).await.unwrap();
    let paid = client.payment(&opened.id).await.unwrap();
    let before = stats(&process.url).await;
    process.kill();
    receiver.refuse(0);
    let taken_before = receiver.received().len();

    let process = Process::start(&data_dir, &listen, &receiver, &[]);
    let client = process.client();
    assert_eq!(client.payment(&opened.id).await.unwrap(), paid);
    assert_eq!(client.create_payment(&key("k-1"), &request).await.unwrap(), opened);
    assert_eq!(client.refund(&key("r-1"), &opened.id, &refund("r-1", 300)).await.unwrap(), refunded);
    let after = until("the callbacks", async || {
        Some(stats(&process.url).await).filter(|stats| stats["callbacks"]["delivered"] == 2)
    })
    .await;
    for count in ["payments", "captures", "captured", "refunds", "refunded"] {
        assert_eq!(before[count], after[count], "{count}");
    }
    assert_eq!(after["refunded"]["GBP"], 300);
    let taken: Vec<_> = receiver.received().split_off(taken_before);
    // What was on its way at the kill may have come in, too.
    let ids: HashSet<_> = taken.iter().map(|received| &received.id).collect();
    assert_eq!(ids.len(), 2);
    assert!(taken.iter().all(|received| received.verified.is_ok()));
}

#[tokio::test]
async fn killed_at_any_moment_it_has_what_it_answered() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("gateway");
    let receiver = Receiver::start().await;
    let mut answered = Vec::new();
    for round in 0..3 {
        let process = Process::start(&data_dir, "127.0.0.1:0", &receiver, &[]);
        let client = process.client();
        let opening = (0..200).map(async |number| {
            let name = format!("p-{round}-{number}");
            client.create_payment(&key(&name), &ten_pounds(&name, CaptureMode::Automatic)).await.ok()
        });
        let before = stats(&process.url).await["payments"].as_u64().unwrap();
        let killing = async {
            until("some payments", async || {
                let opened = stats(&process.url).await["payments"].as_u64()?;
                (opened > before + 20).then_some(())
            })
            .await;
            kill(Pid::from_raw(process.child.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
        };
        let (opened, ()) = futures_util::future::join(futures_util::future::join_all(opening), killing).await;
        answered.extend(opened.into_iter().flatten());
        process.kill();
    }
    assert!(!answered.is_empty());
    let process = Process::start(&data_dir, "127.0.0.1:0", &receiver, &[]);
    let client = process.client();
    for payment in answered {
        assert_eq!(client.payment(&payment.id).await.unwrap(), payment);
    }
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off_and_the_log_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("gateway");
    let receiver = Receiver::start().await;
    let process = Process::start(&data_dir, "127.0.0.1:0", &receiver, &[]);
    let opened = process.client().create_payment(&key("k-1"), &ten_pounds("p-1", CaptureMode::Automatic)).await;
    let opened = opened.unwrap();
    process.kill();
    let mut journal = File::options().append(true).open(data_dir.join("journal")).unwrap();
    journal.write_all(b"0123456789abcdef [{\"opened\":{\"pay").unwrap();

    let process = Process::start(&data_dir, "127.0.0.1:0", &receiver, &[]);
    assert_eq!(process.client().payment(&opened.id).await.unwrap().id, opened.id);
    let log = fs::read_to_string(data_dir.with_extension("log")).unwrap();
    assert!(log.contains("torn") && log.contains("cut_bytes=33"), "{log}");
}

#[tokio::test]
async fn told_to_stop_it_exits_with_0_and_what_was_left_to_do_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let process = Process::start(directory.path(), "127.0.0.1:0", &receiver, &["--auto-pay=3600000"]);
    let listen = process.listen();
    let opened = process.client().create_payment(&key("k-1"), &ten_pounds("p-1", CaptureMode::Automatic)).await;
    let opened = opened.unwrap();
    assert_eq!(process.terminate().code(), Some(0));
    let process = Process::start(directory.path(), &listen, &receiver, &["--auto-pay"]);
    // It pays itself when its own time comes, an hour from now, and another one at once.
    let other = process.client().create_payment(&key("k-2"), &ten_pounds("p-2", CaptureMode::Automatic)).await;
    let received = receiver.receives(1).await;
    assert_eq!(received[0].event.data.id, other.unwrap().id);
    assert_eq!(process.client().payment(&opened.id).await.unwrap().status, PaymentStatus::Pending);
}

#[tokio::test]
async fn a_directory_is_for_one_gateway() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let process = Process::start(directory.path(), "127.0.0.1:0", &receiver, &[]);
    let settings = settings(&directory, &receiver.url());
    let second = SandboxGateway::start(settings.clone(), Arc::new(SystemClock)).await.unwrap_err();
    assert!(matches!(second, SandboxError::Journal(_)) && second.to_string().contains("in use"), "{second}");
    process.kill();
    SandboxGateway::start(settings, Arc::new(SystemClock)).await.unwrap().stop().await;
}

#[test]
fn settings_that_make_no_sense_are_told_and_the_secret_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_purser"))
            .args(["sandbox-gateway", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(directory.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let to = ["--webhook-url", "http://127.0.0.1:1"];
    assert!(run(&["--webhook-secret", SECRET]).contains("--webhook-url"));
    assert!(run(&to).contains("--webhook-secret"));
    assert!(run(&["--webhook-url", "ftp://x", "--webhook-secret", SECRET]).contains("ftp://x"));
    let told = run(&[to[0], to[1], "--webhook-secret", SECRET, "--drop-percent", "101"]);
    assert!(told.contains("a share must be 0 to 100 percent"), "{told}");
}
