use crate::{
    merchant::TaxBasis,
    money::Amount,
    pricing::{
        AppliedDiscount, Discount, EligibleLines, Offer, Priced, PricingRefusal, Rate, Source, Sums, Tier, Validity,
    },
    samples::{
        amount, at, gbp,
        merchants::{points, shipping_rate, tax_rate},
        money,
        offers::{offer, rate, skus},
        quantity, service_line, text,
        till::{Till, line, sociable},
    },
};

mod combination;
mod coupon;
mod evaluation;
mod points;
mod shipping;
mod tax;

/// What was taken off each line by each source: `promotion or code, pence`.
fn discounts(priced: &Priced) -> Vec<Vec<(String, i64)>> {
    priced.lines.iter().map(|line| named(&line.discounts)).collect()
}

fn named(discounts: &[AppliedDiscount]) -> Vec<(String, i64)> {
    discounts.iter().map(|AppliedDiscount { source, amount }| (name(source), amount.minor_units())).collect()
}

fn name(source: &Source) -> String {
    match source {
        Source::Promotion(id) => id.to_string(),
        Source::Coupon(code) => code.to_string(),
    }
}

fn off(source: &str, pence: i64) -> Vec<(String, i64)> {
    vec![(source.to_owned(), pence)]
}

fn total(till: &Till) -> i64 {
    till.priced().total.amount.minor_units()
}

fn all(rate: Rate) -> Discount {
    Discount::PercentageOffLines { rate, lines: EligibleLines::All, cap: None }
}

fn only(names: &[&str]) -> EligibleLines {
    EligibleLines::Skus(skus(names))
}

fn off_order(pence: i64) -> Discount {
    Discount::AmountOffOrder { amount: gbp(pence) }
}

/// 6 at 2.55, 2 at 10.00: 35.30 pounds.
fn two_lines() -> Till {
    Till::of(&[line("A", 6, 255), line("B", 2, 1_000)])
}

#[test]
fn a_merchant_who_decided_nothing_charges_the_sum_of_the_lines() {
    assert_eq!(two_lines().price(), Ok(None));
}

#[test]
fn where_nothing_applies_there_is_nothing_to_explain() {
    let dear = Offer { minimum_spend: Some(gbp(3_531)), ..offer(off_order(500)) };
    assert_eq!(two_lines().promotion("dear", dear).price(), Ok(None));
    assert_eq!(two_lines().discount("other", Discount::ShippingOff { rate: Rate::FULL }).price(), Ok(None));
    let other = Discount::AmountOffUnits { amount: gbp(50), skus: skus(&["C"]) };
    assert_eq!(two_lines().discount("other", other).price(), Ok(None));
}

#[test]
fn a_share_off_lines_is_rounded_half_up_line_by_line() {
    let priced = two_lines().discount("spring", all(rate(150_000))).priced();
    assert_eq!(discounts(&priced), [off("spring", 230), off("spring", 300)]);
    assert_eq!(priced.lines.iter().map(|line| line.total).collect::<Vec<_>>(), [amount(1_300), amount(1_700)]);
    let sums = Sums { subtotal: amount(3_530), discount: amount(530), ..Sums::default() };
    assert_eq!((priced.sums, priced.total), (sums, gbp(3_000)));
}

#[test]
fn a_share_off_named_lines_leaves_the_others_alone() {
    let discount = Discount::PercentageOffLines { rate: rate(500_000), lines: only(&["B"]), cap: None };
    assert_eq!(discounts(&two_lines().discount("b", discount).priced()), [vec![], off("b", 1_000)]);
}

#[test]
fn a_capped_share_is_brought_down_in_proportion() {
    let discount = Discount::PercentageOffLines { rate: rate(500_000), lines: EligibleLines::All, cap: Some(gbp(100)) };
    assert_eq!(discounts(&two_lines().discount("capped", discount).priced()), [off("capped", 43), off("capped", 57)]);
    let high = Discount::PercentageOffLines { rate: rate(500_000), lines: EligibleLines::All, cap: Some(gbp(9_999)) };
    assert_eq!(total(&two_lines().discount("capped", high)), 1_765);
}

#[test]
fn an_amount_off_each_unit_is_its_price_at_most() {
    let off_units = |pence| Discount::AmountOffUnits { amount: gbp(pence), skus: skus(&["A"]) };
    assert_eq!(discounts(&two_lines().discount("each", off_units(50)).priced()), [off("each", 300), vec![]]);
    let priced = two_lines().discount("each", off_units(256)).priced();
    assert_eq!((discounts(&priced), priced.total), (vec![off("each", 1_530), vec![]], gbp(2_000)));
}

#[test]
fn the_cheapest_pieces_are_the_free_ones() {
    let free = Discount::BuyXGetY { buy: quantity(2), get: quantity(1), rate: Rate::FULL, lines: EligibleLines::All };
    // 8 pieces are two groups of three, and two that are no group: two free ones, both of the cheaper line.
    assert_eq!(discounts(&two_lines().discount("free", free).priced()), [off("free", 510), vec![]]);
    let every_other =
        Discount::BuyXGetY { buy: quantity(1), get: quantity(7), rate: rate(500_000), lines: EligibleLines::All };
    let priced = two_lines().discount("most", every_other).priced();
    assert_eq!(discounts(&priced), [off("most", 765), off("most", 500)]);
}

#[test]
fn pieces_beyond_whole_groups_count() {
    let free = Discount::BuyXGetY { buy: quantity(2), get: quantity(2), rate: Rate::FULL, lines: EligibleLines::All };
    let off_pieces = |pieces| {
        let till = Till::of(&[line("A", pieces, 100)]).discount("free", free.clone());
        till.price().unwrap().map_or(0, |priced| priced.sums.discount.minor_units())
    };
    assert_eq!([1, 2, 3, 4, 5, 6, 7, 8].map(off_pieces), [0, 0, 100, 200, 200, 200, 300, 400]);
}

#[test]
fn the_highest_tier_that_is_reached_holds_for_all_eligible_lines() {
    let tier = |from, parts| Tier { from: quantity(from), rate: rate(parts) };
    let tiers =
        |lines| Discount::VolumeTiers { tiers: vec![tier(6, 100_000), tier(8, 200_000), tier(9, 300_000)], lines };
    let priced = |lines| discounts(&two_lines().discount("tiers", tiers(lines)).priced());
    assert_eq!(priced(EligibleLines::All), [off("tiers", 306), off("tiers", 400)]);
    assert_eq!(priced(only(&["A"])), [off("tiers", 153), vec![]]);
    assert_eq!(two_lines().discount("tiers", tiers(only(&["B"]))).price(), Ok(None));
}

#[test]
fn a_discount_off_the_order_is_split_onto_the_lines() {
    let priced = two_lines().discount("five", off_order(500)).priced();
    assert_eq!(discounts(&priced), [off("five", 217), off("five", 283)]);
    let share = Discount::PercentageOffOrder { rate: rate(100_000), cap: None };
    assert_eq!(total(&two_lines().discount("ten", share)), 3_177);
    let capped = Discount::PercentageOffOrder { rate: rate(100_000), cap: Some(gbp(100)) };
    assert_eq!(total(&two_lines().discount("ten", capped)), 3_430);
}

#[test]
fn an_order_never_costs_less_than_nothing() {
    let priced = two_lines().discount("all", off_order(1_000_000)).priced();
    assert_eq!((priced.total, priced.sums.discount), (gbp(0), amount(3_530)));
}

#[test]
fn product_discounts_come_first_and_discounts_off_the_order_fall_on_what_is_left() {
    let till = two_lines()
        .promotion("a-order", sociable(offer(Discount::PercentageOffOrder { rate: rate(100_000), cap: None })))
        .promotion("z-lines", sociable(offer(all(rate(500_000)))));
    let priced = till.priced();
    assert_eq!(discounts(&priced)[0], [("z-lines".to_owned(), 765), ("a-order".to_owned(), 77)]);
    assert_eq!(priced.total, gbp(1_765 - 177));
}

/// Amounts last: a tenth off 35.30 and then five pounds is more than the other way round.
#[test]
fn shares_off_the_order_come_before_amounts() {
    let till = two_lines()
        .promotion("a-five", sociable(offer(off_order(500))))
        .promotion("z-ten", sociable(offer(Discount::PercentageOffOrder { rate: rate(100_000), cap: None })));
    assert_eq!(total(&till), 3_530 - 353 - 500);
}

#[test]
fn a_promotion_applies_while_it_is_valid_and_in_its_currency() {
    let from_one_to_three =
        Offer { valid: Validity { from: Some(at(1)), until: Some(at(3)) }, ..offer(off_order(500)) };
    let till = |minute| Till { at: at(minute), ..two_lines().promotion("five", from_one_to_three.clone()) };
    assert_eq!([0, 1, 2, 3].map(|minute| till(minute).price().unwrap().is_some()), [false, true, true, false]);
    let yen = Discount::AmountOffOrder { amount: money(500, "JPY") };
    assert_eq!(two_lines().discount("yen", yen).price(), Ok(None));
}

#[test]
fn a_minimum_spend_is_measured_before_any_discount() {
    let minimum = Offer { minimum_spend: Some(gbp(3_530)), ..sociable(offer(off_order(500))) };
    let till = two_lines().promotion("five", minimum).promotion("half", sociable(offer(all(rate(500_000)))));
    assert_eq!(total(&till), 1_265);
}

#[test]
fn an_order_is_stored_and_read_back_with_all_its_figures() {
    let till = two_lines()
        .promotion("half", sociable(offer(all(rate(500_000)))))
        .coupon("SHIP-FREE", sociable(offer(Discount::ShippingOff { rate: Rate::FULL })))
        .shipping(vec![shipping_rate("standard", 300)])
        .tax(TaxBasis::Added, vec![tax_rate("GB", "standard", 200_000), tax_rate("GB", "shipping", 200_000)])
        .points(points(gbp(100), 1), 118);
    let priced = till.priced();
    let json = concat!(
        r#"{"lines":[{"quantity":6,"price":1530,"discounts":[{"source":{"promotion":"half"},"amount":765}],"#,
        r#""tax":{"category":"standard","rate":200000,"basis":"added","amount":153},"points":{"spent":51,"value":51},"#,
        r#""total":918},{"quantity":2,"price":2000,"discounts":[{"source":{"promotion":"half"},"amount":1000}],"#,
        r#""tax":{"category":"standard","rate":200000,"basis":"added","amount":200},"points":{"spent":67,"value":67},"#,
        r#""total":1200}],"shipping":{"method":"standard","fee":300,"discounts":[{"source":{"coupon":"SHIP-FREE"},"#,
        r#""amount":300}],"tax":{"category":"shipping","rate":200000,"basis":"added","amount":0},"total":0},"#,
        r#""points":{"spent":118,"value":118},"points_of":"merchant","coupons":["SHIP-FREE"],"#,
        r#""sums":{"subtotal":3530,"discount":2065,"shipping":300,"tax":353,"tax_added":353,"points":118},"total":{"amount":2000,"currency":"GBP"}}"#,
    );
    assert_eq!(serde_json::to_string(&priced).unwrap(), json);
    assert_eq!(serde_json::from_str::<Priced>(json).unwrap(), priced);
}

#[test]
fn a_total_that_is_more_than_an_amount_can_be_is_refused() {
    let dear =
        |price| Till::of(&[line("A", 1, price)]).tax(TaxBasis::Added, vec![tax_rate("GB", "standard", 1_000_000)]);
    assert_eq!(dear(crate::money::MAX_AMOUNT).refused(), PricingRefusal::TotalOverflow);
    assert_eq!(total(&dear(crate::money::MAX_AMOUNT / 2)), crate::money::MAX_AMOUNT);
    let two = Till::of(&[line("A", 1, crate::money::MAX_AMOUNT), line("B", 1, 1)]);
    assert_eq!(two.discount("five", off_order(500)).refused(), PricingRefusal::TotalOverflow);
}

#[test]
fn services_are_discounted_like_goods() {
    let till = Till::of(&[service_line("WRAP", 2)]).discount("half", all(rate(500_000)));
    assert_eq!(total(&till), 255);
    assert_ne!(till.lines[0].total, Amount::ZERO);
}
