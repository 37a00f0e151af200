//! Holds what the views say against what the file says.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use purser::client::{Client, ClientError, OrderDetail, Period};
use purser_domain::{
    money::Money,
    product::ProductKind,
    text::{InvalidValue, Sku},
};

use super::{
    figures::{Figures, Sales},
    import::{Imported, stage},
    ledger::{Ledger, Sale},
    mapping::{self, CURRENCY, MERCHANT},
};

/// What the views say about a ledger's days and SKUs.
#[derive(Debug, Default)]
pub struct Viewed {
    /// The sales views.
    pub sales: Sales,
    /// Lines, counted order by order in the view of orders.
    pub lines: i64,
    /// Orders that are not as in the file.
    pub orders: Vec<OrderDifference>,
    /// Goods of which something is left, though all was sold or corrected away.
    pub left: Vec<Leftover>,
}

/// An order that is not as in the file.
#[derive(Debug)]
pub struct OrderDifference {
    /// Which invoice.
    pub invoice: String,
    /// What the file says.
    pub file: String,
    /// What the view says.
    pub view: String,
}

/// Stock that should be none.
#[derive(Debug)]
pub struct Leftover {
    /// Of what.
    pub sku: Sku,
    /// Pieces on hand.
    pub on_hand: i64,
    /// Pieces held for orders.
    pub reserved: i64,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum ComparisonError {
    /// The engine refused, or was away for too long.
    #[error("the views cannot be read")]
    Engine(#[from] ClientError),
    /// The merchant or the currency is none.
    #[error("the import's own names are wrong: {0}")]
    Value(#[from] InvalidValue),
}

/// Asks every view about a ledger that was imported, and waits until they have all of it.
pub async fn view(
    client: &Client,
    ledger: &Ledger,
    imported: &Imported,
    concurrency: usize,
    bar: &ProgressBar,
) -> Result<Viewed, ComparisonError> {
    let file = Sales::of(ledger);
    let mut viewed = Viewed::default();
    if let (Some(first), Some(last)) = (file.days.keys().next(), file.days.keys().next_back()) {
        let period = Period { merchant: MERCHANT.parse()?, currency: CURRENCY.parse()?, from: *first, to: *last };
        viewed.sales = sales(client, &period, imported.position).await?;
    }
    stage(bar, "checking", ledger.sales.len());
    let orders = stream::iter(ledger.sales.iter().zip(&imported.orders)).map(|(sale, order)| async move {
        let detail = client.order(*order, imported.position).await?;
        bar.inc(1);
        Ok::<_, ClientError>((sale, detail))
    });
    let mut orders = orders.buffered(concurrency);
    while let Some((sale, detail)) = orders.try_next().await? {
        viewed.lines += count(detail.lines.len());
        viewed.orders.extend(order_difference(sale, &detail));
    }
    viewed.left = leftovers(client, ledger, imported.position).await?;
    Ok(viewed)
}

async fn sales(client: &Client, period: &Period, position: i64) -> Result<Sales, ClientError> {
    let mut sales = Sales::default();
    for row in client.sales_by_day(period, position).await? {
        sales.days.insert(row.day, figures(row.orders, row.units, row.gross));
    }
    for row in client.sales_by_sku(period, position).await? {
        sales.skus.insert(row.sku, figures(row.orders, row.units, row.gross));
    }
    Ok(sales)
}

fn figures(orders: i64, units: i64, gross: Money) -> Figures {
    Figures { orders, units, gross: gross.amount.minor_units() }
}

fn order_difference(sale: &Sale, detail: &OrderDetail) -> Option<OrderDifference> {
    let units = sale.lines.iter().map(|line| i64::from(line.quantity)).sum();
    let gross = sale.lines.iter().map(|line| i64::from(line.quantity) * line.unit_price.minor_units()).sum();
    let file = summary(sale.invoice.as_str(), count(sale.lines.len()), units, [gross, gross]);
    let units = detail.lines.iter().map(|line| line.quantity).sum();
    let reference = detail.reference.as_deref().unwrap_or("-");
    let paid = detail.payments.iter().map(|payment| payment.amount.amount.minor_units()).sum();
    let view = summary(reference, count(detail.lines.len()), units, [detail.total.amount.minor_units(), paid]);
    (file != view).then(|| OrderDifference { invoice: sale.invoice.to_string(), file, view })
}

fn summary(reference: &str, lines: i64, units: i64, [gross, paid]: [i64; 2]) -> String {
    format!("{reference}: {lines} lines, {units} units, {gross} pence, {paid} paid")
}

async fn leftovers(client: &Client, ledger: &Ledger, position: i64) -> Result<Vec<Leftover>, ClientError> {
    let sold = ledger.sales.iter().flat_map(|sale| &sale.lines).map(|line| &line.sku);
    let corrected = mapping::corrections(ledger).map(|correction| &correction.sku);
    let goods: BTreeSet<&Sku> = sold.chain(corrected).filter(|sku| mapping::kind(sku) == ProductKind::Goods).collect();
    let counted: BTreeMap<Sku, (i64, i64)> =
        client.stock(position).await?.into_iter().map(|count| (count.sku, (count.on_hand, count.reserved))).collect();
    // A SKU that the view does not know was never received, which is a difference too.
    let unknown = (-1, -1);
    let counts = goods.into_iter().map(|sku| (sku, *counted.get(sku).unwrap_or(&unknown)));
    Ok(counts
        .filter(|(_, count)| *count != (0, 0))
        .map(|(sku, (on_hand, reserved))| Leftover { sku: sku.clone(), on_hand, reserved })
        .collect())
}

/// A number of things in memory is far below the largest number.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}
