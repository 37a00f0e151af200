use std::{fmt, str::FromStr};

use purser_domain::{
    principal::Principal,
    text::{CustomerId, InvalidValue, MerchantId},
};
use serde::{Deserialize, Serialize};

/// What the bearer of a token may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys, and sees their own orders.
    Customer,
    /// Sells, and sees their own products and the orders of these.
    Merchant,
    /// Does everything about orders.
    BackOffice,
    /// Does everything about the engine, and nothing about orders.
    Operator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Merchant, Self::BackOffice, Self::Operator];

    /// The word for it in tokens, in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Merchant => "merchant",
            Self::BackOffice => "back_office",
            Self::Operator => "operator",
        }
    }

    /// Whom a bearer of this role acts for, or none if the subject is missing, malformed or one too many.
    pub(super) fn principal(self, subject: Option<&str>) -> Option<Principal> {
        match (self, subject) {
            (Self::Customer, Some(customer)) => customer.parse::<CustomerId>().ok().map(Principal::Customer),
            (Self::Merchant, Some(merchant)) => merchant.parse::<MerchantId>().ok().map(Principal::Merchant),
            (Self::BackOffice, None) => Some(Principal::BackOffice),
            (Self::Operator, None) => Some(Principal::Operator),
            (Self::Customer | Self::Merchant, None) | (Self::BackOffice | Self::Operator, Some(_)) => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(InvalidValue { kind: "role", rule: "must be customer, merchant, back_office or operator" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_back_from_its_word() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>().unwrap(), role);
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert!("saga".parse::<Role>().is_err());
    }

    #[test]
    fn customers_and_merchants_are_bound_to_somebody_and_the_others_to_nobody() {
        assert_eq!(Role::Customer.principal(Some("c-1")), Some(Principal::Customer("c-1".parse().unwrap())));
        assert_eq!(Role::BackOffice.principal(None), Some(Principal::BackOffice));
        assert_eq!(Role::Customer.principal(None), None);
        assert_eq!(Role::Merchant.principal(Some("a b")), None);
        assert_eq!(Role::Operator.principal(Some("c-1")), None);
    }
}
