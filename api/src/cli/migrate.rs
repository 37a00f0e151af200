//! `purser migrate`

use purser_commands::database;

use super::{CliError, open::open};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let opened = open(config).await?;
    let migrated = database::migrate(opened.options.clone()).await;
    opened.close().await;
    migrated?;
    println!("up to date");
    Ok(())
}
