//! Regions: the subdivisions of countries, as ISO 3166-2 names them.
//!
//! People write a region in many ways: `CA`, `ca`, ` CA`, `US-CA`, `California`. All of these are one region to the tax
//! office, and what is none of its country's is known to be none.

use icu_normalizer::DecomposingNormalizerBorrowed;
use rust_iso3166::iso3166_2::{SUBDIVISION_COUNTRY_MAP, Subdivision};

use crate::text::CountryCode;

/// A subdivision of a country, by its code: `US-CA`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(&'static str);

impl Region {
    /// Finds a region of a country by its code, with or without the country, or by its name. Case, accents, spaces and
    /// punctuation make no difference. Nothing, where no region is called so, or several are.
    pub fn find(country: &CountryCode, written: &str) -> Option<Self> {
        let regions: &'static [Subdivision] = SUBDIVISION_COUNTRY_MAP.get(country.as_str()).copied()?;
        // Nearly all addresses that come from a program have the code; nothing has to be folded then.
        let written = written.trim();
        let is_coded = |region: &&Subdivision| {
            region.region_code.eq_ignore_ascii_case(written) || region.code.eq_ignore_ascii_case(written)
        };
        if let Some(region) = regions.iter().find(is_coded) {
            return Some(Self(region.code));
        }
        let written = folded(written);
        let of_country = folded(country.as_str());
        let code = written.strip_prefix(&of_country).unwrap_or(&written);
        let coded = |code: &str| regions.iter().find(|region| folded(region.region_code) == code);
        coded(&written).or_else(|| named(regions, &written)).or_else(|| coded(code)).map(|region| Self(region.code))
    }

    /// The code: `US-CA`.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

fn named(regions: &'static [Subdivision], written: &str) -> Option<&'static Subdivision> {
    let mut found = regions.iter().filter(|region| folded(region.name) == written);
    found.next().filter(|_| found.next().is_none())
}

/// Letters and digits alone, without accents and in lower case.
fn folded(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    decomposed.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod spec {
    use super::Region;
    use crate::samples::text;

    fn found(country: &str, written: &str) -> Option<&'static str> {
        Region::find(&text(country), written).map(Region::code)
    }

    #[test]
    fn a_region_is_known_by_its_code_or_name_however_it_is_written() {
        for written in ["CA", "ca", "CA ", " CA", "US-CA", "us-ca", "California", "CALIFORNIA"] {
            assert_eq!(found("US", written), Some("US-CA"), "{written}");
        }
        for written in ["Vorarlberg", "vorarlberg", "8", "AT-8"] {
            assert_eq!(found("AT", written), Some("AT-8"), "{written}");
        }
        for written in ["QC", "Québec", "Quebec", "quebec", "Que\u{301}bec", "ＱＣ"] {
            assert_eq!(found("CA", written), Some("CA-QC"), "{written}");
        }
        assert_eq!(found("BR", "sao paulo"), Some("BR-SP"));
        assert_eq!(found("US", "new york"), Some("US-NY"));
        assert_eq!(found("US", "N.Y."), Some("US-NY"));
    }

    #[test]
    fn what_is_no_region_of_the_country_is_none() {
        for (country, written) in [
            ("US", ""),
            ("US", " "),
            ("US", "Calif"),
            ("US", "ON"),
            ("US", "CA-CA"),
            ("AT", "CA"),
            ("XX", "CA"),
            ("US", "US"),
        ] {
            assert_eq!(found(country, written), None, "{country} {written}");
        }
    }

    /// Taiwan has a city and a county of that name.
    #[test]
    fn a_name_that_two_regions_have_is_none() {
        assert_eq!(found("TW", "Hsinchu"), None);
        assert_eq!(found("TW", "HSZ"), Some("TW-HSZ"));
    }
}
