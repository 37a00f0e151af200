//! A small plausible shop for a running engine, so that there is something to look at: two merchants, their catalogues,
//! stock at two locations, and the orders of the last two weeks in all their states.
//!
//! Everything about it is fixed but the moment it counts back from, and that is read back from the engine: run twice, or
//! killed and run again, it makes the same shop once.

mod catalogue;
mod plan;
mod summary;

pub use summary::Summary;

use chrono::{SubsecRound, TimeDelta};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use purser_domain::{
    Timestamp,
    ids::{OrderId, RefundId},
    order::OrderStatus,
    text::InvalidValue,
};

use self::plan::{Ending, Plan, PlannedOrder};
use crate::client::{Adjustment, Client, ClientError, Payment, Receipt, RefundDone, Shipment};

/// How many requests are under way at once.
const CONCURRENCY: usize = 16;

/// Idempotency keys are kept for at least this long. A shop older than that is left as it is: its keys may be gone.
const REPEATABLE_DAYS: i64 = 7;

/// Why there is no shop.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The engine refused, or cannot be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The plan holds a value that the engine would not take.
    #[error("the demo's plan is wrong: {0}")]
    Plan(#[from] InvalidValue),
}

/// Fills the engine that `client` talks to, with the rights of the back office. `now` is the time at the caller's; the bar
/// advances by one for each product, receipt and order.
pub async fn run(client: &Client, now: Timestamp, progress: &ProgressBar) -> Result<Summary, DemoError> {
    client.ready().await?;
    let opened_at = open(client).await?.unwrap_or(now).trunc_subsecs(0);
    if now - opened_at > TimeDelta::days(REPEATABLE_DAYS) {
        return Ok(Summary::of_an_old_shop(client.url().as_str(), opened_at));
    }
    let plan = Plan::new(opened_at)?;
    progress.set_length((plan.products.len() + plan.receipts.len() + plan.orders.len()) as u64);
    let mut summary = Summary::new(client.url().as_str(), opened_at);
    summary.products = plan.products.len();
    stock_up(client, &plan, progress).await?;
    let mut orders = stream::iter(&plan.orders).map(|order| live(client, order)).buffered(CONCURRENCY);
    while let Some((order, status)) = orders.try_next().await? {
        summary.note(order, status);
        progress.inc(1);
    }
    Ok(summary)
}

/// Lists the first product and tells when that was done for the first time, by this run or an earlier one.
async fn open(client: &Client) -> Result<Option<Timestamp>, DemoError> {
    let Some(first) = catalogue::listings()?.into_iter().next() else { return Ok(None) };
    client.list_product(&key("list", &first.sku), &first).await?;
    Ok(client.first_listed_at(&first.sku).await?)
}

async fn stock_up(client: &Client, plan: &Plan, progress: &ProgressBar) -> Result<(), DemoError> {
    let list = stream::iter(&plan.products).map(|product| async {
        client.list_product(&key("list", &product.sku), product).await?;
        progress.inc(1);
        Ok::<_, DemoError>(())
    });
    list.buffer_unordered(CONCURRENCY).try_collect::<()>().await?;
    let receive = stream::iter(&plan.receipts).map(|arrival| async {
        let receipt =
            Receipt { quantity: arrival.quantity, location: Some(arrival.location.clone()), at: Some(arrival.at) };
        let name = format!("{}@{}", arrival.sku, arrival.location);
        client.receive(&key("receive", name), &arrival.sku, &receipt).await?;
        progress.inc(1);
        Ok::<_, DemoError>(())
    });
    receive.buffer_unordered(CONCURRENCY).try_collect::<()>().await?;
    for damage in &plan.damages {
        let adjustment = Adjustment {
            change: damage.change,
            reason: damage.reason.clone(),
            location: Some(damage.location.clone()),
            at: Some(damage.at),
        };
        client.adjust(&key("adjust", &damage.sku), &damage.sku, &adjustment).await?;
    }
    Ok(())
}

/// Takes one order through its life, as far as it has come by now.
async fn live<'plan>(
    client: &Client,
    order: &'plan PlannedOrder,
) -> Result<(&'plan PlannedOrder, OrderStatus), DemoError> {
    let placed = client.place(&key("place", order.number), &order.placement).await?;
    let id = placed.id;
    if order.ending == Ending::CancelledUnpaid {
        let reason = "changed their mind";
        return Ok((order, client.cancel(&key("cancel", order.number), id, reason).await?.status));
    }
    let Some(paid_at) = order.paid_at else { return Ok((order, placed.status)) };
    let payment = Payment { reference: order.payment.clone(), amount: placed.total, tender: None, at: Some(paid_at) };
    let mut standing = client.pay(&key("pay", order.number), id, &payment).await?;
    if let Ending::CancelledPaid { refunded } = order.ending {
        standing = client.cancel(&key("cancel", order.number), id, "found it elsewhere").await?;
        if refunded {
            refund(client, order, id).await?;
        }
        return Ok((order, standing.status));
    }
    if let Some((tracking, at)) = &order.shipped {
        let shipment = Shipment { tracking: Some(tracking.clone()), at: Some(*at) };
        standing = client.ship(&key("ship", order.number), id, &shipment).await?;
    }
    if let Some(at) = order.delivered_at {
        standing = client.deliver(&key("deliver", order.number), id, Some(at)).await?;
    }
    if let Some(at) = order.completed_at {
        standing = client.complete(&key("complete", order.number), id, Some(at)).await?;
    }
    Ok((order, standing.status))
}

async fn refund(client: &Client, order: &PlannedOrder, id: OrderId) -> Result<(), DemoError> {
    let refund = RefundId::of_payment(id, &order.payment).to_string();
    let done = RefundDone { reference: format!("demo-transfer-{}", order.number).parse()? };
    client.refund_done(&key("refund", order.number), &refund, &done).await?;
    Ok(())
}

fn key(step: &str, name: impl std::fmt::Display) -> String {
    format!("demo:{step}:{name}")
}
