//! Progress bars, where a person is watching.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over events on standard error, or nothing where that is no terminal.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} events {per_sec} eta {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(what)
}

/// Moves a bar to a position of the log.
pub(super) fn show(bar: &ProgressBar, position: i64, target: i64) {
    bar.set_length(u64::try_from(target).unwrap_or_default());
    bar.set_position(u64::try_from(position).unwrap_or_default());
}
