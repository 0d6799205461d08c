//! One root cause: what, since when, on whose way, proof, remedy, what follows, what it keeps from being seen.

use ptctl_diagnosis::{
    code::Code,
    diagnosis::{Diagnosis, RootCause},
    finding::{Confidence, Evidence, Finding},
    snapshot::{Origin, Snapshot},
    subject::Subject,
};

use super::{
    super::{
        page::{Page, Tone},
        time::{age, clock},
    },
    path, severity_tone, timeline,
};

/// How much of a cause is told; `-v` and the JSON output have all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Kinds of symptoms; more are counted.
    symptoms: usize,
    /// Proofs.
    proofs: usize,
    /// Characters of a proof.
    of_a_proof: usize,
    /// Characters of a symptom.
    of_a_symptom: usize,
}

/// As much as usual.
pub(super) const AMPLE: Limits = Limits {
    symptoms: 3,
    proofs: 3,
    of_a_proof: 160,
    of_a_symptom: 160,
};

/// What fits where messages are long.
pub(super) const TIGHT: Limits = Limits {
    symptoms: 1,
    proofs: 1,
    // A proof without its end proves nothing.
    of_a_proof: 160,
    of_a_symptom: 90,
};

/// Further subjects with the same symptom that are named; more are counted.
const LIKEWISE_SHOWN: usize = 3;
/// The label of a further line.
const BESIDE: &str = "          ";

pub(super) fn root_cause(
    page: &mut Page,
    snapshot: &Snapshot,
    diagnosis: &Diagnosis,
    cause: &RootCause,
    limits: Limits,
    drawn: &mut path::Drawn,
) {
    let finding = &cause.finding;
    let likely = match finding.confidence {
        Confidence::Proven => "",
        Confidence::Likely => ", likely",
    };
    let label = format!("{} {}{likely}  ", finding.code, finding.severity.word());
    page.entry(&label, severity_tone(finding.severity), &finding.message);
    if snapshot.origin == Origin::Engine {
        since(page, snapshot, finding);
    }
    timeline::timeline(page, snapshot, cause);
    path::paths(page, diagnosis, cause, drawn);
    for (number, evidence) in finding.evidence.iter().take(limits.proofs).enumerate() {
        let label = if number == 0 { "  proof   " } else { BESIDE };
        page.entry(label, Tone::Faint, &proof(snapshot, evidence, limits));
    }
    page.entry("  remedy  ", Tone::Faint, &finding.remedy.action);
    if let Some(command) = &finding.remedy.command {
        page.verbatim("          $ ", Tone::Strong, command);
    }
    symptoms(page, cause, limits);
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
fn symptoms(page: &mut Page, cause: &RootCause, limits: Limits) {
    let mut kinds: Vec<(Code, Vec<&Finding>)> = Vec::new();
    for symptom in &cause.symptoms {
        match kinds.iter_mut().find(|(code, _)| *code == symptom.code) {
            Some((_, alike)) => alike.push(symptom),
            None => kinds.push((symptom.code, vec![symptom])),
        }
    }
    for (number, (code, alike)) in kinds.iter().take(limits.symptoms).enumerate() {
        let label = if number == 0 { "  hence   " } else { BESIDE };
        let [first, others @ ..] = alike.as_slice() else {
            continue;
        };
        let text = format!("{code} {}{}", one_line(first, limits), likewise(others));
        page.entry(label, Tone::Faint, &text);
    }
    let hidden: usize = kinds
        .iter()
        .skip(limits.symptoms)
        .map(|(_, alike)| alike.len())
        .sum();
    if hidden > 0 {
        let text = format!("and {hidden} more (`-v` has all)");
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
        1 => " (1 check waits for it)".to_owned(),
        waiting => format!(" ({waiting} checks wait for it)"),
    };
    page.entry(
        "  blocked ",
        Tone::Faint,
        &format!("by {code}: {}{checks}", probes.join(", ")),
    );
}

fn one_line(finding: &Finding, limits: Limits) -> String {
    let line = finding.message.lines().next().unwrap_or_default();
    cut(line, limits.of_a_symptom)
}

pub(super) fn proof(snapshot: &Snapshot, evidence: &Evidence, limits: Limits) -> String {
    let at = evidence.at.map_or(String::new(), |at| {
        format!("{} ", clock(at, snapshot.taken_at))
    });
    let text = cut(evidence.text.trim_end(), limits.of_a_proof);
    format!("{at}{} {}: {text}", evidence.kind, evidence.source)
}

/// So many characters at most, up to the end of a word.
fn cut(text: &str, characters: usize) -> String {
    let kept: String = text.chars().take(characters).collect();
    if kept.len() == text.len() {
        return kept;
    }
    let whole = kept
        .rsplit_once(' ')
        // A long word at the end is not worth the rest.
        .filter(|(whole, _)| whole.len() * 2 > kept.len())
        .map_or(kept.as_str(), |(whole, _)| whole);
    format!("{} …", whole.trim_end())
}
