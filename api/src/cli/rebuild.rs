//! `purser rebuild VIEW`

use clap::builder::PossibleValuesParser;
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
    /// Which view
    #[arg(value_parser = PossibleValuesParser::new(views::all().iter().map(|view| view.name())))]
    view: String,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let views = views::all();
    let view = views.iter().find(|view| view.name() == arguments.view);
    // clap asks for one of them.
    let view = view.ok_or_else(|| CliError::UnknownView(arguments.view.clone()))?;
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
