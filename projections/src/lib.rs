//! Purser's read side: everything that is derived from the log and can be dropped and rebuilt from it.
//!
//! [`feed`] brings the events, over NATS while they are fresh and from the log otherwise; [`relay`] is what puts them onto
//! NATS. A [`follower`] folds them into the rows of a [`view`], and [`sagas`] follow the same feed. [`rebuild`] makes a
//! view anew beside the old one, [`verify`] proves that log and views agree, [`history`] tells what happened and how things
//! stood at any time, [`reconciliation`] what should be over and is not.

pub mod carrier;
pub mod feed;
pub mod follower;
pub mod history;
pub mod lineage;
pub mod log_reader;
pub mod parked;
pub mod publisher;
pub mod rebuild;
pub mod reconciliation;
pub mod relay;
pub mod sagas;
pub mod verify;
pub mod view;
pub mod views;
