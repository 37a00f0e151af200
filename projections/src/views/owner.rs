//! Whose rows a reader may see. The condition is part of every query, so that what belongs to others is not found rather
//! than found and withheld.

use purser_domain::principal::Principal;
use sqlx::{Postgres, QueryBuilder};

/// Adds the condition that an order belongs to the reader: the rule of [`Principal::owns_order`], over the columns
/// `customer` and `merchant`.
pub(super) fn restrict_orders(query: &mut QueryBuilder<'_, Postgres>, principal: &Principal) {
    match principal {
        Principal::Customer(customer) => {
            query.push(" and customer = ").push_bind(customer.to_string());
        }
        Principal::Merchant(merchant) => {
            query.push(" and merchant = ").push_bind(merchant.to_string());
        }
        Principal::BackOffice | Principal::Saga => {}
        Principal::Operator => {
            query.push(" and false");
        }
    }
}

/// Adds the condition that what a merchant keeps is the reader's own, over the column `merchant`. What has no merchant is
/// the platform's.
pub(super) fn restrict_merchant(query: &mut QueryBuilder<'_, Postgres>, principal: &Principal) {
    match principal {
        Principal::Merchant(merchant) => {
            query.push(" and merchant = ").push_bind(merchant.to_string());
        }
        Principal::BackOffice | Principal::Saga => {}
        Principal::Customer(_) | Principal::Operator => {
            query.push(" and false");
        }
    }
}
