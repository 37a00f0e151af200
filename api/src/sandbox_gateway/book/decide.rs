//! What a request does to the books, or why it does nothing.

mod refusal;

use purser_domain::{
    money::Amount,
    text::{ExternalReference, PaymentReference},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Book, Change, Keyed, Opened, Record, World, callbacks::later, fits, given_back, taken};
use crate::gateway::{
    Capture, CaptureMode, CaptureRequest, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentRequest, PaymentStatus,
    RefundRequest, RefundStatus,
};

pub(in crate::sandbox_gateway) use refusal::Refusal;

/// What happened, and what is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox_gateway) struct Decision {
    pub(in crate::sandbox_gateway) records: Vec<Record>,
    pub(in crate::sandbox_gateway) answer: Value,
}

/// What the customer does in the app, or the bank behind them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox_gateway) struct CustomerDoes {
    pub(in crate::sandbox_gateway) outcome: Outcome,
    /// Why it fails; `declined` by default.
    #[serde(default)]
    pub(in crate::sandbox_gateway) code: Option<String>,
}

/// How that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox_gateway) enum Outcome {
    /// They pay. What that means, captured at once or only authorized, the shop has said.
    Succeed,
    /// They agree, and the shop is to take the money later, whatever it said.
    Authorize,
    /// They try to pay, in vain.
    Fail,
    /// They do nothing until it is too late.
    Expire,
    /// They want the money back through the bank.
    Dispute,
    /// The bank decides for the shop.
    WinDispute,
    /// The bank decides for the customer.
    LoseDispute,
    /// The last refund that reached the customer's bank comes back from there.
    BounceRefund,
}

impl Book {
    /// What was answered under the key, if it was used before, for the same request.
    pub(in crate::sandbox_gateway) fn repeated(
        &self,
        key: &IdempotencyKey,
        asked: &str,
    ) -> Result<Option<Value>, Refusal> {
        match self.answered(key) {
            Some(keyed) if keyed.asked == asked => Ok(Some(keyed.answer.clone())),
            Some(_) => Err(Refusal::KeyReused),
            None => Ok(None),
        }
    }

    pub(in crate::sandbox_gateway) fn open(
        &self,
        world: &World,
        request: PaymentRequest,
    ) -> Result<(Vec<Record>, GatewayPayment), Refusal> {
        let PaymentRequest { payment, order, merchant, amount, currency, capture } = request;
        some(amount)?;
        if self.by_name.contains_key(&payment) {
            return Err(Refusal::PaymentExists);
        }
        let id = payment_id(&payment);
        let (late, auto) = (world.dice.falls(world.faults.late_percent, "late", id.as_str()), world.auto_pay_ms);
        let auto_pay_ms = auto.map(|millis| if late { world.faults.late_ms } else { millis });
        let opened = GatewayPayment {
            url: Some(format!("{}/pay/{id}", world.url)),
            qr: Some(format!("purser-sandbox:pay/{id}")),
            id,
            payment,
            order,
            currency,
            amount,
            authorized: Amount::ZERO,
            captures: Vec::new(),
            refunds: Vec::new(),
            status: PaymentStatus::Pending,
        };
        let auto_pay_at = auto_pay_ms.map(|millis| later(world.now, millis));
        let record = Record::Opened(Box::new(Opened { payment: opened.clone(), capture, merchant, auto_pay_at }));
        Ok((vec![record], opened))
    }

    pub(in crate::sandbox_gateway) fn pay(
        &self,
        world: &World,
        id: &str,
        does: CustomerDoes,
    ) -> Result<(Vec<Record>, GatewayPayment), Refusal> {
        let entry = self.entry(id)?;
        let mut payment = entry.payment.clone();
        let CustomerDoes { outcome, code } = does;
        let change = match (outcome, &payment.status) {
            (Outcome::Succeed, PaymentStatus::Pending) => {
                let declined = world.dice.falls(world.faults.decline_percent, "decline", payment.id.as_str());
                match (declined, entry.capture) {
                    (true, _) => fail(&mut payment, None),
                    (false, CaptureMode::Manual) => authorize(&mut payment),
                    (false, CaptureMode::Automatic) => {
                        payment.authorized = payment.amount;
                        let amount = payment.amount;
                        take(&mut payment, world, amount)?
                    }
                }
            }
            (Outcome::Authorize, PaymentStatus::Pending) => authorize(&mut payment),
            (Outcome::Fail, PaymentStatus::Pending) => fail(&mut payment, code),
            (Outcome::Expire, PaymentStatus::Pending) => {
                payment.status = PaymentStatus::Expired;
                Change::Expired
            }
            (Outcome::Dispute, PaymentStatus::Captured | PaymentStatus::PartiallyCaptured) => {
                payment.status = PaymentStatus::Disputed;
                Change::Disputed
            }
            (Outcome::Dispute, PaymentStatus::Voided) if taken(&payment) > 0 => {
                payment.status = PaymentStatus::Disputed;
                Change::Disputed
            }
            (Outcome::WinDispute, PaymentStatus::Disputed) => {
                payment.status = standing(&payment);
                Change::DisputeWon
            }
            (Outcome::LoseDispute, PaymentStatus::Disputed) => {
                payment.status = PaymentStatus::ChargedBack;
                Change::ChargedBack
            }
            (Outcome::BounceRefund, _) => {
                let arrived = |refund: &&mut GatewayRefund| refund.status == RefundStatus::Succeeded;
                let bounced = payment.refunds.iter_mut().rev().find(arrived).ok_or(Refusal::NotFound("refund"))?;
                bounced.status = RefundStatus::Failed { code: "account-closed".to_owned() };
                Change::RefundBounced { amount: bounced.amount }
            }
            // A customer presses a button twice.
            (Outcome::Succeed, PaymentStatus::Captured | PaymentStatus::Authorized)
            | (Outcome::Authorize, PaymentStatus::Authorized)
            | (Outcome::Expire, PaymentStatus::Expired)
            | (Outcome::Fail, PaymentStatus::Failed { .. })
            | (Outcome::Dispute, PaymentStatus::Disputed) => return Ok((Vec::new(), payment)),
            (
                Outcome::Succeed
                | Outcome::Authorize
                | Outcome::Fail
                | Outcome::Expire
                | Outcome::Dispute
                | Outcome::WinDispute
                | Outcome::LoseDispute,
                status,
            ) => {
                return Err(Refusal::WrongStatus(status.clone()));
            }
        };
        Ok((self.change(world, change, payment.clone()), payment))
    }

    pub(in crate::sandbox_gateway) fn capture(
        &self,
        world: &World,
        id: &str,
        request: CaptureRequest,
    ) -> Result<(Vec<Record>, GatewayPayment), Refusal> {
        some(request.amount)?;
        let mut payment = self.payment(id)?.clone();
        match payment.status {
            PaymentStatus::Authorized | PaymentStatus::PartiallyCaptured => {}
            PaymentStatus::Captured => return Err(Refusal::TooMuchCaptured),
            PaymentStatus::Pending
            | PaymentStatus::Failed { .. }
            | PaymentStatus::Expired
            | PaymentStatus::Voided
            | PaymentStatus::Disputed
            | PaymentStatus::ChargedBack => return Err(Refusal::WrongStatus(payment.status)),
        }
        let change = take(&mut payment, world, request.amount)?;
        Ok((self.change(world, change, payment.clone()), payment))
    }

    pub(in crate::sandbox_gateway) fn void(
        &self,
        world: &World,
        id: &str,
    ) -> Result<(Vec<Record>, GatewayPayment), Refusal> {
        let mut payment = self.payment(id)?.clone();
        match payment.status {
            PaymentStatus::Pending | PaymentStatus::Authorized | PaymentStatus::PartiallyCaptured => {
                payment.status = PaymentStatus::Voided;
                Ok((self.change(world, Change::Voided, payment.clone()), payment))
            }
            PaymentStatus::Voided => Ok((Vec::new(), payment)),
            PaymentStatus::Captured
            | PaymentStatus::Failed { .. }
            | PaymentStatus::Expired
            | PaymentStatus::Disputed
            | PaymentStatus::ChargedBack => Err(Refusal::WrongStatus(payment.status)),
        }
    }

    pub(in crate::sandbox_gateway) fn give_back(
        &self,
        world: &World,
        id: &str,
        request: RefundRequest,
    ) -> Result<(Vec<Record>, GatewayRefund), Refusal> {
        let RefundRequest { refund, amount } = request;
        some(amount)?;
        let mut payment = self.payment(id)?.clone();
        if payment.refunds.iter().any(|known| known.refund == refund) {
            return Err(Refusal::RefundExists);
        }
        if matches!(payment.status, PaymentStatus::Disputed | PaymentStatus::ChargedBack) {
            return Err(Refusal::WrongStatus(payment.status));
        }
        if !fits(amount, given_back(&payment), taken(&payment)) {
            return Err(Refusal::TooMuchRefunded);
        }
        let reference = reference(&payment.id, "refund", payment.refunds.len())?;
        let fails = world.dice.falls(world.faults.refund_fail_percent, "refund fails", reference.as_str());
        let (status, change) = if fails {
            (RefundStatus::Failed { code: "account-closed".to_owned() }, Change::RefundFailed)
        } else {
            (RefundStatus::Succeeded, Change::Refunded)
        };
        let refund = GatewayRefund { reference, refund, amount, status };
        payment.refunds.push(refund.clone());
        Ok((self.change(world, change, payment), refund))
    }
}

impl Decision {
    /// What happened is answered, and the answer kept under the key.
    pub(in crate::sandbox_gateway) fn answered<A: Serialize>(
        (mut records, answer): (Vec<Record>, A),
        keyed: Option<(IdempotencyKey, String)>,
    ) -> Result<Self, Refusal> {
        let answer = serde_json::to_value(answer).map_err(|error| Refusal::Internal(error.to_string()))?;
        if let Some((key, asked)) = keyed {
            records.push(Record::Answered(Keyed { key, asked, answer: answer.clone() }));
        }
        Ok(Self { records, answer })
    }
}

fn authorize(payment: &mut GatewayPayment) -> Change {
    payment.authorized = payment.amount;
    payment.status = PaymentStatus::Authorized;
    Change::Authorized
}

fn fail(payment: &mut GatewayPayment, code: Option<String>) -> Change {
    payment.status = PaymentStatus::Failed { code: code.unwrap_or_else(|| "declined".to_owned()) };
    Change::Failed
}

/// Takes authorized money.
fn take(payment: &mut GatewayPayment, world: &World, amount: Amount) -> Result<Change, Refusal> {
    let authorized = payment.authorized.minor_units();
    if !fits(amount, taken(payment), authorized) {
        return Err(Refusal::TooMuchCaptured);
    }
    let reference = reference(&payment.id, "capture", payment.captures.len())?;
    payment.captures.push(Capture { reference, amount, at: world.now });
    payment.status = standing(payment);
    Ok(Change::Captured)
}

/// Where a payment of which money was taken stands.
fn standing(payment: &GatewayPayment) -> PaymentStatus {
    if taken(payment) == payment.authorized.minor_units() {
        PaymentStatus::Captured
    } else {
        PaymentStatus::PartiallyCaptured
    }
}

fn some(amount: Amount) -> Result<(), Refusal> {
    if amount == Amount::ZERO { Err(Refusal::NoAmount) } else { Ok(()) }
}

/// The gateway's name follows from ours, so that two runs of one seed give the same names and throw the same dice.
fn payment_id(payment: &ExternalReference) -> PaymentReference {
    let digest: [u8; 32] = Sha256::digest(payment.as_str()).into();
    let number = digest.first_chunk().map_or(0, |first| u128::from_be_bytes(*first));
    // Letters and digits are a reference.
    format!("pay_{number:032x}").parse().expect("letters and digits")
}

fn reference(id: &PaymentReference, what: &str, number: usize) -> Result<PaymentReference, Refusal> {
    format!("{id}_{what}_{number}").parse().map_err(|_| Refusal::Internal("a reference is too long".to_owned()))
}
