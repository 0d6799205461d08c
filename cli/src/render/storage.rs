//! `ptctl storage`: how much is stored, for how long, and how much room is left.

mod backend;
mod document;
mod object_storage;
mod outlook;
mod picture;
mod project;
#[cfg(test)]
mod tests;

use bytesize::ByteSize;
use ptctl_diagnosis::{finding::Finding, snapshot::Snapshot};

pub use self::document::StorageDocument;
use super::page::{Page, Tone};

/// Writes the storage report: one block for each Tempo, then what else the project keeps, then what is wrong.
pub fn storage(page: &mut Page, snapshot: &Snapshot, findings: &[&Finding]) {
    for (number, tempo) in snapshot.tempos.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        backend::backend(page, tempo, snapshot.taken_at);
    }
    if snapshot.tempos.is_empty() {
        page.paragraph(Tone::Doubtful, "no Tempo belongs to this stack");
    }
    project::project(page, snapshot);
    if !findings.is_empty() {
        page.blank();
    }
    for finding in findings {
        let text = format!("{} (`ptctl explain {}`)", finding.message, finding.code);
        let label = format!("{} ", page.sign(Tone::Doubtful));
        page.entry(&label, Tone::Doubtful, &text);
    }
}

/// A line of the report.
fn row(page: &mut Page, label: &str, text: &str) {
    page.entry(&format!("  {label:<9}  "), Tone::Faint, text);
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// `1 block`, `12 blocks`.
fn counted(count: u64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}
