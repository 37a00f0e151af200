//! What an order waits for, and what of it can be put into parcels meanwhile.
//!
//! All lines of a SKU wait together, so that a line is in parcels, or waits. Services go with the first goods: while all goods
//! wait, they do.

use crate::{
    fulfillment::FulfillmentLine,
    order::{Allocation, Cancelling, LineUnits, Order, Settled, Terms},
    product::ProductKind,
    quantity::Quantity,
    stock::StockId,
    text::Sku,
};

impl Order {
    /// The stock that it claims: held for it, deducted for it, or waited for.
    pub fn claimed_stock(&self) -> &[Allocation] {
        match self {
            Self::Unplaced => &[],
            Self::PendingPayment(open) => &open.terms.allocations,
            Self::Paid(settled)
            | Self::Processing(settled)
            | Self::Shipped(settled)
            | Self::Delivered(settled)
            | Self::Completed(settled)
            | Self::Cancelling(Cancelling { settled, .. }) => &settled.terms.allocations,
            Self::Cancelled(closed) | Self::Expired(closed) => &closed.unreleased,
        }
    }

    /// What of it has not left.
    pub fn unshipped_stock(&self) -> Vec<Allocation> {
        self.settled().map_or_else(|| self.claimed_stock().to_vec(), Settled::unshipped_stock)
    }

    /// The stock at which it waits because pieces that were held for it are not there.
    pub fn shorted(&self) -> &[StockId] {
        match self {
            Self::PendingPayment(_) | Self::Paid(_) | Self::Processing(_) | Self::Cancelling(_) => {
                self.terms().and_then(|terms| terms.shorted.as_deref()).unwrap_or_default()
            }
            Self::Unplaced
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Completed(_)
            | Self::Cancelled(_)
            | Self::Expired(_) => &[],
        }
    }

    /// What of it is held for it already.
    pub fn held_stock(&self) -> impl Iterator<Item = &Allocation> {
        let waiting = self.terms().map_or(&[][..], |terms| terms.waiting.as_slice());
        self.claimed_stock().iter().filter(|allocation| !waiting.contains(&allocation.stock))
    }
}

impl Terms {
    /// What goes into parcels when the work begins: nothing as long as all goods wait.
    pub fn ready(&self) -> Vec<FulfillmentLine> {
        let (waiting, ready): (Vec<_>, Vec<_>) = self.book.parcel_lines().partition(|line| self.waits(line));
        if waiting.is_empty() || ready.iter().any(is_goods) { ready } else { vec![] }
    }

    /// The last units of a SKU that have not left, so many pieces of them.
    pub fn last_units(&self, sku: &Sku, pieces: i64) -> Vec<LineUnits> {
        let lines: Vec<FulfillmentLine> = self.book.parcel_lines().filter(|line| line.sku == *sku).collect();
        let mut open = pieces;
        let mut units = Vec::new();
        for line in lines.iter().rev() {
            if let Ok(quantity) = Quantity::try_from(open.min(line.quantity.into())) {
                open -= i64::from(quantity);
                units.push(LineUnits { line: line.line, quantity });
            }
        }
        units.reverse();
        units
    }

    /// The stock of goods that are waited for.
    fn awaited(&self, sku: &Sku) -> Option<&Allocation> {
        let of_it = |allocation: &&Allocation| allocation.stock.sku == *sku;
        self.allocations.iter().filter(of_it).find(|allocation| self.waiting.contains(&allocation.stock))
    }

    fn waits(&self, line: &FulfillmentLine) -> bool {
        is_goods(line) && self.awaited(&line.sku).is_some()
    }
}

impl Settled {
    /// What goes into the parcel of a SKU that was waited for.
    pub fn come(&self, sku: &Sku) -> Vec<FulfillmentLine> {
        let is_first = self.parcels.opened == 0;
        let belongs = |line: &FulfillmentLine| if is_goods(line) { line.sku == *sku } else { is_first };
        self.terms.book.parcel_lines().filter(belongs).collect()
    }

    /// Divides units of its lines into those that are in its parcels, and the stock of those that wait to be.
    pub fn in_parcels(&self, units: &[LineUnits]) -> (Vec<LineUnits>, Vec<Allocation>) {
        let lines: Vec<FulfillmentLine> = self.terms.book.parcel_lines().collect();
        let waits = |units: &LineUnits| {
            let line = lines.iter().find(|line| line.line == units.line);
            line.is_some_and(|line| self.parcels.opened == 0 || self.terms.waits(line))
        };
        let (outside, inside): (Vec<LineUnits>, Vec<LineUnits>) = units.iter().partition(|units| waits(units));
        let stock = |(sku, pieces): (Sku, i64)| {
            let stock = self.terms.awaited(&sku)?.stock.clone();
            Some(Allocation { stock, quantity: Quantity::try_from(pieces).ok()? })
        };
        (inside, self.terms.book.goods(&outside).into_iter().filter_map(stock).collect())
    }

    /// Services that would be left without any parcel, because the goods that they waited for are cancelled.
    pub fn left_alone(&self) -> Vec<FulfillmentLine> {
        if self.parcels.sent.is_some() && self.parcels.opened == 0 { self.terms.ready() } else { vec![] }
    }
}

fn is_goods(line: &FulfillmentLine) -> bool {
    match line.kind {
        ProductKind::Goods => true,
        ProductKind::Service => false,
    }
}
