//! Units that are cancelled before an order leaves and units that come back after it has: whatever the sequence, the money
//! adds up.

use proptest::prelude::*;

use crate::{
    merchant::ReturnWindow,
    money::Amount,
    order::{Capture, LineUnits, Order, OrderCommand, OrderEvent, OrderPlaced, PlaceOrder, Settlement, decide},
    pricing::Portion,
    samples::{at, events::priced_placement, gbp, part, place, points, return_id, text, units},
};

#[derive(Debug, Clone)]
enum Step {
    Cancel(i64),
    Leave,
    Complete,
    Open(u128, i64),
    End(u128),
    TakeBack(u128, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}

fn step() -> impl Strategy<Value = Step> {
    let id = || 1..=4_u128;
    prop_oneof![
        2 => (1..4_i64).prop_map(Step::Cancel),
        1 => Just(Step::Leave),
        1 => Just(Step::Complete),
        4 => (id(), 1..5_i64).prop_map(|(id, units)| Step::Open(id, units)),
        1 => id().prop_map(Step::End),
        4 => (id(), 1..5_i64).prop_map(|(id, units)| Step::TakeBack(id, units)),
    ]
}

/// Steps after some of which money is given for nothing.
fn steps_and_gifts() -> impl Strategy<Value = Vec<(Step, Option<i64>)>> {
    prop::collection::vec((step(), prop::option::weighted(0.3, 1..400_i64)), 1..40)
}

fn lines(units_of_it: i64) -> Vec<LineUnits> {
    vec![units(0, units_of_it)]
}

fn commands(step: &Step) -> Vec<OrderCommand> {
    let at = at(9);
    let window = ReturnWindow::default();
    match *step {
        Step::Cancel(units) => {
            vec![OrderCommand::CancelLines { lines: lines(units), stock: vec![], reason: text("x"), at }]
        }
        Step::Leave => vec![OrderCommand::Ship { tracking: None, at }, OrderCommand::Deliver { at }],
        Step::Complete => vec![OrderCommand::Complete { points: Some(points(123)), at }],
        Step::Open(id, units) => {
            vec![OrderCommand::OpenReturn { id: return_id(id), units: lines(units), window, at }]
        }
        Step::End(id) => vec![OrderCommand::EndReturn { id: return_id(id), exchanged: None, at }],
        Step::TakeBack(id, units) => vec![OrderCommand::TakeBack { id: return_id(id), units: lines(units), at }],
    }
}

/// Six units and their postage for 1234 pence and 500 points, taken in two captures or in one.
fn paid(captures: Vec<Capture>) -> Order {
    let OrderPlaced { pricing, limited, .. } = priced_placement();
    let place = PlaceOrder { total: gbp(1234), pricing, limited, ..place() };
    let placed = decide(&Order::Unplaced, OrderCommand::Place(place)).unwrap();
    let settled = OrderEvent::OrderPaid { settlement: Settlement::CapturedInParts(captures), at: at(1) };
    placed
        .into_iter()
        .chain([settled, OrderEvent::ProcessingStarted { parcels: None, at: at(2) }])
        .fold(Order::Unplaced, Order::evolve)
}

/// What falls on the first units of the line, and with all six of them on their postage.
fn frozen(count: u32) -> Portion {
    let pricing = priced_placement().pricing.unwrap();
    let units = pricing.refund_of(0, 0, count).unwrap();
    if count == 6 { units.checked_add(pricing.shipping_portion().unwrap()).unwrap() } else { units }
}

/// What a sequence of steps has given back.
#[derive(Debug, Default)]
struct Back {
    owed: Vec<(Capture, i64)>,
    told: i64,
    units: u32,
    points: u64,
    granted: u64,
    revoked: u64,
    is_over: bool,
}

impl Back {
    fn note(&mut self, event: &OrderEvent) {
        let count = |lines: &[LineUnits]| lines.iter().map(|units| units.quantity.units()).sum::<u32>();
        match event {
            OrderEvent::RefundOwed { capture, part: Some(part), .. } => {
                self.owed.push((capture.clone(), part.amount.amount.minor_units()));
            }
            OrderEvent::OrderLinesCancelled { lines, refund, points, .. } => {
                self.told += refund.amount.minor_units();
                self.units += count(lines);
                self.points += points.map_or(0, crate::points::Points::get);
            }
            OrderEvent::UnitsReturned { lines, refund, points, revoked, .. } => {
                self.told += refund.amount.minor_units();
                self.units += count(lines);
                self.points += points.map_or(0, crate::points::Points::get);
                self.revoked += revoked.map_or(0, crate::points::Points::get);
            }
            OrderEvent::OrderCompleted { points, .. } => self.granted = points.map_or(0, crate::points::Points::get),
            OrderEvent::OrderCancelled { .. } => self.is_over = true,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Never more of a capture than was taken; exactly what was frozen for the units that went back, in whatever order
    /// and grouping; and the points that the money earned go with it.
    #[test]
    fn what_goes_back_is_what_was_frozen_for_the_units(steps in steps(), first in 1..1234_i64) {
        let captures = vec![part("tx-1", first), part("tx-2", 1234 - first)];
        let mut order = paid(captures.clone());
        let mut back = Back::default();
        for command in steps.iter().flat_map(commands) {
            for event in decide(&order, command).unwrap_or_default() {
                back.note(&event);
                let before = order.clone();
                order = order.evolve(event);
                prop_assert_ne!(&order, &before, "an event without effect was decided");
            }
            if back.is_over {
                return Ok(());
            }
            let sum: i64 = back.owed.iter().map(|(_, pence)| pence).sum();
            let frozen = frozen(back.units);
            prop_assert_eq!((sum, back.told), (frozen.payable.minor_units(), frozen.payable.minor_units()));
            prop_assert_eq!(back.points, frozen.points);
            for capture in &captures {
                let of_it: i64 = back.owed.iter().filter(|(of, _)| of == capture).map(|(_, pence)| pence).sum();
                prop_assert!(of_it <= capture.amount.amount.minor_units());
            }
            prop_assert!(back.revoked <= back.granted);
        }
        if let Some(rest) = Amount::try_from(1234 - back.told).ok().filter(|_| back.granted > 0) {
            let Order::Completed(settled) = &order else { panic!("points for {order:?}") };
            prop_assert_eq!(settled.kept(), rest);
        }
        let stored = serde_json::to_string(&order).unwrap();
        prop_assert_eq!(serde_json::from_str::<Order>(&stored).unwrap(), order);
    }

    /// Whatever made it go back.
    #[test]
    fn of_the_points_that_money_earned_stay_those_that_it_would_have_earned_as_far_as_it_is_kept(steps in steps_and_gifts()) {
        let mut order = paid(vec![part("tx-1", 1234)]);
        let mut paid = None;
        for (step, gift) in &steps {
            let gift = gift.map(|pence| OrderCommand::GrantGoodwill { amount: gbp(pence), reason: text("x"), at: at(9) });
            for command in commands(step).into_iter().chain(gift) {
                order = decide(&order, command).unwrap_or_default().into_iter().fold(order, Order::evolve);
                let Order::Completed(settled) = &order else { continue };
                let kept = settled.kept().minor_units();
                let paid = *paid.get_or_insert(kept);
                // No money earns no points.
                if let Some(earned) = (123 * kept).checked_div(paid) {
                    prop_assert_eq!(order.revoked_points(), 123 - u64::try_from(earned).unwrap());
                }
            }
        }
    }
}
