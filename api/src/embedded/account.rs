//! The user that a server runs under, and the files it owns.

use super::EmbeddedError;
use nix::unistd::{User, geteuid};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The user of a server's processes and files: the engine's own, or for root an unprivileged one, because Postgres
/// refuses to run as root and NATS has no need to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// The engine's own user.
    Own,
    /// Another user, which only root can become.
    Unprivileged { uid: u32, gid: u32 },
}

impl Account {
    /// The user for a server whose files are, or will be, in `home`. An existing directory keeps its owner, so that
    /// a data directory survives a change between root and a plain user.
    pub(super) fn for_home(home: &Path) -> Result<Self, EmbeddedError> {
        let owner = match fs::metadata(home) {
            Ok(metadata) => Some((metadata.uid(), metadata.gid())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(EmbeddedError::io("look at", home)(error)),
        };
        let own = geteuid();
        match owner {
            Some((uid, _)) if !own.is_root() && uid != own.as_raw() => {
                Err(EmbeddedError::OwnedByAnother { path: home.to_owned(), owner: uid })
            }
            _ if !own.is_root() => Ok(Self::Own),
            Some((uid, gid)) if uid != 0 => Ok(Self::Unprivileged { uid, gid }),
            _ => unprivileged(),
        }
    }

    /// Makes `command` run as this user. The standard library drops root's supplementary groups along with the user.
    pub(super) fn apply(self, command: &mut Command) {
        if let Self::Unprivileged { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Makes a private directory of this user, if it is absent.
    pub(super) fn create_dir(self, path: &Path) -> Result<(), EmbeddedError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => self.own(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(EmbeddedError::io("create", path)(error)),
        }
    }

    /// Gives a path to this user.
    pub(super) fn own(self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own => Ok(()),
            Self::Unprivileged { uid, gid } => {
                chown(path, Some(uid), Some(gid)).map_err(EmbeddedError::io("change the owner of", path))
            }
        }
    }

    /// Writes a whole file that only this user can read, all of it or nothing.
    ///
    /// The directory may belong to a less privileged user than the writer, so nothing that lies there is followed:
    /// the new file is made exclusively, given away through its descriptor, and moved into place.
    pub(super) fn write_private(self, path: &Path, content: &str) -> Result<(), EmbeddedError> {
        let draft = path.with_extension("draft");
        if let Err(error) = fs::remove_file(&draft)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(EmbeddedError::io("remove", &draft)(error));
        }
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(content.as_bytes())?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            if let Self::Unprivileged { uid, gid } = self {
                fchown(&file, Some(uid), Some(gid))?;
            }
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        write().map_err(EmbeddedError::io("write", path))
    }
}

/// Makes a finished rename or a new entry in `directory` durable.
pub(super) fn sync_dir(directory: &Path) -> Result<(), EmbeddedError> {
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(EmbeddedError::io("sync", directory))
}

fn unprivileged() -> Result<Account, EmbeddedError> {
    ["postgres", "nobody"]
        .into_iter()
        .filter_map(|name| User::from_name(name).ok().flatten())
        .find(|user| !user.uid.is_root())
        .map(|user| Account::Unprivileged { uid: user.uid.as_raw(), gid: user.gid.as_raw() })
        .ok_or(EmbeddedError::NoUnprivilegedUser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_replaces_the_old_one_and_follows_no_link() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("precious");
        fs::write(&target, "precious").unwrap();
        let path = directory.path().join("settings.conf");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        std::os::unix::fs::symlink(&target, path.with_extension("draft")).unwrap();

        Account::Own.write_private(&path, "new").unwrap();

        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}
