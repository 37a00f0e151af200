//! A customer's id as a part of a stream id, which `/` divides.
//!
//! The divider is percent-encoded in it, and so is the percent sign. Ids from before customers could hold either are what
//! they were.

use std::borrow::Cow;

use super::{CustomerId, InvalidValue};

/// The part that stands for a customer. It holds no divider.
pub(crate) fn part_of_customer(customer: &CustomerId) -> Cow<'_, str> {
    let text = customer.as_str();
    if text.contains(['%', '/']) { text.replace('%', "%25").replace('/', "%2F").into() } else { text.into() }
}

/// The customer that a part stands for. Only the canonical spelling does: a second one would be a second stream.
pub(crate) fn customer_of_part(part: &str) -> Result<CustomerId, InvalidValue> {
    let customer: CustomerId = part.replace("%2F", "/").replace("%25", "%").parse()?;
    if part_of_customer(&customer) == part {
        Ok(customer)
    } else {
        Err(InvalidValue { kind: "customer id", rule: "must have its / and % percent-encoded in the id of a stream" })
    }
}
