//! `purser replay STREAM`

use chrono::Timelike;
use purser_domain::{Timestamp, upcast::Upcasters};
use purser_projections::history::{At, Subject, as_of, history};

use super::{CliError, open::open, output::say};
use crate::config::Config;

/// How many events are read at a time.
const PAGE: i64 = 1_000;

/// What `purser replay` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An order (`ord_…`), a refund (`rfd_…`), a SKU, or the stock of a SKU at a location (`SKU@LOCATION`)
    #[arg(value_name = "STREAM")]
    subject: Subject,
    /// Stop there: a log position, or a time like 2026-01-31T12:00:00Z
    #[arg(long, value_parser = parse_at)]
    at: Option<At>,
}

fn parse_at(text: &str) -> Result<At, String> {
    if let Ok(position) = text.parse() {
        return Ok(At::Position(position));
    }
    text.parse::<Timestamp>()
        .ok()
        .filter(|time| time.nanosecond() < 1_000_000_000)
        .map(At::Time)
        .ok_or_else(|| "must be a log position or a time like 2026-01-31T12:00:00Z".to_owned())
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let opened = open(config).await?;
    let printed = print(&opened.pool, arguments).await;
    opened.close().await;
    printed
}

async fn print(pool: &sqlx::PgPool, arguments: &Arguments) -> Result<(), CliError> {
    let at = arguments.at.unwrap_or(At::Position(i64::MAX));
    let mut after = 0;
    let mut shown = 0_u64;
    loop {
        let page = history(pool, &arguments.subject, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in page.iter().filter(|event| includes(at, event.position, event.recorded_at)) {
            shown += 1;
            say(format_args!(
                "{:>10} {} {}/{}#{} {} by {} ({})\n           {}",
                event.position,
                event.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
                event.aggregate_type,
                event.aggregate_id,
                event.sequence,
                event.event_type,
                event.actor,
                event.causation_id,
                event.payload,
            ))?;
        }
    }
    if shown == 0 {
        return Err(CliError::NoHistory(arguments.subject.to_string()));
    }
    let state = as_of(pool, &Upcasters::current(), &arguments.subject, at).await?;
    say(serde_json::to_string_pretty(&state)?)
}

fn includes(at: At, position: i64, recorded_at: Timestamp) -> bool {
    match at {
        At::Position(last) => position <= last,
        At::Time(last) => recorded_at <= last,
    }
}
