use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    exception::{
        Case, Closing, ExceptionCommand, ExceptionEvent, ExceptionKind, ExceptionRefusal, OrderException, decide,
    },
    ids::ExceptionId,
    samples::{at, exceptions::case, text},
};

fn given(events: Vec<ExceptionEvent>) -> AggregateTestExecutor<OrderException> {
    TestFramework::with(()).given(events)
}

fn raise(case: Case) -> ExceptionCommand {
    ExceptionCommand::Raise { case, at: at(20) }
}

fn close(closing: Closing) -> ExceptionCommand {
    ExceptionCommand::Close { closing, at: at(20) }
}

fn raised(case: Case, minute: i64) -> ExceptionEvent {
    ExceptionEvent::ExceptionRaised { case, at: at(minute) }
}

fn closed(closing: Closing, minute: i64) -> ExceptionEvent {
    ExceptionEvent::ExceptionClosed { closing, at: at(minute) }
}

fn settled(reason: &str) -> Closing {
    Closing::Settled { actor: text("back_office:tok_1"), reason: text(reason) }
}

fn repaired() -> Closing {
    Closing::Repaired { action: text("the work was begun") }
}

#[test]
fn what_is_found_is_raised_once_however_often_it_is_found() {
    given(vec![]).when(raise(case())).then_expect_events(vec![raised(case(), 20)]);
    given(vec![raised(case(), 0)]).when(raise(case())).then_expect_events(vec![]);
}

#[test]
fn what_is_found_to_be_otherwise_is_told_anew() {
    let other = Case { detail: text("it has changed"), ..case() };
    given(vec![raised(case(), 0)]).when(raise(other.clone())).then_expect_events(vec![raised(other, 20)]);
}

#[test]
fn what_was_repaired_or_was_gone_is_a_new_matter_when_it_comes_again() {
    for closing in [repaired(), Closing::Gone] {
        given(vec![raised(case(), 0), closed(closing, 1)])
            .when(raise(case()))
            .then_expect_events(vec![raised(case(), 20)]);
    }
}

#[test]
fn what_a_person_settled_is_not_asked_again_until_it_changes() {
    let life = vec![raised(case(), 0), closed(settled("agreed with the bank"), 1)];
    given(life.clone()).when(raise(case())).then_expect_events(vec![]);
    let other = Case { detail: text("it has changed"), ..case() };
    given(life).when(raise(other.clone())).then_expect_events(vec![raised(other, 20)]);
}

#[test]
fn every_end_closes_what_is_open_and_nothing_else() {
    for closing in [repaired(), Closing::Gone, settled("agreed")] {
        given(vec![raised(case(), 0)])
            .when(close(closing.clone()))
            .then_expect_events(vec![closed(closing.clone(), 20)]);
        given(vec![]).when(close(closing.clone())).then_expect_error(ExceptionRefusal::Unknown);
        given(vec![raised(case(), 0), closed(closing.clone(), 1)]).when(close(closing)).then_expect_events(vec![]);
    }
}

#[test]
fn the_machine_is_silent_where_something_is_closed_and_a_person_hears_of_it() {
    let life = vec![raised(case(), 0), closed(settled("agreed"), 1)];
    given(life.clone()).when(close(Closing::Gone)).then_expect_events(vec![]);
    given(life.clone()).when(close(repaired())).then_expect_events(vec![]);
    given(life).when(close(settled("by another way"))).then_expect_error(ExceptionRefusal::AlreadyClosed);
}

#[test]
fn the_kind_and_the_subject_name_the_exception() {
    let id = case().exception();
    assert_eq!(Case { detail: text("other words"), order: None, ..case() }.exception(), id);
    for kind in ExceptionKind::ALL {
        assert_eq!(ExceptionId::of(kind, &case().subject) == id, kind == case().kind, "{kind}");
    }
    assert_ne!(ExceptionId::of(case().kind, &text("ord_2")), id);
}

#[test]
fn a_kind_reads_back_from_its_word() {
    for kind in ExceptionKind::ALL {
        assert_eq!(kind.as_str().parse::<ExceptionKind>().unwrap(), kind);
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
    }
    assert!("paid".parse::<ExceptionKind>().is_err());
}

#[test]
fn an_end_without_a_beginning_changes_nothing() {
    let nothing = OrderException::Unraised.evolve(closed(Closing::Gone, 0));
    assert_eq!(nothing, OrderException::Unraised);
    assert!(decide(&nothing, raise(case())).is_ok());
}
