//! From a command to events: which aggregates take part, in which order, all or none.
//!
//! A step that spans several aggregates asks every one of them first, with the pure `decide`, and lets them handle the
//! command only when all have agreed. A refusal therefore never leaves a trace.

mod backorders;
mod benefits;
mod cancellations;
mod checkout;
mod exceptions;
mod exchanges;
mod fulfillments;
mod late;
mod orders;
mod parcels;
mod payments;
mod place;
mod products;
mod refunds;
mod returns;
mod shortages;
mod stocks;
mod terms;
mod undelivered;

pub(super) use self::shortages::exception_of;

use std::sync::Arc;

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    ids::OrderId,
    order::{self, Allocation, Capture, Order, OrderCommand, OrderRefusal},
    payment::PaymentCommand,
    stock::{self, Stock, StockCommand},
    text::Actor,
};
use serde_json::value::{RawValue, to_raw_value};

use self::{orders::HoldStep, shortages::Adjustment};
use crate::{
    failure::Refusal,
    request::{Answer, Command, Request},
    sequencer::{
        cache::Working,
        draft::{Draft, Stopped, Target},
    },
};

/// One command on its way to events.
pub(crate) struct Decision<'a> {
    pub(crate) working: &'a mut Working,
    pub(crate) draft: &'a mut Draft,
    pub(crate) now: Timestamp,
    pub(crate) payment_window: TimeDelta,
}

/// The request's own data, at hand for every step.
struct Asked<'a> {
    request: &'a Request,
    metadata: Arc<RawValue>,
    now: Timestamp,
}

impl Decision<'_> {
    /// Decides a command; its events are in the draft when it is accepted.
    #[expect(clippy::too_many_lines, reason = "one list, with an entry for each command")]
    pub(crate) fn decide(&mut self, request: &Request) -> Result<Answer, Stopped> {
        let metadata = to_raw_value(&request.metadata)
            .map_err(|error| Stopped::Contradiction(format!("metadata cannot be written: {error}")))?;
        let asked = Asked { request, metadata: metadata.into(), now: self.now };
        match &request.command {
            Command::PlaceOrder(place) => self.place_order(&asked, place),
            Command::QuoteOrder(place) => self.quote_order(&asked, place),
            Command::RecordPayment { order, reference, amount, tender, at } => {
                let at = asked.time(*at)?;
                let (reference, amount, tender) = (reference.clone(), *amount, *tender);
                self.record_payment(&asked, *order, Capture { reference, amount, payment: None, tender }, at)
            }
            Command::GrantGoodwill { order, amount, reason } => self.grant_goodwill(&asked, *order, *amount, reason),
            Command::InitiatePayment { payment, order, gateway, capture } => {
                self.initiate_payment(&asked, *payment, *order, gateway, *capture)
            }
            Command::RecordPaymentPending { payment, gateway_reference, next_action } => {
                self.record_payment_pending(&asked, *payment, gateway_reference, next_action.as_ref())
            }
            Command::ReportPayment { payment, gateway, report, source } => {
                self.report_payment(&asked, *payment, gateway, report, source)
            }
            Command::ExpirePayment { payment } => self.expire_payment(&asked, *payment),
            Command::RequestCapture { payment, amount, is_final } => {
                let (amount, is_final) = (*amount, *is_final);
                self.request_capture(
                    &asked,
                    *payment,
                    PaymentCommand::RequestCapture { amount, is_final, at: self.now },
                )
            }
            Command::ReleasePayment { payment } => self.release_payment(&asked, *payment),
            Command::RequestVoid { payment } => {
                self.change_payment(&asked, *payment, PaymentCommand::RequestVoid { at: self.now })
            }
            Command::ResolveMismatch { payment, reason } => self.resolve_mismatch(&asked, *payment, reason),
            Command::CancelOrder { order, lines, reason } => {
                let cancel = self.cancellation(&asked, *order, lines, reason);
                self.cancel(&asked, *order, cancel, None)
            }
            Command::ApproveCancellation { order } => {
                let approve = OrderCommand::ApproveCancellation { stock: vec![], at: self.now };
                self.cancel(&asked, *order, approve, None)
            }
            Command::DeclineCancellation { order, reason } => {
                let decline = OrderCommand::DeclineCancellation { reason: reason.clone(), at: self.now };
                self.change_order(&asked, *order, decline, None)
            }
            Command::ShipOrder { order, tracking, at } => {
                self.ship_order(&asked, *order, tracking.as_ref(), asked.time(*at)?)
            }
            Command::DeliverOrder { order, at } => self.deliver_order(&asked, *order, asked.time(*at)?),
            Command::ChangeFulfillment { fulfillment, change } => self.change_fulfillment(&asked, *fulfillment, change),
            Command::CompleteOrder { order, at } => self.complete_order(&asked, *order, *at),
            Command::StartProcessing { order } => self.start_processing(&asked, *order),
            Command::ServeBackorder { order, stock } => self.serve_backorder(&asked, *order, stock),
            Command::ExpireOrder { order } => {
                let answer = self.change_order(&asked, *order, OrderCommand::Expire { at: self.now }, None)?;
                self.close_shortage(&asked, *order)?;
                Ok(answer)
            }
            Command::ReleaseReservations { order } => {
                let release = OrderCommand::ReleaseReservations { at: self.now };
                self.change_order(&asked, *order, release, Some(HoldStep::Release))
            }
            Command::ListProduct { sku, listing } => self.list_product(&asked, sku, listing),
            Command::RepriceProduct { sku, price } => self.reprice_product(&asked, sku, *price),
            Command::SetBackorder { sku, backorder } => self.set_backorder(&asked, sku, *backorder),
            Command::DelistProduct { sku } => self.delist_product(&asked, sku),
            Command::ChangeMerchant { merchant, change } => self.change_merchant(&asked, merchant, change),
            Command::IssueCoupon { coupon, terms } => self.issue_coupon(&asked, coupon, terms),
            Command::WithdrawCoupon { coupon, reason } => self.withdraw_coupon(&asked, coupon, reason),
            Command::GrantPoints { account, points, reason } => self.grant_points(&asked, account, *points, reason),
            Command::ReceiveStock { stock, quantity, at } => {
                let receive = StockCommand::Receive { quantity: *quantity, at: asked.time(*at)? };
                self.change_stock(&asked, stock, receive)
            }
            Command::AdjustStock { stock, change, reason, at, orders } => {
                let (change, reason, at) = (*change, reason.clone(), asked.time(*at)?);
                self.adjust_stock(&asked, stock, Adjustment { change, reason, at }, orders)
            }
            Command::ResolveShortage { order, resolution, reason } => {
                self.resolve_shortage(&asked, *order, resolution, reason)
            }
            Command::SettleLatePayment { order, capture } => self.settle_late_payment(&asked, *order, capture),
            Command::RequestReturn(wish) => self.request_return(&asked, wish),
            Command::ApproveReturn { id, return_address, at } => {
                self.approve_return(&asked, *id, return_address.as_ref(), *at)
            }
            Command::DeclineReturn { id, reason } => self.decline_return(&asked, *id, reason),
            Command::CancelReturn { id, reason } => self.cancel_return(&asked, *id, reason.as_ref()),
            Command::SendReturn { id, tracking, at } => self.send_return(&asked, *id, tracking.as_ref(), *at),
            Command::ReceiveReturn { id, at } => self.receive_return(&asked, *id, *at),
            Command::InspectReturn { id, inspected, location, at } => {
                self.inspect_return(&asked, *id, inspected, location.as_ref(), *at)
            }
            Command::ReviewReturn { id } => self.review_return(&asked, *id),
            Command::SettleExchange { id } => self.settle_exchange(&asked, *id),
            Command::SettleReturn { refund } => self.settle_return(&asked, *refund),
            Command::RequestRefund { claim } => self.request_refund(&asked, claim),
            Command::RecordRefundSubmitted { refund, channel } => {
                self.record_refund_submitted(&asked, *refund, *channel)
            }
            Command::RecordRefundSucceeded { refund, attempt, reference, note, reason } => {
                let words = [note.as_ref(), reason.as_ref()];
                self.record_refund_succeeded(&asked, *refund, *attempt, reference, words)
            }
            Command::RaiseException { case } => self.raise_exception(&asked, case),
            Command::CloseException { exception, closing } => self.close_exception(&asked, *exception, closing),
            Command::SettleException { exception, reason } => self.settle_exception(&asked, *exception, reason),
            Command::RecordRefundFailed { refund, attempt, failure, cause } => {
                self.record_refund_failed(&asked, *refund, *attempt, (*failure, cause))
            }
            Command::RequestRefundReview { refund } => self.request_refund_review(&asked, *refund),
            Command::RetryRefund { refund, reason } => self.retry_refund(&asked, *refund, reason),
            Command::WriteOffRefund { refund, reason } => self.write_off_refund(&asked, *refund, reason),
        }
    }
}

/// How far a caller's clock may be ahead of the engine's.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(60);

impl Asked<'_> {
    /// Who asks, as events name them.
    fn actor(&self) -> Result<Actor, Stopped> {
        let actor = self.request.metadata.actor.parse();
        actor.map_err(|error| Stopped::Contradiction(format!("the actor of a request is no actor: {error}")))
    }

    /// The stated business time, or now. Only some may state one, and nobody one to come; a clock that is ahead by no more
    /// than [`AHEAD_MAX`] is taken to say now.
    fn time(&self, stated: Option<Timestamp>) -> Result<Timestamp, Stopped> {
        self.stated("at", stated)
    }

    fn stated(&self, field: &str, stated: Option<Timestamp>) -> Result<Timestamp, Stopped> {
        let Some(stated) = stated else { return Ok(self.now) };
        if !self.request.principal.may_state_terms() {
            return Err(Stopped::refused(Refusal::FieldNotAllowed { field: field.to_owned() }));
        }
        if stated > self.now + AHEAD_MAX {
            return Err(Stopped::refused(Refusal::FutureTime { field: field.to_owned() }));
        }
        Ok(stated.min(self.now))
    }
}
