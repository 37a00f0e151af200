//! Parcels that have left and do not arrive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    fulfillment::{Fulfillment, FulfillmentAction, Parcel, split},
    order::LineUnits,
    quantity::Quantity,
};

/// Where goods are whose delivery was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undelivered {
    /// Back in the stock.
    Returned,
    /// Nowhere to be found.
    Lost,
}

/// What the customer gets for goods whose delivery was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The money for them.
    Refund,
    /// The same goods once more.
    Replacement,
    /// Neither: they are written off. A return may still ask for them.
    Nothing,
}

/// Which units are given back first where a line has some that arrived and some whose delivery failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Goods came back: the customer sent what they had.
    ArrivedFirst,
    /// Nothing came back: what never came is paid back.
    FailedFirst,
}

/// Units of one parcel whose delivery is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The parcel's number within the order.
    pub number: u32,
    /// Which units.
    pub lines: Vec<LineUnits>,
    /// Whether they are all that is in it, so that it ends with them.
    pub is_all: bool,
}

impl Undelivered {
    pub(super) const fn action(self) -> FulfillmentAction {
        match self {
            Self::Returned => FulfillmentAction::ReturnToStock,
            Self::Lost => FulfillmentAction::ReportLost,
        }
    }
}

/// How many units of each line have left an order and neither arrived nor been given up.
pub fn under_way<'a>(parcels: impl IntoIterator<Item = &'a Fulfillment>) -> BTreeMap<u32, u32> {
    let mut units = BTreeMap::<u32, u32>::new();
    for line in sent(parcels).flat_map(|(_, parcel)| &parcel.lines) {
        let sum = units.entry(line.line).or_default();
        *sum = sum.saturating_add(line.quantity.units());
    }
    units
}

/// Which parcels do not deliver some units any more, because these are given back: what is given back cannot arrive later.
///
/// `arrived` says how many units of a line are with the customer. A parcel whose delivery failed is taken before one that is
/// still on its way.
pub fn give_up<'a>(
    parcels: impl IntoIterator<Item = &'a Fulfillment>,
    units: &[LineUnits],
    arrived: impl Fn(u32) -> u32,
    reach: Reach,
) -> Vec<GivenUp> {
    let (failed, coming): (Vec<_>, Vec<_>) = sent(parcels).partition(|(has_failed, _)| *has_failed);
    let mut open: BTreeMap<u32, u32> = units.iter().map(|units| (units.line, units.quantity.units())).collect();
    let skip_arrived = |open: &mut BTreeMap<u32, u32>| {
        for (line, wanted) in open {
            *wanted = wanted.saturating_sub(arrived(*line));
        }
    };
    if reach == Reach::ArrivedFirst {
        skip_arrived(&mut open);
    }
    let mut given_up: Vec<GivenUp> = failed.into_iter().filter_map(|(_, parcel)| take(parcel, &mut open)).collect();
    if reach == Reach::FailedFirst {
        skip_arrived(&mut open);
    }
    given_up.extend(coming.into_iter().filter_map(|(_, parcel)| take(parcel, &mut open)));
    given_up
}

fn take(parcel: &Parcel, open: &mut BTreeMap<u32, u32>) -> Option<GivenUp> {
    let mut lines = Vec::new();
    for line in &parcel.lines {
        let Some(wanted) = open.get_mut(&line.line) else { continue };
        if let Ok(quantity) = Quantity::try_from(i64::from(line.quantity.units().min(*wanted))) {
            *wanted -= quantity.units();
            lines.push(LineUnits { line: line.line, quantity });
        }
    }
    let is_all = split(&parcel.lines, &lines).ok()?.left.is_empty();
    Some(GivenUp { number: parcel.number, lines, is_all })
}

/// Those of an order's own parcels that are under way, and whether their delivery failed.
fn sent<'a>(parcels: impl IntoIterator<Item = &'a Fulfillment>) -> impl Iterator<Item = (bool, &'a Parcel)> {
    let of_the_order = |parcel: &'a Fulfillment| {
        let has_failed = matches!(parcel, Fulfillment::DeliveryFailed { .. });
        Some((has_failed, &parcel.under_way()?.parcel)).filter(|(_, parcel)| parcel.replaces.is_none())
    };
    parcels.into_iter().filter_map(of_the_order)
}
