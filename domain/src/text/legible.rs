//! Whether people can read a text, and whether it leaves the text around it alone.
//!
//! The types of this module's parent say which texts the log may hold. These rules came later and are stricter, so they are
//! asked only about what comes in from outside: whatever was once accepted can still be read.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup},
};

/// Why people cannot read a text, or cannot trust what they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Illegible {
    /// It shows nothing: spaces, zero-width characters, fillers, marks without a letter.
    #[error("must hold something that can be seen")]
    Blank,
    /// It is one line where it is shown, and holds a separator of lines or paragraphs.
    #[error("must be one line, without {}", name(*.0))]
    LineBreak(char),
    /// It shows characters in another order than it holds them: `exe.jpg` may be a program.
    #[error("must not hold {}, which overrides the direction of text", name(*.0))]
    Override(char),
    /// It sets the direction of text and does not end that, so that it would reach into whatever follows.
    #[error("must end what {} begins", name(*.0))]
    Unclosed(char),
    /// It ends a direction that it did not begin.
    #[error("must not hold {} without what it ends", name(*.0))]
    Unopened(char),
}

/// Checks a text that people are meant to read.
///
/// Emoji of several code points, all scripts, and marks for the direction of a single place (U+200E, U+200F, U+061C) are
/// legible. So are embeddings and isolates of the bidirectional algorithm (UAX #9), if they end within the text.
pub fn check_legible(text: &str) -> Result<(), Illegible> {
    if text.is_ascii() {
        return if text.bytes().all(|byte| byte == b' ') { Err(Illegible::Blank) } else { Ok(()) };
    }
    let mut open = Vec::new();
    for character in text.chars() {
        match character {
            '\u{2028}' | '\u{2029}' => return Err(Illegible::LineBreak(character)),
            '\u{202d}' | '\u{202e}' => return Err(Illegible::Override(character)),
            '\u{202a}' | '\u{202b}' => open.push((character, '\u{202c}')),
            '\u{2066}'..='\u{2068}' => open.push((character, '\u{2069}')),
            '\u{202c}' | '\u{2069}' if open.pop().is_none_or(|(_, end)| end != character) => {
                return Err(Illegible::Unopened(character));
            }
            _ => {}
        }
    }
    if let Some((character, _)) = open.pop() {
        return Err(Illegible::Unclosed(character));
    }
    if text.chars().any(is_visible) { Ok(()) } else { Err(Illegible::Blank) }
}

/// It has a form, which is to show nothing.
const BRAILLE_BLANK: char = '\u{2800}';

/// Whether a character shows by itself. What Unicode has not assigned yet counts: it may be tomorrow's emoji.
pub(super) fn is_visible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic();
    }
    let attached_or_blank = GeneralCategoryGroup::Mark.union(GeneralCategoryGroup::Separator);
    !attached_or_blank.contains(category(character)) && !is_hidden(character) && character != BRAILLE_BLANK
}

/// Whether a character is a control or a format character, or one that is not shown where it is not supported.
pub(super) fn is_hidden(character: char) -> bool {
    GeneralCategoryGroup::Control.union(GeneralCategoryGroup::Format).contains(category(character))
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

fn name(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_legible() {
        for text in [
            "RÉTRO £5 TEAPOT",
            "👨‍👩‍👧‍👦🇬🇧🏴󠁧󠁢󠁳󠁣󠁴󠁿❤️1️⃣",
            "🕯",
            "हिन्दी किताब",
            "می‌خواهم",
            "الكتاب ‎Ada",
            "Cafe\u{301}",
            "\u{feff}Mug",
            "50%",
            ".",
            "ー",
            "\u{2068}محمد\u{2069} & \u{202b}Co\u{202c}",
            "\u{2067}a\u{202a}b\u{202c}\u{2069}",
        ] {
            assert_eq!(check_legible(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_shows_nothing_is_not() {
        for text in [
            "",
            "  ",
            "\u{a0}\u{3000}",
            "\u{200b}\u{200b}",
            "\u{feff}",
            "\u{3164}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{301}\u{20dd}",
            "\u{93f}",
            "\u{200d}\u{fe0f}",
            "\u{2800}",
            "\u{e0041}",
            "\u{200e} \u{ad}",
        ] {
            assert_eq!(check_legible(text), Err(Illegible::Blank), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_reaches_beyond_its_line_or_its_end_is_not() {
        for (text, why) in [
            ("safe\u{202e}gpj.exe", Illegible::Override('\u{202e}')),
            ("\u{202d}1\u{202c}", Illegible::Override('\u{202d}')),
            ("a\u{2028}b", Illegible::LineBreak('\u{2028}')),
            ("a\u{2029}", Illegible::LineBreak('\u{2029}')),
            ("\u{202a}C:", Illegible::Unclosed('\u{202a}')),
            ("\u{2066}a\u{2067}b\u{2069}", Illegible::Unclosed('\u{2066}')),
            ("a\u{2069}", Illegible::Unopened('\u{2069}')),
            ("\u{2066}a\u{202c}", Illegible::Unopened('\u{202c}')),
        ] {
            assert_eq!(check_legible(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_character() {
        let refused = check_legible("safe\u{202e}gpj.exe").unwrap_err();
        assert_eq!(refused.to_string(), "must not hold U+202E, which overrides the direction of text");
    }
}
