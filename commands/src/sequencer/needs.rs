//! Which aggregates a command needs.

use purser_domain::{
    clearing,
    fulfillment::Parcel,
    ids::{FulfillmentId, OrderId, RefundId, ReturnId},
    order::{Benefits, Closed, Order, Terms},
    payment::{GatewayReport, Payment, ReportedRefund, ReportedStatus},
    points::Issuer,
    principal::Principal,
    product::ProductKind,
    quota::{Buyer, GuestMark, QuotaId},
    stock::StockId,
    text::{CustomerId, PaymentReference, Sku},
    used_reference::{ReferenceId, reuse_of},
};

use crate::{
    request::{Command, FulfillmentChange, PlaceOrder, Request},
    sequencer::{
        Pending,
        cache::{Needs, Versioned, Working},
        decide::exception_of,
    },
};

impl Needs {
    /// What is known from the commands of a batch alone.
    pub(crate) fn of_all(batch: &[Pending]) -> Self {
        let mut needs = Self::default();
        for pending in batch {
            needs.of(&pending.request);
        }
        needs
    }

    /// What the aggregates of a batch tell beyond the commands, one round after the other: what the first round loads may
    /// name what the second one needs.
    pub(crate) const IMPLIED: [fn(&[Pending], &Working) -> Self; 2] = [Self::implied_by_all, Self::settled_by_all];

    /// What only the orders, products, payments, refunds and returns of a batch themselves can tell.
    fn implied_by_all(batch: &[Pending], working: &Working) -> Self {
        let mut needs = Self::default();
        for pending in batch {
            needs.implied_by(&pending.request, working);
        }
        needs
    }

    /// What the orders of a batch's returns can tell, which the commands do not name.
    fn settled_by_all(batch: &[Pending], working: &Working) -> Self {
        let mut needs = Self::default();
        for pending in batch {
            needs.settled_by(&pending.request.command, working);
        }
        // Whatever is done with an order of which pieces are missing may be what ends that.
        let is_short = |(_, order): &(&OrderId, &Versioned<Order>)| !order.state.shorted().is_empty();
        needs.exceptions.extend(working.orders.iter().filter(is_short).filter_map(|(id, _)| exception_of(*id)));
        // Whatever is done with an order that has earned points may take some of them back.
        needs.points.extend(working.orders.values().filter_map(|order| order.state.rewarded_account()));
        needs
    }

    fn settled_by(&mut self, command: &Command, working: &Working) {
        if let Command::ApproveReturn { id, .. }
        | Command::InspectReturn { id, .. }
        | Command::ReviewReturn { id }
        | Command::SettleExchange { id } = command
        {
            self.settlement(*id, working);
        }
        if let Command::ChangeFulfillment { fulfillment, change } = command
            && let Some(fulfillment) = working.fulfillments.get(fulfillment)
            && let Some(parcel) = fulfillment.state.parcel()
        {
            self.decided_by(parcel, change, working);
        }
        if let Command::ReportPayment { payment, .. } = command {
            let attempt = working.payments.get(payment).and_then(|payment| payment.state.attempt());
            if let Some(attempt) = attempt {
                self.authorized(attempt.terms.order, working);
                self.by_hand(attempt.terms.order, working);
            }
        }
        if let Command::AdjustStock { stock, change, orders, .. } = command {
            for id in losers(stock, *change, working).into_iter().chain(orders.iter().copied()) {
                if let Some(order) = working.orders.get(&id) {
                    self.parcels(id, &order.state);
                    self.exceptions.extend(exception_of(id));
                }
            }
        }
    }

    /// What a step of a parcel decides beyond it: about the return that it answers, or about the rest of its order.
    fn decided_by(&mut self, parcel: &Parcel, change: &FulfillmentChange, working: &Working) {
        let is_decided = match change {
            FulfillmentChange::Deliver { .. } => parcel.replaces.is_some(),
            FulfillmentChange::Ship { .. } | FulfillmentChange::GiveUp { .. } | FulfillmentChange::Cancel { .. } => {
                true
            }
            FulfillmentChange::Start
            | FulfillmentChange::ReportOverdue
            | FulfillmentChange::Hold { .. }
            | FulfillmentChange::ReleaseHold
            | FulfillmentChange::FailDelivery { .. } => false,
        };
        if !is_decided {
            return;
        }
        if let Some(id) = parcel.replaces {
            self.settlement(id, working);
        }
        if let Some(order) = working.orders.get(&parcel.order) {
            self.parcels(parcel.order, &order.state);
            if let Some(terms) = order.state.terms()
                && let Some(benefits) = &terms.benefits
            {
                self.claimed(terms, benefits);
            }
            // Its cancellation may be that of all that the order has left.
            if let FulfillmentChange::Cancel { .. } = change {
                self.held_for(&order.state);
            }
        }
    }

    /// What is known from the command alone.
    #[expect(clippy::too_many_lines, reason = "one list, with an entry for each command")]
    fn of(&mut self, request: &Request) {
        match &request.command {
            Command::PlaceOrder(place) => {
                self.checkout(place);
                self.shelves.extend(place.lines.iter().map(|line| line.sku.clone()));
            }
            Command::QuoteOrder(place) => self.checkout(place),
            Command::SettleLatePayment { order, capture } => {
                self.orders.push(*order);
                self.refunds.push(RefundId::of_payment(*order, &capture.reference));
            }
            // The payment itself is new: there is nothing to load.
            Command::InitiatePayment { order, .. }
            | Command::RecordPayment { order, .. }
            | Command::GrantGoodwill { order, .. }
            | Command::CancelOrder { order, .. }
            | Command::ApproveCancellation { order }
            | Command::DeclineCancellation { order, .. }
            | Command::ShipOrder { order, .. }
            | Command::DeliverOrder { order, .. }
            | Command::CompleteOrder { order, .. }
            | Command::StartProcessing { order }
            | Command::ExpireOrder { order }
            | Command::ResolveShortage { order, .. }
            | Command::ReleaseReservations { order } => self.orders.push(*order),
            Command::ServeBackorder { order, stock } => {
                self.orders.push(*order);
                self.shelves.push(stock.sku.clone());
            }
            Command::ChangeFulfillment { fulfillment, change: _ } => self.fulfillments.push(*fulfillment),
            Command::ReportPayment { payment, report, .. } => {
                self.payments.push(*payment);
                self.exceptions.extend(match report.status {
                    ReportedStatus::Disputed | ReportedStatus::ChargedBack => clearing::dispute_of(*payment),
                    ReportedStatus::Pending
                    | ReportedStatus::Authorized
                    | ReportedStatus::Captured
                    | ReportedStatus::Failed { .. }
                    | ReportedStatus::Expired
                    | ReportedStatus::Voided => None,
                });
                for (refund, _) in report.refunds.iter().filter_map(ReportedRefund::asked_for) {
                    self.refunds.push(refund);
                    self.exceptions.extend(clearing::reversal_of(refund));
                }
            }
            Command::RecordPaymentPending { payment, .. }
            | Command::ExpirePayment { payment }
            | Command::RequestCapture { payment, .. }
            | Command::ReleasePayment { payment }
            | Command::RequestVoid { payment }
            | Command::ResolveMismatch { payment, .. } => self.payments.push(*payment),
            Command::ListProduct { sku, .. }
            | Command::RepriceProduct { sku, .. }
            | Command::SetBackorder { sku, .. }
            | Command::DelistProduct { sku } => {
                self.products.push(sku.clone());
            }
            // Of a stranger's, which may be invented, nothing is kept: it is refused unseen.
            Command::ChangeMerchant { merchant, change: _ } => {
                self.merchants.extend(Some(merchant).filter(|id| request.principal.owns_merchant(id)).cloned());
            }
            Command::IssueCoupon { coupon, .. } | Command::WithdrawCoupon { coupon, .. } => {
                self.coupons.push(coupon.clone());
            }
            Command::GrantPoints { account, .. } => self.points.push(account.clone()),
            Command::ReceiveStock { stock: StockId { sku, .. }, .. } => {
                self.products.push(sku.clone());
                self.shelves.push(sku.clone());
            }
            Command::AdjustStock { stock: StockId { sku, .. }, orders, .. } => {
                self.products.push(sku.clone());
                self.shelves.push(sku.clone());
                self.orders.extend(orders);
            }
            Command::RequestReturn(wish) => {
                self.orders.push(wish.order);
                self.products.extend(wish.kind.replacement().iter().map(|goods| goods.sku.clone()));
            }
            Command::ApproveReturn { id, .. }
            | Command::DeclineReturn { id, .. }
            | Command::CancelReturn { id, .. }
            | Command::SendReturn { id, .. }
            | Command::ReceiveReturn { id, .. }
            | Command::InspectReturn { id, .. }
            | Command::ReviewReturn { id }
            | Command::SettleExchange { id } => self.returns.push(*id),
            Command::RequestRefund { claim } => {
                self.refunds.push(claim.refund());
                self.orders.extend(claim.capture.payment.is_none().then_some(claim.order));
            }
            Command::RecordRefundSubmitted { refund, .. }
            | Command::RecordRefundSucceeded { refund, .. }
            | Command::RecordRefundFailed { refund, .. }
            | Command::RequestRefundReview { refund }
            | Command::RetryRefund { refund, .. }
            | Command::WriteOffRefund { refund, .. }
            | Command::SettleReturn { refund } => {
                self.refunds.push(*refund);
            }
            Command::RaiseException { case } => self.exceptions.push(case.exception()),
            Command::CloseException { exception, .. } | Command::SettleException { exception, .. } => {
                self.exceptions.push(*exception);
            }
        }
    }

    fn checkout(&mut self, place: &PlaceOrder) {
        self.products.extend(place.lines.iter().map(|line| line.sku.clone()));
        self.coupons.extend(place.coupons.iter().cloned());
    }

    /// What only the orders, products and payments themselves can tell.
    #[expect(clippy::too_many_lines, reason = "one list, with an entry for each command")]
    fn implied_by(&mut self, request: &Request, working: &Working) {
        match &request.command {
            Command::PlaceOrder(place) | Command::QuoteOrder(place) => self.rules(request, place, working),
            Command::ReleaseReservations { order: id } => {
                if let Some(order) = working.orders.get(id) {
                    self.held_for(&order.state);
                    self.parcels(*id, &order.state);
                }
            }
            Command::DeliverOrder { order: id, .. } => {
                if let Some(order) = working.orders.get(id) {
                    self.parcels(*id, &order.state);
                }
            }
            // The fulfillments of an order whose work begins are new: there is nothing to load.
            Command::StartProcessing { order: id }
            | Command::ShipOrder { order: id, .. }
            | Command::ResolveShortage { order: id, .. }
            | Command::CancelOrder { order: id, .. }
            | Command::ApproveCancellation { order: id } => {
                if let Some(order) = working.orders.get(id) {
                    self.merchants.extend(order.state.terms().map(|terms| terms.merchant.clone()));
                    self.held_for(&order.state);
                    self.parcels(*id, &order.state);
                    self.authorized(*id, working);
                }
            }
            Command::AdjustStock { stock, change, .. } => self.orders.extend(losers(stock, *change, working)),
            // Its fulfillment is new.
            Command::ServeBackorder { order, stock: _ } => {
                let terms = working.orders.get(order).and_then(|order| order.state.terms());
                self.merchants.extend(terms.map(|terms| terms.merchant.clone()));
            }
            Command::ChangeFulfillment { fulfillment, change } => {
                let fulfillment = working.fulfillments.get(fulfillment);
                if let Some(parcel) = fulfillment.and_then(|fulfillment| fulfillment.state.parcel()) {
                    self.of_parcel(parcel, change);
                }
            }
            Command::SettleLatePayment { order, capture: _ } => {
                if let Some(Order::Expired(closed)) = working.orders.get(order).map(|order| &order.state) {
                    self.needed_again(*order, closed);
                }
            }
            Command::CompleteOrder { order, .. } => {
                if let Some(terms) = working.orders.get(order).and_then(|order| order.state.terms()) {
                    self.merchants.push(terms.merchant.clone());
                    let account = |customer| Issuer::Merchant.account(customer, &terms.merchant);
                    self.points.extend(terms.customer.as_ref().map(account));
                }
            }
            Command::ReportPayment { payment, report, .. } => {
                let attempt = working.payments.get(payment).and_then(|payment| payment.state.attempt());
                self.orders.extend(attempt.map(|attempt| attempt.terms.order));
                self.refunds.extend(attempt.into_iter().flat_map(|attempt| attempt.refunds.iter().copied()));
                let known = working.payments.get(payment).map(|payment| &payment.state);
                let references = known.map_or_else(Vec::new, |known| new_references(known, report));
                // Whether one of them is used already, they tell only when they are loaded.
                self.exceptions.extend(reuse_of(*payment).filter(|_| !references.is_empty()));
                self.references.extend(references);
            }
            Command::RequestCapture { payment, .. } | Command::ReleasePayment { payment } => {
                let attempt = working.payments.get(payment).and_then(|payment| payment.state.attempt());
                self.orders.extend(attempt.map(|attempt| attempt.terms.order));
                self.refunds.extend(attempt.into_iter().flat_map(|attempt| attempt.refunds.iter().copied()));
            }
            Command::RecordRefundSubmitted { refund, .. } | Command::RetryRefund { refund, .. } => {
                let claim = working.refunds.get(refund).and_then(|refund| refund.state.claim());
                self.payments.extend(claim.and_then(|claim| claim.capture.payment));
            }
            Command::RequestReturn(wish) => {
                let terms = working.orders.get(&wish.order).and_then(|order| order.state.terms());
                self.merchants.extend(terms.map(|terms| terms.merchant.clone()));
            }
            Command::ApproveReturn { id, .. }
            | Command::DeclineReturn { id, .. }
            | Command::CancelReturn { id, .. }
            | Command::InspectReturn { id, .. }
            | Command::ReviewReturn { id }
            | Command::SettleExchange { id } => {
                if let Some(terms) = working.returns.get(id).and_then(|known| known.state.terms()) {
                    self.orders.push(terms.order);
                    self.merchants.push(terms.merchant.clone());
                }
            }
            Command::SettleReturn { refund } => {
                let claim = working.refunds.get(refund).and_then(|refund| refund.state.claim());
                self.returns.extend(claim.and_then(|claim| claim.returned));
            }
            Command::RecordPayment { order, reference, .. } => {
                self.authorized(*order, working);
                let terms = working.orders.get(order).and_then(|order| order.state.terms());
                self.references.extend(terms.map(|terms| ReferenceId::of(&terms.merchant, reference)));
            }
            Command::ExpireOrder { order } => self.authorized(*order, working),
            Command::RequestRefund { claim } => {
                let order = working.orders.get(&claim.order).filter(|_| claim.capture.payment.is_none());
                let settled = order.and_then(|order| order.state.settled());
                self.payments.extend(settled.into_iter().flat_map(|settled| settled.kept_by_payment().into_keys()));
            }
            Command::InitiatePayment { .. }
            | Command::GrantGoodwill { .. }
            | Command::SendReturn { .. }
            | Command::ReceiveReturn { .. }
            | Command::RecordPaymentPending { .. }
            | Command::ExpirePayment { .. }
            | Command::RequestVoid { .. }
            | Command::ResolveMismatch { .. }
            | Command::DeclineCancellation { .. }
            | Command::ListProduct { .. }
            | Command::RepriceProduct { .. }
            | Command::SetBackorder { .. }
            | Command::DelistProduct { .. }
            | Command::ChangeMerchant { .. }
            | Command::IssueCoupon { .. }
            | Command::WithdrawCoupon { .. }
            | Command::GrantPoints { .. }
            | Command::ReceiveStock { .. }
            | Command::RecordRefundSucceeded { .. }
            | Command::RaiseException { .. }
            | Command::CloseException { .. }
            | Command::SettleException { .. }
            | Command::RecordRefundFailed { .. }
            | Command::RequestRefundReview { .. }
            | Command::WriteOffRefund { .. } => {}
        }
    }

    /// The rules that a checkout goes by: those of the merchant, the points that are to be spent there, and the limits of what
    /// one customer may buy.
    fn rules(&mut self, request: &Request, place: &PlaceOrder, working: &Working) {
        let listing = |sku| working.products.get(sku).and_then(|product| product.state.listing());
        let listings = place.lines.iter().map(|line| (&line.sku, listing(&line.sku)));
        let merchant = listings.clone().next().and_then(|(_, first)| first).map(|first| &first.merchant);
        self.merchants.extend(merchant.cloned());
        let Some(merchant) = merchant else { return };
        let customer = customer(request, place);
        if place.points.is_some() {
            self.points.extend(customer.map(|customer| place.points_of.account(customer, merchant)));
        }
        let mut limited =
            listings.filter(|(_, listing)| listing.is_some_and(|listing| listing.purchase_limit.is_some()));
        let Some(first) = limited.next() else { return };
        let marks = match customer {
            Some(_) => vec![],
            None => GuestMark::of(merchant, place.contact.as_ref(), &place.ship_to),
        };
        let buyers = Buyer::of(customer, &marks);
        for (sku, _) in std::iter::once(first).chain(limited) {
            self.quotas.extend(buyers.iter().map(|buyer| QuotaId { buyer: buyer.clone(), sku: sku.clone() }));
        }
    }

    fn parcels(&mut self, id: OrderId, order: &Order) {
        let opened = order.settled().map_or(0, |settled| settled.parcels.opened);
        self.fulfillments.extend((1..=opened).map(|number| FulfillmentId::of_order(id, number)));
    }

    /// What a change of a parcel touches beyond it. What else its order claims, and gives back with units that are cancelled,
    /// only the order knows, which is asked for by this.
    fn of_parcel(&mut self, parcel: &Parcel, change: &FulfillmentChange) {
        self.orders.push(parcel.order);
        self.returns.extend(parcel.replaces);
        let goods = parcel.lines.iter().filter(|line| line.kind == ProductKind::Goods);
        match change {
            FulfillmentChange::Start
            | FulfillmentChange::ReportOverdue
            | FulfillmentChange::Hold { .. }
            | FulfillmentChange::ReleaseHold
            | FulfillmentChange::Deliver { .. }
            | FulfillmentChange::FailDelivery { .. } => {}
            FulfillmentChange::Ship { .. } => self.shelves.extend(goods.map(|line| line.sku.clone())),
            FulfillmentChange::Cancel { .. } | FulfillmentChange::GiveUp { .. } => {
                self.merchants.push(parcel.merchant.clone());
                self.shelves.extend(goods.map(|line| line.sku.clone()));
            }
        }
    }

    /// The payments whose money is set aside for an order, which may have to be released.
    fn authorized(&mut self, order: OrderId, working: &Working) {
        if let Some(Order::PendingPayment(open)) = working.orders.get(&order).map(|order| &order.state) {
            self.payments.extend(open.authorized.iter());
        }
    }

    /// The refunds of an order that people send: money that went back through a gateway counts for them.
    fn by_hand(&mut self, order: OrderId, working: &Working) {
        let settled = working.orders.get(&order).and_then(|order| order.state.settled());
        self.refunds.extend(settled.into_iter().flat_map(|settled| settled.refunds_by_hand(order)));
    }

    /// The stock that is held for an order, and what else it claims.
    fn held_for(&mut self, order: &Order) {
        let Some(terms) = order.terms() else { return };
        let (allocations, benefits) = match order {
            Order::Cancelled(closed) | Order::Expired(closed) => (&closed.unreleased, closed.unreturned.as_deref()),
            Order::Unplaced
            | Order::PendingPayment(_)
            | Order::Paid(_)
            | Order::Processing(_)
            | Order::Cancelling(_)
            | Order::Shipped(_)
            | Order::Delivered(_)
            | Order::Completed(_) => (&terms.allocations, terms.benefits.as_deref()),
        };
        self.shelves.extend(allocations.iter().map(|allocation| allocation.stock.sku.clone()));
        if let Some(benefits) = benefits {
            self.claimed(terms, benefits);
        }
    }

    /// All that an order needs to live again, and what of its late money goes back.
    fn needed_again(&mut self, order: OrderId, closed: &Closed) {
        let terms = &closed.terms;
        self.merchants.push(terms.merchant.clone());
        self.refunds.extend(closed.late.iter().map(|capture| RefundId::of_payment(order, &capture.reference)));
        self.shelves.extend(terms.book.asks().into_iter().flatten().map(|(sku, _)| sku));
        if let Some(benefits) = terms.benefits.as_deref() {
            self.claimed(terms, benefits);
            self.products.extend(benefits.limited.iter().map(|pieces| pieces.sku.clone()));
        }
    }

    /// Where the units of a return go back to, and what goes back with them.
    fn settlement(&mut self, id: ReturnId, working: &Working) {
        let Some(terms) = working.returns.get(&id).and_then(|known| known.state.terms()) else { return };
        let Some(state) = working.orders.get(&terms.order).map(|order| &order.state) else { return };
        let Some(order) = state.terms() else { return };
        self.shelves.extend(order.book.goods(&terms.line_units()).into_keys());
        self.shelves.extend(terms.kind.replacement().iter().map(|goods| goods.sku.clone()));
        if let Some(benefits) = &order.benefits {
            self.claimed(order, benefits);
        }
        if let Some(order) = working.orders.get(&terms.order) {
            self.parcels(terms.order, &order.state);
        }
    }

    fn claimed(&mut self, terms: &Terms, benefits: &Benefits) {
        self.coupons.extend(benefits.coupons.iter().cloned());
        if benefits.points.is_some() {
            self.points.extend(terms.points_account());
        }
        for buyer in terms.buyers() {
            let quota = |sku: &Sku| QuotaId { buyer: buyer.clone(), sku: sku.clone() };
            self.quotas.extend(benefits.limited.iter().map(|pieces| quota(&pieces.sku)));
        }
    }
}

/// More orders than lose their pieces if the count falls by so much: what is held for some of them may be no longer theirs to
/// lose.
fn losers(stock: &StockId, change: i64, working: &Working) -> Vec<OrderId> {
    const MORE: usize = 16;
    let known = working.shelves.get(&stock.sku).and_then(|shelf| shelf.stocks.get(&stock.location));
    let Some(known) = known else { return vec![] };
    let mut missing = change.saturating_neg().saturating_sub(known.available());
    let mut more = if missing > 0 { MORE } else { 0 };
    let mut losers = Vec::new();
    for reservation in known.latest_reservations() {
        if missing <= 0 {
            if more == 0 {
                break;
            }
            more -= 1;
        }
        missing = missing.saturating_sub(reservation.quantity.into());
        losers.push(reservation.order);
    }
    losers
}

/// The references of what a report says was taken and the payment does not know yet.
fn new_references(payment: &Payment, report: &GatewayReport) -> Vec<ReferenceId> {
    let Some(attempt) = payment.attempt() else { return vec![] };
    let known = |reference: &PaymentReference| payment.captures().and_then(|captures| captures.amount(reference));
    let references = report.captures.iter().map(|capture| &capture.reference);
    let new = references.filter(|reference| known(reference).is_none());
    new.map(|reference| ReferenceId::of(&attempt.terms.merchant, reference)).collect()
}

/// Who buys, as far as the request tells; whether it may say so is decided later.
fn customer<'a>(request: &'a Request, place: &'a PlaceOrder) -> Option<&'a CustomerId> {
    match &request.principal {
        Principal::Customer(own) => Some(own),
        Principal::Merchant(_) | Principal::BackOffice | Principal::Operator | Principal::Saga => {
            place.customer.as_ref()
        }
    }
}
