//! What the ledger means to the engine: products, receipts, corrections and orders.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta};
use purser::client::{Adjustment, Listing, Payment, Placement, Policies, Receipt, Shipment};
use purser_domain::{
    Timestamp,
    address::Address,
    checkout::LineRequest,
    money::{Amount, Currency, Money},
    product::ProductKind,
    quantity::Quantity,
    text::{InvalidValue, MerchantId, Sku},
};

use super::ledger::{Correction, Ledger, Sale};

/// The merchant of everything in the ledger.
pub const MERCHANT: &str = "online-retail";

/// The currency of everything in the ledger.
pub const CURRENCY: &str = "GBP";

/// Stock codes that are no goods: postage, carriage, manual entries, discounts, fees, samples and a charity's commission.
/// All other codes, also those without a digit, are goods.
const SERVICES: [&str; 11] = ["AMAZONFEE", "BANK CHARGES", "C2", "C3", "CRUK", "D", "DOT", "M", "POST", "S", "m"];

/// How long after its sale an order leaves, and arrives.
const UNTIL_SHIPPED: TimeDelta = TimeDelta::days(1);
const UNTIL_DELIVERED: TimeDelta = TimeDelta::days(3);

/// What has to be there before the first order.
#[derive(Debug)]
pub struct Preparation {
    /// Whose everything is.
    pub merchant: MerchantId,
    /// How the merchant takes goods back.
    pub policies: Policies,
    /// One product for each stock code, with its first description and its first price.
    pub products: Vec<Listing>,
    /// The goods, each with all pieces that are ever sold or corrected away.
    pub receipts: Vec<(Sku, Vec<Receipt>)>,
}

/// What the ledger says about one stock code.
#[derive(Debug, Default)]
struct Article {
    description: String,
    price: Option<Amount>,
    pieces: i64,
}

/// Whether a stock code keeps stock.
pub fn kind(sku: &Sku) -> ProductKind {
    if SERVICES.contains(&sku.as_str()) { ProductKind::Service } else { ProductKind::Goods }
}

/// The products of a ledger, and the stock that lets every sale and correction of it through.
pub fn prepare(ledger: &Ledger) -> Result<Preparation, InvalidValue> {
    let currency: Currency = CURRENCY.parse()?;
    let merchant: MerchantId = MERCHANT.parse()?;
    let mut products = Vec::new();
    let mut receipts = Vec::new();
    for (sku, article) in articles(ledger) {
        let price = Money { amount: article.price.unwrap_or_default(), currency };
        let title = prose(&article.description, sku.as_str()).parse()?;
        let kind = kind(sku);
        products.push(Listing { sku: sku.clone(), title, kind, price, merchant: merchant.clone() });
        if kind == ProductKind::Goods {
            receipts.push((sku.clone(), deliveries(article.pieces, opening(ledger))?));
        }
    }
    Ok(Preparation { policies: policies()?, merchant, products, receipts })
}

/// Goods may come back for as long as the engine lets them, to the shop's own address.
fn policies() -> Result<Policies, InvalidValue> {
    let return_address = Address {
        recipient: "Online Retail".parse()?,
        lines: Vec::new(),
        city: None,
        region: None,
        postal_code: None,
        country: "GB".parse()?,
    };
    Ok(Policies { return_window_days: Some(365), return_address: Some(return_address), ..Policies::default() })
}

/// Corrections that the engine can carry out; the others are of services, which keep no stock.
pub fn corrections(ledger: &Ledger) -> impl Iterator<Item = &Correction> {
    ledger.corrections.iter().filter(|correction| kind(&correction.sku) == ProductKind::Goods)
}

/// The order of a sale.
pub fn placement(sale: &Sale) -> Result<Placement, InvalidValue> {
    let recipient = match &sale.customer {
        Some(customer) => format!("Customer {customer}"),
        None => "Guest".to_owned(),
    };
    let line = |line: &super::ledger::SaleLine| LineRequest {
        sku: line.sku.clone(),
        quantity: line.quantity,
        unit_price: Some(line.unit_price),
    };
    Ok(Placement {
        customer: sale.customer.clone(),
        reference: Some(sale.invoice.clone()),
        currency: CURRENCY.parse()?,
        lines: sale.lines.iter().map(line).collect(),
        ship_to: Address {
            recipient: recipient.parse()?,
            lines: Vec::new(),
            city: None,
            region: None,
            postal_code: None,
            country: sale.country.clone(),
        },
        placed_at: Some(sale.at),
        coupons: Vec::new(),
        expected_total: None,
    })
}

/// The payment of a sale, in full and at once.
pub fn payment(sale: &Sale, total: Money) -> Result<Payment, InvalidValue> {
    let reference = format!("{MERCHANT}-{}", sale.invoice).parse()?;
    Ok(Payment { reference, amount: total, tender: None, at: Some(sale.at) })
}

/// The shipment of a sale, unless it lies ahead.
pub fn shipment(sale: &Sale, now: Timestamp) -> Option<Shipment> {
    let at = sale.at + UNTIL_SHIPPED;
    (at <= now).then_some(Shipment { tracking: None, at: Some(at) })
}

/// When a sale arrived, unless that lies ahead.
pub fn delivered_at(sale: &Sale, now: Timestamp) -> Option<Timestamp> {
    Some(sale.at + UNTIL_DELIVERED).filter(|at| *at <= now)
}

/// A correction as the engine takes it.
pub fn adjustment(correction: &Correction) -> Result<Adjustment, InvalidValue> {
    Ok(Adjustment {
        change: -i64::from(correction.gone),
        reason: prose(&correction.note, "stock correction").parse()?,
        location: None,
        at: Some(correction.at),
    })
}

fn articles(ledger: &Ledger) -> BTreeMap<&Sku, Article> {
    let mut articles: BTreeMap<&Sku, Article> = BTreeMap::new();
    for line in ledger.sales.iter().flat_map(|sale| &sale.lines) {
        let article = articles.entry(&line.sku).or_default();
        if article.description.is_empty() {
            article.description.clone_from(&line.description);
        }
        article.price.get_or_insert(line.unit_price);
        article.pieces += i64::from(line.quantity);
    }
    for correction in &ledger.corrections {
        articles.entry(&correction.sku).or_default().pieces += i64::from(correction.gone);
    }
    articles
}

/// The midnight before the first row.
fn opening(ledger: &Ledger) -> Option<Timestamp> {
    let sales = ledger.sales.iter().map(|sale| sale.at);
    let first = sales.chain(ledger.corrections.iter().map(|correction| correction.at)).min()?;
    Some(first.date_naive().and_time(NaiveTime::MIN).and_utc())
}

/// As few receipts as the largest one allows.
fn deliveries(pieces: i64, at: Option<Timestamp>) -> Result<Vec<Receipt>, InvalidValue> {
    let largest = i64::from(Quantity::MAX);
    let mut receipts = Vec::new();
    let mut left = pieces;
    while left > 0 {
        let quantity = left.min(largest);
        receipts.push(Receipt { quantity: quantity.try_into()?, location: None, at });
        left -= quantity;
    }
    Ok(receipts)
}

/// Free text of the file as the engine takes it: without control characters, not blank, not too long.
fn prose(text: &str, fallback: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    let clean = clean.trim();
    if clean.is_empty() { fallback.to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    fn ledger(rows: &str) -> Ledger {
        Ledger::parse(format!("{HEADING}{rows}").as_bytes()).unwrap()
    }

    #[test]
    fn a_product_has_its_first_description_and_price_and_the_stock_of_all_its_rows() {
        let ledger = ledger(
            "1,22423,,1,2010-12-01T08:00:00Z,12.75,,France\n\
             2,22423,CAKESTAND,3,2010-12-01T09:00:00Z,10.95,,France\n\
             3,22423,damaged,-2,2010-12-02T09:00:00Z,0,,France\n\
             4,BANK CHARGES,,1,2010-12-02T09:00:00Z,15,,France\n",
        );
        let Preparation { products, receipts, .. } = prepare(&ledger).unwrap();
        assert_eq!(
            (products[0].title.to_string().as_str(), products[0].price.amount.minor_units()),
            ("CAKESTAND", 1_275)
        );
        assert_eq!((products[1].title.to_string().as_str(), products[1].kind), ("BANK CHARGES", ProductKind::Service));
        assert_eq!(receipts.len(), 1);
        assert_eq!(receipts[0].1[0].quantity.units(), 6);
        assert_eq!(receipts[0].1[0].at, Some("2010-12-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn an_order_states_the_price_of_every_line_and_the_time_of_its_invoice() {
        let ledger = ledger("536365,85123A,HEART,6,2010-12-01T08:26:00Z,2.55,17850,United Kingdom\n");
        let placement = placement(&ledger.sales[0]).unwrap();
        assert_eq!(
            serde_json::to_value(&placement).unwrap(),
            serde_json::json!({
                "customer": "17850",
                "reference": "536365",
                "currency": "GBP",
                "lines": [{"sku": "85123A", "quantity": 6, "unit_price": 255}],
                "ship_to": {"recipient": "Customer 17850", "country": "GB"},
                "placed_at": "2010-12-01T08:26:00Z",
            })
        );
    }

    #[test]
    fn nothing_is_shipped_in_the_future() {
        let ledger = ledger("1,22423,CAKESTAND,1,2010-12-01T08:00:00Z,12.75,,France\n");
        let sale = &ledger.sales[0];
        let now = "2010-12-03T08:00:00Z".parse().unwrap();
        assert!(shipment(sale, now).is_some());
        assert_eq!(delivered_at(sale, now), None);
    }

    #[test]
    fn more_than_one_receipt_may_hold_is_divided() {
        let receipts = deliveries(2_000_001, None).unwrap();
        assert_eq!(
            receipts.iter().map(|receipt| receipt.quantity.units()).collect::<Vec<_>>(),
            [1_000_000, 1_000_000, 1]
        );
        assert!(deliveries(0, None).unwrap().is_empty());
    }
}
