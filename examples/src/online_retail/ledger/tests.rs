use super::*;

const HEADING: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

fn read(rows: &str) -> Ledger {
    Ledger::parse(format!("{HEADING}{rows}").as_bytes()).unwrap()
}

#[test]
fn rows_of_one_invoice_are_one_sale_and_the_first_row_speaks_for_it() {
    let ledger = read(
        "536591,85123A,HEART,6,2010-12-01T16:57:00Z,2.55,14606,EIRE\n\
         536592,POST,POSTAGE,1,2010-12-01T17:00:00Z,18,,France\n\
         536591,85123A,HEART,1,2010-12-01T16:58:00Z,2.95,,France\n",
    );
    assert_eq!(ledger.sales.len(), 2);
    let sale = &ledger.sales[0];
    assert_eq!(sale.at, "2010-12-01T16:57:00Z".parse::<Timestamp>().unwrap());
    assert_eq!((sale.customer.as_ref().unwrap().as_str(), sale.country.as_str()), ("14606", "IE"));
    assert_eq!(sale.lines.iter().map(|line| line.unit_price.minor_units()).collect::<Vec<_>>(), [255, 295]);
    assert!(ledger.sales[1].customer.is_none());
}

#[test]
fn what_came_back_and_corrections_are_no_sales() {
    let ledger = read(
        "C536379,D,Discount,-1,2010-12-01T09:41:00Z,27.50,14527,United Kingdom\n\
         C536383,35004C,DUCKS,-3,2010-12-01T09:49:00Z,4.65,15311,United Kingdom\n\
         C536383,35004G,GEESE,2,2010-12-01T09:49:00Z,4.65,15311,United Kingdom\n\
         536589,21777,,-10,2010-12-01T16:50:00Z,0,,United Kingdom\n",
    );
    assert!(ledger.sales.is_empty());
    let [discount, ducks] = ledger.returns.as_slice() else { panic!("{:?}", ledger.returns) };
    assert_eq!((discount.lines[0].sku.as_str(), discount.lines[0].unit_price.minor_units()), ("D", 2_750));
    assert_eq!((ducks.invoice.as_str(), ducks.lines.len(), ducks.lines[0].quantity.units()), ("C536383", 1, 3));
    assert_eq!(ledger.set_aside.rows, [(Cause::PositiveQuantity, 1)].into());
    assert_eq!(ledger.corrections[0].gone.units(), 10);
}

#[test]
fn what_is_neither_is_set_aside_with_its_cause_and_stops_nothing() {
    let ledger = read(
        "A563185,B,Adjust bad debt,1,8/12/2011 14:50,11062.06,,United Kingdom\n\
         540000,22423,CAKESTAND,0,1/4/2011 10:00,12.75,17850.0,Atlantis\n\
         540000,22423,CAKESTAND,2,1/4/2011 10:00,12.75,17850.0,Atlantis\n\
         540000,22423,CAKESTAND,-1,1/4/2011 10:00,12.75,17850.0,Atlantis\n\
         540000,PADS,PADS,1,1/4/2011 10:00,0.001,17850.0,Atlantis\n\
         540000,A@B,?,1,1/4/2011 10:00,1,17850.0,Atlantis\n\
         540000,22423,CAKESTAND,many,1/4/2011 10:00,1,17850.0,Atlantis\n\
         540001,22423,CAKESTAND,9999999,1/4/2011 10:00,1,17850.0,Atlantis\n\
         540002,22423,broken,-5,1/4/2011 10:00,1,17850.0,Atlantis\n",
    );
    let causes: Vec<(Cause, usize)> = ledger.set_aside.rows.into_iter().collect();
    let expected = [
        Cause::Bookkeeping,
        Cause::Unreadable,
        Cause::TooFine,
        Cause::StockCode,
        Cause::NoQuantity,
        Cause::NegativeQuantity,
        Cause::Quantity,
        Cause::PricedCorrection,
    ];
    assert_eq!(causes, expected.map(|cause| (cause, 1)));
    assert_eq!(ledger.sales.len(), 1);
    assert_eq!(ledger.sales[0].lines.len(), 1);
    assert_eq!(ledger.sales[0].customer.as_ref().unwrap().as_str(), "17850");
}

#[test]
fn latin_1_and_a_byte_order_mark_are_read() {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(HEADING.as_bytes());
    bytes.extend(b"536400,22000,R\xc9TRO \xa35 TEAPOT,1,12/1/2010 9:00,1.00,,United Kingdom\n");
    let ledger = Ledger::parse(&bytes).unwrap();
    assert_eq!(ledger.sales[0].lines[0].description, "R\u{c9}TRO \u{a3}5 TEAPOT");
}

#[test]
fn a_file_without_the_columns_is_refused_by_name() {
    let refused = Ledger::parse(b"a,b\n1,2\n").unwrap_err();
    assert!(matches!(refused, LedgerError::Column { name: "InvoiceNo" }));
}

#[test]
fn an_invoice_longer_than_an_order_may_be_is_set_aside() {
    let row = "540000,22423,CAKESTAND,1,1/4/2011 10:00,1,,United Kingdom\n";
    let ledger = read(&row.repeat(MAX_LINES + 1));
    assert!(ledger.sales.is_empty());
    assert_eq!(ledger.set_aside.rows.get(&Cause::TooManyLines), Some(&(MAX_LINES + 1)));
}
