use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    gateway::{CaptureRequest, PaymentRequest, PaymentStatus, RefundRequest},
    sandbox_gateway::Share,
};

fn amount(minor: i64) -> Amount {
    Amount::try_from(minor).unwrap()
}

fn world() -> World {
    World {
        now: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        dice: Dice::new(7),
        faults: Faults::default(),
        auto_pay_ms: None,
        url: "http://127.0.0.1:8090".to_owned(),
    }
}

fn with(faults: Faults) -> World {
    World { faults, ..world() }
}

fn always() -> Share {
    Share::try_from(100).unwrap()
}

fn request(name: &str, minor: i64, capture: CaptureMode) -> PaymentRequest {
    PaymentRequest {
        payment: name.parse().unwrap(),
        order: "ord_1".parse().unwrap(),
        merchant: "m-1".parse().unwrap(),
        amount: amount(minor),
        currency: "GBP".parse().unwrap(),
        capture,
    }
}

fn does(outcome: Outcome) -> CustomerDoes {
    CustomerDoes { outcome, code: None }
}

impl Book {
    fn take(&mut self, records: &[Record]) {
        for record in records {
            self.evolve(record.clone());
        }
    }

    /// A book with one payment of 1000 pence, and the payment's id.
    fn with_payment(capture: CaptureMode) -> (Self, String) {
        let mut book = Self::default();
        let (records, payment) = book.open(&world(), request("p-1", 1_000, capture)).unwrap();
        book.take(&records);
        (book, payment.id.to_string())
    }

    fn paid(world: &World) -> (Self, String, Vec<Record>) {
        let (mut book, id) = Self::with_payment(CaptureMode::Automatic);
        let (records, _) = book.pay(world, &id, does(Outcome::Succeed)).unwrap();
        book.take(&records);
        (book, id, records)
    }

    fn in_status(status: &PaymentStatus) -> (Self, String) {
        let (mut book, id) = Self::with_payment(CaptureMode::Manual);
        let outcomes: &[Outcome] = match status {
            PaymentStatus::Pending | PaymentStatus::Voided => &[],
            PaymentStatus::Authorized
            | PaymentStatus::Captured
            | PaymentStatus::PartiallyCaptured
            | PaymentStatus::Disputed
            | PaymentStatus::ChargedBack => &[Outcome::Authorize],
            PaymentStatus::Failed { .. } => &[Outcome::Fail],
            PaymentStatus::Expired => &[Outcome::Expire],
        };
        for outcome in outcomes {
            let (records, _) = book.pay(&world(), &id, does(*outcome)).unwrap();
            book.take(&records);
        }
        let minor = match status {
            PaymentStatus::Captured | PaymentStatus::Disputed | PaymentStatus::ChargedBack => Some(1_000),
            PaymentStatus::PartiallyCaptured => Some(400),
            PaymentStatus::Pending
            | PaymentStatus::Authorized
            | PaymentStatus::Failed { .. }
            | PaymentStatus::Expired
            | PaymentStatus::Voided => None,
        };
        if let Some(minor) = minor {
            let (records, _) = book.capture(&world(), &id, CaptureRequest { amount: amount(minor) }).unwrap();
            book.take(&records);
        }
        if matches!(status, PaymentStatus::Disputed | PaymentStatus::ChargedBack) {
            let (records, _) = book.pay(&world(), &id, does(Outcome::Dispute)).unwrap();
            book.take(&records);
        }
        if *status == PaymentStatus::ChargedBack {
            let (records, _) = book.pay(&world(), &id, does(Outcome::LoseDispute)).unwrap();
            book.take(&records);
        }
        if *status == PaymentStatus::Voided {
            let (records, _) = book.void(&world(), &id).unwrap();
            book.take(&records);
        }
        assert_eq!(&book.payment(&id).unwrap().status, status);
        (book, id)
    }
}

fn callbacks(records: &[Record]) -> Vec<&Callback> {
    let made = records.iter().filter_map(|record| match record {
        Record::CallbackMade(callback) => Some(callback.as_ref()),
        Record::Opened(_)
        | Record::Changed { .. }
        | Record::Answered(_)
        | Record::CallbackDropped { .. }
        | Record::CallbackEnded { .. } => None,
    });
    made.collect()
}

fn told(callback: &Callback) -> serde_json::Value {
    serde_json::from_str(&callback.body).unwrap()
}

/// What happens to a payment in a status: `=` already so, `!` refused, else the status that it has afterwards.
#[test]
fn every_pair_of_status_and_request_is_decided() {
    let failed = PaymentStatus::Failed { code: "declined".to_owned() };
    let table: [(PaymentStatus, [&str; 10]); 9] = [
        // succeed, authorize, fail, expire, dispute, its win, its loss, capture of 600, void, refund of 100
        (PaymentStatus::Pending, ["authorized", "authorized", "failed", "expired", "!", "!", "!", "!", "voided", "!"]),
        (PaymentStatus::Authorized, ["=", "=", "!", "!", "!", "!", "!", "partially_captured", "voided", "!"]),
        (
            PaymentStatus::PartiallyCaptured,
            ["!", "!", "!", "!", "disputed", "!", "!", "captured", "voided", "refunded"],
        ),
        (PaymentStatus::Captured, ["=", "!", "!", "!", "disputed", "!", "!", "!", "!", "refunded"]),
        (failed, ["!", "!", "=", "!", "!", "!", "!", "!", "!", "!"]),
        (PaymentStatus::Expired, ["!", "!", "!", "=", "!", "!", "!", "!", "!", "!"]),
        (PaymentStatus::Voided, ["!", "!", "!", "!", "!", "!", "!", "!", "=", "!"]),
        (PaymentStatus::Disputed, ["!", "!", "!", "!", "=", "captured", "charged_back", "!", "!", "!"]),
        (PaymentStatus::ChargedBack, ["!", "!", "!", "!", "!", "!", "!", "!", "!", "!"]),
    ];
    for (status, expected) in table {
        let (book, id) = Book::in_status(&status);
        let world = world();
        let pay = |outcome| book.pay(&world, &id, does(outcome)).map(|(records, payment)| (records, payment.status));
        let refund = RefundRequest { refund: "r-1".parse().unwrap(), amount: amount(100) };
        let capture = CaptureRequest { amount: amount(600) };
        let decided = [
            pay(Outcome::Succeed),
            pay(Outcome::Authorize),
            pay(Outcome::Fail),
            pay(Outcome::Expire),
            pay(Outcome::Dispute),
            pay(Outcome::WinDispute),
            pay(Outcome::LoseDispute),
            book.capture(&world, &id, capture).map(|(records, payment)| (records, payment.status)),
            book.void(&world, &id).map(|(records, payment)| (records, payment.status)),
            book.give_back(&world, &id, refund).map(|(records, _)| (records, PaymentStatus::Pending)),
        ];
        for (number, (decided, expected)) in decided.into_iter().zip(expected).enumerate() {
            let decided = match decided {
                Err(_) => "!".to_owned(),
                Ok((records, _)) if records.is_empty() => "=".to_owned(),
                Ok(_) if number == 9 => "refunded".to_owned(),
                Ok((_, PaymentStatus::Failed { .. })) => "failed".to_owned(),
                Ok((_, status)) => json!(status).as_str().unwrap().to_owned(),
            };
            assert_eq!(decided, expected, "request {number} to a payment that is {status:?}");
        }
    }
}

#[test]
fn a_payment_that_is_captured_at_once_moves_all_of_its_money_and_says_so() {
    let (book, id, records) = Book::paid(&world());
    let payment = book.payment(&id).unwrap();
    assert_eq!(payment.status, PaymentStatus::Captured);
    assert_eq!((payment.authorized, taken(payment)), (amount(1_000), 1_000));
    let [callback] = callbacks(&records)[..] else { panic!("{records:?}") };
    assert_eq!(told(callback)["type"], "payment.captured");
    assert_eq!(told(callback)["data"], json!(payment));
    assert_eq!((callback.due, callback.times), (world().now, 1));
}

#[test]
fn captures_up_to_what_is_authorized_and_never_more() {
    let (mut book, id) = Book::in_status(&PaymentStatus::PartiallyCaptured);
    let too_much = book.capture(&world(), &id, CaptureRequest { amount: amount(601) }).unwrap_err();
    assert!(matches!(too_much, Refusal::TooMuchCaptured));
    let (records, payment) = book.capture(&world(), &id, CaptureRequest { amount: amount(600) }).unwrap();
    book.take(&records);
    assert_eq!(payment.status, PaymentStatus::Captured);
    let references: Vec<_> = payment.captures.iter().map(|capture| capture.reference.as_str()).collect();
    assert_eq!(references, [format!("{id}_capture_0"), format!("{id}_capture_1")]);
}

#[test]
fn no_name_is_given_twice_and_no_amount_is_nothing() {
    let (mut book, id, _) = Book::paid(&world());
    let again = book.open(&world(), request("p-1", 5, CaptureMode::Automatic)).unwrap_err();
    assert!(matches!(again, Refusal::PaymentExists));
    let refund = |minor| RefundRequest { refund: "r-1".parse().unwrap(), amount: amount(minor) };
    let (records, _) = book.give_back(&world(), &id, refund(1)).unwrap();
    book.take(&records);
    assert!(matches!(book.give_back(&world(), &id, refund(1)).unwrap_err(), Refusal::RefundExists));
    assert!(matches!(book.give_back(&world(), &id, refund(0)).unwrap_err(), Refusal::NoAmount));
    let nothing = book.open(&world(), request("p-2", 0, CaptureMode::Automatic)).unwrap_err();
    assert!(matches!(nothing, Refusal::NoAmount));
}

#[test]
fn a_refund_that_failed_leaves_its_money_to_be_refunded() {
    let (mut book, id, _) = Book::paid(&world());
    let fails = with(Faults { refund_fail_percent: always(), ..Faults::default() });
    let refund = |name: &str| RefundRequest { refund: name.parse().unwrap(), amount: amount(1_000) };
    let (records, failed) = book.give_back(&fails, &id, refund("r-1")).unwrap();
    book.take(&records);
    assert!(matches!(failed.status, RefundStatus::Failed { .. }));
    let (records, done) = book.give_back(&world(), &id, refund("r-2")).unwrap();
    book.take(&records);
    assert_eq!(done.status, RefundStatus::Succeeded);
    assert!(matches!(book.give_back(&world(), &id, refund("r-3")).unwrap_err(), Refusal::TooMuchRefunded));
    assert_eq!((book.counts.refunds, book.counts.refunds_failed), (1, 1));
    assert_eq!(book.counts.refunded.get("GBP"), Some(&1_000));
}

#[test]
fn a_declined_payment_fails_though_the_customer_pays() {
    let (book, id) = Book::with_payment(CaptureMode::Automatic);
    let declines = with(Faults { decline_percent: always(), ..Faults::default() });
    let (_, payment) = book.pay(&declines, &id, does(Outcome::Succeed)).unwrap();
    assert_eq!(payment.status, PaymentStatus::Failed { code: "declined".to_owned() });
}

#[test]
fn a_dropped_callback_is_counted_and_not_made() {
    let dropping = with(Faults { drop_percent: always(), ..Faults::default() });
    let (book, _, records) = Book::paid(&dropping);
    assert!(callbacks(&records).is_empty());
    assert_eq!((book.counts.callbacks.dropped, book.counts.callbacks.made), (1, 0));
}

#[test]
fn a_delayed_callback_is_due_within_the_bounds() {
    let faults = Faults { delay_percent: always(), delay_min_ms: 200, delay_max_ms: 300, ..Faults::default() };
    let (book, _, records) = Book::paid(&with(faults));
    let wait = (callbacks(&records)[0].due - world().now).num_milliseconds();
    assert!((200..=300).contains(&wait), "{wait}");
    assert_eq!(book.counts.callbacks.delayed, 1);
}

#[test]
fn of_two_callbacks_to_be_reordered_the_first_waits_and_the_second_goes_ahead() {
    let faults = Faults { reorder_percent: always(), ..Faults::default() };
    let (mut book, id) = Book::with_payment(CaptureMode::Manual);
    let (records, _) = book.pay(&with(faults), &id, does(Outcome::Succeed)).unwrap();
    assert!(callbacks(&records)[0].held);
    book.take(&records);
    let (first, capture) = (callbacks(&records)[0].id.clone(), CaptureRequest { amount: amount(400) });
    let (records, _) = book.capture(&with(faults), &id, capture).unwrap();
    assert!(!callbacks(&records)[0].held);
    book.take(&records);
    book.evolve(Record::CallbackEnded { id: first, ending: Ending::Taken { times: 1 } });
    let (records, _) = book.capture(&with(faults), &id, capture).unwrap();
    assert!(callbacks(&records)[0].held, "nobody waits any more");
    assert_eq!(book.counts.callbacks.reordered, 1);
}

#[test]
fn a_forged_callback_comes_in_addition_and_lies_in_one_of_three_ways() {
    let forging = with(Faults { forge_percent: always(), ..Faults::default() });
    let mut seen = Vec::new();
    for number in 0..40 {
        let mut book = Book::default();
        let name = format!("p-{number}");
        let (records, opened) = book.open(&world(), request(&name, 1_000, CaptureMode::Manual)).unwrap();
        book.take(&records);
        let (records, truth) = book.pay(&forging, opened.id.as_str(), does(Outcome::Succeed)).unwrap();
        let [real, lie] = callbacks(&records)[..] else { panic!("{records:?}") };
        assert_eq!(told(real)["data"], json!(truth));
        assert_ne!(real.id, lie.id);
        let data = told(lie)["data"].clone();
        match lie.forgery.unwrap() {
            Forgery::Signature => assert_eq!(data["status"], "captured"),
            Forgery::Amount => assert_eq!(data["amount"], 10_000),
            Forgery::Order => assert_ne!(data["order"], "ord_1"),
        }
        if !seen.contains(&lie.forgery) {
            seen.push(lie.forgery);
        }
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn the_list_goes_by_the_latest_change_and_a_payment_stands_in_it_once() {
    let mut book = Book::default();
    let mut ids = Vec::new();
    for name in ["p-1", "p-2", "p-3"] {
        let (records, payment) = book.open(&world(), request(name, 1_000, CaptureMode::Automatic)).unwrap();
        book.take(&records);
        ids.push(payment.id.to_string());
    }
    let listed = |book: &Book, after: Option<&str>| {
        let page = book.page(after).unwrap();
        let names: Vec<_> = page.payments.iter().map(|payment| payment.payment.to_string()).collect();
        (names, page.next)
    };
    let (names, next) = listed(&book, None);
    assert_eq!(names, ["p-1", "p-2", "p-3"]);
    let (records, _) = book.pay(&world(), &ids[0], does(Outcome::Succeed)).unwrap();
    book.take(&records);
    assert_eq!(listed(&book, None).0, ["p-2", "p-3", "p-1"]);
    let (names, next) = listed(&book, next.as_deref());
    assert_eq!(names, ["p-1"]);
    assert_eq!(listed(&book, next.as_deref()), (Vec::new(), None));
    assert!(book.page(Some("x")).is_err() && book.page(Some("-1")).is_err());
    assert!(book.page(Some(&u64::MAX.to_string())).is_err());
}

#[test]
fn a_payment_pays_itself_once_and_a_late_one_late() {
    let mut world = World { auto_pay_ms: Some(50), ..world() };
    let mut book = Book::default();
    let (records, payment) = book.open(&world, request("p-1", 1_000, CaptureMode::Automatic)).unwrap();
    book.take(&records);
    let due: Vec<_> = book.self_paying().map(|(_, at)| (at - world.now).num_milliseconds()).collect();
    assert_eq!(due, [50]);
    let (records, _) = book.pay(&world, payment.id.as_str(), does(Outcome::Succeed)).unwrap();
    book.take(&records);
    assert_eq!(book.self_paying().count(), 0);
    world.faults = Faults { late_percent: always(), late_ms: 9_000, ..Faults::default() };
    let (records, _) = book.open(&world, request("p-2", 1_000, CaptureMode::Automatic)).unwrap();
    book.take(&records);
    let due: Vec<_> = book.self_paying().map(|(_, at)| (at - world.now).num_milliseconds()).collect();
    assert_eq!(due, [9_000]);
}

#[test]
fn records_are_read_as_they_were_written() {
    let faults = Faults { forge_percent: always(), repeat_percent: always(), ..Faults::default() };
    let (_, _, mut records) = Book::paid(&with(faults));
    records.push(Record::CallbackDropped { id: "msg_1".to_owned() });
    records.push(Record::CallbackEnded { id: "msg_1".to_owned(), ending: Ending::Taken { times: 2 } });
    let json = serde_json::to_string(&records).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Record>>(&json).unwrap(), records);
}

#[derive(Debug, Clone)]
enum Move {
    Pay(Outcome),
    Capture(i64),
    Void,
    Refund(u8, i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let outcome = prop::sample::select(vec![
        Outcome::Succeed,
        Outcome::Authorize,
        Outcome::Fail,
        Outcome::Expire,
        Outcome::Dispute,
        Outcome::WinDispute,
        Outcome::LoseDispute,
        Outcome::BounceRefund,
    ]);
    let one = prop_oneof![
        2 => outcome.prop_map(Move::Pay),
        4 => (0_i64..700).prop_map(Move::Capture),
        1 => Just(Move::Void),
        4 => (0_u8..9, 0_i64..500).prop_map(|(name, minor)| Move::Refund(name, minor)),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    /// Whatever shop and customer do: never more is taken than was authorized, never more given back than was taken, and the
    /// counts say what the payments say.
    #[test]
    fn money_is_neither_made_nor_lost(manual in any::<bool>(), fails in 0_i64..60, moves in moves()) {
        let capture = if manual { CaptureMode::Manual } else { CaptureMode::Automatic };
        let (mut book, id) = Book::with_payment(capture);
        let refund_fail_percent = Share::try_from(fails).unwrap();
        let world = with(Faults { refund_fail_percent, ..Faults::default() });
        for one in moves {
            let records = match one {
                Move::Pay(outcome) => book.pay(&world, &id, does(outcome)).map(|(records, _)| records),
                Move::Capture(minor) => {
                    let request = CaptureRequest { amount: amount(minor) };
                    book.capture(&world, &id, request).map(|(records, _)| records)
                }
                Move::Void => book.void(&world, &id).map(|(records, _)| records),
                Move::Refund(name, minor) => {
                    let request = RefundRequest { refund: format!("r-{name}").parse().unwrap(), amount: amount(minor) };
                    book.give_back(&world, &id, request).map(|(records, _)| records)
                }
            };
            book.take(&records.unwrap_or_default());
            let payment = book.payment(&id).unwrap();
            prop_assert!(taken(payment) <= payment.authorized.minor_units());
            prop_assert!(given_back(payment) <= taken(payment));
            prop_assert!(payment.authorized <= payment.amount);
            prop_assert_eq!(book.counts.captured.get("GBP").copied().unwrap_or_default(), taken(payment));
            prop_assert_eq!(book.counts.refunded.get("GBP").copied().unwrap_or_default(), given_back(payment));
            let mut references: Vec<_> = payment.captures.iter().map(|capture| &capture.reference).collect();
            references.extend(payment.refunds.iter().map(|refund| &refund.reference));
            references.sort();
            prop_assert!(references.windows(2).all(|pair| pair[0] != pair[1]), "a reference comes twice");
        }
    }
}
