use sqlx::{FromRow, postgres::PgRow};

use crate::views::column::read;

/// Makes the figures and their columns from one list, so that none is counted and not stored, or the other way round.
macro_rules! figures {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// What happened in a while, for one currency. Every figure only grows: what is taken back is counted as such.
        /// Only refunds are less again, where they come back after they were said to be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Figures {
            $($(#[$doc])+ pub $name: i128,)+
        }

        /// The columns of the figures.
        pub(super) const COLUMNS: &[&str] = &[$(stringify!($name)),+];

        impl Figures {
            /// Both together.
            #[must_use]
            pub(super) const fn plus(self, other: Self) -> Self {
                Self { $($name: self.$name + other.$name,)+ }
            }

            /// The figures in the order of their columns.
            pub(super) const fn values(&self) -> [i128; COLUMNS.len()] {
                [$(self.$name),+]
            }
        }

        impl FromRow<'_, PgRow> for Figures {
            fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($name: read(row, stringify!($name))?,)+ })
            }
        }
    };
}

// Sums are in minor units of the currency. No single amount comes near the bounds of `i128`, nor would a number of them that
// a log can hold.
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
    /// How much these came to, together with what gateways and banks gave back of such orders without being asked.
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
    pub const fn net(&self) -> i128 {
        self.paid - self.refunded
    }

    /// Orders cancelled to orders placed, in parts per million, rounded down. More than all, where orders of before were
    /// cancelled; none, where none was placed.
    pub fn cancellation_rate(&self) -> Option<i128> {
        parts_per_million(self.orders_cancelled, self.orders_placed)
    }

    /// Pieces returned to pieces paid, in parts per million, rounded down. More than all, where pieces of before came
    /// back; none, where none was paid.
    pub fn return_rate(&self) -> Option<i128> {
        parts_per_million(self.units_returned, self.units)
    }
}

fn parts_per_million(part: i128, whole: i128) -> Option<i128> {
    (part * 1_000_000).checked_div(whole)
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
    }

    #[test]
    fn sums_pass_what_a_bigint_holds() {
        let most = Figures { paid: i64::MAX.into(), ..Figures::default() };
        let more = most.plus(Figures { paid: 1, refunded: 2, ..Figures::default() });
        assert_eq!((more.paid, more.refunded), (9_223_372_036_854_775_808, 2));
        assert_eq!(more.net(), 9_223_372_036_854_775_806);
    }
}
