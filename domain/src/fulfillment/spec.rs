mod every_pair;
mod lines;
mod plan;
mod replacement;
mod undelivered;
mod withdraw;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    fulfillment::{
        Fulfillment, FulfillmentAction, FulfillmentCommand, FulfillmentEvent, FulfillmentRefusal, FulfillmentStatus,
        Parcel,
    },
    order::LineUnits,
    samples::{at, events::fulfillment_events, order_id, parcel, text, units},
};

fn given(events: Vec<FulfillmentEvent>) -> AggregateTestExecutor<Fulfillment> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<FulfillmentEvent>) -> Fulfillment {
    events.into_iter().fold(Fulfillment::default(), Fulfillment::evolve)
}

fn opened() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentOpened { parcel: parcel(), at: at(5) }
}

fn held() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentHeld { reason: text("address"), at: at(6) }
}

fn started() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentStarted { at: at(8) }
}

fn shipped() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentShipped {
        lines: parcel().lines,
        tracking: Some(text("GB-1")),
        carrier: Some(text("Royal Mail")),
        at: at(60),
    }
}

fn failed() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentDeliveryFailed {
        order: Some(order_id(1)),
        reason: text("nobody at home"),
        at: at(100),
    }
}

fn cancelled() -> FulfillmentEvent {
    FulfillmentEvent::FulfillmentCancelled { replaces: None, reason: text("changed my mind"), at: at(9) }
}

fn overdue() -> FulfillmentEvent {
    FulfillmentEvent::ShipmentOverdue { at: at(2881) }
}

/// The shortest life that ends in a status.
fn life(status: FulfillmentStatus) -> Vec<FulfillmentEvent> {
    let delivered = FulfillmentEvent::FulfillmentDelivered { replaces: None, at: at(90) };
    match status {
        FulfillmentStatus::Open => vec![opened()],
        FulfillmentStatus::OnHold => vec![opened(), held()],
        FulfillmentStatus::InProgress => vec![opened(), started()],
        FulfillmentStatus::Shipped => vec![opened(), started(), shipped()],
        FulfillmentStatus::Delivered => vec![opened(), started(), shipped(), delivered],
        FulfillmentStatus::DeliveryFailed => vec![opened(), started(), shipped(), failed()],
        FulfillmentStatus::Cancelled => vec![opened(), cancelled()],
        FulfillmentStatus::Returned => {
            let returned =
                FulfillmentEvent::FulfillmentReturned { replaces: None, reason: text("refused"), at: at(200) };
            vec![opened(), started(), shipped(), failed(), returned]
        }
        FulfillmentStatus::Lost => {
            let lost = FulfillmentEvent::FulfillmentLost { replaces: None, reason: text("gone"), at: at(200) };
            vec![opened(), started(), shipped(), failed(), lost]
        }
    }
}

fn open(parcel: Parcel) -> FulfillmentCommand {
    FulfillmentCommand::Open { parcel, at: at(5) }
}

fn ship(lines: Option<Vec<LineUnits>>, tracking: &str) -> FulfillmentCommand {
    let (tracking, carrier) = (Some(text(tracking)), Some(text("Royal Mail")));
    FulfillmentCommand::Ship { lines, tracking, carrier, at: at(60) }
}

#[test]
fn a_parcel_with_other_details_is_another_one() {
    for other in [
        Parcel { order: order_id(2), ..parcel() },
        Parcel { number: 2, ..parcel() },
        Parcel { merchant: text("others"), ..parcel() },
        Parcel { customer: None, ..parcel() },
        Parcel { location: Some(text("north")), ..parcel() },
        Parcel { ship_by: at(2881), ..parcel() },
    ] {
        given(vec![opened()]).when(open(other)).then_expect_error(FulfillmentRefusal::AlreadyOpened);
    }
}

#[test]
fn a_parcel_that_has_lost_a_line_is_still_the_one_that_was_opened() {
    let lines = vec![parcel().lines.remove(1)];
    let reduced = FulfillmentEvent::FulfillmentReduced { lines, reason: text("no postage"), at: at(9) };
    given(vec![opened(), reduced]).when(open(parcel())).then_expect_events(vec![]);
}

/// The log holds who is right; a second story must not pass as a repeat of the first.
#[test]
fn what_was_done_is_not_done_otherwise() {
    let hold = FulfillmentCommand::Hold { reason: text("fraud"), at: at(7) };
    let fail = FulfillmentCommand::RecordDeliveryFailure { reason: text("refused"), at: at(101) };
    let other_carrier =
        FulfillmentCommand::Ship { lines: None, tracking: Some(text("GB-1")), carrier: None, at: at(61) };
    for (status, command, action) in [
        (FulfillmentStatus::OnHold, hold, FulfillmentAction::Hold),
        (FulfillmentStatus::Shipped, ship(None, "GB-2"), FulfillmentAction::Ship),
        (FulfillmentStatus::Shipped, other_carrier, FulfillmentAction::Ship),
        (FulfillmentStatus::Shipped, ship(Some(vec![units(0, 6)]), "GB-1"), FulfillmentAction::Ship),
        (FulfillmentStatus::DeliveryFailed, fail, FulfillmentAction::RecordDeliveryFailure),
    ] {
        given(life(status)).when(command).then_expect_error(FulfillmentRefusal::RecordedDifferently { action });
    }
}

#[test]
fn a_parcel_is_overdue_from_the_moment_it_must_have_shipped() {
    let report = |minute| FulfillmentCommand::ReportOverdue { at: at(minute) };
    given(vec![opened()]).when(report(2879)).then_expect_error(FulfillmentRefusal::NotOverdue { ship_by: at(2880) });
    given(vec![opened()])
        .when(report(2880))
        .then_expect_events(vec![FulfillmentEvent::ShipmentOverdue { at: at(2880) }]);
}

#[test]
fn a_parcel_is_reported_as_overdue_once_whatever_becomes_of_it_before_it_ships() {
    for later in [vec![], vec![held()], vec![started()]] {
        given([vec![opened(), overdue()], later].concat())
            .when(FulfillmentCommand::ReportOverdue { at: at(3000) })
            .then_expect_events(vec![]);
    }
}

#[test]
fn a_parcel_that_is_sent_again_has_the_new_tracking() {
    let again = FulfillmentEvent::FulfillmentShipped {
        lines: parcel().lines,
        tracking: Some(text("GB-2")),
        carrier: Some(text("Royal Mail")),
        at: at(60),
    };
    given(life(FulfillmentStatus::DeliveryFailed)).when(ship(None, "GB-2")).then_expect_events(vec![again.clone()]);
    let events = [life(FulfillmentStatus::DeliveryFailed), vec![again]].concat();
    let Fulfillment::Shipped(dispatch) = state(events) else { panic!("not shipped") };
    assert_eq!(dispatch.shipment.tracking, Some(text("GB-2")));
}

#[test]
fn a_parcel_is_known_to_its_end() {
    for status in FulfillmentStatus::ALL {
        let state = state(life(status));
        assert_eq!((state.status(), state.parcel()), (Some(status), Some(&parcel())));
    }
    assert_eq!((Fulfillment::default().status(), Fulfillment::default().parcel()), (None, None));
}

#[test]
fn every_status_reads_back_from_its_own_word() {
    for status in FulfillmentStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    assert!("held".parse::<FulfillmentStatus>().is_err());
}

#[test]
fn each_event_moves_the_states_it_fits_and_no_other() {
    use FulfillmentStatus::{DeliveryFailed, InProgress, OnHold, Open, Shipped};
    for status in [None].into_iter().chain(FulfillmentStatus::ALL.map(Some)) {
        for sample in fulfillment_events() {
            let fits: &[FulfillmentStatus] = match sample.value {
                FulfillmentEvent::FulfillmentOpened { .. } => &[],
                FulfillmentEvent::FulfillmentHeld { .. } | FulfillmentEvent::FulfillmentStarted { .. } => &[Open],
                FulfillmentEvent::FulfillmentHoldReleased { .. } => &[OnHold],
                FulfillmentEvent::FulfillmentShipped { .. } => &[InProgress, DeliveryFailed],
                FulfillmentEvent::FulfillmentDelivered { .. } | FulfillmentEvent::FulfillmentDeliveryFailed { .. } => {
                    &[Shipped]
                }
                FulfillmentEvent::FulfillmentCancelled { .. } => &[Open, OnHold, InProgress, DeliveryFailed],
                FulfillmentEvent::FulfillmentReturned { .. } | FulfillmentEvent::FulfillmentLost { .. } => {
                    &[Shipped, DeliveryFailed]
                }
                FulfillmentEvent::FulfillmentReduced { .. } => &[Open, OnHold, InProgress, Shipped, DeliveryFailed],
                FulfillmentEvent::ShipmentOverdue { .. } => &[Open, OnHold, InProgress],
            };
            let opens = matches!(sample.value, FulfillmentEvent::FulfillmentOpened { .. });
            let expected = status.map_or(opens, |status| fits.contains(&status));
            let before = state(status.map_or_else(Vec::new, life));
            assert_eq!(before.clone().evolve(sample.value) != before, expected, "{status:?} {}", sample.variant);
        }
    }
}

#[test]
fn nothing_happens_to_a_parcel_at_the_carrier_before_the_carrier_has_it() {
    let early = FulfillmentRefusal::TooEarly { since: at(60) };
    let deliver = FulfillmentCommand::Deliver { at: at(59) };
    given(life(FulfillmentStatus::Shipped)).when(deliver).then_expect_error(early.clone());
    let fail = FulfillmentCommand::RecordDeliveryFailure { reason: text("nobody at home"), at: at(59) };
    given(life(FulfillmentStatus::Shipped)).when(fail).then_expect_error(early.clone());
    let again = FulfillmentCommand::Ship { lines: None, tracking: None, carrier: None, at: at(59) };
    given(life(FulfillmentStatus::DeliveryFailed)).when(again).then_expect_error(early);
}
