//! What a request says, however it is written.
//!
//! A repeat may be put together anew, by another process or another library. So what is compared is not its bytes: the order of
//! fields, white space, escapes, the spelling of numbers and of the path, and fields that say nothing do not matter. Anything
//! else does. The body is written into a form of its own in one pass over its bytes, without a tree of values in between.

use std::{borrow::Cow, fmt};

use axum::http::Method;
use percent_encoding::percent_decode_str;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use super::strict::whole;

/// The canonical form of a request whose body was read and so is JSON. No two requests that differ have the same: every part
/// tells its kind, and where it ends.
pub(super) fn canonical(method: &Method, path: &str, body: &[u8]) -> Vec<u8> {
    let mut form = Vec::with_capacity(path.len() + body.len() + 128);
    text(&mut form, method.as_str().as_bytes());
    // Segment by segment: a slash that is encoded belongs to an id.
    for segment in path.split('/') {
        text(&mut form, &Cow::from(percent_decode_str(segment)));
    }
    let head = form.len();
    if write(&mut form, body).is_err() {
        // What the type of the body does not look at may be no value for anybody else. Then the bytes have to do.
        form.truncate(head);
        form.push(b'b');
        text(&mut form, body);
    }
    form
}

fn write(form: &mut Vec<u8>, body: &[u8]) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    Canonical(form).deserialize(&mut deserializer)?;
    deserializer.end()
}

const NULL: u8 = b'0';
const LIST: u8 = b'[';
const END_OF_LIST: u8 = b']';
const OBJECT: u8 = b'{';
const END_OF_OBJECT: u8 = b'}';

fn text(form: &mut Vec<u8>, text: &[u8]) {
    form.push(b'"');
    form.extend((text.len() as u64).to_be_bytes());
    form.extend(text);
}

/// Whether a field of this value says the same as none. Where it does not, a body without the field is refused, or the field
/// takes neither.
fn says_nothing(value: &[u8]) -> bool {
    matches!(value, [NULL] | [LIST, END_OF_LIST])
}

/// Writes one value.
struct Canonical<'a>(&'a mut Vec<u8>);

/// A field of an object, as it stands in the form.
struct Field {
    start: usize,
    value: usize,
    end: usize,
}

impl<'de> DeserializeSeed<'de> for Canonical<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Canonical<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(NULL);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(if value { b't' } else { b'f' });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.visit_i128(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_i128(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<(), E> {
        self.0.push(b'i');
        self.0.extend(value.to_be_bytes());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if let Some(whole) = whole(value) {
            return self.visit_i64(whole);
        }
        self.0.push(b'd');
        self.0.extend(value.to_be_bytes());
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        text(self.0, value.as_bytes());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push(LIST);
        while list.next_element_seed(Canonical(self.0))?.is_some() {}
        self.0.push(END_OF_LIST);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let form = self.0;
        form.push(OBJECT);
        let first = form.len();
        let mut fields: Vec<Field> = Vec::new();
        loop {
            let start = form.len();
            if map.next_key_seed(Canonical(form))?.is_none() {
                break;
            }
            let value = form.len();
            map.next_value_seed(Canonical(form))?;
            if form.get(value..).is_some_and(says_nothing) {
                form.truncate(start);
            } else {
                fields.push(Field { start, value, end: form.len() });
            }
        }
        sort(form, first, &mut fields);
        form.push(END_OF_OBJECT);
        Ok(())
    }
}

/// Puts the fields, which begin at `first`, into the order of their names.
fn sort(form: &mut Vec<u8>, first: usize, fields: &mut [Field]) {
    let name = |field: &Field| form.get(field.start..field.value).unwrap_or_default();
    if fields.is_sorted_by_key(name) {
        return;
    }
    fields.sort_by(|one, other| name(one).cmp(name(other)));
    let unsorted = form.split_off(first);
    for Field { start, end, .. } in fields {
        form.extend(unsorted.get(*start - first..*end - first).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
