//! Imports the orders of a real online shop into a running engine and compares its views with the file, to the penny.
//!
//! ```text
//! $ export PURSER_GATEWAY_WEBHOOK_SECRET=whsec_$(openssl rand -base64 32)
//! $ PURSER_SANDBOX_WEBHOOK_SECRET=$PURSER_GATEWAY_WEBHOOK_SECRET \
//!     purser sandbox-gateway --webhook-url http://127.0.0.1:8080/v1/webhooks/sandbox &
//! $ PURSER_GATEWAY_URL=http://127.0.0.1:8090 purser serve &
//! $ cargo run --release -p purser-examples --bin online_retail -- online-retail-2010-12.csv
//! ...
//! orders=1518 lines=38773 units=333378 net=748079.91 refunded=7607.52 GBP: exact
//! ```
//!
//! Every order is paid through that gateway, which repeats, delays and loses callbacks and answers meanwhile; with `--plain`
//! staff record payments and refunds, and no gateway is needed.
//!
//! Exit codes: 0 if every figure is the same, 1 if any differs, 2 if the import could not be finished. Safe to run twice, to
//! kill and to run again; the engine may be killed and started again meanwhile.

use std::{error::Error, io::Write, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use purser::{client::Target, clock::SystemClock};
use purser_domain::clock::Clock;
use purser_examples::{
    online_retail::{
        comparison,
        import::{self, Paying, Settings},
        ledger::Ledger,
        matching::Matching,
        report::Report,
        till::Till,
    },
    sandbox::Sandbox,
};

/// How long a gateway that is away is waited for.
const GATEWAY_PATIENCE: Duration = Duration::from_mins(1);

/// Import the orders of a real online shop and compare the engine's views with the file
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Have staff record the payments, without a gateway
    #[arg(long, conflicts_with = "gateway_url")]
    plain: bool,
    /// Address of the sandbox gateway that the engine calls sandbox
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8090")]
    gateway_url: String,
    /// Requests under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// The ledger: the public data set "Online Retail" as CSV, all of it or a part
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("online_retail: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let ledger = Ledger::read(&arguments.file)?;
    let matching = Matching::of(&ledger);
    let client = arguments.target.back_office()?;
    let style = ProgressStyle::with_template("{msg:<10} {wide_bar} {human_pos}/{human_len} {per_sec} {elapsed}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let concurrency = usize::from(arguments.concurrency);
    let paying = if arguments.plain {
        Paying::Recorded
    } else {
        Paying::Through(Till::open(Sandbox::try_new(&arguments.gateway_url, GATEWAY_PATIENCE)?).await?)
    };
    let settings = Settings { concurrency, now: SystemClock.now(), paying };
    let imported = import::import(&client, &ledger, &matching, settings, &bar).await?;
    let viewed = comparison::view(&client, &ledger, &matching, &imported, concurrency, &bar).await?;
    bar.finish_and_clear();
    let report = Report::new(&ledger, &matching, &viewed);
    // A reader that has gone away has seen what it wanted; the exit code still tells the outcome.
    let _ = write!(std::io::stdout(), "{report}");
    Ok(report.is_exact())
}
