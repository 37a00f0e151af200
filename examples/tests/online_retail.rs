//! A few invoices of an invented shop, imported twice.

use std::process::{Command, Stdio};

use purser_tests::process::{EngineProcess, program};

/// Two days of a customer who sends half of their first invoice back, of a guest, and of what is no sale.
const LEDGER: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
700001,LAMP,A LAMP,4,2011-03-01T09:00:00Z,12.50,20001,United Kingdom
700001,WICK,A WICK,10,2011-03-01T09:00:00Z,0.45,20001,United Kingdom
700002,LAMP,A LAMP,1,2011-03-01T10:30:00Z,12.95,,France
C700003,LAMP,A LAMP,-2,2011-03-02T08:00:00Z,12.50,20001,United Kingdom
C700004,LAMP,A LAMP,-1,2011-03-02T11:00:00Z,12.50,20002,United Kingdom
C700005,D,Discount,-1,2011-03-02T12:00:00Z,5.00,20001,United Kingdom
700006,WICK,broken,-3,2011-03-02T13:00:00Z,0,,United Kingdom
700007,WICK,A WICK,2,2011-03-02T14:00:00Z,0.45,20001,United Kingdom
";

#[tokio::test]
async fn a_ledger_and_the_views_of_its_import_are_the_same_to_the_penny() {
    let directory = tempfile::tempdir().expect("a directory");
    let (ledger, data_dir) = (directory.path().join("ledger.csv"), directory.path().join("data"));
    std::fs::write(&ledger, LEDGER).expect("a ledger");
    let engine = EngineProcess::start(&program(), &data_dir).await;
    for again in [false, true] {
        let imported = Command::new(env!("CARGO_BIN_EXE_online_retail"))
            .args(["--plain", "--url", &format!("http://{}", engine.address()), "--data-dir"])
            .args([&data_dir, &ledger])
            .stdin(Stdio::null())
            .output()
            .expect("the importer");
        let (report, told) = (String::from_utf8_lossy(&imported.stdout), String::from_utf8_lossy(&imported.stderr));
        assert!(imported.status.success(), "again: {again}, {}\n{told}\n{report}", imported.status);
        assert_eq!(
            report.lines().last(),
            Some("orders=3 lines=4 units=15 net=43.35 refunded=25.00 GBP: exact"),
            "{report}"
        );
    }
    assert!(engine.terminate().success());
}
