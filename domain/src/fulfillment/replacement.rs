use crate::{fulfillment::Fulfillment, ids::ReturnId, order::Allocation};

/// What has become of the goods that answer a return, over all their parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacementFate {
    /// Some of them have neither arrived nor been given up.
    UnderWay,
    /// All of them are with the customer.
    Arrived,
    /// None of them will come.
    GivenUp,
}

/// One parcel of a replacement that is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// Its number within the order.
    pub number: u32,
    /// What is in it.
    pub stock: Vec<Allocation>,
    /// Where its pieces are.
    pub from: RecalledFrom,
}

/// How far a parcel has come that is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecalledFrom {
    /// It has not left: its pieces are deducted, and released by this.
    Stock,
    /// It was sent and came back undelivered: its pieces are restocked.
    Customer,
}

/// Looks at those of an order's parcels that answer a return. None of them is the same as none that will come. Where some
/// have arrived and the rest was given up, that is all that comes.
pub fn replacement_fate<'a>(parcels: impl IntoIterator<Item = &'a Fulfillment>, id: ReturnId) -> ReplacementFate {
    let mut fate = ReplacementFate::GivenUp;
    for parcel in answering(parcels, id) {
        match parcel {
            Fulfillment::Delivered(_) => fate = ReplacementFate::Arrived,
            Fulfillment::Cancelled(_) | Fulfillment::Returned(_) | Fulfillment::Lost(_) => {}
            Fulfillment::Unopened
            | Fulfillment::Open(_)
            | Fulfillment::OnHold { .. }
            | Fulfillment::InProgress(_)
            | Fulfillment::Shipped(_)
            | Fulfillment::DeliveryFailed { .. } => return ReplacementFate::UnderWay,
        }
    }
    fate
}

/// What gives up all that answers a return; none where some of it is on its way or has arrived, because a customer has the
/// replacement or the money, and never a part of each.
pub fn recall<'a>(parcels: impl IntoIterator<Item = &'a Fulfillment>, id: ReturnId) -> Option<Vec<Recalled>> {
    let mut recalled = Vec::new();
    for parcel in answering(parcels, id) {
        let (parcel, from) = match parcel {
            Fulfillment::Open(pending)
            | Fulfillment::OnHold { pending, reason: _ }
            | Fulfillment::InProgress(pending) => (&pending.parcel, RecalledFrom::Stock),
            Fulfillment::DeliveryFailed { dispatch, reason: _ } => (&dispatch.parcel, RecalledFrom::Customer),
            Fulfillment::Cancelled(_) | Fulfillment::Returned(_) | Fulfillment::Lost(_) | Fulfillment::Unopened => {
                continue;
            }
            Fulfillment::Shipped(_) | Fulfillment::Delivered(_) => return None,
        };
        recalled.push(Recalled { number: parcel.number, stock: parcel.stock(&parcel.lines).collect(), from });
    }
    Some(recalled)
}

fn answering<'a>(
    parcels: impl IntoIterator<Item = &'a Fulfillment>,
    id: ReturnId,
) -> impl Iterator<Item = &'a Fulfillment> {
    parcels.into_iter().filter(move |parcel| parcel.parcel().is_some_and(|parcel| parcel.replaces == Some(id)))
}
