//! Of payments and refunds.

use crate::{
    payment::{
        CaptureMethod, GatewayReport, Mismatch, NextAction, PaymentEvent, PaymentTerms, ReportSource, ReportedRefund,
        ReportedRefundStatus, ReportedStatus,
    },
    refund::{Claim, RefundCause, RefundChannel, RefundEvent, RefundFailure, SettledBy},
    samples::{
        Sample, amount, at, capture,
        events::{RETURN, precise},
        every_variant, gbp, order_id, part, payment_id, payment_terms, report, text,
    },
};

fn refunded(reference: &str, pence: i64, status: ReportedRefundStatus) -> ReportedRefund {
    ReportedRefund { reference: text(reference), name: text("desk-7"), amount: amount(pence), status }
}

/// A refund of the sample payment.
const REFUND: &str = "rfd_00000000000000000000000000000005";

#[expect(clippy::too_many_lines, reason = "one list, with an entry for each event")]
pub(crate) fn payment_events() -> Vec<Sample<PaymentEvent>> {
    let webhook = || ReportSource::Webhook { event: text("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W") };
    let taken = |capture, [sum, rest]: [i64; 2], source, at| PaymentEvent::PaymentCaptured {
        capture,
        sum: gbp(sum),
        rest: amount(rest),
        source,
        at,
    };
    let automatic = PaymentTerms { customer: None, capture: CaptureMethod::Automatic, ..payment_terms() };
    let pending = |next_action, at| PaymentEvent::PaymentPending { gateway_reference: text("sbx_9"), next_action, at };
    let page = NextAction::RedirectUrl(text("https://pay.example/p/9?lang=en"));
    let code = NextAction::QrCode(text("weixin://wxpay/bizpayurl?pr=9"));
    let failed = ReportedStatus::Failed { code: text("card_declined") };
    let mismatch =
        |report, mismatch| PaymentEvent::PaymentMismatchReported { report, mismatch, source: webhook(), at: at(14) };
    let captured = |captures: &[(&str, i64)]| report(ReportedStatus::Captured, 1530, captures);
    every_variant!(PaymentEvent {
        PaymentInitiated: [
            "" => PaymentEvent::PaymentInitiated { payment: payment_id(3), terms: payment_terms(), at: precise() },
            "minimal" => PaymentEvent::PaymentInitiated { payment: payment_id(3), terms: automatic, at: at(0) },
        ],
        PaymentPending: [
            "" => pending(Some(page), precise()),
            "qr" => pending(Some(code), at(1)),
            "minimal" => pending(None, at(1)),
        ],
        PaymentAuthorized: [
            "" => PaymentEvent::PaymentAuthorized { amount: gbp(1530), source: webhook(), at: precise() },
        ],
        PaymentCaptured: [
            "" => taken(part("tx-2", 530), [1530, 0], webhook(), precise()),
            "polled" => taken(part("tx-1", 1000), [1000, 0], ReportSource::Poll, at(6)),
            "part" => taken(part("tx-1", 1000), [1000, 530], ReportSource::Poll, at(6)),
        ],
        PaymentFailed: [
            "" => PaymentEvent::PaymentFailed {
                code: text("card_declined"),
                source: ReportSource::Reply,
                at: precise(),
            },
        ],
        PaymentExpired: [
            "" => PaymentEvent::PaymentExpired { source: Some(ReportSource::Poll), at: precise() },
            "minimal" => PaymentEvent::PaymentExpired { source: None, at: at(30) },
        ],
        PaymentVoided: ["" => PaymentEvent::PaymentVoided { source: ReportSource::Reply, at: precise() }],
        AuthorizationExpired: ["" => PaymentEvent::AuthorizationExpired { source: webhook(), at: precise() }],
        PaymentDisputed: [
            "" => PaymentEvent::PaymentDisputed { as_of: None, source: webhook(), at: precise() },
            "dated" => PaymentEvent::PaymentDisputed { as_of: Some(at(7)), source: webhook(), at: precise() },
        ],
        PaymentDisputeWon: [
            "" => PaymentEvent::PaymentDisputeWon { rest: amount(0), as_of: at(8), source: webhook(), at: precise() },
            "part" => PaymentEvent::PaymentDisputeWon { rest: amount(530), as_of: at(8), source: webhook(), at: at(9) },
        ],
        PaymentChargedBack: [
            "" => PaymentEvent::PaymentChargedBack { amount: gbp(1530), source: webhook(), at: precise() },
        ],
        PaymentRefundBegun: [
            "" => PaymentEvent::PaymentRefundBegun { refund: text(REFUND), at: precise() },
        ],
        PaymentRefundedOutside: [
            "" => PaymentEvent::PaymentRefundedOutside {
                reference: text("re_7"),
                amount: gbp(300),
                source: webhook(),
                at: precise(),
            },
        ],
        OutsideRefundFailed: [
            "" => PaymentEvent::OutsideRefundFailed {
                reference: text("re_7"),
                amount: gbp(300),
                source: webhook(),
                at: precise(),
            },
        ],
        MoneyBackApplied: [
            "" => PaymentEvent::MoneyBackApplied { refund: text(REFUND), amount: gbp(300), at: precise() },
        ],
        CaptureRequested: ["" => PaymentEvent::CaptureRequested { number: 2, amount: gbp(530), at: precise() }],
        VoidRequested: ["" => PaymentEvent::VoidRequested { at: precise() }],
        PaymentMismatchReported: [
            "" => mismatch(
                captured(&[("tx-1", 1000), ("tx-2", 531)]),
                Mismatch::MoreCaptured { reference: text("tx-2") },
            ),
            "other_payment" => mismatch(captured(&[]), Mismatch::OtherPayment { reported: payment_id(4) }),
            "other_order" => mismatch(captured(&[]), Mismatch::OtherOrder { reported: order_id(2) }),
            "other_currency" => mismatch(captured(&[]), Mismatch::OtherCurrency { reported: text("EUR") }),
            "more_authorized" => mismatch(
                report(ReportedStatus::Authorized, 1531, &[]),
                Mismatch::MoreAuthorized { reported: amount(1531) },
            ),
            "nothing_authorized" => mismatch(
                report(ReportedStatus::Authorized, 0, &[]),
                Mismatch::NothingAuthorized,
            ),
            "nothing_captured" => mismatch(report(ReportedStatus::Disputed, 0, &[]), Mismatch::NothingCaptured),
            "empty_capture" => mismatch(captured(&[("tx-1", 0)]), Mismatch::EmptyCapture { reference: text("tx-1") }),
            "other_capture_amount" => mismatch(
                captured(&[("tx-1", 999)]),
                Mismatch::OtherCaptureAmount { reference: text("tx-1"), reported: amount(999) },
            ),
            "more_refunded" => mismatch(
                GatewayReport {
                    refunds: vec![
                        refunded("re_1", 1530, ReportedRefundStatus::Pending),
                        refunded("re_2", 1, ReportedRefundStatus::Succeeded),
                        refunded("re_3", 30, ReportedRefundStatus::Failed { cause: text("account_closed") }),
                    ],
                    as_of: Some(at(13)),
                    ..report(ReportedStatus::ChargedBack, 1530, &[("tx-1", 1530)])
                },
                Mismatch::MoreRefunded { reference: text("re_2") },
            ),
            "too_many_refunds" => mismatch(captured(&[("tx-1", 1530)]), Mismatch::TooManyRefunds),
            "too_many_captures" => mismatch(report(failed, 0, &[]), Mismatch::TooManyCaptures),
            "pending" => mismatch(
                report(ReportedStatus::Pending, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
            "expired" => mismatch(
                report(ReportedStatus::Expired, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
            "voided" => mismatch(
                report(ReportedStatus::Voided, 0, &[]),
                Mismatch::OtherOrder { reported: order_id(2) },
            ),
        ],
        PaymentMismatchResolved: [
            "" => PaymentEvent::PaymentMismatchResolved {
                actor: text("back_office:tok_1"),
                reason: text("the gateway took a penny too much and gave it back"),
                at: precise(),
            },
        ],
    })
}

pub(crate) fn refund_events() -> Vec<Sample<RefundEvent>> {
    let whole = |cause| Claim::whole(order_id(1), capture("pi_3OqY", 3855), cause);
    let requested = |cause| RefundEvent::RefundRequested { claim: whole(cause), at: at(10) };
    let through_gateway = |cause| Claim::whole(order_id(1), part("pi_3OqY", 3855), cause);
    let part = |cause| RefundEvent::RefundRequested {
        claim: Claim { amount: Some(gbp(1285)), number: 2, ..through_gateway(cause) },
        at: precise(),
    };
    let failed = |failure, cause, attempt, at| RefundEvent::RefundFailed { failure, cause: text(cause), attempt, at };
    let succeeded = |reference, note: Option<&str>, attempt, at| RefundEvent::RefundSucceeded {
        reference: text(reference),
        note: note.map(text),
        settled_by: None,
        attempt,
        at,
    };
    let (actor, reason) = (|| text("back_office:tok_1"), || text("the card was closed: \u{201c}gone\u{201d}"));
    every_variant!(RefundEvent {
        RefundRequested: [
            "" => requested(RefundCause::OrderCancelled),
            "late" => requested(RefundCause::LatePayment),
            "surplus" => requested(RefundCause::SurplusPayment),
            "incomplete" => RefundEvent::RefundRequested {
                claim: through_gateway(RefundCause::IncompletePayment),
                at: precise(),
            },
            "part" => part(RefundCause::LinesCancelled),
            "returned" => part(RefundCause::Returned),
            "return" => RefundEvent::RefundRequested {
                claim: Claim {
                    amount: Some(gbp(1285)),
                    number: 2,
                    returned: Some(text(RETURN)),
                    ..through_gateway(RefundCause::Returned)
                },
                at: precise(),
            },
            "goodwill" => part(RefundCause::Goodwill),
            "undelivered" => part(RefundCause::Undelivered),
        ],
        RefundSubmitted: [
            "" => RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, attempt: None, at: at(11) },
            "gateway" => RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: None, at: precise() },
            "attempt" => RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: Some(2), at: precise() },
        ],
        RefundSucceeded: [
            "" => succeeded("FT-2010-12-01/7", Some("by bank transfer"), None, precise()),
            "minimal" => succeeded("FT-7", None, None, at(12)),
            "settled" => RefundEvent::RefundSucceeded {
                reference: text("FT-8"),
                note: None,
                settled_by: Some(SettledBy { actor: actor(), reason: reason() }),
                attempt: None,
                at: precise(),
            },
            "attempt" => succeeded("re_8", None, Some(2), at(12)),
        ],
        RefundOffset: [
            "" => RefundEvent::RefundOffset {
                amount: gbp(300),
                left: amount(0),
                reference: text("re_7"),
                at: precise(),
            },
            "part" => RefundEvent::RefundOffset {
                amount: gbp(300),
                left: amount(1230),
                reference: text("re_7"),
                at: at(12),
            },
        ],
        RefundReversed: [
            "" => RefundEvent::RefundReversed {
                amount: gbp(1530),
                cause: text("account_closed"),
                attempt: 1,
                at: precise(),
            },
        ],
        RefundFailed: [
            "" => failed(RefundFailure::Refused, "card_closed", None, precise()),
            "unknown" => failed(RefundFailure::OutcomeUnknown, "no answer to 8 attempts", None, at(13)),
            "attempt" => failed(RefundFailure::Refused, "account-closed", Some(2), precise()),
            "last_attempt" => failed(RefundFailure::Refused, "account-closed", Some(5), precise()),
        ],
        RefundReviewRequested: ["" => RefundEvent::RefundReviewRequested { at: precise() }],
        RefundRetried: [
            "" => RefundEvent::RefundRetried { actor: actor(), reason: reason(), attempt: None, at: precise() },
            "attempt" => RefundEvent::RefundRetried { actor: actor(), reason: reason(), attempt: Some(6), at: precise() },
        ],
        RefundWrittenOff: ["" => RefundEvent::RefundWrittenOff { actor: actor(), reason: reason(), at: precise() }],
    })
}
