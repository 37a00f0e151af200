//! `purser verify`

use purser_domain::upcast::Upcasters;
use purser_projections::{
    verify::{Stage, verify},
    views,
};

use super::{
    CliError,
    open::open,
    output::say,
    progress::{bar, show},
};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let opened = open(config).await?;
    let bar = bar("reading the log");
    let verified = verify(&opened.pool, &views::all(), &Upcasters::current(), |progress| {
        if let Stage::Comparing(view) = progress.stage {
            bar.set_message(format!("comparing {view}"));
        }
        show(&bar, progress.position, progress.target);
    })
    .await;
    bar.finish_and_clear();
    opened.close().await;
    let verified = verified?;
    say(format_args!("log: {} events in {} streams, head {}", verified.events, verified.streams, verified.head_hash))?;
    for view in &verified.views {
        let left_out = match view.left_out {
            0 => String::new(),
            count => format!(", {count} events parked or skipped"),
        };
        say(format_args!("view {}: {} rows at position {}{left_out}", view.name, view.rows, view.position))?;
    }
    say(format_args!("OK in {:.1} s", verified.elapsed.as_secs_f64()))
}
