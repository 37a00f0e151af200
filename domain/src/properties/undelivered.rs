//! An order in several parcels, whatever becomes of them and in whatever order it is given back: no unit is both paid back
//! and on its way, and the order ends by what arrived.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    fulfillment::{
        self, Fulfillment, FulfillmentCommand, FulfillmentEvent, GivenUp, Parcel, Reach, Undelivered, give_up,
        under_way,
    },
    merchant::ReturnWindow,
    order::{self, LineUnits, Order, OrderCommand, OrderEvent, OrderPlaced, OrderStatus, Settlement},
    product::ProductKind,
    samples::{allocation, at, capture, gbp, goods_line, parcel, parcel_line, placed, return_id, text, units},
};

#[derive(Debug, Clone)]
enum Step {
    Ship(u32),
    Deliver(u32),
    Fail(u32),
    /// Whether its units are paid back.
    Lose(u32, bool),
    Replace(u32),
    Ask(u128, i64),
    Let(u128),
    Settle(u128, Reach),
    CancelRest,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let number = || 1..=6_u32;
    let id = || 1..=3_u128;
    let reach = prop::sample::select(vec![Reach::ArrivedFirst, Reach::FailedFirst]);
    let step = prop_oneof![
        6 => number().prop_map(Step::Ship),
        6 => number().prop_map(Step::Deliver),
        4 => number().prop_map(Step::Fail),
        2 => (number(), prop::bool::ANY).prop_map(|(number, paid)| Step::Lose(number, paid)),
        2 => number().prop_map(Step::Replace),
        5 => (id(), 1..=3_i64).prop_map(|(id, units)| Step::Ask(id, units)),
        1 => id().prop_map(Step::Let),
        5 => (id(), reach).prop_map(|(id, reach)| Step::Settle(id, reach)),
        1 => Just(Step::CancelRest),
    ];
    prop::collection::vec(step, 1..60)
}

/// What the engine does, each step whole or not at all.
struct Desk {
    order: Order,
    parcels: BTreeMap<u32, Fulfillment>,
    asked: BTreeMap<u128, i64>,
    owed: i64,
}

/// Six units of one line for 1530 pence, three parcels of two.
fn desk() -> Desk {
    let placed = OrderPlaced {
        lines: vec![goods_line("A", 6)],
        total: gbp(1530),
        allocations: vec![allocation("A@main", 6)],
        ..placed()
    };
    let begun = [
        OrderEvent::OrderPlaced(placed),
        OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 1530)), at: at(1) },
        OrderEvent::ProcessingStarted { parcels: Some(3), at: at(2) },
    ];
    let order = begun.into_iter().fold(Order::default(), Order::evolve);
    let parcels = (1..=3).map(|number| (number, opened(number, 2))).collect();
    Desk { order, parcels, asked: BTreeMap::new(), owed: 0 }
}

fn opened(number: u32, quantity: i64) -> Fulfillment {
    let lines = vec![parcel_line(0, "A", ProductKind::Goods, quantity)];
    let parcel = Parcel { number, lines, ..parcel() };
    Fulfillment::default().evolve(FulfillmentEvent::FulfillmentOpened { parcel, at: at(5) })
}

impl Desk {
    fn on_order(&mut self, command: OrderCommand) -> bool {
        let Ok(events) = order::decide(&self.order, command) else { return false };
        for event in events {
            if let OrderEvent::RefundOwed { part: Some(part), .. } = &event {
                self.owed += part.amount.amount.minor_units();
            }
            if let OrderEvent::OrderCancelled { owed_back: Some(capture), .. } = &event {
                self.owed += capture.amount.amount.minor_units();
            }
            let before = self.order.clone();
            self.order = std::mem::take(&mut self.order).evolve(event);
            assert_ne!(self.order, before, "an event without effect was decided");
        }
        true
    }

    fn on_parcel(&mut self, number: u32, command: FulfillmentCommand) -> bool {
        let parcel = self.parcels.entry(number).or_default();
        let Ok(events) = fulfillment::decide(parcel, command) else { return false };
        let changes = !events.is_empty();
        *parcel = events.into_iter().fold(std::mem::take(parcel), Fulfillment::evolve);
        changes
    }

    fn can(&self, number: u32, command: FulfillmentCommand) -> bool {
        self.parcels
            .get(&number)
            .is_some_and(|parcel| fulfillment::decide(parcel, command).is_ok_and(|news| !news.is_empty()))
    }

    fn units(&self, number: u32) -> Vec<LineUnits> {
        self.parcels[&number].parcel().map(Parcel::units).unwrap_or_default()
    }

    /// Whether none of a parcel's units are asked back.
    fn is_free(&self) -> bool {
        let coming = under_way(self.parcels.values()).get(&0).copied().unwrap_or_default();
        self.order.settled().is_some_and(|settled| settled.arrived(0, coming, None).is_some())
    }

    fn take(&mut self, step: &Step) {
        let reason = || text("x");
        match *step {
            Step::Ship(number) => {
                let ship = FulfillmentCommand::Ship { lines: None, tracking: None, carrier: None, at: at(9) };
                if !self.can(number, ship.clone()) {
                    return;
                }
                if self.parcels[&number].under_way().is_some() {
                    if self.is_free() {
                        self.on_parcel(number, ship);
                    }
                    return;
                }
                let lines = self.units(number);
                let stock = vec![allocation("A@main", lines[0].quantity.into())];
                if self.on_order(OrderCommand::ShipParcel { number, lines, stock, tracking: None, at: at(9) }) {
                    self.on_parcel(number, ship);
                }
            }
            Step::Deliver(number) => {
                let deliver = FulfillmentCommand::Deliver { at: at(9) };
                if self.can(number, deliver.clone()) {
                    assert!(self.on_order(OrderCommand::DeliverParcel { number, at: at(9) }));
                    self.on_parcel(number, deliver);
                }
            }
            Step::Fail(number) => {
                self.on_parcel(number, FulfillmentCommand::RecordDeliveryFailure { reason: reason(), at: at(9) });
            }
            Step::Lose(number, is_paid) => self.lose(number, is_paid),
            Step::Replace(number) => self.replace(number),
            Step::Ask(id, quantity) => {
                let (id_of_it, units, window) = (return_id(id), vec![units(0, quantity)], ReturnWindow::default());
                if !self.asked.contains_key(&id)
                    && self.on_order(OrderCommand::OpenReturn { id: id_of_it, units, window, at: at(9) })
                {
                    self.asked.insert(id, quantity);
                }
            }
            Step::Let(id) => {
                if self.asked.remove(&id).is_some() {
                    let end = OrderCommand::EndReturn { id: return_id(id), exchanged: None, at: at(9) };
                    assert!(self.on_order(end));
                }
            }
            Step::Settle(id, reach) => self.settle(id, reach),
            Step::CancelRest => {
                let cancel = OrderCommand::Cancel { reason: reason(), at: at(9) };
                if self.on_order(cancel) {
                    let numbers: Vec<u32> = self.parcels.keys().copied().collect();
                    for number in numbers {
                        self.on_parcel(number, FulfillmentCommand::Cancel { reason: reason(), at: at(9) });
                    }
                }
            }
        }
    }

    fn lose(&mut self, number: u32, is_paid: bool) {
        let (outcome, at) = (Undelivered::Lost, at(9));
        let lose = FulfillmentCommand::GiveUp { lines: None, outcome, reason: text("x"), at };
        if !self.can(number, lose.clone()) || is_paid && !self.is_free() {
            return;
        }
        if is_paid {
            assert!(self.on_order(OrderCommand::RefundUndelivered { number, units: self.units(number), at }));
        }
        assert!(self.on_order(OrderCommand::GiveUpParcel { number, outcome, at }));
        self.on_parcel(number, lose);
    }

    fn replace(&mut self, number: u32) {
        let at = at(9);
        let lose = FulfillmentCommand::GiveUp { lines: None, outcome: Undelivered::Lost, reason: text("x"), at };
        if !self.can(number, lose.clone()) || !self.is_free() {
            return;
        }
        let units = self.units(number);
        let quantity = units[0].quantity;
        let stock = vec![allocation("A@main", quantity.into())];
        if self.on_order(OrderCommand::ReplaceParcel { number, units, stock, at }) {
            self.on_parcel(number, lose);
            assert!(self.on_order(OrderCommand::OpenParcel { at }));
            let next = self.order.settled().unwrap().parcels.opened;
            self.parcels.insert(next, opened(next, quantity.into()));
        }
    }

    fn settle(&mut self, id: u128, reach: Reach) {
        let Some(quantity) = self.asked.remove(&id) else { return };
        let units = vec![units(0, quantity)];
        let coming = under_way(self.parcels.values()).get(&0).copied().unwrap_or_default();
        let settled = self.order.settled().unwrap();
        let arrived = settled.arrived(0, coming, Some(return_id(id))).unwrap_or_default();
        let given_up = give_up(self.parcels.values(), &units, |_| arrived, reach);
        assert!(self.on_order(OrderCommand::TakeBack { id: return_id(id), units, at: at(9) }));
        for GivenUp { number, lines, is_all } in given_up {
            let (outcome, reason) = (Undelivered::Returned, text("x"));
            let less = FulfillmentCommand::GiveUp { lines: Some(lines), outcome, reason, at: at(9) };
            assert!(self.on_parcel(number, less));
            if is_all {
                assert!(self.on_order(OrderCommand::GiveUpParcel { number, outcome, at: at(9) }));
            }
        }
    }

    fn count(&self, counts: impl Fn(&Fulfillment) -> bool) -> i64 {
        let parcels = self.parcels.values().filter(|parcel| counts(parcel)).filter_map(Fulfillment::parcel);
        parcels.flat_map(|parcel| &parcel.lines).map(|line| i64::from(line.quantity)).sum()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let status = self.order.status().unwrap();
        if status == OrderStatus::Cancelled {
            prop_assert_eq!(self.owed, 1530);
            return Ok(());
        }
        let settled = self.order.settled().unwrap();
        prop_assert_eq!(self.owed + settled.kept().minor_units(), 1530);
        let paid_for = i64::from(settled.terms.book.open(0));
        prop_assert_eq!(self.owed, (6 - paid_for) * 255);
        let coming = self.count(|parcel| parcel.under_way().is_some());
        let waiting = self.count(|parcel| parcel.pending().is_some());
        prop_assert!(coming + waiting <= paid_for, "{coming} and {waiting} of {paid_for} paid for");
        let sent = i64::from(settled.terms.book.sent(0));
        prop_assert_eq!(sent + waiting, paid_for);
        prop_assert_eq!(waiting == 0, status != OrderStatus::Processing);
        // What neither arrived nor is awaited any more has ended the order.
        if waiting == 0 && coming == 0 && self.asked.is_empty() {
            let arrived = self.count(|parcel| matches!(parcel, Fulfillment::Delivered(_))) > 0;
            let expected = if arrived { OrderStatus::Delivered } else { OrderStatus::Completed };
            prop_assert_eq!(status, expected);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_unit_is_paid_back_and_on_its_way_and_the_order_ends_by_what_arrived(steps in steps()) {
        let mut desk = desk();
        for step in steps {
            desk.take(&step);
            desk.check()?;
        }
        for id in desk.asked.keys().copied().collect::<Vec<_>>() {
            desk.settle(id, Reach::FailedFirst);
            desk.check()?;
        }
        for number in desk.parcels.keys().copied().collect::<Vec<_>>() {
            desk.take(&Step::Ship(number));
            desk.take(&Step::Deliver(number));
            desk.check()?;
        }
        let status = desk.order.status().unwrap();
        prop_assert!(
            [OrderStatus::Delivered, OrderStatus::Completed, OrderStatus::Cancelled].contains(&status),
            "{status}"
        );
        let stored = serde_json::to_string(&desk.order).unwrap();
        prop_assert_eq!(serde_json::from_str::<Order>(&stored).unwrap(), desk.order);
    }
}
