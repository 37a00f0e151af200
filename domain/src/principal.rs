//! Who asks.

use serde::{Deserialize, Serialize};

use crate::{
    fulfillment::Parcel,
    order::Terms,
    payment::PaymentTerms,
    points::PointsId,
    product::Listing,
    returns::ReturnTerms,
    text::{CustomerId, MerchantId},
};

/// On whose behalf a command or a query is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A customer, for their own orders.
    Customer(CustomerId),
    /// A merchant, for their own products and the orders of these.
    Merchant(MerchantId),
    /// The shop's staff, for everything about orders.
    BackOffice,
    /// Who runs the engine, for everything about the engine.
    Operator,
    /// The engine itself, following up on an event.
    Saga,
}

impl Principal {
    /// Whether an order is theirs to see and to act on. Others are told that there is no such order.
    pub fn owns_order(&self, terms: &Terms) -> bool {
        match self {
            Self::Customer(customer) => terms.customer.as_ref() == Some(customer),
            Self::Merchant(merchant) => terms.merchant == *merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Operator => false,
        }
    }

    /// Whether a parcel is theirs to send: that is the seller's side of an order.
    pub fn sends_parcel(&self, parcel: &Parcel) -> bool {
        match self {
            Self::Merchant(merchant) => parcel.merchant == *merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Customer(_) | Self::Operator => false,
        }
    }

    /// Whether a payment is theirs to see: whose order it is for.
    pub fn owns_payment(&self, terms: &PaymentTerms) -> bool {
        match self {
            Self::Customer(customer) => terms.customer.as_ref() == Some(customer),
            Self::Merchant(merchant) => terms.merchant == *merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Operator => false,
        }
    }

    /// Whether a payment is theirs to capture or call off: that is the seller's side of it.
    pub fn sells_for_payment(&self, terms: &PaymentTerms) -> bool {
        match self {
            Self::Customer(_) => false,
            Self::Merchant(_) | Self::BackOffice | Self::Operator | Self::Saga => self.owns_payment(terms),
        }
    }

    /// Whether a return is theirs to see: whose order it is of.
    pub fn owns_return(&self, terms: &ReturnTerms) -> bool {
        match self {
            Self::Customer(customer) => terms.customer.as_ref() == Some(customer),
            Self::Merchant(merchant) => terms.merchant == *merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Operator => false,
        }
    }

    /// Whether a return is theirs to answer and to take in: that is the seller's side of it.
    pub fn sells_for_return(&self, terms: &ReturnTerms) -> bool {
        match self {
            Self::Customer(_) => false,
            Self::Merchant(_) | Self::BackOffice | Self::Operator | Self::Saga => self.owns_return(terms),
        }
    }

    /// Whether a product is theirs to change.
    pub fn owns_product(&self, listing: &Listing) -> bool {
        match self {
            Self::Merchant(merchant) => listing.merchant == *merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Customer(_) | Self::Operator => false,
        }
    }

    /// Whether a merchant's terms are theirs to see and to change. Others are told that there is no such merchant.
    pub fn owns_merchant(&self, merchant: &MerchantId) -> bool {
        match self {
            Self::Merchant(own) => own == merchant,
            Self::BackOffice | Self::Saga => true,
            Self::Customer(_) | Self::Operator => false,
        }
    }

    /// Whether points are theirs to see: those that a merchant issued are known to that merchant.
    pub fn owns_points(&self, account: &PointsId) -> bool {
        match self {
            Self::Customer(own) => *own == account.customer,
            Self::Merchant(own) => account.merchant.as_ref() == Some(own),
            Self::BackOffice | Self::Saga => true,
            Self::Operator => false,
        }
    }

    /// Whether they may have a customer's points spent. A seller may not, who could spend them all by orders that nobody
    /// asked for.
    pub const fn may_spend_points(&self) -> bool {
        match self {
            Self::Customer(_) | Self::BackOffice => true,
            Self::Merchant(_) | Self::Operator | Self::Saga => false,
        }
    }

    /// Whether they may present a coupon of this issuer, the platform's where it is nobody's. A merchant presents its own:
    /// what the platform gives away is not a merchant's to take.
    pub fn may_present(&self, issuer: Option<&MerchantId>) -> bool {
        match self {
            Self::Merchant(own) => issuer == Some(own),
            Self::Customer(_) | Self::BackOffice | Self::Operator | Self::Saga => true,
        }
    }

    /// Whether they may speak for the platform.
    pub const fn is_platform(&self) -> bool {
        match self {
            Self::BackOffice => true,
            Self::Customer(_) | Self::Merchant(_) | Self::Operator | Self::Saga => false,
        }
    }

    /// Whether they may state what others must take from the catalogue and the clock: a negotiated price, an earlier
    /// business time.
    pub const fn may_state_terms(&self) -> bool {
        match self {
            Self::BackOffice => true,
            Self::Customer(_) | Self::Merchant(_) | Self::Operator | Self::Saga => false,
        }
    }
}

#[cfg(test)]
mod spec;
