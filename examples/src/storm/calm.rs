//! The calm after the storm: what was paid is shipped, and everything else is left to the engine until nothing is open.

use std::{fmt, time::Duration};

use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};
use purser::{
    client::{Client, ClientError, SagaProgress, Shipment},
    clock::SystemClock,
};
use purser_domain::{clock::Clock, ids::OrderId, order::OrderStatus};
use tokio::time::{Instant, sleep};

use super::{StormError, shop::Shop};
use crate::sandbox::Sandbox;

const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Between two lines about what is still open.
const TELL_AGAIN: Duration = Duration::from_secs(10);

/// Parcels that are handed over at a time.
const PARCELS_AT_ONCE: usize = 16;

/// What still moves, or would if somebody looked after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// Orders that are neither on their way nor ended.
    pub(super) orders: usize,
    /// Refunds whose money is not back.
    pub(super) refunds: usize,
    /// Commands of sagas.
    pub(super) commands: i64,
    /// Timers of sagas, where one is due within the hour.
    pub(super) timers: i64,
    /// Commands that sagas gave up.
    pub(super) dead_letters: i64,
    /// Events that wait because one of their stream cannot be read.
    pub(super) parked_events: i64,
    /// Events that a saga or a view has not seen.
    pub(super) unseen_events: i64,
    /// Callbacks that the gateway has not delivered.
    pub(super) callbacks: u64,
    /// Up to where the log goes.
    pub(super) head: i64,
}

impl Open {
    fn is_nothing(&self) -> bool {
        let Self { orders, refunds, commands, timers, dead_letters, parked_events, unseen_events, callbacks, head: _ } =
            self;
        *orders == 0
            && *refunds == 0
            && [commands, timers, dead_letters, parked_events, unseen_events].into_iter().all(|count| *count == 0)
            && *callbacks == 0
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, refunds, commands, timers, dead_letters, callbacks, .. } = self;
        write!(
            f,
            "{orders} orders, {refunds} refunds, {commands} commands, {timers} timers, {dead_letters} dead letters, \
             {callbacks} callbacks"
        )
    }
}

/// Waits until nothing is open and nothing has happened between two looks, or until the deadline; tells what is open then.
pub(super) async fn wait(
    client: &Client,
    sandbox: &Sandbox,
    shop: &Shop,
    began: Instant,
    deadline: Instant,
) -> Result<Open, StormError> {
    let mut before: Option<Open> = None;
    let mut told = Instant::now();
    loop {
        let open = look(client, sandbox, shop).await?;
        let is_calm = open.is_nothing() && before.as_ref() == Some(&open);
        if is_calm || Instant::now() > deadline {
            return Ok(open);
        }
        if told.elapsed() > TELL_AGAIN {
            eprintln!("{:>6.1} s: open are {open}", began.elapsed().as_secs_f64());
            told = Instant::now();
        }
        before = Some(open);
        sleep(LOOK_AGAIN).await;
    }
}

async fn look(client: &Client, sandbox: &Sandbox, shop: &Shop) -> Result<Open, StormError> {
    let failed = || StormError::engine("what is open cannot be seen");
    let waiting = [OrderStatus::PendingPayment, OrderStatus::Paid, OrderStatus::Processing, OrderStatus::Cancelling];
    let orders = client.orders(&shop.merchant, &waiting, 0).await.map_err(failed())?;
    let ready = orders.iter().filter(|order| order.status == OrderStatus::Processing).map(|order| order.id);
    ship(client, ready.collect()).await.map_err(failed())?;
    let refunds = client.refunds(0).await.map_err(failed())?;
    let SagaProgress { head, lag_events, pending_commands, dead_letters, parked_events, open_timers, next_timer_due } =
        client.sagas().await.map_err(failed())?;
    // Whether a refund comes back is asked once a day.
    let is_soon = next_timer_due.is_some_and(|due| due < SystemClock.now() + TimeDelta::hours(1));
    let views_behind = client.lag_events().await.map_err(failed())?;
    Ok(Open {
        orders: orders.len(),
        refunds: refunds.iter().filter(|refund| refund.status.is_open()).count(),
        commands: pending_commands,
        timers: if is_soon { open_timers } else { 0 },
        dead_letters,
        parked_events,
        unseen_events: lag_events.max(views_behind),
        // A gateway that is silent for a moment is asked again a moment later.
        callbacks: sandbox.stats().await.map_or(1, |stats| stats.callbacks_pending),
        head,
    })
}

async fn ship(client: &Client, ready: Vec<OrderId>) -> Result<(), ClientError> {
    let parcels = stream::iter(ready).map(|order| async move {
        let shipment = Shipment { tracking: None, at: None };
        client.ship(&format!("storm:ship:{order}"), order, &shipment).await.map(drop)
    });
    parcels.buffer_unordered(PARCELS_AT_ONCE).try_collect().await
}
