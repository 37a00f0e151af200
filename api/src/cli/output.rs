//! What commands print.

use std::{
    fmt::Display,
    io::{ErrorKind, Write, stdout},
};

use super::CliError;

/// Writes a line to standard output. A reader that has gone away, as `head` does, has seen enough: that is no failure.
pub(super) fn say(line: impl Display) -> Result<(), CliError> {
    match writeln!(stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(CliError::Output),
    }
}
