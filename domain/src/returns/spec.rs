mod every_pair;
mod exchange;
mod inspection;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    returns::{Return, ReturnAction, ReturnCommand, ReturnEvent, ReturnKind, ReturnRefusal, ReturnStatus, ReturnTerms},
    samples::{at, bare_address, events::return_events, exchange, inspected, order_id, return_terms, text},
};

fn given(events: Vec<ReturnEvent>) -> AggregateTestExecutor<Return> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<ReturnEvent>) -> Return {
    events.into_iter().fold(Return::default(), Return::evolve)
}

fn terms() -> ReturnTerms {
    return_terms(ReturnKind::Return)
}

fn requested(kind: ReturnKind) -> ReturnEvent {
    ReturnEvent::ReturnRequested(return_terms(kind))
}

fn approved() -> ReturnEvent {
    let actor = text("back_office:tok_1");
    ReturnEvent::ReturnApproved { return_address: Some(bare_address()), actor, at: at(10_100) }
}

fn escalated() -> ReturnEvent {
    ReturnEvent::ReturnEscalated { at: at(11_440) }
}

/// The shortest life of a return for money that ends in a status; everything came back, and two pieces of it are scrap.
fn life(status: ReturnStatus) -> Vec<ReturnEvent> {
    let way = [
        requested(ReturnKind::Return),
        approved(),
        ReturnEvent::ReturnInTransit { tracking: Some(text("GB-9")), at: at(12_000) },
        ReturnEvent::ReturnReceived { at: at(13_000) },
        ReturnEvent::ReturnInspected {
            inspected: vec![inspected(0, 3, 2, 0), inspected(1, 1, 0, 0)],
            location: None,
            at: at(13_100),
        },
        ReturnEvent::ReturnResolving {
            owed: super::inspection::owed_for_all(&terms()),
            refunds: vec![],
            at: at(13_200),
        },
        ReturnEvent::ReturnClosed { at: at(14_000) },
    ];
    let declined = ReturnEvent::ReturnDeclined { reason: text("worn"), actor: text("saga:return"), at: at(10_100) };
    let cancelled = ReturnEvent::ReturnCancelled { reason: None, at: at(10_100) };
    match status {
        ReturnStatus::Requested => way[..1].to_vec(),
        ReturnStatus::Approved => way[..2].to_vec(),
        ReturnStatus::Declined => vec![requested(ReturnKind::Return), declined],
        ReturnStatus::Cancelled => vec![requested(ReturnKind::Return), cancelled],
        ReturnStatus::InTransit => way[..3].to_vec(),
        ReturnStatus::Received => way[..4].to_vec(),
        ReturnStatus::Inspected => way[..5].to_vec(),
        ReturnStatus::Resolving => way[..6].to_vec(),
        ReturnStatus::Closed => way.to_vec(),
    }
}

fn approve(recipient: &str) -> ReturnCommand {
    let return_address = Some(crate::address::Address { recipient: text(recipient), ..bare_address() });
    ReturnCommand::Approve { return_address, actor: text("back_office:tok_1"), at: at(10_100) }
}

#[test]
fn a_return_of_nothing_or_of_one_line_twice_is_refused() {
    let twice = [terms().units, vec![terms().units.remove(0)]].concat();
    let nothing_for_it = ReturnKind::Exchange { replacement: vec![] };
    for (terms, refusal) in [
        (ReturnTerms { units: vec![], ..terms() }, ReturnRefusal::NoUnits),
        (ReturnTerms { units: twice, ..terms() }, ReturnRefusal::LineNamedTwice { line: 0 }),
        (return_terms(nothing_for_it), ReturnRefusal::NoReplacement),
    ] {
        given(vec![]).when(ReturnCommand::Request { terms }).then_expect_error(refusal);
    }
}

#[test]
fn a_return_with_other_details_is_another_one() {
    for other in [
        ReturnTerms { order: order_id(2), ..terms() },
        ReturnTerms { units: vec![terms().units.remove(0)], ..terms() },
        return_terms(exchange()),
    ] {
        given(life(ReturnStatus::Requested))
            .when(ReturnCommand::Request { terms: other })
            .then_expect_error(ReturnRefusal::AlreadyRequested);
    }
}

#[test]
fn a_return_is_unanswered_from_the_moment_it_must_be_answered() {
    let report = |minute| ReturnCommand::ReportReviewOverdue { at: at(minute) };
    let life = life(ReturnStatus::Requested);
    given(life.clone()).when(report(11_439)).then_expect_error(ReturnRefusal::NotOverdue { review_by: at(11_440) });
    given(life.clone()).when(report(11_440)).then_expect_events(vec![escalated()]);
    given([life, vec![escalated()]].concat()).when(report(11_500)).then_expect_events(vec![]);
}

#[test]
fn a_return_that_was_escalated_can_still_be_answered_and_taken_back() {
    let escalated = vec![requested(ReturnKind::Return), escalated()];
    given(escalated.clone()).when(approve("Ada Byron")).then_expect_events(vec![approved()]);
    given(escalated)
        .when(ReturnCommand::Cancel { reason: None, at: at(12_000) })
        .then_expect_events(vec![ReturnEvent::ReturnCancelled { reason: None, at: at(12_000) }]);
}

#[test]
fn goods_that_come_back_need_an_address_and_goods_that_stay_need_none() {
    let approve = || ReturnCommand::Approve { return_address: None, actor: text("saga:return"), at: at(11_440) };
    for kind in [ReturnKind::Return, exchange()] {
        given(vec![requested(kind)]).when(approve()).then_expect_error(ReturnRefusal::AddressNeeded);
    }
    let approved = ReturnEvent::ReturnApproved { return_address: None, actor: text("saga:return"), at: at(11_440) };
    given(vec![requested(ReturnKind::RefundOnly)]).when(approve()).then_expect_events(vec![approved]);
}

/// Money that was taken in parts goes back in parts.
#[test]
fn a_return_is_closed_by_the_last_of_its_refunds() {
    let refund = |digit: u8| text(&format!("rfd_0000000000000000000000000000000{digit}"));
    let settle = |digit| ReturnCommand::SettleRefund { refund: refund(digit), at: at(13_900) };
    let mut resolving = life(ReturnStatus::Inspected);
    resolving.push(ReturnEvent::ReturnResolving {
        owed: super::inspection::owed_for_all(&terms()),
        refunds: vec![refund(1), refund(2)],
        at: at(13_200),
    });
    given(resolving.clone())
        .when(ReturnCommand::Close { at: at(13_900) })
        .then_expect_error(ReturnRefusal::RefundsOpen { open: 2 });
    given(resolving.clone()).when(settle(3)).then_expect_events(vec![]);
    let settled = ReturnEvent::ReturnRefundSettled { refund: refund(2), at: at(13_900) };
    given(resolving.clone()).when(settle(2)).then_expect_events(vec![settled.clone()]);
    given(resolving.clone()).and(vec![settled.clone()]).when(settle(2)).then_expect_events(vec![]);
    let closed = ReturnEvent::ReturnClosed { at: at(13_900) };
    given(resolving.clone()).and(vec![settled.clone()]).when(settle(1)).then_expect_events(vec![closed.clone()]);
    given(resolving).and(vec![settled, closed]).when(settle(1)).then_expect_events(vec![]);
}

/// The log holds who is right; a second story must not pass as a repeat of the first.
#[test]
fn what_was_done_is_not_done_otherwise() {
    let decline = ReturnCommand::Decline { reason: text("late"), actor: text("saga:return"), at: at(10_100) };
    let send = ReturnCommand::RecordInTransit { tracking: Some(text("GB-8")), at: at(12_000) };
    let inspect = ReturnCommand::Inspect {
        inspected: vec![inspected(0, 5, 0, 0), inspected(1, 1, 0, 0)],
        location: None,
        at: at(13_100),
    };
    for (status, command, action) in [
        (ReturnStatus::Approved, approve("Somebody Else"), ReturnAction::Approve),
        (ReturnStatus::Declined, decline, ReturnAction::Decline),
        (ReturnStatus::InTransit, send, ReturnAction::RecordInTransit),
        (ReturnStatus::Inspected, inspect, ReturnAction::Inspect),
    ] {
        given(life(status)).when(command).then_expect_error(ReturnRefusal::RecordedDifferently { action });
    }
}

#[test]
fn a_return_is_known_to_its_end() {
    for status in ReturnStatus::ALL {
        let state = state(life(status));
        assert_eq!((state.status(), state.terms()), (Some(status), Some(&terms())));
    }
    assert_eq!((Return::default().status(), Return::default().terms()), (None, None));
}

#[test]
fn every_status_reads_back_from_its_own_word() {
    for status in ReturnStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    assert!("lost".parse::<ReturnStatus>().is_err());
}

#[test]
fn each_event_moves_the_states_it_fits_and_no_other() {
    use ReturnStatus::{Approved, InTransit, Inspected, Received, Requested, Resolving};
    for status in [None].into_iter().chain(ReturnStatus::ALL.map(Some)) {
        for sample in return_events() {
            let fits: &[ReturnStatus] = match sample.value {
                // The sample refund is none that it awaits, and money is what it owes.
                ReturnEvent::ReturnRequested(_)
                | ReturnEvent::ReturnReplacementGivenUp { .. }
                | ReturnEvent::ReturnRefundSettled { .. } => &[],
                ReturnEvent::ReturnApproved { .. }
                | ReturnEvent::ReturnDeclined { .. }
                | ReturnEvent::ReturnEscalated { .. } => &[Requested],
                ReturnEvent::ReturnCancelled { .. } => &[Requested, Approved],
                ReturnEvent::ReturnInTransit { .. } => &[Approved],
                ReturnEvent::ReturnReceived { .. } => &[InTransit],
                ReturnEvent::ReturnInspected { .. } => &[Received],
                ReturnEvent::ReturnResolving { .. } => &[Approved, Inspected],
                ReturnEvent::ReturnClosed { .. } => &[Resolving],
            };
            let begins = matches!(sample.value, ReturnEvent::ReturnRequested(_));
            let expected = status.map_or(begins, |status| fits.contains(&status));
            let before = state(status.map_or_else(Vec::new, life));
            assert_eq!(before.clone().evolve(sample.value) != before, expected, "{status:?} {}", sample.variant);
        }
    }
}

#[test]
fn nothing_happens_to_a_return_before_it_is_asked_for() {
    let early = ReturnRefusal::TooEarly { since: at(10_000) };
    let receive = ReturnCommand::Receive { at: at(9_999) };
    given(life(ReturnStatus::InTransit)).when(receive).then_expect_error(early.clone());
    let cancel = ReturnCommand::Cancel { reason: None, at: at(9_999) };
    given(life(ReturnStatus::Requested)).when(cancel).then_expect_error(early);
}
