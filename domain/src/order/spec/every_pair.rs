//! Every status against every command: nothing is left to chance, and nothing is forgotten.

use OrderStatus::{Cancelled, Cancelling, Completed, Delivered, Expired, Paid, PendingPayment, Processing, Shipped};
use Outcome::{AlreadySo, Does, DoesAll, Refused, WrongStatus};

use super::{cancel, cancel_lines, capture_of, given, life, pay, state};
use crate::{
    fulfillment::Undelivered,
    money::{Amount, Money},
    order::{OrderAction, OrderCommand, OrderEvent, OrderRefusal, OrderStatus, decide},
    samples::{Sample, allocation, amount, at, every_variant, gbp, payment_id, place, return_id, text, units},
};

#[derive(Debug, Clone)]
enum Outcome {
    /// The event, and the status after it.
    Does(&'static str, OrderStatus),
    /// The events, and the status after them.
    DoesAll(&'static [&'static str], OrderStatus),
    AlreadySo,
    WrongStatus(OrderAction),
    Refused(OrderRefusal),
}

/// No such order, and then every status in the order of [`OrderStatus::ALL`].
const STATES: usize = OrderStatus::ALL.len() + 1;

fn commands() -> Vec<Sample<OrderCommand>> {
    every_variant!(OrderCommand {
        Place: ["" => OrderCommand::Place(place())],
        RecordPayment: [
            "of the total, by the reference that settled it" => pay("tx-1", 1530),
            "of the total, by another reference" => pay("tx-2", 1530),
            "of less, by another reference" => pay("tx-2", 1529),
            "of nothing" => pay("tx-1", 0),
        ],
        RecordCapture: [
            "of the total" => capture_of("tx-2", 1530),
            "of a part" => capture_of("tx-2", 30),
        ],
        NoteAuthorization: ["" => OrderCommand::NoteAuthorization { payment: payment_id(3), at: at(1) }],
        StartProcessing: ["" => OrderCommand::StartProcessing { parcels: Some(1), at: at(2) }],
        ServeBackorder: [
            "that it does not wait for" => OrderCommand::ServeBackorder { stock: text("85123A@main"), at: at(3) },
        ],
        Short: ["" => OrderCommand::Short { stock: text("85123A@main"), at: at(3) }],
        MoveBackorder: [
            "that it does not wait for" => OrderCommand::MoveBackorder {
                from: text("85123A@main"),
                to: vec![allocation("85123A@north", 6)],
                at: at(3),
            },
        ],
        OpenParcel: ["" => OrderCommand::OpenParcel { at: at(3) }],
        ShipParcel: [
            "" => OrderCommand::ShipParcel {
                number: 1,
                lines: vec![units(0, 6)],
                stock: vec![allocation("85123A@main", 6)],
                tracking: None,
                at: at(3),
            },
        ],
        DeliverParcel: ["" => OrderCommand::DeliverParcel { number: 1, at: at(4) }],
        GiveUpParcel: [
            "" => OrderCommand::GiveUpParcel { number: 1, outcome: Undelivered::Lost, at: at(4) },
        ],
        RefundUndelivered: [
            "" => OrderCommand::RefundUndelivered { number: 1, units: vec![units(0, 2)], at: at(4) },
        ],
        ReplaceParcel: [
            "" => OrderCommand::ReplaceParcel {
                number: 1,
                units: vec![units(0, 6)],
                stock: vec![allocation("85123A@main", 6)],
                at: at(4),
            },
        ],
        Ship: ["" => OrderCommand::Ship { tracking: None, at: at(3) }],
        Deliver: ["" => OrderCommand::Deliver { at: at(4) }],
        Complete: ["" => OrderCommand::Complete { points: None, at: at(5) }],
        Cancel: ["" => cancel()],
        RequestCancellation: [
            "" => OrderCommand::RequestCancellation { lines: vec![], reason: text("ordered twice"), at: at(8) },
        ],
        ApproveCancellation: ["" => OrderCommand::ApproveCancellation { stock: vec![], at: at(9) }],
        CancelLines: ["" => cancel_lines(&[(0, 2)])],
        DeclineCancellation: [
            "" => OrderCommand::DeclineCancellation { reason: text("packed already"), at: at(9) },
        ],
        Reinstate: [
            "by money that is not there" => OrderCommand::Reinstate {
                reference: text("tx-9"),
                allocations: vec![],
                at: at(31),
            },
        ],
        OweLatePayment: [
            "that is not there" => OrderCommand::OweLatePayment { reference: text("tx-9"), at: at(31) },
        ],
        Expire: [
            "within the window" => OrderCommand::Expire { at: at(29) },
            "after the window" => OrderCommand::Expire { at: at(30) },
        ],
        ReleaseReservations: ["" => OrderCommand::ReleaseReservations { at: at(31) }],
        OpenReturn: ["" => super::returns::open(4, &[(0, 2)])],
        EndReturn: ["" => OrderCommand::EndReturn { id: return_id(4), exchanged: None, at: at(9) }],
        GrantGoodwill: [
            "" => OrderCommand::GrantGoodwill { amount: gbp(150), reason: text("it came late"), at: at(9) },
        ],
        ShiftRefund: [
            "of what is not owed" => OrderCommand::ShiftRefund {
                from: text("tx-1"),
                to: payment_id(3),
                amount: amount(150),
                at: at(9),
            },
        ],
        TakeBack: ["" => super::returns::take_back(4, &[(0, 2)])],
    })
}

/// The columns: unplaced, pending payment, paid, processing, cancelling, shipped, delivered, completed, cancelled, expired.
#[expect(clippy::too_many_lines, reason = "one table, with a row for each command")]
fn outcomes(command: &OrderCommand) -> [Outcome; STATES] {
    let no = |action| WrongStatus(action);
    let none = || Refused(OrderRefusal::Unknown);
    match command {
        OrderCommand::Place(_) => {
            let taken = || Refused(OrderRefusal::AlreadyPlaced);
            let first = Does("OrderPlaced", PendingPayment);
            [first, taken(), taken(), taken(), taken(), taken(), taken(), taken(), taken(), taken()]
        }
        OrderCommand::RecordPayment { reference, amount, tender: _, at: _ } => {
            if amount.amount == Amount::ZERO {
                return std::array::from_fn(|_| Refused(OrderRefusal::EmptyPayment));
            }
            let first = if *amount == gbp(1530) {
                Does("OrderPaid", Paid)
            } else {
                Does("PartialPaymentReceived", PendingPayment)
            };
            let known = *reference == text("tx-1");
            let more = |status| if known { AlreadySo } else { Does("SurplusPaymentReceived", status) };
            let cancelled = if known { AlreadySo } else { Does("LatePaymentReceived", Cancelled) };
            let expired = Does("LatePaymentReceived", Expired);
            let [paid, processing, cancelling] = [more(Paid), more(Processing), more(Cancelling)];
            let [shipped, delivered, completed] = [more(Shipped), more(Delivered), more(Completed)];
            [none(), first, paid, processing, cancelling, shipped, delivered, completed, cancelled, expired]
        }
        OrderCommand::RecordCapture { capture, at: _ } => {
            let first = if capture.amount == gbp(1530) {
                Does("OrderPaid", Paid)
            } else {
                Does("PartialPaymentReceived", PendingPayment)
            };
            let more = |status| Does("SurplusPaymentReceived", status);
            let late = |status| Does("LatePaymentReceived", status);
            let [paid, processing, cancelling] = [more(Paid), more(Processing), more(Cancelling)];
            let [shipped, delivered, completed] = [more(Shipped), more(Delivered), more(Completed)];
            let [cancelled, expired] = [late(Cancelled), late(Expired)];
            [none(), first, paid, processing, cancelling, shipped, delivered, completed, cancelled, expired]
        }
        OrderCommand::NoteAuthorization { .. } => {
            let no = || no(OrderAction::Pay);
            let first = Does("AuthorizationReceived", PendingPayment);
            [none(), first, no(), no(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::StartProcessing { .. } => {
            let no = || no(OrderAction::StartProcessing);
            [none(), no(), Does("ProcessingStarted", Processing), AlreadySo, no(), no(), no(), no(), no(), no()]
        }
        // `waiting.rs` tells of one that waits.
        OrderCommand::ServeBackorder { .. } => {
            std::array::from_fn(|column| if column == 0 { none() } else { AlreadySo })
        }
        // The sample order ships whole; `shortage.rs` tells of one that does not.
        OrderCommand::Short { .. } => {
            let no = || no(OrderAction::Short);
            let yes = |status| Does("StockShorted", status);
            [none(), yes(PendingPayment), yes(Paid), no(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::MoveBackorder { .. } => {
            let no = || no(OrderAction::MoveBackorder);
            let none_missing = || Refused(OrderRefusal::NothingShort);
            [none(), none_missing(), none_missing(), none_missing(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::OpenParcel { .. } => {
            let no = || no(OrderAction::OpenParcel);
            let yes = |status| Does("ParcelOpened", status);
            let (shipped, delivered) = (yes(Shipped), yes(Delivered));
            [none(), no(), no(), yes(Processing), yes(Cancelling), shipped, delivered, yes(Completed), no(), no()]
        }
        // The sample order ships whole; `parcels.rs` tells of one that does not.
        OrderCommand::ShipParcel { .. } => {
            let no = || no(OrderAction::Ship);
            [none(), no(), no(), no(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::DeliverParcel { .. } => {
            let no = || no(OrderAction::Deliver);
            [none(), no(), no(), no(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::GiveUpParcel { .. }
        | OrderCommand::RefundUndelivered { .. }
        | OrderCommand::ReplaceParcel { .. } => {
            let no = || no(OrderAction::GiveUp);
            [none(), no(), no(), no(), no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::Ship { .. } => {
            let no = || no(OrderAction::Ship);
            [none(), no(), no(), Does("OrderShipped", Shipped), no(), AlreadySo, no(), no(), no(), no()]
        }
        OrderCommand::Deliver { .. } => {
            let no = || no(OrderAction::Deliver);
            [none(), no(), no(), no(), no(), Does("OrderDelivered", Delivered), AlreadySo, no(), no(), no()]
        }
        OrderCommand::Complete { .. } => {
            let no = || no(OrderAction::Complete);
            [none(), no(), no(), no(), no(), no(), Does("OrderCompleted", Completed), AlreadySo, no(), no()]
        }
        OrderCommand::Cancel { .. } => {
            let no = || no(OrderAction::Cancel);
            let yes = || Does("OrderCancelled", Cancelled);
            [none(), yes(), yes(), yes(), yes(), no(), no(), no(), AlreadySo, no()]
        }
        OrderCommand::RequestCancellation { .. } => {
            let no = || no(OrderAction::Cancel);
            let yes = || Does("CancellationRequested", Cancelling);
            [none(), no(), yes(), yes(), AlreadySo, no(), no(), no(), AlreadySo, no()]
        }
        OrderCommand::ApproveCancellation { .. } => {
            let no = || no(OrderAction::Cancel);
            let yes = Does("OrderCancelled", Cancelled);
            [none(), no(), no(), no(), yes, no(), no(), no(), AlreadySo, no()]
        }
        OrderCommand::CancelLines { .. } => {
            let no = || no(OrderAction::Cancel);
            let yes = DoesAll(&["OrderLinesCancelled", "RefundOwed"], Processing);
            [none(), no(), no(), yes, no(), no(), no(), no(), no(), no()]
        }
        OrderCommand::DeclineCancellation { .. } => {
            let no = || no(OrderAction::DeclineCancellation);
            let yes = Does("CancellationDeclined", Processing);
            [none(), no(), no(), no(), yes, no(), no(), no(), no(), no()]
        }
        OrderCommand::Reinstate { .. } => nowhere(OrderAction::Reinstate),
        OrderCommand::OweLatePayment { .. } => nowhere(OrderAction::RefundLatePayment),
        OrderCommand::Expire { at: moment } => {
            let no = || no(OrderAction::Expire);
            let pending = if *moment < at(30) {
                Refused(OrderRefusal::WindowOpen { pay_by: at(30) })
            } else {
                Does("OrderExpired", Expired)
            };
            [none(), pending, no(), no(), no(), no(), no(), no(), no(), AlreadySo]
        }
        OrderCommand::ReleaseReservations { .. } => {
            let no = || no(OrderAction::ReleaseReservations);
            let yes = |status| Does("OrderReservationsReleased", status);
            [none(), no(), no(), no(), no(), no(), no(), no(), yes(Cancelled), yes(Expired)]
        }
        OrderCommand::OpenReturn { .. } => {
            let no = || no(OrderAction::Return);
            let yes = |status| Does("ReturnOpened", status);
            [none(), no(), no(), no(), no(), yes(Shipped), yes(Delivered), yes(Completed), no(), no()]
        }
        OrderCommand::GrantGoodwill { amount, .. } => {
            let yes = |status| DoesAll(&["GoodwillGranted", "RefundOwed"], status);
            let over = || Refused(OrderRefusal::MoreThanKept { left: gbp(0), asked: *amount });
            let [paid, processing, cancelling] = [yes(Paid), yes(Processing), yes(Cancelling)];
            let [shipped, delivered, completed] = [yes(Shipped), yes(Delivered), yes(Completed)];
            let waits = no(OrderAction::GrantGoodwill);
            [none(), waits, paid, processing, cancelling, shipped, delivered, completed, over(), over()]
        }
        // Nothing is owed of any of them; `refunds.rs` tells of one of which something is.
        OrderCommand::ShiftRefund { amount, .. } => {
            let over =
                || Refused(OrderRefusal::MoreThanKept { left: gbp(0), asked: Money { amount: *amount, ..gbp(0) } });
            std::array::from_fn(|column| if column == 0 { none() } else { over() })
        }
        // None of them has an open return.
        OrderCommand::EndReturn { .. } | OrderCommand::TakeBack { .. } => {
            let no = || no(OrderAction::Return);
            [none(), no(), no(), no(), no(), AlreadySo, AlreadySo, AlreadySo, no(), no()]
        }
    }
}

fn nowhere(action: OrderAction) -> [Outcome; STATES] {
    std::array::from_fn(|column| if column == 0 { Refused(OrderRefusal::Unknown) } else { WrongStatus(action) })
}

#[test]
fn every_status_answers_every_command_as_the_table_says() {
    let statuses = std::iter::once(None).chain(OrderStatus::ALL.map(Some));
    for (column, status) in statuses.enumerate() {
        let events = status.map_or_else(Vec::new, life);
        for Sample { variant, label, value: command } in commands() {
            let expected = outcomes(&command)[column].clone();
            let pair = format!("{status:?} x {variant} {label}");
            let answer = given(events.clone()).when(command).inspect_result();
            match (expected, answer) {
                (Does(name, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(OrderEvent::name).collect::<Vec<_>>(), [name], "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (DoesAll(names, next), Ok(decided)) => {
                    assert_eq!(decided.iter().map(OrderEvent::name).collect::<Vec<_>>(), names, "{pair}");
                    let after = events.iter().cloned().chain(decided).collect();
                    assert_eq!(state(after).status(), Some(next), "{pair}");
                }
                (AlreadySo, Ok(decided)) => assert_eq!(decided, [], "{pair}"),
                (WrongStatus(action), Err(refusal)) => {
                    let status = status.unwrap();
                    assert_eq!(refusal, OrderRefusal::WrongStatus { action, status }, "{pair}");
                }
                (Refused(expected), Err(refusal)) => assert_eq!(refusal, expected, "{pair}"),
                (expected, answer) => panic!("{pair}: expected {expected:?}, got {answer:?}"),
            }
        }
    }
}

/// Whatever a command did, the same command right after it does nothing more. Only units are cancelled again, for there may
/// be more of them, one more fulfillment opened, and as much given once more: what tells a repeat from another wish is the request's key.
#[test]
fn an_accepted_command_that_is_repeated_adds_nothing() {
    for status in OrderStatus::ALL {
        for Sample { variant, label, value: command } in commands() {
            if matches!(
                command,
                OrderCommand::CancelLines { .. } | OrderCommand::OpenParcel { .. } | OrderCommand::GrantGoodwill { .. }
            ) {
                continue;
            }
            let before = state(life(status));
            let Ok(decided) = decide(&before, command.clone()) else { continue };
            let after = decided.into_iter().fold(before, crate::order::Order::evolve);
            assert_eq!(decide(&after, command), Ok(vec![]), "{status} x {variant} {label}");
        }
    }
}
