use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup, Script},
};

use super::WORD_MAX;

/// A part of a folded text that is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A word, and the same with the signs that follow it: `c` and `c++`.
    Word { bare: &'a str, signed: &'a str },
    /// What is written together in a script without spaces.
    Unspaced(&'a str),
    /// A symbol.
    Symbol(&'a str),
}

/// What a character does in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Letter,
    Unspaced,
    Symbol,
    /// Goes on with whatever it stands behind.
    Mark,
    Divider,
}

/// The pieces of a folded text, in their order.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character| matches!(part(character), Part::Divider | Part::Mark));
        let first = rest.chars().next()?;
        let kind = part(first);
        let end = match kind {
            Part::Letter | Part::Unspaced => {
                end_of(rest, |character| matches!(part(character), found if found == kind || found == Part::Mark))
            }
            Part::Symbol | Part::Mark | Part::Divider => first.len_utf8(),
        };
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(match kind {
            Part::Unspaced => Piece::Unspaced(piece),
            Part::Letter => {
                let whole = &text[text.len() - behind.len() - piece.len()..];
                Piece::Word { bare: piece, signed: &whole[..piece.len() + signs(behind)] }
            }
            Part::Symbol | Part::Mark | Part::Divider => Piece::Symbol(piece),
        })
    })
}

/// How many bytes of `+` and `#` a word ends with: those that no letter follows.
fn signs(behind: &str) -> usize {
    let end = end_of(behind, |character| matches!(character, '+' | '#'));
    let is_followed = behind[end..].chars().next().is_some_and(|next| part(next) != Part::Divider);
    if is_followed { 0 } else { end }
}

fn end_of(text: &str, goes_on: impl Fn(char) -> bool) -> usize {
    text.find(|character| !goes_on(character)).unwrap_or(text.len())
}

fn part(character: char) -> Part {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Part::Letter } else { Part::Divider };
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    if GeneralCategoryGroup::Mark.contains(category) {
        Part::Mark
    } else if character.is_alphanumeric() {
        if is_unspaced(character) { Part::Unspaced } else { Part::Letter }
    } else if category == GeneralCategory::OtherSymbol && character >= '\u{2190}' {
        // Pictures. What comes before them are signs of measures and of ownership.
        Part::Symbol
    } else {
        Part::Divider
    }
}

/// Korean has spaces, but compounds and endings as well; the lengthening of vowels in Kana is of no script.
fn is_unspaced(character: char) -> bool {
    if matches!(character, 'ー' | '〆') {
        return true;
    }
    let script = CodePointMapData::<Script>::new().get(character);
    [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Hangul,
        Script::Bopomofo,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
    ]
    .contains(&script)
}

impl<'a> Piece<'a> {
    /// What it is found by: each pair of characters, and the last one by itself, so that each character begins a term.
    pub(super) fn terms(self) -> impl Iterator<Item = &'a str> {
        let (one, other, run) = match self {
            Self::Word { bare, signed } => (Some(cut(bare)), Some(cut(signed)).filter(|_| bare != signed), ""),
            Self::Symbol(symbol) => (Some(symbol), None, ""),
            Self::Unspaced(run) => (last(run), None, run),
        };
        one.into_iter().chain(other).chain(pairs(run))
    }

    /// What is asked for where this is searched, and whether a term may go on behind it.
    pub(super) fn asked(self, is_last: bool) -> impl Iterator<Item = (&'a str, bool)> {
        let (one, run) = match self {
            Self::Word { bare: _, signed } => (Some((cut(signed), is_last)), ""),
            Self::Symbol(symbol) => (Some((symbol, false)), ""),
            Self::Unspaced(run) if last(run) == Some(run) => (Some((run, true)), ""),
            Self::Unspaced(run) => (None, run),
        };
        one.into_iter().chain(pairs(run).map(|pair| (pair, false)))
    }
}

fn cut(word: &str) -> &str {
    word.char_indices().nth(WORD_MAX).map_or(word, |(end, _)| &word[..end])
}

fn last(run: &str) -> Option<&str> {
    run.char_indices().next_back().map(|(start, _)| &run[start..])
}

fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let ends = run.char_indices().skip(1).map(|(start, second)| start + second.len_utf8());
    run.char_indices().zip(ends).map(|((start, _), end)| &run[start..end])
}
