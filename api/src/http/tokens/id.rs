use std::str::FromStr;

use purser_domain::text::InvalidValue;

/// A token's id, as it stands in a path.
pub(crate) struct TokenId(pub(super) String);

impl FromStr for TokenId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let is_id = text.strip_prefix("tok_").is_some_and(|digits| {
            digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if is_id {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidValue { kind: "token id", rule: "must be tok_ and 32 lower-case hexadecimal digits" })
        }
    }
}
