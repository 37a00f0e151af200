//! How far it is from a location to where an order goes.

use crate::{
    address::Address,
    allocation::Site,
    samples::{bare_address, text},
};

fn site(country: &str, postal_code: Option<&str>) -> Site {
    Site { country: text(country), postal_code: postal_code.map(text) }
}

#[test]
fn the_country_counts_first_and_then_what_the_postal_codes_share() {
    let to = Address { postal_code: Some(text("sw1y 4le")), ..bare_address() };
    let sites = [
        site("GB", Some("SW1Y-4LE")),
        site("GB", Some("SW1A 1AA")),
        site("GB", Some("SE1 9SG")),
        site("GB", None),
        site("FR", Some("SW1Y 4LE")),
    ];
    let distances = sites.map(|site| site.distance(&to));
    assert!(distances.is_sorted_by(|nearer, farther| nearer < farther), "{distances:?}");
    assert_eq!(site("GB", Some("SW1Y")).distance(&bare_address()), site("GB", None).distance(&bare_address()));
}
