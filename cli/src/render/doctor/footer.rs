//! The end of the report: counts, gaps, where to read on.

use ptctl_diagnosis::{diagnosis::Diagnosis, observed::Gap, snapshot::Snapshot};

use super::{
    super::page::{Page, Tone},
    counted, one_gap,
};

pub(super) fn footer(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    let engine = &snapshot.engine;
    let findings = diagnosis.findings().count();
    page.paragraph(
        Tone::Faint,
        &format!(
            "{} · {} checks passed · {} not applicable · {} at {}",
            counted(findings, "finding"),
            diagnosis.passed.len(),
            diagnosis.not_applicable.len(),
            engine.version,
            engine.address,
        ),
    );
    if !snapshot.stack.other_projects.is_empty() {
        let others = snapshot.stack.other_projects.join("`, `");
        page.paragraph(
            Tone::Faint,
            &format!("other traced projects here: `{others}`; look at one with `--project`"),
        );
    }
    gaps(page, &diagnosis.gaps);
    if let Some(cause) = diagnosis.causes.first() {
        page.paragraph(
            Tone::Faint,
            &format!("more: ptctl explain {}", cause.finding.code),
        );
    }
}

fn gaps(page: &mut Page, gaps: &[Gap]) {
    match gaps {
        [] => page.paragraph(
            Tone::Faint,
            "gaps: none, everything that was asked could be looked at",
        ),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                count => format!("; {count} more (`--output json` has all)"),
            };
            page.entry(
                &format!("{}: ", counted(gaps.len(), "gap")),
                Tone::Doubtful,
                &format!("{}{more}", one_gap(first)),
            );
        }
    }
}
