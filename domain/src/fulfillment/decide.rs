use crate::{
    Timestamp,
    fulfillment::{
        Dispatch, Fulfillment, FulfillmentAction, FulfillmentCommand, FulfillmentEvent, FulfillmentLine,
        FulfillmentRefusal, Parcel, Shipment, Split, Undelivered, split,
    },
    order::LineUnits,
    text::Reason,
};

type Decision = Result<Vec<FulfillmentEvent>, FulfillmentRefusal>;

/// What follows from a command. No events mean "already so".
pub fn decide(fulfillment: &Fulfillment, command: FulfillmentCommand) -> Decision {
    use Fulfillment::{
        Cancelled, Delivered, DeliveryFailed, InProgress, Lost, OnHold, Open, Returned, Shipped, Unopened,
    };
    match command {
        FulfillmentCommand::Open { parcel, at } => open(fulfillment, parcel, at),
        FulfillmentCommand::Hold { reason, at } => match fulfillment {
            Open(_) => Ok(vec![FulfillmentEvent::FulfillmentHeld { reason, at }]),
            OnHold { pending: _, reason: known } => same(*known == reason, FulfillmentAction::Hold),
            Unopened
            | InProgress(_)
            | Shipped(_)
            | Delivered(_)
            | DeliveryFailed { .. }
            | Cancelled(_)
            | Returned(_)
            | Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::Hold)),
        },
        FulfillmentCommand::ReleaseHold { at } => match fulfillment {
            OnHold { .. } => Ok(vec![FulfillmentEvent::FulfillmentHoldReleased { at }]),
            Open(_) => Ok(vec![]),
            Unopened
            | InProgress(_)
            | Shipped(_)
            | Delivered(_)
            | DeliveryFailed { .. }
            | Cancelled(_)
            | Returned(_)
            | Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::ReleaseHold)),
        },
        FulfillmentCommand::Start { at } => match fulfillment {
            Open(_) => Ok(vec![FulfillmentEvent::FulfillmentStarted { at }]),
            InProgress(_) => Ok(vec![]),
            Unopened
            | OnHold { .. }
            | Shipped(_)
            | Delivered(_)
            | DeliveryFailed { .. }
            | Cancelled(_)
            | Returned(_)
            | Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::Start)),
        },
        FulfillmentCommand::Ship { lines, tracking, carrier, at } => {
            ship(fulfillment, lines.as_deref(), Shipment { tracking, carrier, at })
        }
        FulfillmentCommand::Deliver { at } => match fulfillment {
            Shipped(Dispatch { parcel, shipment }) => {
                after(shipment, at)?;
                Ok(vec![FulfillmentEvent::FulfillmentDelivered { replaces: parcel.replaces, at }])
            }
            Delivered(_) => Ok(vec![]),
            Unopened
            | Open(_)
            | OnHold { .. }
            | InProgress(_)
            | DeliveryFailed { .. }
            | Cancelled(_)
            | Returned(_)
            | Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::Deliver)),
        },
        FulfillmentCommand::RecordDeliveryFailure { reason, at } => match fulfillment {
            Shipped(Dispatch { parcel, shipment }) => {
                after(shipment, at)?;
                Ok(vec![FulfillmentEvent::FulfillmentDeliveryFailed { order: Some(parcel.order), reason, at }])
            }
            DeliveryFailed { dispatch: _, reason: known } => {
                same(*known == reason, FulfillmentAction::RecordDeliveryFailure)
            }
            Unopened
            | Open(_)
            | OnHold { .. }
            | InProgress(_)
            | Delivered(_)
            | Cancelled(_)
            | Returned(_)
            | Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::RecordDeliveryFailure)),
        },
        FulfillmentCommand::Reduce { lines, reason, at } => reduce(fulfillment, &lines, reason, at),
        FulfillmentCommand::Cancel { reason, at } => cancel(fulfillment, reason, at),
        FulfillmentCommand::GiveUp { lines, outcome, reason, at } => {
            give_up(fulfillment, lines.as_deref(), outcome, reason, at)
        }
        FulfillmentCommand::ReportOverdue { at } => match fulfillment {
            Open(pending) | OnHold { pending, reason: _ } | InProgress(pending) => {
                if at < pending.parcel.ship_by {
                    Err(FulfillmentRefusal::NotOverdue { ship_by: pending.parcel.ship_by })
                } else if pending.overdue_since.is_some() {
                    Ok(vec![])
                } else {
                    Ok(vec![FulfillmentEvent::ShipmentOverdue { at }])
                }
            }
            Unopened | Shipped(_) | Delivered(_) | DeliveryFailed { .. } | Cancelled(_) | Returned(_) | Lost(_) => {
                Err(wrong_status(fulfillment, FulfillmentAction::ReportOverdue))
            }
        },
    }
}

/// A repeat is known by everything but the lines: some of them may have been taken out since, or have shipped elsewhere.
fn open(fulfillment: &Fulfillment, parcel: Parcel, at: Timestamp) -> Decision {
    match fulfillment.parcel() {
        None => {
            split(&parcel.lines, &parcel.units())?;
            Ok(vec![FulfillmentEvent::FulfillmentOpened { parcel, at }])
        }
        Some(known) if *known == (Parcel { lines: known.lines.clone(), ..parcel }) => Ok(vec![]),
        Some(_) => Err(FulfillmentRefusal::AlreadyOpened),
    }
}

fn ship(fulfillment: &Fulfillment, part: Option<&[LineUnits]>, shipment: Shipment) -> Decision {
    match fulfillment {
        Fulfillment::Open(pending) => {
            let started = FulfillmentEvent::FulfillmentStarted { at: shipment.at };
            let shipped = shipped(divide(&pending.parcel, part)?.taken, shipment);
            Ok([started].into_iter().chain(shipped).collect())
        }
        Fulfillment::InProgress(pending) => Ok(shipped(divide(&pending.parcel, part)?.taken, shipment)),
        Fulfillment::DeliveryFailed { dispatch, reason: _ } => {
            after(&dispatch.shipment, shipment.at)?;
            let Split { taken, left } = divide(&dispatch.parcel, part)?;
            if left.is_empty() { Ok(shipped(taken, shipment)) } else { Err(FulfillmentRefusal::PartialReshipment) }
        }
        Fulfillment::Shipped(Dispatch { parcel, shipment: known }) => {
            let whole = part.is_none() || divide(parcel, part).is_ok_and(|split| split.left.is_empty());
            let again = known.tracking == shipment.tracking && known.carrier == shipment.carrier;
            same(whole && again, FulfillmentAction::Ship)
        }
        Fulfillment::Unopened
        | Fulfillment::OnHold { .. }
        | Fulfillment::Delivered(_)
        | Fulfillment::Cancelled(_)
        | Fulfillment::Returned(_)
        | Fulfillment::Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::Ship)),
    }
}

/// Times may be stated by whoever reports a step: nothing happens to a parcel at the carrier before the carrier has it.
fn after(shipment: &Shipment, at: Timestamp) -> Result<(), FulfillmentRefusal> {
    if at < shipment.at { Err(FulfillmentRefusal::TooEarly { since: shipment.at }) } else { Ok(()) }
}

fn shipped(lines: Vec<FulfillmentLine>, Shipment { tracking, carrier, at }: Shipment) -> Vec<FulfillmentEvent> {
    vec![FulfillmentEvent::FulfillmentShipped { lines, tracking, carrier, at }]
}

fn reduce(fulfillment: &Fulfillment, part: &[LineUnits], reason: Reason, at: Timestamp) -> Decision {
    match fulfillment {
        Fulfillment::Open(pending) | Fulfillment::OnHold { pending, reason: _ } | Fulfillment::InProgress(pending) => {
            let Split { taken, left } = split(&pending.parcel.lines, part)?;
            Ok(vec![if left.is_empty() {
                FulfillmentEvent::FulfillmentCancelled { replaces: pending.parcel.replaces, reason, at }
            } else {
                FulfillmentEvent::FulfillmentReduced { lines: taken, reason, at }
            }])
        }
        Fulfillment::Unopened
        | Fulfillment::Shipped(_)
        | Fulfillment::Delivered(_)
        | Fulfillment::DeliveryFailed { .. }
        | Fulfillment::Cancelled(_)
        | Fulfillment::Returned(_)
        | Fulfillment::Lost(_) => Err(wrong_status(fulfillment, FulfillmentAction::Reduce)),
    }
}

fn give_up(
    fulfillment: &Fulfillment,
    part: Option<&[LineUnits]>,
    outcome: Undelivered,
    reason: Reason,
    at: Timestamp,
) -> Decision {
    let Some(Dispatch { parcel, shipment: _ }) = fulfillment.under_way() else {
        return match (fulfillment, outcome, part) {
            (Fulfillment::Returned(_), Undelivered::Returned, None)
            | (Fulfillment::Lost(_), Undelivered::Lost, None) => Ok(vec![]),
            (_, _, _) => Err(wrong_status(fulfillment, outcome.action())),
        };
    };
    let Split { taken, left } = divide(parcel, part)?;
    let replaces = parcel.replaces;
    Ok(vec![match outcome {
        _ if !left.is_empty() => FulfillmentEvent::FulfillmentReduced { lines: taken, reason, at },
        Undelivered::Returned => FulfillmentEvent::FulfillmentReturned { replaces, reason, at },
        Undelivered::Lost => FulfillmentEvent::FulfillmentLost { replaces, reason, at },
    }])
}

/// What has left is not cancelled, it is given up. Of what answers a return, that is the same.
fn cancel(fulfillment: &Fulfillment, reason: Reason, at: Timestamp) -> Decision {
    let parcel = match fulfillment {
        Fulfillment::Open(pending) | Fulfillment::OnHold { pending, reason: _ } | Fulfillment::InProgress(pending) => {
            &pending.parcel
        }
        Fulfillment::DeliveryFailed { dispatch, reason: _ } if dispatch.parcel.replaces.is_some() => &dispatch.parcel,
        Fulfillment::Cancelled(_) => return Ok(vec![]),
        Fulfillment::Unopened
        | Fulfillment::Shipped(_)
        | Fulfillment::Delivered(_)
        | Fulfillment::DeliveryFailed { .. }
        | Fulfillment::Returned(_)
        | Fulfillment::Lost(_) => return Err(wrong_status(fulfillment, FulfillmentAction::Cancel)),
    };
    Ok(vec![FulfillmentEvent::FulfillmentCancelled { replaces: parcel.replaces, reason, at }])
}

/// Nothing named is all of it.
fn divide(parcel: &Parcel, part: Option<&[LineUnits]>) -> Result<Split, FulfillmentRefusal> {
    match part {
        None => Ok(Split { taken: parcel.lines.clone(), left: vec![] }),
        Some(part) => split(&parcel.lines, part),
    }
}

fn same(same: bool, action: FulfillmentAction) -> Decision {
    if same { Ok(vec![]) } else { Err(FulfillmentRefusal::RecordedDifferently { action }) }
}

fn wrong_status(fulfillment: &Fulfillment, action: FulfillmentAction) -> FulfillmentRefusal {
    match fulfillment.status() {
        None => FulfillmentRefusal::Unknown,
        Some(status) => FulfillmentRefusal::WrongStatus { action, status },
    }
}
