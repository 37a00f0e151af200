use std::collections::{BTreeMap, VecDeque};

use crate::{
    fulfillment::FulfillmentLine,
    order::Allocation,
    product::ProductKind,
    quantity::Quantity,
    text::{Location, Sku},
};

/// A parcel that an order needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedParcel {
    /// Where it is packed; nowhere if there are only services in it.
    pub location: Option<Location>,
    /// What belongs into it, in the order of the lines.
    pub lines: Vec<FulfillmentLine>,
}

/// The allocations are not those of the lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lines and the allocations of sku {sku} do not add up to the same")]
pub struct PlanMismatch {
    /// What does not add up.
    pub sku: Sku,
}

/// Splits an order by location: a parcel for each location that takes part, in the order in which the lines first need
/// them.
///
/// The lines of one SKU are served in their order by the SKU's allocations in theirs. Services go with the first parcel,
/// and where there are no goods, into one of their own that has no location. Every unit is in exactly one parcel; lines and
/// allocations that do not add up are refused, because a unit that no parcel has would never be sent.
pub fn plan(lines: &[FulfillmentLine], allocations: &[Allocation]) -> Result<Vec<PlannedParcel>, PlanMismatch> {
    let mut open: BTreeMap<&Sku, VecDeque<(&Location, Quantity)>> = BTreeMap::new();
    for Allocation { stock, quantity } in allocations {
        open.entry(&stock.sku).or_default().push_back((&stock.location, *quantity));
    }
    let mut parcels = Vec::new();
    for line in of_kind(lines, ProductKind::Goods) {
        let mut wanted = Some(line.quantity);
        while let Some(units) = wanted {
            let allocated = open.get_mut(&line.sku).and_then(VecDeque::pop_front);
            let (location, there) = allocated.ok_or_else(|| PlanMismatch { sku: line.sku.clone() })?;
            let taken = units.min(there);
            wanted = units.checked_sub(taken);
            if let Some(rest) = there.checked_sub(taken) {
                open.entry(&line.sku).or_default().push_front((location, rest));
            }
            add(parcel(&mut parcels, location), line, taken);
        }
    }
    if let Some((sku, _)) = open.into_iter().find(|(_, rest)| !rest.is_empty()) {
        return Err(PlanMismatch { sku: sku.clone() });
    }
    for line in of_kind(lines, ProductKind::Service) {
        if parcels.is_empty() {
            parcels.push(PlannedParcel { location: None, lines: vec![] });
        }
        add(&mut parcels[0], line, line.quantity);
    }
    for parcel in &mut parcels {
        parcel.lines.sort_by_key(|line| line.line);
    }
    Ok(parcels)
}

fn of_kind(lines: &[FulfillmentLine], kind: ProductKind) -> impl Iterator<Item = &FulfillmentLine> {
    lines.iter().filter(move |line| line.kind == kind)
}

fn parcel<'a>(parcels: &'a mut Vec<PlannedParcel>, location: &Location) -> &'a mut PlannedParcel {
    let place = parcels.iter().position(|parcel| parcel.location.as_ref() == Some(location)).unwrap_or_else(|| {
        parcels.push(PlannedParcel { location: Some(location.clone()), lines: vec![] });
        parcels.len() - 1
    });
    &mut parcels[place]
}

/// Two allocations of one location are one entry of the parcel: a line is named once.
fn add(parcel: &mut PlannedParcel, line: &FulfillmentLine, quantity: Quantity) {
    if let Some(last) = parcel.lines.last_mut()
        && last.line == line.line
        && let Some(sum) = last.quantity.checked_add(quantity)
    {
        last.quantity = sum;
    } else {
        parcel.lines.push(FulfillmentLine { quantity, ..line.clone() });
    }
}
