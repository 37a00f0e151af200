//! `purser rebuild VIEW`

use purser_domain::upcast::Upcasters;
use purser_projections::{rebuild::rebuild, views};

use super::{
    CliError,
    open::open,
    output::say,
    progress::{bar, show},
};
use crate::{clock::SystemClock, config::Config};

/// What `purser rebuild` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which view; `purser rebuild help` lists them with the error
    view: String,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let views = views::all();
    let view = views.iter().find(|view| view.name() == arguments.view).ok_or_else(|| CliError::UnknownView {
        name: arguments.view.clone(),
        known: views.iter().map(|view| view.name()).collect::<Vec<_>>().join(", "),
    })?;
    let opened = open(config).await?;
    let bar = bar("rebuilding");
    let rebuilt = rebuild(&opened.pool, view.as_ref(), &Upcasters::current(), &SystemClock, |progress| {
        show(&bar, progress.position, progress.target);
    })
    .await;
    bar.finish_and_clear();
    opened.close().await;
    let rebuilt = rebuilt?;
    say(format_args!(
        "{} rebuilt at position {} in {:.1} s, {} events parked",
        arguments.view,
        rebuilt.position,
        rebuilt.elapsed.as_secs_f64(),
        rebuilt.parked_events
    ))
}
