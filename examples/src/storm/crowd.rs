//! The crowd: every buyer comes, orders if something is left, and pays in their manner.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use purser::{
    client::{Client, ClientError, PaymentAttempt, PaymentBegun, PaymentWish, Placed},
    clock::SystemClock,
};
use purser_domain::{clock::Clock, ids::OrderId, payment::PaymentStatus, text::GatewayName};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Settings, StormError,
    buyer::{Buyer, Manner},
    dice::Dice,
    shop::Shop,
};
use crate::sandbox::{CustomerDoes, Sandbox};

/// Requests of the whole crowd to the engine at a time: as many connections.
const AT_ONCE: usize = 256;

/// How often a buyer tries to pay.
const ATTEMPTS: u32 = 3;

/// After how long those come again who found everything taken: what was not paid is free by then.
const NEXT_WAVE: Duration = Duration::from_secs(75);

/// How long a buyer waits before they look again: at first, and at last.
const LOOK_SOON: Duration = Duration::from_millis(250);
const LOOK_AGAIN: Duration = Duration::from_secs(4);

/// How long after a payment's end a buyer still hopes for news of it.
const GIVE_UP: Duration = Duration::from_secs(3);

/// Everybody who wants a lantern.
pub(super) struct Crowd<'a> {
    client: &'a Client,
    sandbox: &'a Sandbox,
    shop: &'a Shop,
    settings: &'a Settings,
    dice: Dice,
    wish: PaymentWish,
    turns: Semaphore,
}

/// What came of all visits.
#[derive(Debug, Default)]
pub(super) struct Visits {
    /// The orders that the engine accepted, as it told the buyers.
    pub(super) orders: Vec<OrderId>,
    /// Attempts to pay.
    pub(super) attempts: u64,
}

/// What came of a buyer's visit.
#[derive(Debug, Default)]
struct Visit {
    order: Option<OrderId>,
    attempts: u32,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(
        client: &'a Client,
        sandbox: &'a Sandbox,
        shop: &'a Shop,
        settings: &'a Settings,
        dice: Dice,
    ) -> Result<Self, StormError> {
        let gateway: GatewayName = "sandbox".parse()?;
        let turns = Semaphore::new(AT_ONCE);
        Ok(Self { client, sandbox, shop, settings, dice, wish: PaymentWish { gateway }, turns })
    }

    /// Lets all of them come, and tells when the last has gone.
    pub(super) async fn come(&self, began: Instant) -> Result<Visits, StormError> {
        let buyers = (0..self.settings.buyers).map(|number| Buyer::new(self.dice, number, self.settings.rush));
        let everybody = usize::try_from(self.settings.buyers).unwrap_or(usize::MAX);
        let visits = stream::iter(buyers).map(|buyer| self.visit(buyer, began)).buffer_unordered(everybody.max(1));
        let add = |mut sum: Visits, visit: Visit| async move {
            sum.orders.extend(visit.order);
            sum.attempts += u64::from(visit.attempts);
            Ok(sum)
        };
        visits.try_fold(Visits::default(), add).await
    }

    async fn visit(&self, buyer: Buyer, began: Instant) -> Result<Visit, StormError> {
        for wave in 0..self.settings.waves {
            sleep_until(began + buyer.arrival + NEXT_WAVE * wave).await;
            if let Some(Placed { id, .. }) = self.place(buyer, wave).await? {
                return Ok(Visit { order: Some(id), attempts: self.pay(buyer, id).await? });
            }
        }
        Ok(Visit::default())
    }

    /// Nothing if everything is taken.
    async fn place(&self, buyer: Buyer, wave: u32) -> Result<Option<Placed>, StormError> {
        let mut with_coupon = buyer.has_coupon;
        loop {
            let placement = self.shop.placement(buyer.number, buyer.units, with_coupon)?;
            let key = format!("storm:place:{}:{wave}:{with_coupon}", buyer.number);
            match self.in_turn(self.client.place(&key, &placement)).await {
                Ok(placed) => return Ok(Some(placed)),
                Err(ClientError::Refused(problem)) if problem.is("out-of-stock") => return Ok(None),
                Err(ClientError::Refused(problem)) if with_coupon && problem.is("coupon-used-up") => {
                    with_coupon = false;
                }
                Err(error) => return Err(StormError::engine(format!("buyer {} cannot order", buyer.number))(error)),
            }
        }
    }

    /// Pays in the buyer's manner, and tells how often it was tried.
    async fn pay(&self, buyer: Buyer, order: OrderId) -> Result<u32, StormError> {
        match buyer.manner {
            Manner::Pays { thinking, fails_first } => self.pay_in_time(buyer, order, thinking, fails_first).await,
            Manner::PaysTwice => {
                let first = self.begin(buyer, order, 0).await?;
                let second = self.begin(buyer, order, 1).await?;
                for begun in [&first, &second].into_iter().flatten() {
                    self.go_and_pay(begun, Duration::ZERO, CustomerDoes::Succeed).await?;
                }
                Ok(u32::from(first.is_some()) + u32::from(second.is_some()))
            }
            Manner::PaysLate { early } => {
                let Some(begun) = self.begin(buyer, order, 0).await? else { return Ok(0) };
                let wait = Manner::until_late(left(&begun), early);
                self.go_and_pay(&begun, wait, CustomerDoes::Succeed).await?;
                Ok(1)
            }
            Manner::CancelsAndPays => {
                let Some(begun) = self.begin(buyer, order, 0).await? else { return Ok(0) };
                let link = self.link(&begun).await?;
                self.cancel(buyer, order).await?;
                if let Some(link) = link {
                    self.sandbox.pay(&link, CustomerDoes::Succeed).await?;
                }
                Ok(1)
            }
            Manner::Leaves { begins: true } => Ok(u32::from(self.begin(buyer, order, 0).await?.is_some())),
            Manner::Leaves { begins: false } => Ok(0),
        }
    }

    async fn pay_in_time(
        &self,
        buyer: Buyer,
        order: OrderId,
        thinking: Duration,
        fails_first: bool,
    ) -> Result<u32, StormError> {
        for attempt in 0..ATTEMPTS {
            let Some(begun) = self.begin(buyer, order, attempt).await? else { return Ok(attempt) };
            let does = if fails_first && attempt == 0 { CustomerDoes::Fail } else { CustomerDoes::Succeed };
            self.go_and_pay(&begun, thinking, does).await?;
            let ended = self.watch(&begun, |payment| !payment.status.awaits_customer()).await?;
            if ended.is_none_or(|payment| payment.status != PaymentStatus::Failed) {
                return Ok(attempt + 1);
            }
        }
        Ok(ATTEMPTS)
    }

    /// Nothing if the order is not to be paid any more.
    async fn begin(&self, buyer: Buyer, order: OrderId, attempt: u32) -> Result<Option<PaymentBegun>, StormError> {
        let key = format!("storm:pay:{}:{order}:{attempt}", buyer.number);
        match self.in_turn(self.client.begin_payment(&key, order, &self.wish)).await {
            Ok(begun) => Ok(Some(begun)),
            Err(ClientError::Refused(problem)) if problem.is("wrong-status") => Ok(None),
            Err(error) => Err(StormError::engine(format!("{order} cannot be paid"))(error)),
        }
    }

    /// An order that is paid meanwhile may have gone too far to be cancelled.
    async fn cancel(&self, buyer: Buyer, order: OrderId) -> Result<(), StormError> {
        let key = format!("storm:cancel:{}:{order}", buyer.number);
        match self.in_turn(self.client.cancel(&key, order, "changed their mind")).await {
            Ok(_) => Ok(()),
            Err(ClientError::Refused(problem)) if problem.is("wrong-status") => Ok(()),
            Err(error) => Err(StormError::engine(format!("{order} cannot be cancelled"))(error)),
        }
    }

    async fn go_and_pay(&self, begun: &PaymentBegun, wait: Duration, does: CustomerDoes) -> Result<(), StormError> {
        if let Some(link) = self.link(begun).await? {
            sleep(wait).await;
            self.sandbox.pay(&link, does).await?;
        }
        Ok(())
    }

    /// Where to pay, as soon as the gateway has said so; nothing if it does not say so in time.
    async fn link(&self, begun: &PaymentBegun) -> Result<Option<String>, StormError> {
        let known =
            self.watch(begun, |payment| payment.next_action.is_some() || !payment.status.awaits_customer()).await?;
        Ok(known.and_then(|payment| payment.next_action).and_then(|action| action.redirect_url))
    }

    /// Looks at a payment until it is as hoped for, or its time is over.
    async fn watch(
        &self,
        begun: &PaymentBegun,
        hoped: impl Fn(&PaymentAttempt) -> bool,
    ) -> Result<Option<PaymentAttempt>, StormError> {
        let until = Instant::now() + left(begun) + GIVE_UP;
        let mut pause = LOOK_SOON;
        loop {
            let payment = self.in_turn(self.client.payment(begun.id, begun.position)).await;
            let payment = payment.map_err(StormError::engine(format!("{} cannot be read", begun.id)))?;
            if hoped(&payment) {
                return Ok(Some(payment));
            }
            if Instant::now() > until {
                return Ok(None);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOK_AGAIN);
        }
    }

    async fn in_turn<A>(&self, call: impl Future<Output = A>) -> A {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.ok();
        call.await
    }
}

/// How long a payment's window is still open.
fn left(begun: &PaymentBegun) -> Duration {
    (begun.expires_at - SystemClock.now()).to_std().unwrap_or_default()
}
