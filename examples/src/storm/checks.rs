//! Whether it all adds up. Each check holds two accounts of the same thing against each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use purser::{
    client::{MoneyTaken, OrderDetail, PaymentRole},
    gateway::{GatewayPayment, RefundStatus},
};
use purser_domain::{ids::OrderId, order::OrderStatus, text::PaymentReference};

use super::{Settings, evidence::Evidence};

/// Two accounts of the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What of.
    pub what: &'static str,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub found: String,
    /// Whether that is as it must be.
    pub holds: bool,
}

impl Check {
    fn equal<T: Copy + PartialEq + Display>(what: &'static str, expected: T, found: T) -> Self {
        Self { what, holds: expected == found, expected: expected.to_string(), found: found.to_string() }
    }

    fn at_most(what: &'static str, most: i64, found: i64) -> Self {
        Self { what, expected: format!("at most {most}"), found: found.to_string(), holds: found <= most }
    }

    fn none(what: &'static str, found: impl TryInto<i64>) -> Self {
        Self::equal(what, 0, found.try_into().unwrap_or(i64::MAX))
    }
}

/// Everything that was sold, and what was taken for it.
struct Sold<'a> {
    orders: Vec<&'a OrderDetail>,
    /// By which orders each capture is counted as theirs.
    settled: BTreeMap<&'a PaymentReference, Vec<(OrderId, i64)>>,
    units: i64,
    pence: i64,
}

/// What became of the gateway's captures.
#[derive(Default)]
struct Captures {
    kept: i64,
    /// Those that neither belong to exactly one sold order nor are back in full.
    astray: usize,
}

/// All of them, in the order of the table.
pub(super) fn all(evidence: &Evidence, settings: &Settings) -> Vec<Check> {
    let sold = Sold::of(&evidence.orders);
    let captures = Captures::of(&evidence.gateway, &sold);
    let mut checks = orders(evidence).to_vec();
    checks.extend(goods(evidence, settings, &sold));
    checks.extend(money(evidence, &sold, &captures));
    checks.extend(sales(evidence, &sold));
    checks.extend(statistics(evidence, &sold));
    checks.extend(leftovers(evidence));
    checks
}

fn orders(evidence: &Evidence) -> [Check; 2] {
    let accepted: BTreeSet<OrderId> = evidence.said.visits.orders.iter().copied().collect();
    let known: BTreeSet<OrderId> = evidence.orders.iter().map(|order| order.id).collect();
    [
        Check::equal("orders, as buyers were told", accepted.len(), known.len()),
        Check::none("orders that one side alone knows of", accepted.symmetric_difference(&known).count()),
    ]
}

fn goods(evidence: &Evidence, settings: &Settings, sold: &Sold<'_>) -> [Check; 5] {
    let on_hand: i64 = evidence.stock.iter().map(|stock| stock.on_hand).sum();
    let reserved: i64 = evidence.stock.iter().map(|stock| stock.reserved).sum();
    let holders = sold.orders.iter().filter(|order| order.pricing.as_ref().is_some_and(|p| !p.coupons.is_empty()));
    let coupon = &evidence.coupon;
    [
        Check::equal("units sold and on hand", i64::from(settings.units), sold.units + on_hand),
        Check::none("units reserved", reserved),
        Check::equal("coupon uses, of sold orders", count(holders.count()), coupon.redeemed),
        Check::at_most("coupon uses", settings.coupons.get().into(), coupon.redeemed),
        Check::none("coupon uses held", coupon.frozen),
    ]
}

fn money(evidence: &Evidence, sold: &Sold<'_>, captures: &Captures) -> [Check; 5] {
    let known: BTreeSet<&PaymentReference> =
        evidence.gateway.iter().flat_map(|payment| &payment.captures).map(|capture| &capture.reference).collect();
    let unpaid = sold.orders.iter().filter(|order| settlements(order).map(pence).sum::<i64>() != pence_of(order));
    [
        Check::none("captures neither of one order nor back", captures.astray),
        Check::none("sold orders not paid to the penny", unpaid.count()),
        Check::none("settlements that the gateway denies", sold.settled.keys().filter(|r| !known.contains(*r)).count()),
        Check::equal("pence kept at the gateway", sold.pence, captures.kept),
        Check::none("payments for a person to look into", evidence.to_review),
    ]
}

fn sales(evidence: &Evidence, sold: &Sold<'_>) -> [Check; 6] {
    let (days, skus) = (&evidence.days, &evidence.skus);
    // The days are of orders, with all that was taken off them; the SKUs are of lines, at their prices.
    let lines: i64 = sold.orders.iter().flat_map(|order| &order.lines).map(|line| line.total.minor_units()).sum();
    [
        Check::equal("orders in the sales by day", count(sold.orders.len()), days.iter().map(|row| row.orders).sum()),
        Check::equal("units in the sales by day", sold.units, days.iter().map(|row| row.units).sum()),
        Check::equal("pence in the sales by day", sold.pence, days.iter().map(|row| row.gross.amount).sum()),
        Check::equal("orders in the sales by SKU", count(sold.orders.len()), skus.iter().map(|row| row.orders).sum()),
        Check::equal("units in the sales by SKU", sold.units, skus.iter().map(|row| row.units).sum()),
        Check::equal("pence in the sales by SKU", lines, skus.iter().map(|row| row.gross.amount).sum()),
    ]
}

fn statistics(evidence: &Evidence, sold: &Sold<'_>) -> [Check; 4] {
    let days = &evidence.statistics;
    let cancelled = evidence.orders.iter().filter(|order| order.status == OrderStatus::Cancelled);
    let back: i64 = evidence.gateway.iter().map(given_back).sum();
    let refunded = days.iter().map(|day| day.refunds.amount + day.refunds.unapplied_amount);
    [
        Check::equal(
            "orders in the statistics",
            count(evidence.orders.len()),
            days.iter().map(|d| d.orders.placed).sum(),
        ),
        Check::equal(
            "cancelled in the statistics",
            count(cancelled.count()),
            days.iter().map(|d| d.orders.cancelled).sum(),
        ),
        Check::equal("pence refunded in the statistics", back, refunded.sum()),
        Check::equal("net pence in the statistics", sold.pence, days.iter().map(|day| day.net).sum()),
    ]
}

fn leftovers(evidence: &Evidence) -> [Check; 11] {
    let open = &evidence.said.open;
    let found = &evidence.said.reconciled.found;
    let unread = evidence.said.reconciled.gateways.iter().filter(|gateway| gateway.error.is_some());
    let findings = |outcome: &str| found.iter().filter(|finding| finding.outcome == outcome).count();
    [
        Check::none("orders that wait", open.orders),
        Check::none("refunds that wait", open.refunds),
        Check::none("timers", open.timers),
        Check::none("commands of sagas", open.commands),
        Check::none("dead letters", open.dead_letters),
        Check::none("parked events", open.parked_events),
        Check::none("callbacks under way", open.callbacks),
        Check::none("repairs by purser reconcile", findings("repaired")),
        Check::none("its findings for a person", findings("queued")),
        Check::none("gateway lists not read to the end", unread.count()),
        Check::equal("purser verify", "OK", evidence.said.verified.split(' ').next().unwrap_or_default()),
    ]
}

impl<'a> Sold<'a> {
    fn of(orders: &'a [OrderDetail]) -> Self {
        let orders: Vec<&OrderDetail> = orders.iter().filter(|order| is_sold(order.status)).collect();
        let mut settled: BTreeMap<&PaymentReference, Vec<(OrderId, i64)>> = BTreeMap::new();
        for order in &orders {
            for taken in settlements(order) {
                settled.entry(&taken.reference).or_default().push((order.id, pence(taken)));
            }
        }
        let units = orders.iter().flat_map(|order| &order.lines).map(|line| line.quantity).sum();
        let pence = orders.iter().map(|order| pence_of(order)).sum();
        Self { orders, settled, units, pence }
    }
}

impl Captures {
    fn of(payments: &[GatewayPayment], sold: &Sold<'_>) -> Self {
        let mut captures = Self::default();
        for payment in payments {
            let taken: i64 = payment.captures.iter().map(|capture| capture.amount.minor_units()).sum();
            let back = given_back(payment);
            captures.kept += taken - back;
            let is_back = taken == back;
            captures.astray += payment
                .captures
                .iter()
                .filter(|capture| match sold.settled.get(&capture.reference).map(Vec::as_slice) {
                    None | Some([]) => !is_back,
                    Some([(order, pence)]) => {
                        let is_theirs = order.to_string() == payment.order.as_str();
                        back != 0 || !is_theirs || *pence != capture.amount.minor_units()
                    }
                    Some([_, _, ..]) => true,
                })
                .count();
        }
        captures
    }
}

fn given_back(payment: &GatewayPayment) -> i64 {
    let back = payment.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded);
    back.map(|refund| refund.amount.minor_units()).sum()
}

fn settlements(order: &OrderDetail) -> impl Iterator<Item = &MoneyTaken> {
    order.payments.iter().filter(|taken| taken.role == PaymentRole::Settlement)
}

const fn pence(taken: &MoneyTaken) -> i64 {
    taken.amount.amount.minor_units()
}

const fn pence_of(order: &OrderDetail) -> i64 {
    order.total.amount.minor_units()
}

const fn is_sold(status: OrderStatus) -> bool {
    match status {
        OrderStatus::Paid
        | OrderStatus::Processing
        | OrderStatus::Cancelling
        | OrderStatus::Shipped
        | OrderStatus::Delivered
        | OrderStatus::Completed => true,
        OrderStatus::PendingPayment | OrderStatus::Cancelled | OrderStatus::Expired => false,
    }
}

fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
