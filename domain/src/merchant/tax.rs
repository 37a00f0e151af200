use serde::{Deserialize, Serialize};

use crate::{
    merchant::MerchantRefusal,
    pricing::Rate,
    region::Region,
    text::{AddressLine, CountryCode, TaxCategory, TaxName},
};

/// The most tax rates of one merchant.
pub const MAX_TAX_RATES: usize = 1_000;

/// The most taxes that fall on one thing: the rates of one country, region and category.
pub const MAX_TAXES: usize = 5;

/// How prices and tax belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// The tax is a part of the price.
    #[default]
    Included,
    /// The tax comes on top of the price.
    Added,
}

/// A tax rate, and on what it falls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// Where the order goes.
    pub country: CountryCode,
    /// To which of its subdivisions; to all of the country, where absent. Rates that name the region go before those for
    /// the country, all of them. What is decided now is stored as an ISO 3166-2 code, `US-CA`; older decisions as they were
    /// written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
    /// Which products.
    #[serde(default = "TaxRates::standard")]
    pub category: TaxCategory,
    /// What the tax is called; needed where several fall on the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TaxName>,
    /// How much.
    pub rate: Rate,
    /// Whether it falls on the price alone, or on the price with the taxes before it: all that are not compound, and those
    /// compound ones that are listed before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compound: bool,
}

/// A country or one of its regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxPlace {
    /// Which country.
    pub country: CountryCode,
    /// Which region of it, as an ISO 3166-2 code; none in particular, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
}

/// A merchant's tax rates. Without any, no tax is shown or charged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxRates {
    /// Whether prices and fees hold the tax already.
    pub prices: TaxBasis,
    /// The rates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<TaxRate>,
    /// Whose tax the prices hold, where an order to a country without any rate is to cost that much less. Absent, prices
    /// are the same everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_net_of: Option<TaxPlace>,
}

/// The taxes that fall on one thing, in the order in which they are worked out: those that are not compound first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taxes<'a>([Option<&'a TaxRate>; MAX_TAXES]);

impl<'a> Taxes<'a> {
    fn of(rates: impl Iterator<Item = &'a TaxRate> + Clone) -> Self {
        let simple = rates.clone().filter(|rate| !rate.compound);
        let mut taxes = [None; MAX_TAXES];
        for (place, rate) in taxes.iter_mut().zip(simple.chain(rates.filter(|rate| rate.compound))) {
            *place = Some(rate);
        }
        Self(taxes)
    }

    /// Whether there is none. A rate of nothing is one.
    pub fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    /// The rates.
    pub fn rates(&self) -> impl DoubleEndedIterator<Item = &'a TaxRate> + Clone {
        self.0.into_iter().flatten()
    }
}

/// Where an order goes, as the tax office sees it.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    rates: &'a TaxRates,
    country: &'a CountryCode,
    region: Option<Region>,
}

/// Why the tax of an order is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionRefusal {
    /// The address names no region, and the tax depends on it.
    Missing,
    /// The address names something that is no region of its country.
    Unknown,
}

impl TaxRates {
    /// The category of a product that names none.
    pub const STANDARD: &'static str = "standard";
    /// The category of shipping fees.
    pub const SHIPPING: &'static str = "shipping";

    /// [`TaxRates::STANDARD`], as a category.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it cannot: the text is a constant on this screen, and follows the rule"
    )]
    pub fn standard() -> TaxCategory {
        Self::STANDARD.parse().expect("it follows the rule of names")
    }

    /// Where an order goes. A region is looked at only where a rate of the country depends on one; it must be known then,
    /// so that nothing is taxed as something else because of how an address is written.
    pub fn destination<'a>(
        &'a self,
        country: &'a CountryCode,
        region: Option<&AddressLine>,
    ) -> Result<Destination<'a>, RegionRefusal> {
        let by_region = || self.rates.iter().any(|rate| rate.country == *country && rate.region.is_some());
        let region = match region {
            Some(region) if by_region() => Some(Region::find(country, region.as_str()).ok_or(RegionRefusal::Unknown)?),
            Some(_) | None => None,
        };
        Ok(Destination { rates: self, country, region })
    }

    /// The place whose tax is taken out of the prices of an order to a country: nowhere, where tax is due there, or prices
    /// hold none, or the merchant wants it so.
    pub fn taken_out_for(&self, country: &CountryCode) -> Option<Destination<'_>> {
        let TaxPlace { country: home, region } = self.export_net_of.as_ref()?;
        if self.prices == TaxBasis::Added || self.rates.iter().any(|rate| rate.country == *country) {
            return None;
        }
        self.destination(home, region.as_ref()).ok()
    }

    /// The same, with each region as its ISO 3166-2 code.
    pub(super) fn coded(mut self) -> Result<Self, MerchantRefusal> {
        for (number, rate) in self.rates.iter_mut().enumerate() {
            let unknown = MerchantRefusal::UnknownTaxRegion { rate: number };
            rate.region = coded(&rate.country, rate.region.take(), unknown)?;
        }
        if let Some(TaxPlace { country, region }) = &mut self.export_net_of {
            *region = coded(country, region.take(), MerchantRefusal::UnknownExportRegion)?;
        }
        Ok(self)
    }

    pub(super) fn check(&self) -> Result<(), MerchantRefusal> {
        if self.rates.len() > MAX_TAX_RATES {
            return Err(MerchantRefusal::TooManyTaxRates);
        }
        let mut seen = std::collections::BTreeMap::<_, Vec<Option<&TaxName>>>::new();
        for (rate, TaxRate { country, region, category, name, rate: _, compound: _ }) in self.rates.iter().enumerate() {
            let names = seen.entry((country, region, category)).or_default();
            if names.contains(&name.as_ref()) {
                return Err(MerchantRefusal::TaxRateRepeated { rate });
            }
            names.push(name.as_ref());
            if names.len() > MAX_TAXES {
                return Err(MerchantRefusal::TooManyTaxes { rate });
            }
            if names.len() > 1 && names.contains(&None) {
                return Err(MerchantRefusal::TaxNameNeeded { rate });
            }
        }
        self.check_export()
    }

    fn check_export(&self) -> Result<(), MerchantRefusal> {
        let Some(TaxPlace { country, region }) = &self.export_net_of else { return Ok(()) };
        if self.prices == TaxBasis::Added {
            return Err(MerchantRefusal::NothingToTakeOut);
        }
        let of_place = |rate: &TaxRate| rate.country == *country && (rate.region.is_none() || rate.region == *region);
        if self.rates.iter().any(of_place) { Ok(()) } else { Err(MerchantRefusal::ExportPlaceWithoutRate) }
    }
}

impl<'a> Destination<'a> {
    /// The taxes on a category. What has no rate is not taxed: nothing is guessed. Refused, where the rates depend on the
    /// region and the address names none.
    pub fn taxes(&self, category: &str) -> Result<Taxes<'a>, RegionRefusal> {
        let in_country =
            self.rates.rates.iter().filter(|rate| rate.country == *self.country && rate.category.as_str() == category);
        let regional =
            Taxes::of(in_country.clone().filter(|rate| self.region.is_some_and(|region| rate.is_of(region))));
        if !regional.is_empty() {
            return Ok(regional);
        }
        let national = Taxes::of(in_country.clone().filter(|rate| rate.region.is_none()));
        let depends = national.is_empty() && in_country.clone().next().is_some();
        if depends && self.region.is_none() { Err(RegionRefusal::Missing) } else { Ok(national) }
    }
}

impl TaxRate {
    /// Whether it is for this region. A rate that was decided before regions were coded says so in its own words.
    fn is_of(&self, region: Region) -> bool {
        let Some(written) = &self.region else { return false };
        let is_coded = written.as_str().strip_prefix(self.country.as_str()).is_some_and(|code| code.starts_with('-'));
        written.as_str() == region.code()
            || (!is_coded && Region::find(&self.country, written.as_str()) == Some(region))
    }
}

fn coded(
    country: &CountryCode,
    region: Option<AddressLine>,
    unknown: MerchantRefusal,
) -> Result<Option<AddressLine>, MerchantRefusal> {
    let Some(written) = region else { return Ok(None) };
    let code = Region::find(country, written.as_str()).and_then(|region| region.code().parse().ok());
    code.map(Some).ok_or(unknown)
}
