//! The data set's country names as ISO 3166-1 alpha-2 codes.

/// Every country that the full data set names. Jersey stands for the Channel Islands; `EU` is reserved in ISO 3166 for the
/// European Union.
const COUNTRIES: [(&str, &str); 43] = [
    ("Australia", "AU"),
    ("Austria", "AT"),
    ("Bahrain", "BH"),
    ("Belgium", "BE"),
    ("Bermuda", "BM"),
    ("Brazil", "BR"),
    ("Canada", "CA"),
    ("Channel Islands", "JE"),
    ("Cyprus", "CY"),
    ("Czech Republic", "CZ"),
    ("Denmark", "DK"),
    ("EIRE", "IE"),
    ("European Community", "EU"),
    ("Finland", "FI"),
    ("France", "FR"),
    ("Germany", "DE"),
    ("Greece", "GR"),
    ("Hong Kong", "HK"),
    ("Iceland", "IS"),
    ("Israel", "IL"),
    ("Italy", "IT"),
    ("Japan", "JP"),
    ("Korea", "KR"),
    ("Lebanon", "LB"),
    ("Lithuania", "LT"),
    ("Malta", "MT"),
    ("Netherlands", "NL"),
    ("Nigeria", "NG"),
    ("Norway", "NO"),
    ("Poland", "PL"),
    ("Portugal", "PT"),
    ("RSA", "ZA"),
    ("Saudi Arabia", "SA"),
    ("Singapore", "SG"),
    ("Spain", "ES"),
    ("Sweden", "SE"),
    ("Switzerland", "CH"),
    ("Thailand", "TH"),
    ("USA", "US"),
    ("United Arab Emirates", "AE"),
    ("United Kingdom", "GB"),
    ("Unspecified", UNKNOWN),
    ("West Indies", UNKNOWN),
];

/// ISO 3166 leaves this code to its users for what has none.
const UNKNOWN: &str = "ZZ";

/// The code of a country as the data set writes it; `ZZ` for a name that is not known.
pub fn country_code(name: &str) -> &'static str {
    COUNTRIES.iter().find(|(known, _)| *known == name).map_or(UNKNOWN, |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_the_form_that_the_engine_takes() {
        for (name, code) in COUNTRIES {
            assert!(code.parse::<purser_domain::text::CountryCode>().is_ok(), "{name}");
        }
        assert_eq!(country_code("EIRE"), "IE");
        assert_eq!(country_code("Atlantis"), "ZZ");
    }
}
