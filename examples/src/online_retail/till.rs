//! Paying through a gateway that misbehaves.

use std::time::Duration;

use purser::{
    client::{Client, ClientError, PaymentAttempt, PaymentWish},
    sandbox_gateway::{Faults, InvalidShare, Share},
};
use purser_domain::{
    ids::{OrderId, PaymentId},
    payment::PaymentStatus,
    text::{GatewayName, InvalidValue},
};
use tokio::time::{Instant, sleep};

use crate::sandbox::{CustomerDoes, Sandbox, SandboxError};

/// How long the gateway may take to say where to pay, and a payment to reach its order. A callback that is lost is made good
/// by the engine's next question, a minute later at most.
const SETTLED_MAX: Duration = Duration::from_mins(5);

const FIRST_LOOK: Duration = Duration::from_millis(100);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Where a customer of the shop pays: at the gateway that the engine calls `sandbox`.
#[derive(Debug, Clone)]
pub struct Till {
    sandbox: Sandbox,
    wish: PaymentWish,
}

/// Why an order is not paid.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// The engine refused, or was away for too long.
    #[error(transparent)]
    Engine(#[from] ClientError),
    /// The gateway was away for too long.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The gateway's name or a share is none.
    #[error(transparent)]
    Value(#[from] InvalidValue),
    /// A share is none.
    #[error(transparent)]
    Share(#[from] InvalidShare),
    /// It came to nothing, which this gateway was not told to let happen.
    #[error("payment {payment} is {status}")]
    CameToNothing {
        /// Which.
        payment: PaymentId,
        /// Where it stands.
        status: PaymentStatus,
    },
    /// Waiting did not help.
    #[error("nothing came of payment {payment} in {} s: does the gateway's --webhook-url lead to the engine?", SETTLED_MAX.as_secs())]
    Unsettled {
        /// Which.
        payment: PaymentId,
    },
}

impl Till {
    /// Opens it, and has the gateway misbehave: of a hundred callbacks ten come twice, five late and two never, and of a hundred
    /// calls two are not answered though the work was done.
    pub async fn open(sandbox: Sandbox) -> Result<Self, TillError> {
        let gateway: GatewayName = "sandbox".parse()?;
        let faults = Faults {
            repeat_percent: Share::try_from(10_i64)?,
            delay_percent: Share::try_from(5_i64)?,
            drop_percent: Share::try_from(2_i64)?,
            timeout_percent: Share::try_from(2_i64)?,
            ..Faults::default()
        };
        sandbox.misbehave(&faults).await?;
        Ok(Self { sandbox, wish: PaymentWish { gateway } })
    }

    /// Begins a payment and has the customer pay it. The money reaches the order a moment later.
    pub(super) async fn pay(&self, client: &Client, key: &str, order: OrderId) -> Result<PaymentId, TillError> {
        let begun = client.begin_payment(key, order, &self.wish).await?;
        let known =
            watch(client, begun.id, begun.position, |payment| payment.next_action.is_some() || is_over(payment.status));
        let link = known.await?.next_action.and_then(|action| action.redirect_url);
        // Without one it was paid before: by a run of this import that was killed.
        if let Some(link) = link {
            self.sandbox.pay(&link, CustomerDoes::Succeed).await?;
        }
        Ok(begun.id)
    }

    /// Waits until a payment's money is on its order, and tells from which log position on a query sees it there.
    pub(super) async fn settled(client: &Client, payment: PaymentId) -> Result<i64, TillError> {
        let paid = watch(client, payment, 0, |payment| is_over(payment.status)).await?;
        match paid.status {
            PaymentStatus::Captured => Ok(paid.position),
            status => Err(TillError::CameToNothing { payment, status }),
        }
    }
}

/// Looks at a payment until it is as hoped for.
async fn watch(
    client: &Client,
    payment: PaymentId,
    position: i64,
    hoped: impl Fn(&PaymentAttempt) -> bool,
) -> Result<PaymentAttempt, TillError> {
    let started = Instant::now();
    let mut pause = FIRST_LOOK;
    loop {
        let known = client.payment(payment, position).await?;
        if hoped(&known) {
            return Ok(known);
        }
        if started.elapsed() > SETTLED_MAX {
            return Err(TillError::Unsettled { payment });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LOOK_AGAIN);
    }
}

const fn is_over(status: PaymentStatus) -> bool {
    match status {
        PaymentStatus::Initiated
        | PaymentStatus::Pending
        | PaymentStatus::Authorized
        | PaymentStatus::PartiallyCaptured => false,
        PaymentStatus::Captured
        | PaymentStatus::Disputed
        | PaymentStatus::ChargedBack
        | PaymentStatus::Failed
        | PaymentStatus::Expired
        | PaymentStatus::AuthorizationExpired
        | PaymentStatus::Voided => true,
    }
}
