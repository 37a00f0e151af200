use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    order::LineUnits,
    quantity::Quantity,
    returns::{Replacement, ReturnKind, ReturnRefusal, ReturnTerms},
};

/// What was found of one line of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectedLine {
    /// The order's line, counted from zero.
    pub line: u32,
    /// Units that can be sold again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restock: u32,
    /// Units that came back and cannot be sold again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scrap: u32,
    /// Units that did not come back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
const fn is_zero(units: &u32) -> bool {
    *units == 0
}

/// What the customer gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// Their price, as it was frozen in the order.
    Refund {
        /// The units that are paid back.
        units: Vec<LineUnits>,
    },
    /// Other goods.
    Replacement {
        /// Which.
        lines: Vec<Replacement>,
    },
    /// None, because none of the units came back.
    Nothing,
}

/// Units that go back on the shelf, line by line.
pub fn restocked(inspected: &[InspectedLine]) -> Vec<LineUnits> {
    inspected.iter().filter_map(|line| units(line.line, line.restock.into())).collect()
}

/// Each line of the return is inspected once, and every unit of it is found somewhere.
pub(super) fn check(terms: &ReturnTerms, inspected: &[InspectedLine]) -> Result<(), ReturnRefusal> {
    let mut lines = BTreeSet::new();
    for InspectedLine { line, .. } in inspected {
        if !lines.insert(line) {
            return Err(ReturnRefusal::LineNamedTwice { line: *line });
        }
        if !terms.units.iter().any(|units| units.line == *line) {
            return Err(ReturnRefusal::UnknownLine { line: *line });
        }
    }
    for units in &terms.units {
        let found = inspected.iter().find(|inspected| inspected.line == units.line);
        let found = found.map_or(0, |found| came_back(found) + u64::from(found.missing));
        let expected = units.quantity.units();
        if found != u64::from(expected) {
            return Err(ReturnRefusal::InspectionMismatch { line: units.line, expected, inspected: found });
        }
    }
    Ok(())
}

/// What is owed for what came back, sellable or not: what is scrap is often why it came back.
///
/// An exchange is owed whole or not at all, because its goods do not belong to single units: where something is missing,
/// what came back is paid back instead.
pub(super) fn owed_for(terms: &ReturnTerms, inspected: &[InspectedLine]) -> Owed {
    let accepted: Vec<LineUnits> = inspected.iter().filter_map(|line| units(line.line, came_back(line))).collect();
    if accepted.is_empty() {
        return Owed::Nothing;
    }
    match &terms.kind {
        ReturnKind::Exchange { replacement } if inspected.iter().all(|line| line.missing == 0) => {
            Owed::Replacement { lines: replacement.clone() }
        }
        ReturnKind::RefundOnly | ReturnKind::Return | ReturnKind::Exchange { .. } => Owed::Refund { units: accepted },
    }
}

/// What is owed where nothing needs to come back.
pub(super) fn owed_for_all(terms: &ReturnTerms) -> Owed {
    Owed::Refund { units: terms.line_units() }
}

fn came_back(line: &InspectedLine) -> u64 {
    u64::from(line.restock) + u64::from(line.scrap)
}

fn units(line: u32, units: u64) -> Option<LineUnits> {
    let quantity = i64::try_from(units).ok().and_then(|units| Quantity::try_from(units).ok())?;
    Some(LineUnits { line, quantity })
}
