use std::collections::BTreeMap;

use proptest::prelude::*;

use super::allocation::{lines, rules, shelves};
use crate::{
    allocation::{allocate_by, asks},
    fulfillment::{
        Fulfillment, FulfillmentCommand, FulfillmentEvent, FulfillmentLine, Parcel, Undelivered, Withdrawal, decide,
        plan, split, withdraw,
    },
    order::LineUnits,
    product::ProductKind,
    samples::{at, parcel, parcel_line, parcel_lines, quantity, text},
};

/// Six, four and one unit of three lines.
fn of_three_lines() -> Parcel {
    let lines = vec![
        parcel_line(0, "85123A", ProductKind::Goods, 6),
        parcel_line(2, "71053", ProductKind::Goods, 4),
        parcel_line(3, "POST", ProductKind::Service, 1),
    ];
    Parcel { lines, ..parcel() }
}

fn parts() -> impl Strategy<Value = Vec<LineUnits>> {
    let units = (prop::sample::select(vec![0_u32, 0, 2, 2, 3, 4]), 1..=6_i64);
    prop::collection::vec(units.prop_map(|(line, units)| LineUnits { line, quantity: quantity(units) }), 0..4)
}

pub(super) fn commands() -> impl Strategy<Value = Vec<FulfillmentCommand>> {
    let reason = || prop::sample::select(vec!["address", "weather"]).prop_map(text);
    let tracking = prop::sample::select(vec!["GB-1", "GB-2"]).prop_map(text);
    let command = prop_oneof![
        1 => Just(FulfillmentCommand::Open { parcel: of_three_lines(), at: at(0) }),
        1 => reason().prop_map(|reason| FulfillmentCommand::Hold { reason, at: at(1) }),
        1 => Just(FulfillmentCommand::ReleaseHold { at: at(2) }),
        1 => Just(FulfillmentCommand::Start { at: at(3) }),
        2 => (prop::option::of(parts()), prop::option::of(tracking)).prop_map(|(lines, tracking)| {
            FulfillmentCommand::Ship { lines, tracking, carrier: None, at: at(4) }
        }),
        1 => Just(FulfillmentCommand::Deliver { at: at(5) }),
        1 => reason().prop_map(|reason| FulfillmentCommand::RecordDeliveryFailure { reason, at: at(6) }),
        3 => (parts(), reason())
            .prop_map(|(lines, reason)| FulfillmentCommand::Reduce { lines, reason, at: at(7) }),
        1 => reason().prop_map(|reason| FulfillmentCommand::Cancel { reason, at: at(8) }),
        1 => (prop::option::of(parts()), reason()).prop_map(|(lines, reason)| {
            FulfillmentCommand::GiveUp { lines, outcome: Undelivered::Lost, reason, at: at(8) }
        }),
        1 => (2870..2890_i64).prop_map(|minute| FulfillmentCommand::ReportOverdue { at: at(minute) }),
    ];
    let opened = Just(FulfillmentCommand::Open { parcel: of_three_lines(), at: at(0) });
    (opened, prop::collection::vec(command, 0..20)).prop_map(|(first, mut rest)| {
        rest.insert(0, first);
        rest
    })
}

/// Units by line.
fn count<'a>(lines: impl IntoIterator<Item = &'a FulfillmentLine>) -> BTreeMap<u32, i64> {
    lines.into_iter().fold(BTreeMap::new(), |mut counts, line| {
        *counts.entry(line.line).or_default() += i64::from(line.quantity);
        counts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the rule, however the stock lies.
    #[test]
    fn a_plan_puts_every_unit_into_exactly_one_parcel(shelves in shelves(), lines in lines(), rule in rules()) {
        let Ok(allocations) = allocate_by(&rule, &asks(&lines).unwrap(), |sku| shelves.get(sku), |_| 0) else {
            return Ok(());
        };
        let parcels = plan(&parcel_lines(&lines), &allocations).unwrap();
        let planned = parcels.iter().flat_map(|parcel| &parcel.lines);
        let ordered = (0_u32..).zip(&lines).map(|(number, line)| (number, i64::from(line.quantity)));
        prop_assert_eq!(count(planned.clone()), ordered.collect::<BTreeMap<_, _>>());
        for line in planned {
            let ordered = &lines[usize::try_from(line.line).unwrap()];
            prop_assert_eq!((&line.sku, line.kind), (&ordered.sku, ordered.kind));
        }
        let mut taken = BTreeMap::<_, i64>::new();
        for (number, planned) in (1..).zip(&parcels) {
            let numbers: Vec<u32> = planned.lines.iter().map(|line| line.line).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b) && !numbers.is_empty(), "{:?}", numbers);
            let (location, lines) = (planned.location.clone(), planned.lines.clone());
            let parcel = Parcel { number, location, lines, ..parcel() };
            for allocation in parcel.stock(&parcel.lines) {
                *taken.entry(allocation.stock).or_default() += i64::from(allocation.quantity);
            }
        }
        let allocated = allocations.into_iter().map(|one| (one.stock, i64::from(one.quantity)));
        prop_assert_eq!(taken, allocated.collect::<BTreeMap<_, _>>());
    }

    /// Whatever is cancelled comes out of the parcels with its stock, and nothing else does.
    #[test]
    fn exactly_the_units_that_are_cancelled_come_out_of_the_parcels(
        units in parts(),
        divided in parts(),
        first in prop::option::of(0..3_u32),
    ) {
        let whole = of_three_lines();
        let Ok(cancelled) = split(&whole.lines, &units) else { return Ok(()) };
        let rest = whole.left_behind(&divided, 2).unwrap_or_default();
        let part = split(&whole.lines, &divided).map_or_else(|_| whole.lines.clone(), |split| split.taken);
        let parcels: Vec<Fulfillment> = [Some(Parcel { lines: part, ..whole }), rest]
            .into_iter()
            .flatten()
            .map(|parcel| Fulfillment::default().evolve(FulfillmentEvent::FulfillmentOpened { parcel, at: at(0) }))
            .collect();
        let mut taken = Vec::new();
        for Withdrawal { number, lines, stock } in withdraw(&parcels, &units, first).unwrap() {
            let parcel = parcels.iter().filter_map(Fulfillment::parcel).find(|parcel| parcel.number == number).unwrap();
            let part = split(&parcel.lines, &lines).unwrap().taken;
            prop_assert_eq!(stock, parcel.stock(&part).collect::<Vec<_>>());
            taken.extend(part);
        }
        prop_assert_eq!(count(&taken), count(&cancelled.taken));
    }

    #[test]
    fn a_part_and_the_rest_are_the_whole(part in parts()) {
        let whole = of_three_lines().lines;
        if let Ok(divided) = split(&whole, &part) {
            prop_assert_eq!(count(divided.taken.iter().chain(&divided.left)), count(&whole));
            let named: BTreeMap<u32, i64> = part.iter().map(|part| (part.line, part.quantity.into())).collect();
            prop_assert_eq!(count(&divided.taken), named);
        }
    }

    /// What is in a parcel, what was taken out of it and what was left behind are what was meant for it.
    #[test]
    fn no_sequence_of_commands_loses_or_doubles_a_unit(commands in commands()) {
        let (mut state, mut elsewhere) = (Fulfillment::default(), Vec::new());
        for command in commands {
            let before = state.clone();
            let left = if let Fulfillment::Open(pending) | Fulfillment::InProgress(pending) = &before
                && let FulfillmentCommand::Ship { lines: Some(part), .. } = &command
            {
                pending.parcel.left_behind(part, 2)
            } else {
                Ok(None)
            };
            for event in decide(&state, command).unwrap_or_default() {
                if let FulfillmentEvent::FulfillmentReduced { lines, .. } = &event {
                    elsewhere.extend(lines.clone());
                }
                state = state.evolve(event);
            }
            match (left, state == before) {
                (Ok(left), false) => elsewhere.extend(left.into_iter().flat_map(|parcel| parcel.lines)),
                (Err(_), changed) => prop_assert!(changed, "shipped what cannot be divided"),
                (Ok(_), true) => {}
            }
            let parcel = state.parcel().unwrap();
            prop_assert!(!parcel.lines.is_empty());
            prop_assert_eq!(count(parcel.lines.iter().chain(&elsewhere)), count(&of_three_lines().lines));
        }
    }
}
