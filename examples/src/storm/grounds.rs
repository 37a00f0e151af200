//! Where the storm takes place: a directory, two addresses, and what engine and gateway are started with.

use std::{
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Settings, StormError,
    dice::Dice,
    server::{Death, Program},
};
use crate::child::free_address;

/// What the gateway signs with. It is of no use beyond loopback and this storm.
const SECRET: &str = "whsec_YSBzdG9ybSBvbiBsb29wYmFjaywgc2VlbiBieSBub2JvZHk=";

/// How the gateway misbehaves.
const FAULTS: &[(&str, u32)] = &[
    ("--unavailable-percent", 3),
    ("--timeout-percent", 3),
    ("--timeout-hang-ms", 7_000),
    ("--decline-percent", 5),
    // The engine waits a minute or two before it asks for a refused refund again: few are enough.
    ("--refund-fail-percent", 2),
    ("--delay-percent", 20),
    ("--delay-min-ms", 500),
    ("--delay-max-ms", 8_000),
    ("--repeat-percent", 20),
    ("--reorder-percent", 10),
    ("--reorder-hold-ms", 3_000),
    ("--drop-percent", 10),
    // Callbacks to an engine that is dead come back soon: the storm is over when all are delivered.
    ("--retry-first-ms", 200),
    ("--retry-longest-ms", 2_000),
];

/// How long a child stays dead at most.
const REST: Duration = Duration::from_secs(2);

/// For how long children are killed after the last buyer has come: most payments take place then.
const KILLING_GOES_ON: Duration = Duration::from_secs(45);

/// Where everything is.
#[derive(Debug)]
pub(super) struct Grounds {
    directory: PathBuf,
    engine: SocketAddr,
    gateway: SocketAddr,
}

impl Grounds {
    /// Takes two free ports, and writes the engine's configuration into the directory.
    pub(super) fn prepare(directory: &Path) -> Result<Self, StormError> {
        let port = || free_address().map_err(StormError::io("find a free port"));
        let grounds = Self { directory: directory.to_owned(), engine: port()?, gateway: port()? };
        fs::write(grounds.config(), grounds.configuration()).map_err(StormError::io("write the configuration"))?;
        Ok(grounds)
    }

    /// A breaker that opens when the gateway is dead, not when it fails as often as it was told to, and that closes soon.
    fn configuration(&self) -> String {
        format!(
            "log_level = \"warn\"\n\n[gateways.sandbox]\nurl = \"{}\"\nwebhook_secrets = [\"{SECRET}\"]\n\
             breaker_failures_percent = 25\nbreaker_open_seconds = 1\n",
            self.gateway_url()
        )
    }

    pub(super) fn engine_url(&self) -> String {
        format!("http://{}", self.engine)
    }

    pub(super) fn gateway_url(&self) -> String {
        format!("http://{}", self.gateway)
    }

    /// Where the engine's data is.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("engine")
    }

    fn config(&self) -> PathBuf {
        self.directory.join("purser.toml")
    }

    pub(super) fn engine(&self, purser: &Path) -> Program {
        Program {
            what: "engine",
            path: purser.to_owned(),
            arguments: vec![
                "serve".into(),
                "--config".into(),
                self.config().into(),
                "--data-dir".into(),
                self.data().into(),
                "--listen".into(),
                self.engine.to_string().into(),
            ],
            environment: Vec::new(),
            log: self.directory.join("engine.log"),
            ready: format!("{}/health/ready", self.engine_url()),
            // It can be asked a moment before it is the one that writes.
            ready_says: "\"writer\"",
        }
    }

    pub(super) fn gateway(&self, purser: &Path, seed: u64) -> Program {
        let mut arguments: Vec<OsString> = vec![
            "sandbox-gateway".into(),
            "--data-dir".into(),
            self.directory.join("gateway").into(),
            "--listen".into(),
            self.gateway.to_string().into(),
            "--webhook-url".into(),
            format!("{}/v1/webhooks/sandbox", self.engine_url()).into(),
            "--seed".into(),
            seed.to_string().into(),
        ];
        arguments.extend(FAULTS.iter().flat_map(|(flag, value)| [OsString::from(flag), value.to_string().into()]));
        Program {
            what: "gateway",
            path: purser.to_owned(),
            arguments,
            environment: vec![("PURSER_SANDBOX_WEBHOOK_SECRET", SECRET.to_owned())],
            log: self.directory.join("gateway.log"),
            ready: format!("{}/admin/stats", self.gateway_url()),
            ready_says: "callbacks",
        }
    }
}

/// When a child dies: once in each of as many equal parts of the time as there are deaths.
pub(super) fn deaths(settings: &Settings, dice: Dice, victim: &str) -> Vec<Death> {
    let Some(part) = (settings.rush + KILLING_GOES_ON).checked_div(settings.kills) else { return Vec::new() };
    let death = |number| Death {
        at: part * number + dice.within(part, &format!("{victim} dies"), number),
        rest: dice.within(REST, &format!("{victim} rests"), number),
    };
    (0..settings.kills).map(death).collect()
}
