use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    ids::OrderId,
    samples::{at, order_id, quantity, text},
    stock::{MAX_ON_HAND, Reservation, ReservationStage, Stock, StockCommand, StockEvent, decide},
};

/// Few orders and few pieces, so that commands meet; now and then an amount at the edge of what a number can hold.
pub(super) fn commands() -> impl Strategy<Value = Vec<StockCommand>> {
    let order = || (1..=6_u128).prop_map(order_id);
    let change = prop_oneof![
        8 => -12_i64..=12,
        1 => prop::sample::select(vec![MAX_ON_HAND, -MAX_ON_HAND, i64::MIN, i64::MAX, MAX_ON_HAND - 12]),
    ];
    let command = prop_oneof![
        2 => (1..=12_i64).prop_map(|units| StockCommand::Receive { quantity: quantity(units), at: at(0) }),
        2 => change.prop_map(|change| StockCommand::Adjust { change, reason: text("counted"), at: at(1) }),
        3 => (1..=12_i64, prop::collection::vec(order(), 0..5)).prop_map(|(lost, orders)| StockCommand::Short {
            change: -lost,
            orders,
            reason: text("not on the shelf"),
            at: at(1),
        }),
        1 => (order(), 1..=6_i64)
            .prop_map(|(order, units)| StockCommand::BackorderMore { order, quantity: quantity(units) }),
        4 => (order(), 1..=12_i64)
            .prop_map(|(order, units)| StockCommand::Reserve { order, quantity: quantity(units) }),
        3 => (order(), 1..=18_i64)
            .prop_map(|(order, units)| StockCommand::Backorder { order, quantity: quantity(units) }),
        2 => order().prop_map(|order| StockCommand::Release { order }),
        2 => (order(), 1..=6_i64)
            .prop_map(|(order, units)| StockCommand::ReleasePart { order, quantity: quantity(units) }),
        2 => (order(), 1..=6_i64)
            .prop_map(|(order, units)| StockCommand::Extend { order, quantity: quantity(units) }),
        2 => order().prop_map(|order| StockCommand::Commit { order }),
        2 => order().prop_map(|order| StockCommand::Consume { order }),
        2 => (order(), 1..=6_i64)
            .prop_map(|(order, units)| StockCommand::ConsumePart { order, quantity: quantity(units) }),
        1 => (order(), 1..=6_i64)
            .prop_map(|(order, units)| StockCommand::Restock { order, quantity: quantity(units), at: at(2) }),
    ];
    prop::collection::vec(command, 1..80)
}

/// The counts, kept a second time and in the plainest way.
#[derive(Default)]
struct Ledger {
    on_hand: i128,
    reservations: BTreeMap<OrderId, (i128, ReservationStage)>,
    /// In the order of arrival.
    waiting: Vec<(OrderId, i128)>,
}

impl Ledger {
    fn enter(&mut self, event: &StockEvent) {
        match event {
            StockEvent::StockReceived { quantity, .. } | StockEvent::StockRestocked { quantity, .. } => {
                self.on_hand += i128::from(quantity.units());
            }
            StockEvent::StockAdjusted { change, .. } => self.on_hand += i128::from(*change),
            StockEvent::StockReserved(reservation) => {
                let entry = (i128::from(reservation.quantity.units()), ReservationStage::Held);
                assert!(self.reservations.insert(reservation.order, entry).is_none(), "held twice");
            }
            StockEvent::ReservationExtended(reservation) => {
                let entry = self.reservations.entry(reservation.order).or_insert((0, ReservationStage::Committed));
                assert_eq!(entry.1, ReservationStage::Committed, "extended before it was deducted");
                let pieces = i128::from(reservation.quantity.units());
                entry.0 += pieces;
                self.on_hand -= pieces;
            }
            StockEvent::ReservationCommitted(reservation) => {
                let entry = self.reservations.get_mut(&reservation.order).unwrap();
                assert_eq!(*entry, (i128::from(reservation.quantity.units()), ReservationStage::Held));
                entry.1 = ReservationStage::Committed;
                self.on_hand -= entry.0;
            }
            StockEvent::ReservationReleased { reservation, from } => {
                let pieces = self.take(reservation, *from);
                if *from == ReservationStage::Committed {
                    self.on_hand += pieces;
                }
            }
            StockEvent::ReservationConsumed(reservation) => {
                self.take(reservation, ReservationStage::Committed);
            }
            StockEvent::ReservationShorted { reservation, from } => {
                let pieces = self.take(reservation, *from);
                assert!(!self.reservations.contains_key(&reservation.order), "shorted by halves");
                if *from == ReservationStage::Committed {
                    self.on_hand += pieces;
                }
                self.waiting.insert(0, (reservation.order, pieces));
            }
            StockEvent::StockBackordered(reservation) => {
                let pieces = i128::from(reservation.quantity.units());
                match self.place(reservation.order) {
                    Some(place) => self.waiting[place].1 += pieces,
                    None => self.waiting.push((reservation.order, pieces)),
                }
            }
            StockEvent::BackorderAllocated(reservation) => {
                let pieces = i128::from(reservation.quantity.units());
                assert_eq!(self.waiting.remove(0), (reservation.order, pieces), "overtaken, or served by halves");
                let entry = (pieces, ReservationStage::Held);
                assert!(self.reservations.insert(reservation.order, entry).is_none(), "held twice");
            }
            StockEvent::BackorderReleased(reservation) => {
                let place = self.place(reservation.order).unwrap();
                self.waiting[place].1 -= i128::from(reservation.quantity.units());
                assert!(self.waiting[place].1 >= 0, "waits for less than nothing");
                self.waiting.retain(|(_, pieces)| *pieces > 0);
            }
        }
    }

    fn place(&self, order: OrderId) -> Option<usize> {
        self.waiting.iter().position(|(waiting, _)| *waiting == order)
    }

    /// Takes a part of a reservation away.
    fn take(&mut self, part: &Reservation, stage: ReservationStage) -> i128 {
        let entry = self.reservations.get_mut(&part.order).unwrap();
        let pieces = i128::from(part.quantity.units());
        entry.0 -= pieces;
        assert!(entry.0 >= 0 && entry.1 == stage, "more than there is, or of another stage");
        self.reservations.retain(|_, (pieces, _)| *pieces > 0);
        pieces
    }

    fn reserved(&self) -> i128 {
        let held = self.reservations.values().filter(|(_, stage)| *stage == ReservationStage::Held);
        held.map(|(pieces, _)| pieces).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_commands_oversells_or_miscounts(commands in commands()) {
        let (mut stock, mut ledger, mut log) = (Stock::default(), Ledger::default(), Vec::new());
        for command in commands {
            let before = stock.clone();
            let decided = decide(&stock, command).unwrap_or_default();
            for event in decided {
                stock.evolve(&event);
                ledger.enter(&event);
                log.push(event);
                prop_assert!(stock.on_hand() >= stock.reserved() && stock.reserved() >= 0, "{before:?} -> {stock:?}");
            }
            prop_assert_eq!(i128::from(stock.on_hand()), ledger.on_hand);
            prop_assert_eq!(i128::from(stock.reserved()), ledger.reserved());
            prop_assert_eq!(stock.open_reservations(), ledger.reservations.len() + ledger.waiting.len());
            let waiting: Vec<_> = stock.waiting().map(|one| (one.order, i128::from(one.quantity.units()))).collect();
            prop_assert_eq!(&waiting, &ledger.waiting);
            let awaited: i128 = waiting.iter().map(|(_, pieces)| pieces).sum();
            prop_assert_eq!(i128::from(stock.awaited_pieces()), awaited);
            if let Some((first, pieces)) = waiting.first() {
                prop_assert!(*pieces > i128::from(stock.available()), "{first} waits for what is there");
            }
            prop_assert_eq!(stock.available(), stock.on_hand() - stock.reserved());
        }
        let replayed = log.iter().fold(Stock::default(), |mut stock, event| {
            let stored = serde_json::to_string(event).unwrap();
            stock.evolve(&serde_json::from_str(&stored).unwrap());
            stock
        });
        prop_assert_eq!(replayed, stock);
    }

    /// What is available can be reserved to the last piece, and not one more; while somebody waits, nothing can.
    #[test]
    fn exactly_what_is_available_can_be_reserved(commands in commands()) {
        let mut stock = Stock::default();
        for command in commands {
            for event in decide(&stock, command).unwrap_or_default() {
                stock.evolve(&event);
            }
        }
        let reserve = |units: i64| StockCommand::Reserve { order: order_id(99), quantity: quantity(units) };
        if stock.waiting().next().is_some() {
            prop_assert!(decide(&stock, reserve(1)).is_err());
        }
        let available = stock.reservable();
        if (1..1_000_000).contains(&available) {
            prop_assert!(decide(&stock, reserve(available)).is_ok());
            prop_assert!(decide(&stock, reserve(available + 1)).is_err());
        }
    }
}
