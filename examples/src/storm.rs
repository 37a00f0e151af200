//! A flash sale as a storm: many buyers, few pieces, fewer uses of a coupon, a gateway that misbehaves in every way that it
//! can, and engine and gateway killed on the way. When it is over, everything must add up.
//!
//! All of it goes over HTTP, to a `purser serve` and a `purser sandbox-gateway` that the storm starts as children of its own, on
//! loopback, with a directory that is gone afterwards. One seed is one storm: the same buyers do the same at the same moments,
//! though not in the same order to the microsecond.

mod buyer;
mod calm;
mod checks;
mod crowd;
mod dice;
mod error;
mod evidence;
mod grounds;
mod report;
mod server;
mod shop;

pub use checks::Check;
pub use error::StormError;
pub use report::Report;

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use purser::client::{Client, Credentials, Reconciliation};
use tokio::{
    process::Command,
    time::{Instant, sleep, timeout},
};

use self::{
    crowd::Crowd,
    dice::Dice,
    evidence::{Evidence, Testimony},
    grounds::Grounds,
    server::Server,
    shop::Shop,
};
use crate::{child::without_settings, sandbox::Sandbox};

/// How long one request is repeated: longer than a killed engine needs to come back.
const REQUEST_PATIENCE: Duration = Duration::from_mins(2);

/// How often the gateway's list is asked for, and how long is waited in between: a breaker that is open closes again.
const RECONCILIATIONS: u32 = 30;
const RECONCILE_AGAIN: Duration = Duration::from_secs(2);

/// How long it may take to look at everything, once nothing is open any more or nobody wants to wait.
const INSPECTION_MAX: Duration = Duration::from_mins(5);

/// How large a storm is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The engine's program, which is the gateway's as well.
    pub purser: PathBuf,
    /// How many want something.
    pub buyers: u32,
    /// How many pieces there are.
    pub units: u32,
    /// How many orders may use the coupon.
    pub coupons: NonZeroU32,
    /// How often the engine is killed, and how often the gateway.
    pub kills: u32,
    /// What all dice depend on.
    pub seed: u64,
    /// Within which time everybody comes.
    pub rush: Duration,
    /// How often a buyer comes, at most, who finds everything taken.
    pub waves: u32,
    /// How long it may take until nothing is open any more.
    pub patience: Duration,
}

/// Has a storm in a directory, which should be empty and short-lived, and says what came of it.
pub async fn run(settings: &Settings, directory: &Path) -> Result<Report, StormError> {
    let longest = settings.patience + INSPECTION_MAX;
    // What is dropped unfinished takes its children with it.
    timeout(longest, storm(settings, directory)).await.unwrap_or(Err(StormError::TooLong { after: longest }))
}

async fn storm(settings: &Settings, directory: &Path) -> Result<Report, StormError> {
    let deadline = Instant::now() + settings.patience;
    let dice = Dice::new(settings.seed);
    let grounds = Grounds::prepare(directory)?;
    let gateway = Server::start(grounds.gateway(&settings.purser, settings.seed)).await?;
    let engine = Server::start(grounds.engine(&settings.purser)).await?;
    let token = Credentials::read(&grounds.data())?.back_office;
    let client = Client::try_new(&grounds.engine_url(), &token, REQUEST_PATIENCE);
    let client = client.map_err(StormError::engine("there is no way to the engine"))?;
    let sandbox = Sandbox::try_new(&grounds.gateway_url(), REQUEST_PATIENCE)?;
    let shop = Shop::open(&client, settings).await?;
    let began = Instant::now();
    eprintln!("{:>6.1} s: {} buyers come for {} units", 0.0, settings.buyers, settings.units);
    let crowd = Crowd::new(&client, &sandbox, &shop, settings, dice)?;
    let (visits, engine, gateway) = tokio::try_join!(
        crowd.come(began),
        engine.survive(began, grounds::deaths(settings, dice, "engine")),
        gateway.survive(began, grounds::deaths(settings, dice, "gateway")),
    )?;
    eprintln!("{:>6.1} s: the last buyer has gone", began.elapsed().as_secs_f64());
    let open = calm::wait(&client, &sandbox, &shop, began, deadline).await?;
    eprintln!("{:>6.1} s: looking at everything", began.elapsed().as_secs_f64());
    let reconciled = reconcile(&client).await?;
    let verified = verify(&settings.purser, &grounds.data()).await?;
    let testimony = Testimony { visits, open, reconciled, verified };
    let evidence = Evidence::gather(&client, &sandbox, &shop, testimony).await?;
    tokio::try_join!(engine.stop(), gateway.stop())?;
    Ok(Report::new(&evidence, settings))
}

/// What the engine finds when it looks for what is stuck. The gateway goes on to refuse one call or another: it is done when
/// every list has been read to its end, or will not be.
async fn reconcile(client: &Client) -> Result<Reconciliation, StormError> {
    let mut found = Vec::new();
    let mut tries_left = RECONCILIATIONS;
    loop {
        let mut reconciled = client.reconcile().await.map_err(StormError::engine("the engine does not reconcile"))?;
        found.append(&mut reconciled.found);
        tries_left -= 1;
        if tries_left == 0 || reconciled.gateways.iter().all(|gateway| gateway.error.is_none()) {
            return Ok(Reconciliation { found, ..reconciled });
        }
        sleep(RECONCILE_AGAIN).await;
    }
}

/// The last line of `purser verify`, beside the running engine, or why there is none.
async fn verify(purser: &Path, data: &Path) -> Result<String, StormError> {
    let mut command = Command::new(purser);
    without_settings(&mut command);
    command.arg("verify").arg("--data-dir").arg(data).stdin(Stdio::null()).kill_on_drop(true);
    let verified = command.output().await.map_err(StormError::io("start purser verify"))?;
    let said = if verified.status.success() { verified.stdout } else { verified.stderr };
    Ok(String::from_utf8_lossy(&said).lines().last().unwrap_or("nothing").to_owned())
}
