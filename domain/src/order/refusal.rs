use crate::{
    money::{Currency, Money},
    order::OrderStatus,
};

/// What was asked of an order, as a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAction {
    /// Begin a payment for it.
    Pay,
    /// Begin the work on it.
    StartProcessing,
    /// Open one more fulfillment for it.
    OpenParcel,
    /// Hand it to a carrier.
    Ship,
    /// Note its arrival.
    Deliver,
    /// Note that some of it will not arrive.
    GiveUp,
    /// Send some of it anew.
    SendAnew,
    /// Close it.
    Complete,
    /// End it, or ask for its end.
    Cancel,
    /// Refuse to end it.
    DeclineCancellation,
    /// End it for want of payment.
    Expire,
    /// Give back its stock.
    ReleaseReservations,
    /// Let it live again.
    Reinstate,
    /// Give back money that came late.
    RefundLatePayment,
    /// Take what is held for it away, because it is not there.
    Short,
    /// Take what it waits for from other stock.
    MoveBackorder,
    /// Ask units of it back.
    Return,
    /// Give money back for nothing that comes back.
    GrantGoodwill,
}

impl std::fmt::Display for OrderAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pay => "paid",
            Self::StartProcessing => "processed",
            Self::OpenParcel => "given one more fulfillment",
            Self::Ship => "shipped",
            Self::Deliver => "delivered",
            Self::GiveUp => "given up as undelivered",
            Self::SendAnew => "sent anew",
            Self::Complete => "completed",
            Self::Cancel => "cancelled",
            Self::DeclineCancellation => "kept from its cancellation",
            Self::Expire => "expired",
            Self::ReleaseReservations => "released from its reservations",
            Self::Reinstate => "reinstated",
            Self::RefundLatePayment => "given back late money",
            Self::Short => "left without its pieces",
            Self::MoveBackorder => "given other stock",
            Self::Return => "returned",
            Self::GrantGoodwill => "refunded as goodwill",
        })
    }
}

/// Why an order refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderRefusal {
    /// There is no such order.
    #[error("no such order")]
    Unknown,
    /// The id is taken.
    #[error("an order with this id exists already")]
    AlreadyPlaced,
    /// The order's state does not allow it.
    #[error("an order that is {status} cannot be {action}")]
    WrongStatus {
        /// What was asked.
        action: OrderAction,
        /// Where the order stands.
        status: OrderStatus,
    },
    /// The payment is more than is to be paid, or in another currency.
    #[error("{expected} of the order's total are open, not {received}")]
    AmountMismatch {
        /// What is open.
        expected: Money,
        /// What was recorded.
        received: Money,
    },
    /// The payment is on record with another amount.
    #[error("this payment is on record as {recorded}, not {received}")]
    RecordedDifferently {
        /// What is on record.
        recorded: Money,
        /// What is stated now.
        received: Money,
    },
    /// More is to go back than is left of what was taken for it.
    #[error("{left} are left of what was taken for the order, not {asked}")]
    MoreThanKept {
        /// What is neither back nor owed back.
        left: Money,
        /// What was asked for.
        asked: Money,
    },
    /// A refund of nothing.
    #[error("a refund must be more than zero")]
    EmptyRefund,
    /// A refund in another currency.
    #[error("the order was paid in {expected}")]
    OtherCurrency {
        /// The order's currency.
        expected: Currency,
    },
    /// A payment of nothing.
    #[error("a payment must be more than zero")]
    EmptyPayment,
    /// No units are named.
    #[error("at least one line must be named")]
    NoUnits,
    /// The order has no such line. Entries count from zero.
    #[error("the order has no such line")]
    UnknownLine {
        /// Which entry names it.
        place: usize,
    },
    /// A line is named twice.
    #[error("the line is named twice")]
    LineRepeated {
        /// The later of the entries.
        place: usize,
    },
    /// More units are named than the line has left.
    #[error("{open} units of the line are left")]
    TooManyUnits {
        /// Which entry names them.
        place: usize,
        /// How many are left.
        open: u32,
    },
    /// The stock that was named is not the stock of the units.
    #[error("the stock is not that of the units")]
    OtherStock,
    /// It is too late to ask units back, or they are never taken back.
    #[error("its seller takes units back within {days} days of their delivery")]
    ReturnWindowClosed {
        /// For how many days they can be asked back; never for zero days.
        days: u16,
    },
    /// The stated time is before what the step follows.
    #[error("the order was placed or delivered at {since}, and what follows cannot have been before")]
    TooEarly {
        /// When that was.
        since: crate::Timestamp,
    },
    /// Nothing that was held for it is missing, or not any more.
    #[error("no pieces of the order are missing")]
    NothingShort,
    /// The payment window is still open.
    #[error("the payment window is open until {pay_by}")]
    WindowOpen {
        /// When it closes.
        pay_by: crate::Timestamp,
    },
}
