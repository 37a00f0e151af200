//! Parcels, returns, and what is waited for.

use super::reactions;
use crate::{
    event::Event,
    fulfillment::{FulfillmentAction, FulfillmentEvent, FulfillmentRefusal, FulfillmentStatus},
    returns::{ReturnAction, ReturnEvent, ReturnRefusal, ReturnStatus},
    saga::{Action, Reaction, Reactions, Saga, SagaCommand, Timer},
    samples::{
        at,
        events::{fulfillment_events, return_events},
        order_id, quantity, return_id, text,
    },
    stock::{Reservation, StockEvent, StockId},
};

#[test]
fn a_parcel_is_waited_for_until_it_leaves_or_is_cancelled_and_one_that_answers_a_return_is_told_of_at_its_end() {
    let fulfillment = text("ful_00000000000000000000000000000003");
    let timer = Timer::ShipmentDeadline { fulfillment };
    for sample in fulfillment_events() {
        let expected = match &sample.value {
            FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => {
                Some(Reaction::SetTimer { timer, due: parcel.ship_by, repeat: None })
            }
            FulfillmentEvent::FulfillmentShipped { .. } | FulfillmentEvent::FulfillmentCancelled { .. } => {
                Some(Reaction::ClearTimer { timer })
            }
            FulfillmentEvent::FulfillmentHeld { .. }
            | FulfillmentEvent::FulfillmentHoldReleased { .. }
            | FulfillmentEvent::FulfillmentStarted { .. }
            | FulfillmentEvent::FulfillmentDelivered { .. }
            | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
            | FulfillmentEvent::FulfillmentReduced { .. }
            | FulfillmentEvent::FulfillmentReturned { .. }
            | FulfillmentEvent::FulfillmentLost { .. }
            | FulfillmentEvent::ShipmentOverdue { .. } => None,
        };
        let event = Event::Fulfillment(fulfillment, sample.value);
        for saga in Saga::ALL {
            let expected = match (saga, &event) {
                (Saga::Fulfillment, _) => expected.clone(),
                (
                    Saga::Exchange,
                    Event::Fulfillment(
                        _,
                        FulfillmentEvent::FulfillmentDelivered { replaces: Some(id), .. }
                        | FulfillmentEvent::FulfillmentCancelled { replaces: Some(id), .. }
                        | FulfillmentEvent::FulfillmentReturned { replaces: Some(id), .. }
                        | FulfillmentEvent::FulfillmentLost { replaces: Some(id), .. },
                    ),
                ) => Some(SagaCommand::SettleExchange { id: *id }.into()),
                (_, _) => None,
            };
            let expected = expected.into_iter().collect::<Reactions>();
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
    assert_eq!(timer.fired(), Action::Command(SagaCommand::ReportShipmentOverdue { fulfillment }));
}

#[test]
fn a_parcel_that_left_at_the_last_moment_is_not_late_and_nobody_needs_to_know() {
    let report = SagaCommand::ReportShipmentOverdue { fulfillment: text("ful_00000000000000000000000000000003") };
    let status = FulfillmentStatus::Shipped;
    let wrong = FulfillmentRefusal::WrongStatus { action: FulfillmentAction::ReportOverdue, status };
    assert!(report.is_superseded_by_fulfillment(&wrong));
    assert!(!SagaCommand::ExpireOrder { order: order_id(7) }.is_superseded_by_fulfillment(&wrong));
    for refusal in [FulfillmentRefusal::Unknown, FulfillmentRefusal::NotOverdue { ship_by: at(30) }] {
        assert!(!report.is_superseded_by_fulfillment(&refusal), "{refusal}");
    }
}

#[test]
fn a_return_is_waited_for_until_it_is_to_be_answered_and_no_longer_than_it_is() {
    let id = return_id(4);
    let timer = Timer::ReturnReview { id };
    for sample in return_events() {
        let expected: Reactions = match &sample.value {
            ReturnEvent::ReturnRequested(terms) => {
                Reaction::SetTimer { timer, due: terms.review_by, repeat: None }.into()
            }
            ReturnEvent::ReturnApproved { .. }
            | ReturnEvent::ReturnDeclined { .. }
            | ReturnEvent::ReturnCancelled { .. } => Reaction::ClearTimer { timer }.into(),
            ReturnEvent::ReturnEscalated { .. }
            | ReturnEvent::ReturnInTransit { .. }
            | ReturnEvent::ReturnReceived { .. }
            | ReturnEvent::ReturnInspected { .. }
            | ReturnEvent::ReturnResolving { .. }
            | ReturnEvent::ReturnReplacementGivenUp { .. }
            | ReturnEvent::ReturnRefundSettled { .. }
            | ReturnEvent::ReturnClosed { .. } => Reactions::NONE,
        };
        let event = Event::Return(id, sample.value);
        for saga in Saga::ALL {
            let expected = if saga == Saga::Return { expected.clone() } else { Reactions::NONE };
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
    assert_eq!(timer.fired(), Action::Command(SagaCommand::ReviewReturn { id }));
}

/// Who answers at the last moment is not to be answered for: but only that is nobody's concern.
#[test]
fn a_return_that_was_answered_is_not_reviewed_and_nobody_needs_to_know() {
    let wrong =
        ReturnRefusal::WrongStatus { action: ReturnAction::ReportReviewOverdue, status: ReturnStatus::Approved };
    let review = SagaCommand::ReviewReturn { id: return_id(4) };
    assert!(review.is_superseded_by_return(&wrong));
    assert!(!review.is_superseded_by_return(&ReturnRefusal::NotOverdue { review_by: at(30) }));
    let settle = SagaCommand::SettleReturn { refund: text("rfd_00000000000000000000000000000002") };
    assert!(!settle.is_superseded_by_return(&wrong));
}

#[test]
fn what_was_waited_for_is_handed_over_when_it_has_come() {
    let reservation = Reservation { order: order_id(7), quantity: quantity(3) };
    let stock: StockId = text("85123A@main");
    let come = Event::Stock(stock.clone(), StockEvent::BackorderAllocated(reservation));
    let serve = SagaCommand::ServeBackorder { order: order_id(7), stock };
    assert_eq!(serve.subject(), order_id(7).as_uuid(), "a lane of its own would overtake the beginning of the work");
    let mut expected = [const { None }; Saga::ALL.len()];
    expected[1] = Some(serve.into());
    assert_eq!(reactions(&come), expected);
}
