use sqlx::{FromRow, Row, postgres::PgRow};

/// Makes the figures and their columns from one list, so that none is counted and not stored, or the other way round.
macro_rules! figures {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// What happened in a while, for one currency. Every figure only grows: what is taken back is counted as such.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Figures {
            $($(#[$doc])+ pub $name: i64,)+
        }

        /// The columns of the figures.
        pub(super) const COLUMNS: &[&str] = &[$(stringify!($name)),+];

        impl Figures {
            /// Both together; none where a sum overflows.
            pub(super) fn checked_add(self, other: Self) -> Option<Self> {
                Some(Self { $($name: self.$name.checked_add(other.$name)?,)+ })
            }

            /// The figures in the order of their columns.
            pub(super) const fn values(&self) -> [i64; COLUMNS.len()] {
                [$(self.$name),+]
            }
        }

        impl FromRow<'_, PgRow> for Figures {
            fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($name: row.try_get(stringify!($name))?,)+ })
            }
        }
    };
}

// Sums are in minor units of the currency.
figures! {
    /// Orders that were placed.
    orders_placed,
    /// Orders that were paid, in time or late.
    orders_paid,
    /// Orders that were cancelled, paid or not.
    orders_cancelled,
    /// Orders that were not paid in time, those among them that were reinstated later.
    orders_expired,
    /// Pieces in the orders that were paid.
    units,
    /// What these came to before anything was taken off or added.
    gross,
    /// What was taken off by promotions and coupons.
    discounts,
    /// Shipping fees before discounts.
    shipping,
    /// All tax, in the prices or on top.
    tax,
    /// What of the tax came on top.
    tax_added,
    /// What the points were worth that were spent.
    points,
    /// What was paid: `gross - discounts + shipping + tax_added - points`.
    paid,
    /// Refunds of orders that had been paid which succeeded.
    refunds,
    /// How much these came to.
    refunded,
    /// Refunds which succeeded of money that settled no order: it came late, twice, or in parts that did not add up.
    unapplied_refunds,
    /// How much these came to; it was never counted as paid.
    unapplied_refunded,
    /// Returns that were accepted.
    returns,
    /// Pieces that were accepted back.
    units_returned,
}

impl Figures {
    /// What was paid less what was refunded of it.
    pub const fn net(&self) -> i64 {
        self.paid.saturating_sub(self.refunded)
    }

    /// Orders cancelled to orders placed, in parts per million, rounded down. More than all, where orders of before were
    /// cancelled; none, where none was placed.
    pub fn cancellation_rate(&self) -> Option<i64> {
        parts_per_million(self.orders_cancelled, self.orders_placed)
    }

    /// Pieces returned to pieces paid, in parts per million, rounded down. More than all, where pieces of before came
    /// back; none, where none was paid.
    pub fn return_rate(&self) -> Option<i64> {
        parts_per_million(self.units_returned, self.units)
    }
}

fn parts_per_million(part: i64, whole: i64) -> Option<i64> {
    let parts = (i128::from(part) * 1_000_000).checked_div(i128::from(whole))?;
    Some(i64::try_from(parts).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_what_there_was_and_none_of_nothing() {
        let figures =
            Figures { orders_placed: 3, orders_cancelled: 1, units: 2, units_returned: 5, ..Figures::default() };
        assert_eq!(figures.cancellation_rate(), Some(333_333));
        assert_eq!(figures.return_rate(), Some(2_500_000));
        assert_eq!(Figures { orders_placed: 0, ..figures }.cancellation_rate(), None);
        assert_eq!(Figures { orders_cancelled: i64::MAX, ..figures }.cancellation_rate(), Some(i64::MAX));
    }

    #[test]
    fn sums_that_overflow_are_refused() {
        let most = Figures { paid: i64::MAX, ..Figures::default() };
        assert_eq!(most.checked_add(Figures { paid: 1, ..Figures::default() }), None);
        assert_eq!(
            most.checked_add(Figures { refunded: 1, ..Figures::default() }),
            Some(Figures { refunded: 1, ..most })
        );
    }
}
