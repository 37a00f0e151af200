use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    fulfillment::{FulfillmentLine, FulfillmentRefusal, FulfillmentStatus, split},
    ids::{OrderId, ReturnId},
    order::{Allocation, LineUnits},
    product::ProductKind,
    stock::StockId,
    text::{Carrier, CustomerId, Location, MerchantId, Reason, TrackingNumber},
};

/// What a fulfillment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Of which order.
    pub order: OrderId,
    /// Who sells.
    pub merchant: MerchantId,
    /// Who buys; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Its number within the order, from one.
    pub number: u32,
    /// Where it is packed; absent if there are only services in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What belongs into it; each line of the order, or of the replacement that its return asks for, at most once.
    pub lines: Vec<FulfillmentLine>,
    /// When it must have shipped.
    pub ship_by: Timestamp,
    /// The return that it answers; absent where it is a part of what was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ReturnId>,
}

/// A parcel that has not shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The parcel.
    pub parcel: Parcel,
    /// When it was found to be overdue, if it was.
    pub overdue_since: Option<Timestamp>,
}

/// How a parcel was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its name at the carrier.
    pub tracking: Option<TrackingNumber>,
    /// Who carries it.
    pub carrier: Option<Carrier>,
    /// When it was handed over.
    pub at: Timestamp,
}

/// A parcel that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The parcel; its lines are what is in it.
    pub parcel: Parcel,
    /// How it was sent, the last time.
    pub shipment: Shipment,
}

/// A fulfillment. Each state owns what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Fulfillment {
    /// There is no such fulfillment.
    #[default]
    Unopened,
    /// To be started.
    Open(Pending),
    /// Kept from being started.
    OnHold {
        /// What is kept.
        pending: Pending,
        /// Why.
        reason: Reason,
    },
    /// Being picked and packed.
    InProgress(Pending),
    /// With the carrier.
    Shipped(Dispatch),
    /// With the customer.
    Delivered(Dispatch),
    /// Not with the customer, and to be decided about: sent again, returned to the stock or given up as lost.
    DeliveryFailed {
        /// What was sent.
        dispatch: Dispatch,
        /// Why it did not arrive.
        reason: Reason,
    },
    /// Ended before it shipped; or, where it answers a return, after it had come back.
    Cancelled(Parcel),
    /// It did not arrive, and is back in the stock.
    Returned(Dispatch),
    /// It did not arrive, and will not.
    Lost(Dispatch),
}

impl Fulfillment {
    /// The status, or none where there is no such fulfillment.
    pub const fn status(&self) -> Option<FulfillmentStatus> {
        match self {
            Self::Unopened => None,
            Self::Open(_) => Some(FulfillmentStatus::Open),
            Self::OnHold { .. } => Some(FulfillmentStatus::OnHold),
            Self::InProgress(_) => Some(FulfillmentStatus::InProgress),
            Self::Shipped(_) => Some(FulfillmentStatus::Shipped),
            Self::Delivered(_) => Some(FulfillmentStatus::Delivered),
            Self::DeliveryFailed { .. } => Some(FulfillmentStatus::DeliveryFailed),
            Self::Cancelled(_) => Some(FulfillmentStatus::Cancelled),
            Self::Returned(_) => Some(FulfillmentStatus::Returned),
            Self::Lost(_) => Some(FulfillmentStatus::Lost),
        }
    }

    /// What has not shipped, or none where that is nothing.
    pub const fn pending(&self) -> Option<&Pending> {
        match self {
            Self::Open(pending) | Self::OnHold { pending, reason: _ } | Self::InProgress(pending) => Some(pending),
            Self::Unopened
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::DeliveryFailed { .. }
            | Self::Cancelled(_)
            | Self::Returned(_)
            | Self::Lost(_) => None,
        }
    }

    /// What has left and neither arrived nor been given up, or none where that is nothing.
    pub const fn under_way(&self) -> Option<&Dispatch> {
        match self {
            Self::Shipped(dispatch) | Self::DeliveryFailed { dispatch, reason: _ } => Some(dispatch),
            Self::Unopened
            | Self::Open(_)
            | Self::OnHold { .. }
            | Self::InProgress(_)
            | Self::Delivered(_)
            | Self::Cancelled(_)
            | Self::Returned(_)
            | Self::Lost(_) => None,
        }
    }

    /// What it is about, or none where there is no such fulfillment. The lines are those that are still in it; those of a
    /// cancelled, returned or lost one are what was in it then.
    pub const fn parcel(&self) -> Option<&Parcel> {
        match self {
            Self::Unopened => None,
            Self::Open(pending) | Self::OnHold { pending, reason: _ } | Self::InProgress(pending) => {
                Some(&pending.parcel)
            }
            Self::Shipped(dispatch)
            | Self::Delivered(dispatch)
            | Self::DeliveryFailed { dispatch, reason: _ }
            | Self::Returned(dispatch)
            | Self::Lost(dispatch) => Some(&dispatch.parcel),
            Self::Cancelled(parcel) => Some(parcel),
        }
    }
}

impl Parcel {
    /// Its lines, as an order names them.
    pub fn units(&self) -> Vec<LineUnits> {
        self.lines.iter().map(|line| LineUnits { line: line.line, quantity: line.quantity }).collect()
    }

    /// The parcel that holds what stays behind when only a part of this one ships, under a number that the order has not
    /// used yet; none if nothing stays.
    pub fn left_behind(&self, shipped: &[LineUnits], number: u32) -> Result<Option<Self>, FulfillmentRefusal> {
        let lines = split(&self.lines, shipped)?.left;
        Ok(if lines.is_empty() { None } else { Some(Self { number, lines, ..self.clone() }) })
    }

    /// The stock that such lines of this parcel take, line by line; services take none.
    pub fn stock(&self, lines: &[FulfillmentLine]) -> impl Iterator<Item = Allocation> {
        let goods = lines.iter().filter(|line| line.kind == ProductKind::Goods);
        self.location.iter().flat_map(move |location| {
            goods.clone().map(|line| Allocation {
                stock: StockId { sku: line.sku.clone(), location: location.clone() },
                quantity: line.quantity,
            })
        })
    }
}
