use std::{borrow::Cow, fmt, str::FromStr};

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    address::Address,
    contact::Contact,
    text::{AddressLine, CustomerId, Email, InvalidValue, MerchantId, Phone},
};

/// Whose purchases are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Buyer {
    /// A customer, whatever they give as their address.
    Customer(CustomerId),
    /// A guest, by something that they gave of themselves.
    Guest(GuestMark),
}

impl Buyer {
    /// Under what an order is counted: under its customer, or under each mark of its guest.
    pub fn of(customer: Option<&CustomerId>, marks: &[GuestMark]) -> Vec<Self> {
        match customer {
            Some(customer) => vec![Self::Customer(customer.clone())],
            None => marks.iter().copied().map(Self::Guest).collect(),
        }
    }
}

/// Something by which a guest is known again: a digest of it, written as 32 lower-case hexadecimal digits.
///
/// It is the first half of SHA-256 over the merchant, the kind and the text in a form in which case, spaces and punctuation
/// do not matter. What a guest gives at one merchant has another mark at the next. It keeps contacts out of the names of
/// streams; a short number can be found again by trying all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GuestMark(u128);

impl GuestMark {
    /// The marks of a guest at a merchant: of the e-mail address and of the telephone number that they give, each, so that
    /// another one of the two is no other guest; of the address that the order goes to, where they give neither.
    pub fn of(merchant: &MerchantId, contact: Option<&Contact>, ship_to: &Address) -> Vec<Self> {
        let email = contact.and_then(|contact| contact.email.as_ref());
        let phone = contact.and_then(|contact| contact.phone.as_ref());
        let marks: Vec<Self> = [
            email.map(|email| Self::digest(merchant, "email", &[&plain_email(email)])),
            phone.map(|phone| Self::digest(merchant, "phone", &[&plain_phone(phone)])),
        ]
        .into_iter()
        .flatten()
        .collect();
        if marks.is_empty() { Self::of_address(merchant, ship_to) } else { marks }
    }

    /// Whoever lives at an address counts together. The region says nothing that the rest does not, and is left out as often as not.
    /// So is the city where there is a postal code: there the address counts with it and without. Where nothing but the country is
    /// known of it, the recipient tells.
    fn of_address(merchant: &MerchantId, ship_to: &Address) -> Vec<Self> {
        let Address { recipient, lines, city, region: _, postal_code, country } = ship_to;
        let street: String = lines.iter().map(plain).collect();
        let city = city.as_ref().map(plain).unwrap_or_default();
        let postal_code = postal_code.as_ref().map(plain).unwrap_or_default();
        let place = format!("{street}{city}");
        let recipient = if place.is_empty() && postal_code.is_empty() { plain(recipient) } else { String::new() };
        let mark =
            |place: &str| Self::digest(merchant, "address", &[country.as_str(), &postal_code, place, &recipient]);
        let is_known_without_city = !(city.is_empty() || street.is_empty() || postal_code.is_empty());
        std::iter::once(mark(&place)).chain(is_known_without_city.then(|| mark(&street))).collect()
    }

    fn digest(merchant: &MerchantId, kind: &str, parts: &[&str]) -> Self {
        let mut hasher = Sha256::new_with_prefix(b"purser guest");
        for part in [merchant.as_str(), kind].iter().chain(parts) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let digest: [u8; 32] = hasher.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(u128::from_be_bytes(half))
    }
}

fn plain_email(email: &Email) -> String {
    folded(email.as_str().trim()).to_lowercase()
}

/// Its digits. The zero that is dialled inside a country only, and the two that stand for the plus, say nothing.
fn plain_phone(phone: &Phone) -> String {
    let number = phone.as_str().replace("(0)", "");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("00") {
        Some(rest) => rest.to_owned(),
        None => digits,
    }
}

/// In one form, whichever keyboard it was typed on: full-width letters and ligatures are the letters that they stand for.
fn folded(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

fn plain(line: &AddressLine) -> String {
    folded(line.as_str()).chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl FromStr for GuestMark {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let canonical = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = if canonical { u128::from_str_radix(text, 16).ok() } else { None };
        number.map(Self).ok_or(InvalidValue { kind: "guest mark", rule: "must be 32 lower-case hexadecimal digits" })
    }
}

impl TryFrom<String> for GuestMark {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<GuestMark> for String {
    fn from(mark: GuestMark) -> Self {
        mark.to_string()
    }
}

impl fmt::Display for GuestMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for GuestMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod spec;
