use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

const FILE: &str = "credentials.toml";

/// A bearer token. It does not show itself in debug output.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

/// The tokens that the first start of an engine made, one for each role.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    /// Places and sees the orders of one customer.
    pub customer: Token,
    /// Sells as one merchant.
    pub merchant: Token,
    /// Sees and does all that concerns trade.
    pub back_office: Token,
    /// Looks after the engine.
    pub operator: Token,
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file could not be read.
    #[error("cannot read {}: has an engine been started with this data directory?", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file does not hold one token for each role. Its content is left out.
    #[error("{} does not hold one token for each role", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
struct File {
    tokens: Credentials,
}

impl Credentials {
    /// Reads the credentials that the engine wrote to its data directory.
    pub fn read(data_dir: &Path) -> Result<Self, CredentialsError> {
        let path = data_dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(CredentialsError::File { path, source }),
        };
        // The parser quotes the line it stumbles over, and that line may hold a token.
        toml::from_str::<File>(&text).map(|file| file.tokens).map_err(|_| CredentialsError::Unreadable { path })
    }
}

impl Token {
    /// A token from elsewhere.
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_of_all_roles_are_read_and_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let text = "# made\n[tokens]\ncustomer = \"a1\"\nmerchant = \"b2\"\nback_office = \"c3\"\noperator = \"d4\"\n";
        fs::write(directory.path().join(FILE), text).unwrap();
        let read = Credentials::read(directory.path()).unwrap();
        assert_eq!(read.back_office.authorization(), "Bearer c3");
        assert!(!format!("{read:?}").contains("c3"));
    }

    #[test]
    fn a_damaged_file_is_refused_without_being_quoted() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "[tokens]\ncustomer = \"hunter2").unwrap();
        let refused = Credentials::read(directory.path()).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }
}
