//! The orders of a real online shop, from its ledger into a running engine and back out of the engine's views.
//!
//! [`ledger`] reads the file and says of every row what it is, [`matching`] says which sold units came back,
//! [`mapping`] says what that means to the engine, [`import`]
//! sends it, and [`comparison`] asks the views whether everything arrived. The data set: Chen, D. (2015), Online Retail, UCI
//! Machine Learning Repository, doi:10.24432/C5BW33, licence CC BY 4.0.

pub mod comparison;
pub mod countries;
pub mod figures;
pub mod import;
pub mod ledger;
pub mod mapping;
pub mod matching;
pub mod report;
pub mod till;
