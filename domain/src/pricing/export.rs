//! Prices that hold tax, where none is due.

use crate::{
    merchant::TaxRates,
    money::Amount,
    order::OrderLine,
    pricing::{levy::net_of, price::category_of},
    text::{CountryCode, Sku, TaxCategory},
};

/// Makes the lines of an order net, where it goes to a country without any tax rate and its merchant wants prices to be net
/// there. Answers what each line would have held of tax; nothing at all, where prices stay as they are.
///
/// The price of one piece becomes net, rounded once, so that all that follows, discounts, minimum spends and refunds, goes by
/// what the customer pays. `stated` says of a line whether its price was negotiated: such a price stays.
pub fn take_out_tax<'catalogue>(
    lines: &mut [OrderLine],
    tax: &TaxRates,
    country: &CountryCode,
    stated: impl Fn(usize) -> bool,
    tax_category: impl Fn(&Sku) -> Option<&'catalogue TaxCategory>,
) -> Vec<Amount> {
    let Some(home) = tax.taken_out_for(country) else { return vec![] };
    let taken_out = |(number, line): (usize, &mut OrderLine)| {
        if stated(number) {
            return Amount::ZERO;
        }
        let taxes = home.taxes(category_of(tax_category(&line.sku))).unwrap_or_default();
        let before = line.total;
        line.unit_price = net_of(&taxes, line.unit_price);
        // It is no more than before, and so is what all pieces cost.
        line.total = line.unit_price.checked_times(line.quantity).unwrap_or(before);
        before.saturating_sub(line.total)
    };
    lines.iter_mut().enumerate().map(taken_out).collect()
}
