use crate::fulfillment::{Dispatch, Fulfillment, FulfillmentEvent, FulfillmentLine, Parcel, Pending, Shipment, line};

impl Fulfillment {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: FulfillmentEvent) -> Self {
        match event {
            FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => match self {
                Self::Unopened => Self::Open(Pending { parcel, overdue_since: None }),
                other => other,
            },
            FulfillmentEvent::FulfillmentHeld { reason, at: _ } => match self {
                Self::Open(pending) => Self::OnHold { pending, reason },
                other => other,
            },
            FulfillmentEvent::FulfillmentHoldReleased { at: _ } => match self {
                Self::OnHold { pending, reason: _ } => Self::Open(pending),
                other => other,
            },
            FulfillmentEvent::FulfillmentStarted { at: _ } => match self {
                Self::Open(pending) => Self::InProgress(pending),
                other => other,
            },
            FulfillmentEvent::FulfillmentShipped { lines, tracking, carrier, at } => {
                self.shipped(lines, Shipment { tracking, carrier, at })
            }
            FulfillmentEvent::FulfillmentDelivered { .. } => match self {
                Self::Shipped(dispatch) => Self::Delivered(dispatch),
                other => other,
            },
            FulfillmentEvent::FulfillmentDeliveryFailed { reason, .. } => match self {
                Self::Shipped(dispatch) => Self::DeliveryFailed { dispatch, reason },
                other => other,
            },
            FulfillmentEvent::FulfillmentReduced { lines, .. } => self.reduced(&lines),
            FulfillmentEvent::FulfillmentCancelled { .. } => match self {
                Self::Open(pending) | Self::OnHold { pending, reason: _ } | Self::InProgress(pending) => {
                    Self::Cancelled(pending.parcel)
                }
                Self::DeliveryFailed { dispatch, reason: _ } => Self::Cancelled(dispatch.parcel),
                other => other,
            },
            FulfillmentEvent::FulfillmentReturned { .. } => match self {
                Self::Shipped(dispatch) | Self::DeliveryFailed { dispatch, reason: _ } => Self::Returned(dispatch),
                other => other,
            },
            FulfillmentEvent::FulfillmentLost { .. } => match self {
                Self::Shipped(dispatch) | Self::DeliveryFailed { dispatch, reason: _ } => Self::Lost(dispatch),
                other => other,
            },
            FulfillmentEvent::ShipmentOverdue { at } => {
                self.change(|pending| Pending { overdue_since: pending.overdue_since.or(Some(at)), ..pending })
            }
        }
    }

    fn shipped(self, lines: Vec<FulfillmentLine>, shipment: Shipment) -> Self {
        match self {
            Self::InProgress(Pending { parcel, .. })
            | Self::DeliveryFailed { dispatch: Dispatch { parcel, .. }, reason: _ } => {
                Self::Shipped(Dispatch { parcel: Parcel { lines, ..parcel }, shipment })
            }
            other => other,
        }
    }

    fn reduced(self, gone: &[FulfillmentLine]) -> Self {
        let left = |parcel: Parcel| Parcel { lines: line::without(parcel.lines, gone), ..parcel };
        let sent = |Dispatch { parcel, shipment }| Dispatch { parcel: left(parcel), shipment };
        match self {
            Self::Shipped(dispatch) => Self::Shipped(sent(dispatch)),
            Self::DeliveryFailed { dispatch, reason } => Self::DeliveryFailed { dispatch: sent(dispatch), reason },
            other => other.change(|Pending { parcel, overdue_since }| Pending { parcel: left(parcel), overdue_since }),
        }
    }

    /// Changes what has not shipped yet, without a change of state.
    fn change(self, change: impl FnOnce(Pending) -> Pending) -> Self {
        match self {
            Self::Open(pending) => Self::Open(change(pending)),
            Self::OnHold { pending, reason } => Self::OnHold { pending: change(pending), reason },
            Self::InProgress(pending) => Self::InProgress(change(pending)),
            other => other,
        }
    }
}
