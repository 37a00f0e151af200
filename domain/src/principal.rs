//! Who asks.

use serde::{Deserialize, Serialize};

use crate::{
    fulfillment::Parcel,
    order::Terms,
    payment::PaymentTerms,
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

    /// Whether a customer's points are theirs to see.
    pub fn owns_points(&self, customer: &CustomerId) -> bool {
        match self {
            Self::Customer(own) => own == customer,
            Self::BackOffice | Self::Saga => true,
            Self::Merchant(_) | Self::Operator => false,
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
