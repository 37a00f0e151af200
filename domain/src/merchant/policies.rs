use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    address::Address,
    allocation::{AllocationRule, Site},
    contact::Contact,
    merchant::MerchantRefusal,
    money::{Amount, Money},
    text::{InvalidValue, Location},
    time_zone::TimeZone,
};

/// The most locations that an allocation rule may rank.
pub const MAX_PRIORITIES: usize = 100;

/// The most locations of which a merchant may say where they are.
pub const MAX_SITES: usize = 100;

/// What 100 points may be worth at most, in minor units.
pub const MAX_POINTS_VALUE: i64 = 1_000_000;

/// What 100 minor units may earn at most, as `value_per_100 * granted_per_100`: points that are worth 100 minor units.
pub const MAX_POINTS_EARNED: i64 = 10_000;

/// Defines spans of time that can hold nothing but what is within their bounds, both ends counting.
macro_rules! bounded_span {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $least:literal..=$most:literal, default $default:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(u16);

        impl $name {
            /// How many.
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidValue;

            fn try_from(number: i64) -> Result<Self, InvalidValue> {
                let number = u16::try_from(number).ok().filter(|number| ($least..=$most).contains(number));
                number.map(Self).ok_or(InvalidValue { kind: $kind, rule: $rule })
            }
        }

        impl From<$name> for i64 {
            fn from(span: $name) -> Self {
                span.0.into()
            }
        }
    )+};
}

bounded_span! {
    /// How many minutes an order waits for its payment.
    PaymentWindow, "payment window", "must be 1 to 1440 minutes", 1..=1_440, default 30;
    /// For how many days after delivery a return can be asked for; not at all for zero days.
    ReturnWindow, "return window", "must be 0 to 365 days", 0..=365, default 30;
    /// Within how many hours a return must be reviewed.
    ReturnReview, "return review", "must be 1 to 720 hours", 1..=720, default 24;
    /// After how many hours a paid order that has not left is late.
    ShipmentDeadline, "shipment deadline", "must be 1 to 2160 hours", 1..=2_160, default 72;
}

/// What becomes of money that arrives after an order has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePayment {
    /// It is given back.
    #[default]
    Refund,
    /// The order lives again if its stock can be had; otherwise it is given back.
    Reinstate,
}

/// What a customer's wish to cancel a paid order needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationAfterPayment {
    /// The merchant's consent.
    #[default]
    Consent,
    /// Nothing, as long as nothing has shipped.
    Automatic,
}

/// What becomes of a return that nobody reviewed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverdueReview {
    /// It is approved.
    Approve,
    /// It is put before a person.
    #[default]
    Escalate,
}

/// When the fee for the delivery goes back with what was delivered. It always does where nothing arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShippingRefund {
    /// When all that arrived has come back. European consumers who withdraw from a contract are owed it (Directive
    /// 2011/83/EU, article 13), so that this is what holds where nothing was decided.
    #[default]
    WithFullReturn,
    /// Never.
    Never,
}

impl ShippingRefund {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    const fn is_with_full_return(&self) -> bool {
        match self {
            Self::WithFullReturn => true,
            Self::Never => false,
        }
    }
}

/// What a guest must give of themselves to buy of what is limited for each customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestContact {
    /// Nothing: they are counted by what they give, and by the address where they give nothing.
    #[default]
    Optional,
    /// An e-mail address or a telephone number.
    Either,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

impl GuestContact {
    /// What is wanted and missing, as a field of [`Contact`], or all of it.
    pub fn missing(self, contact: Option<&Contact>) -> Option<&'static str> {
        let email = contact.is_some_and(|contact| contact.email.is_some());
        let phone = contact.is_some_and(|contact| contact.phone.is_some());
        match self {
            Self::Optional => None,
            Self::Either => (!email && !phone).then_some("contact"),
            Self::Email => (!email).then_some("contact/email"),
            Self::Phone => (!phone).then_some("contact/phone"),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    const fn is_optional(&self) -> bool {
        match self {
            Self::Optional => true,
            Self::Either | Self::Email | Self::Phone => false,
        }
    }
}

/// How points are taken and granted. What a payment earns is worth no more than the payment, and what points are worth is
/// bounded, so that no policy makes money out of nothing. Policies that were set before there were bounds hold as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsPolicy {
    /// What 100 points are worth in an order of this currency; more than nothing.
    pub value_per_100: Money,
    /// How many points 100 minor units of money paid earn.
    pub granted_per_100: u32,
}

impl PointsPolicy {
    pub(super) fn check(&self) -> Result<(), MerchantRefusal> {
        check_points_value(self.value_per_100)?;
        let value = self.value_per_100.amount.minor_units();
        let earned = value.checked_mul(i64::from(self.granted_per_100));
        if earned.is_some_and(|earned| earned <= MAX_POINTS_EARNED) {
            Ok(())
        } else {
            Err(MerchantRefusal::TooManyPointsEarned { most: MAX_POINTS_EARNED / value })
        }
    }

    /// What points are worth, part of a minor unit down; no more than an amount can be.
    pub fn value_of(&self, points: u64) -> Option<Amount> {
        let value = i128::from(points) * i128::from(self.value_per_100.amount.minor_units()) / 100;
        i64::try_from(value).ok().and_then(|value| value.try_into().ok())
    }

    /// The most points that can be spent on a total: they are worth no more than it, and none of them is worth nothing.
    pub fn usable_for(&self, total: Amount) -> u64 {
        let value = i128::from(self.value_per_100.amount.minor_units());
        if value == 0 {
            return 0;
        }
        let most = (100 * (i128::from(total.minor_units()) + 1) - 1) / value;
        let worth = most * value / 100;
        let needed = (worth * 100 + value - 1) / value;
        u64::try_from(needed).unwrap_or(0)
    }

    /// How many points a payment in the currency of the policy earns, part of a point down.
    pub fn granted_for(&self, paid: Amount) -> u64 {
        let points = i128::from(paid.minor_units()) * i128::from(self.granted_per_100) / 100;
        u64::try_from(points).unwrap_or(u64::MAX)
    }
}

/// What a merchant does about its orders. The default is what holds where nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policies {
    /// How many minutes an order waits for its payment; as long as the engine is set to, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_window: Option<PaymentWindow>,
    /// What becomes of late money.
    pub late_payment: LatePayment,
    /// What a cancellation of a paid order needs.
    pub cancellation_after_payment: CancellationAfterPayment,
    /// For how many days after delivery a return can be asked for.
    pub return_window_days: ReturnWindow,
    /// Within how many hours a return must be reviewed.
    pub return_review_hours: ReturnReview,
    /// What becomes of a return that was not.
    pub return_review_overdue: OverdueReview,
    /// Where goods come back to, unless an approval says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_address: Option<Address>,
    /// When the fee for the delivery goes back; frozen in each order, as what its customer agreed to.
    #[serde(skip_serializing_if = "ShippingRefund::is_with_full_return")]
    pub shipping_refund: ShippingRefund,
    /// After how many hours a paid order that has not left is late.
    pub late_shipment_hours: ShipmentDeadline,
    /// From which locations stock is taken.
    pub allocation: AllocationRule,
    /// Where its locations are, by which the nearest is found. Those that are missing are farther than all others.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sites: BTreeMap<Location, Site>,
    /// What a guest must give of themselves to buy of what is limited for each customer.
    #[serde(skip_serializing_if = "GuestContact::is_optional")]
    pub guest_contact: GuestContact,
    /// How points are taken and granted; not at all, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsPolicy>,
    /// Where it is that its days begin and end; frozen in each order, so that a day that is over stays as it was.
    #[serde(skip_serializing_if = "TimeZone::is_utc")]
    pub time_zone: TimeZone,
}

impl Policies {
    pub(super) fn check(&self) -> Result<(), MerchantRefusal> {
        if let Some(points) = &self.points {
            points.check()?;
        }
        if self.sites.len() > MAX_SITES {
            return Err(MerchantRefusal::TooManySites);
        }
        match &self.allocation {
            AllocationRule::Priority(locations) => check_priorities(locations),
            AllocationRule::FirstLocation | AllocationRule::FewestParcels | AllocationRule::Nearest => Ok(()),
        }
    }
}

/// Points are worth something, and not without bounds.
pub(super) fn check_points_value(value_per_100: Money) -> Result<(), MerchantRefusal> {
    match value_per_100.amount.minor_units() {
        ..=0 => Err(MerchantRefusal::WorthlessPoints),
        1..=MAX_POINTS_VALUE => Ok(()),
        _ => Err(MerchantRefusal::PointsWorthTooMuch),
    }
}

fn check_priorities(locations: &[Location]) -> Result<(), MerchantRefusal> {
    if locations.is_empty() {
        return Err(MerchantRefusal::NoPriorities);
    }
    if locations.len() > MAX_PRIORITIES {
        return Err(MerchantRefusal::TooManyPriorities);
    }
    let repeated = (1..locations.len()).find(|index| locations[..*index].contains(&locations[*index]));
    repeated.map_or(Ok(()), |location| Err(MerchantRefusal::PriorityRepeated { location }))
}
