use super::super::account::{Account, sync_dir};
use super::super::{EmbeddedError, guard};
use super::binaries::{PostgresBinaries, major_of_cluster};
use super::settings::include;
use super::{CLUSTER, PURSER, PostgresSettings};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Output, Stdio};

/// Tried in this order. Text is sorted by bytes everywhere, which is fast and never changes with the system's
/// libraries; what counts as a letter, for searches without regard to case, comes from the first locale that exists.
const CHARACTER_LOCALES: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// The major version that made the cluster, or nothing if there is no cluster yet.
pub(super) fn major_version(home: &Path) -> Result<Option<u32>, EmbeddedError> {
    match fs::read_to_string(home.join("PG_VERSION")) {
        Ok(content) => match major_of_cluster(&content) {
            Some(major) => Ok(Some(major)),
            None => Err(EmbeddedError::NotACluster { path: home.to_owned() }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && !home.exists() => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(EmbeddedError::NotACluster { path: home.to_owned() }),
        Err(error) => Err(EmbeddedError::io("read the version of", home)(error)),
    }
}

/// Makes the cluster if it is absent: under another name first, so that a cluster under its own name is whole.
pub(super) fn ensure(
    data_dir: &Path,
    home: &Path,
    account: Account,
    binaries: &PostgresBinaries,
    settings: PostgresSettings,
) -> Result<(), EmbeddedError> {
    remove_drafts(data_dir)?;
    if home.exists() {
        return Ok(());
    }
    tracing::info!(directory = %home.display(), "making a new postgres cluster");
    let draft = data_dir.join(format!("{CLUSTER}.tmp-{}", std::process::id()));
    account.create_dir(&draft)?;
    let mut outcome = Err(EmbeddedError::NotACluster { path: home.to_owned() });
    for locale in CHARACTER_LOCALES {
        outcome = initdb(&draft, account, binaries, settings, locale);
        if outcome.is_ok() {
            break;
        }
    }
    if let Err(error) = outcome {
        // The error that led here matters more than one of the cleaning.
        let _ = fs::remove_dir_all(&draft);
        return Err(error);
    }
    include(&draft, account)?;
    fs::rename(&draft, home).map_err(EmbeddedError::io("rename", &draft))?;
    sync_dir(data_dir)
}

/// Removes what interrupted attempts have left. The lock on the data directory says that none is under way here.
fn remove_drafts(data_dir: &Path) -> Result<(), EmbeddedError> {
    let entries = fs::read_dir(data_dir).map_err(EmbeddedError::io("read", data_dir))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&format!("{CLUSTER}.tmp-")) {
            let path = entry.path();
            tracing::warn!(directory = %path.display(), "removing a cluster whose making was interrupted");
            fs::remove_dir_all(&path).map_err(EmbeddedError::io("remove", &path))?;
        }
    }
    Ok(())
}

fn initdb(
    draft: &Path,
    account: Account,
    binaries: &PostgresBinaries,
    settings: PostgresSettings,
    locale: &str,
) -> Result<(), EmbeddedError> {
    let program = binaries.initdb();
    let mut command =
        guard::command(&program, draft, account).map_err(EmbeddedError::io("open the directory", draft))?;
    command
        .arg("-D")
        .arg(guard::home_as_seen_by(account, draft))
        .arg(format!("--username={PURSER}"))
        .arg(format!("--lc-ctype={locale}"))
        .args(["--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"])
        .args(["--auth-local=trust", "--auth-host=reject"])
        .stderr(Stdio::piped());
    if !settings.fsync {
        command.arg("--no-sync");
    }
    let mut run = || -> std::io::Result<Output> {
        let mut child = command.spawn()?;
        // Held until the end: its closing would stop the child.
        let leash = child.stdin.take();
        let output = child.wait_with_output()?;
        if let Some(mut leash) = leash {
            // The watcher may be gone already.
            let _ = leash.write_all(b"released\n");
        }
        Ok(output)
    };
    let output = run().map_err(EmbeddedError::io("run, as the server's user,", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(EmbeddedError::Initdb { status: output.status, output: said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_interrupted_making_left_is_removed_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("postgres.tmp-77/base")).unwrap();
        fs::create_dir(directory.path().join("postgres")).unwrap();

        remove_drafts(directory.path()).unwrap();

        assert!(!directory.path().join("postgres.tmp-77").exists());
        assert!(directory.path().join("postgres").exists());
    }

    #[test]
    fn a_directory_that_is_no_cluster_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(major_version(&directory.path().join("absent")).unwrap(), None);
        assert!(matches!(major_version(directory.path()), Err(EmbeddedError::NotACluster { .. })));

        fs::write(directory.path().join("PG_VERSION"), "15\n").unwrap();

        assert_eq!(major_version(directory.path()).unwrap(), Some(15));
    }
}
