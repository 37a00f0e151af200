//! Between columns and the domain's values.

use std::{error::Error, str::FromStr};

use purser_domain::money::{Amount, Money};
use sqlx::{Row, postgres::PgRow};

/// One column of many rows, for `unnest`.
pub(super) fn column<'a, T, Value>(rows: &'a [T], value: impl Fn(&'a T) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// A value that is stored as its text.
pub(crate) fn read<T>(row: &PgRow, column: &str) -> Result<T, sqlx::Error>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error| unreadable(column, error))
}

/// A value that may be missing.
pub(super) fn read_optional<T>(row: &PgRow, column: &str) -> Result<Option<T>, sqlx::Error>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: Option<&str> = row.try_get(column)?;
    text.map(str::parse).transpose().map_err(|error| unreadable(column, error))
}

/// An amount from its column, and its currency from the column `currency`.
pub(super) fn read_money(row: &PgRow, amount: &str) -> Result<Money, sqlx::Error> {
    let minor_units: i64 = row.try_get(amount)?;
    Ok(Money {
        amount: Amount::try_from(minor_units).map_err(|error| unreadable(amount, error))?,
        currency: read(row, "currency")?,
    })
}

/// Says which words the values of an enum are stored as, in both directions.
macro_rules! stored_words {
    ($($visibility:vis $to:ident / $from:ident: $type:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $visibility const fn $to(value: $type) -> &'static str {
            match value {
                $($type::$variant => $word,)+
            }
        }

        fn $from(word: &str) -> Option<$type> {
            match word {
                $($word => Some($type::$variant),)+
                _ => None,
            }
        }
    )+};
}
pub(super) use stored_words;

/// A value that is stored as one of a few words.
pub(super) fn read_word<T>(row: &PgRow, column: &str, of_word: fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    let word: &str = row.try_get(column)?;
    of_word(word).ok_or_else(|| unknown_word(column, word))
}

/// A value that is stored as one of a few words, and may be missing.
pub(super) fn read_optional_word<T>(
    row: &PgRow,
    column: &str,
    of_word: fn(&str) -> Option<T>,
) -> Result<Option<T>, sqlx::Error> {
    let word: Option<&str> = row.try_get(column)?;
    word.map(|word| of_word(word).ok_or_else(|| unknown_word(column, word))).transpose()
}

fn unknown_word(column: &str, word: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: format!("unknown word {word}").into() }
}

/// The error for a column whose value is not what it should be.
pub(super) fn unreadable(column: &str, error: impl Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) }
}
