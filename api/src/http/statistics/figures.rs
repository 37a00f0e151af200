//! The figures of a minute or a day. Sums are in minor units of the currency that they stand beside.

use purser_projections::views::statistics::Figures;
use serde::Serialize;

use crate::http::schema;

/// Orders that came, and what became of orders.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct OrderFigures {
    /// Orders that were placed.
    #[schema(value_type = schema::Counted)]
    placed: i128,
    /// Orders that were paid, in time or late.
    #[schema(value_type = schema::Counted)]
    paid: i128,
    /// Orders that were cancelled, whenever they were placed.
    #[schema(value_type = schema::Counted)]
    cancelled: i128,
    /// Orders that were not paid in time, those among them that were reinstated later.
    #[schema(value_type = schema::Counted)]
    expired: i128,
    /// Orders cancelled to orders placed in the same time, in parts of a million, rounded down; absent where none was
    /// placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Counted>)]
    cancellation_rate: Option<i128>,
}

/// What was sold with the orders that were paid, as it was frozen when they were placed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SalesFigures {
    /// Pieces.
    #[schema(value_type = schema::Counted)]
    units: i128,
    /// What they came to before anything was taken off or added.
    #[schema(value_type = schema::Sum)]
    gross: i128,
    /// What promotions and coupons took off, off shipping fees too.
    #[schema(value_type = schema::Sum)]
    discounts: i128,
    /// Shipping fees before discounts.
    #[schema(value_type = schema::Sum)]
    shipping: i128,
    /// All tax, in the prices or on top.
    #[schema(value_type = schema::Sum)]
    tax: i128,
    /// What of the tax came on top.
    #[schema(value_type = schema::Sum)]
    tax_added: i128,
    /// What the points were worth that were spent.
    #[schema(value_type = schema::Sum)]
    points: i128,
    /// What was paid: `gross - discounts + shipping + tax_added - points`.
    #[schema(value_type = schema::Sum)]
    paid: i128,
}

/// Money that went back, counted when it was back, and less again when it turned out that it had not arrived: a day on which more
/// comes back than goes is below zero.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RefundFigures {
    /// Refunds of orders that had been paid.
    #[schema(value_type = schema::Balance)]
    count: i128,
    /// What they came to, together with what gateways gave back at their own desks, and banks after a dispute.
    #[schema(value_type = schema::Balance)]
    amount: i128,
    /// Refunds of money that settled no order: it came too late, twice, or in parts that did not add up.
    #[schema(value_type = schema::Balance)]
    unapplied_count: i128,
    /// What they came to. It was never counted as paid, and is no part of `net`.
    #[schema(value_type = schema::Balance)]
    unapplied_amount: i128,
}

/// Goods that were accepted back, counted when it was decided what is owed for them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReturnFigures {
    /// Returns.
    #[schema(value_type = schema::Counted)]
    count: i128,
    /// Pieces.
    #[schema(value_type = schema::Counted)]
    units: i128,
    /// Pieces returned to pieces paid in the same time, in parts of a million, rounded down; absent where none was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Counted>)]
    rate: Option<i128>,
}

impl From<&Figures> for OrderFigures {
    fn from(figures: &Figures) -> Self {
        Self {
            placed: figures.orders_placed,
            paid: figures.orders_paid,
            cancelled: figures.orders_cancelled,
            expired: figures.orders_expired,
            cancellation_rate: figures.cancellation_rate(),
        }
    }
}

impl From<&Figures> for SalesFigures {
    fn from(figures: &Figures) -> Self {
        Self {
            units: figures.units,
            gross: figures.gross,
            discounts: figures.discounts,
            shipping: figures.shipping,
            tax: figures.tax,
            tax_added: figures.tax_added,
            points: figures.points,
            paid: figures.paid,
        }
    }
}

impl From<&Figures> for RefundFigures {
    fn from(figures: &Figures) -> Self {
        Self {
            count: figures.refunds,
            amount: figures.refunded,
            unapplied_count: figures.unapplied_refunds,
            unapplied_amount: figures.unapplied_refunded,
        }
    }
}

impl From<&Figures> for ReturnFigures {
    fn from(figures: &Figures) -> Self {
        Self { count: figures.returns, units: figures.units_returned, rate: figures.return_rate() }
    }
}
