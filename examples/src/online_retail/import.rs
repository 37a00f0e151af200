//! Sends a ledger to an engine.
//!
//! Every request carries a key that is derived from the file and the invoice. So an import that is killed at any point can be
//! started again: what was accepted is answered as before, and what is missing is done.

mod returns;

use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use purser::client::{Client, ClientError};
use purser_domain::{
    Timestamp,
    ids::{OrderId, PaymentId},
    order::OrderStatus,
    returns::ReturnStatus,
    text::InvalidValue,
};

use super::{
    ledger::{Correction, Ledger, Sale},
    mapping::{self, MERCHANT},
    matching::Matching,
    till::{Till, TillError},
};

/// How an import runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many requests are under way at once.
    pub concurrency: usize,
    /// The time at the caller's, for what has not happened yet.
    pub now: Timestamp,
    /// How orders are paid.
    pub paying: Paying,
}

/// How orders are paid.
#[derive(Debug, Clone)]
pub enum Paying {
    /// Staff record money that was taken at the time of the sale.
    Recorded,
    /// Customers pay through a gateway, now.
    Through(Till),
}

/// A ledger in the engine.
#[derive(Debug)]
pub struct Imported {
    /// The order of each sale, in the order of the ledger.
    pub orders: Vec<OrderId>,
    /// From which log position on the views see all of it.
    pub position: i64,
}

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The engine refused, or was away for too long.
    #[error("{what}")]
    Engine {
        /// What was being imported.
        what: String,
        /// What the engine says.
        #[source]
        source: ClientError,
    },
    /// An order was not paid.
    #[error("{what}")]
    Till {
        /// What was being paid.
        what: String,
        /// Why it was not.
        #[source]
        source: TillError,
    },
    /// Waiting for the money of a return did not help.
    #[error("return {invoice} is still {status}")]
    Unsettled {
        /// Which invoice took it back.
        invoice: String,
        /// Where it stands.
        status: ReturnStatus,
    },
    /// The file holds a value that has passed all checks and still cannot be sent.
    #[error("the file holds a value that cannot be sent: {0}")]
    Value(#[from] InvalidValue),
}

/// Begins a stage of so many steps: in the bar, or with a line on standard error where nobody watches a bar.
pub fn stage(bar: &ProgressBar, name: &'static str, steps: usize) {
    if bar.is_hidden() {
        eprintln!("{name}: {steps}");
    }
    bar.reset();
    bar.set_length(steps as u64);
    bar.set_message(name);
}

/// One ledger on its way into one engine.
struct Import<'a> {
    client: &'a Client,
    ledger: &'a Ledger,
    settings: Settings,
    bar: &'a ProgressBar,
}

/// What is sent in the order of the ledger's times.
enum Entry<'a> {
    Sale(usize, &'a Sale),
    Correction(&'a Correction),
}

/// An order that was placed and paid.
struct Settled<'a> {
    number: usize,
    sale: &'a Sale,
    order: OrderId,
    position: i64,
    /// The payment that its money comes by, if a gateway takes it.
    payment: Option<PaymentId>,
}

/// Sends all of a ledger: its products, the stock they need, then sales and corrections in the order of their times, then the
/// shipments, which wait for the money, and for the engine to have begun work on each order, and at last what came back.
pub async fn import(
    client: &Client,
    ledger: &Ledger,
    matching: &Matching<'_>,
    settings: Settings,
    bar: &ProgressBar,
) -> Result<Imported, ImportError> {
    let import = Import { client, ledger, settings, bar };
    client.ready().await.map_err(engine("the engine is not ready"))?;
    let prepared = import.prepare().await?;
    let (settled, placed) = import.trade().await?;
    let paid = import.collect(&settled).await?;
    let shipped = import.ship(&settled).await?;
    let mut orders: Vec<(usize, OrderId)> = settled.iter().map(|settled| (settled.number, settled.order)).collect();
    orders.sort_unstable_by_key(|(number, _)| *number);
    let orders: Vec<OrderId> = orders.into_iter().map(|(_, order)| order).collect();
    let returned = import.take_back(matching, &orders).await?;
    Ok(Imported { orders, position: prepared.max(placed).max(paid).max(shipped).max(returned) })
}

impl Import<'_> {
    async fn prepare(&self) -> Result<i64, ImportError> {
        let mapping::Preparation { merchant, policies, products, receipts } = mapping::prepare(self.ledger)?;
        let set = self.client.set_policies(&self.key("policies", &merchant), &merchant, &policies).await;
        set.map_err(engine("the merchant's policies"))?;
        stage(self.bar, "products", products.len());
        let listed = stream::iter(&products).map(|product| async move {
            let key = self.key("list", &product.sku);
            let change = self.client.list_product(&key, product).await;
            self.bar.inc(1);
            Ok::<_, ImportError>(change.map_err(engine(format!("product {}", product.sku)))?.position)
        });
        let listed = last(listed.buffer_unordered(self.settings.concurrency)).await?;
        stage(self.bar, "stock", receipts.len());
        let received = stream::iter(&receipts).map(|(sku, receipts)| async move {
            let mut position = 0;
            for (number, receipt) in receipts.iter().enumerate() {
                let key = self.key("receive", format!("{sku}:{number}"));
                let change = self.client.receive(&key, sku, receipt).await;
                position = change.map_err(engine(format!("stock of {sku}")))?.position;
            }
            self.bar.inc(1);
            Ok::<_, ImportError>(position)
        });
        let received = last(received.buffer_unordered(self.settings.concurrency)).await?;
        Ok(listed.max(received))
    }

    async fn trade(&self) -> Result<(Vec<Settled<'_>>, i64), ImportError> {
        let sales = self.ledger.sales.iter().enumerate();
        let mut entries: Vec<(Timestamp, Entry<'_>)> =
            sales.map(|(number, sale)| (sale.at, Entry::Sale(number, sale))).collect();
        let corrections = mapping::corrections(self.ledger);
        entries.extend(corrections.map(|correction| (correction.at, Entry::Correction(correction))));
        entries.sort_by_key(|(at, _)| *at);
        stage(self.bar, "orders", entries.len());
        let sent = stream::iter(&entries).map(|(_, entry)| async move {
            let settled = match entry {
                Entry::Sale(number, sale) => Ok(self.settle(*number, sale).await?),
                Entry::Correction(correction) => Err(self.correct(correction).await?),
            };
            self.bar.inc(1);
            Ok::<_, ImportError>(settled)
        });
        let mut sent = sent.buffer_unordered(self.settings.concurrency);
        let (mut orders, mut position) = (Vec::with_capacity(self.ledger.sales.len()), 0);
        while let Some(outcome) = sent.try_next().await? {
            match outcome {
                Ok(settled) => {
                    position = position.max(settled.position);
                    orders.push(settled);
                }
                Err(corrected) => position = position.max(corrected),
            }
        }
        drop(sent);
        Ok((orders, position))
    }

    async fn settle<'ledger>(&self, number: usize, sale: &'ledger Sale) -> Result<Settled<'ledger>, ImportError> {
        let what = || engine(format!("invoice {}", sale.invoice));
        let placement = mapping::placement(sale)?;
        let placed = self.client.place(&self.key("place", &sale.invoice), &placement).await.map_err(what())?;
        let order = placed.id;
        let key = self.key("pay", &sale.invoice);
        // An order of gifts alone has nothing to pay and is paid from the start.
        if placed.status == OrderStatus::Paid {
            return Ok(Settled { number, sale, order, position: placed.position, payment: None });
        }
        match &self.settings.paying {
            Paying::Recorded => {
                let payment = mapping::payment(sale, placed.total)?;
                let position = self.client.pay(&key, order, &payment).await.map_err(what())?.position;
                Ok(Settled { number, sale, order, position, payment: None })
            }
            Paying::Through(till) => {
                let payment = till.pay(self.client, &key, order).await.map_err(unpaid(sale))?;
                Ok(Settled { number, sale, order, position: placed.position, payment: Some(payment) })
            }
        }
    }

    /// Waits for the money that gateways have taken: most of it is there already, and some callbacks are late or lost.
    async fn collect(&self, settled: &[Settled<'_>]) -> Result<i64, ImportError> {
        let awaited = settled.iter().filter_map(|settled| Some((settled.sale, settled.payment?)));
        stage(self.bar, "payments", awaited.clone().count());
        let paid = stream::iter(awaited).map(|(sale, payment)| async move {
            let position = Till::settled(self.client, payment).await.map_err(unpaid(sale))?;
            self.bar.inc(1);
            Ok::<_, ImportError>(position)
        });
        last(paid.buffer_unordered(self.settings.concurrency)).await
    }

    async fn correct(&self, correction: &Correction) -> Result<i64, ImportError> {
        let Correction { invoice, row, sku, .. } = correction;
        let key = self.key("adjust", format!("{invoice}:{row}"));
        let adjustment = mapping::adjustment(correction)?;
        let change = self.client.adjust(&key, sku, &adjustment).await;
        Ok(change.map_err(engine(format!("correction {invoice} of {sku}")))?.position)
    }

    async fn ship(&self, settled: &[Settled<'_>]) -> Result<i64, ImportError> {
        stage(self.bar, "shipments", settled.len());
        let shipped = stream::iter(settled).map(|Settled { sale, order, .. }| async move {
            let what = || engine(format!("shipment of invoice {}", sale.invoice));
            let mut position = 0;
            if let Some(shipment) = mapping::shipment(sale, self.settings.now) {
                let key = self.key("ship", &sale.invoice);
                position = self.client.ship(&key, *order, &shipment).await.map_err(what())?.position;
            }
            if let Some(at) = mapping::delivered_at(sale, self.settings.now) {
                let key = self.key("deliver", &sale.invoice);
                position = self.client.deliver(&key, *order, Some(at)).await.map_err(what())?.position;
            }
            self.bar.inc(1);
            Ok::<_, ImportError>(position)
        });
        last(shipped.buffer_unordered(self.settings.concurrency)).await
    }

    fn key(&self, step: &str, name: impl std::fmt::Display) -> String {
        format!("{MERCHANT}:{}:{step}:{name}", self.ledger.digest)
    }
}

/// The latest position of all that is sent.
async fn last(sent: impl stream::Stream<Item = Result<i64, ImportError>>) -> Result<i64, ImportError> {
    sent.try_fold(0, |latest, position| async move { Ok(latest.max(position)) }).await
}

fn engine(what: impl Into<String>) -> impl FnOnce(ClientError) -> ImportError {
    let what = what.into();
    move |source| ImportError::Engine { what, source }
}

fn unpaid(sale: &Sale) -> impl FnOnce(TillError) -> ImportError + use<> {
    let what = format!("payment of invoice {}", sale.invoice);
    move |source| ImportError::Till { what, source }
}
