//! What changed between two looks, for a person.

use ptctl_diagnosis::difference::{Change, Difference, FindingOf};

use super::{
    page::{Page, Tone},
    time::span,
};

/// Writes the comparison: what is wrong since, what is mended, then every change.
pub fn difference(page: &mut Page, difference: &Difference) {
    let apart = difference.to.duration_since(difference.from);
    page.paragraph(
        Tone::Strong,
        &format!(
            "from {} to {}, {} later",
            difference.from.strftime("%Y-%m-%d %H:%M:%S UTC"),
            difference.to.strftime("%Y-%m-%d %H:%M:%S UTC"),
            span(apart),
        ),
    );
    page.blank();
    if difference.is_empty() {
        page.paragraph(Tone::Plain, "nothing changed");
    }
    findings(page, "new     ", Tone::Bad, &difference.appeared);
    findings(page, "gone    ", Tone::Good, &difference.gone);
    if difference.remained > 0 {
        page.entry(
            "same    ",
            Tone::Faint,
            &format!("{} findings stand in both", difference.remained),
        );
    }
    if difference.changes.is_empty() {
        return;
    }
    page.blank();
    let rows: Vec<[(String, Tone); 4]> = difference.changes.iter().map(row).collect();
    page.table(["about", "what", "before", "after"], &rows);
}

fn findings(page: &mut Page, label: &str, tone: Tone, findings: &[FindingOf]) {
    for finding in findings {
        page.entry(
            label,
            tone,
            &format!("{} {}", finding.code, finding.message),
        );
    }
}

fn row(change: &Change) -> [(String, Tone); 4] {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    [
        (change.subject.name().to_owned(), Tone::Strong),
        (change.what.clone(), Tone::Plain),
        (shown(&change.before), Tone::Faint),
        (shown(&change.after), Tone::Plain),
    ]
}
