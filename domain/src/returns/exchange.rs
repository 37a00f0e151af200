use std::collections::BTreeMap;

use crate::{
    money::{Amount, Money},
    order::Terms,
    product::{Listing, Product, ProductKind},
    returns::{Replacement, ReturnRefusal, ReturnTerms},
    text::Sku,
};

/// Whether the goods that a return asks for may be sent for its units.
///
/// The order's seller must offer them, in its currency. Because no money moves in an exchange, they may not be worth more,
/// by today's catalogue, than the units were sold for, before discounts; but what is among the units itself counts as it was
/// sold, so that like for like is always even. Where they are worth less, the difference is the customer's gift: whoever
/// wants it asks for the money. Of goods with a purchase limit no more are sent than come back.
pub fn check_replacement<'catalogue>(
    sold: &Terms,
    terms: &ReturnTerms,
    catalogue: impl Fn(&Sku) -> Option<&'catalogue Product>,
) -> Result<(), ReturnRefusal> {
    let units = terms.line_units();
    let articles = sold.book.articles(&units);
    let currency = sold.total.currency;
    let replacement = terms.kind.replacement();
    let mut worth = Some(Amount::ZERO);
    for (place, Replacement { sku, quantity }) in replacement.iter().enumerate() {
        if replacement[..place].iter().any(|earlier| earlier.sku == *sku) {
            return Err(ReturnRefusal::ReplacementRepeated { place });
        }
        let offered = catalogue(sku).and_then(|product| goods_of(product, terms));
        let listing = offered.filter(|listing| listing.price.currency == currency);
        let listing = listing.ok_or(ReturnRefusal::ReplacementNotOffered { place })?;
        let (given, price) = articles.get(sku).copied().unwrap_or((0, listing.price.amount));
        if listing.purchase_limit.is_some() && i64::from(*quantity) > given {
            return Err(ReturnRefusal::ReplacementLimited { place });
        }
        worth = worth.and_then(|worth| worth.checked_add(price.checked_times(*quantity)?));
    }
    // The order has agreed that the units are there.
    let given = sold.book.portion(&units).map(|portion| portion.price).unwrap_or_default();
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
    asked.into_iter().eq(articles.iter().map(|(sku, (pieces, _))| (sku, *pieces)))
}

fn goods_of<'a>(product: &'a Product, terms: &ReturnTerms) -> Option<&'a Listing> {
    match product {
        Product::Listed(listing) => {
            Some(listing).filter(|listing| listing.kind == ProductKind::Goods && listing.merchant == terms.merchant)
        }
        Product::Unlisted | Product::Delisted(_) => None,
    }
}
