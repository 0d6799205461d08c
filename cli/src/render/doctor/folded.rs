//! One check's finding about many subjects, as one entry: what they have in common, who they are, and the first of them
//! as the example.

use ptctl_diagnosis::{diagnosis::RootCause, snapshot::Snapshot};

use super::{
    super::{
        group,
        page::{Page, Tone},
        time::{age, clock},
    },
    cause::{Limits, proof},
    counted, severity_tone,
};

pub(super) fn folded(page: &mut Page, snapshot: &Snapshot, causes: &[&RootCause], limits: Limits) {
    let Some(example) = causes.first().map(|cause| &cause.finding) else {
        return;
    };
    let label = format!("{} {}  ", example.code, example.severity.word());
    let tone = severity_tone(example.severity);
    page.entry(&label, tone, &group::sentence(causes));
    page.entry("  who     ", Tone::Faint, &group::names(causes));
    let now = snapshot.taken_at;
    let first = causes
        .iter()
        .filter_map(|cause| cause.finding.since.as_ref())
        .min_by_key(|since| since.at);
    if let Some(since) = first {
        let text = format!(
            "{}, {}: {}",
            clock(since.at, now),
            age(since.at, now),
            since.what
        );
        page.entry("  since   ", Tone::Faint, &text);
    }
    page.entry("  such as ", Tone::Faint, &example.message);
    if let Some(evidence) = example.evidence.first() {
        page.entry(
            "  proof   ",
            Tone::Faint,
            &proof(snapshot, evidence, limits),
        );
    }
    page.entry("  remedy  ", Tone::Faint, &example.remedy.action);
    if let Some(command) = &example.remedy.command {
        page.verbatim("          $ ", Tone::Strong, command);
    }
    let symptoms: usize = causes.iter().map(|cause| cause.symptoms.len()).sum();
    if symptoms > 0 {
        let text = format!("{} (`-v` has all)", counted(symptoms, "symptom"));
        page.entry("  hence   ", Tone::Faint, &text);
    }
}
