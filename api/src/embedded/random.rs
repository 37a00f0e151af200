use super::EmbeddedError;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Random bytes from the system, good enough for secrets.
pub(super) fn random_bytes<const COUNT: usize>() -> Result<[u8; COUNT], EmbeddedError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; COUNT];
    File::open(source).and_then(|mut file| file.read_exact(&mut bytes)).map_err(EmbeddedError::io("read", source))?;
    Ok(bytes)
}

/// Hexadecimal digits of 16 random bytes.
pub(super) fn random_token() -> Result<String, EmbeddedError> {
    Ok(format!("{:032x}", u128::from_be_bytes(random_bytes()?)))
}
