//! The domain's rules for texts, by the names that their schemas have in the API's description.
//!
//! A schema tells the form of a text by a pattern; what is taken, and the words when it is not, are the domain's.

use purser_domain::{ids, money, text, time_zone};
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use super::words;
use crate::http::moment;

type Rule = fn(&str) -> Result<(), String>;

macro_rules! rules {
    ($($module:ident: $($name:ident)+;)+) => {
        /// The rule for the texts of a schema, if it has one.
        pub(super) fn of(schema: &str) -> Option<Rule> {
            match schema {
                $($(stringify!($name) => Some(rule::<$module::$name>),)+)+
                _ => None,
            }
        }
    };
}

rules! {
    text: Sku Location CustomerId MerchantId PaymentReference ExternalReference TrackingNumber Title Reason AddressLine
        CountryCode CouponCode ShippingMethod PromotionId TaxCategory TaxName GatewayName TokenOwner Carrier Email Phone;
    ids: OrderId PaymentId FulfillmentId ReturnId RefundId ExceptionId;
    money: Currency;
    time_zone: TimeZone;
    moment: Moment Day;
}

fn rule<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    let read: Result<T, value::Error> = T::deserialize(text.into_deserializer());
    read.map(drop).map_err(|error| words::reason(&error.to_string()))
}
