use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    fulfillment::{Fulfillment, Parcel, split},
    order::{Allocation, LineUnits},
    quantity::Quantity,
};

/// Units that are taken out of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The parcel's number within the order.
    pub number: u32,
    /// The units.
    pub lines: Vec<LineUnits>,
    /// Their stock.
    pub stock: Vec<Allocation>,
}

/// Out of which parcels an order's units are taken when they are cancelled; none where the parcels that have not shipped do
/// not hold all of them.
///
/// The `first` parcel, if one is named, is emptied before the others; then those that nobody works on yet, and of equal ones
/// the last opened, so that the first parcel stays whole. What replaces returned goods is not the order's to cancel.
pub fn withdraw<'a>(
    parcels: impl IntoIterator<Item = &'a Fulfillment>,
    units: &[LineUnits],
    first: Option<u32>,
) -> Option<Vec<Withdrawal>> {
    let mut pending: Vec<(bool, &Parcel)> = parcels
        .into_iter()
        .filter_map(|parcel| Some((matches!(parcel, Fulfillment::InProgress(_)), &parcel.pending()?.parcel)))
        .filter(|(_, parcel)| parcel.replaces.is_none())
        .collect();
    pending.sort_by_key(|(started, parcel)| (first != Some(parcel.number), *started, Reverse(parcel.number)));
    let mut open: BTreeMap<u32, Quantity> = units.iter().map(|units| (units.line, units.quantity)).collect();
    let mut withdrawals = Vec::new();
    for (_, parcel) in pending {
        let mut lines = Vec::new();
        for line in &parcel.lines {
            let Some(wanted) = open.remove(&line.line) else { continue };
            let taken = wanted.min(line.quantity);
            lines.push(LineUnits { line: line.line, quantity: taken });
            open.extend(wanted.checked_sub(taken).map(|rest| (line.line, rest)));
        }
        if !lines.is_empty() {
            let stock = parcel.stock(&split(&parcel.lines, &lines).ok()?.taken).collect();
            withdrawals.push(Withdrawal { number: parcel.number, lines, stock });
        }
    }
    open.is_empty().then_some(withdrawals)
}
