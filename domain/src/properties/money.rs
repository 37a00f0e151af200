use proptest::prelude::*;

use crate::{
    checkout::{CheckoutRefusal, LineRequest, freeze},
    money::{Amount, MAX_AMOUNT},
    product::Product,
    quantity::Quantity,
    samples::{amount, listing, money, quantity, text},
};

/// Small amounts, amounts near the bound, and everything between.
fn amounts() -> impl Strategy<Value = Amount> {
    let minor_units = prop_oneof![0..=10_000_i64, MAX_AMOUNT - 1_000..=MAX_AMOUNT, 0..=MAX_AMOUNT];
    minor_units.prop_map(amount)
}

fn quantities() -> impl Strategy<Value = Quantity> {
    prop_oneof![1..=12_i64, 1..=i64::from(Quantity::MAX)].prop_map(quantity)
}

/// The exact result, where it is an amount.
fn exact(minor_units: i128) -> Option<Amount> {
    i64::try_from(minor_units).ok().and_then(|minor_units| minor_units.try_into().ok())
}

fn wide(amount: Amount) -> i128 {
    amount.minor_units().into()
}

proptest! {
    #[test]
    fn a_sum_is_exact_or_none(one in amounts(), other in amounts()) {
        prop_assert_eq!(one.checked_add(other), exact(wide(one) + wide(other)));
    }

    #[test]
    fn a_product_is_exact_or_none(price in amounts(), quantity in quantities()) {
        prop_assert_eq!(price.checked_times(quantity), exact(wide(price) * i128::from(quantity.units())));
    }

    #[test]
    fn a_number_is_an_amount_within_its_bounds_only(number in any::<i64>()) {
        let json = serde_json::from_str::<Amount>(&number.to_string()).ok();
        prop_assert_eq!(json, exact(number.into()));
        prop_assert_eq!(json.is_some(), (0..=MAX_AMOUNT).contains(&number));
    }

    #[test]
    fn quantities_add_exactly_or_not_at_all(one in quantities(), other in quantities()) {
        let sum = i64::from(one) + i64::from(other);
        prop_assert_eq!(one.checked_add(other), Quantity::try_from(sum).ok());
        prop_assert_eq!(one.checked_add(other).is_some(), sum <= 1_000_000);
    }

    #[test]
    fn money_shows_every_minor_unit(minor_units in amounts(), code in prop::sample::select(vec!["JPY", "GBP", "KWD"])) {
        let shown = money(minor_units.minor_units(), code).to_string();
        let (digits, currency) = shown.split_once(' ').unwrap();
        prop_assert_eq!(currency, code);
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, usize::from(money(0, code).currency.decimals()));
        prop_assert_eq!(digits.replace('.', "").parse::<i64>().unwrap(), minor_units.minor_units());
    }

    #[test]
    fn a_total_is_the_exact_sum_of_its_lines_or_refused(lines in prop::collection::vec((amounts(), quantities()), 1..12)) {
        let product = Product::Listed(listing(255));
        let requests: Vec<LineRequest> = lines
            .iter()
            .map(|&(price, quantity)| LineRequest { sku: text("85123A"), quantity, unit_price: Some(price) })
            .collect();
        let sums: Vec<i128> = lines
            .iter()
            .scan(0, |sum, (price, quantity)| {
                *sum += wide(*price) * i128::from(quantity.units());
                Some(*sum)
            })
            .collect();
        let frozen = freeze(&requests, text("GBP"), |_| Some(&product));
        if let Some(line) = sums.iter().position(|sum| exact(*sum).is_none()) {
            prop_assert_eq!(frozen, Err(CheckoutRefusal::TotalOverflow { line }));
        } else {
            let frozen = frozen.unwrap();
            prop_assert_eq!(Some(wide(frozen.total.amount)), sums.last().copied());
            let parts: i128 = frozen.lines.iter().map(|line| wide(line.total)).sum();
            prop_assert_eq!(wide(frozen.total.amount), parts);
        }
    }
}
