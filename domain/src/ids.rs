//! Ids that the engine mints. Each kind is a type of its own and reads with its own prefix.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    exception::ExceptionKind,
    text::{InvalidValue, PaymentReference, Subject},
};

macro_rules! minted_ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a number that the caller knows to be unused.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The number behind the readable form.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                parse($prefix, text)
                    .map(Self)
                    .ok_or(InvalidValue { kind: $kind, rule: concat!("must be ", $prefix, " and 32 lower-case hexadecimal digits") })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0.as_simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )+};
}

minted_ids! {
    /// One order.
    OrderId, "ord_", "order id";
    /// One attempt to pay an order through a gateway.
    PaymentId, "pay_", "payment id";
    /// One refund.
    RefundId, "rfd_", "refund id";
    /// One fulfillment.
    FulfillmentId, "ful_", "fulfillment id";
    /// One return.
    ReturnId, "ret_", "return id";
    /// One order exception.
    ExceptionId, "exc_", "exception id";
}

impl RefundId {
    /// The refund of all of one payment of one order.
    pub fn of_payment(order: OrderId, reference: &PaymentReference) -> Self {
        Self::of_part(order, reference, 0)
    }

    /// The refund of a numbered part of one payment of one order; number 0 stands for all of it.
    ///
    /// The id is derived, so that asking twice for the same money back names the same refund: RFC 9562 version 5, the
    /// order's number as the namespace and the payment's reference as the name. The number of a part follows after a
    /// space, which no reference has in it.
    pub fn of_part(order: OrderId, reference: &PaymentReference, number: u32) -> Self {
        if number == 0 {
            Self(Uuid::new_v5(&order.0, reference.as_str().as_bytes()))
        } else {
            Self(Uuid::new_v5(&order.0, format!("{reference} {number}").as_bytes()))
        }
    }
}

impl FulfillmentId {
    /// One of the fulfillments of an order, which are numbered from one.
    ///
    /// Derived like a refund's id, so that a repeated plan opens nothing twice. The word in the name keeps it from the
    /// payments of the same order, whose references may be plain numbers.
    pub fn of_order(order: OrderId, number: u32) -> Self {
        Self(Uuid::new_v5(&order.0, format!("fulfillment {number}").as_bytes()))
    }
}

impl ExceptionId {
    /// The exception of a kind about a subject: the same matter has the same id however often it is found. RFC 9562 version 5
    /// within a namespace of its own, with the kind and the subject as the name; no kind has a space in it.
    pub fn of(kind: ExceptionKind, subject: &Subject) -> Self {
        const NAMESPACE: Uuid = Uuid::from_u128(0x6f72_6465_7265_7863_6570_7469_6f6e_7300);
        Self(Uuid::new_v5(&NAMESPACE, format!("{kind} {subject}").as_bytes()))
    }
}

/// Only the canonical form is an id: a second spelling of one id would be a second stream.
fn parse(prefix: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(prefix)?;
    let canonical = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if canonical { Uuid::try_parse(digits).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_own_text() {
        let id = OrderId::from_uuid(Uuid::from_u128(0x0193_abcd));
        assert_eq!(id.to_string().parse::<OrderId>().unwrap(), id);
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let digits = "0193abcd0193abcd0193abcd0193abcd";
        for text in [
            digits.to_owned(),
            format!("rfd_{digits}"),
            format!("ord_{}", digits.to_uppercase()),
            "ord_0193abcd-0193-abcd-0193-abcd0193abcd".to_owned(),
            format!("ord_{digits}0"),
        ] {
            assert!(text.parse::<OrderId>().is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn the_same_payment_always_names_the_same_refund() {
        let order = OrderId::from_uuid(Uuid::from_u128(1));
        let reference: PaymentReference = "tx-1".parse().unwrap();
        let other: PaymentReference = "tx-2".parse().unwrap();
        assert_eq!(RefundId::of_payment(order, &reference), RefundId::of_payment(order, &reference));
        assert_ne!(RefundId::of_payment(order, &reference), RefundId::of_payment(order, &other));
    }

    /// Ids that are in the log already must be found again.
    #[test]
    fn the_id_of_a_whole_refund_is_what_it_has_always_been() {
        let order = OrderId::from_uuid(Uuid::from_u128(1));
        let reference: PaymentReference = "tx-1".parse().unwrap();
        let always = RefundId(Uuid::new_v5(&Uuid::from_u128(1), b"tx-1"));
        assert_eq!(RefundId::of_payment(order, &reference), always);
        assert_eq!(RefundId::of_part(order, &reference, 0), always);
        assert_eq!(always.to_string(), "rfd_857e178deedd54aaa73834a7089c1f6b");
    }

    #[test]
    fn each_part_of_a_payment_is_a_refund_of_its_own() {
        let order = OrderId::from_uuid(Uuid::from_u128(1));
        let mut seen = std::collections::BTreeSet::new();
        for reference in ["tx-1", "tx-11", "tx-1-1"] {
            let reference: PaymentReference = reference.parse().unwrap();
            for number in [0, 1, 2, 11] {
                assert!(seen.insert(RefundId::of_part(order, &reference, number)), "{reference} {number}");
            }
        }
    }

    #[test]
    fn the_same_number_of_the_same_order_always_names_the_same_fulfillment() {
        let order = |number| OrderId::from_uuid(Uuid::from_u128(number));
        let id = FulfillmentId::of_order(order(1), 1);
        assert_eq!(FulfillmentId::of_order(order(1), 1), id);
        assert_ne!(FulfillmentId::of_order(order(1), 2), id);
        assert_ne!(FulfillmentId::of_order(order(2), 1), id);
        assert_eq!(id.to_string(), "ful_d9326e5631995860823a0845c272eeac");
        assert_ne!(RefundId::of_payment(order(1), &"1".parse().unwrap()).as_uuid(), id.as_uuid());
    }
}
