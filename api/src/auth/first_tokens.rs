use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use purser_domain::clock::Clock;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};

use super::{Role, tokens::hash};
use crate::mint::Mint;

/// The file in the data directory that the first tokens are written to.
pub const CREDENTIALS_FILE: &str = "credentials.toml";

/// Whom the first customer's and the first merchant's token are bound to.
const FIRST_CUSTOMER: &str = "demo-customer";
const FIRST_MERCHANT: &str = "demo-merchant";

/// Why there are no first tokens.
#[derive(Debug, thiserror::Error)]
pub enum FirstTokensError {
    /// The file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file is there and does not hold one token for each role. The reason leaves out the file's content.
    #[error("{} does not hold one token for each role; move it away to have new ones made", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
    },
    /// The database refused or could not be reached.
    #[error("the tokens could not be reached")]
    Database(#[from] sqlx::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    tokens: FirstTokens,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstTokens {
    customer: String,
    merchant: String,
    back_office: String,
    operator: String,
}

/// Where no token was ever issued, makes one for each role and writes them to [`CREDENTIALS_FILE`] in `data_dir`, readable
/// by its owner alone. Answers with the file's path if it did.
///
/// The file is written first and the rows after it, under a lock. A crash in between leaves a file without rows; the next
/// start finds it and makes its tokens valid, so that a file once seen by anybody holds tokens that work. Another node
/// that starts at the same time waits for the lock and then finds the rows.
pub async fn ensure_first_tokens(
    pool: &PgPool,
    mint: &Mint,
    clock: &dyn Clock,
    data_dir: &Path,
) -> Result<Option<PathBuf>, FirstTokensError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("lock table api_tokens in share row exclusive mode").execute(&mut *transaction).await?;
    let any: bool = sqlx::query_scalar("select exists (select from api_tokens)").fetch_one(&mut *transaction).await?;
    if any {
        return Ok(None);
    }
    let path = data_dir.join(CREDENTIALS_FILE);
    let tokens = if let Some(tokens) = read(&path)? {
        tokens
    } else {
        write(&path, FirstTokens::new(mint)).map_err(|source| FirstTokensError::File {
            action: "write",
            path: path.clone(),
            source,
        })?
    };
    tokens.insert(&mut transaction, mint, clock).await?;
    transaction.commit().await?;
    Ok(Some(path))
}

impl FirstTokens {
    fn new(mint: &Mint) -> Self {
        let token = |role: Role| format!("purser_{role}_{}", mint.secret());
        Self {
            customer: token(Role::Customer),
            merchant: token(Role::Merchant),
            back_office: token(Role::BackOffice),
            operator: token(Role::Operator),
        }
    }

    const fn of(&self, role: Role) -> (&String, Option<&'static str>) {
        match role {
            Role::Customer => (&self.customer, Some(FIRST_CUSTOMER)),
            Role::Merchant => (&self.merchant, Some(FIRST_MERCHANT)),
            Role::BackOffice => (&self.back_office, None),
            Role::Operator => (&self.operator, None),
        }
    }

    /// A guessable token would be worse than none: what is adopted from a file must have the form of one that was minted.
    fn are_well_formed(&self) -> bool {
        Role::ALL.into_iter().all(|role| {
            self.of(role)
                .0
                .strip_prefix("purser_")
                .and_then(|rest| rest.strip_prefix(role.as_str()))
                .and_then(|rest| rest.strip_prefix('_'))
                .is_some_and(|secret| {
                    secret.len() == 43
                        && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                })
        })
    }

    async fn insert(&self, db: &mut PgConnection, mint: &Mint, clock: &dyn Clock) -> Result<(), sqlx::Error> {
        for role in Role::ALL {
            let (token, subject) = self.of(role);
            sqlx::query(
                "insert into api_tokens (id, hash, role, subject, label, created_at) values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(mint.token_id())
            .bind(hash(token).as_slice())
            .bind(role.as_str())
            .bind(subject)
            .bind("first start")
            .bind(clock.now())
            .execute(&mut *db)
            .await?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<FirstTokens>, FirstTokensError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(FirstTokensError::File { action: "read", path: path.to_owned(), source }),
    };
    // The parser's own words might repeat a token, so they are dropped.
    match toml::from_str::<Credentials>(&text) {
        Ok(credentials) if credentials.tokens.are_well_formed() => Ok(Some(credentials.tokens)),
        Ok(_) | Err(_) => Err(FirstTokensError::Unreadable { path: path.to_owned() }),
    }
}

/// Writes under a temporary name, waits until the disk has it, and renames: the file is whole or not there.
fn write(path: &Path, tokens: FirstTokens) -> io::Result<FirstTokens> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let unfinished = path.with_extension("toml.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let credentials = Credentials { tokens };
    let text = toml::to_string(&credentials).map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(b"# One token for each role, made at the first start. Whoever has a token has its role.\n")?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(credentials.tokens)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, sync::Arc};

    use super::*;
    use crate::clock::SystemClock;

    fn tokens() -> FirstTokens {
        FirstTokens::new(&Mint::new(Arc::new(SystemClock)))
    }

    #[test]
    fn the_file_reads_back_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(CREDENTIALS_FILE);
        let written = write(&path, tokens()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = read(&path).unwrap().unwrap();
        assert_eq!(read.operator, written.operator);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_crash_left_half_written_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(CREDENTIALS_FILE);
        fs::write(directory.path().join("credentials.toml.new"), "[tok").unwrap();
        write(&path, tokens()).unwrap();
        assert!(read(&path).unwrap().is_some());
    }

    #[test]
    fn a_file_with_a_guessable_token_is_refused_without_being_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(CREDENTIALS_FILE);
        let text = "[tokens]\ncustomer = \"hunter2\"\nmerchant = \"b\"\nback_office = \"c\"\noperator = \"d\"\n";
        fs::write(&path, text).unwrap();
        let refused = read(&path).err().unwrap();
        assert!(matches!(refused, FirstTokensError::Unreadable { .. }));
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }

    #[test]
    fn no_file_means_no_tokens_yet() {
        let directory = tempfile::tempdir().unwrap();
        assert!(read(&directory.path().join(CREDENTIALS_FILE)).unwrap().is_none());
    }
}
