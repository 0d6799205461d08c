//! The end of the report: counts, gaps, where to read on.

use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    observed::Gap,
    snapshot::{Canary, Flight, LadderDepth, Origin, Snapshot},
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
    if let Some(tried) = tried(snapshot) {
        page.paragraph(Tone::Faint, &tried);
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

/// What was tried beyond looking: `tried: the way of 2 services from their own networks; 2 canaries, 2 found`.
fn tried(snapshot: &Snapshot) -> Option<String> {
    let ladders = snapshot.network_paths.iter();
    let ways = ladders
        .filter_map(|path| path.ladder.known())
        .filter(|ladder| ladder.depth == LadderDepth::Full)
        .count();
    let flights: Vec<&Flight> = snapshot.canaries.iter().filter_map(Canary::flown).collect();
    let mut parts = Vec::new();
    if ways > 0 {
        let services = counted(ways, "service");
        parts.push(format!(
            "the way of {services}, from within its own network"
        ));
    }
    if !flights.is_empty() {
        let found = flights.iter().filter(|flight| flight.has_arrived()).count();
        parts.push(format!(
            "{} written with the settings of as many services, {found} of them found",
            match flights.len() {
                1 => "1 canary".to_owned(),
                count => format!("{count} canaries"),
            }
        ));
    }
    (!parts.is_empty()).then(|| format!("tried: {}", parts.join("; ")))
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
                count => format!("; {count} more (`-v` has all)"),
            };
            page.entry(
                &format!("{}: ", counted(gaps.len(), "gap")),
                Tone::Doubtful,
                &format!("{}{more}", one_gap(first)),
            );
        }
    }
}
