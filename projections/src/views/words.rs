//! Search by words: how titles are cut into words, and how a text that somebody searches for is.
//!
//! Both are cut here and by the same rule, and not by the parser of Postgres, which takes `RED/WHITE` for a file's path and
//! then finds it by neither colour.

use std::{collections::BTreeSet, str::FromStr};

use purser_domain::text::InvalidValue;

/// The words of some titles, each once and in a fixed order, divided by spaces.
pub(super) fn words<'a>(titles: impl Iterator<Item = &'a str>) -> String {
    let words: BTreeSet<String> = titles.flat_map(cut).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// Runs of letters and digits, in lower case.
fn cut(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Words that are searched for. All of them must be there; the last one may be the beginning of a longer one, as it is
/// while somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    tsquery: String,
}

impl SearchText {
    /// The longest text, in characters.
    pub const CHARACTERS_MAX: usize = 200;

    /// As a `tsquery`. It is bound as a parameter, and holds nothing but letters, digits and its operators.
    pub(super) fn as_tsquery(&self) -> &str {
        &self.tsquery
    }
}

impl FromStr for SearchText {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let words: Vec<String> = cut(text).map(|word| format!("'{word}'")).collect();
        if words.is_empty() || text.chars().count() > Self::CHARACTERS_MAX {
            return Err(InvalidValue {
                kind: "text",
                rule: "must be 1 to 200 characters, at least one a letter or digit",
            });
        }
        Ok(Self { tsquery: format!("{}:*", words.join(" & ")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_cut_at_everything_that_is_no_letter_or_digit() {
        let titles = ["WHITE HANGING HEART T-LIGHT", "RED/WHITE 50's \u{c9}TOILE"];
        assert_eq!(words(titles.into_iter()), "50 hanging heart light red s t white \u{e9}toile");
        assert_eq!(words(["!!"].into_iter()), "");
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        let text: SearchText = "White hea".parse().unwrap();
        assert_eq!(text.as_tsquery(), "'white' & 'hea':*");
    }

    #[test]
    fn what_could_be_an_operator_is_not_in_the_query() {
        let text: SearchText = r"a' | !b:* \c".parse().unwrap();
        assert_eq!(text.as_tsquery(), "'a' & 'b' & 'c':*");
    }

    #[test]
    fn a_text_without_words_is_refused() {
        for text in ["", "  ", "&|!", &"x".repeat(201)] {
            assert!(text.parse::<SearchText>().is_err(), "{text:?} was accepted");
        }
    }
}
