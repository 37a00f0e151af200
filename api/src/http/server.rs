//! Accepting connections, with the limits that a public listener needs, and closing them without cutting anybody off.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The head of a request must be here by then, counted from the moment that one may be sent: a connection that lies idle
/// for as long is closed, too. `axum::serve` sets no such timer, and a client could keep every slot by sending nothing.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The most that a connection buffers, and the most that a request's head may take.
const BUFFER_MAX_BYTES: usize = 64 * 1024;

/// The pause after the system refused a connection for want of file handles or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The limits of a listener.
#[derive(Debug, Clone, Copy)]
pub struct ServerSettings {
    /// Connections at a time, at most. Further ones wait in the system's backlog.
    pub max_connections: usize,
    /// How long requests that are under way may take to end once the server is told to stop.
    pub drain_timeout: Duration,
}

/// Serves until told to stop; then takes no further connection or request, lets those that are under way end, for the time
/// allowed, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ServerSettings,
    stop: CancellationToken,
) -> Result<(), io::Error> {
    let slots = Arc::new(Semaphore::new(settings.max_connections));
    let connections = TaskTracker::new();
    let abandon = CancellationToken::new();
    let service = TowerToHyperService::new(router);
    while let Some((stream, slot)) = stop.run_until_cancelled(accept(&listener, &slots)).await {
        let connection = Connection { stream, stop: stop.clone(), abandon: abandon.clone() };
        let service = service.clone();
        connections.spawn(async move {
            connection.serve(service).await;
            drop(slot);
        });
    }
    // Closed, the listener refuses newcomers at once instead of leaving them in a queue that nobody serves.
    drop(listener);
    connections.close();
    if tokio::time::timeout(settings.drain_timeout, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests did not end in time and are abandoned");
        abandon.cancel();
        connections.wait().await;
    }
    Ok(())
}

/// A connection and its slot. An error of the listener is one of a single connection, or a shortage that passes.
async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

struct Connection {
    stream: TcpStream,
    stop: CancellationToken,
    abandon: CancellationToken,
}

impl Connection {
    async fn serve(self, service: TowerToHyperService<Router>) {
        // Answers are single small writes; waiting to fill a packet would add tens of milliseconds to each.
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(error = &error as &dyn std::error::Error, "nodelay not set");
        }
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(BUFFER_MAX_BYTES)
            .serve_connection(TokioIo::new(self.stream), service);
        let mut serving = pin!(serving);
        let mut ended = tokio::select! {
            ended = serving.as_mut() => Some(ended),
            () = self.stop.cancelled() => None,
        };
        if ended.is_none() {
            serving.as_mut().graceful_shutdown();
            ended = self.abandon.run_until_cancelled(serving).await;
        }
        if let Some(Err(error)) = ended {
            // A client that goes away or sends no HTTP is no event of the engine's.
            tracing::debug!(error = &error as &dyn std::error::Error, "connection ended");
        }
    }
}
