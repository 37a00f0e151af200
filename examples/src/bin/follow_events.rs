//! Prints what happens in a running engine, as a subscriber outside it hears it on NATS.
//!
//! ```text
//! $ cargo run -p purser-examples --bin follow_events -- --subject 'purser.*.events.order.>'
//! 1042 order ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d #1 OrderPlaced {"lines":[...
//! ```
//!
//! A subscriber that must miss nothing makes a durable consumer on the stream instead, and throws away what it has seen by
//! the position: an event may come twice.

use std::{
    error::Error,
    io::{ErrorKind, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use futures_util::StreamExt;
use purser::{config::NatsAddress, embedded::default_data_dir};
use purser_domain::recorded::Recorded;
use purser_examples::nats::embedded_nats;

/// Print the events of a running engine, from now on; one with an embedded NATS must run with --publish-events true
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Data directory of the engine, if it owns its NATS [default: /var/lib/purser for root, else ./purser-data]
    #[arg(long, env = "PURSER_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// NATS of your own, as the engine is given it
    #[arg(long, env = "NATS_URL", hide_env_values = true, value_name = "URL")]
    nats_url: Option<NatsAddress>,
    /// Which events, as a NATS subject: the log, the kind of aggregate and the kind of event may each be a wildcard
    #[arg(long, default_value = "purser.*.events.>")]
    subject: String,
    /// Stop after so many events
    #[arg(long, value_name = "COUNT")]
    count: Option<usize>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match follow(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("follow_events: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether an engine has made its stream of single events there.
async fn publishes(client: &async_nats::Client) -> Result<bool, Box<dyn Error>> {
    let mut names = async_nats::jetstream::new(client.clone()).stream_names();
    while let Some(name) = names.next().await {
        if name?.ends_with("_EVENTS") {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn follow(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let address = match arguments.nats_url {
        Some(address) => address,
        None => embedded_nats(&arguments.data_dir.unwrap_or_else(default_data_dir))?,
    };
    let client = address.connect_options().connect(address.servers()).await?;
    if !publishes(&client).await? {
        return Err("the engine does not publish single events; start it with --publish-events true".into());
    }
    let events = client.subscribe(arguments.subject).await?;
    let mut events = events.take(arguments.count.unwrap_or(usize::MAX));
    let mut output = std::io::stdout();
    while let Some(message) = events.next().await {
        let event = match serde_json::from_slice::<Recorded>(&message.payload) {
            Ok(event) => event,
            Err(error) => {
                eprintln!("a message on {} is no event: {error}", message.subject);
                continue;
            }
        };
        let Recorded { position, aggregate_type, aggregate_id, sequence, event_type, payload, .. } = event;
        match writeln!(output, "{position} {aggregate_type} {aggregate_id} #{sequence} {event_type} {payload}") {
            // Whoever read this has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}
