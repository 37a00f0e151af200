//! Whatever a merchant offers and a customer brings: everything adds up, and nothing allowed is cheaper.

use proptest::prelude::*;

use crate::{
    merchant::{TaxBasis, TaxPlace, TaxRate, TaxRates},
    money::{Amount, Money},
    order::OrderLine,
    pricing::{
        AppliedTax, Discount, DiscountClass, EligibleLines, Offer, Portion, Priced, PricedLine, PricingRefusal, Tier,
        Validity,
    },
    samples::{
        amount,
        merchants::{named_tax, points, shipping_rate, tax_rate},
        money,
        offers::{rate, skus},
        quantity,
        till::{Till, line},
    },
};

const CURRENCIES: [&str; 3] = ["JPY", "GBP", "KWD"];

fn lines(most: i64) -> impl Strategy<Value = Vec<OrderLine>> {
    let sku = prop::sample::select(vec!["A", "B", "C"]);
    let one = (sku, 1..=most, prop_oneof![0..=9_i64, 0..=5_000_i64]);
    prop::collection::vec(one.prop_map(|(sku, units, price)| line(sku, units, price)), 1..5)
}

fn eligible() -> impl Strategy<Value = EligibleLines> {
    prop_oneof![
        Just(EligibleLines::All),
        Just(EligibleLines::Skus(skus(&["A"]))),
        Just(EligibleLines::Skus(skus(&["B", "C"])))
    ]
}

fn discount(currency: &'static str) -> impl Strategy<Value = Discount> {
    let rates = || prop_oneof![1..=1_000_000_i64, Just(500_000), Just(1_000_000)].prop_map(rate);
    let amounts = || (1..3_000_i64).prop_map(move |units| money(units, currency));
    let cap = || prop::option::of(amounts());
    let few = || (1..4_i64).prop_map(quantity);
    prop_oneof![
        (rates(), eligible(), cap()).prop_map(|(rate, lines, cap)| Discount::PercentageOffLines { rate, lines, cap }),
        amounts().prop_map(|amount| Discount::AmountOffUnits { amount, skus: skus(&["A", "C"]) }),
        (few(), few(), rates(), eligible()).prop_map(|(buy, get, rate, lines)| Discount::BuyXGetY {
            buy,
            get,
            rate,
            lines
        }),
        (few(), rates(), eligible())
            .prop_map(|(from, rate, lines)| Discount::VolumeTiers { tiers: vec![Tier { from, rate }], lines }),
        (rates(), cap()).prop_map(|(rate, cap)| Discount::PercentageOffOrder { rate, cap }),
        amounts().prop_map(|amount| Discount::AmountOffOrder { amount }),
        rates().prop_map(|rate| Discount::ShippingOff { rate }),
    ]
}

fn offers(currency: &'static str, most: usize) -> impl Strategy<Value = Vec<Offer>> {
    let classes = vec![DiscountClass::Product, DiscountClass::Order, DiscountClass::Shipping];
    let company = prop::sample::subsequence(classes, 0..=3);
    let minimum = prop::option::weighted(0.2, (1..9_000_i64).prop_map(move |units| money(units, currency)));
    let offer = (discount(currency), minimum, company).prop_map(|(discount, minimum_spend, company)| Offer {
        discount,
        minimum_spend,
        valid: Validity::default(),
        combines_with: company.into_iter().collect(),
    });
    prop::collection::vec(offer, 0..=most)
}

fn taxes() -> impl Strategy<Value = (TaxBasis, Vec<TaxRate>)> {
    let basis = prop::sample::select(vec![TaxBasis::Included, TaxBasis::Added]);
    let several = prop::collection::vec((prop_oneof![0..=1_000_000_i64, 1..=200_000_i64], any::<bool>()), 1..=3);
    let rates = (several, 0..=300_000_i64).prop_map(|(several, shipping)| {
        let named =
            |(number, (parts, compound))| named_tax(&format!("T{number}"), compound, tax_rate("GB", "standard", parts));
        several.into_iter().enumerate().map(named).chain([tax_rate("GB", "shipping", shipping)]).collect()
    });
    (basis, prop_oneof![Just(vec![]), rates])
}

/// A till and what its merchant offers.
pub(crate) fn tills(most_units: i64, most_offers: usize) -> impl Strategy<Value = (Till, Vec<Offer>)> {
    prop::sample::select(CURRENCIES.to_vec()).prop_flat_map(move |currency| {
        (lines(most_units), taxes(), prop::option::of(0..900_i64), offers(currency, most_offers)).prop_map(
            move |(lines, (basis, rates), fee, offers)| {
                let fee = fee
                    .map(|fee| crate::merchant::ShippingRate { fee: money(fee, currency), ..shipping_rate("post", 0) });
                let till = Till::of(&lines).tax(basis, rates).shipping(fee.into_iter().collect());
                (Till { currency, ..till }, offers)
            },
        )
    })
}

fn offering<'a>(till: &Till, offers: impl IntoIterator<Item = (usize, &'a Offer)>) -> Till {
    let promote = |till: Till, (number, offer): (usize, &Offer)| till.promotion(&format!("p{number}"), offer.clone());
    offers.into_iter().fold(till.clone(), promote)
}

fn plain(till: &Till) -> Money {
    money(till.lines.iter().map(|line| line.total.minor_units()).sum(), till.currency)
}

fn total(till: &Till) -> i64 {
    till.price().unwrap().map_or(plain(till), |priced| priced.total).amount.minor_units()
}

fn sum(amounts: impl Iterator<Item = Amount>) -> i64 {
    amounts.map(Amount::minor_units).sum()
}

fn added(portion: &Portion, basis: Option<TaxBasis>) -> i64 {
    if basis == Some(TaxBasis::Added) { portion.tax.minor_units() } else { 0 }
}

/// What every portion promises about itself.
fn check_portion(portion: &Portion, basis: Option<TaxBasis>) -> Result<(), TestCaseError> {
    let due = portion.price.minor_units() - portion.discount.minor_units() + added(portion, basis);
    prop_assert_eq!(due, portion.payable.minor_units() + portion.points_value.minor_units(), "{:?}", portion);
    if basis == Some(TaxBasis::Included) {
        prop_assert!(portion.tax.minor_units() <= due);
    }
    Ok(())
}

/// That each figure of each unit is its exact share, a part of a minor unit up or down.
fn check_even(figures: &[i64], whole: i64) -> Result<(), TestCaseError> {
    let units = i64::try_from(figures.len()).unwrap();
    prop_assert_eq!(figures.iter().sum::<i64>(), whole);
    let (low, high) = (whole / units, whole / units + i64::from(whole % units != 0));
    prop_assert!(figures.iter().all(|figure| (low..=high).contains(figure)), "{:?} of {}", figures, whole);
    Ok(())
}

/// That each tax of a line is its rate of what it falls on, half a minor unit up, and that they add up to the line.
fn check_taxes(line: &PricedLine) -> Result<(), TestCaseError> {
    let left = line.price.minor_units() - line.discount().minor_units();
    let taxes: Vec<&AppliedTax> = line.taxes().collect();
    let amounts = |taxes: &[&AppliedTax]| taxes.iter().map(|tax| tax.amount.minor_units()).sum::<i64>();
    prop_assert!(taxes.is_sorted_by_key(|tax| tax.compound), "{taxes:?}");
    let Some(basis) = taxes.first().map(|tax| tax.basis) else {
        prop_assert_eq!(line.total.minor_units(), left);
        return Ok(());
    };
    let half_up =
        |parts: i128, of: i64, whole: i128| i64::try_from((i128::from(of) * parts * 2 + whole) / (whole * 2)).unwrap();
    let parts = |tax: &AppliedTax| i128::from(i64::from(tax.rate));
    match basis {
        TaxBasis::Added => {
            prop_assert_eq!(line.total.minor_units(), left + amounts(&taxes));
            for (number, tax) in taxes.iter().enumerate() {
                let base = if tax.compound { left + amounts(&taxes[..number]) } else { left };
                prop_assert_eq!(tax.amount.minor_units(), half_up(parts(tax), base, 1_000_000));
            }
        }
        TaxBasis::Included => {
            prop_assert_eq!(line.total.minor_units(), left);
            let simple = taxes.iter().position(|tax| tax.compound).unwrap_or(taxes.len());
            for (number, tax) in taxes.iter().enumerate().skip(simple) {
                let base = left - amounts(&taxes[number + 1..]);
                prop_assert_eq!(tax.amount.minor_units(), half_up(parts(tax), base, 1_000_000 + parts(tax)));
            }
            let (all, base) =
                (taxes[..simple].iter().map(|tax| parts(tax)).sum::<i128>(), left - amounts(&taxes[simple..]));
            prop_assert_eq!(amounts(&taxes[..simple]), half_up(all, base, 1_000_000 + all));
            for tax in &taxes[..simple] {
                let exact = i128::from(base) * parts(tax);
                let off = i128::from(tax.amount.minor_units()) * (1_000_000 + all) - exact;
                prop_assert!(off.abs() < 2 * (1_000_000 + all), "{tax:?} of {base}");
            }
        }
    }
    Ok(())
}

fn check_line(priced: &Priced, number: usize) -> Result<(), TestCaseError> {
    let line = &priced.lines[number];
    check_taxes(line)?;
    let basis = line.taxes().next().map(|tax| tax.basis);
    let units: Vec<Portion> = priced.line_units(number).collect();
    prop_assert_eq!(units.len(), usize::try_from(line.quantity.units()).unwrap());
    for (unit, index) in units.iter().zip(0..) {
        check_portion(unit, basis)?;
        prop_assert_eq!(priced.unit(number, index), Some(*unit));
    }
    let figures =
        |figure: fn(&Portion) -> Amount| -> Vec<i64> { units.iter().map(|unit| figure(unit).minor_units()).collect() };
    let points = line.points.map_or(Amount::ZERO, |points| points.value).minor_units();
    check_even(&figures(|unit| unit.price), line.price.minor_units())?;
    check_even(&figures(|unit| unit.discount), line.discount().minor_units())?;
    check_even(&figures(|unit| unit.tax), line.taxes().map(|tax| tax.amount.minor_units()).sum())?;
    check_even(&figures(|unit| unit.points_value), points)?;
    check_even(&figures(|unit| unit.payable), line.total.minor_units() - points)?;
    let spent: u64 = units.iter().map(|unit| unit.points).sum();
    prop_assert_eq!(spent, line.points.map_or(0, |points| points.spent));
    let all = priced.refund_of(number, 0, line.quantity.units()).unwrap();
    prop_assert_eq!(all.payable.minor_units(), sum(units.iter().map(|unit| unit.payable)));
    check_portion(&all, basis)
}

fn check_sums(priced: &Priced, till: &Till) -> Result<(), TestCaseError> {
    let sums = priced.sums;
    prop_assert_eq!(sums.subtotal, plain(till).amount);
    let due = sums.subtotal.minor_units() - sums.discount.minor_units()
        + sums.shipping.minor_units()
        + sums.tax_added.minor_units()
        - sums.points.minor_units();
    prop_assert_eq!(due, priced.total.amount.minor_units());
    let portions: Vec<Portion> = (0..priced.lines.len())
        .filter_map(|line| priced.refund_of(line, 0, priced.lines[line].quantity.units()))
        .chain(priced.shipping_portion())
        .collect();
    prop_assert_eq!(portions.len(), till.lines.len() + usize::from(priced.shipping.is_some()));
    let of = |figure: fn(&Portion) -> Amount| sum(portions.iter().map(figure));
    prop_assert_eq!(of(|portion| portion.payable), priced.total.amount.minor_units());
    prop_assert_eq!(of(|portion| portion.discount), sums.discount.minor_units());
    prop_assert_eq!(of(|portion| portion.tax), sums.tax.minor_units());
    prop_assert_eq!(of(|portion| portion.points_value), sums.points.minor_units());
    let spent: u64 = portions.iter().map(|portion| portion.points).sum();
    prop_assert_eq!(spent, priced.points.map_or(0, |points| points.spent));
    Ok(())
}

/// By how much rounding may make a total differ: two minor units for each tax on each line and the fee, where it
/// is added to them.
fn rounding(till: &Till) -> i64 {
    match till.merchant.tax().prices {
        TaxBasis::Added if !till.merchant.tax().rates.is_empty() => {
            i64::try_from((till.lines.len() + 1) * till.merchant.tax().rates.len() * 2).unwrap()
        }
        TaxBasis::Included | TaxBasis::Added => 0,
    }
}

/// All sets of offers of which every two go together.
fn allowed(offers: &[Offer]) -> Vec<Vec<(usize, &Offer)>> {
    let sets = (0_u32..1 << offers.len())
        .map(|set| offers.iter().enumerate().filter(|(number, _)| set & (1 << number) != 0).collect());
    let together = |set: &Vec<(usize, &Offer)>| {
        set.iter().all(|(one, offer)| set.iter().all(|(other, with)| one == other || offer.combines(with)))
    };
    sets.filter(together).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn everything_adds_up_to_the_minor_unit(
        (till, offers) in tills(40, 6),
        worth in 1..400_i64,
        share in 0..=100_u64,
    ) {
        let till = offering(&till, offers.iter().enumerate());
        let currency = till.currency;
        let policy = points(money(worth, currency), 1);
        let usable = policy.usable_for(amount(total(&till)));
        let paid = till.clone().points(policy, usable * share / 100);
        let priced = match paid.price() {
            Err(PricingRefusal::PointsGiveNothing) => till.price().unwrap(),
            outcome => outcome.unwrap(),
        };
        let Some(priced) = priced else { return Ok(()) };
        check_sums(&priced, &till)?;
        for line in 0..priced.lines.len() {
            check_line(&priced, line)?;
        }
        let stored: Priced = serde_json::from_str(&serde_json::to_string(&priced).unwrap()).unwrap();
        prop_assert_eq!(stored, priced);
    }

    /// The largest sets of offers are all that the search tries, here all sets are. Where tax is added and rounded line
    /// by line, a smaller set may be cheaper by what is rounded; anywhere else none is.
    #[test]
    fn no_allowed_combination_is_cheaper((till, offers) in tills(6, 6)) {
        let found = total(&offering(&till, offers.iter().enumerate()));
        let sets = allowed(&offers);
        let cheapest = sets.into_iter().map(|set| total(&offering(&till, set))).min().unwrap();
        let rounded = rounding(&till);
        prop_assert!(cheapest <= found && found <= cheapest + rounded, "{found} instead of {cheapest}");
        prop_assert!(found <= total(&till));
    }

    /// Whatever coupons are presented, the order costs no more than with some of them or none, and each of them that is
    /// used makes it cheaper. Those that do not are named, and what is left of them without these is the cheapest.
    #[test]
    fn a_coupon_never_makes_an_order_dearer((till, offers) in tills(6, 6), coupons in 1..=5_usize) {
        let (coupons, promotions) = offers.split_at(coupons.min(offers.len()));
        let till = offering(&till, promotions.iter().enumerate());
        let presenting = |chosen: &[usize]| {
            chosen.iter().fold(till.clone(), |till, number| till.coupon(&format!("CODE-{number}"), coupons[*number].clone()))
        };
        let cost = |chosen: &[usize]| {
            let total = |priced: Option<Priced>| priced.map_or(plain(&till), |priced| priced.total).amount.minor_units();
            presenting(chosen).price().map(total)
        };
        let parts = (0..1_u32 << coupons.len())
            .map(|part| (0..coupons.len()).filter(|number| part & (1 << number) != 0).collect::<Vec<usize>>());
        let accepted: Vec<(Vec<usize>, i64)> = parts.filter_map(|part| cost(&part).ok().map(|cost| (part, cost))).collect();
        let mut kept: Vec<usize> = (0..coupons.len()).collect();
        let lowest = loop {
            match cost(&kept) {
                Ok(cost) => break cost,
                Err(PricingRefusal::CouponsGiveNothing { coupons }) => {
                    for useless in coupons.iter().rev() {
                        let coupon = kept.remove(useless.coupon);
                        let code: crate::text::CouponCode = crate::samples::text(&format!("CODE-{coupon}"));
                        prop_assert_eq!(&useless.code, &code);
                    }
                }
                Err(PricingRefusal::CouponBelowMinimum { .. } | PricingRefusal::CouponsDoNotCombine { .. }) => return Ok(()),
                Err(refusal) => return Err(TestCaseError::fail(refusal.to_string())),
            }
        };
        // Where tax is rounded line by line, more than two coupons are each tried without, and all, but not every selection.
        let exact = coupons.len() <= 2 || rounding(&till) == 0;
        for (part, cost) in accepted {
            let slack = if exact || part.is_empty() { 0 } else { rounding(&till) };
            prop_assert!(lowest <= cost + slack, "{part:?} cost {cost}, {kept:?} {lowest}");
            let needless = part.len() + 1 == kept.len() && part.iter().all(|number| kept.contains(number));
            prop_assert!(!needless || slack > 0 || lowest < cost, "{part:?} cost {cost} as {kept:?} do");
        }
    }

    /// Of all allowed sets that hold the coupon or not, the cheapest: brute force over every set.
    #[test]
    fn a_coupon_is_used_as_the_best_of_what_it_allows((till, offers) in tills(6, 5)) {
        prop_assume!(!offers.is_empty());
        let till = Till { merchant: till.merchant.clone().evolve(no_tax()), ..till };
        let with_coupon = |promotions: Vec<(usize, &Offer)>| offering(&till, promotions).coupon("ONE", offers[0].clone());
        // What the coupon gives is the same by a promotion that comes after all others, as coupons do.
        let cost = |set: Vec<(usize, &Offer)>| match set.split_first() {
            Some(((0, offer), others)) => {
                total(&offering(&till, others.iter().copied()).promotion("z", (*offer).clone()))
            }
            Some(_) | None => total(&offering(&till, set)),
        };
        let (with, without): (Vec<_>, Vec<_>) =
            allowed(&offers).into_iter().partition(|set| set.first().is_some_and(|(number, _)| *number == 0));
        let cheapest = |sets: Vec<Vec<(usize, &Offer)>>| sets.into_iter().map(cost).min().unwrap();
        let (with, without) = (cheapest(with), cheapest(without));
        match with_coupon(offers.iter().enumerate().skip(1).collect()).price() {
            Ok(priced) => {
                let priced = priced.unwrap();
                prop_assert_eq!(&priced.coupons, &[crate::samples::text("ONE")]);
                prop_assert_eq!(priced.total.amount.minor_units(), with);
                prop_assert!(with < without);
            }
            Err(PricingRefusal::CouponsGiveNothing { .. }) => prop_assert!(with >= without),
            Err(PricingRefusal::CouponBelowMinimum { .. }) => {}
            Err(refusal) => prop_assert!(false, "{refusal}"),
        }
    }

    /// What an order costs where no tax is due is what each piece costs at home without its tax, and nothing is lost on the way.
    #[test]
    fn net_prices_add_up((till, offers) in tills(40, 4), rates in prop::collection::vec((1..=400_000_i64, any::<bool>()), 1..=3)) {
        let named = |(number, (parts, compound))| named_tax(&format!("T{number}"), compound, tax_rate("FR", "standard", parts));
        let tax = TaxRates {
            prices: TaxBasis::Included,
            rates: rates.into_iter().enumerate().map(named).collect(),
            export_net_of: Some(TaxPlace { country: crate::samples::text("FR"), region: None }),
        };
        let till = till.tax_rates(tax);
        let home = |line: &OrderLine| {
            let one = Till { country: crate::samples::text("FR"), ..Till { lines: vec![line.clone()], ..till.clone() } };
            let one = Till { lines: vec![OrderLine { quantity: quantity(1), total: line.unit_price, ..line.clone() }], ..one };
            let priced = one.shipping(vec![]).price().unwrap();
            line.unit_price.minor_units() - priced.map_or(0, |priced| priced.sums.tax.minor_units())
        };
        let net: Vec<i64> = till.lines.iter().map(|line| home(line) * i64::from(line.quantity.units())).collect();
        let abroad = offering(&till, offers.iter().enumerate()).price().unwrap();
        let Some(priced) = abroad else { return Ok(()) };
        for (line, (net, gross)) in priced.lines.iter().zip(net.iter().zip(&till.lines)) {
            prop_assert_eq!(line.price.minor_units(), *net);
            let not_due = line.tax_not_due.map_or(0, Amount::minor_units);
            prop_assert_eq!(line.price.minor_units() + not_due, gross.total.minor_units());
            prop_assert!(line.taxes().next().is_none());
        }
        let exported = Till { lines: till.lines.iter().zip(&priced.lines).map(|(line, priced)| OrderLine { total: priced.price, ..line.clone() }).collect(), ..till.clone() };
        check_sums(&priced, &exported)?;
        for line in 0..priced.lines.len() {
            check_line(&priced, line)?;
        }
    }

    /// However units are returned, one by one or some together, the same comes back.
    #[test]
    fn a_line_is_refunded_in_any_pieces(units in 1..=1_000_000_i64, price in 1..5_000_i64, cut in 0..1_000_000_u32, parts in 1..900_000_i64) {
        let off = Discount::PercentageOffLines { rate: rate(parts), lines: EligibleLines::All, cap: None };
        let till = Till::of(&[line("A", units, price)])
            .discount("off", off)
            .tax(TaxBasis::Added, vec![tax_rate("GB", "standard", 88_750)])
            .points(points(money(70, "GBP"), 1), 0);
        let due = total(&till);
        let spent = till.merchant.policies().points.unwrap().usable_for(amount(due)) / 3;
        prop_assume!(spent > 1);
        let priced = Till { points: spent, ..till }.priced();
        let quantity = priced.lines[0].quantity.units();
        let cut = cut % quantity;
        let [before, after, all] = [(0, cut), (cut, quantity - cut), (0, quantity)]
            .map(|(from, count)| priced.refund_of(0, from, count).unwrap());
        let together = |figure: fn(&Portion) -> Amount| sum([before, after].iter().map(figure));
        prop_assert_eq!(together(|portion| portion.payable), all.payable.minor_units());
        prop_assert_eq!(all.payable, priced.total.amount);
        prop_assert_eq!(together(|portion| portion.discount), all.discount.minor_units());
        prop_assert_eq!(together(|portion| portion.tax), all.tax.minor_units());
        prop_assert_eq!(before.points + after.points, spent);
        prop_assert_eq!(priced.refund_of(0, cut, quantity - cut + 1), None);
    }

    #[test]
    fn points_that_are_usable_pay_the_whole_or_as_much_as_whole_points_can(worth in 1..100_000_i64, due in 0..1_000_000_i64) {
        let policy = points(money(worth, "GBP"), 1);
        let usable = policy.usable_for(amount(due));
        let value = |points| policy.value_of(points).unwrap().minor_units();
        prop_assert!(value(usable) <= due);
        prop_assert!(value(usable + 1) > due || value(usable + 1) == value(usable));
        prop_assert!(usable == 0 || value(usable - 1) < value(usable));
    }
}

fn no_tax() -> crate::merchant::MerchantEvent {
    crate::merchant::MerchantEvent::TaxRatesSet { tax: crate::merchant::TaxRates::default(), at: crate::samples::at(0) }
}
