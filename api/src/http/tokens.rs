//! Tokens: who may call, and who may not any more.

mod id;
pub(super) mod issue;
pub(super) mod list;
pub(super) mod revoke;
