//! Holds what the views say against what the file says.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use purser::client::{Client, ClientError, OrderDetail, Period, RefundStatus, Sum};
use purser_domain::{
    ids::OrderId,
    product::ProductKind,
    text::{InvalidValue, Sku},
};

use super::{
    figures::{Figures, Sales},
    import::{Imported, stage},
    ledger::{Ledger, Sale},
    mapping::{self, CURRENCY, MERCHANT},
    matching::Matching,
};

/// What the views say about a ledger's days and SKUs.
#[derive(Debug, Default)]
pub struct Viewed {
    /// The sales views.
    pub sales: Sales,
    /// Lines, counted order by order in the view of orders.
    pub lines: i64,
    /// Pence that are back with customers.
    pub refunded: i64,
    /// Orders that are not as in the file.
    pub orders: Vec<OrderDifference>,
    /// Goods of which there is more or less than came back: all else was sold or corrected away.
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

/// Stock that should be another.
#[derive(Debug)]
pub struct Leftover {
    /// Of what.
    pub sku: Sku,
    /// Pieces that came back.
    pub restocked: i64,
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
    matching: &Matching<'_>,
    imported: &Imported,
    concurrency: usize,
    bar: &ProgressBar,
) -> Result<Viewed, ComparisonError> {
    let file = Sales::gross(ledger);
    let mut viewed = Viewed::default();
    if let (Some(first), Some(last)) = (file.days.keys().next(), file.days.keys().next_back()) {
        let period = Period { merchant: MERCHANT.parse()?, currency: CURRENCY.parse()?, from: *first, to: *last };
        viewed.sales = sales(client, &period, imported.position).await?;
    }
    let backs = Backs::find(client, ledger, matching, imported).await?;
    let backs = &backs;
    stage(bar, "checking", ledger.sales.len());
    let orders = stream::iter(ledger.sales.iter().enumerate().zip(&imported.orders)).map(|(sale, order)| async move {
        let detail = client.order(*order, imported.position).await?;
        bar.inc(1);
        Ok::<_, ClientError>((sale, detail))
    });
    let mut orders = orders.buffered(concurrency);
    while let Some(((number, sale), detail)) = orders.try_next().await? {
        viewed.lines += count(detail.lines.len());
        viewed.refunded += backs.refunded(detail.id);
        viewed.orders.extend(order_difference(sale, &detail, [backs.expected(number), backs.refunded(detail.id)]));
    }
    viewed.left = leftovers(client, ledger, matching, imported.position).await?;
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

fn figures(orders: i64, units: i64, gross: Sum) -> Figures {
    Figures { orders, units, gross: gross.amount }
}

fn order_difference(sale: &Sale, detail: &OrderDetail, [owed, refunded]: [i64; 2]) -> Option<OrderDifference> {
    let units = sale.lines.iter().map(|line| i64::from(line.quantity)).sum();
    let gross = sale.lines.iter().map(|line| i64::from(line.quantity) * line.unit_price.minor_units()).sum();
    let file = summary(sale.invoice.as_str(), count(sale.lines.len()), units, [gross, gross, owed]);
    let units = detail.lines.iter().map(|line| line.quantity).sum();
    let reference = detail.reference.as_deref().unwrap_or("-");
    let paid = detail.payments.iter().map(|payment| payment.amount.amount.minor_units()).sum();
    let view =
        summary(reference, count(detail.lines.len()), units, [detail.total.amount.minor_units(), paid, refunded]);
    (file != view).then(|| OrderDifference { invoice: sale.invoice.to_string(), file, view })
}

fn summary(reference: &str, lines: i64, units: i64, [gross, paid, back]: [i64; 3]) -> String {
    format!("{reference}: {lines} lines, {units} units, {gross} pence, {paid} paid, {back} paid back")
}

/// What is to be paid back for each sale, and what is back for each order.
struct Backs {
    expected: Vec<i64>,
    refunded: BTreeMap<OrderId, i64>,
}

impl Backs {
    async fn find(
        client: &Client,
        ledger: &Ledger,
        matching: &Matching<'_>,
        imported: &Imported,
    ) -> Result<Self, ClientError> {
        let mut expected = vec![0; ledger.sales.len()];
        for back in &matching.returns {
            expected[back.sale] += back.pence(ledger);
        }
        let mut refunded = BTreeMap::new();
        for refund in client.refunds(imported.position).await? {
            if refund.status == RefundStatus::Succeeded {
                *refunded.entry(refund.order).or_default() += refund.amount.amount.minor_units();
            }
        }
        Ok(Self { expected, refunded })
    }

    fn expected(&self, sale: usize) -> i64 {
        self.expected.get(sale).copied().unwrap_or_default()
    }

    fn refunded(&self, order: OrderId) -> i64 {
        self.refunded.get(&order).copied().unwrap_or_default()
    }
}

async fn leftovers(
    client: &Client,
    ledger: &Ledger,
    matching: &Matching<'_>,
    position: i64,
) -> Result<Vec<Leftover>, ClientError> {
    let sold = ledger.sales.iter().flat_map(|sale| &sale.lines).map(|line| &line.sku);
    let corrected = mapping::corrections(ledger).map(|correction| &correction.sku);
    let goods: BTreeSet<&Sku> = sold.chain(corrected).filter(|sku| mapping::kind(sku) == ProductKind::Goods).collect();
    let counted: BTreeMap<Sku, (i64, i64)> =
        client.stock(position).await?.into_iter().map(|count| (count.sku, (count.on_hand, count.reserved))).collect();
    // A SKU that the view does not know was never received, which is a difference too.
    let unknown = (-1, -1);
    let restocked = matching.restocked(ledger);
    let counts = goods.into_iter().map(|sku| {
        let (on_hand, reserved) = *counted.get(sku).unwrap_or(&unknown);
        Leftover { sku: sku.clone(), restocked: restocked.get(sku).copied().unwrap_or_default(), on_hand, reserved }
    });
    Ok(counts.filter(|left| (left.on_hand, left.reserved) != (left.restocked, 0)).collect())
}

/// A number of things in memory is far below the largest number.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}
