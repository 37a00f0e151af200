//! Which callbacks follow from a change, and what goes wrong with them.

use chrono::TimeDelta;
use purser_domain::{Timestamp, money::Amount, text::ExternalReference};

use super::{Book, Callback, Change, Forgery, Record, World};
use crate::gateway::{Capture, GatewayEvent, GatewayPayment, PaymentStatus};

impl Book {
    /// The records of a change: the change, and whoever is to be told of it.
    pub(super) fn change(&self, world: &World, change: Change, payment: GatewayPayment) -> Vec<Record> {
        // What changes was opened before, and so has been counted.
        let changes = self.payments.get(&payment.id).map_or(0, |entry| entry.changes);
        let id = format!("msg_{}_{changes}", payment.id);
        let told = self.callback(world, change, &payment, &id);
        let forged = forged(world, change, &payment, &id);
        let mut records = vec![Record::Changed { change, payment: Box::new(payment) }, told];
        records.extend(forged);
        records
    }

    fn callback(&self, world: &World, change: Change, payment: &GatewayPayment, id: &str) -> Record {
        let World { now, dice, faults, .. } = world;
        if dice.falls(faults.drop_percent, "drop", id) {
            return Record::CallbackDropped { id: id.to_owned() };
        }
        let delayed = dice.falls(faults.delay_percent, "delay", id);
        // Two that wait for each other would both wait in vain.
        let another_waits = self.held.contains(&payment.id);
        let held = !another_waits && dice.falls(faults.reorder_percent, "reorder", id);
        let wait_ms = match (held, delayed) {
            (true, _) => faults.reorder_hold_ms,
            (false, true) => dice.between(faults.delay_min_ms, faults.delay_max_ms, "delay by", id),
            (false, false) => 0,
        };
        Record::CallbackMade(Box::new(Callback {
            id: id.to_owned(),
            payment: payment.id.clone(),
            body: body(change, *now, payment.clone()),
            at: *now,
            due: later(*now, wait_ms),
            times: if dice.falls(faults.repeat_percent, "repeat", id) { 2 } else { 1 },
            delayed: delayed && !held,
            held,
            forgery: None,
        }))
    }
}

/// The callback of somebody who means no good, in addition to the real one. It is sent at once.
fn forged(world: &World, change: Change, payment: &GatewayPayment, id: &str) -> Option<Record> {
    let World { now, dice, faults, .. } = world;
    if !dice.falls(faults.forge_percent, "forge", id) {
        return None;
    }
    let mut lie = payment.clone();
    let (forgery, change) = match dice.between(0, 2, "forge what", id) {
        0 => {
            paid(&mut lie, *now, id);
            (Forgery::Signature, Change::Captured)
        }
        1 => {
            // Ten times as much, or, where that is more than there can be, the least.
            let more = lie.amount.minor_units().checked_mul(10).and_then(|more| Amount::try_from(more).ok());
            let other = more.or_else(|| Amount::try_from(1).ok()).unwrap_or(Amount::ZERO);
            lie.amount = other;
            for capture in &mut lie.captures {
                capture.amount = other;
            }
            (Forgery::Amount, change)
        }
        _ => {
            if let Ok(order) = format!("no-{}", id.replace('.', "_")).parse::<ExternalReference>() {
                lie.order = order;
            }
            (Forgery::Order, change)
        }
    };
    Some(Record::CallbackMade(Box::new(Callback {
        id: format!("{id}_forged"),
        payment: payment.id.clone(),
        body: body(change, *now, lie),
        at: *now,
        due: *now,
        times: 1,
        delayed: false,
        held: false,
        forgery: Some(forgery),
    })))
}

/// What a thief would like the shop to believe.
fn paid(payment: &mut GatewayPayment, at: Timestamp, id: &str) {
    payment.status = PaymentStatus::Captured;
    payment.authorized = payment.amount;
    if let Ok(reference) = format!("{id}_forged").parse() {
        payment.captures = vec![Capture { reference, amount: payment.amount, at }];
    }
}

fn body(change: Change, timestamp: Timestamp, data: GatewayPayment) -> String {
    let event = GatewayEvent { kind: change.event().to_owned(), timestamp, data };
    // Strings, numbers and lists of these always serialize.
    serde_json::to_string(&event).unwrap_or_default()
}

pub(super) fn later(now: Timestamp, millis: u64) -> Timestamp {
    i64::try_from(millis)
        .ok()
        .and_then(TimeDelta::try_milliseconds)
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(Timestamp::MAX_UTC)
}
