//! An order of which parcels do not arrive, or of which some is given back before all of it has left.

use super::{cancel, given, state};
use crate::{
    fulfillment::Undelivered,
    merchant::ReturnWindow,
    order::{
        Exchanged, LineUnits, Order, OrderAction, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus,
        RefundPart, Settlement, decide,
    },
    points::Issuer,
    refund::RefundCause,
    samples::{allocation, at, capture, events::priced_placement, gbp, goods_line, placed, return_id, text, units},
};

/// Two lines, 1530 and 765 pence, in two parcels: six units of the first line, three of the second.
fn working() -> Vec<OrderEvent> {
    let placed = OrderPlaced {
        lines: vec![goods_line("85123A", 6), goods_line("22423", 3)],
        total: gbp(2295),
        allocations: vec![allocation("85123A@main", 6), allocation("22423@north", 3)],
        ..placed()
    };
    vec![
        OrderEvent::OrderPlaced(placed),
        OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 2295)), at: at(1) },
        OrderEvent::ProcessingStarted { parcels: Some(2), at: at(2) },
    ]
}

fn ship(number: u32) -> OrderCommand {
    let (units, stock) = if number == 1 {
        (units(0, 6), allocation("85123A@main", 6))
    } else {
        (units(1, 3), allocation("22423@north", 3))
    };
    OrderCommand::ShipParcel { number, lines: vec![units], stock: vec![stock], tracking: None, at: at(3) }
}

fn deliver(number: u32) -> OrderCommand {
    OrderCommand::DeliverParcel { number, at: at(4) }
}

fn give_up(number: u32) -> OrderCommand {
    OrderCommand::GiveUpParcel { number, outcome: Undelivered::Lost, at: at(5) }
}

fn refund(number: u32, lines: &[(u32, i64)]) -> OrderCommand {
    OrderCommand::RefundUndelivered { number, units: line_units(lines), at: at(5) }
}

fn open(id: u128, lines: &[(u32, i64)]) -> OrderCommand {
    let window = ReturnWindow::default();
    OrderCommand::OpenReturn { id: return_id(id), units: line_units(lines), window, at: at(6) }
}

fn take_back(id: u128, lines: &[(u32, i64)]) -> OrderCommand {
    OrderCommand::TakeBack { id: return_id(id), units: line_units(lines), at: at(7) }
}

fn end(id: u128, exchanged: Option<Exchanged>) -> OrderCommand {
    OrderCommand::EndReturn { id: return_id(id), exchanged, at: at(7) }
}

fn line_units(lines: &[(u32, i64)]) -> Vec<LineUnits> {
    lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect()
}

/// The events that the commands lead to, one after the other.
fn after(events: &[OrderEvent], commands: &[OrderCommand]) -> Vec<OrderEvent> {
    commands.iter().fold(events.to_vec(), |mut events, command| {
        events.extend(decide(&state(events.clone()), command.clone()).unwrap());
        events
    })
}

fn status(events: &[OrderEvent]) -> OrderStatus {
    state(events.to_vec()).status().unwrap()
}

fn kept(events: &[OrderEvent]) -> i64 {
    state(events.to_vec()).settled().unwrap().kept().minor_units()
}

fn names(events: &[OrderEvent]) -> Vec<&'static str> {
    events.iter().map(OrderEvent::name).collect()
}

#[test]
fn units_of_a_parcel_that_is_lost_go_back_and_the_order_ends_by_what_arrived() {
    let sent = after(&working(), &[ship(1), ship(2), deliver(1)]);
    let refunded = OrderEvent::UndeliveredRefunded {
        number: 2,
        lines: line_units(&[(1, 3)]),
        refund: gbp(765),
        points: None,
        left: 6,
        at: at(5),
    };
    let part = Some(RefundPart { amount: gbp(765), number: 1 });
    let cause = RefundCause::Undelivered;
    let owed = OrderEvent::RefundOwed { capture: capture("tx-1", 2295), part, cause, returned: None, at: at(5) };
    given(sent.clone()).when(refund(2, &[(1, 3)])).then_expect_events(vec![refunded.clone(), owed.clone()]);
    let given_up = OrderEvent::ParcelGivenUp { number: 2, outcome: Undelivered::Lost, at: at(5) };
    given([sent.clone(), vec![refunded, owed]].concat())
        .when(give_up(2))
        .then_expect_events(vec![given_up, OrderEvent::OrderDelivered { at: at(5) }]);
    let over = after(&sent, &[refund(2, &[(1, 3)]), give_up(2)]);
    given(over.clone()).when(give_up(2)).then_expect_events(vec![]);
    let wrong = |status| OrderRefusal::WrongStatus { action: OrderAction::GiveUp, status };
    given(over.clone()).when(refund(2, &[(1, 1)])).then_expect_error(wrong(OrderStatus::Delivered));
    given(over).when(give_up(1)).then_expect_error(wrong(OrderStatus::Delivered));
}

/// The last one decides, whether it arrives or not.
#[test]
fn the_order_of_losses_and_arrivals_makes_no_difference() {
    let lost = [refund(2, &[(1, 3)]), give_up(2)];
    let sent = after(&working(), &[ship(1), ship(2)]);
    for steps in [[&[deliver(1)], &lost[..]].concat(), [&lost[..], &[deliver(1)]].concat()] {
        let over = after(&sent, &steps);
        assert_eq!((status(&over), kept(&over)), (OrderStatus::Delivered, 1530));
    }
    let waiting = after(&working(), &[ship(2), lost[0].clone(), lost[1].clone()]);
    assert_eq!(status(&waiting), OrderStatus::Processing);
    let over = after(&waiting, &[ship(1), deliver(1)]);
    assert_eq!((status(&over), kept(&over)), (OrderStatus::Delivered, 1530));
}

#[test]
fn an_order_of_which_nothing_arrived_is_over_when_all_of_it_is_paid_back() {
    let sent = after(&working(), &[ship(1), ship(2), refund(1, &[(0, 6)]), give_up(1)]);
    assert_eq!(status(&sent), OrderStatus::Shipped);
    let over = after(&sent, &[refund(2, &[(1, 3)]), give_up(2)]);
    assert_eq!((status(&over), kept(&over)), (OrderStatus::Completed, 0));
    assert_eq!(
        over.last(),
        Some(&OrderEvent::OrderCompleted { points: None, points_of: Issuer::default(), at: at(5) })
    );
}

/// 1234 pence for six units and their postage.
#[test]
fn postage_goes_back_where_nothing_arrived_or_is_kept_unless_its_seller_keeps_it() {
    let mut events = working();
    let mut placed = priced_placement();
    events[0] = OrderEvent::OrderPlaced(placed.clone());
    events[1] = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 1234)), at: at(1) };
    events[2] = OrderEvent::ProcessingStarted { parcels: Some(1), at: at(2) };
    let part = |number, quantity| OrderCommand::ShipParcel {
        number,
        lines: line_units(&[(0, quantity)]),
        stock: vec![allocation("85123A@main", quantity)],
        tracking: None,
        at: at(3),
    };
    let whole = after(&events, &[part(1, 6), refund(1, &[(0, 6)]), give_up(1)]);
    assert_eq!((status(&whole), kept(&whole)), (OrderStatus::Completed, 0));
    let returned = after(&events, &[part(1, 6), open(4, &[(0, 6)]), take_back(4, &[(0, 6)]), give_up(1)]);
    assert_eq!((status(&returned), kept(&returned)), (OrderStatus::Completed, 0));
    let opened = OrderCommand::OpenParcel { at: at(3) };
    let steps = [part(1, 3), opened, part(2, 3), deliver(1), refund(2, &[(0, 3)]), give_up(2)];
    let came_back = [open(4, &[(0, 3)]), take_back(4, &[(0, 3)])];
    let half = after(&events, &[&steps[..], &came_back[..]].concat());
    assert_eq!((status(&half), kept(&half)), (OrderStatus::Delivered, 0));

    placed.pricing.as_mut().unwrap().shipping.as_mut().unwrap().kept_on_return = true;
    events[0] = OrderEvent::OrderPlaced(placed);
    let half = after(&events, &[&steps[..], &came_back[..]].concat());
    assert_eq!((status(&half), kept(&half)), (OrderStatus::Delivered, 353));
    let whole = after(&events, &[part(1, 6), refund(1, &[(0, 6)]), give_up(1)]);
    assert_eq!((status(&whole), kept(&whole)), (OrderStatus::Completed, 0));
}

#[test]
fn units_that_are_written_off_stay_sold_and_may_be_asked_back_later() {
    let over = after(&working(), &[ship(1), ship(2), deliver(1), give_up(2)]);
    assert_eq!((status(&over), kept(&over)), (OrderStatus::Delivered, 2295));
    let back = after(&over, &[open(4, &[(1, 3)]), take_back(4, &[(1, 3)])]);
    assert_eq!((status(&back), kept(&back)), (OrderStatus::Delivered, 1530));
}

#[test]
fn units_of_a_lost_parcel_that_are_sent_anew_are_shipped_and_arrive_once_more() {
    let sent = after(&working(), &[ship(1), ship(2), deliver(1)]);
    let replace =
        |stock| OrderCommand::ReplaceParcel { number: 2, units: line_units(&[(1, 3)]), stock: vec![stock], at: at(5) };
    given(sent.clone()).when(replace(allocation("22423@west", 2))).then_expect_error(OrderRefusal::OtherStock);
    let opened = OrderCommand::OpenParcel { at: at(5) };
    let again = after(&sent, &[replace(allocation("22423@west", 3)), opened]);
    assert_eq!(status(&again), OrderStatus::Processing);
    let order = state(again.clone());
    assert_eq!(order.settled().unwrap().unshipped_stock(), [allocation("22423@west", 3)]);
    let ship = OrderCommand::ShipParcel {
        number: 3,
        lines: line_units(&[(1, 3)]),
        stock: vec![allocation("22423@west", 3)],
        tracking: None,
        at: at(6),
    };
    let over = after(&again, &[ship, deliver(3)]);
    assert_eq!((status(&over), kept(&over)), (OrderStatus::Delivered, 2295));
    // Or they are cancelled before they leave for the second time.
    let cancelled = after(&again, &[cancel()]);
    assert_eq!((status(&cancelled), kept(&cancelled)), (OrderStatus::Delivered, 1530));
}

#[test]
fn nothing_is_sent_anew_while_the_cancellation_of_the_rest_is_asked_for() {
    let asked = OrderCommand::RequestCancellation { lines: vec![], reason: text("too late"), at: at(5) };
    let asked = after(&working(), &[ship(2), asked]);
    let replace = OrderCommand::ReplaceParcel {
        number: 2,
        units: line_units(&[(1, 3)]),
        stock: vec![allocation("22423@west", 3)],
        at: at(5),
    };
    let refusal = OrderRefusal::WrongStatus { action: OrderAction::SendAnew, status: OrderStatus::Cancelling };
    given(asked.clone()).when(replace).then_expect_error(refusal);
    let lost = after(&asked, &[refund(2, &[(1, 3)]), give_up(2)]);
    assert_eq!(status(&lost), OrderStatus::Cancelling);
    let approved = after(&lost, &[OrderCommand::ApproveCancellation { stock: vec![], at: at(9) }]);
    assert_eq!((status(&approved), kept(&approved)), (OrderStatus::Completed, 0));
}

#[test]
fn what_has_left_can_be_given_back_while_the_rest_is_in_work() {
    let arrived = after(&working(), &[ship(1), deliver(1)]);
    given(arrived.clone()).when(open(4, &[(1, 1)])).then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 0 });
    let back = after(&arrived, &[open(4, &[(0, 2)]), take_back(4, &[(0, 2)])]);
    assert_eq!((status(&back), kept(&back)), (OrderStatus::Processing, 2295 - 510));
    given(back.clone()).when(open(5, &[(0, 5)])).then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 4 });
    // The rest leaves, and is cancelled, as if nothing had come back.
    let over = after(&back, &[ship(2), deliver(2)]);
    assert_eq!((status(&over), kept(&over)), (OrderStatus::Delivered, 2295 - 510));
    let cancelled = after(&back, &[cancel()]);
    assert_eq!((status(&cancelled), kept(&cancelled)), (OrderStatus::Delivered, 1020));
    assert_eq!(
        names(&cancelled[back.len()..]),
        ["OrderLinesCancelled", "RefundOwed", "OrderShipped", "OrderDelivered"]
    );
}

/// It was delivered once, so that it is not cancelled.
#[test]
fn an_order_of_which_all_that_arrived_came_back_ends_with_the_rest() {
    let back = after(&working(), &[ship(1), deliver(1), open(4, &[(0, 6)]), take_back(4, &[(0, 6)])]);
    assert_eq!((status(&back), kept(&back)), (OrderStatus::Processing, 765));
    let cancelled = after(&back, &[cancel()]);
    assert_eq!((status(&cancelled), kept(&cancelled)), (OrderStatus::Delivered, 0));
    let shipped = after(&back, &[ship(2), deliver(2)]);
    assert_eq!((status(&shipped), kept(&shipped)), (OrderStatus::Delivered, 765));
}

#[test]
fn a_return_goes_on_while_the_cancellation_of_the_rest_is_asked_for() {
    let asked = OrderCommand::RequestCancellation { lines: vec![], reason: text("too late"), at: at(5) };
    let asked = after(&working(), &[ship(1), deliver(1), open(4, &[(0, 1)]), asked]);
    let back = after(&asked, &[take_back(4, &[(0, 1)]), open(5, &[(0, 5)]), end(5, None)]);
    assert_eq!((status(&back), kept(&back)), (OrderStatus::Cancelling, 2295 - 255));
    assert!(decide(&state(back), OrderCommand::OpenParcel { at: at(8) }).is_ok());
}

/// Its units came back before they arrived, and other goods are on their way for them.
#[test]
fn an_order_of_which_nothing_arrived_waits_for_what_is_sent_in_exchange() {
    let back = after(&working(), &[ship(1), ship(2), open(4, &[(0, 6), (1, 3)]), give_up(1), give_up(2)]);
    assert_eq!(status(&back), OrderStatus::Shipped);
    for (exchanged, expected) in [(Some(Exchanged::ForTheSame), OrderStatus::Delivered), (None, OrderStatus::Completed)]
    {
        assert_eq!(status(&after(&back, &[end(4, exchanged)])), expected);
    }
    let paid_back = after(&back, &[take_back(4, &[(0, 6), (1, 3)])]);
    assert_eq!((status(&paid_back), kept(&paid_back)), (OrderStatus::Completed, 0));
}

#[test]
fn what_has_arrived_is_told_from_what_is_asked_back_and_what_is_on_its_way() {
    let sent = after(&working(), &[ship(1), ship(2), open(4, &[(0, 2)])]);
    let arrived = |under_way, returned: Option<u128>| {
        let Order::Shipped(settled) = state(sent.clone()) else { panic!("it has not left") };
        settled.arrived(0, under_way, returned.map(return_id))
    };
    assert_eq!(arrived(0, None), Some(4));
    assert_eq!(arrived(4, None), Some(0));
    assert_eq!(arrived(5, None), None);
    assert_eq!(arrived(5, Some(4)), Some(1));
    assert_eq!(arrived(6, Some(5)), None);
}
