//! Takes units back, from the request to the money.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use purser::client::{
    AskedBack, FoundUnits, GoodsReturn, Inspection, RefundDone, ReturnApproval, ReturnRequest, ReturnWish,
};
use purser_domain::{
    ids::{OrderId, ReturnId},
    product::ProductKind,
    returns::ReturnStatus,
    text::{PaymentReference, Reason},
};
use tokio::time::{Instant, sleep};

use super::{Import, ImportError, Paying, engine, last, stage};
use crate::online_retail::{
    mapping::MERCHANT,
    matching::{Matched, Matching},
};

/// How long the money of a return may take to be back. A refund whose answer is lost is asked after by the engine.
const SETTLED_MAX: Duration = Duration::from_mins(10);

const FIRST_LOOK: Duration = Duration::from_millis(100);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A return that was inspected, or approved where nothing is sent.
struct Begun<'a> {
    back: &'a Matched<'a>,
    id: ReturnId,
    position: i64,
}

impl Import<'_> {
    /// Takes all units back that were sold to somebody: each is asked for, approved, sent, received, inspected, put into the
    /// stock again and paid back. `orders` are those of the sales, in their order.
    pub(super) async fn take_back(&self, matching: &Matching<'_>, orders: &[OrderId]) -> Result<i64, ImportError> {
        stage(self.bar, "returns", matching.returns.len());
        let begun = stream::iter(&matching.returns).map(|back| async move {
            let begun = self.begin_return(back, orders[back.sale]).await?;
            self.bar.inc(1);
            Ok::<_, ImportError>(begun)
        });
        let begun: Vec<Begun<'_>> = begun.buffered(self.settings.concurrency).try_collect().await?;
        stage(self.bar, "refunds", begun.len());
        let settled = stream::iter(&begun).map(|begun| async move {
            let position = self.settle_return(begun).await?;
            self.bar.inc(1);
            Ok::<_, ImportError>(position)
        });
        last(settled.buffer_unordered(self.settings.concurrency)).await
    }

    async fn begin_return<'a>(&self, back: &'a Matched<'a>, order: OrderId) -> Result<Begun<'a>, ImportError> {
        let what = || engine(format!("return {}", back.invoice));
        let key = |step: &str| self.key(step, self.name(back));
        let at = Some(back.at);
        let reason: Reason = format!("invoice {}", back.invoice).parse()?;
        let lines = back.lines.iter();
        let asked = lines.clone().map(|(line, quantity)| AskedBack {
            line: *line,
            quantity: *quantity,
            reason: reason.clone(),
        });
        let kind = match back.kind {
            ProductKind::Goods => ReturnWish::Return,
            ProductKind::Service => ReturnWish::RefundOnly,
        };
        let request = ReturnRequest { kind, lines: asked.collect(), at };
        let id = self.client.request_return(&key("return"), order, &request).await.map_err(what())?.id;
        let approval = ReturnApproval { return_address: None, at };
        let approved = self.client.approve_return(&key("approve"), id, &approval).await.map_err(what())?;
        if kind == ReturnWish::RefundOnly {
            return Ok(Begun { back, id, position: approved.position });
        }
        self.client.send_return(&key("send"), id, at).await.map_err(what())?;
        self.client.receive_return(&key("arrive"), id, at).await.map_err(what())?;
        let found = lines.map(|(line, quantity)| FoundUnits { line: *line, restock: quantity.units() });
        let inspection = Inspection { lines: found.collect(), at };
        let inspected = self.client.inspect_return(&key("inspect"), id, &inspection).await.map_err(what())?;
        Ok(Begun { back, id, position: inspected.position })
    }

    /// Waits until the money is back. Where staff took it, staff give it back.
    async fn settle_return(&self, Begun { back, id, position }: &Begun<'_>) -> Result<i64, ImportError> {
        let what = || engine(format!("refund of return {}", back.invoice));
        if let Paying::Recorded = self.settings.paying {
            let GoodsReturn { refunds, .. } = self.client.goods_return(*id, *position).await.map_err(what())?;
            for refund in refunds {
                let reference: PaymentReference = format!("{MERCHANT}-{}", self.name(back)).parse()?;
                let key = self.key("refund", format!("{}:{refund}", self.name(back)));
                self.client.refund_done(&key, &refund.to_string(), &RefundDone { reference }).await.map_err(what())?;
            }
        }
        let started = Instant::now();
        let mut pause = FIRST_LOOK;
        loop {
            let known = self.client.goods_return(*id, *position).await.map_err(what())?;
            if known.status == ReturnStatus::Closed {
                return Ok(known.position);
            }
            if started.elapsed() > SETTLED_MAX {
                return Err(ImportError::Unsettled { invoice: back.invoice.to_owned(), status: known.status });
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOK_AGAIN);
        }
    }

    /// What a return is called: by its invoice, by the sale's, and goods apart from what is no goods.
    fn name(&self, back: &Matched<'_>) -> String {
        format!(
            "{}:{}:{}",
            back.invoice,
            self.ledger.sales[back.sale].invoice,
            match back.kind {
                ProductKind::Goods => "goods",
                ProductKind::Service => "service",
            }
        )
    }
}
