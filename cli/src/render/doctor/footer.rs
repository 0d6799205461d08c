//! The end of the report: counts, gaps, where to read on.

use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    observed::Gap,
    snapshot::{Origin, Snapshot},
};

use super::{
    super::page::{Page, Tone},
    counted, one_gap,
};

pub(super) fn footer(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    let looked_at = match snapshot.origin {
        Origin::Engine => format!("{} at {}", snapshot.engine.version, snapshot.engine.address),
        Origin::Files => {
            let project = snapshot.compose.known();
            let files = counted(project.map_or(0, |project| project.files.len()), "file");
            match project.and_then(|project| project.resolved_by.as_ref()) {
                Some(command) => {
                    format!("{files} read, resolved by `{command}`, no engine asked")
                }
                None => format!("{files} read, no engine asked"),
            }
        }
    };
    let findings = diagnosis.findings().count();
    page.paragraph(
        Tone::Faint,
        &format!(
            "{} · {} checks passed · {} not applicable · {looked_at}",
            counted(findings, "finding"),
            diagnosis.passed.len(),
            diagnosis.not_applicable.len(),
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
    if !snapshot.deeds.is_empty() {
        page.paragraph(
            Tone::Faint,
            &format!("on the engine: {}", snapshot.deeds.join("; ")),
        );
    }
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
