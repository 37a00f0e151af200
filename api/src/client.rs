//! A client of the HTTP interface, for the programs that come with the engine: the demo, the examples, the stories of an
//! operator's own.
//!
//! Promise: whatever it sends can be sent again. Every command carries an idempotency key, so a broken connection, an
//! answer that never came, or an engine that was killed and started again in between is bridged by sending the same bytes
//! under the same key, for as long as the client's patience lasts.

mod credentials;
mod error;
mod overview;
mod retry;
mod returns;
mod shapes;
mod statistics;
mod target;
mod terms;
mod till;

pub use credentials::{Credentials, CredentialsError, Token};
pub use error::{ClientError, Fault, Problem};
pub use overview::{OrderSummary, Refund, RefundStatus, SagaProgress};
pub use returns::{
    AskedBack, FoundUnits, GoodsReturn, Inspection, ReturnApproval, ReturnRequest, ReturnStanding, ReturnWish,
};
pub use shapes::{
    Adjustment, Change, DaySales, Finding, GatewayList, Listing, MoneyTaken, OrderDetail, OrderLine, OrderPricing,
    Payment, PaymentRole, Period, Placed, Placement, Receipt, Reconciliation, RefundDone, Shipment, SkuSales, Standing,
    StockCount, Sum,
};
pub use statistics::{DayStatistics, OrderFigures, RefundFigures, ReturnFigures};
pub(crate) use target::address;
pub use target::{Target, TargetError};
pub use terms::{Coupon, CouponIssue, CouponOffer, LatePayment, Policies};
pub use till::{NextAction, PaymentAttempt, PaymentBegun, PaymentWish};

use std::time::Duration;

use purser_domain::{Timestamp, ids::OrderId, order::OrderStatus, text::Sku};
use reqwest::{
    Method, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use serde::{Serialize, de::DeserializeOwned};

use self::{
    retry::{Patience, Setback},
    shapes::Page,
};
use crate::mint;

/// How long one attempt may take. The engine gives up on a request after ten seconds by default.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many items of a list are asked for at once.
const PAGE_ITEMS: &str = "1000";

/// A connection pool to one engine, in one role. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    authorization: HeaderValue,
    patience: Duration,
}

/// One request, as it is sent each time.
struct Call {
    method: Method,
    url: Url,
    key: Option<String>,
    body: Vec<u8>,
}

impl Client {
    /// A client of the engine at `url`, for example `http://127.0.0.1:8080`, in the role that the token gives. Nothing is
    /// sent yet. `patience` is how long one request is repeated while the engine cannot be reached or asks to wait.
    pub fn try_new(url: &str, token: &Token, patience: Duration) -> Result<Self, ClientError> {
        let base = Url::parse(url).ok().filter(|base| base.scheme() == "http" && base.has_host());
        let base = base.ok_or_else(|| ClientError::Url { url: url.to_owned() })?;
        let mut authorization = HeaderValue::try_from(token.authorization()).map_err(|_| ClientError::Token)?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .timeout(ATTEMPT_TIMEOUT)
            .build()
            .map_err(ClientError::Setup)?;
        Ok(Self { http, base, authorization, patience })
    }

    /// Where the engine is.
    pub fn url(&self) -> &Url {
        &self.base
    }

    /// Waits until the engine says that it is ready.
    pub async fn ready(&self) -> Result<(), ClientError> {
        self.send(&self.query(&["health", "ready"], &[])).await.map(drop)
    }

    /// Offers a product.
    pub async fn list_product(&self, key: &str, product: &Listing) -> Result<Change, ClientError> {
        self.command(&["v1", "products"], key, product).await
    }

    /// When a product first became known.
    pub async fn first_listed_at(&self, sku: &Sku) -> Result<Option<Timestamp>, ClientError> {
        let page: Page<shapes::HistoryItem> =
            self.read(&["v1", "products", sku.as_str(), "history"], &[("limit", "1")]).await?;
        Ok(page.items.first().map(|item| item.recorded_at))
    }

    /// Adds pieces that came in.
    pub async fn receive(&self, key: &str, sku: &Sku, receipt: &Receipt) -> Result<Change, ClientError> {
        self.command(&["v1", "stock", sku.as_str(), "receive"], key, receipt).await
    }

    /// Corrects a count.
    pub async fn adjust(&self, key: &str, sku: &Sku, adjustment: &Adjustment) -> Result<Change, ClientError> {
        self.command(&["v1", "stock", sku.as_str(), "adjust"], key, adjustment).await
    }

    /// Places an order.
    pub async fn place(&self, key: &str, placement: &Placement) -> Result<Placed, ClientError> {
        self.command(&["v1", "orders"], key, placement).await
    }

    /// Records money that was taken for an order.
    pub async fn pay(&self, key: &str, order: OrderId, payment: &Payment) -> Result<Standing, ClientError> {
        self.step(order, "pay", key, payment).await
    }

    /// Ends an order before its shipment.
    pub async fn cancel(&self, key: &str, order: OrderId, reason: &str) -> Result<Standing, ClientError> {
        self.step(order, "cancel", key, &shapes::Cancellation { reason }).await
    }

    /// Hands a paid order to the carrier. Between its payment and its shipment the engine itself moves it on to
    /// processing, a moment later; this waits for that, as long as the client's patience lasts.
    pub async fn ship(&self, key: &str, order: OrderId, shipment: &Shipment) -> Result<Standing, ClientError> {
        let mut patience = Patience::of(self.patience);
        loop {
            match self.step(order, "ship", key, shipment).await {
                Err(ClientError::Refused(problem)) if problem.order_status == Some(OrderStatus::Paid) => {
                    patience.wait(Setback::Refused(problem)).await?;
                }
                outcome => return outcome,
            }
        }
    }

    /// Notes that an order arrived.
    pub async fn deliver(&self, key: &str, order: OrderId, at: Option<Timestamp>) -> Result<Standing, ClientError> {
        self.step(order, "deliver", key, &shapes::Occurrence { at }).await
    }

    /// Closes a delivered order.
    pub async fn complete(&self, key: &str, order: OrderId, at: Option<Timestamp>) -> Result<Standing, ClientError> {
        self.step(order, "complete", key, &shapes::Occurrence { at }).await
    }

    /// Notes that the money of a refund is back. The refund comes into being a moment after its cause; this waits for it.
    pub async fn refund_done(&self, key: &str, refund: &str, done: &RefundDone) -> Result<Change, ClientError> {
        let mut patience = Patience::of(self.patience);
        loop {
            match self.command(&["v1", "refunds", refund, "done"], key, done).await {
                Err(ClientError::Refused(problem)) if problem.is("not-found") || problem.is("refund-conflict") => {
                    patience.wait(Setback::Refused(problem)).await?;
                }
                outcome => return outcome,
            }
        }
    }

    /// An order with its lines, as of `min_position` at least.
    pub async fn order(&self, order: OrderId, min_position: i64) -> Result<OrderDetail, ClientError> {
        self.read(&["v1", "orders", &order.to_string()], &[("min_position", &min_position.to_string())]).await
    }

    /// The counts of all stock, as of `min_position` at least.
    pub async fn stock(&self, min_position: i64) -> Result<Vec<StockCount>, ClientError> {
        self.all::<_, &str>(&["v1", "stock"], &[], min_position).await
    }

    /// What a merchant sold on each day.
    pub async fn sales_by_day(&self, period: &Period, min_position: i64) -> Result<Vec<DaySales>, ClientError> {
        self.all(&["v1", "sales", "days"], &period.query(), min_position).await
    }

    /// What a merchant sold of each SKU.
    pub async fn sales_by_sku(&self, period: &Period, min_position: i64) -> Result<Vec<SkuSales>, ClientError> {
        self.all(&["v1", "sales", "skus"], &period.query(), min_position).await
    }

    /// Has the engine reconcile at once, and hears what it found and did, however often it has to ask.
    pub async fn reconcile(&self) -> Result<Reconciliation, ClientError> {
        let key = Some(mint::one_time_key());
        let call = Call { method: Method::POST, url: self.address(&["v1", "reconciliations"]), key, body: Vec::new() };
        parse(&self.send(&call).await?)
    }

    /// How many events the view that is furthest behind has not seen yet. For an operator.
    pub async fn lag_events(&self) -> Result<i64, ClientError> {
        let views: Page<shapes::ViewLag> = self.read(&["v1", "views"], &[]).await?;
        Ok(views.items.iter().map(|view| view.lag_events).max().unwrap_or_default())
    }

    async fn step(
        &self,
        order: OrderId,
        verb: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Standing, ClientError> {
        self.command(&["v1", "orders", &order.to_string(), verb], key, body).await
    }

    async fn command<A: DeserializeOwned>(
        &self,
        path: &[&str],
        key: &str,
        body: &impl Serialize,
    ) -> Result<A, ClientError> {
        self.submit(Method::POST, path, key, body).await
    }

    async fn submit<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        key: &str,
        body: &impl Serialize,
    ) -> Result<A, ClientError> {
        let body = serde_json::to_vec(body).map_err(ClientError::Body)?;
        let call = Call { method, url: self.address(path), key: Some(key.to_owned()), body };
        parse(&self.send(&call).await?)
    }

    async fn read<A: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<A, ClientError> {
        parse(&self.send(&self.query(path, query)).await?)
    }

    /// All pages of a list.
    async fn all<A: DeserializeOwned, V: AsRef<str>>(
        &self,
        path: &[&str],
        query: &[(&str, V)],
        min_position: i64,
    ) -> Result<Vec<A>, ClientError> {
        let min_position = min_position.to_string();
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_ref())).collect();
            query.extend([("limit", PAGE_ITEMS), ("min_position", &min_position)]);
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page: Page<A> = self.read(path, &query).await?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    fn query(&self, path: &[&str], query: &[(&str, &str)]) -> Call {
        let mut url = self.address(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Call { method: Method::GET, url, key: None, body: Vec::new() }
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Only an address without a host has no segments, and such a one is refused at the start.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Sends until there is an answer that waiting would not change.
    async fn send(&self, call: &Call) -> Result<Vec<u8>, ClientError> {
        let mut patience = Patience::of(self.patience);
        loop {
            match self.attempt(call).await? {
                Ok(answer) => return Ok(answer),
                Err(setback) => patience.wait(setback).await?,
            }
        }
    }

    /// One attempt; the inner error is one that may pass.
    async fn attempt(&self, call: &Call) -> Result<Result<Vec<u8>, Setback>, ClientError> {
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        request = request.header(AUTHORIZATION, self.authorization.clone());
        if let Some(key) = &call.key {
            request =
                request.header("Idempotency-Key", key).header(CONTENT_TYPE, "application/json").body(call.body.clone());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_builder() => return Err(ClientError::Setup(error)),
            Err(error) => return Ok(Err(Setback::Unreachable(error))),
        };
        let status = response.status();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        let body = match response.bytes().await {
            Ok(body) => body.to_vec(),
            Err(error) => return Ok(Err(Setback::Unreachable(error))),
        };
        if status.is_success() {
            return Ok(Ok(body));
        }
        let problem = Box::new(Problem::read(status.as_u16(), &body));
        match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Ok(Err(Setback::AskedToWait { problem, retry_after })),
            _ => Err(ClientError::Refused(problem)),
        }
    }
}

fn parse<A: DeserializeOwned>(body: &[u8]) -> Result<A, ClientError> {
    serde_json::from_slice(body).map_err(ClientError::Answer)
}

#[cfg(test)]
mod tests;
