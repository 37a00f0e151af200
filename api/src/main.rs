//! The `purser` program; `purser --help` says what it does.

/// Requests and events are made of many small and short-lived strings; the allocator of the C library takes a sixth of the
/// engine's CPU for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    purser::cli::run().await
}
