use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{fulfillment::FulfillmentRefusal, order::LineUnits, product::ProductKind, quantity::Quantity, text::Sku};

/// Units of one line of an order that belong into one parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfillmentLine {
    /// The order's line, counted from zero; in a parcel that answers a return, the line of what is sent in exchange.
    pub line: u32,
    /// What it is.
    pub sku: Sku,
    /// Whether it takes stock.
    pub kind: ProductKind,
    /// How many units.
    pub quantity: Quantity,
}

/// A parcel's lines, divided. Every unit is on exactly one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The part that was named.
    pub taken: Vec<FulfillmentLine>,
    /// The rest.
    pub left: Vec<FulfillmentLine>,
}

/// Divides a parcel's lines into a part and the rest, both in the order of the lines.
pub fn split(lines: &[FulfillmentLine], part: &[LineUnits]) -> Result<Split, FulfillmentRefusal> {
    if part.is_empty() {
        return Err(FulfillmentRefusal::NoLines);
    }
    let mut named = BTreeMap::new();
    for LineUnits { line, quantity } in part {
        if named.insert(*line, *quantity).is_some() {
            return Err(FulfillmentRefusal::LineNamedTwice { line: *line });
        }
        if !lines.iter().any(|known| known.line == *line) {
            return Err(FulfillmentRefusal::UnknownLine { line: *line });
        }
    }
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for line in lines {
        let Some(&quantity) = named.get(&line.line) else {
            left.push(line.clone());
            continue;
        };
        if quantity > line.quantity {
            let (asked, there) = (quantity.units(), line.quantity.units());
            return Err(FulfillmentRefusal::TooManyUnits { line: line.line, asked, there });
        }
        taken.push(FulfillmentLine { quantity, ..line.clone() });
        left.extend(line.quantity.checked_sub(quantity).map(|quantity| FulfillmentLine { quantity, ..line.clone() }));
    }
    Ok(Split { taken, left })
}

/// What an event leaves of the lines. Never fails: what is not there is not taken.
pub fn without(lines: Vec<FulfillmentLine>, taken: &[FulfillmentLine]) -> Vec<FulfillmentLine> {
    lines
        .into_iter()
        .filter_map(|line| match taken.iter().find(|taken| taken.line == line.line) {
            None => Some(line),
            Some(taken) => {
                let quantity = line.quantity.checked_sub(taken.quantity)?;
                Some(FulfillmentLine { quantity, ..line })
            }
        })
        .collect()
}
