//! The `purser` program; `purser --help` says what it does.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    purser::cli::run().await
}
