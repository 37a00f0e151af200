//! How the domain's values look in JSON, for the API's description: their form, bounds and units, each said once.
//!
//! The rules themselves are in the domain; the tests below hold the two together where a number could drift.

use std::{borrow::Cow, sync::LazyLock};

use purser_domain::{
    fulfillment::FulfillmentStatus as Parcels, money::MAX_AMOUNT, order::OrderStatus as Status,
    payment::PaymentStatus as StatusOfPayment, quantity::Quantity as Pieces, returns::ReturnStatus as Returned,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{KnownFormat, SchemaFormat, Type},
    },
};

macro_rules! documented {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let description = concat!($($doc),+).trim();
                RefOr::T(Schema::Object($schema.description(Some(description)).build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

/// `.` and `..` are no names, and no other rule is needed to say so: a dot is followed by something else, or by another dot
/// and something else.
const NAME: &str =
    "^([A-Za-z0-9_-][A-Za-z0-9._-]{0,63}|[.][A-Za-z0-9_-][A-Za-z0-9._-]{0,62}|[.][.][A-Za-z0-9._-]{1,62})$";
const CUSTOMER: &str = r"^([!-\-/-~][!-~]{0,253}|[.][!-\-/-~][!-~]{0,252}|[.][.][!-~]{1,252})$";
/// Characters that are not shown, and white space other than the space, as the inside of a character class.
const HIDDEN: &str = concat!(
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5",
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb",
    "\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}",
);
const REFERENCE: &str = "^[!-~]{1,128}$";

fn text(pattern: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([json!(example)])
}

/// From the year 1900 on; the rest of the form is the format's.
const SINCE_1900: &str = "^(19|[2-9][0-9])[0-9]{2}-";

fn sku() -> ObjectBuilder {
    let inside = format!("[^{HIDDEN}@]");
    let end = format!("[^{HIDDEN}@ ]");
    let begin = format!("[^{HIDDEN}@ .]");
    let second = format!("[^{HIDDEN}@.]");
    let pattern = format!(
        "^({begin}({inside}{{0,62}}{end})?|[.]({begin}|{second}{inside}{{0,61}}{end})|[.][.]{inside}{{0,61}}{end})$"
    );
    text(&pattern, "85123A")
}

/// One line that people read. The engine takes more: what sets the direction of text and ends that again.
fn prose(example: &str) -> ObjectBuilder {
    let line = r"[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*";
    let pattern = format!(r"^{line}[^{HIDDEN} \u2800]{line}$");
    text(&pattern, example).min_length(Some(1)).max_length(Some(200))
}

/// NAME@HOST of characters that can be seen.
fn email() -> ObjectBuilder {
    let part = format!("[^{HIDDEN}@ ]");
    let end = format!("[^{HIDDEN}@ .]");
    text(&format!("^ *{part}+@{end}({part}*{end})? *$"), "ada@example.org").max_length(Some(254))
}

/// All codes that the domain knows: not so many that a client could not have them in a list.
static CURRENCIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let letters = || 'A'..='Z';
    let codes = letters().flat_map(|one| letters().flat_map(move |two| letters().map(move |three| [one, two, three])));
    codes.map(String::from_iter).filter(|code| code.parse::<purser_domain::money::Currency>().is_ok()).collect()
});

fn whole(least: i64, most: i64, example: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(least))
        .maximum(Some(most))
        .examples([json!(example)])
}

/// An integer of any size.
fn unbounded(least: Option<i64>, example: i64) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(least).examples([json!(example)])
}

documented! {
    /// Stock keeping unit: 1 to 64 characters that can be seen, of any script, without @, with spaces only inside, and not `.`
    /// or `..`. Given out in Unicode's form NFC, and the same in any other. Percent-encoded in a path.
    Sku = sku();
    /// A place that holds stock: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    Location = text(NAME, "main");
    /// A customer, as the shop that sends orders names them: 1 to 254 printable ASCII characters without spaces, and not `.` or
    /// `..`. Percent-encoded in a path.
    CustomerId = text(CUSTOMER, "17850");
    /// The seller of a product: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    MerchantId = text(NAME, "demo-merchant");
    /// The name that a payment has where the money moved: 1 to 128 printable ASCII characters without spaces.
    PaymentReference = text(REFERENCE, "tx-2010-12-01-0001");
    /// The name that an order has in the system that sent it: 1 to 128 printable ASCII characters without spaces.
    ExternalReference = text(REFERENCE, "536365");
    /// A parcel's name at its carrier: 1 to 128 printable ASCII characters without spaces.
    TrackingNumber = text(REFERENCE, "RM123456785GB");
    /// A product's title: one line of 1 to 200 characters, at least one of which can be seen.
    Title = prose("WHITE HANGING HEART T-LIGHT HOLDER");
    /// Why, in somebody's words: one line of 1 to 200 characters, at least one of which can be seen.
    Reason = prose("changed their mind");
    /// An e-mail address, as it was given.
    Email = email();
    /// A telephone number, as it was given.
    Phone = text("^ *\\+?([ ()./-]*[0-9]){5,15}[ ()./-]*$", "+44 20 7946 0958").max_length(Some(40));
    /// One line of an address: 1 to 200 characters, at least one of which can be seen.
    AddressLine = prose("1 High Street");
    /// ISO 3166-1 alpha-2 country code, in upper case.
    CountryCode = text("^[A-Z]{2}$", "GB");
    /// ISO 4217 currency code of a currency that has a minor unit, in upper case.
    Currency = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(CURRENCIES.iter().cloned()))
        .examples([json!("GBP")]);
    /// An amount in whole minor units of a currency: pence, cents, yen.
    Amount = whole(0, MAX_AMOUNT, 255);
    /// Pieces, at least one.
    Quantity = whole(1, i64::from(Pieces::MAX), 6);
    /// Pieces, counted.
    Count = whole(0, 1_000_000_000_000, 120);
    /// A sum of amounts in whole minor units. It may be greater than a single amount can be, without a bound: beyond 2^53 - 1
    /// a reader that holds numbers as doubles rounds it.
    Sum = unbounded(Some(0), 75_568_743);
    /// A number of orders, pieces or other things, without a bound.
    Counted = unbounded(Some(0), 42);
    /// A difference of two sums in whole minor units, without a bound.
    Balance = unbounded(None, 75_568_743);
    /// A difference in pieces, not zero: negative for lost or broken ones, positive for found ones.
    Change = whole(-1_000_000_000_000, 1_000_000_000_000, -2);
    /// A place in the log: 1, 2, 3 and so on without gaps. A query with `min_position` at least this sees the effect.
    Position = whole(0, i64::MAX, 4_711);
    /// A coupon's code: 3 to 32 of A-Z 0-9 -
    CouponCode = text("^[A-Z0-9-]{3,32}$", "SPRING-10");
    /// Points, at least one.
    Points = whole(1, 1_000_000_000_000, 500);
    /// A way of delivery, as the merchant names it: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    ShippingMethod = text(NAME, "standard");
    /// A promotion, as its merchant names it: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    PromotionId = text(NAME, "ten-off");
    /// What a product is to the tax office: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    TaxCategory = text(NAME, "standard");
    /// What a tax is called: one line of 1 to 64 characters, at least one of which can be seen.
    TaxName = prose("QST").max_length(Some(64));
    /// A share in parts of a million: 88750 is 8.875 %.
    Rate = whole(0, 1_000_000, 200_000);
    /// How many uses there may be.
    UsesMax = whole(1, u32::MAX.into(), 100);
    /// What an offer takes off.
    DiscountKind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([
            "percentage_off_lines",
            "amount_off_units",
            "buy_x_get_y",
            "volume_tiers",
            "percentage_off_order",
            "amount_off_order",
            "shipping_off",
        ]))
        .examples([json!("percentage_off_order")]);
    /// What a discount is taken off: product discounts off lines, those off the order, those off shipping.
    DiscountClass = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["product", "order", "shipping"]))
        .examples([json!("shipping")]);
    /// An order's id.
    OrderId = text("^ord_[0-9a-f]{32}$", "ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d");
    /// A payment's id.
    PaymentId = text("^pay_[0-9a-f]{32}$", "pay_0199c0ffee1234567890abcdef012345");
    /// A payment gateway, as the configuration names it: 1 to 64 of A-Z a-z 0-9 . _ - and not `.` or `..`.
    GatewayName = text(NAME, "sandbox");
    /// Who uses a token: 1 to 64 of A-Z a-z 0-9 . _ -, and not . or ..
    TokenOwner = text(NAME, "warehouse-north");
    /// Where a payment stands.
    PaymentStatus = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(StatusOfPayment::ALL.map(StatusOfPayment::as_str)))
        .examples([json!("pending")]);
    /// Who acted: a role and its token, or a part of the engine.
    Actor = text("^[!-~]{1,320}$", "back_office:tok_1").max_length(Some(320));
    /// A fulfillment's id.
    FulfillmentId = text("^ful_[0-9a-f]{32}$", "ful_5d8e9a6b7c8d9e0f1a2b4f1c5b0c2f0e");
    /// A return's id.
    ReturnId = text("^ret_[0-9a-f]{32}$", "ret_0199c0ffee1234567890abcdef012345");
    /// Who carries a parcel: one line of 1 to 64 characters, at least one of which can be seen.
    Carrier = prose("Royal Mail").max_length(Some(64));
    /// Where a fulfillment stands.
    FulfillmentStatus = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Parcels::ALL.map(Parcels::as_str)))
        .examples([json!("shipped")]);
    /// A refund's id.
    RefundId = text("^rfd_[0-9a-f]{32}$", "rfd_4f1c5b0c2f0e5d8e9a6b7c8d9e0f1a2b");
    /// An order exception's id: `exc_` and 32 hexadecimal digits.
    ExceptionId = text("^exc_[0-9a-f]{32}$", "exc_4f1c5b0c2f0e5d8e9a6b7c8d9e0f1a2b");
    /// What is the matter: `paid_not_confirmed` (an order is paid and the work on it has not begun), `window_overrun` (it
    /// awaits its payment longer than its window), `reservation_without_order` (stock is held for an order that has ended or
    /// that there is not), `capture_not_recorded` (a gateway took money that the log does not have), `capture_without_order`
    /// (a gateway took money for a payment that is not known), `refund_not_recorded` (a gateway gave money back that the log
    /// still owes), `payment_mismatch` (what a gateway says contradicts the log), `authorization_not_released` (a gateway sets money
    /// aside for an order that takes none), `payment_reference_reused` (a gateway took money under a reference that pays an
    /// order already, another one or by hand), `payment_disputed` (a customer disputes a payment with their bank, or the bank
    /// took it back), `refund_reversed` (a refund came back after it was said to be done), `refund_overdue`, `shipment_late`,
    /// `delivery_undecided` (a delivery failed days ago, and nobody has decided what becomes of the parcel), `stock_short` (pieces
    /// that were held for an order are not there), `view_differs` (a view shows another status than the log).
    ExceptionKind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(purser_domain::exception::ExceptionKind::ALL.map(purser_domain::exception::ExceptionKind::as_str)));
    /// Where a return stands.
    ReturnStatus = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Returned::ALL.map(Returned::as_str)))
        .examples([json!("requested")]);
    /// A token's id. It is no secret.
    TokenId = text("^tok_[0-9a-f]{32}$", "tok_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d");
    /// A dead letter's id, and the idempotency key of its command: a UUID (RFC 9562).
    DeadLetterId = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .examples([json!("4f1c5b0c-2f0e-5d8e-9a6b-7c8d9e0f1a2b")]);
    /// A moment: RFC 3339. Given out in UTC with six decimals (microseconds); taken in with any offset and precision,
    /// cut to microseconds, from the year 1900 on.
    Moment = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some(SINCE_1900))
        .examples([json!("2010-12-01T08:26:00.000000Z")]);
    /// A day: YYYY-MM-DD, from the year 1900 on.
    Day = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .pattern(Some(SINCE_1900))
        .examples([json!("2010-12-01")]);
    /// A time zone by its name in the IANA database.
    TimeZone = ObjectBuilder::new().schema_type(Type::String).max_length(Some(64)).examples([json!("Europe/Berlin")]);
    /// Where an order stands.
    OrderStatus = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Status::ALL.map(Status::as_str)))
        .examples([json!("pending_payment")]);
    /// Goods keep stock; services (postage, fees) do not.
    ProductKind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["goods", "service"]))
        .examples([json!("goods")]);
    /// Whether orders may wait for a product that is not there, or are refused.
    Backorder = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["refused", "allowed"]))
        .examples([json!("allowed")]);
    /// As what money came that was taken outside of any gateway.
    Tender = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["cash", "card", "bank_transfer", "gift_card", "other"]))
        .examples([json!("bank_transfer")]);
    /// Why money is owed back.
    RefundCause = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([
            "order_cancelled",
            "late_payment",
            "surplus_payment",
            "incomplete_payment",
            "lines_cancelled",
            "returned",
            "goodwill",
            "undelivered",
        ]))
        .examples([json!("order_cancelled")]);
    /// Marks the place in a list where the next page begins. Belongs to one query with one sort; signed.
    Cursor = text("^[A-Za-z0-9_-]{1,1024}$", "q1X3v0b5").max_length(Some(1_024));
}

/// An amount in a currency.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of use: the domain's type is what is read and written")]
pub(crate) struct Money {
    /// Whole minor units of the currency: 255 GBP are 2.55 pounds, 255 JPY are 255 yen.
    #[schema(value_type = Amount)]
    amount: i64,
    /// What the units are of.
    #[schema(value_type = Currency)]
    currency: String,
}

/// A postal address. Only the recipient and the country are needed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of use: the domain's type is what is read and written")]
pub(crate) struct Address {
    /// Who receives it.
    #[schema(value_type = AddressLine)]
    recipient: String,
    /// Street, house, floor.
    #[schema(value_type = Vec<AddressLine>, max_items = 10, required = false)]
    lines: Option<Vec<String>>,
    /// Town.
    #[schema(value_type = Option<AddressLine>)]
    city: Option<String>,
    /// State, county or province.
    #[schema(value_type = Option<AddressLine>)]
    region: Option<String>,
    /// ZIP or postal code.
    #[schema(value_type = Option<AddressLine>)]
    postal_code: Option<String>,
    /// Country of delivery.
    #[schema(value_type = CountryCode)]
    country: String,
}

/// How to reach somebody: by e-mail, by telephone, or both.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "only its schema is of use: the domain's type is what is read and written")]
pub(crate) struct Contact {
    /// An e-mail address: NAME@HOST, at most 254 characters that can be seen, with one @ and no space inside.
    #[schema(value_type = Option<Email>)]
    email: Option<String>,
    /// A telephone number: 5 to 15 digits, with + in front and spaces and ( ) - . / among them if need be.
    #[schema(value_type = Option<Phone>)]
    phone: Option<String>,
}

#[cfg(test)]
mod tests {
    use purser_domain::{product::ProductKind as Kind, refund::RefundCause as Cause, text};

    use super::*;

    fn words<T: PartialSchema>() -> Vec<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    }

    fn pattern<T: PartialSchema>() -> regex::Regex {
        let schema = serde_json::to_value(T::schema()).unwrap();
        regex::Regex::new(schema["pattern"].as_str().unwrap()).unwrap()
    }

    fn is_read<T: std::str::FromStr>(text: &str) -> bool {
        text.parse::<T>().is_ok()
    }

    #[test]
    fn the_patterns_of_ids_are_the_rules_of_the_domain() {
        let (name, customer, sku) = (pattern::<MerchantId>(), pattern::<CustomerId>(), pattern::<Sku>());
        let long = |end: &str, length: usize| format!("{}{end}", "a".repeat(length - end.len()));
        let mut texts: Vec<String> =
            [".", "..", "...", ".a", "..a", "a.", "a..", "", " ", "a", "a b", " a", "a ", ". a", ". ", ".. a"]
                .map(str::to_owned)
                .into();
        texts.extend(('\0'..='\u{ff}').map(|character| format!("a{character}b")));
        texts.extend([64, 65, 254, 255].map(|length| long("", length)));
        texts.extend([64, 65, 254, 255].map(|length| format!(".{}", long("", length - 1))));
        texts.extend([64, 65, 254, 255].map(|length| format!("..{}", long("", length - 2))));
        for text in texts {
            assert_eq!(name.is_match(&text), is_read::<text::MerchantId>(&text), "merchant {text:?}");
            assert_eq!(customer.is_match(&text), is_read::<text::CustomerId>(&text), "customer {text:?}");
            assert_eq!(sku.is_match(&text), is_read::<text::Sku>(&text), "sku {text:?}");
        }
    }

    /// Characters that are all accepted are tried together, fifty at a time, and any other by itself.
    fn agree_on_every_character(pattern: &regex::Regex, form: fn(&str) -> String, is_accepted: impl Fn(&str) -> bool) {
        let alone = |character: char| form(&format!("a{character}b"));
        let (accepted, refused): (Vec<char>, Vec<char>) =
            ('\0'..=char::MAX).partition(|character| is_accepted(&alone(*character)));
        for characters in accepted.chunks(50) {
            let text = form(&format!("a{}b", String::from_iter(characters)));
            assert!(pattern.is_match(&text), "{text:?}");
        }
        for character in refused {
            assert!(!pattern.is_match(&alone(character)), "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn the_patterns_of_texts_are_the_rules_of_the_domain_for_every_character() {
        agree_on_every_character(&pattern::<Sku>(), str::to_owned, is_read::<text::Sku>);
        agree_on_every_character(&pattern::<Email>(), |part| format!("{part}@{part}"), is_read::<text::Email>);
        let line = pattern::<Title>();
        let is_line = |text: &str| is_read::<text::Title>(text) && text::check_legible(text).is_ok();
        agree_on_every_character(&line, str::to_owned, is_line);
        for blank in ["", " ", "\u{200b}", "\u{3164}\u{feff}", "\u{2800}", "\u{a0}"] {
            assert!(!line.is_match(blank), "{blank:?}");
        }
    }

    #[test]
    fn the_words_in_the_document_are_the_words_of_the_domain() {
        let kinds = [Kind::Goods, Kind::Service].map(|kind| serde_json::to_value(kind).unwrap());
        assert_eq!(serde_json::json!(words::<ProductKind>()), serde_json::json!(kinds));
        let causes = Cause::ALL.map(|cause| serde_json::to_value(cause).unwrap());
        assert_eq!(serde_json::json!(words::<RefundCause>()), serde_json::json!(causes));
        let tenders = purser_domain::order::Tender::ALL.map(|tender| serde_json::to_value(tender).unwrap());
        assert_eq!(serde_json::json!(words::<Tender>()), serde_json::json!(tenders));
        assert_eq!(words::<OrderStatus>().len(), Status::ALL.len());
        let statuses = StatusOfPayment::ALL.map(|status| serde_json::to_value(status).unwrap());
        assert_eq!(serde_json::json!(words::<PaymentStatus>()), serde_json::json!(statuses));
    }

    #[test]
    fn the_stated_bound_of_a_count_is_that_of_a_stock() {
        let schema = serde_json::to_value(Count::schema()).unwrap();
        assert_eq!(schema["maximum"], purser_domain::stock::MAX_ON_HAND);
    }
}
