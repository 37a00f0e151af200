//! Bearer tokens: who calls.
//!
//! A token reads `purser_ROLE_SECRET` and is shown once, when it is issued; the database keeps its SHA-256 alone. That is
//! enough, and a slow password hash would be wrong: the secret is 256 random bits, not a word that a person chose.

mod first_tokens;
mod role;
mod tokens;

use purser_domain::principal::Principal;

pub use first_tokens::{CREDENTIALS_FILE, FirstTokensError, ensure_first_tokens};
pub use role::Role;
pub use tokens::{AuthError, IssuedToken, Issuing, NewToken, Tokens};

/// What a token gives to its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The token's id; not its secret.
    pub token: String,
    /// Whom the bearer acts for.
    pub principal: Principal,
    /// What the bearer may ask for.
    pub role: Role,
    /// Who did it, as it is kept beside the events.
    pub actor: String,
    /// Whose idempotency keys these are: the role and the token's owner. A new token of the same owner knows the keys of
    /// the one that it replaces, and two owners of one role never meet in a key.
    pub scope: String,
}

impl Grant {
    /// The owner of a customer's or a merchant's token is that customer or merchant. Other tokens have the owner that they
    /// were issued to, and are their own where nobody was named.
    fn new(token: String, role: Role, principal: Principal, owner: Option<&str>) -> Self {
        let (actor, scope) = match &principal {
            Principal::Customer(customer) => (format!("customer:{customer}"), format!("customer:{customer}")),
            Principal::Merchant(merchant) => (format!("merchant:{merchant}"), format!("merchant:{merchant}")),
            Principal::BackOffice | Principal::Operator | Principal::Saga => {
                (format!("{role}:{token}"), format!("{role}:{}", owner.unwrap_or(&token)))
            }
        };
        Self { token, principal, role, actor, scope }
    }
}
