use std::collections::BTreeMap;

use crate::{
    money::{Amount, Money},
    order::Terms,
    product::{Listing, Product, ProductKind},
    quantity::Quantity,
    returns::{Replacement, ReturnRefusal, ReturnTerms},
    text::Sku,
};

/// Pieces of one SKU by the price that they were sold at, before discounts, the cheapest first.
type Sold = BTreeMap<Amount, i64>;

/// Whether the goods that a return asks for may be sent for its units.
///
/// They must be goods of the order's seller. No money moves in an exchange, so together they may not be worth more than
/// what comes back: its units at the prices that they were sold at, before discounts. A piece is worth what it costs in the
/// catalogue now. Only as many pieces of a SKU as come back of it are like for like: each of them is worth no more than the
/// unit that it replaces was sold for, so that it is even at any price, on sale or not. Every further piece must be on
/// sale, in the order's currency. Of goods with a purchase limit no more are sent than come back.
///
/// Where what is sent is worth less, the difference is the customer's gift: whoever wants it asks for the money. This is
/// asked once, when the return is requested: what was agreed to stays even however prices change until the goods are here.
pub fn check_replacement<'catalogue>(
    sold: &Terms,
    terms: &ReturnTerms,
    catalogue: impl Fn(&Sku) -> Option<&'catalogue Product>,
) -> Result<(), ReturnRefusal> {
    let articles = sold.book.articles(&terms.line_units());
    let currency = sold.total.currency;
    let replacement = terms.kind.replacement();
    let nothing = Sold::new();
    let mut worth = Some(Amount::ZERO);
    for (place, Replacement { sku, quantity }) in replacement.iter().enumerate() {
        if replacement[..place].iter().any(|earlier| earlier.sku == *sku) {
            return Err(ReturnRefusal::ReplacementRepeated { place });
        }
        let product = catalogue(sku).filter(|product| is_theirs(product, terms));
        let product = product.ok_or(ReturnRefusal::ReplacementNotOffered { place })?;
        let back = articles.get(sku).unwrap_or(&nothing);
        let further = i64::from(*quantity) > back.values().sum::<i64>();
        let is_limited = product.listing().is_some_and(|listing| listing.purchase_limit.is_some());
        if is_limited && further {
            return Err(ReturnRefusal::ReplacementLimited { place });
        }
        let price = on_sale(product).map(|listing| listing.price).filter(|price| price.currency == currency);
        if price.is_none() && further {
            return Err(ReturnRefusal::ReplacementNotOffered { place });
        }
        worth = worth.and_then(|sum| sum.checked_add(worth_of(*quantity, price.map(|price| price.amount), back)?));
    }
    let given = articles.values().try_fold(Amount::ZERO, |sum, back| sum.checked_add(sold_for(back)?));
    // The order has agreed that the units are there, and it was placed: their sum is an amount.
    let given = given.unwrap_or_default();
    match worth {
        Some(worth) if worth <= given => Ok(()),
        worth => Err(ReturnRefusal::ReplacementTooDear {
            worth: Money { amount: worth.unwrap_or(Amount::MAX), currency },
            given: Money { amount: given, currency },
        }),
    }
}

/// Whether what a return asks for is piece by piece what its units are.
pub fn is_for_the_same(sold: &Terms, terms: &ReturnTerms) -> bool {
    let mut asked: BTreeMap<&Sku, i64> = BTreeMap::new();
    for Replacement { sku, quantity } in terms.kind.replacement() {
        *asked.entry(sku).or_default() += i64::from(*quantity);
    }
    let articles = sold.book.articles(&terms.line_units());
    asked.into_iter().eq(articles.iter().map(|(sku, back)| (sku, back.values().sum::<i64>())))
}

/// What so many pieces of a SKU are worth. Each of which one comes back counts at the lesser of today's price and what that
/// one was sold for, the cheapest first; the others at today's price. None where that is no amount.
fn worth_of(asked: Quantity, price: Option<Amount>, back: &Sold) -> Option<Amount> {
    let (mut open, mut worth) = (i64::from(asked), Amount::ZERO);
    for (sold_at, pieces) in back {
        let like_for_like = open.min(*pieces);
        worth = worth.checked_add(times(price.unwrap_or(*sold_at).min(*sold_at), like_for_like)?)?;
        open -= like_for_like;
    }
    worth.checked_add(times(price.unwrap_or_default(), open)?)
}

fn sold_for(back: &Sold) -> Option<Amount> {
    back.iter().try_fold(Amount::ZERO, |sum, (sold_at, pieces)| sum.checked_add(times(*sold_at, *pieces)?))
}

fn times(price: Amount, pieces: i64) -> Option<Amount> {
    Amount::try_from(price.minor_units().checked_mul(pieces)?).ok()
}

/// Goods of the seller of the order, on sale or not.
fn is_theirs(product: &Product, terms: &ReturnTerms) -> bool {
    let is_theirs = |listing: &Listing| listing.kind == ProductKind::Goods && listing.merchant == terms.merchant;
    product.listing().is_some_and(is_theirs)
}

const fn on_sale(product: &Product) -> Option<&Listing> {
    match product {
        Product::Listed(listing) => Some(listing),
        Product::Unlisted | Product::Delisted(_) => None,
    }
}
