use super::*;
use crate::samples::text;

fn contact(email: Option<&str>, phone: Option<&str>) -> Contact {
    Contact { email: email.map(text), phone: phone.map(text) }
}

fn address(lines: &[&str], city: Option<&str>, postal_code: Option<&str>) -> Address {
    Address {
        recipient: text("Ada Lovelace"),
        lines: lines.iter().map(|line| text(line)).collect(),
        city: city.map(text),
        region: None,
        postal_code: postal_code.map(text),
        country: text("GB"),
    }
}

fn home() -> Address {
    address(&["12 St James's Square"], Some("London"), Some("SW1Y 4LE"))
}

fn marks(contact: &Contact, ship_to: &Address) -> Vec<GuestMark> {
    GuestMark::of(&text("gifts"), Some(contact), ship_to)
}

fn by_address(ship_to: &Address) -> Vec<GuestMark> {
    GuestMark::of(&text("gifts"), None, ship_to)
}

/// Whether a guest who was counted under marks is known again by an address.
fn is_known(again: &Address, marks: &[GuestMark]) -> bool {
    by_address(again).iter().any(|mark| marks.contains(mark))
}

#[test]
fn an_email_is_the_same_in_any_case_and_with_space_around_it() {
    let known = marks(&contact(Some("ada@example.org"), None), &home());
    assert_eq!(known.len(), 1);
    for same in [" ADA@Example.org ", "Ada@EXAMPLE.ORG", "ａda@example.org"] {
        assert_eq!(marks(&contact(Some(same), None), &address(&["elsewhere"], None, None)), known, "{same}");
    }
    assert_ne!(marks(&contact(Some("ida@example.org"), None), &home()), known);
}

#[test]
fn a_telephone_number_is_its_digits() {
    let known = marks(&contact(None, Some("+44 20 7946 0958")), &home());
    for same in ["0044 20 7946 0958", "+44 (0)20 7946-0958", "+44.20.7946.0958", "442079460958"] {
        assert_eq!(marks(&contact(None, Some(same)), &home()), known, "{same}");
    }
    assert_ne!(marks(&contact(None, Some("+44 20 7946 0959")), &home()), known);
}

/// Otherwise a new address for each order would do.
#[test]
fn a_guest_who_gives_both_is_counted_by_each() {
    let both = marks(&contact(Some("ada@example.org"), Some("+44 20 7946 0958")), &home());
    let email = marks(&contact(Some("ada@example.org"), None), &home());
    let phone = marks(&contact(None, Some("+44 20 7946 0958")), &home());
    assert_eq!(both, [email, phone].concat());
}

#[test]
fn a_guest_who_gives_neither_is_counted_by_the_address() {
    let known = by_address(&home());
    assert_eq!(marks(&contact(None, None), &home()), known);
    let london = |line: &str, code: &str| address(&[line], Some("london"), Some(code));
    for same in [
        london("12, ST JAMES\u{2019}S SQUARE", "sw1y4le"),
        london("  12  St. James's Square ", "SW1Y-4LE"),
        Address { recipient: text("A. Byron"), ..home() },
        Address { region: Some(text("England")), ..home() },
        london("１２ St James's Square", "SW1Y 4LE"),
    ] {
        assert_eq!(by_address(&same), known, "{same:?}");
    }
    assert!(is_known(&address(&["12", "St James's Square", "London"], None, Some("SW1Y 4LE")), &known));
    for other in [london("13 St James's Square", "SW1Y 4LE"), london("12 St James's Square", "SW1Y 4LF")] {
        assert!(!is_known(&other, &known), "{other:?}");
    }
    assert!(!is_known(&Address { country: text("IE"), ..home() }, &known));
}

/// With a postal code the city is left out as often as not. Without one it is all that tells two streets of one name apart.
#[test]
fn an_address_with_a_postal_code_is_known_without_its_city() {
    let street = |city, code| address(&["12 St James's Square"], city, code);
    assert!(is_known(&street(None, Some("SW1Y 4LE")), &by_address(&home())));
    assert!(is_known(&home(), &by_address(&street(None, Some("SW1Y 4LE")))));
    assert!(!is_known(&street(None, None), &by_address(&street(Some("London"), None))));
    assert!(!is_known(&street(Some("Leeds"), None), &by_address(&street(Some("London"), None))));
    let codes = |code| address(&[], Some("London"), Some(code));
    assert!(!is_known(&codes("SW1Y 4LE"), &by_address(&address(&[], None, Some("SW1Y 4LE")))));
}

/// Where an address says no more than a country, all of its guests would be one.
#[test]
fn an_address_without_a_place_is_told_by_its_recipient() {
    let (ada, ida) = (address(&[], None, None), Address { recipient: text("Ida"), ..address(&[], None, None) });
    assert_ne!(by_address(&ada), by_address(&ida));
    assert_eq!(by_address(&Address { recipient: text("ada  lovelace"), ..ada.clone() }), by_address(&ada));
}

/// Marks are in the log: they are what they have always been. They differ from merchant to merchant and from kind to kind.
#[test]
fn a_mark_is_a_digest_that_tells_neither_the_guest_nor_that_it_is_the_same_one() {
    let known = marks(&contact(Some("ada@example.org"), None), &home())[0];
    assert_eq!(known.to_string(), "24678efcd33adbdf1d568c0b901c3fd1");
    assert_eq!(known.to_string().parse::<GuestMark>().unwrap(), known);
    let elsewhere = GuestMark::of(&text("books"), Some(&contact(Some("ada@example.org"), None)), &home());
    assert_ne!(elsewhere, [known]);
    for malformed in ["", "0", &"A".repeat(32), &"0".repeat(33), &"g".repeat(32)] {
        assert!(malformed.parse::<GuestMark>().is_err(), "{malformed} was accepted");
    }
}
