use super::super::EmbeddedError;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the directory of `postgres` and `initdb`; then no other place is tried.
const OVERRIDE: &str = "PURSER_POSTGRES_BIN";
const OLDEST_MAJOR: u32 = 14;
const NEWEST_MAJOR: u32 = 18;

/// A directory with the programs of one Postgres version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostgresBinaries {
    directory: PathBuf,
    major: u32,
}

impl PostgresBinaries {
    /// The newest version at hand, for a new cluster.
    pub(super) fn newest() -> Result<Self, EmbeddedError> {
        let places = places();
        places.iter().filter_map(|place| Self::at(place)).find(|found| found.major >= OLDEST_MAJOR).ok_or_else(|| {
            let looked_at = match env::var_os(OVERRIDE) {
                Some(named) => format!("{} (from {OVERRIDE})", named.display()),
                None => format!("/usr/lib/postgresql/{NEWEST_MAJOR}..{OLDEST_MAJOR}/bin, Homebrew's places and PATH"),
            };
            EmbeddedError::NoPostgres { looked_at }
        })
    }

    /// The version that made an existing cluster.
    pub(super) fn of_major(major: u32, cluster: &Path) -> Result<Self, EmbeddedError> {
        let mut installed = Vec::new();
        for place in places() {
            match Self::at(&place) {
                Some(found) if found.major == major => return Ok(found),
                Some(found) => installed.push(found.major.to_string()),
                None => {}
            }
        }
        installed.dedup();
        let installed = if installed.is_empty() { "no postgres".to_owned() } else { installed.join(", ") };
        Err(EmbeddedError::OtherMajorVersion { path: cluster.to_owned(), made_by: major, installed })
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    fn at(directory: &Path) -> Option<Self> {
        let postgres = directory.join("postgres");
        if !postgres.is_file() {
            return None;
        }
        let answer = Command::new(&postgres).arg("--version").output().ok()?;
        let major = major_in(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { directory: directory.to_owned(), major })
    }
}

/// Where Debian, the `PostgreSQL` project's RPMs, Alpine and Homebrew put a version, newest first, then PATH.
fn places() -> Vec<PathBuf> {
    if let Some(named) = env::var_os(OVERRIDE) {
        return vec![named.into()];
    }
    let versioned = (OLDEST_MAJOR..=NEWEST_MAJOR).rev().flat_map(|major| {
        [
            format!("/usr/lib/postgresql/{major}/bin"),
            format!("/usr/pgsql-{major}/bin"),
            format!("/usr/libexec/postgresql{major}"),
            format!("/opt/homebrew/opt/postgresql@{major}/bin"),
            format!("/usr/local/opt/postgresql@{major}/bin"),
            format!("/home/linuxbrew/.linuxbrew/opt/postgresql@{major}/bin"),
        ]
    });
    let path = env::var_os("PATH").unwrap_or_default();
    versioned.map(PathBuf::from).chain(env::split_paths(&path)).collect()
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian ...)`, also `18beta1`.
fn major_in(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits = number.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Reads the content of a cluster's `PG_VERSION`.
pub(super) fn major_of_cluster(content: &str) -> Option<u32> {
    content.trim().split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_form_of_the_banner() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) devel\n"), None);
        assert_eq!(major_in(""), None);
    }

    #[test]
    fn a_cluster_s_version_file_is_read() {
        assert_eq!(major_of_cluster("15\n"), Some(15));
        assert_eq!(major_of_cluster("9.6\n"), Some(9));
        assert_eq!(major_of_cluster("?"), None);
    }
}
