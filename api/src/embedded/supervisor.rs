use super::EmbeddedError;
use super::data_dir::DataDir;
use super::server::{RunningServer, ServerSpec};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A server that ran this long is well: its next restart is immediate again.
const STEADY: Duration = Duration::from_secs(5);
/// How long the first start waits for what a killed predecessor still holds.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(30);

/// What Postgres says when backends of a killed predecessor, or its lock, are still there: a matter of waiting.
const PREDECESSOR_STILL_THERE: [&str; 2] = ["pre-existing shared memory block", "lock file"];

/// Looks after one server from a thread of its own: the server must not depend on the caller's runtime, which in tests
/// ends with the first test, nor starve when that one is busy.
///
/// Dropping this begins an orderly stop as well, without waiting for it.
#[derive(Debug)]
pub(super) struct Supervisor {
    stop: oneshot::Sender<()>,
    finished: oneshot::Receiver<()>,
}

impl Supervisor {
    /// Starts the server and waits until it is ready. The data directory stays locked until the server has ended.
    pub(super) async fn start(spec: ServerSpec, data_dir: DataDir) -> Result<Self, EmbeddedError> {
        let server = spec.name;
        let (stop, stopped) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let (ready, became_ready) = oneshot::channel();
        let run = move || {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(supervise(&spec, ready, stopped)),
                Err(error) => drop(ready.send(Err(EmbeddedError::io("start a runtime for", &spec.program)(error)))),
            }
            drop(data_dir);
            // Nobody waits when the owner was dropped.
            let _ = finish.send(());
        };
        std::thread::Builder::new()
            .name(format!("purser-{server}"))
            .spawn(run)
            .map_err(EmbeddedError::io("start a thread for", server.as_ref()))?;
        became_ready.await.map_err(|_| EmbeddedError::SupervisorGone { server })??;
        Ok(Self { stop, finished })
    }

    /// Stops the server, orderly and in bounded time, and waits for it.
    pub(super) async fn stop(self) {
        // Both channels only fail when the thread has ended already.
        let _ = self.stop.send(());
        let _ = self.finished.await;
    }
}

async fn supervise(
    spec: &ServerSpec,
    mut ready: oneshot::Sender<Result<(), EmbeddedError>>,
    mut stop: oneshot::Receiver<()>,
) {
    let first = tokio::select! {
        first = launch_first(spec) => first,
        () = ready.closed() => return,
    };
    let mut server = match first {
        Ok(server) => server,
        Err(error) => return drop(ready.send(Err(error))),
    };
    if ready.send(Ok(())).is_err() {
        return server.stop(spec).await;
    }
    let mut pause = Duration::ZERO;
    loop {
        let since = Instant::now();
        let status = tokio::select! {
            status = server.ended() => status,
            _ = &mut stop => return server.stop(spec).await,
            () = spec.log.keep_bounded() => None,
        };
        let ended = status.map_or_else(|| "an unknown status".to_owned(), |status| status.to_string());
        tracing::error!(
            server = spec.name,
            log = %spec.log.path().display(),
            "{} ended with {ended} while the engine runs: starting it again",
            spec.name
        );
        metrics::counter!("purser_embedded_restarts_total", "server" => spec.name).increment(1);
        if since.elapsed() >= STEADY {
            pause = Duration::ZERO;
        }
        let down_since = Instant::now();
        server = tokio::select! {
            server = relaunch(spec, &mut pause) => server,
            _ = &mut stop => return,
        };
        tracing::warn!(server = spec.name, down_ms = millis(down_since.elapsed()), "{} runs again", spec.name);
    }
}

/// Tries until it succeeds, with pauses that grow to a limit.
async fn relaunch(spec: &ServerSpec, pause: &mut Duration) -> RunningServer {
    loop {
        sleep(*pause).await;
        *pause = (*pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        match RunningServer::launch(spec).await {
            Ok(server) => return server,
            Err(error) => {
                tracing::error!(server = spec.name, %error, next_try_ms = millis(*pause), "{} does not start", spec.name);
            }
        }
    }
}

async fn launch_first(spec: &ServerSpec) -> Result<RunningServer, EmbeddedError> {
    let deadline = Instant::now() + PREDECESSOR_PATIENCE;
    loop {
        match RunningServer::launch(spec).await {
            Err(EmbeddedError::EndedEarly { last_words, .. })
                if Instant::now() < deadline
                    && PREDECESSOR_STILL_THERE.iter().any(|reason| last_words.contains(reason)) =>
            {
                tracing::info!(server = spec.name, "waiting for what a killed predecessor still holds");
                sleep(FIRST_PAUSE * 2).await;
            }
            outcome => return outcome,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
