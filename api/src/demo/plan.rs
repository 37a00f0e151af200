use std::collections::BTreeMap;

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    address::Address,
    checkout::LineRequest,
    quantity::Quantity,
    text::{InvalidValue, Location, PaymentReference, Reason, Sku, TrackingNumber},
};

use super::catalogue::{self, CURRENCY, MERCHANTS, POSTAGE};
use crate::client::{Listing, Placement};

const ORDERS: u32 = 200;
const DAYS: i64 = 14;
const LOCATIONS: [&str; 2] = ["main", "outlet"];

/// Name, town, postal code, country. The first is the customer that the first customer token is bound to.
const CUSTOMERS: [(&str, &str, &str, &str); 30] = [
    ("Ada Fairweather", "Bristol", "BS1 4DJ", "GB"),
    ("Tomos Bevan", "Cardiff", "CF10 1EP", "GB"),
    ("Isla Macrae", "Inverness", "IV1 1HY", "GB"),
    ("Noah Okafor", "London", "SE15 4QL", "GB"),
    ("Priya Raman", "Leicester", "LE1 5YA", "GB"),
    ("Clara Whitlock", "York", "YO1 7HH", "GB"),
    ("Finn O'Dowd", "Galway", "H91 E2K3", "IE"),
    ("Aoife Brennan", "Cork", "T12 W8KF", "IE"),
    ("Lena Vogt", "Hamburg", "20095", "DE"),
    ("Jonas Petersen", "Kiel", "24103", "DE"),
    ("Camille Moreau", "Lyon", "69002", "FR"),
    ("Hugo Lambert", "Nantes", "44000", "FR"),
    ("Sofie de Wit", "Utrecht", "3511 LX", "NL"),
    ("Marta Nowak", "Krakow", "31-042", "PL"),
    ("Oliver Stead", "Leeds", "LS1 4AP", "GB"),
    ("Grace Adeyemi", "Manchester", "M4 1HQ", "GB"),
    ("Harriet Lowe", "Norwich", "NR2 1AR", "GB"),
    ("Samir Khan", "Bradford", "BD1 1HX", "GB"),
    ("Beatrice Hall", "Exeter", "EX1 1HS", "GB"),
    ("George Penrose", "Truro", "TR1 2QE", "GB"),
    ("Niamh Kelly", "Belfast", "BT1 5GS", "GB"),
    ("Rory Sinclair", "Aberdeen", "AB10 1AB", "GB"),
    ("Elin Berg", "Bergen", "5014", "NO"),
    ("Yuki Tanaka", "Kyoto", "604-8005", "JP"),
    ("Daniel Osei", "Birmingham", "B2 4QA", "GB"),
    ("Megan Price", "Swansea", "SA1 3SN", "GB"),
    ("Victor Lindqvist", "Malmo", "211 22", "SE"),
    ("Alice Turner", "Sheffield", "S1 2HE", "GB"),
    ("Kit Hargreaves", "Liverpool", "L1 8JQ", "GB"),
    ("Rosa Marin", "Valencia", "46002", "ES"),
];

/// Everything that the demo does.
pub(super) struct Plan {
    pub(super) products: Vec<Listing>,
    pub(super) receipts: Vec<Arrival>,
    pub(super) damages: Vec<Damage>,
    pub(super) orders: Vec<PlannedOrder>,
}

pub(super) struct Arrival {
    pub(super) sku: Sku,
    pub(super) location: Location,
    pub(super) quantity: Quantity,
    pub(super) at: Timestamp,
}

pub(super) struct Damage {
    pub(super) sku: Sku,
    pub(super) location: Location,
    pub(super) change: i64,
    pub(super) reason: Reason,
    pub(super) at: Timestamp,
}

pub(super) struct PlannedOrder {
    pub(super) number: u32,
    pub(super) placement: Placement,
    pub(super) payment: PaymentReference,
    pub(super) ending: Ending,
    pub(super) paid_at: Option<Timestamp>,
    pub(super) shipped: Option<(TrackingNumber, Timestamp)>,
    pub(super) delivered_at: Option<Timestamp>,
    pub(super) completed_at: Option<Timestamp>,
}

/// How an order's life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As every merchant hopes, as far as time has allowed.
    Fulfilled,
    /// Nobody has paid yet.
    Unpaid,
    CancelledUnpaid,
    CancelledPaid {
        refunded: bool,
    },
}

/// A linear congruential generator (Knuth's MMIX constants): the same shop every time, without a dependency.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The high bits are the good ones.
        u32::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let sides = u32::try_from(from.len()).ok().filter(|sides| *sides > 0)?;
        from.get(self.roll(sides) as usize)
    }
}

impl Plan {
    /// The shop as it stands at `now`.
    pub(super) fn new(now: Timestamp) -> Result<Self, InvalidValue> {
        let mut dice = Dice(2_010);
        let orders = (0..ORDERS).map(|number| order(number, now, &mut dice)).collect::<Result<Vec<_>, _>>()?;
        let products = catalogue::listings()?;
        let opening = now - TimeDelta::days(DAYS + 1);
        let mut demand = BTreeMap::<&str, i64>::new();
        for line in orders.iter().flat_map(|order| &order.placement.lines) {
            *demand.entry(line.sku.as_str()).or_default() += i64::from(line.quantity);
        }
        let mut receipts = Vec::new();
        for (sku, _, _) in (0..MERCHANTS.len()).flat_map(catalogue::goods) {
            // One shelf alone could serve all orders, so that none of them depends on the order they arrive in.
            let spare = [6, 25, 60, 120][dice.roll(4) as usize];
            let whole = demand.get(sku).copied().unwrap_or_default() + spare;
            for (location, quantity) in LOCATIONS.iter().zip([whole, spare / 3]) {
                receipts.push(Arrival {
                    sku: sku.parse()?,
                    location: location.parse()?,
                    quantity: quantity.try_into()?,
                    at: opening,
                });
            }
        }
        let damages = [
            ("HOME-MUG-SAND", -3, "broken in transit"),
            ("HOME-VASE-TALL", -1, "chipped"),
            ("DESK-INK-MIDNIGHT", -2, "leaked"),
            ("DESK-CARDS", 4, "found at the stocktake"),
        ];
        let damages = damages.into_iter().map(|(sku, change, reason)| {
            let at = now - TimeDelta::days(3);
            Ok(Damage { sku: sku.parse()?, location: LOCATIONS[0].parse()?, change, reason: reason.parse()?, at })
        });
        Ok(Self { products, receipts, damages: damages.collect::<Result<_, InvalidValue>>()?, orders })
    }
}

fn order(number: u32, now: Timestamp, dice: &mut Dice) -> Result<PlannedOrder, InvalidValue> {
    let minutes = i64::from(ORDERS - number) * DAYS * 24 * 60 / i64::from(ORDERS) - i64::from(dice.roll(60));
    let placed_at = now - TimeDelta::minutes(minutes.max(5));
    let ending = ending(number, dice);
    let after = |hours: u32, spread: u32, dice: &mut Dice, from: Timestamp| {
        let at = from + TimeDelta::minutes(i64::from(hours * 60 + dice.roll(spread * 60)));
        Some(at).filter(|at| *at <= now)
    };
    let paid_at = match ending {
        Ending::Fulfilled | Ending::CancelledPaid { .. } => {
            Some((placed_at + TimeDelta::minutes(i64::from(dice.roll(20)) + 1)).min(now))
        }
        Ending::Unpaid | Ending::CancelledUnpaid => None,
    };
    let fulfilled = paid_at.filter(|_| ending == Ending::Fulfilled);
    let shipped_at = fulfilled.and_then(|from| after(14, 20, dice, from));
    let delivered_at = shipped_at.and_then(|from| after(30, 48, dice, from));
    let completed_at = delivered_at.and_then(|from| after(72, 24, dice, from));
    let tracking = || format!("DM{:07}GB", 4_100_000 + number * 37).parse();
    Ok(PlannedOrder {
        number,
        placement: placement(number, placed_at, dice)?,
        payment: format!("demo-card-{number:04}").parse()?,
        ending,
        paid_at,
        shipped: shipped_at.map(|at| tracking().map(|tracking| (tracking, at))).transpose()?,
        delivered_at,
        completed_at,
    })
}

fn ending(number: u32, dice: &mut Dice) -> Ending {
    if number + 8 >= ORDERS {
        return Ending::Unpaid;
    }
    match dice.roll(100) {
        0..5 => Ending::CancelledUnpaid,
        5..9 => Ending::CancelledPaid { refunded: false },
        9..13 => Ending::CancelledPaid { refunded: true },
        _ => Ending::Fulfilled,
    }
}

fn placement(number: u32, placed_at: Timestamp, dice: &mut Dice) -> Result<Placement, InvalidValue> {
    let merchant = usize::from(dice.roll(5) >= 3);
    let mut lines: Vec<LineRequest> = Vec::new();
    for _ in 0..=dice.roll(4) {
        let Some((sku, _, price)) = dice.pick(catalogue::goods(merchant)) else { continue };
        let quantity = i64::from([1, 1, 1, 2, 2, 3, 4, 6][dice.roll(8) as usize]);
        // Now and then somebody has haggled a tenth off.
        let unit_price = if dice.roll(20) == 0 { Some((price * 9 / 10).try_into()?) } else { None };
        lines.push(LineRequest { sku: sku.parse()?, quantity: quantity.try_into()?, unit_price });
    }
    if dice.roll(10) < 7 {
        let postage = POSTAGE[merchant].parse()?;
        lines.push(LineRequest { sku: postage, quantity: 1.try_into()?, unit_price: None });
    }
    let buyer = dice.roll(30) as usize;
    let (name, town, postal_code, country) = CUSTOMERS[buyer];
    let customer = match buyer {
        0 => Some("demo-customer".parse()?),
        // A few buy without an account.
        1..=3 => None,
        known => Some(format!("customer-{}", 1_000 + known).parse()?),
    };
    Ok(Placement {
        customer,
        reference: Some(format!("DEMO-{:04}", number + 1).parse()?),
        currency: CURRENCY.parse()?,
        lines,
        ship_to: Address {
            recipient: name.parse()?,
            lines: vec![format!("{} Mill Lane", 3 + buyer * 4).parse()?],
            city: Some(town.parse()?),
            region: None,
            postal_code: Some(postal_code.parse()?),
            country: country.parse()?,
        },
        placed_at: Some(placed_at),
        coupons: Vec::new(),
        expected_total: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-15T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_same_moment_makes_the_same_shop() {
        let bodies = || -> Vec<String> {
            let orders = Plan::new(now()).unwrap().orders;
            orders.iter().map(|order| serde_json::to_string(&order.placement).unwrap()).collect()
        };
        assert_eq!(bodies(), bodies());
    }

    #[test]
    fn nothing_happens_in_the_future_or_before_its_cause() {
        let plan = Plan::new(now()).unwrap();
        for order in &plan.orders {
            let steps = [
                order.placement.placed_at,
                order.paid_at,
                order.shipped.as_ref().map(|(_, at)| *at),
                order.delivered_at,
                order.completed_at,
            ];
            let times: Vec<Timestamp> = steps.into_iter().flatten().collect();
            assert!(times.is_sorted() && times.iter().all(|at| *at <= now()), "order {}: {times:?}", order.number);
            assert!(times[0] > now() - TimeDelta::days(DAYS + 1));
        }
    }

    #[test]
    fn every_kind_of_ending_is_there_and_every_line_can_be_served() {
        let plan = Plan::new(now()).unwrap();
        for ending in [
            Ending::Fulfilled,
            Ending::Unpaid,
            Ending::CancelledUnpaid,
            Ending::CancelledPaid { refunded: false },
            Ending::CancelledPaid { refunded: true },
        ] {
            assert!(plan.orders.iter().any(|order| order.ending == ending), "{ending:?} is missing");
        }
        assert!(plan.orders.iter().any(|order| order.completed_at.is_some()));
        assert!(plan.orders.iter().any(|order| order.shipped.is_some() && order.delivered_at.is_none()));
        let listed: Vec<&str> = plan.products.iter().map(|product| product.sku.as_str()).collect();
        for line in plan.orders.iter().flat_map(|order| &order.placement.lines) {
            assert!(listed.contains(&line.sku.as_str()));
        }
    }
}
