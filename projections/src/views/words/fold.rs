//! Folding: what people take for the same letter becomes the same letter.
//!
//! It goes by the tables of the Unicode library that the engine is built with and by nothing of the database, whose locales
//! differ from machine to machine, so that the rows of a view are the same everywhere. Rows that are stored were folded by
//! the tables of their time: where these change, a test says so, and the views have to be folded anew.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory},
};

/// A text without the differences that nobody types: case, accents, width, ligatures, composition, Arabic and Hebrew points,
/// Hiragana and Katakana.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if has_capitals { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    let shown = text.chars().map(unmarked).filter(|character| !is_ignorable(*character));
    let base =
        DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(shown).filter(|character| !is_accent(*character));
    let mut folded = String::with_capacity(text.len());
    for character in base.flat_map(char::to_lowercase) {
        match alike(character) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(hiragana(character)),
        }
    }
    Cow::Owned(ComposingNormalizerBorrowed::new_nfc().normalize(&folded).into_owned())
}

/// Signs of ownership are nothing that is searched for, and must not become letters: `Lego™` would be `legotm`.
fn unmarked(character: char) -> char {
    if matches!(character, '™' | '℠' | '®' | '©') { ' ' } else { character }
}

/// Soft hyphens, joiners, variation selectors: what is not seen.
fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// Marks above, below and across a letter, by their combining classes: accents, the points of Hebrew and Arabic, enclosures.
/// Vowel signs, viramas and the voicing of Kana have other classes, and stay: without them it is another word.
fn is_accent(character: char) -> bool {
    if character < '\u{300}' {
        return false;
    }
    match CodePointMapData::<GeneralCategory>::new().get(character) {
        GeneralCategory::EnclosingMark => true,
        GeneralCategory::NonspacingMark => {
            let CanonicalCombiningClass(class) = CodePointMapData::new().get(character);
            matches!(class, 1 | 10..=36 | 202..=240)
        }
        _ => false,
    }
}

/// Letters that Unicode does not take apart, and people do; the rest of full case folding.
const fn alike(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'þ' => "th",
        'ŧ' => "t",
        'ς' => "σ",
        // Arabic: the yeh and kaf of other keyboards, teh marbuta, and the line that stretches a word.
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        'ـ' => "",
        _ => return None,
    })
}

/// Katakana as Hiragana: the two blocks have the same order.
fn hiragana(character: char) -> char {
    if matches!(character, 'ァ'..='ヶ') {
        char::from_u32(u32::from(character) - 0x60).unwrap_or(character)
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_people_take_for_the_same_is_the_same() {
        for (one, other) in [
            ("Zürich", "Zu\u{308}rich"),
            ("zürich", "ZURICH"),
            ("İSTANBUL", "istanbul"),
            ("DIYARBAKIR", "Diyarbakır"),
            ("Straße", "STRASSE"),
            ("ẞ", "ss"),
            ("Crème brûlée", "creme brulee"),
            ("ﬁne ﬂask", "fine flask"),
            ("ＡＢＣ１２", "abc12"),
            ("ｽﾏｰﾄﾌｫﾝ", "スマートフォン"),
            ("らーめん", "ラーメン"),
            ("Ødegård", "odegard"),
            ("Łódź", "lodz"),
            ("Æsop Œuvre", "aesop oeuvre"),
            ("ΟΔΟΣ", "οδος"),
            ("Ёлка", "елка"),
            ("أَحْمَد", "احمد"),
            ("مكتبة", "مكتبه"),
            ("کتاب", "كتاب"),
            ("שָׁלוֹם", "שלום"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("👍🏽", "👍🏽"),
            ("so\u{ad}ft", "soft"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("1\u{fe0f}\u{20e3}", "1"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_another_word_stays_another_word() {
        for (one, other) in [("か", "が"), ("हिन्दी", "हन्द"), ("ที่", "ทา"), ("灯笼", "燈籠"), ("한", "하")]
        {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    /// Where this fails, stored rows are folded otherwise than what is searched for: a migration has to fold the views anew,
    /// and the new digest goes here.
    #[test]
    fn every_character_is_folded_as_the_stored_rows_were() {
        let mut digest = Sha256::new();
        for character in '\0'..=char::MAX {
            let mut text = [0; 4];
            digest.update(fold(character.encode_utf8(&mut text)).as_bytes());
        }
        assert_eq!(
            format!("{:x}", digest.finalize()),
            "5f029dc2d24b480705f811d73689b803bd7514cf4fd888e6ab75182313cfd0d1"
        );
    }
}
