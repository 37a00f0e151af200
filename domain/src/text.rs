//! Bounded text: values that arrive from outside as strings and are checked once, at the edge.

mod legible;
mod part;

pub(crate) use part::{customer_of_part, part_of_customer};

pub use legible::{Illegible, check_legible};

use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

/// Why a value from outside was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {rule}")]
pub struct InvalidValue {
    /// What the value was meant to be, in words: `sku`, `order id`.
    pub kind: &'static str,
    /// The rule that it broke, as the end of a sentence that starts with the kind.
    pub rule: &'static str,
}

/// Defines text types that can hold nothing but text that follows their rule.
///
/// The text is shared, not copied, on `clone`: one SKU is named by a product, a stock, an order line and an event.
macro_rules! bounded_text {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $accepts:expr $(, $prepare:ident)?;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                let accepts: fn(&str) -> bool = $accepts;
                let text = Cow::Borrowed(text);
                $(let text = $prepare(text);)?
                if accepts(&text) {
                    Ok(Self(text.as_ref().into()))
                } else {
                    Err(InvalidValue { kind: $kind, rule: $rule })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )+};
}

bounded_text! {
    /// Stock keeping unit: what a product is called in the catalogue, in stock and on an order line.
    ///
    /// Kept in Unicode's form NFC: it is the same SKU however it was composed when it came in.
    Sku, "sku", "must be 1 to 64 characters that can be seen, without @, with spaces only inside, and not . or ..", is_sku, composed;
    /// A place that holds stock: a warehouse, a shop.
    Location, "location", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// A customer, as the shop that sends orders names them: a number, an e-mail address (254 characters at most), the name that
    /// a login service has for them.
    CustomerId, "customer id", "must be 1 to 254 printable ASCII characters without spaces, and not . or ..", is_customer_id;
    /// The seller of a product.
    MerchantId, "merchant id", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// The name that a payment has where the money was taken: a bank's or a provider's transaction id.
    PaymentReference, "payment reference", "must be 1 to 128 printable ASCII characters without spaces", |text| is_graphic(text, 128);
    /// The name that an order has in the system that sent it, an invoice number for example.
    ExternalReference, "external reference", "must be 1 to 128 printable ASCII characters without spaces", |text| is_graphic(text, 128);
    /// A parcel's name at its carrier.
    TrackingNumber, "tracking number", "must be 1 to 128 printable ASCII characters without spaces", |text| is_graphic(text, 128);
    /// What a customer types in to have a discount.
    CouponCode, "coupon code", "must be 3 to 32 of A-Z 0-9 -", is_coupon_code;
    /// A merchant's own name for one of its promotions.
    PromotionId, "promotion id", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// A way of delivery that a merchant offers: `standard`, `express`.
    ShippingMethod, "shipping method", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// What a product is to the tax office: `standard`, `reduced`, `books`.
    TaxCategory, "tax category", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// What a tax is called: `GST`, `QST`.
    TaxName, "tax name", "must be 1 to 64 characters without control characters", |text| is_prose(text, 64);
    /// A product's title as the customer reads it.
    Title, "title", "must be 1 to 200 characters without control characters", |text| is_prose(text, 200);
    /// Why somebody did something, in their words.
    Reason, "reason", "must be 1 to 200 characters without control characters", |text| is_prose(text, 200);
    /// A payment gateway, as the configuration names it.
    GatewayName, "gateway", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// The name that a gateway gave to one of its webhooks, the same in every repetition of it.
    WebhookId, "webhook id", "must be 1 to 128 printable ASCII characters without spaces", |text| is_graphic(text, 128);
    /// Why a payment failed, in the gateway's own code.
    FailureCode, "failure code", "must be 1 to 64 printable ASCII characters without spaces", |text| is_graphic(text, 64);
    /// A page that a customer is sent to.
    WebAddress, "web address", "must be http:// or https:// and in all at most 2048 printable ASCII characters without spaces", is_web_address;
    /// What a QR code says.
    QrText, "QR text", "must be 1 to 2048 characters without control characters", |text| is_prose(text, 2_048);
    /// Who carries a parcel.
    Carrier, "carrier", "must be 1 to 64 characters without control characters", |text| is_prose(text, 64);
    /// Who acted, as the metadata of an event names them: a role and its token, a saga.
    Actor, "actor", "must be 1 to 320 printable ASCII characters without spaces", |text| is_graphic(text, 320);
    /// Whoever uses a token of a role that is bound to no customer or merchant: a system, a person, a team.
    TokenOwner, "token owner", "must be 1 to 64 of A-Z a-z 0-9 . _ - and not . or ..", is_name;
    /// What an order exception is about: an id, or a gateway and its name for a payment.
    Subject, "subject", "must be 1 to 256 printable ASCII characters without spaces", |text| is_graphic(text, 256);
    /// An e-mail address, as somebody gave it.
    Email, "e-mail address", "must be NAME@HOST in at most 254 characters that can be seen, with one @ and no space inside", is_email;
    /// A telephone number, as somebody gave it.
    Phone, "telephone number", "must be 5 to 15 digits, with + in front and spaces and ( ) - . / among them if need be", is_phone;
    /// One line of an address.
    AddressLine, "address line", "must be 1 to 200 characters without control characters", |text| is_prose(text, 200);
    /// ISO 3166-1 alpha-2 country code. The form is checked, not the register.
    CountryCode, "country", "must be two upper-case letters (ISO 3166-1 alpha-2)", is_country;
}

fn is_name(text: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_name_byte) && !is_dots(text)
}

fn is_customer_id(text: &str) -> bool {
    is_graphic(text, 254) && !is_dots(text)
}

/// Whatever tidies up a path, a browser for example, takes these two out of it, percent-encoded or not: what is called so
/// could not be asked for.
fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// Capitals only: two codes that differ in nothing but case would be two coupons to the engine and one to the customer.
fn is_coupon_code(text: &str) -> bool {
    (3..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_sku(text: &str) -> bool {
    const CHARACTERS_MAX: usize = 64;
    let has_outer_space = text.starts_with(' ') || text.ends_with(' ');
    let is_short = text.len() <= CHARACTERS_MAX || text.chars().nth(CHARACTERS_MAX).is_none();
    is_short
        && !has_outer_space
        && !is_dots(text)
        && text.chars().all(is_sku_character)
        && text.chars().any(legible::is_visible)
}

/// Whether a SKU may hold a character.
///
/// Real ones hold `/`, `&`, `+`, `%`, `#`, brackets, inner spaces ("BANK CHARGES") and the letters of every script. `@` is not
/// among them: it divides SKU and location in a stock's stream id.
pub fn is_sku_character(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~') && character != '@';
    }
    !character.is_whitespace() && !legible::is_hidden(character)
}

fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) if !text.is_ascii() => ComposingNormalizerBorrowed::new_nfc().normalize(text),
        text => text,
    }
}

fn is_graphic(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// No other scheme is sent to a customer's browser: `javascript:` would run in it.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty()) && is_graphic(text, 2_048)
}

/// What the log may hold. Of what comes in from outside, [`check_legible`] asks more.
fn is_prose(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control) && !text.trim().is_empty()
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// What the host is, only a letter to it tells. Space around it is what people paste. Two addresses that look the same would be
/// two guests: nothing in one is hidden.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.trim_matches(' ').split_once('@') else { return false };
    text.chars().count() <= 254
        && !host.starts_with('.')
        && !host.ends_with('.')
        && [name, host].iter().all(|part| {
            !part.is_empty() && part.chars().all(|character| character != ' ' && is_sku_character(character))
        })
}

fn is_phone(text: &str) -> bool {
    let number = text.trim_matches(' ');
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let rest = number.strip_prefix('+').unwrap_or(number);
    text.len() <= 40
        && (5..=15).contains(&digits)
        && rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'(' | b')' | b'-' | b'.' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_reached_by_what_they_type() {
        for text in ["ada@example.org", " Ada.L+shop@Example.ORG ", "ünal@bücher.example", "a@b"] {
            assert!(text.parse::<Email>().is_ok(), "{text:?} was refused");
        }
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@.org",
            "ada@example.",
            "a da@example.org",
            "a\n@b",
            &format!("{}@b", "a".repeat(254)),
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?} was accepted");
        }
        for text in ["+44 (0)20 7946 0958", "020-7946.0958", "0044/2079460958", "12345"] {
            assert!(text.parse::<Phone>().is_ok(), "{text:?} was refused");
        }
        for text in [
            "",
            "1234",
            "1234567890123456",
            "+44 20 7946 ext 9",
            "44+2079460958",
            "(((((((((((((((((((((((((((((((((((((12345",
        ] {
            assert!(text.parse::<Phone>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn real_stock_codes_are_skus() {
        for code in [
            "85123A",
            "BANK CHARGES",
            "gift_0001_40",
            "M",
            "A/B",
            "50%",
            "R&D+1",
            "#7 (blue)",
            "...",
            "\"O'Neill\"\\<x>",
            "Äpfel",
            "灯笼-大",
            "किताब",
            "كتاب",
            "🎄",
            &"Ä".repeat(64),
        ] {
            assert_eq!(code.parse::<Sku>().unwrap().as_str(), code);
        }
    }

    #[test]
    fn a_sku_is_the_same_however_it_is_composed() {
        let [composed, decomposed] = ["\u{c4}", "A\u{308}"].map(|code| code.parse::<Sku>().unwrap());
        assert_eq!(composed, decomposed);
        assert_eq!(decomposed.as_str(), "\u{c4}");
        assert!("A\u{308}".repeat(64).parse::<Sku>().is_ok(), "its length is that of the composed form");
    }

    #[test]
    fn a_sku_shows_itself_and_never_holds_the_divider_of_a_stream_id() {
        for code in [
            "",
            " A",
            "A ",
            "A@B",
            "A\n",
            "A\u{a0}B",
            "\u{3000}",
            "A\u{200b}",
            "\u{feff}A",
            "A\u{202e}B",
            "\u{3164}",
            "\u{301}",
            ".",
            "..",
            &"A".repeat(65),
            &"Ä".repeat(65),
        ] {
            assert!(code.parse::<Sku>().is_err(), "{code:?} was accepted");
        }
    }

    #[test]
    fn a_customer_may_be_called_what_a_login_service_calls_them() {
        let longest = format!("{}@example.com", "a".repeat(242));
        for id in
            ["17850", "ada+test@example.com", "auth0|5f7c8ec7c33c6c004bbafe82", "https://id.example/u/1", &longest]
        {
            assert_eq!(id.parse::<CustomerId>().unwrap().as_str(), id);
        }
        for id in ["", ".", "..", "a b", "ä", "a\u{7f}", &format!("a{longest}")] {
            assert!(id.parse::<CustomerId>().is_err(), "{id:?} was accepted");
        }
    }

    #[test]
    fn what_a_path_cannot_hold_is_no_name() {
        for text in [".", "..", "", "a/b", "ä"] {
            assert!(text.parse::<MerchantId>().is_err(), "{text:?} was accepted");
            assert!(text.parse::<Location>().is_err(), "{text:?} was accepted");
            assert!(text.parse::<PromotionId>().is_err(), "{text:?} was accepted");
            assert!(text.parse::<GatewayName>().is_err(), "{text:?} was accepted");
        }
        assert!("...".parse::<MerchantId>().is_ok());
    }

    #[test]
    fn a_coupon_code_is_of_capitals_digits_and_hyphens() {
        for code in ["SPRING-10", "ABC", "123", &"A".repeat(32)] {
            assert_eq!(code.parse::<CouponCode>().unwrap().as_str(), code);
        }
        for code in ["", "AB", "spring", "SPRING 10", "SPRING_10", &"A".repeat(33)] {
            assert!(code.parse::<CouponCode>().is_err(), "{code:?} was accepted");
        }
    }

    #[test]
    fn a_customer_is_sent_to_pages_of_the_web_only() {
        for text in ["javascript:alert(1)", "https://", "//pay.example", "https://pay.example/a b", "data:text/html,x"]
        {
            assert!(text.parse::<WebAddress>().is_err(), "{text:?} was accepted");
        }
        for text in ["https://pay.example/p/1?lang=en", "http://127.0.0.1:8099/pay/1"] {
            assert_eq!(text.parse::<WebAddress>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn json_is_checked_like_any_other_input() {
        let refused = serde_json::from_str::<CountryCode>("\"gb\"").unwrap_err();
        assert!(refused.to_string().contains("country must be two upper-case letters"));
    }

    #[test]
    fn prose_refuses_control_characters_and_blankness() {
        for text in ["", "  ", "a\u{0}b", "a\nb", &"x".repeat(201)] {
            assert!(text.parse::<Title>().is_err(), "{text:?} was accepted");
        }
        assert!("RÉTRO £5 TEAPOT".parse::<Title>().is_ok());
    }
}
