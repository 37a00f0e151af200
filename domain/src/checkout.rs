//! Checkout: what an order's lines cost, taken from the catalogue once and frozen.

mod expected;

pub use expected::{Change, Expected, Figure, TotalChanged};

use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Currency, Money},
    order::OrderLine,
    product::{Listing, Product},
    quantity::Quantity,
    text::{MerchantId, Sku},
};

/// The most lines that an order may have.
pub const MAX_LINES: usize = 1_000;

/// A line as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRequest {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// A negotiated price of one piece, in minor units, instead of the catalogue's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Amount>,
}

/// Lines at frozen prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Who sells all of them.
    pub merchant: MerchantId,
    /// The lines, in the order they were asked for.
    pub lines: Vec<OrderLine>,
    /// Their sum.
    pub total: Money,
}

/// Why a checkout was refused. Lines count from zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutRefusal {
    /// There is nothing to buy.
    #[error("an order needs at least one line")]
    NoLines,
    /// There are more lines than [`MAX_LINES`].
    #[error("an order has at most 1000 lines")]
    TooManyLines,
    /// The catalogue does not know the SKU.
    #[error("sku {sku} is not in the catalogue")]
    UnknownSku {
        /// Which line.
        line: usize,
        /// What it names.
        sku: Sku,
    },
    /// The product is off sale.
    #[error("sku {sku} is delisted")]
    DelistedSku {
        /// Which line.
        line: usize,
        /// What it names.
        sku: Sku,
    },
    /// The product is priced in another currency than the order.
    #[error("sku {sku} is priced in {priced}, the order is in {ordered}")]
    OtherCurrency {
        /// Which line.
        line: usize,
        /// What it names.
        sku: Sku,
        /// The product's currency.
        priced: Currency,
        /// The order's currency.
        ordered: Currency,
    },
    /// The product is another merchant's than the first line's.
    #[error("sku {sku} is sold by {merchant}, the first line's by another merchant: place one order for each")]
    OtherMerchant {
        /// Which line.
        line: usize,
        /// What it names.
        sku: Sku,
        /// Who sells it.
        merchant: MerchantId,
    },
    /// The sum up to this line is more than an amount can be.
    #[error("the order's total is more than 10000000000000 minor units")]
    TotalOverflow {
        /// Which line.
        line: usize,
    },
    /// The lines of one SKU ask for more than one order may.
    #[error("the lines of sku {sku} ask for more than 1000000 in all")]
    QuantityOverflow {
        /// The last of the lines.
        line: usize,
        /// What they name.
        sku: Sku,
    },
}

/// Freezes the prices of an order's lines.
///
/// The price is the catalogue's, or the line's own where one was negotiated; who may negotiate is decided before.
pub fn freeze<'catalogue>(
    requests: &[LineRequest],
    currency: Currency,
    catalogue: impl Fn(&Sku) -> Option<&'catalogue Product>,
) -> Result<Frozen, CheckoutRefusal> {
    if requests.len() > MAX_LINES {
        return Err(CheckoutRefusal::TooManyLines);
    }
    let mut merchant = None;
    let mut lines = Vec::with_capacity(requests.len());
    let mut total = Amount::ZERO;
    for (number, request) in requests.iter().enumerate() {
        let listing = listed(number, request, &catalogue)?;
        if listing.price.currency != currency {
            return Err(CheckoutRefusal::OtherCurrency {
                line: number,
                sku: request.sku.clone(),
                priced: listing.price.currency,
                ordered: currency,
            });
        }
        if *merchant.get_or_insert(&listing.merchant) != &listing.merchant {
            return Err(CheckoutRefusal::OtherMerchant {
                line: number,
                sku: request.sku.clone(),
                merchant: listing.merchant.clone(),
            });
        }
        let line = price_line(request, listing).ok_or(CheckoutRefusal::TotalOverflow { line: number })?;
        total = total.checked_add(line.total).ok_or(CheckoutRefusal::TotalOverflow { line: number })?;
        lines.push(line);
    }
    let merchant = merchant.ok_or(CheckoutRefusal::NoLines)?.clone();
    Ok(Frozen { merchant, lines, total: Money { amount: total, currency } })
}

fn listed<'catalogue>(
    line: usize,
    request: &LineRequest,
    catalogue: impl Fn(&Sku) -> Option<&'catalogue Product>,
) -> Result<&'catalogue Listing, CheckoutRefusal> {
    match catalogue(&request.sku) {
        Some(Product::Listed(listing)) => Ok(listing),
        Some(Product::Delisted(_)) => Err(CheckoutRefusal::DelistedSku { line, sku: request.sku.clone() }),
        Some(Product::Unlisted) | None => Err(CheckoutRefusal::UnknownSku { line, sku: request.sku.clone() }),
    }
}

fn price_line(request: &LineRequest, listing: &Listing) -> Option<OrderLine> {
    let unit_price = request.unit_price.unwrap_or(listing.price.amount);
    Some(OrderLine {
        sku: request.sku.clone(),
        title: listing.title.clone(),
        kind: listing.kind,
        quantity: request.quantity,
        unit_price,
        total: unit_price.checked_times(request.quantity)?,
    })
}

#[cfg(test)]
mod spec;
