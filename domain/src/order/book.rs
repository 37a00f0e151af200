//! What an order sold, unit by unit, and what of it has gone back.
//!
//! A unit is never asked about again by today's prices: what falls on it was frozen with the order. Units of a line go back
//! from the first on, so that however they are cancelled or returned, one by one or together, the same sum comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    allocation::Ask,
    fulfillment::FulfillmentLine,
    money::Amount,
    order::{Allocation, LimitedPieces, OrderPlaced, OrderRefusal},
    pricing::{Portion, Priced},
    product::ProductKind,
    quantity::Quantity,
    text::Sku,
};

/// Some units of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnits {
    /// Which line, counted from zero.
    pub line: u32,
    /// How many units.
    pub quantity: Quantity,
}

/// The lines of an order as a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineBook {
    lines: Vec<BookedLine>,
    pricing: Option<Box<Priced>>,
}

/// A line, how many of its units have gone back, and how many have left in a parcel and not come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct BookedLine {
    sku: Sku,
    kind: ProductKind,
    quantity: Quantity,
    unit_price: Amount,
    gone: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    shipped: u32,
}

impl LineBook {
    pub(super) fn of(placed: &OrderPlaced) -> Self {
        let lines = placed.lines.iter().map(|line| BookedLine {
            sku: line.sku.clone(),
            kind: line.kind,
            quantity: line.quantity,
            unit_price: line.unit_price,
            gone: 0,
            shipped: 0,
        });
        Self { lines: lines.collect(), pricing: placed.pricing.clone() }
    }

    /// How many units have not gone back.
    pub fn left(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.open())).sum()
    }

    /// Whether some units have gone back.
    pub fn is_touched(&self) -> bool {
        self.lines.iter().any(|line| line.gone > 0)
    }

    /// How many units of a line have not gone back; none of a line that there is not.
    pub fn open(&self, line: u32) -> u32 {
        self.line(line).map_or(0, BookedLine::open)
    }

    /// How many units of a line have left in a parcel and not come back. An order that ships whole does not count them.
    pub(crate) fn sent(&self, line: u32) -> u32 {
        self.line(line).map_or(0, |booked| booked.shipped.min(booked.open()))
    }

    /// All units that have not gone back.
    pub fn rest(&self) -> Vec<LineUnits> {
        let open = |(line, number): (&BookedLine, u32)| {
            let quantity = Quantity::try_from(i64::from(line.open())).ok()?;
            Some(LineUnits { line: number, quantity })
        };
        self.lines.iter().zip(0..).filter_map(open).collect()
    }

    /// All units that have neither gone back nor left in a parcel.
    pub fn unshipped(&self) -> Vec<LineUnits> {
        self.parcel_lines().map(|line| LineUnits { line: line.line, quantity: line.quantity }).collect()
    }

    /// The same, as they are put into parcels.
    pub fn parcel_lines(&self) -> impl Iterator<Item = FulfillmentLine> {
        self.lines.iter().zip(0..).filter_map(|(booked, line)| {
            let quantity = Quantity::try_from(i64::from(booked.unshipped())).ok()?;
            Some(FulfillmentLine { line, sku: booked.sku.clone(), kind: booked.kind, quantity })
        })
    }

    /// What falls on the next units of these lines, all together. Refuses what is not there, or has left in a parcel.
    pub fn unshipped_portion(&self, units: &[LineUnits]) -> Result<Portion, OrderRefusal> {
        let portion = self.portion(units)?;
        for (place, LineUnits { line, quantity }) in units.iter().enumerate() {
            let open = self.line(*line).map_or(0, BookedLine::unshipped);
            if quantity.units() > open {
                return Err(OrderRefusal::TooManyUnits { place, open });
            }
        }
        Ok(portion)
    }

    /// What falls on the next units of these lines, all together. Refuses what is not there.
    pub fn portion(&self, units: &[LineUnits]) -> Result<Portion, OrderRefusal> {
        if units.is_empty() {
            return Err(OrderRefusal::NoUnits);
        }
        let mut sum = Portion::default();
        for (place, LineUnits { line, quantity }) in units.iter().enumerate() {
            let booked = self.line(*line).ok_or(OrderRefusal::UnknownLine { place })?;
            if units[..place].iter().any(|earlier| earlier.line == *line) {
                return Err(OrderRefusal::LineRepeated { place });
            }
            if quantity.units() > booked.open() {
                return Err(OrderRefusal::TooManyUnits { place, open: booked.open() });
            }
            // What is missing from the pricing, or passes the largest amount, was never placed.
            let part = self.of_line(*line, booked, *quantity).and_then(|part| sum.checked_add(part));
            sum = part.ok_or(OrderRefusal::UnknownLine { place })?;
        }
        Ok(sum)
    }

    /// What falls on the delivery, if anything, and whether its seller keeps it when all that arrived has come back.
    pub(super) fn delivery(&self) -> Option<(Portion, bool)> {
        let pricing = self.pricing.as_deref()?;
        Some((pricing.shipping_portion()?, pricing.shipping.as_ref()?.kept_on_return))
    }

    fn of_line(&self, line: u32, booked: &BookedLine, quantity: Quantity) -> Option<Portion> {
        match &self.pricing {
            Some(pricing) => pricing.refund_of(usize::try_from(line).ok()?, booked.gone, quantity.units()),
            None => {
                let price = booked.unit_price.checked_times(quantity)?;
                Some(Portion { price, payable: price, ..Portion::default() })
            }
        }
    }

    /// The stock that all of it asks for. None where the pieces of a SKU are too many to be counted, which were never placed.
    pub fn asks(&self) -> Option<BTreeMap<Sku, Ask>> {
        let mut asks: BTreeMap<Sku, Ask> = BTreeMap::new();
        for (number, line) in self.lines.iter().enumerate().filter(|(_, line)| line.kind == ProductKind::Goods) {
            match asks.get_mut(&line.sku) {
                None => {
                    asks.insert(line.sku.clone(), Ask { quantity: line.quantity, lines: vec![number] });
                }
                Some(ask) => {
                    ask.quantity = ask.quantity.checked_add(line.quantity)?;
                    ask.lines.push(number);
                }
            }
        }
        Some(asks)
    }

    /// The goods among these units, by SKU.
    pub fn goods(&self, units: &[LineUnits]) -> BTreeMap<Sku, i64> {
        let mut goods = BTreeMap::new();
        for LineUnits { line, quantity } in units {
            if let Some(booked) = self.line(*line).filter(|booked| booked.kind == ProductKind::Goods) {
                *goods.entry(booked.sku.clone()).or_default() += i64::from(*quantity);
            }
        }
        goods
    }

    /// The articles among these units: how many pieces of each were sold at which price, before discounts, the cheapest
    /// first. One SKU may be in several lines, at prices that were agreed for each. What was discounted to nothing was given away,
    /// and sold for nothing.
    pub fn articles(&self, units: &[LineUnits]) -> BTreeMap<Sku, BTreeMap<Amount, i64>> {
        let mut articles: BTreeMap<Sku, BTreeMap<Amount, i64>> = BTreeMap::new();
        for LineUnits { line, quantity } in units {
            if let Some(booked) = self.line(*line) {
                let sold_for = if self.was_given_away(*line) { Amount::ZERO } else { booked.unit_price };
                let pieces = articles.entry(booked.sku.clone()).or_default().entry(sold_for).or_default();
                *pieces += i64::from(*quantity);
            }
        }
        articles
    }

    /// Whether discounts took all that a line was to cost.
    fn was_given_away(&self, line: u32) -> bool {
        let priced = self.pricing.as_deref().and_then(|pricing| pricing.lines.get(usize::try_from(line).ok()?));
        priced.is_some_and(|line| {
            let left = line.discounts.iter().fold(line.price, |left, discount| left.saturating_sub(discount.amount));
            left == Amount::ZERO
        })
    }

    /// All units, by SKU.
    pub(super) fn skus(&self, units: &[LineUnits]) -> BTreeMap<Sku, i64> {
        let mut skus = BTreeMap::new();
        for LineUnits { line, quantity } in units {
            if let Some(booked) = self.line(*line) {
                *skus.entry(booked.sku.clone()).or_default() += i64::from(*quantity);
            }
        }
        skus
    }

    /// The pieces among these units that count against purchase limits.
    pub fn limited(&self, units: &[LineUnits], limited: &[LimitedPieces]) -> Vec<LimitedPieces> {
        let skus = self.skus(units);
        let counted = |pieces: &LimitedPieces| {
            let gone = (*skus.get(&pieces.sku)?).min(i64::from(pieces.quantity));
            Some(LimitedPieces { sku: pieces.sku.clone(), quantity: Quantity::try_from(gone).ok()? })
        };
        limited.iter().filter_map(counted).collect()
    }

    pub(super) fn take(&mut self, units: &[LineUnits]) {
        for LineUnits { line, quantity } in units {
            let booked = usize::try_from(*line).ok().and_then(|line| self.lines.get_mut(line));
            if let Some(booked) = booked {
                booked.gone = booked.gone.saturating_add(quantity.units()).min(booked.quantity.units());
            }
        }
    }

    /// Takes units that had left and come back, or never came.
    pub(super) fn take_sent(&mut self, units: &[LineUnits]) {
        self.unship(units);
        self.take(units);
    }

    /// Notes that units that had left are to be sent anew.
    pub(super) fn unship(&mut self, units: &[LineUnits]) {
        for LineUnits { line, quantity } in units {
            let booked = usize::try_from(*line).ok().and_then(|line| self.lines.get_mut(line));
            if let Some(booked) = booked {
                booked.shipped = booked.shipped.saturating_sub(quantity.units());
            }
        }
    }

    pub(super) fn ship(&mut self, units: &[LineUnits]) {
        for LineUnits { line, quantity } in units {
            let booked = usize::try_from(*line).ok().and_then(|line| self.lines.get_mut(line));
            if let Some(booked) = booked {
                booked.shipped = booked.shipped.saturating_add(quantity.units()).min(booked.open());
            }
        }
    }

    fn line(&self, line: u32) -> Option<&BookedLine> {
        self.lines.get(usize::try_from(line).ok()?)
    }
}

impl BookedLine {
    const fn open(&self) -> u32 {
        self.quantity.units().saturating_sub(self.gone)
    }

    /// As long as an order is being worked on, only what has not left goes back.
    const fn unshipped(&self) -> u32 {
        self.open().saturating_sub(self.shipped)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Whether this is the stock of these goods, piece by piece.
pub(super) fn is_stock_of(stock: &[Allocation], goods: &BTreeMap<Sku, i64>) -> bool {
    let mut pieces: BTreeMap<&Sku, i64> = BTreeMap::new();
    for allocation in stock {
        *pieces.entry(&allocation.stock.sku).or_default() += i64::from(allocation.quantity);
    }
    pieces.into_iter().eq(goods.iter().map(|(sku, pieces)| (sku, *pieces)))
}

/// Which of the stock that is held for an order goes when these pieces do: the last that was found first, so that the first
/// parcel stays whole.
pub(super) fn released(allocations: &[Allocation], goods: &BTreeMap<Sku, i64>) -> Vec<Allocation> {
    let mut open = goods.clone();
    let mut released = Vec::new();
    for allocation in allocations.iter().rev() {
        let Some(wanted) = open.get_mut(&allocation.stock.sku) else { continue };
        let taken = i64::from(allocation.quantity).min(*wanted);
        if let Ok(quantity) = Quantity::try_from(taken) {
            *wanted -= taken;
            released.push(Allocation { stock: allocation.stock.clone(), quantity });
        }
    }
    released
}

/// What is left of the stock that is held for an order when some of it has gone.
pub fn without(allocations: Vec<Allocation>, gone: &[Allocation]) -> Vec<Allocation> {
    let left = |allocation: Allocation| {
        let gone: i64 =
            gone.iter().filter(|gone| gone.stock == allocation.stock).map(|gone| i64::from(gone.quantity)).sum();
        let quantity = Quantity::try_from(i64::from(allocation.quantity) - gone).ok()?;
        Some(Allocation { quantity, ..allocation })
    };
    allocations.into_iter().filter_map(left).collect()
}
