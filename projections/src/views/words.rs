//! Search by words: how titles are cut into terms, and how a text that somebody searches for is.
//!
//! Both are folded and cut here and by the same rule, and not by the parser of Postgres, which takes `RED/WHITE` for a file's
//! path and then finds it by neither colour, and goes by the locale of the database.
//!
//! A term is a word; a symbol, such as an emoji; or, in scripts that are written without spaces, two characters that follow
//! one another. Words of such a script begin and end nowhere in particular, and all pairs of a part are in the whole.

mod fold;
mod pieces;

use std::{borrow::Cow, collections::BTreeSet, fmt::Write, str::FromStr};

use purser_domain::text::InvalidValue;

use self::{
    fold::fold,
    pieces::{Piece, pieces},
};

/// The longest word that is told from a longer one, in characters.
const WORD_MAX: usize = 64;

/// How many bytes of different terms an order has at most: half of what a `tsvector` takes is not worth the time that its
/// index would. A thousand lines of forty Chinese characters come to less.
const TERMS_BYTES_MAX: usize = 256 << 10;

/// The terms of some titles, each once and in a fixed order, divided by spaces. Of titles that come to very many, the terms
/// of the first ones.
pub(super) fn words<'a>(titles: impl Iterator<Item = &'a str>) -> String {
    let folded: Vec<Cow<'_, str>> = titles.map(fold).collect();
    let mut terms = BTreeSet::new();
    let mut bytes = 0;
    for term in folded.iter().flat_map(|title| pieces(title)).flat_map(Piece::terms) {
        if terms.insert(term) {
            bytes += term.len();
            if bytes > TERMS_BYTES_MAX {
                terms.remove(term);
                break;
            }
        }
    }
    terms.into_iter().collect::<Vec<_>>().join(" ")
}

/// Words that are searched for. All of them must be there; the last one may be the beginning of a longer one, as it is
/// while somebody types. In scripts without spaces, any part of what is written together is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    tsquery: String,
}

impl SearchText {
    /// The longest text, in characters.
    pub const CHARACTERS_MAX: usize = 200;

    /// As a `tsquery`, which finds nothing where there is no term in the text. It is bound as a parameter, and holds nothing
    /// but terms and its operators: no quote and no backslash is part of a term.
    pub(super) fn as_tsquery(&self) -> &str {
        &self.tsquery
    }
}

impl FromStr for SearchText {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if !(1..=Self::CHARACTERS_MAX).contains(&text.chars().count()) {
            return Err(InvalidValue { kind: "text", rule: "must be 1 to 200 characters" });
        }
        let folded = fold(text);
        let mut tsquery = String::new();
        let mut pieces = pieces(&folded).peekable();
        while let Some(piece) = pieces.next() {
            let is_last = pieces.peek().is_none();
            for (term, may_go_on) in piece.asked(is_last) {
                let and = if tsquery.is_empty() { "" } else { " & " };
                let prefix = if may_go_on { ":*" } else { "" };
                // Writing to a string does not fail.
                let _ = write!(tsquery, "{and}'{term}'{prefix}");
            }
        }
        Ok(Self { tsquery })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(title: &str) -> String {
        words(std::iter::once(title))
    }

    fn asked(text: &str) -> String {
        text.parse::<SearchText>().unwrap().tsquery
    }

    #[test]
    fn titles_are_cut_at_everything_that_is_no_letter_or_digit() {
        let titles = ["WHITE HANGING HEART T-LIGHT", "RED/WHITE 50's \u{c9}TOILE"];
        assert_eq!(words(titles.into_iter()), "50 etoile hanging heart light red s t white");
        assert_eq!(terms("!! 5 £ °"), "5");
    }

    #[test]
    fn a_symbol_is_a_term_of_its_own() {
        assert_eq!(terms("🕯️Kerze🎄"), "kerze 🎄 🕯");
        assert_eq!(terms("👨‍👩‍👧 👍🏽"), "👍 👧 👨 👩");
        assert_eq!(asked("🎄"), "'🎄'");
        assert_eq!(terms("Lego™ ® City"), "city lego");
    }

    #[test]
    fn signs_at_the_end_of_a_word_belong_to_it_and_it_is_there_without_them() {
        assert_eq!(terms("C++ für C# (A+)"), "a a+ c c# c++ fur");
        assert_eq!(terms("a+b #1"), "1 a b");
        assert_eq!(asked("c++"), "'c++':*");
        assert_eq!(asked("c++ book"), "'c++' & 'book':*");
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        assert_eq!(terms("灯笼大号"), "号 大号 灯笼 笼大");
        assert_eq!(asked("灯笼"), "'灯笼'");
        assert_eq!(asked("灯笼大"), "'灯笼' & '笼大'");
        assert_eq!(asked("灯 red"), "'灯':* & 'red':*");
        assert_eq!(terms("USBケーブル3本"), "3 usb けー ぶる る ーぶ 本");
        assert_eq!(asked("フォン"), "'ふぉ' & 'ぉん'");
        assert_eq!(terms("스마트폰 케이스"), "마트 스 스마 이스 케이 트폰 폰");
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        assert_eq!(asked("White hea"), "'white' & 'hea':*");
    }

    #[test]
    fn what_could_be_an_operator_is_not_in_the_query() {
        assert_eq!(asked(r"a' | !b:* \c"), "'a' & 'b' & 'c':*");
        assert_eq!(asked("&|!"), "");
    }

    #[test]
    fn a_text_is_neither_empty_nor_endless() {
        for text in ["", &"x".repeat(201)] {
            assert!(text.parse::<SearchText>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_word_without_end_is_cut_the_same_where_it_is_stored_and_where_it_is_asked_for() {
        let word = "ä".repeat(200);
        assert_eq!(terms(&word), "a".repeat(64));
        assert_eq!(asked(&word), format!("'{}':*", "a".repeat(64)));
    }

    #[test]
    fn an_order_of_very_many_terms_keeps_the_first_ones() {
        let title =
            |line: u32| (0..200).filter_map(|place| char::from_u32(0x20000 + 200 * line + place)).collect::<String>();
        let titles: Vec<String> = (0..210).map(title).collect();
        let terms = words(titles.iter().map(String::as_str));
        let bytes: usize = terms.split(' ').map(str::len).sum();
        assert!((TERMS_BYTES_MAX - 8..=TERMS_BYTES_MAX).contains(&bytes), "{bytes}");
        let first: String = titles[0].chars().take(2).collect();
        assert!(terms.split(' ').any(|term| term == first));
    }

    /// Letters, marks, symbols and signs of all scripts, and those that are folded into others.
    fn titles() -> impl Strategy<Value = String> {
        let signs = prop::sample::select("aİßﬁＡÉ\u{301}ーカが灯笼กิ한ﷺ🎄️+# '\\&".chars().collect::<Vec<_>>());
        prop::collection::vec(prop_oneof![any::<char>(), signs], 1..40).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_024))]

        #[test]
        fn what_is_folded_is_folded(title in titles()) {
            let folded = fold(&title);
            prop_assert_eq!(&fold(&folded), &folded);
        }

        #[test]
        fn a_title_has_every_term_that_its_own_text_asks_for(title in titles()) {
            let folded = fold(&title);
            let terms: BTreeSet<&str> = pieces(&folded).flat_map(Piece::terms).collect();
            let all: Vec<Piece<'_>> = pieces(&folded).collect();
            for (place, piece) in all.iter().enumerate() {
                for (term, _) in piece.asked(place + 1 == all.len()) {
                    prop_assert!(terms.contains(term), "{:?} of {:?}", term, title);
                    prop_assert!(!term.contains([' ', '\'', '\\']), "{:?}", term);
                }
            }
        }

        #[test]
        fn any_part_of_what_is_written_without_spaces_is_found(run in "[\u{4e00}-\u{4e40}ア-ン]{1,20}", from in 0_usize..20, length in 1_usize..20) {
            let part: String = run.chars().skip(from).take(length).collect();
            let (whole, part) = (fold(&run).into_owned(), fold(&part).into_owned());
            let terms: BTreeSet<&str> = pieces(&whole).flat_map(Piece::terms).collect();
            for (term, may_go_on) in pieces(&part).flat_map(|piece| piece.asked(true)) {
                let is_found = if may_go_on { terms.iter().any(|found| found.starts_with(term)) } else { terms.contains(term) };
                prop_assert!(is_found, "{:?} of {:?}", term, run);
            }
        }
    }
}
