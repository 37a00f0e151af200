//! `purser realign`

use purser_commands::database;
use purser_projections::{lineage::realign, views};

use super::{CliError, open::open, output::say};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let opened = open(config).await?;
    let realigned = match database::migrate(opened.options.clone(), config.owner_as_engine()).await {
        Ok(_) => realign(&opened.pool, &views::all()).await.map_err(CliError::from),
        Err(error) => Err(error.into()),
    };
    opened.close().await;
    let realigned = realigned?;
    say(format_args!("the log ends at position {}", realigned.position))?;
    for view in &realigned.views {
        say(format_args!("view {view} is empty and follows the log anew when the engine runs"))?;
    }
    say(format_args!(
        "dropped: {} timers and commands of sagas, {} idempotency keys; run `purser reconcile` once the engine runs",
        realigned.planned, realigned.keys
    ))
}
