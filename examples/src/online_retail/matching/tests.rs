use super::*;

fn read(rows: &str) -> Ledger {
    let heading = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    Ledger::parse(format!("{heading}{rows}").as_bytes()).unwrap()
}

/// Sale, line and units of everything that is matched.
fn matched(matching: &Matching<'_>) -> Vec<(usize, u32, i64)> {
    let lines = |back: &Matched<'_>| -> Vec<(usize, u32, i64)> {
        back.lines.iter().map(|(line, quantity)| (back.sale, *line, i64::from(*quantity))).collect()
    };
    matching.returns.iter().flat_map(lines).collect()
}

const SOLD: &str = "1,A,a,5,2010-12-01T08:00:00Z,1.00,17850,France\n\
                    2,B,b,1,2010-12-02T08:00:00Z,2.00,17850,France\n\
                    2,A,a,3,2010-12-02T08:00:00Z,1.00,17850,France\n";

#[test]
fn the_latest_units_of_the_customer_come_back_first_and_no_unit_twice() {
    let ledger = read(&format!(
        "{SOLD}C3,A,a,-4,2010-12-03T08:00:00Z,1.00,17850,France\nC4,A,a,-6,2010-12-04T08:00:00Z,1.00,17850,France\n"
    ));
    let matching = Matching::of(&ledger);
    assert_eq!(matched(&matching), [(0, 0, 1), (1, 1, 3), (0, 0, 4)]);
    assert_eq!(matching.returns.iter().map(|back| back.pence(&ledger)).collect::<Vec<_>>(), [100, 300, 400]);
    let left = Unfound { rows: 1, units: 2, pence: 200 };
    assert_eq!(matching.unmatched, [(Unmatched::MoreThanBought, left)].into());
    assert_eq!(matching.restocked(&ledger), [(&"A".parse().unwrap(), 8)].into());
}

#[test]
fn what_is_not_the_customers_or_not_yet_or_not_at_that_price_is_counted_by_its_cause() {
    let ledger = read(&format!(
        "{SOLD}C3,A,a,-1,2010-12-03T08:00:00Z,1.00,,France\nC3,A,a,-1,2010-12-03T08:00:00Z,1.00,,France\n\
         C4,A,a,-1,2010-12-03T08:00:00Z,1.00,15311,France\n\
         C5,B,b,-1,2010-12-02T07:59:59Z,2.00,17850,France\n\
         C6,A,a,-2,2010-12-03T08:00:00Z,1.01,17850,France\n"
    ));
    let matching = Matching::of(&ledger);
    assert!(matching.returns.is_empty());
    let unfound = |rows, units, pence| Unfound { rows, units, pence };
    let expected = [
        (Unmatched::Guest, unfound(2, 2, 200)),
        (Unmatched::NeverBought, unfound(2, 2, 300)),
        (Unmatched::OtherPrice, unfound(1, 2, 202)),
    ];
    assert_eq!(matching.unmatched, expected.into());
}

#[test]
fn postage_is_paid_back_apart_from_the_goods_that_are_sent_back() {
    let ledger = read(
        "1,A,a,5,2010-12-01T08:00:00Z,1.00,17850,France\n1,POST,p,1,2010-12-01T08:00:00Z,18,17850,France\n\
         C2,POST,p,-1,2010-12-03T08:00:00Z,18,17850,France\nC2,A,a,-1,2010-12-03T08:00:00Z,1.00,17850,France\n\
         C2,A,a,-1,2010-12-03T08:00:00Z,1.00,17850,France\n",
    );
    let matching = Matching::of(&ledger);
    let kinds: Vec<ProductKind> = matching.returns.iter().map(|back| back.kind).collect();
    assert_eq!(kinds, [ProductKind::Service, ProductKind::Goods]);
    assert_eq!(matched(&matching), [(0, 1, 1), (0, 0, 2)]);
    assert_eq!(matching.restocked(&ledger), [(&"A".parse().unwrap(), 2)].into());
}
