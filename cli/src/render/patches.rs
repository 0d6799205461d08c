//! Patches for files, for a person to apply.

use super::page::{Page, Tone};
use crate::fix::{FileChange, Patch};

/// Writes down the patches for files that a person is to apply.
pub fn patches(page: &mut Page, patches: &[Patch]) {
    for patch in patches {
        page.blank();
        page.entry("to be edited: ", Tone::Strong, &patch.why);
        match &patch.change {
            FileChange::Diff { diff } => {
                for line in diff.lines() {
                    let tone = match line.as_bytes().first() {
                        Some(b'+') => Tone::Good,
                        Some(b'-') => Tone::Bad,
                        Some(_) | None => Tone::Faint,
                    };
                    page.verbatim("", tone, line);
                }
            }
            FileChange::ByHand { reason } => page.entry("  no patch: ", Tone::Faint, reason),
        }
        if let Some(command) = &patch.then {
            page.verbatim("  then: ", Tone::Strong, command);
        }
    }
}
