//! One root cause: what, since when, on whose way, proof, remedy, what follows, what it keeps from being seen.

use ptctl_diagnosis::{
    code::Code,
    diagnosis::{Diagnosis, RootCause},
    finding::{Confidence, Evidence, Finding},
    snapshot::Snapshot,
    subject::Subject,
};

use super::{
    super::{
        page::{Page, Tone},
        time::{age, clock},
    },
    counted, path, severity_tone, timeline,
};

/// Kinds of symptoms shown for each cause; more are counted.
const SYMPTOMS_SHOWN: usize = 3;
/// Further subjects with the same symptom that are named; more are counted.
const LIKEWISE_SHOWN: usize = 3;
/// Proofs shown for each cause; the JSON output has all.
const PROOFS_SHOWN: usize = 3;
/// Longer proofs are cut here; the JSON output has them whole.
const PROOF_WIDTH: usize = 160;
/// The label of a further line.
const BESIDE: &str = "          ";

pub(super) fn root_cause(
    page: &mut Page,
    snapshot: &Snapshot,
    diagnosis: &Diagnosis,
    cause: &RootCause,
    drawn: &mut path::Drawn,
) {
    let finding = &cause.finding;
    let likely = match finding.confidence {
        Confidence::Proven => "",
        Confidence::Likely => ", likely",
    };
    let label = format!("{} {}{likely}  ", finding.code, finding.severity.word());
    page.entry(&label, severity_tone(finding.severity), &finding.message);
    since(page, snapshot, finding);
    timeline::timeline(page, snapshot, cause);
    path::paths(page, diagnosis, cause, drawn);
    for (number, evidence) in finding.evidence.iter().take(PROOFS_SHOWN).enumerate() {
        let label = if number == 0 { "  proof   " } else { BESIDE };
        page.entry(label, Tone::Faint, &proof(snapshot, evidence));
    }
    page.entry("  remedy  ", Tone::Faint, &finding.remedy.action);
    if let Some(command) = &finding.remedy.command {
        page.verbatim("          $ ", Tone::Strong, command);
    }
    symptoms(page, cause);
    blocked(page, diagnosis, cause);
}

fn since(page: &mut Page, snapshot: &Snapshot, finding: &Finding) {
    let now = snapshot.taken_at;
    let text = match &finding.since {
        Some(since) => format!(
            "{}, {}: {}",
            clock(since.at, now),
            age(since.at, now),
            since.what
        ),
        None => "unknown: nothing here tells when it began".to_owned(),
    };
    page.entry("  since   ", Tone::Faint, &text);
}

/// Each kind of symptom once, with the others that have it.
fn symptoms(page: &mut Page, cause: &RootCause) {
    let mut kinds: Vec<(Code, Vec<&Finding>)> = Vec::new();
    for symptom in &cause.symptoms {
        match kinds.iter_mut().find(|(code, _)| *code == symptom.code) {
            Some((_, alike)) => alike.push(symptom),
            None => kinds.push((symptom.code, vec![symptom])),
        }
    }
    for (number, (code, alike)) in kinds.iter().take(SYMPTOMS_SHOWN).enumerate() {
        let label = if number == 0 { "  hence   " } else { BESIDE };
        let [first, others @ ..] = alike.as_slice() else {
            continue;
        };
        let text = format!("{code} {}{}", one_line(first), likewise(others));
        page.entry(label, Tone::Faint, &text);
    }
    let hidden: usize = kinds
        .iter()
        .skip(SYMPTOMS_SHOWN)
        .map(|(_, alike)| alike.len())
        .sum();
    if hidden > 0 {
        let text = format!("and {hidden} more (`--output json` has all)");
        page.entry(BESIDE, Tone::Faint, &text);
    }
}

fn likewise(others: &[&Finding]) -> String {
    let named: Vec<String> = others
        .iter()
        .take(LIKEWISE_SHOWN)
        .map(|other| format!("`{}`", other.subject.name()))
        .collect();
    match (named.as_slice(), others.len() - named.len()) {
        ([], _) => String::new(),
        (named, 0) => format!("; likewise {}", named.join(", ")),
        (named, more) => format!("; likewise {} and {more} more", named.join(", ")),
    }
}

/// What the cause keeps from being seen, and how many checks wait for it.
fn blocked(page: &mut Page, diagnosis: &Diagnosis, cause: &RootCause) {
    if cause.blocked.is_empty() {
        return;
    }
    let mut probes: Vec<&str> = Vec::new();
    for gap in &cause.blocked {
        let probe = gap.probe.describe();
        if !probes.contains(&probe) {
            probes.push(probe);
        }
    }
    let code = cause.finding.code;
    let is_by = |code: Code, subject: &Subject| {
        code == cause.finding.code && *subject == cause.finding.subject
    };
    let waiting = diagnosis
        .unchecked
        .iter()
        .filter_map(|unchecked| unchecked.blocked_by.as_ref())
        .filter(|by| is_by(by.code, &by.subject))
        .count();
    let checks = match waiting {
        0 => String::new(),
        waiting => format!(" ({} wait for it)", counted(waiting, "check")),
    };
    page.entry(
        "  blocked ",
        Tone::Faint,
        &format!("by {code}: {}{checks}", probes.join(", ")),
    );
}

fn one_line(finding: &Finding) -> &str {
    finding.message.lines().next().unwrap_or_default()
}

fn proof(snapshot: &Snapshot, evidence: &Evidence) -> String {
    let at = evidence.at.map_or(String::new(), |at| {
        format!("{} ", clock(at, snapshot.taken_at))
    });
    let text = evidence.text.trim_end();
    let cut: String = text.chars().take(PROOF_WIDTH).collect();
    let more = if cut.len() < text.len() { " …" } else { "" };
    format!("{at}{} {}: {cut}{more}", evidence.kind, evidence.source)
}
