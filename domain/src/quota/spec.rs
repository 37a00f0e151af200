use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    quantity::Quantity,
    quota::{Buyer, PurchaseQuota, QuotaCommand, QuotaEvent, QuotaId, QuotaRefusal},
    samples::{order_id, quantity, text},
};

fn given(events: Vec<QuotaEvent>) -> AggregateTestExecutor<PurchaseQuota> {
    TestFramework::with(()).given(events)
}

fn take(order: u128, units: i64, limit: i64) -> QuotaCommand {
    QuotaCommand::Take { order: order_id(order), units: quantity(units), limit: quantity(limit) }
}

fn give_back(order: u128, units: i64) -> QuotaCommand {
    QuotaCommand::Return { order: order_id(order), units: quantity(units) }
}

fn taken(order: u128, units: i64) -> QuotaEvent {
    QuotaEvent::QuotaTaken { order: order_id(order), units: quantity(units) }
}

fn returned(order: u128, units: i64) -> QuotaEvent {
    QuotaEvent::QuotaReturned { order: order_id(order), units: quantity(units) }
}

#[test]
fn a_customer_takes_up_to_the_limit_and_not_one_piece_more() {
    given(vec![]).when(take(1, 5, 5)).then_expect_events(vec![taken(1, 5)]);
    given(vec![]).when(take(1, 6, 5)).then_expect_error(QuotaRefusal::LimitExceeded { limit: 5, taken: 0, asked: 6 });
}

#[test]
fn all_orders_of_a_customer_share_the_limit() {
    let life = vec![taken(1, 3)];
    given(life.clone()).when(take(2, 2, 5)).then_expect_events(vec![taken(2, 2)]);
    given(life).when(take(2, 3, 5)).then_expect_error(QuotaRefusal::LimitExceeded { limit: 5, taken: 3, asked: 3 });
}

#[test]
fn pieces_that_came_back_can_be_taken_again() {
    let life = vec![taken(1, 5), returned(1, 2)];
    given(life.clone()).when(take(2, 2, 5)).then_expect_events(vec![taken(2, 2)]);
    given(life).when(take(2, 3, 5)).then_expect_error(QuotaRefusal::LimitExceeded { limit: 5, taken: 3, asked: 3 });
}

#[test]
fn no_more_comes_back_than_was_taken() {
    given(vec![]).when(give_back(1, 1)).then_expect_error(QuotaRefusal::MoreThanTaken { taken: 0, asked: 1 });
    let life = vec![taken(1, 5), returned(1, 2)];
    given(life.clone()).when(give_back(1, 3)).then_expect_events(vec![returned(1, 3)]);
    given(life).when(give_back(1, 4)).then_expect_error(QuotaRefusal::MoreThanTaken { taken: 3, asked: 4 });
}

#[test]
fn a_lowered_limit_takes_nothing_away_and_lets_nothing_more_be_taken() {
    let life = vec![taken(1, 5)];
    given(life.clone()).when(take(2, 1, 3)).then_expect_error(QuotaRefusal::LimitExceeded {
        limit: 3,
        taken: 5,
        asked: 1,
    });
    given(life).when(give_back(1, 5)).then_expect_events(vec![returned(1, 5)]);
}

#[test]
fn a_raised_limit_holds_from_the_next_order_on() {
    given(vec![taken(1, 5)]).when(take(2, 3, 8)).then_expect_events(vec![taken(2, 3)]);
}

#[test]
fn the_highest_limit_can_be_taken() {
    let most = i64::from(Quantity::MAX);
    given(vec![]).when(take(1, most, most)).then_expect_events(vec![taken(1, most)]);
    given(vec![taken(1, most)]).when(take(2, most, most)).then_expect_error(QuotaRefusal::LimitExceeded {
        limit: most,
        taken: most,
        asked: most,
    });
}

#[test]
fn a_refusal_names_the_limit_what_is_taken_and_what_was_asked() {
    given(vec![taken(1, 3)])
        .when(take(2, 4, 5))
        .then_expect_error_message("4 asked, 3 of at most 5 for each customer are taken");
}

#[test]
fn a_quota_id_is_a_customer_and_a_sku() {
    let id: QuotaId = text("17850/BANK CHARGES");
    assert_eq!((&id.buyer, id.sku.as_str()), (&Buyer::Customer(text("17850")), "BANK CHARGES"));
    assert_eq!(id.to_string(), "17850/BANK CHARGES");
    assert_eq!(serde_json::to_value(&id).unwrap(), "17850/BANK CHARGES");
}

#[test]
fn what_is_not_a_customer_and_a_sku_is_no_quota_id() {
    for malformed in ["17850", "/85123A", "17850/", "178 50/85123A", "17850/ 85123A", "17850/..", "%2F", "17%850/A"] {
        assert!(malformed.parse::<QuotaId>().is_err(), "{malformed} was accepted");
    }
}

#[test]
fn a_guests_quota_is_no_customers() {
    let mark = "0123456789abcdef0123456789abcdef";
    let id: QuotaId = text(&format!("/{mark}/BANK CHARGES"));
    assert_eq!((&id.buyer, id.sku.as_str()), (&Buyer::Guest(text(mark)), "BANK CHARGES"));
    assert_eq!(id.to_string(), format!("/{mark}/BANK CHARGES"));
    assert_ne!(id, text(&format!("{mark}/BANK CHARGES")));
    for malformed in [format!("/{mark}"), format!("/{mark}/"), "/17850/85123A".to_owned(), format!("//{mark}/A")] {
        assert!(malformed.parse::<QuotaId>().is_err(), "{malformed} was accepted");
    }
}

#[test]
fn the_divider_within_either_part_of_a_quota_id_is_not_taken_for_it() {
    let id = QuotaId { buyer: Buyer::Customer(text("https://id/1%2F")), sku: text("A/B") };
    assert_eq!(id.to_string(), "https:%2F%2Fid%2F1%252F/A/B");
    assert_eq!(text::<QuotaId>(&id.to_string()), id);
}
