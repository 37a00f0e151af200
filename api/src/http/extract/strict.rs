//! A reader that takes JSON for what it is.
//!
//! Serde's derived readers take more than the API's description says: a list in the place of an object, field by field in the
//! order of their declaration, and `{"word": null}` in the place of a word. And they take less: `6.0` is a whole number in
//! JSON. This adapter stands between `serde_json` and any derived reader and puts that right at every depth. It is generic all
//! the way down and leaves no trace in what the compiler makes of it.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
    },
};

/// Wraps what takes part in reading.
pub(super) struct Strict<T>(pub(super) T);

/// Whole numbers up to here are told apart by a double.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// The whole number that was written with a fraction or an exponent, if it is one.
#[expect(clippy::cast_possible_truncation, reason = "whole and within what both types tell apart")]
pub(super) fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

/// What a visitor was called for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A struct: an object of named fields, and nothing else.
    Struct,
    /// A whole number, however it is written.
    Whole,
    /// Whatever the visitor takes.
    Other,
}

struct Guarded<V> {
    visitor: V,
    wanted: Wanted,
}

fn guarded<V>(visitor: V, wanted: Wanted) -> Guarded<V> {
    Guarded { visitor, wanted }
}

macro_rules! guard {
    ($($method:ident $wanted:ident;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(guarded(visitor, Wanted::$wanted))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    guard! {
        deserialize_any Other; deserialize_bool Other; deserialize_char Other; deserialize_str Other;
        deserialize_string Other; deserialize_bytes Other; deserialize_byte_buf Other; deserialize_option Other;
        deserialize_unit Other; deserialize_seq Other; deserialize_map Other; deserialize_identifier Other;
        deserialize_ignored_any Other; deserialize_f32 Other; deserialize_f64 Other;
        deserialize_i8 Whole; deserialize_i16 Whole; deserialize_i32 Whole; deserialize_i64 Whole; deserialize_i128 Whole;
        deserialize_u8 Whole; deserialize_u16 Whole; deserialize_u32 Whole; deserialize_u64 Whole; deserialize_u128 Whole;
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_unit_struct(name, guarded(visitor, Wanted::Other))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_newtype_struct(name, guarded(visitor, Wanted::Other))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_tuple(len, guarded(visitor, Wanted::Other))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_tuple_struct(name, len, guarded(visitor, Wanted::Other))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_struct(name, fields, guarded(visitor, Wanted::Struct))
    }

    /// A variant without fields is a word; one with fields is an object of one field, named like the variant.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(WordOrObject { visitor })
    }
}

struct WordOrObject<V> {
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for WordOrObject<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<V::Value, E> {
        self.visitor.visit_enum(word.into_deserializer())
    }

    fn visit_string<E: Error>(self, word: String) -> Result<V::Value, E> {
        self.visitor.visit_enum(word.into_deserializer())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let value = self.visitor.visit_enum(Fields(&mut map))?;
        match map.next_key::<String>()? {
            None => Ok(value),
            Some(field) => Err(A::Error::custom(format_args!("`{field}` is one field too many"))),
        }
    }
}

/// An object in the place of an enum.
struct Fields<'a, A>(&'a mut A);

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Fields<'_, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), A::Error> {
        match self.0.next_key_seed(seed)? {
            Some(variant) => Ok((variant, self)),
            None => Err(A::Error::custom("an object without a field stands for nothing")),
        }
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(A::Error::invalid_type(Unexpected::Map, &"a string"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Strict(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a list of values without names is not taken"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(VariantFields { fields, visitor })
    }
}

struct VariantFields<V> {
    fields: &'static [&'static str],
    visitor: V,
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for VariantFields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        Strict(deserializer).deserialize_struct("", self.fields, self.visitor)
    }
}

macro_rules! pass_on {
    ($($method:ident $value:ty;)+) => {$(
        fn $method<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guarded<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wanted {
            Wanted::Struct => f.write_str("an object"),
            Wanted::Whole | Wanted::Other => self.visitor.expecting(f),
        }
    }

    pass_on! {
        visit_bool bool; visit_i8 i8; visit_i16 i16; visit_i32 i32; visit_i64 i64; visit_i128 i128;
        visit_u8 u8; visit_u16 u16; visit_u32 u32; visit_u64 u64; visit_u128 u128; visit_f32 f32; visit_char char;
        visit_str &str; visit_borrowed_str &'de str; visit_string String;
        visit_bytes &[u8]; visit_borrowed_bytes &'de [u8]; visit_byte_buf Vec<u8>;
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        match whole(value).filter(|_| self.wanted == Wanted::Whole) {
            Some(whole) => self.visitor.visit_i64(whole),
            None => self.visitor.visit_f64(value),
        }
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        match self.wanted {
            Wanted::Struct => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            Wanted::Whole | Wanted::Other => self.visitor.visit_seq(Strict(list)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Strict(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, word: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(word)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.0.next_value_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(deserializer))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::DeserializeOwned};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inner: Inner,
        list: Vec<Inner>,
        perhaps: Option<Inner>,
        word: Word,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        number: u32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Yes,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Outcome {
        Done,
        Failed { code: u32 },
        Refused(Inner),
    }

    fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        T::deserialize(Strict(&mut deserializer)).map_err(|error| error.to_string())
    }

    #[test]
    fn an_object_is_taken_and_a_list_in_its_place_is_not_at_any_depth() {
        let good = r#"{"inner":{"number":1},"list":[{"number":2}],"perhaps":{"number":3},"word":"yes"}"#;
        assert!(read::<Outer>(good).is_ok());
        assert_eq!(read::<Vec<(u8, String)>>(r#"[[1,"a"]]"#), Ok(vec![(1, "a".to_owned())]), "tuples are lists");
        for (object, list) in [(r#"{"number":1}"#, "[1]"), (r#"{"number":2}"#, "[2]"), (r#"{"number":3}"#, "[3]")] {
            let refused = read::<Outer>(&good.replacen(object, list, 1)).unwrap_err();
            assert!(refused.starts_with("invalid type: sequence, expected an object"), "{refused}");
        }
        assert!(read::<Outer>(r#"[[1],[[2]],[3],"yes"]"#).is_err());
    }

    #[test]
    fn a_word_is_text_and_no_object_around_it() {
        assert_eq!(read::<Word>(r#""yes""#), Ok(Word::Yes));
        assert!(read::<Word>(r#"{"yes":null}"#).is_err());
        assert!(read::<Word>(r#""no""#).unwrap_err().starts_with("unknown variant `no`, expected `yes`"));
    }

    /// Gateways say `{"failed": {"code": ".."}}` beside `"captured"`.
    #[test]
    fn a_variant_with_fields_is_an_object_of_one_field_and_as_strict_as_any_other() {
        assert_eq!(read::<Outcome>(r#""done""#), Ok(Outcome::Done));
        assert_eq!(read::<Outcome>(r#"{"failed":{"code":6.0}}"#), Ok(Outcome::Failed { code: 6 }));
        assert_eq!(read::<Outcome>(r#"{"refused":{"number":1}}"#), Ok(Outcome::Refused(Inner { number: 1 })));
        for odd in [
            r#"{"failed":[6]}"#,
            r#"{"refused":[1]}"#,
            r#"{"done":null}"#,
            r#"{"failed":{"code":6},"done":null}"#,
            r#"{"lost":{}}"#,
            r#""failed""#,
            "{}",
            "[]",
            "null",
        ] {
            assert!(read::<Outcome>(odd).is_err(), "{odd} was taken");
        }
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_nothing() {
        for json in ["6", "6.0", "60e-1", "0.6e1"] {
            assert_eq!(read::<u32>(json), Ok(6), "{json}");
        }
        for json in ["6.5", "-6.0", "1e30", "\"6\""] {
            assert!(read::<u32>(json).is_err(), "{json}");
        }
        assert_eq!(read::<f64>("6.0"), Ok(6.0));
    }
}
