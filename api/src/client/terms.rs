//! What merchants and the platform promise: policies and coupons.

use std::num::NonZeroU32;

pub use purser_domain::merchant::LatePayment;
use purser_domain::{
    address::Address,
    money::Money,
    text::{CouponCode, MerchantId, Title},
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{Change, Client, ClientError};

/// What a merchant does about its orders. Whatever is not stated here is as for a merchant that has decided nothing.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Policies {
    /// How many minutes an order waits for its payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_window_minutes: Option<NonZeroU32>,
    /// What becomes of money that comes when its order has expired.
    pub late_payment: LatePayment,
    /// For how many days after delivery a return can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_window_days: Option<u16>,
    /// Where goods come back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_address: Option<Address>,
}

/// A coupon to be issued.
#[derive(Debug, Clone, Serialize)]
pub struct CouponIssue {
    /// What the customer types in.
    pub code: CouponCode,
    /// What the customer reads.
    pub title: Title,
    /// What it gives.
    pub offer: CouponOffer,
    /// How many orders may use it in all.
    pub uses_max: NonZeroU32,
}

/// What a coupon gives.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CouponOffer {
    /// An amount off the order.
    AmountOffOrder {
        /// How much.
        amount: Money,
    },
}

/// A coupon as the view shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Coupon {
    /// Uses that open orders hold.
    pub frozen: i64,
    /// Uses that paid orders hold.
    pub redeemed: i64,
}

impl Client {
    /// Sets all policies of a merchant.
    pub async fn set_policies(
        &self,
        key: &str,
        merchant: &MerchantId,
        policies: &Policies,
    ) -> Result<Change, ClientError> {
        self.submit(Method::PUT, &["v1", "merchants", merchant.as_str(), "policies"], key, policies).await
    }

    /// Issues a coupon.
    pub async fn issue_coupon(&self, key: &str, coupon: &CouponIssue) -> Result<Change, ClientError> {
        self.command(&["v1", "coupons"], key, coupon).await
    }

    /// A coupon, as of `min_position` at least.
    pub async fn coupon(&self, code: &CouponCode, min_position: i64) -> Result<Coupon, ClientError> {
        self.read(&["v1", "coupons", code.as_str()], &[("min_position", &min_position.to_string())]).await
    }
}
