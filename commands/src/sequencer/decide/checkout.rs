//! What an order costs and claims, before anything is touched: the same for a quote and for a placement.

use purser_domain::{
    Timestamp,
    checkout::{CheckoutRefusal, Expected, Frozen, freeze},
    coupon::{Coupon, CouponRefusal, usable},
    merchant::{Merchant, Policies, ShippingRefund},
    money::Money,
    order::{LimitedPieces, OrderLine},
    points::{self, Points, PointsAccount, PointsCommand},
    pricing::{Basket, PresentedCoupon, Priced, Sums, price, take_out_tax},
    principal::Principal,
    product::Product,
    quantity::Quantity,
    quota::{self, Buyer, GuestMark, PurchaseQuota, QuotaCommand, QuotaId, QuotaRefusal},
    text::{CouponCode, CustomerId, MerchantId, Sku},
};

use super::{Asked, Decision, Stopped};
use crate::{
    failure::Refusal,
    request::{PlaceOrder, Quote},
};

/// An order as it would be placed.
pub(super) struct Checkout {
    pub(super) customer: Option<CustomerId>,
    pub(super) merchant: MerchantId,
    pub(super) policies: Policies,
    pub(super) lines: Vec<OrderLine>,
    pub(super) pricing: Option<Box<Priced>>,
    pub(super) limited: Vec<LimitedPieces>,
    pub(super) counted_as: Vec<GuestMark>,
    pub(super) total: Money,
    pub(super) placed_at: Timestamp,
}

impl From<Checkout> for Quote {
    fn from(checkout: Checkout) -> Self {
        let Checkout { merchant, lines, pricing, total, .. } = checkout;
        Self { merchant, lines, pricing, total }
    }
}

impl Decision<'_> {
    /// Freezes prices and asks everybody but the stock: the merchant's rules, coupons, points and purchase limits.
    pub(super) fn check_out(&self, asked: &Asked<'_>, place: &PlaceOrder) -> Result<Checkout, Stopped> {
        check_stated_prices(asked, place)?;
        check_spender(asked, place)?;
        let customer = customer(asked, place)?;
        let placed_at = asked.stated("placed_at", place.placed_at)?;
        let product = |sku: &Sku| self.working.products.get(sku).map(|product| &product.state);
        let Frozen { merchant, mut lines, total } =
            freeze(&place.lines, place.currency, product).map_err(Stopped::refused)?;
        check_own_products(asked, &merchant)?;
        let unknown = Merchant::default();
        let book = self.working.merchants.get(&merchant).map_or(&unknown, |merchant| &merchant.state);
        let tax_category = |sku: &Sku| product(sku).and_then(Product::listing)?.tax_category.as_ref();
        let stated = |line: usize| place.lines.get(line).is_some_and(|line| line.unit_price.is_some());
        let not_due = take_out_tax(&mut lines, book.tax(), &place.ship_to.country, stated, tax_category);
        let coupons = self.usable_coupons(asked, place, customer.as_ref(), &merchant)?;
        let basket = Basket {
            lines: &lines,
            not_due: &not_due,
            currency: place.currency,
            country: &place.ship_to.country,
            region: place.ship_to.region.as_ref(),
            merchant_id: &merchant,
            merchant: book,
            coupons: &coupons,
            shipping_method: place.shipping_method.as_ref(),
            points: place.points.map_or(0, Points::get),
            points_of: place.points_of,
            at: placed_at,
        };
        let mut pricing = price(&basket, tax_category).map_err(Stopped::refused)?.map(Box::new);
        if let Some(shipping) = pricing.as_mut().and_then(|pricing| pricing.shipping.as_mut()) {
            shipping.kept_on_return = book.policies().shipping_refund == ShippingRefund::Never;
        }
        let total = pricing.as_ref().map_or(total, |pricing| pricing.total);
        if let Some(expected) = &place.expected {
            check_expected(expected, &lines, pricing.as_deref(), total)?;
        }
        self.check_points(place, customer.as_ref(), &merchant)?;
        let limited = self.limited(&lines)?;
        let counted_as = counted_as(place, customer.as_ref(), &merchant, book, &limited)?;
        self.check_quotas(place, &lines, &limited, &Buyer::of(customer.as_ref(), &counted_as))?;
        let policies = book.policies().clone();
        Ok(Checkout { customer, merchant, policies, lines, pricing, limited, counted_as, total, placed_at })
    }

    fn usable_coupons<'a>(
        &'a self,
        asked: &Asked<'_>,
        place: &'a PlaceOrder,
        customer: Option<&CustomerId>,
        merchant: &MerchantId,
    ) -> Result<Vec<PresentedCoupon<'a>>, Stopped> {
        let usable = |(number, code): (usize, &'a CouponCode)| {
            let refused = |refusal| Refusal::PresentedCoupon { coupon: number, code: code.clone(), refusal };
            let issuer = |coupon: &'a Coupon| coupon.terms().and_then(|terms| terms.merchant.as_ref());
            let presentable = |coupon: &&'a Coupon| asked.request.principal.may_present(issuer(coupon));
            let coupon = self.coupon(code).filter(presentable).ok_or_else(|| refused(CouponRefusal::Unknown))?;
            let terms = usable(coupon, customer, merchant, self.now).map_err(refused)?;
            Ok(PresentedCoupon { code, offer: &terms.offer, merchant: terms.merchant.as_ref() })
        };
        place.coupons.iter().enumerate().map(usable).collect::<Result<_, Refusal>>().map_err(Stopped::Refused)
    }

    pub(super) fn coupon(&self, code: &CouponCode) -> Option<&Coupon> {
        self.working.coupons.get(code).map(|coupon| &coupon.state)
    }

    fn check_points(
        &self,
        place: &PlaceOrder,
        customer: Option<&CustomerId>,
        merchant: &MerchantId,
    ) -> Result<(), Stopped> {
        let Some(points) = place.points else { return Ok(()) };
        let customer = customer.ok_or(Stopped::Refused(Refusal::PointsOfNobody))?;
        let none = PointsAccount::default();
        let id = place.points_of.account(customer, merchant);
        let account = self.working.points.get(&id).map_or(&none, |account| &account.state);
        points::decide(account, PointsCommand::Freeze { order: place.order, points }).map_err(Stopped::refused)?;
        Ok(())
    }

    /// The pieces of the SKUs of which one customer may buy only so many.
    fn limited(&self, lines: &[OrderLine]) -> Result<Vec<LimitedPieces>, Stopped> {
        let mut limited: Vec<LimitedPieces> = Vec::new();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| self.purchase_limit(&line.sku).is_some()) {
            match limited.iter_mut().find(|pieces| pieces.sku == line.sku) {
                Some(pieces) => {
                    let sum = pieces.quantity.checked_add(line.quantity);
                    let overflow = || CheckoutRefusal::QuantityOverflow { line: number, sku: line.sku.clone() };
                    pieces.quantity = sum.ok_or_else(|| Stopped::refused(overflow()))?;
                }
                None => limited.push(LimitedPieces { sku: line.sku.clone(), quantity: line.quantity }),
            }
        }
        Ok(limited)
    }

    pub(super) fn purchase_limit(&self, sku: &Sku) -> Option<Quantity> {
        self.working.products.get(sku)?.state.listing()?.purchase_limit
    }

    fn check_quotas(
        &self,
        place: &PlaceOrder,
        lines: &[OrderLine],
        limited: &[LimitedPieces],
        buyers: &[Buyer],
    ) -> Result<(), Stopped> {
        for LimitedPieces { sku, quantity } in limited {
            let Some(limit) = self.purchase_limit(sku) else { continue };
            let take = QuotaCommand::Take { order: place.order, units: *quantity, limit };
            self.quotas_agree(buyers, sku, take).map_err(|refusal| {
                let line = lines.iter().position(|line| line.sku == *sku).unwrap_or_default();
                Stopped::Refused(Refusal::Quota { line, sku: sku.clone(), refusal })
            })?;
        }
        Ok(())
    }

    /// Whether every quota that counts for a buyer would take pieces of a SKU.
    pub(super) fn quotas_agree(&self, buyers: &[Buyer], sku: &Sku, take: QuotaCommand) -> Result<(), QuotaRefusal> {
        let untouched = PurchaseQuota::default();
        for buyer in buyers {
            let id = QuotaId { buyer: buyer.clone(), sku: sku.clone() };
            let quota = self.working.quotas.get(&id).map_or(&untouched, |quota| &quota.state);
            quota::decide(quota, take)?;
        }
        Ok(())
    }
}

/// By what a guest is counted, where anything of the order is limited. The merchant may want to know more of them than where
/// the order goes.
fn counted_as(
    place: &PlaceOrder,
    customer: Option<&CustomerId>,
    merchant: &MerchantId,
    book: &Merchant,
    limited: &[LimitedPieces],
) -> Result<Vec<GuestMark>, Stopped> {
    let (None, Some(first)) = (customer, limited.first()) else { return Ok(vec![]) };
    match book.policies().guest_contact.missing(place.contact.as_ref()) {
        Some(field) => {
            let (field, sku) = (field.to_owned(), first.sku.clone());
            Err(Stopped::refused(Refusal::ContactNeeded { field, sku }))
        }
        None => Ok(GuestMark::of(merchant, place.contact.as_ref(), &place.ship_to)),
    }
}

/// Nobody pays another price than they saw: what changed since is told, and the customer decides anew.
fn check_expected(
    expected: &Expected,
    lines: &[OrderLine],
    pricing: Option<&Priced>,
    total: Money,
) -> Result<(), Stopped> {
    let plain = || Sums { subtotal: total.amount, ..Sums::default() };
    let sums = pricing.map_or_else(plain, |pricing| pricing.sums);
    let changed = |changed| Stopped::refused(Refusal::TotalChanged(Box::new(changed)));
    expected.check(lines, &sums, total).map_err(changed)
}

/// A merchant sells their own products, and cannot tie up the stock of others.
fn check_own_products(asked: &Asked<'_>, merchant: &MerchantId) -> Result<(), Stopped> {
    match &asked.request.principal {
        Principal::Merchant(own) if own != merchant => {
            Err(Stopped::refused(Refusal::FieldNotAllowed { field: "lines/0/sku".to_owned() }))
        }
        Principal::Merchant(_)
        | Principal::Customer(_)
        | Principal::BackOffice
        | Principal::Operator
        | Principal::Saga => Ok(()),
    }
}

fn check_stated_prices(asked: &Asked<'_>, place: &PlaceOrder) -> Result<(), Stopped> {
    let negotiated = place.lines.iter().position(|line| line.unit_price.is_some());
    match negotiated {
        Some(line) if !asked.request.principal.may_state_terms() => {
            Err(Stopped::refused(Refusal::FieldNotAllowed { field: format!("lines/{line}/unit_price") }))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_spender(asked: &Asked<'_>, place: &PlaceOrder) -> Result<(), Stopped> {
    if place.points.is_some() && !asked.request.principal.may_spend_points() {
        return Err(Stopped::refused(Refusal::PointsOfAnother));
    }
    Ok(())
}

/// A customer orders for themselves; whoever orders for others says for whom, or nobody for a guest.
fn customer(asked: &Asked<'_>, place: &PlaceOrder) -> Result<Option<CustomerId>, Stopped> {
    let stated = place.customer.as_ref();
    match &asked.request.principal {
        Principal::Customer(own) if stated.is_none_or(|stated| stated == own) => Ok(Some(own.clone())),
        Principal::Customer(_) => Err(Stopped::refused(Refusal::FieldNotAllowed { field: "customer".to_owned() })),
        Principal::Merchant(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => Ok(stated.cloned()),
    }
}
