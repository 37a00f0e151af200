use std::collections::BTreeMap;

use purser_domain::{
    address::Address,
    allocation::{self, AllocationRule},
    merchant::{
        self, CancellationAfterPayment, GuestContact, LatePayment, OverdueReview, PaymentWindow, ReturnReview,
        ReturnWindow, ShipmentDeadline, ShippingRefund,
    },
    money::Money,
    text::{AddressLine, CountryCode, Location},
    time_zone::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::http::{
    orders::place::check_address,
    problem::{Fault, Kind, Problem},
    schema,
};

/// What a merchant does about its orders. Whatever is absent is as it is for a merchant that has decided nothing.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policies {
    /// How many minutes an order waits for its payment; as long as the engine is set to, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1440)]
    payment_window_minutes: Option<PaymentWindow>,
    /// What becomes of money that arrives after an order has ended: `refund` (if nothing is said), or `reinstate` the order
    /// if its stock can be had.
    #[schema(value_type = Option<String>, pattern = "^(refund|reinstate)$")]
    late_payment: Option<LatePayment>,
    /// What a customer's wish to cancel a paid order needs: the merchant's `consent` (if nothing is said), or nothing, as
    /// long as nothing has shipped: `automatic`.
    #[schema(value_type = Option<String>, pattern = "^(consent|automatic)$")]
    cancellation_after_payment: Option<CancellationAfterPayment>,
    /// For how many days after delivery a return can be asked for; 30 if nothing is said, not at all for 0.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 365)]
    return_window_days: Option<ReturnWindow>,
    /// Within how many hours a return must be reviewed; 24 if nothing is said.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 720)]
    return_review_hours: Option<ReturnReview>,
    /// What becomes of a return that was not: `escalate` (if nothing is said) or `approve`. Goods that come back
    /// need a `return_address` for that; without one, the return is escalated.
    #[schema(value_type = Option<String>, pattern = "^(escalate|approve)$")]
    return_review_overdue: Option<OverdueReview>,
    /// Where goods come back to, unless an approval says otherwise; each approval says so, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Address>)]
    return_address: Option<Address>,
    /// When the shipping fee goes back with goods that were delivered: `with_full_return` (if nothing is said), when all that
    /// arrived has come back, as the law of the European Union wants it for consumers; `never`. Orders that were placed before keep
    /// what held then. Where nothing arrived it always goes back.
    #[schema(value_type = Option<String>, pattern = "^(with_full_return|never)$")]
    shipping_refund: Option<ShippingRefund>,
    /// After how many hours a paid order that has not left is late; 72 if nothing is said.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2160)]
    late_shipment_hours: Option<ShipmentDeadline>,
    /// From which locations stock is taken: `first_location` (if nothing is said), `fewest_parcels`, `nearest`, or in the
    /// order of `allocation_priority`: `priority`.
    #[schema(value_type = Option<String>, pattern = "^(first_location|fewest_parcels|nearest|priority)$")]
    allocation: Option<Allocation>,
    /// Locations, the first choice first; with `priority` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schema::Location>>, min_items = 1, max_items = 100)]
    allocation_priority: Option<Vec<Location>>,
    /// Where the locations are, for `nearest`: first the country counts, then how much of the postal code is shared with the
    /// address. Locations that are not named here are farther than all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Site>>, max_items = 100)]
    sites: Option<Vec<Site>>,
    /// What a guest must give of themselves to buy of what has a purchase limit: nothing, which is `optional` (if nothing is
    /// said); `either` an e-mail address or a telephone number; an `email`; a `phone`. They are counted by each that they give,
    /// and by the address where they give none.
    #[schema(value_type = Option<String>, pattern = "^(optional|either|email|phone)$")]
    guest_contact: Option<GuestContact>,
    /// How the merchant's own points are taken and granted; not at all, where absent. They pay for this merchant's orders alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<PointsPolicy>,
    /// By which time zone days are counted in the sales and the statistics of orders that are placed from now on; UTC if
    /// nothing is said.
    #[schema(value_type = Option<schema::TimeZone>)]
    time_zone: Option<TimeZone>,
}

/// Where a location is.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LocationSite)]
pub(crate) struct Site {
    /// Which location.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// Its country.
    #[schema(value_type = schema::CountryCode)]
    country: CountryCode,
    /// Its ZIP or postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::AddressLine>)]
    postal_code: Option<AddressLine>,
}

/// How a merchant's own points are taken and granted.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsPolicy {
    /// What 100 points are worth in an order of this currency: 1 to 1000000 minor units.
    #[schema(value_type = schema::Money)]
    value_per_100: Money,
    /// How many points 100 minor units of money paid earn, when the order is completed. They are worth no more than the money:
    /// this times the amount of `value_per_100` is at most 10000.
    #[schema(minimum = 0, maximum = 10000)]
    granted_per_100: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Allocation {
    FirstLocation,
    FewestParcels,
    Nearest,
    Priority,
}

impl Policies {
    /// The policies that are meant.
    pub(super) fn read(self) -> Result<merchant::Policies, Problem> {
        let allocation = match (self.allocation, self.allocation_priority) {
            (None | Some(Allocation::FirstLocation), None) => AllocationRule::FirstLocation,
            (Some(Allocation::FewestParcels), None) => AllocationRule::FewestParcels,
            (Some(Allocation::Nearest), None) => AllocationRule::Nearest,
            (Some(Allocation::Priority), Some(locations)) => AllocationRule::Priority(locations),
            (Some(Allocation::Priority), None) => {
                return Err(misplaced("missing field `allocation_priority`: `priority` needs it"));
            }
            (None | Some(Allocation::FirstLocation | Allocation::FewestParcels | Allocation::Nearest), Some(_)) => {
                return Err(misplaced("goes with `priority` only"));
            }
        };
        if let Some(address) = &self.return_address {
            check_address(address, "/return_address")?;
        }
        Ok(merchant::Policies {
            payment_window: self.payment_window_minutes,
            late_payment: self.late_payment.unwrap_or_default(),
            cancellation_after_payment: self.cancellation_after_payment.unwrap_or_default(),
            return_window_days: self.return_window_days.unwrap_or_default(),
            return_review_hours: self.return_review_hours.unwrap_or_default(),
            return_review_overdue: self.return_review_overdue.unwrap_or_default(),
            return_address: self.return_address,
            shipping_refund: self.shipping_refund.unwrap_or_default(),
            late_shipment_hours: self.late_shipment_hours.unwrap_or_default(),
            allocation,
            sites: sites(self.sites.unwrap_or_default())?,
            guest_contact: self.guest_contact.unwrap_or_default(),
            points: self.points.map(|points| merchant::PointsPolicy {
                value_per_100: points.value_per_100,
                granted_per_100: points.granted_per_100,
            }),
            time_zone: self.time_zone.unwrap_or_default(),
        })
    }
}

fn sites(stated: Vec<Site>) -> Result<BTreeMap<Location, allocation::Site>, Problem> {
    let mut sites = BTreeMap::new();
    for (place, Site { location, country, postal_code }) in stated.into_iter().enumerate() {
        if sites.insert(location, allocation::Site { country, postal_code }).is_some() {
            let pointer = format!("/sites/{place}/location");
            return Err(Problem::at(Kind::InvalidValue, Fault::pointer(pointer, "the location is there already")));
        }
    }
    Ok(sites)
}

fn misplaced(detail: &str) -> Problem {
    Problem::at(Kind::InvalidValue, Fault::pointer("/allocation_priority", detail))
}

impl From<merchant::Policies> for Policies {
    fn from(policies: merchant::Policies) -> Self {
        let (allocation, allocation_priority) = match policies.allocation {
            AllocationRule::FirstLocation => (Allocation::FirstLocation, None),
            AllocationRule::FewestParcels => (Allocation::FewestParcels, None),
            AllocationRule::Nearest => (Allocation::Nearest, None),
            AllocationRule::Priority(locations) => (Allocation::Priority, Some(locations)),
        };
        Self {
            payment_window_minutes: policies.payment_window,
            late_payment: Some(policies.late_payment),
            cancellation_after_payment: Some(policies.cancellation_after_payment),
            return_window_days: Some(policies.return_window_days),
            return_review_hours: Some(policies.return_review_hours),
            return_review_overdue: Some(policies.return_review_overdue),
            return_address: policies.return_address,
            shipping_refund: Some(policies.shipping_refund),
            late_shipment_hours: Some(policies.late_shipment_hours),
            allocation: Some(allocation),
            allocation_priority,
            sites: Some(policies.sites.into_iter().map(Site::from).collect::<Vec<_>>())
                .filter(|sites| !sites.is_empty()),
            guest_contact: Some(policies.guest_contact),
            points: policies.points.map(|points| PointsPolicy {
                value_per_100: points.value_per_100,
                granted_per_100: points.granted_per_100,
            }),
            time_zone: Some(policies.time_zone),
        }
    }
}

impl From<(Location, allocation::Site)> for Site {
    fn from((location, allocation::Site { country, postal_code }): (Location, allocation::Site)) -> Self {
        Self { location, country, postal_code }
    }
}
