use crate::{
    merchant::{MAX_PROMOTIONS, RegionRefusal, ShippingRate, TaxRates, Taxes},
    money::{Amount, Money},
    order::OrderLine,
    points::Issuer,
    pricing::{
        AppliedTax, Basket, MAX_COUPONS, PointsSpent, PresentedCoupon, Priced, PricedLine, PricedShipping,
        PricingRefusal, Source, Sums, UselessCoupon,
        candidate::{Candidate, pieces},
        combination::{self, Set},
        draft::{Draft, Fee, Scene},
        evaluation::Evaluation,
        levy,
    },
    product::ProductKind,
    split::{split, split_number},
    text::{Sku, TaxCategory},
};

/// Prices an order. Nothing, where it costs the sum of its lines and there is nothing to explain; that is found without
/// an allocation where the merchant charges plainly and the customer brings nothing.
///
/// `tax_category` looks a SKU up in the catalogue.
pub fn price<'catalogue>(
    basket: &Basket<'_>,
    tax_category: impl Fn(&Sku) -> Option<&'catalogue TaxCategory>,
) -> Result<Option<Priced>, PricingRefusal> {
    let brings_nothing = basket.coupons.is_empty() && basket.points == 0 && basket.shipping_method.is_none();
    if brings_nothing && basket.merchant.charges_plainly() {
        return Ok(None);
    }
    let subtotal = total(basket.lines.iter().map(|line| line.total)).ok_or(PricingRefusal::TotalOverflow)?;
    let shipping = shipping(basket, subtotal)?;
    let candidates = candidates(basket, subtotal, shipping.map_or(Amount::ZERO, |fee| fee.amount))?;
    let scene = scene(basket, shipping, tax_category)?;
    let draft = combine(basket, &scene, &candidates)?;
    let priced = finish(basket, subtotal, draft)?;
    Ok(Some(priced).filter(|priced| !priced.is_plain()))
}

/// The way of delivery and its fee. An order without goods is not delivered; a merchant without rates charges nothing.
fn shipping<'a>(basket: &Basket<'a>, subtotal: Amount) -> Result<Option<Fee<'a>>, PricingRefusal> {
    let goods = |line: &&OrderLine| line.kind == ProductKind::Goods;
    let pieces = pieces(basket.lines.iter().filter(goods));
    let rates = basket.merchant.shipping();
    if pieces == 0 || (rates.is_empty() && basket.shipping_method.is_none()) {
        return Ok(None);
    }
    let chosen = |rate: &&ShippingRate| basket.shipping_method.is_none_or(|method| rate.method == *method);
    let mut best: Option<(&ShippingRate, Amount)> = None;
    for rate in rates.serving(basket.country, basket.currency).filter(chosen) {
        let fee = rate.fee_for(subtotal, pieces).ok_or(PricingRefusal::TotalOverflow)?;
        if best.is_none_or(|(known, lowest)| (fee, &rate.method) < (lowest, &known.method)) {
            best = Some((rate, fee));
        }
    }
    let home = basket.merchant.tax().taken_out_for(basket.country);
    let taken_out = home.and_then(|home| home.taxes(TaxRates::SHIPPING).ok()).unwrap_or_default();
    let fee = |(rate, fee): (_, Amount)| {
        let amount = levy::net_of(&taken_out, fee);
        Some(Fee { rate, amount, not_due: fee.saturating_sub(amount) })
    };
    let country = || basket.country.clone();
    best.map(fee).ok_or_else(|| match basket.shipping_method {
        Some(method) => PricingRefusal::UnknownShippingMethod { method: method.clone(), country: country() },
        None => PricingRefusal::NotDelivered { country: country(), currency: basket.currency },
    })
}

/// All offers that may be used, in the order in which they apply. A promotion that does not fit is passed over; a coupon
/// that does not is refused.
fn candidates<'a>(basket: &Basket<'a>, subtotal: Amount, fee: Amount) -> Result<Vec<Candidate<'a>>, PricingRefusal> {
    if basket.coupons.len() > MAX_COUPONS {
        return Err(PricingRefusal::TooManyCoupons);
    }
    let mut candidates = Vec::with_capacity(basket.merchant.promotions().len() + basket.coupons.len());
    for promotion in basket.merchant.promotions().values().take(MAX_PROMOTIONS) {
        let offer = &promotion.offer;
        let spent = offer.minimum_spend.is_none_or(|minimum| subtotal >= minimum.amount);
        let fits = offer.currency().is_none_or(|currency| currency == basket.currency);
        if spent && fits && offer.valid.contains(basket.at) {
            let source = Source::Promotion(promotion.id.clone());
            candidates.extend(Candidate::of(source, offer, basket.lines, subtotal, fee));
        }
    }
    for (number, coupon) in basket.coupons.iter().enumerate() {
        check_coupon(basket, number, coupon, subtotal)?;
        let source = Source::Coupon(coupon.code.clone());
        let candidate = Candidate::of(source, coupon.offer, basket.lines, subtotal, fee);
        let nothing = || PricingRefusal::CouponsGiveNothing { coupons: vec![UselessCoupon::of((number, coupon))] };
        candidates.push(candidate.ok_or_else(nothing)?);
    }
    candidates.sort_by(|one, other| one.place().cmp(&other.place()));
    Ok(candidates)
}

fn check_coupon(
    basket: &Basket<'_>,
    number: usize,
    coupon: &PresentedCoupon<'_>,
    subtotal: Amount,
) -> Result<(), PricingRefusal> {
    let PresentedCoupon { code, offer, merchant } = *coupon;
    let code = || code.clone();
    let before = &basket.coupons[..number];
    if before.iter().any(|other| other.code == coupon.code) {
        return Err(PricingRefusal::CouponRepeated { coupon: number, code: code() });
    }
    if merchant.is_some_and(|merchant| merchant != basket.merchant_id) {
        return Err(PricingRefusal::CouponOfOtherMerchant { coupon: number, code: code() });
    }
    if let Some(from) = offer.valid.from.filter(|_| offer.valid.is_before(basket.at)) {
        return Err(PricingRefusal::CouponNotYetValid { coupon: number, code: code(), from });
    }
    if let Some(until) = offer.valid.until.filter(|_| offer.valid.is_over(basket.at)) {
        return Err(PricingRefusal::CouponNoLongerValid { coupon: number, code: code(), until });
    }
    if let Some(valid) = offer.currency().filter(|currency| *currency != basket.currency) {
        let ordered = basket.currency;
        return Err(PricingRefusal::CouponOfOtherCurrency { coupon: number, code: code(), valid, ordered });
    }
    if let Some(minimum) = offer.minimum_spend.filter(|minimum| subtotal < minimum.amount) {
        let subtotal = Money { amount: subtotal, currency: basket.currency };
        return Err(PricingRefusal::CouponBelowMinimum { coupon: number, code: code(), minimum, subtotal });
    }
    match before.iter().find(|other| !other.offer.combines(offer)) {
        None => Ok(()),
        Some(other) => {
            Err(PricingRefusal::CouponsDoNotCombine { coupon: number, code: code(), other: other.code.clone() })
        }
    }
}

/// The category that a product is taxed as, if it names one.
pub(super) fn category_of(category: Option<&TaxCategory>) -> &str {
    category.map_or(TaxRates::STANDARD, TaxCategory::as_str)
}

fn scene<'a, 'catalogue>(
    basket: &Basket<'a>,
    shipping: Option<Fee<'a>>,
    tax_category: impl Fn(&Sku) -> Option<&'catalogue TaxCategory>,
) -> Result<Scene<'a>, PricingRefusal> {
    let tax = basket.merchant.tax();
    let mut scene = Scene {
        lines: basket.lines,
        taxes: vec![],
        not_due: basket.not_due,
        shipping,
        shipping_taxes: Taxes::default(),
        basis: tax.prices,
    };
    if tax.rates.is_empty() {
        return Ok(scene);
    }
    let country = || basket.country.clone();
    let refused = |refusal| match (refusal, basket.region) {
        (RegionRefusal::Unknown, Some(region)) => {
            PricingRefusal::UnknownRegion { country: country(), region: region.clone() }
        }
        (RegionRefusal::Unknown | RegionRefusal::Missing, _) => PricingRefusal::RegionNeeded { country: country() },
    };
    let destination = tax.destination(basket.country, basket.region).map_err(refused)?;
    let of_line = |line: &OrderLine| destination.taxes(category_of(tax_category(&line.sku)));
    scene.taxes = basket.lines.iter().map(of_line).collect::<Result<_, _>>().map_err(refused)?;
    if shipping.is_some() {
        scene.shipping_taxes = destination.taxes(TaxRates::SHIPPING).map_err(refused)?;
    }
    Ok(scene)
}

fn combine(basket: &Basket<'_>, scene: &Scene<'_>, candidates: &[Candidate<'_>]) -> Result<Draft, PricingRefusal> {
    let spelled_out = |set| scene.apply(candidates, set).ok_or(PricingRefusal::TotalOverflow);
    if candidates.is_empty() {
        return spelled_out(Set::EMPTY);
    }
    let number = |coupon: &PresentedCoupon<'_>| {
        candidates.iter().position(|candidate| matches!(&candidate.source, Source::Coupon(code) if code == coupon.code))
    };
    let coupons: Vec<usize> = basket.coupons.iter().filter_map(number).collect();
    let mut evaluation = Evaluation::of(scene, candidates);
    let best = combination::best(candidates, &coupons, evaluation.rounds_by_line(), |set| evaluation.outcome(set));
    let best = best.ok_or(PricingRefusal::TotalOverflow)?;
    let useless =
        |(_, coupon): &(usize, &PresentedCoupon<'_>)| number(coupon).is_none_or(|number| !best.used.contains(number));
    let useless: Vec<UselessCoupon> =
        basket.coupons.iter().enumerate().filter(useless).map(UselessCoupon::of).collect();
    if !useless.is_empty() {
        return Err(PricingRefusal::CouponsGiveNothing { coupons: useless });
    }
    spelled_out(best.used)
}

fn finish(basket: &Basket<'_>, subtotal: Amount, draft: Draft) -> Result<Priced, PricingRefusal> {
    let Draft { mut lines, mut shipping, total: due } = draft;
    let points = points(basket, due)?;
    if let Some(PointsSpent { spent, value }) = points {
        let shipping_total = shipping.iter().map(|shipping| shipping.total);
        let totals: Vec<i64> = lines.iter().map(|line| line.total).chain(shipping_total).map(i64::from).collect();
        let values = split(value, &totals);
        let weights: Vec<i64> = values.iter().copied().map(i64::from).collect();
        let places =
            lines.iter_mut().map(|line| &mut line.points).chain(shipping.iter_mut().map(|fee| &mut fee.points));
        for ((place, value), spent) in places.zip(values).zip(split_number(spent, &weights)) {
            *place = Some(PointsSpent { spent, value }).filter(|part| part.value > Amount::ZERO);
        }
    }
    let sums = sums(subtotal, &lines, shipping.as_ref(), points)?;
    let total = Money { amount: due.saturating_sub(sums.points), currency: basket.currency };
    let coupons = basket.coupons.iter().map(|coupon| coupon.code.clone()).collect();
    let points_of = points.map_or_else(Issuer::default, |_| basket.points_of);
    Ok(Priced { lines, shipping, points, points_of, coupons, sums, total })
}

/// The sums of an order of these lines.
fn sums(
    subtotal: Amount,
    lines: &[PricedLine],
    shipping: Option<&PricedShipping>,
    points: Option<PointsSpent>,
) -> Result<Sums, PricingRefusal> {
    let line_taxes = lines.iter().flat_map(PricedLine::taxes);
    let taxes = || line_taxes.clone().chain(shipping.into_iter().flat_map(PricedShipping::taxes));
    let not_due = lines.iter().map(|line| line.tax_not_due).chain(shipping.into_iter().map(|fee| fee.tax_not_due));
    let fee_discounts = shipping.into_iter().flat_map(|shipping| &shipping.discounts);
    let sum = |amounts: &mut dyn Iterator<Item = Amount>| total(amounts).ok_or(PricingRefusal::TotalOverflow);
    let added = |tax: &&AppliedTax| tax.basis == crate::merchant::TaxBasis::Added;
    Ok(Sums {
        subtotal,
        discount: sum(&mut lines
            .iter()
            .map(PricedLine::discount)
            .chain(fee_discounts.map(|discount| discount.amount)))?,
        shipping: shipping.map_or(Amount::ZERO, |shipping| shipping.fee),
        tax: sum(&mut taxes().map(|tax| tax.amount))?,
        tax_added: sum(&mut taxes().filter(added).map(|tax| tax.amount))?,
        points: points.map_or(Amount::ZERO, |points| points.value),
        tax_not_due: sum(&mut not_due.flatten())?,
    })
}

fn points(basket: &Basket<'_>, due: Amount) -> Result<Option<PointsSpent>, PricingRefusal> {
    if basket.points == 0 {
        return Ok(None);
    }
    let policy = basket.merchant.points_of(basket.points_of);
    let policy = policy.filter(|policy| policy.value_per_100.currency == basket.currency);
    let policy = policy.ok_or(PricingRefusal::PointsNotTaken { currency: basket.currency })?;
    let usable = policy.usable_for(due);
    let value = policy.value_of(basket.points).filter(|_| basket.points <= usable);
    match value {
        None => Err(PricingRefusal::TooManyPoints { usable }),
        Some(Amount::ZERO) => Err(PricingRefusal::PointsGiveNothing),
        Some(value) => Ok(Some(PointsSpent { spent: basket.points, value })),
    }
}

fn total(mut amounts: impl Iterator<Item = Amount>) -> Option<Amount> {
    amounts.try_fold(Amount::ZERO, Amount::checked_add)
}
