//! Exceptions, and everything that can happen to one.

use super::{Sample, at, every_variant, order_id, text};
use crate::exception::{Case, Closing, ExceptionEvent, ExceptionKind};

pub(crate) fn case() -> Case {
    Case {
        kind: ExceptionKind::PaidNotConfirmed,
        subject: text("ord_00000000000000000000000000000001"),
        order: Some(order_id(1)),
        merchant: Some(text("gifts")),
        detail: text("paid, and the work on it has not begun"),
    }
}

pub(crate) fn exception_events() -> Vec<Sample<ExceptionEvent>> {
    let bare = Case {
        kind: ExceptionKind::CaptureWithoutOrder,
        subject: text("sandbox:gp_7"),
        order: None,
        merchant: None,
        detail: text("the gateway took money for a payment that is not known here"),
    };
    let closed = |closing| ExceptionEvent::ExceptionClosed { closing, at: at(60) };
    every_variant!(ExceptionEvent {
        ExceptionRaised: [
            "" => ExceptionEvent::ExceptionRaised { case: case(), at: at(45) },
            "minimal" => ExceptionEvent::ExceptionRaised { case: bare, at: at(45) },
        ],
        ExceptionClosed: [
            "" => closed(Closing::Settled { actor: text("back_office:tok_1"), reason: text("agreed with the bank") }),
            "repaired" => closed(Closing::Repaired { action: text("the work was begun") }),
            "gone" => closed(Closing::Gone),
        ],
    })
}
