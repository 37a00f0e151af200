//! Exchanges of one order in any order of their steps, some of them twice: every piece is somewhere, nobody has both goods
//! and money, and all of them end.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    allocation::{Ask, Shelf, allocate},
    fulfillment::{
        self, Fulfillment, FulfillmentCommand, FulfillmentLine, Parcel, RecalledFrom, ReplacementFate, plan, recall,
        replacement_fate,
    },
    merchant::ReturnWindow,
    order::{self, Allocation, Exchanged, Order, OrderCommand, OrderEvent, PlaceOrder},
    product::{Product, ProductKind},
    returns::{self, Owed, Replacement, Return, ReturnCommand, ReturnKind, ReturnTerms, check_replacement, restocked},
    samples::{
        allocation, at, bare_address, gbp, goods_line, inspected, listing, order_id, place, quantity, return_id,
        return_terms, text, units,
    },
    stock::{self, Stock, StockCommand, StockEvent, StockId},
    text::Sku,
};

#[derive(Debug, Clone)]
enum Step {
    Ask { id: u128, units: i64, goods: Vec<(&'static str, i64)> },
    Advance { id: u128 },
    Inspect { id: u128, restock: u32, missing: u32 },
    Settle { id: u128 },
    Ship { number: u32, part: Option<i64> },
    Deliver { number: u32 },
    Fail { number: u32 },
    Cancel { number: u32 },
    Adjust { stock: &'static str, change: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = || 1..=3_u128;
    let number = || 1..=5_u32;
    let goods = prop::collection::vec((prop::sample::select(vec!["A", "B", "C"]), 1..=3_i64), 1..3);
    let stock = prop::sample::select(vec!["A@main", "B@main", "B@north", "C@north"]);
    let step = prop_oneof![
        3 => (id(), 1..=3_i64, goods).prop_map(|(id, units, goods)| Step::Ask { id, units, goods }),
        9 => id().prop_map(|id| Step::Advance { id }),
        5 => (id(), 0..=3_u32, prop::bool::weighted(0.1))
            .prop_map(|(id, restock, missing)| Step::Inspect { id, restock, missing: missing.into() }),
        3 => id().prop_map(|id| Step::Settle { id }),
        3 => (number(), prop::option::of(1..=2_i64)).prop_map(|(number, part)| Step::Ship { number, part }),
        3 => number().prop_map(|number| Step::Deliver { number }),
        2 => number().prop_map(|number| Step::Fail { number }),
        2 => number().prop_map(|number| Step::Cancel { number }),
        2 => (stock, -3..=3_i64).prop_map(|(stock, change)| Step::Adjust { stock, change }),
    ];
    prop::collection::vec(step, 1..120)
}

/// Where the pieces of a SKU are that are not on a shelf.
#[derive(Debug, Default, Clone, Copy)]
struct Away {
    customer: i64,
    sent_in: i64,
    gone: i64,
}

/// What the engine does, each step whole or not at all, for one order that has arrived.
struct Desk {
    order: Order,
    shelves: BTreeMap<Sku, Shelf>,
    returns: BTreeMap<u128, Return>,
    parcels: BTreeMap<u32, Fulfillment>,
    away: BTreeMap<Sku, Away>,
    supply: BTreeMap<Sku, i64>,
    owed: i64,
}

impl Desk {
    /// Four of `A`, six of `B` at two locations, three of `C`; and four more of `A` are with the customer.
    fn open() -> Self {
        let place = PlaceOrder {
            lines: vec![goods_line("A", 4)],
            total: gbp(1020),
            allocations: vec![allocation("A@main", 4)],
            ..place()
        };
        let mut desk = Self {
            order: Order::Unplaced,
            shelves: BTreeMap::new(),
            returns: BTreeMap::new(),
            parcels: BTreeMap::new(),
            away: BTreeMap::from([(text("A"), Away { customer: 4, ..Away::default() })]),
            supply: BTreeMap::from([(text("A"), 4)]),
            owed: 0,
        };
        for command in [
            OrderCommand::Place(place),
            OrderCommand::RecordPayment { reference: text("tx-1"), amount: gbp(1020), tender: None, at: at(1) },
            OrderCommand::StartProcessing { parcels: None, at: at(2) },
            OrderCommand::Ship { tracking: None, at: at(3) },
            OrderCommand::Deliver { at: at(4) },
        ] {
            desk.on_order(command);
        }
        for (stock, pieces) in [("A@main", 4), ("B@main", 3), ("B@north", 3), ("C@north", 3)] {
            desk.adjust(stock, pieces);
        }
        desk
    }

    fn on_order(&mut self, command: OrderCommand) {
        for event in order::decide(&self.order, command).unwrap() {
            if let OrderEvent::RefundOwed { part: Some(part), .. } = &event {
                self.owed += part.amount.amount.minor_units();
            }
            self.order = std::mem::take(&mut self.order).evolve(event);
        }
    }

    fn on_stock(&mut self, id: &StockId, command: StockCommand) -> Vec<StockEvent> {
        let shelf = self.shelves.entry(id.sku.clone()).or_default();
        let stock = shelf.entry(id.location.clone()).or_default();
        let events = stock::decide(stock, command).unwrap();
        for event in &events {
            stock.evolve(event);
        }
        events
    }

    fn on_return(&mut self, id: u128, command: ReturnCommand) {
        let known = self.returns.entry(id).or_default();
        for event in returns::decide(known, command).unwrap() {
            *known = std::mem::take(known).evolve(event);
        }
    }

    /// Whether it agreed.
    fn on_parcel(&mut self, number: u32, command: FulfillmentCommand) -> bool {
        let Some(parcel) = self.parcels.get_mut(&number) else { return false };
        let Ok(events) = fulfillment::decide(parcel, command) else { return false };
        for event in events {
            *parcel = std::mem::take(parcel).evolve(event);
        }
        true
    }

    fn away(&mut self, sku: &Sku) -> &mut Away {
        self.away.entry(sku.clone()).or_default()
    }

    fn adjust(&mut self, stock: &str, change: i64) {
        let id: StockId = text(stock);
        let known = self.shelves.entry(id.sku.clone()).or_default().entry(id.location.clone()).or_default();
        let adjust = StockCommand::Adjust { change, reason: text("counted"), at: at(0) };
        if stock::decide(known, adjust.clone()).is_ok() {
            self.on_stock(&id, adjust);
            *self.supply.entry(id.sku).or_default() += change;
        }
    }

    fn ask(&mut self, id: u128, of: i64, goods: Vec<(&'static str, i64)>) {
        let replacement = goods.into_iter().map(|(sku, of)| Replacement { sku: text(sku), quantity: quantity(of) });
        let kind = ReturnKind::Exchange { replacement: replacement.collect() };
        let mut terms = ReturnTerms { order: order_id(1), requested_at: at(0), ..return_terms(kind) };
        terms.units.truncate(1);
        terms.units[0].quantity = quantity(of);
        let open = OrderCommand::OpenReturn {
            id: return_id(id),
            units: terms.line_units(),
            window: ReturnWindow::default(),
            at: at(10_000),
        };
        let product = Product::Listed(listing(255));
        let sold = self.order.terms().unwrap();
        if self.returns.contains_key(&id)
            || order::decide(&self.order, open.clone()).is_err()
            || check_replacement(sold, &terms, |_| Some(&product)).is_err()
        {
            return;
        }
        self.on_return(id, ReturnCommand::Request { terms });
        self.on_order(open);
    }

    fn advance(&mut self, id: u128) {
        let address = Some(bare_address());
        let approve = ReturnCommand::Approve { return_address: address, actor: text("x"), at: at(1) };
        match self.returns.get(&id) {
            Some(Return::Requested { .. }) => self.on_return(id, approve),
            Some(Return::Approved { terms, .. }) => {
                let pieces = i64::from(terms.units[0].quantity);
                let away = self.away(&text("A"));
                away.customer -= pieces;
                away.sent_in += pieces;
                self.on_return(id, ReturnCommand::RecordInTransit { tracking: None, at: at(2) });
            }
            Some(Return::InTransit { .. }) => self.on_return(id, ReturnCommand::Receive { at: at(3) }),
            _ => {}
        }
    }

    fn inspect(&mut self, id: u128, restock: u32, missing: u32) {
        let Some(Return::Received(terms)) = self.returns.get(&id).cloned() else { return };
        let all = terms.units[0].quantity.units();
        let missing = missing.min(all);
        let restock = restock.min(all - missing);
        let found = vec![inspected(0, restock, all - missing - restock, missing)];
        self.on_return(id, ReturnCommand::Inspect { inspected: found.clone(), location: None, at: at(4) });
        let away = self.away(&text("A"));
        away.sent_in -= i64::from(all);
        away.gone += i64::from(all - restock);
        let owed = self.returns[&id].to_settle().unwrap();
        self.on_return(id, ReturnCommand::Resolve { refunds: vec![], at: at(5) });
        match owed {
            Owed::Replacement { lines } => match self.had(&lines) {
                Some(found) => self.send(id, &lines, &found),
                None => self.pay_back(id),
            },
            Owed::Refund { units } => {
                self.on_order(OrderCommand::TakeBack { id: return_id(id), units, at: at(5) });
                self.on_return(id, ReturnCommand::Close { at: at(5) });
            }
            Owed::Nothing => self.on_return(id, ReturnCommand::Close { at: at(5) }),
        }
        for units in restocked(&found) {
            let restock = StockCommand::Restock { order: order_id(1), quantity: units.quantity, at: at(5) };
            self.on_stock(&text("A@main"), restock);
        }
    }

    fn had(&self, lines: &[Replacement]) -> Option<Vec<Allocation>> {
        let ask = |goods: &Replacement| (goods.sku.clone(), Ask { quantity: goods.quantity, lines: vec![] });
        allocate(&lines.iter().map(ask).collect(), |sku| self.shelves.get(sku)).ok()
    }

    fn send(&mut self, id: u128, lines: &[Replacement], found: &[Allocation]) {
        for Allocation { stock, quantity } in found {
            self.on_stock(stock, StockCommand::Extend { order: order_id(1), quantity: *quantity });
        }
        let packed = |(line, goods): (u32, &Replacement)| FulfillmentLine {
            line,
            sku: goods.sku.clone(),
            kind: ProductKind::Goods,
            quantity: goods.quantity,
        };
        let packed: Vec<_> = (0..).zip(lines).map(packed).collect();
        for planned in plan(&packed, found).unwrap() {
            self.open_parcel(Parcel {
                location: planned.location,
                lines: planned.lines,
                replaces: Some(return_id(id)),
                ..crate::samples::parcel()
            });
        }
    }

    fn open_parcel(&mut self, parcel: Parcel) {
        self.on_order(OrderCommand::OpenParcel { at: at(6) });
        let number = self.order.settled().unwrap().parcels.opened;
        self.parcels.insert(number, Fulfillment::default());
        assert!(self.on_parcel(number, FulfillmentCommand::Open { parcel: Parcel { number, ..parcel }, at: at(6) }));
    }

    fn ship(&mut self, number: u32, part: Option<i64>) {
        let Some(pending) = self.parcels.get(&number).and_then(|parcel| parcel.pending().cloned()) else {
            let again = FulfillmentCommand::Ship { lines: None, tracking: None, carrier: None, at: at(7) };
            self.on_parcel(number, again);
            return;
        };
        let parcel = pending.parcel;
        let first = &parcel.lines[0];
        let lines = part.filter(|part| quantity(*part) < first.quantity).map(|part| vec![units(first.line, part)]);
        let rest = lines.as_ref().and_then(|part| parcel.left_behind(part, 0).unwrap());
        let ship = FulfillmentCommand::Ship { lines, tracking: None, carrier: None, at: at(7) };
        assert!(self.on_parcel(number, ship));
        for Allocation { stock, quantity } in self.stock_of(number) {
            self.on_stock(&stock, StockCommand::ConsumePart { order: order_id(1), quantity });
        }
        if let Some(rest) = rest {
            self.open_parcel(rest);
        }
    }

    fn stock_of(&self, number: u32) -> Vec<Allocation> {
        let parcel = self.parcels[&number].parcel().unwrap();
        parcel.stock(&parcel.lines).collect()
    }

    fn deliver(&mut self, number: u32) {
        if matches!(self.parcels.get(&number), Some(Fulfillment::Shipped(_))) {
            assert!(self.on_parcel(number, FulfillmentCommand::Deliver { at: at(8) }));
            for Allocation { stock, quantity } in self.stock_of(number) {
                self.away(&stock.sku).customer += i64::from(quantity);
            }
        }
    }

    fn cancel(&mut self, number: u32) {
        let Some(id) = self.parcels.get(&number).and_then(|parcel| parcel.parcel()?.replaces) else { return };
        let Some(recalled) = recall(self.parcels.values(), id) else { return };
        for parcel in recalled {
            for Allocation { stock, quantity } in parcel.stock {
                let back = match parcel.from {
                    RecalledFrom::Stock => StockCommand::ReleasePart { order: order_id(1), quantity },
                    RecalledFrom::Customer => StockCommand::Restock { order: order_id(1), quantity, at: at(9) },
                };
                self.on_stock(&stock, back);
            }
            let cancel = FulfillmentCommand::Cancel { reason: text("x"), at: at(9) };
            assert!(self.on_parcel(parcel.number, cancel));
        }
    }

    /// What the saga asks for: at any time, and as often as it likes.
    fn settle(&mut self, id: u128) {
        let Some(Return::Resolving { owed: Owed::Replacement { .. }, .. }) = self.returns.get(&id) else { return };
        match replacement_fate(self.parcels.values(), return_id(id)) {
            ReplacementFate::UnderWay => {}
            ReplacementFate::Arrived => {
                let exchanged = Some(Exchanged::ForOthers);
                self.on_order(OrderCommand::EndReturn { id: return_id(id), exchanged, at: at(9) });
                self.on_return(id, ReturnCommand::Close { at: at(9) });
            }
            ReplacementFate::GivenUp => self.pay_back(id),
        }
    }

    fn pay_back(&mut self, id: u128) {
        let units = self.returns[&id].terms().unwrap().line_units();
        self.on_order(OrderCommand::TakeBack { id: return_id(id), units, at: at(9) });
        self.on_return(id, ReturnCommand::GiveUpReplacement { refunds: vec![], at: at(9) });
        self.on_return(id, ReturnCommand::Close { at: at(9) });
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Ask { id, units, goods } => self.ask(id, units, goods),
            Step::Advance { id } => self.advance(id),
            Step::Inspect { id, restock, missing } => self.inspect(id, restock, missing),
            Step::Settle { id } => self.settle(id),
            Step::Ship { number, part } => self.ship(number, part),
            Step::Deliver { number } => self.deliver(number),
            Step::Fail { number } => {
                let fail = FulfillmentCommand::RecordDeliveryFailure { reason: text("nobody at home"), at: at(8) };
                self.on_parcel(number, fail);
            }
            Step::Cancel { number } => self.cancel(number),
            Step::Adjust { stock, change } => self.adjust(stock, change),
        }
    }

    /// Every piece that ever came is on a shelf, in a parcel, with the customer, on its way back, or gone for good.
    fn every_piece_is_somewhere(&self) -> Result<(), TestCaseError> {
        for (sku, supply) in &self.supply {
            let shelf: i64 = self.shelves.get(sku).into_iter().flatten().map(|(_, stock)| stock.on_hand()).sum();
            let packed: i64 = self.parcels.keys().map(|number| self.packed(*number, sku)).sum();
            let Away { customer, sent_in, gone } = self.away.get(sku).copied().unwrap_or_default();
            prop_assert_eq!(shelf + packed + customer + sent_in + gone, *supply, "{}", sku);
        }
        Ok(())
    }

    fn packed(&self, number: u32, sku: &Sku) -> i64 {
        let parcel = &self.parcels[&number];
        if matches!(
            parcel,
            Fulfillment::Delivered(_) | Fulfillment::Cancelled(_) | Fulfillment::Returned(_) | Fulfillment::Lost(_)
        ) {
            return 0;
        }
        let of_it = |line: &&FulfillmentLine| line.sku == *sku;
        parcel.parcel().unwrap().lines.iter().filter(of_it).map(|line| i64::from(line.quantity)).sum()
    }

    /// The money of a return and goods for it never go out both, and what is kept of the money is what was not paid back.
    fn nobody_has_both(&self) -> Result<(), TestCaseError> {
        for (id, known) in &self.returns {
            let sent = self.parcels.values().filter(|parcel| {
                let answers = parcel.parcel().is_some_and(|parcel| parcel.replaces == Some(return_id(*id)));
                answers && !matches!(parcel, Fulfillment::Cancelled(_))
            });
            let paid = match known {
                Return::Resolving { owed, .. } | Return::Closed { owed, .. } => matches!(owed, Owed::Refund { .. }),
                _ => false,
            };
            prop_assert!(!paid || sent.count() == 0, "return {id} has the money and goods");
        }
        let kept = self.order.settled().unwrap().kept().minor_units();
        prop_assert_eq!(1020 - self.owed, kept);
        Ok(())
    }

    /// Everybody does what is theirs to do: what could not be delivered is given up where nothing else of it has left.
    fn finish(&mut self) {
        for id in 1..=3 {
            for _ in 0..3 {
                self.advance(id);
            }
            self.inspect(id, 1, 0);
        }
        let numbers: Vec<u32> = self.parcels.keys().copied().collect();
        for number in numbers {
            if matches!(self.parcels[&number], Fulfillment::DeliveryFailed { .. }) {
                self.cancel(number);
            }
            self.ship(number, None);
            self.deliver(number);
        }
        for id in 1..=3 {
            self.settle(id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_exchange_ends_with_its_goods_or_with_the_money_and_no_piece_is_lost(steps in steps()) {
        let mut desk = Desk::open();
        for step in steps {
            desk.take(step);
            desk.every_piece_is_somewhere()?;
            desk.nobody_has_both()?;
        }
        desk.finish();
        desk.every_piece_is_somewhere()?;
        desk.nobody_has_both()?;
        for (id, known) in &desk.returns {
            prop_assert!(matches!(known, Return::Closed { .. }), "return {id} has not ended: {known:?}");
        }
        let stocks: Vec<&Stock> = desk.shelves.values().flat_map(|shelf| shelf.values()).collect();
        prop_assert!(stocks.iter().all(|stock| stock.open_reservations() == 0), "stock is held for nobody");
    }
}
