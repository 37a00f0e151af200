//! Returns.

use purser_domain::{
    Timestamp,
    address::Address,
    ids::{OrderId, RefundId, ReturnId},
    quantity::Quantity,
    returns::ReturnStatus,
    text::Reason,
};
use serde::{Deserialize, Serialize};

use super::{Client, ClientError, shapes::Occurrence};

/// Units of an order that are asked back.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnRequest {
    /// What for.
    pub kind: ReturnWish,
    /// Which units, each line at most once.
    pub lines: Vec<AskedBack>,
    /// When it was asked for, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What units are asked back for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnWish {
    /// The money; nothing is sent.
    RefundOnly,
    /// The money for goods that are sent back.
    Return,
}

/// Units of one line that are asked back.
#[derive(Debug, Clone, Serialize)]
pub struct AskedBack {
    /// The order's line, counted from zero.
    pub line: u32,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: Reason,
}

/// How a return is approved.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnApproval {
    /// Where the goods go, if any are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_address: Option<Address>,
    /// When, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What was found in the parcel of a return.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// Line by line.
    pub lines: Vec<FoundUnits>,
    /// When, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What was found of one line.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FoundUnits {
    /// The order's line, counted from zero.
    pub line: u32,
    /// Units that can be sold again.
    pub restock: u32,
}

/// Where a return stands after a command.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ReturnStanding {
    /// Its id.
    pub id: ReturnId,
    /// Where it stands.
    pub status: ReturnStatus,
    /// From which log position on a query sees it.
    pub position: i64,
}

/// A return as the view shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct GoodsReturn {
    /// Where it stands.
    pub status: ReturnStatus,
    /// The refunds that settle it.
    #[serde(default)]
    pub refunds: Vec<RefundId>,
    /// The position of its last event.
    pub position: i64,
}

impl Client {
    /// Asks units of an order back.
    pub async fn request_return(
        &self,
        key: &str,
        order: OrderId,
        request: &ReturnRequest,
    ) -> Result<ReturnStanding, ClientError> {
        self.command(&["v1", "orders", &order.to_string(), "returns"], key, request).await
    }

    /// Approves a return.
    pub async fn approve_return(
        &self,
        key: &str,
        id: ReturnId,
        approval: &ReturnApproval,
    ) -> Result<ReturnStanding, ClientError> {
        self.return_step(id, "approve", key, approval).await
    }

    /// Notes that the goods of a return are on their way.
    pub async fn send_return(
        &self,
        key: &str,
        id: ReturnId,
        at: Option<Timestamp>,
    ) -> Result<ReturnStanding, ClientError> {
        self.return_step(id, "send", key, &Occurrence { at }).await
    }

    /// Notes that the goods of a return are here.
    pub async fn receive_return(
        &self,
        key: &str,
        id: ReturnId,
        at: Option<Timestamp>,
    ) -> Result<ReturnStanding, ClientError> {
        self.return_step(id, "receive", key, &Occurrence { at }).await
    }

    /// Says what was in the parcel of a return.
    pub async fn inspect_return(
        &self,
        key: &str,
        id: ReturnId,
        inspection: &Inspection,
    ) -> Result<ReturnStanding, ClientError> {
        self.return_step(id, "inspect", key, inspection).await
    }

    /// A return, as of `min_position` at least.
    pub async fn goods_return(&self, id: ReturnId, min_position: i64) -> Result<GoodsReturn, ClientError> {
        self.read(&["v1", "returns", &id.to_string()], &[("min_position", &min_position.to_string())]).await
    }

    async fn return_step(
        &self,
        id: ReturnId,
        verb: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<ReturnStanding, ClientError> {
        self.command(&["v1", "returns", &id.to_string(), verb], key, body).await
    }
}
