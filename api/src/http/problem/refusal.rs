use purser_commands::Refusal;
use purser_domain::{
    checkout::CheckoutRefusal, order::OrderRefusal, product::ProductRefusal, refund::RefundRefusal, stock::StockRefusal,
};

use super::{Fault, Kind, Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Checkout(refusal) => refusal.into(),
            Refusal::OutOfStock(shortages) => {
                Self::new(Kind::OutOfStock, detail).faults(shortages.into_iter().flat_map(Fault::shortage).collect())
            }
            Refusal::Order(refusal) => refusal.into(),
            Refusal::Stock(refusal) => refusal.into(),
            Refusal::Product(refusal) => refusal.into(),
            Refusal::Refund(refusal) => refusal.into(),
            Refusal::KeepsNoStock(_) => Self::new(Kind::KeepsNoStock, detail),
            Refusal::FieldNotAllowed { field } => {
                Self::at(Kind::FieldNotAllowed, Fault::pointer(format!("/{field}"), detail))
            }
            Refusal::FutureTime { field } => Self::at(Kind::FutureTime, Fault::pointer(format!("/{field}"), detail)),
        }
    }
}

impl From<CheckoutRefusal> for Problem {
    fn from(refusal: CheckoutRefusal) -> Self {
        let detail = refusal.to_string();
        let (kind, pointer) = match refusal {
            CheckoutRefusal::NoLines | CheckoutRefusal::TooManyLines => (Kind::InvalidValue, "/lines".to_owned()),
            CheckoutRefusal::UnknownSku { line, sku: _ } => (Kind::UnknownSku, format!("/lines/{line}/sku")),
            CheckoutRefusal::DelistedSku { line, sku: _ } => (Kind::DelistedSku, format!("/lines/{line}/sku")),
            CheckoutRefusal::OtherCurrency { line, sku: _, priced: _, ordered: _ } => {
                (Kind::OtherCurrency, format!("/lines/{line}/sku"))
            }
            CheckoutRefusal::OtherMerchant { line, sku: _, merchant: _ } => {
                (Kind::OtherMerchant, format!("/lines/{line}/sku"))
            }
            CheckoutRefusal::TotalOverflow { line } => (Kind::TotalOverflow, format!("/lines/{line}/quantity")),
            CheckoutRefusal::QuantityOverflow { line, sku: _ } => {
                (Kind::QuantityOverflow, format!("/lines/{line}/quantity"))
            }
        };
        Self::at(kind, Fault::pointer(pointer, detail))
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            OrderRefusal::Unknown => Self::not_found("order"),
            OrderRefusal::AlreadyPlaced => Self::new(Kind::OrderExists, detail),
            OrderRefusal::WrongStatus { action: _, status } => {
                Self { order_status: Some(status), ..Self::new(Kind::WrongStatus, detail) }
            }
            OrderRefusal::AmountMismatch { expected: _, received: _ }
            | OrderRefusal::RecordedDifferently { recorded: _, received: _ } => {
                Self::at(Kind::AmountMismatch, Fault::pointer("/amount", detail))
            }
            OrderRefusal::EmptyPayment => Self::at(Kind::InvalidValue, Fault::pointer("/amount/amount", detail)),
            OrderRefusal::WindowOpen { pay_by: _ } => Self::new(Kind::WindowOpen, detail),
        }
    }
}

impl From<StockRefusal> for Problem {
    fn from(refusal: StockRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            StockRefusal::Insufficient { asked: _, available: _ } => Self::new(Kind::OutOfStock, detail),
            StockRefusal::AdjustmentTooLow { change: _, available: _ } => {
                Self::at(Kind::AdjustmentTooLow, Fault::pointer("/change", detail))
            }
            StockRefusal::EmptyAdjustment => Self::at(Kind::InvalidValue, Fault::pointer("/change", detail)),
            StockRefusal::TooMany => Self::new(Kind::StockFull, detail),
            StockRefusal::AlreadyReserved
            | StockRefusal::AlreadyBackordered
            | StockRefusal::PartTooLarge { asked: _, reserved: _ }
            | StockRefusal::NotReserved
            | StockRefusal::WrongStage => Self::new(Kind::ReservationConflict, detail),
        }
    }
}

impl From<ProductRefusal> for Problem {
    fn from(refusal: ProductRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ProductRefusal::Unknown => Self::not_found("product"),
            ProductRefusal::AlreadyListed => Self::new(Kind::AlreadyListed, detail),
            ProductRefusal::Delisted => Self::new(Kind::ProductDelisted, detail),
            ProductRefusal::OtherMerchant => Self::new(Kind::SkuTaken, detail),
            ProductRefusal::OtherKind => Self::new(Kind::GoodsOrService, detail),
            ProductRefusal::OtherCurrency { expected: _, received: _ } => {
                Self::at(Kind::OtherCurrency, Fault::pointer("/price/currency", detail))
            }
        }
    }
}

impl From<RefundRefusal> for Problem {
    fn from(refusal: RefundRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            RefundRefusal::Unknown => Self::not_found("refund"),
            RefundRefusal::NotSubmitted | RefundRefusal::OtherClaim | RefundRefusal::AlreadyDone => {
                Self::new(Kind::RefundConflict, detail)
            }
        }
    }
}
