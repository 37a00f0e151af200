//! What should have come to its end and has not: the log, read with an eye on what is open, and the views beside it.
//!
//! A [`Watch`] knows of everything in the log that is not over: orders that await something, stock that is held, money that
//! is owed, parcels that have not left. It is small however long the log is, and is stored, so that the next reconciliation
//! reads only what is new. What of it is overdue is a [`Finding`]; who carries repairs out is not decided here.

mod finding;
mod stored;
mod views;
mod watch;

pub use finding::{Finding, Patience, Repair};
pub use stored::{ReconcileReadError, Reconciled, Standing};
pub use views::{ShownOrders, shown};
pub use watch::Watch;
