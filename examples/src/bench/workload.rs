//! What is ordered, the same for every engine.

use purser_domain::{
    address::Address,
    coupon::CouponTerms,
    merchant::Promotion,
    money::{Currency, Money},
    order::OrderLine,
    product::{Backorder, Listing, ProductKind},
    text::{InvalidValue, Sku},
};
use serde::Serialize;
use serde_json::json;

/// How many SKUs there are.
pub const SKUS: usize = 1_000;

/// What is in stock of each at the start: more than any run can sell.
pub const STOCK: i64 = 1_000_000_000;

/// How many SKUs are prepared at once.
pub const PREPARED_AT_ONCE: usize = 32;

/// What one piece costs, in pence.
pub const PRICE: i64 = 499;

/// Over how many SKUs the lines of the orders are spread. Each order has two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// Two different ones out of a thousand.
    ThousandSkus,
    /// Both lines name the same one, which is the same for all callers. Its reservation is one event.
    HotSku,
}

impl Spread {
    /// The two SKUs of an order, by number.
    pub fn pick(self, dice: &mut Dice) -> [usize; 2] {
        match self {
            Self::ThousandSkus => {
                let first = dice.roll(SKUS);
                // Any but the first, each as likely.
                let second = (first + 1 + dice.roll(SKUS - 1)) % SKUS;
                [first, second]
            }
            Self::HotSku => [0, 0],
        }
    }

    /// For a table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ThousandSkus => "1,000 SKUs",
            Self::HotSku => "one hot SKU",
        }
    }
}

/// What an order's price is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Of the catalogue's prices alone.
    Plain,
    /// A promotion of the merchant's takes ten per cent off each line, and a coupon half a pound off the order. The coupon is
    /// the same for all orders, so that all of them write to its one stream.
    PromotionAndCoupon,
}

impl Terms {
    /// For a table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::PromotionAndCoupon => ", priced",
        }
    }
}

/// The merchant who has decided nothing about prices.
pub const PLAIN_MERCHANT: &str = "bench";

/// The merchant with a promotion.
pub const MERCHANT_WITH_TERMS: &str = "bench-terms";

/// The coupon.
pub const COUPON: &str = "BENCH-COUPON";

/// The merchant's promotion.
pub fn promotion() -> Result<Promotion, serde_json::Error> {
    serde_json::from_value(json!({
        "id": "ten-off",
        "title": "Ten per cent off",
        "offer": {"discount": {"percentage_off_lines": {"rate": 100_000}}, "combines_with": ["order"]}
    }))
}

/// What the coupon promises.
pub fn coupon() -> Result<CouponTerms, serde_json::Error> {
    let amount = json!({"amount": 50, "currency": "GBP"});
    serde_json::from_value(json!({
        "title": "Half a pound off",
        "offer": {"discount": {"amount_off_order": {"amount": amount}}, "combines_with": ["product"]}
    }))
}

/// A linear congruential generator (Knuth's MMIX constants), one for each caller.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Another sequence for each caller.
    pub const fn of_caller(caller: usize) -> Self {
        Self((caller as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The high bits are the good ones.
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }
}

/// The name of a SKU.
pub fn sku(number: usize) -> Result<Sku, InvalidValue> {
    format!("BENCH-{number:04}").parse()
}

/// The name of a SKU of the merchant with a promotion.
pub fn sku_with_terms(number: usize) -> Result<Sku, InvalidValue> {
    format!("TERMS-{number:04}").parse()
}

/// A product of the benchmark.
pub fn listing(merchant: &str) -> Result<Listing, InvalidValue> {
    Ok(Listing {
        title: "A thing of the benchmark".parse()?,
        kind: ProductKind::Goods,
        price: price()?,
        merchant: merchant.parse()?,
        tax_category: None,
        backorder: Backorder::Refused,
        purchase_limit: None,
    })
}

/// What one piece costs.
pub fn price() -> Result<Money, InvalidValue> {
    Ok(Money { amount: PRICE.try_into()?, currency: currency()? })
}

/// The currency of everything.
pub fn currency() -> Result<Currency, InvalidValue> {
    "GBP".parse()
}

/// Where everything goes.
pub fn address() -> Result<Address, InvalidValue> {
    Ok(Address {
        recipient: "Bench".parse()?,
        lines: vec!["1 Mill Lane".parse()?],
        city: Some("Leeds".parse()?),
        region: None,
        postal_code: Some("LS1 4AP".parse()?),
        country: "GB".parse()?,
    })
}

/// A line at its frozen price, for the engine that does not freeze it itself.
pub fn frozen_line(number: usize) -> Result<OrderLine, InvalidValue> {
    let listing = listing(PLAIN_MERCHANT)?;
    Ok(OrderLine {
        sku: sku(number)?,
        title: listing.title,
        kind: listing.kind,
        quantity: 1.try_into()?,
        unit_price: listing.price.amount,
        total: listing.price.amount,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_lines_differ_unless_one_sku_is_hot_and_all_skus_are_sold() {
        let mut dice = Dice::of_caller(3);
        let mut sold = [false; SKUS];
        for _ in 0..20_000 {
            let [first, second] = Spread::ThousandSkus.pick(&mut dice);
            assert_ne!(first, second);
            sold[first] = true;
            sold[second] = true;
        }
        assert!(sold.iter().all(|sold| *sold));
        assert_eq!(Spread::HotSku.pick(&mut dice), [0, 0]);
    }
}
