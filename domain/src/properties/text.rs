use std::fmt::Debug;

use proptest::prelude::*;

use crate::{
    points::PointsId,
    quota::{Buyer, QuotaId},
    stock::StockId,
    text::{CustomerId, InvalidValue, Location, MerchantId, Sku},
};

/// SKUs of all scripts, as they are kept; half of them of what divides the parts of ids and addresses.
fn skus() -> impl Strategy<Value = Sku> {
    let signs = prop::sample::select("AÄ灯🎄/%&+#?.(): \\\"'25F@".chars().collect::<Vec<_>>());
    let character = prop_oneof![any::<char>(), signs];
    prop::collection::vec(character, 1..12)
        .prop_filter_map("no sku", |characters| String::from_iter(characters).parse().ok())
}

fn customers() -> impl Strategy<Value = CustomerId> {
    let signs = prop::sample::select("/%25F|@a".chars().collect::<Vec<_>>());
    let character = prop_oneof![prop::char::range('!', '~'), signs];
    prop::collection::vec(character, 1..12)
        .prop_filter_map("no customer", |characters| String::from_iter(characters).parse().ok())
}

fn again<T: std::str::FromStr<Err = InvalidValue> + ToString + Debug>(value: &T) -> T {
    value.to_string().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn a_sku_reads_back_from_its_own_text(sku in skus()) {
        prop_assert_eq!(&again(&sku), &sku);
    }

    #[test]
    fn a_stock_id_says_which_sku_and_which_location(sku in skus(), location in "[a-z._-]{1,8}") {
        prop_assume!(location.parse::<Location>().is_ok());
        let id = StockId { sku, location: location.parse().unwrap() };
        prop_assert_eq!(&again(&id), &id);
    }

    #[test]
    fn a_quota_id_says_which_customer_and_which_sku(customer in customers(), sku in skus()) {
        let id = QuotaId { buyer: Buyer::Customer(customer), sku };
        prop_assert_eq!(&again(&id), &id);
    }

    #[test]
    fn a_points_id_says_whose_points_and_who_issued_them(customer in customers(), merchant in "[a-z._-]{1,8}") {
        let merchant = merchant.parse::<MerchantId>().ok();
        let id = PointsId { customer, merchant };
        prop_assert_eq!(&again(&id), &id);
    }

    #[test]
    fn whatever_is_read_the_rules_of_texts_do_not_panic(text in ".{0,80}") {
        let _: (Result<Sku, _>, Result<MerchantId, _>) = (text.parse(), text.parse());
        let _ = crate::text::check_legible(&text);
    }
}
