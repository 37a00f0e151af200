//! `purser migrate`

use purser_commands::database;

use super::{CliError, open::open_or_create, output::say};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let opened = open_or_create(config).await?;
    let migrated = database::migrate(opened.options.clone(), config.owner_as_engine()).await;
    opened.close().await;
    migrated?;
    say("up to date")
}
