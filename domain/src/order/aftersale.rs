//! What an order knows once it has left: when it arrived, what is being given back, and which points it earned.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::ReturnId,
    merchant::ReturnWindow,
    money::Amount,
    order::{LineUnits, OrderRefusal},
    points::{Issuer, Points},
};

/// What an order knows once it has left. Most orders never need it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Aftersale {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reward: Option<Reward>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<OpenReturn>,
    /// Units for which the customer has other goods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exchanged: Vec<LineUnits>,
}

/// For what the units of a return were exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exchanged {
    /// For as many of the very same: the customer has what the order sold them.
    ForTheSame,
    /// For other goods, which the order did not sell.
    ForOthers,
}

/// Units that a return is about which has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OpenReturn {
    id: ReturnId,
    units: Vec<LineUnits>,
}

/// Points that the customer was granted for the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Reward {
    points: Points,
    #[serde(default, skip_serializing_if = "Issuer::is_platform")]
    of: Issuer,
    /// What was kept of the money when they were granted.
    paid: Amount,
    #[serde(default)]
    revoked: u64,
}

impl Aftersale {
    /// When the order arrived, where that is known.
    pub(super) const fn delivered_at(&self) -> Option<Timestamp> {
        self.delivered_at
    }

    /// Whether some units are being given back.
    pub(super) const fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many units of a line are being given back, or have gone for other goods.
    pub fn not_to_be_asked(&self, line: u32) -> u32 {
        let units = self.open.iter().flat_map(|open| &open.units).chain(&self.exchanged);
        let units = units.filter(|units| units.line == line);
        units.fold(0, |sum, units| sum.saturating_add(units.quantity.units()))
    }

    /// The units that a return is about, if it has not ended.
    pub fn units_of(&self, id: ReturnId) -> Option<&[LineUnits]> {
        self.open.iter().find(|open| open.id == id).map(|open| open.units.as_slice())
    }

    /// An order that is still on its way, or of which it is not known when it arrived, is within any window but that of
    /// zero days.
    pub(super) fn check_window(
        aftersale: Option<&Self>,
        window: ReturnWindow,
        at: Timestamp,
    ) -> Result<(), OrderRefusal> {
        let days = window.get();
        let closes = aftersale
            .and_then(|aftersale| aftersale.delivered_at)
            .and_then(|delivered| delivered.checked_add_signed(TimeDelta::days(days.into())));
        if days == 0 || closes.is_some_and(|closes| at > closes) {
            Err(OrderRefusal::ReturnWindowClosed { days })
        } else {
            Ok(())
        }
    }

    /// Points to take back when no more than this is kept of the money: those that it would not have earned.
    pub(super) fn unearned(&self, kept: Amount) -> Option<Points> {
        let Reward { points, of: _, paid, revoked } = self.reward?;
        let left = u128::from(points.get()) * u128::from(kept.minor_units().unsigned_abs());
        let left = left.checked_div(u128::from(paid.minor_units().unsigned_abs())).unwrap_or_default();
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        Points::try_from(points.get().saturating_sub(left).saturating_sub(revoked)).ok()
    }

    pub(super) const fn delivered(&mut self, at: Timestamp) {
        self.delivered_at = Some(at);
    }

    /// With whom the customer was granted points for the order, if it was granted any.
    pub fn rewarded_by(&self) -> Option<Issuer> {
        self.reward.map(|reward| reward.of)
    }

    pub(super) const fn rewarded(&mut self, points: Points, of: Issuer, paid: Amount) {
        self.reward = Some(Reward { points, of, paid, revoked: 0 });
    }

    pub(super) fn opened(&mut self, id: ReturnId, units: Vec<LineUnits>) {
        self.open.push(OpenReturn { id, units });
    }

    pub(super) fn ended(&mut self, id: ReturnId) {
        self.open.retain(|open| open.id != id);
    }

    pub(super) fn exchanged(&mut self, id: ReturnId) {
        let units = self.units_of(id).unwrap_or_default().to_vec();
        self.exchanged.extend(units);
        self.ended(id);
    }

    /// How many of the points that were granted for the order have been taken back.
    pub fn revoked(&self) -> u64 {
        self.reward.map_or(0, |reward| reward.revoked)
    }

    pub(super) fn revoke(&mut self, points: Points) {
        if let Some(reward) = &mut self.reward {
            reward.revoked = reward.revoked.saturating_add(points.get());
        }
    }
}
