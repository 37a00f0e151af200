//! The product: what is sold, by whom, at which price.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    money::Money,
    quantity::Quantity,
    text::{MerchantId, TaxCategory, Title},
};

/// Whether a product keeps stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Pieces that are counted, reserved and shipped.
    Goods,
    /// Postage, fees, work: sold without being counted.
    Service,
}

/// Whether a product is sold while it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backorder {
    /// What is not available cannot be bought.
    #[default]
    Refused,
    /// Orders wait for pieces that are still to come, first come first served.
    Allowed,
}

impl Backorder {
    /// Whether this is what a listing that says nothing means.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
    fn is_refused(&self) -> bool {
        *self == Self::Refused
    }
}

/// A product as the catalogue shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// What the customer reads.
    pub title: Title,
    /// Whether it keeps stock.
    pub kind: ProductKind,
    /// What one piece costs.
    pub price: Money,
    /// Who sells it.
    pub merchant: MerchantId,
    /// What it is to the tax office; `standard`, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Whether it is sold while it is not there.
    #[serde(default, skip_serializing_if = "Backorder::is_refused")]
    pub backorder: Backorder,
    /// The most pieces that one customer may buy, over all their orders; no limit where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_limit: Option<Quantity>,
}

impl Listing {
    fn waits_for_a_service(&self) -> bool {
        match self.kind {
            ProductKind::Service => self.backorder == Backorder::Allowed,
            ProductKind::Goods => false,
        }
    }
}

/// A product. Its SKU is its stream's id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Product {
    /// Never listed.
    #[default]
    Unlisted,
    /// For sale.
    Listed(Listing),
    /// Was for sale.
    Delisted(Listing),
}

/// What can be asked of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductCommand {
    /// Offers it, for the first time or again.
    List {
        /// As what.
        listing: Listing,
        /// When.
        at: Timestamp,
    },
    /// Changes its price from now on; placed orders keep theirs.
    Reprice {
        /// The new price of one piece, in the same currency.
        price: Money,
        /// When.
        at: Timestamp,
    },
    /// Says whether it is sold while it is not there, from now on; orders that wait go on waiting.
    SetBackorder {
        /// Whether it is.
        backorder: Backorder,
        /// When.
        at: Timestamp,
    },
    /// Takes it off sale.
    Delist {
        /// When.
        at: Timestamp,
    },
}

/// What happened to a product. The names and fields are the storage format: a golden file holds each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProductEvent {
    /// It went on sale.
    ProductListed {
        /// As what.
        #[serde(flatten)]
        listing: Listing,
        /// When.
        at: Timestamp,
    },
    /// Its price changed.
    ProductRepriced {
        /// The new price of one piece.
        price: Money,
        /// When.
        at: Timestamp,
    },
    /// It is sold while it is not there, or not any more.
    ProductBackorderChanged {
        /// Whether it is.
        backorder: Backorder,
        /// When.
        at: Timestamp,
    },
    /// It went off sale.
    ProductDelisted {
        /// When.
        at: Timestamp,
    },
}

/// Why a product refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductRefusal {
    /// There is no such product.
    #[error("no such product")]
    Unknown,
    /// It is on sale already, as something else.
    #[error("the product is listed already, with other details")]
    AlreadyListed,
    /// It is off sale.
    #[error("the product is delisted")]
    Delisted,
    /// Another merchant owns the SKU.
    #[error("the sku belongs to another merchant")]
    OtherMerchant,
    /// It was of the other kind before, and its stock or the want of it cannot be undone.
    #[error("a product cannot change between goods and service")]
    OtherKind,
    /// A service is never short of anything.
    #[error("a service keeps no stock, and nobody waits for it")]
    KeepsNoStock,
    /// The new price is in another currency.
    #[error("the product is priced in {expected}, not {received}")]
    OtherCurrency {
        /// The product's currency.
        expected: crate::money::Currency,
        /// The stated one.
        received: crate::money::Currency,
    },
}

/// What follows from a command. No events mean "already so".
pub fn decide(product: &Product, command: ProductCommand) -> Result<Vec<ProductEvent>, ProductRefusal> {
    match command {
        ProductCommand::List { listing, at } => match product {
            Product::Listed(known) if *known == listing => Ok(vec![]),
            Product::Listed(_) => Err(ProductRefusal::AlreadyListed),
            Product::Unlisted | Product::Delisted(_) if listing.waits_for_a_service() => {
                Err(ProductRefusal::KeepsNoStock)
            }
            Product::Delisted(known) if known.merchant != listing.merchant => Err(ProductRefusal::OtherMerchant),
            Product::Delisted(known) if known.kind != listing.kind => Err(ProductRefusal::OtherKind),
            Product::Unlisted | Product::Delisted(_) => Ok(vec![ProductEvent::ProductListed { listing, at }]),
        },
        ProductCommand::Reprice { price, at } => match product {
            Product::Unlisted => Err(ProductRefusal::Unknown),
            Product::Delisted(_) => Err(ProductRefusal::Delisted),
            Product::Listed(listing) if listing.price.currency != price.currency => {
                Err(ProductRefusal::OtherCurrency { expected: listing.price.currency, received: price.currency })
            }
            Product::Listed(listing) if listing.price == price => Ok(vec![]),
            Product::Listed(_) => Ok(vec![ProductEvent::ProductRepriced { price, at }]),
        },
        ProductCommand::SetBackorder { backorder, at } => match product {
            Product::Unlisted => Err(ProductRefusal::Unknown),
            Product::Delisted(_) => Err(ProductRefusal::Delisted),
            Product::Listed(Listing { kind: ProductKind::Service, .. }) => Err(ProductRefusal::KeepsNoStock),
            Product::Listed(listing) if listing.backorder == backorder => Ok(vec![]),
            Product::Listed(_) => Ok(vec![ProductEvent::ProductBackorderChanged { backorder, at }]),
        },
        ProductCommand::Delist { at } => match product {
            Product::Unlisted => Err(ProductRefusal::Unknown),
            Product::Delisted(_) => Ok(vec![]),
            Product::Listed(_) => Ok(vec![ProductEvent::ProductDelisted { at }]),
        },
    }
}

impl Product {
    /// The state after an event. Never fails and never decides.
    #[must_use]
    pub fn evolve(self, event: ProductEvent) -> Self {
        match (self, event) {
            (_, ProductEvent::ProductListed { listing, at: _ }) => Self::Listed(listing),
            (Self::Listed(listing), ProductEvent::ProductRepriced { price, at: _ }) => {
                Self::Listed(Listing { price, ..listing })
            }
            (Self::Listed(listing), ProductEvent::ProductBackorderChanged { backorder, at: _ }) => {
                Self::Listed(Listing { backorder, ..listing })
            }
            (Self::Listed(listing), ProductEvent::ProductDelisted { at: _ }) => Self::Delisted(listing),
            (
                same @ (Self::Unlisted | Self::Delisted(_)),
                ProductEvent::ProductRepriced { .. }
                | ProductEvent::ProductBackorderChanged { .. }
                | ProductEvent::ProductDelisted { .. },
            ) => same,
        }
    }

    /// What the catalogue knows of it, on sale or not.
    pub const fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Unlisted => None,
            Self::Listed(listing) | Self::Delisted(listing) => Some(listing),
        }
    }
}

impl DomainEvent for ProductEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl ProductEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ProductListed { .. } => "ProductListed",
            Self::ProductRepriced { .. } => "ProductRepriced",
            Self::ProductBackorderChanged { .. } => "ProductBackorderChanged",
            Self::ProductDelisted { .. } => "ProductDelisted",
        }
    }
}

impl Aggregate for Product {
    const TYPE: &'static str = "product";
    type Command = ProductCommand;
    type Event = ProductEvent;
    type Error = ProductRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: ProductCommand, (): &(), sink: &EventSink<Self>) -> Result<(), ProductRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ProductEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
