//! The doctor's report for a person: verdict, cause, since when, proof, one command, symptoms folded, gaps on one line.

use ptctl_diagnosis::{
    code::Code,
    diagnosis::{Diagnosis, RootCause},
    finding::{Evidence, Finding, Severity},
    observed::Gap,
    snapshot::Snapshot,
    view::Stack,
};

use super::{
    page::{Page, Tone},
    status::status_rows,
    time::{age, clock},
};

/// Symptoms shown for each cause; more are counted.
const SYMPTOMS_SHOWN: usize = 6;
/// Proofs shown for each cause; the JSON output has all.
const PROOFS_SHOWN: usize = 4;
/// Longer proofs are cut here; the JSON output has them whole.
const PROOF_WIDTH: usize = 220;

/// Writes the report.
pub fn doctor(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    verdict(page, snapshot, diagnosis);
    for cause in &diagnosis.causes {
        page.blank();
        root_cause(page, snapshot, cause);
    }
    if diagnosis.causes.is_empty() {
        page.blank();
        let stack = Stack::of(snapshot);
        page.table(
            ["service", "state", "sends to", "last span"],
            &status_rows(&stack),
        );
    }
    page.blank();
    footer(page, snapshot, diagnosis);
}

fn verdict(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    let place = match &snapshot.stack.project {
        Some(project) => format!("project `{project}`"),
        None => "the containers started without Compose".to_owned(),
    };
    let (tone, word, text) = match (diagnosis.worst(), diagnosis.is_blind()) {
        (Some(_), _) => {
            let count = diagnosis.causes.len();
            let causes = if count == 1 {
                "one cause".to_owned()
            } else {
                format!("{count} causes")
            };
            let tone = severity_tone(diagnosis.worst().unwrap_or(Severity::Info));
            let word = match tone {
                Tone::Bad => "BROKEN",
                _ => "WARNING",
            };
            (tone, word, format!("tracing in {place}: {causes}"))
        }
        (None, true) => (
            Tone::Doubtful,
            "UNKNOWN",
            format!(
                "tracing in {place} could not be judged: {}",
                blind(diagnosis)
            ),
        ),
        (None, false) => (
            Tone::Good,
            "OK",
            format!("nothing is wrong with tracing in {place}"),
        ),
    };
    let label = format!("{} {word}  ", page.sign(tone));
    page.entry(&label, tone, &text);
}

fn blind(diagnosis: &Diagnosis) -> String {
    let essential = diagnosis.gaps.iter().find(|gap| gap.probe.is_essential());
    essential.map_or(String::new(), one_gap)
}

fn root_cause(page: &mut Page, snapshot: &Snapshot, cause: &RootCause) {
    let finding = &cause.finding;
    let now = snapshot.taken_at;
    let tone = severity_tone(finding.severity);
    let label = format!("{} {}  ", finding.code, finding.severity.word());
    page.entry(&label, tone, &finding.message);
    if let Some(since) = &finding.since {
        let text = format!(
            "{}, {}: {}",
            clock(since.at, now),
            age(since.at, now),
            since.what
        );
        page.entry("  since   ", Tone::Faint, &text);
    }
    for (number, evidence) in finding.evidence.iter().take(PROOFS_SHOWN).enumerate() {
        let label = if number == 0 {
            "  proof   "
        } else {
            "          "
        };
        page.entry(label, Tone::Faint, &proof(snapshot, evidence));
    }
    page.entry("  remedy  ", Tone::Faint, &finding.remedy.action);
    if let Some(command) = &finding.remedy.command {
        page.verbatim("          $ ", Tone::Strong, command);
    }
    symptoms(page, cause);
}

fn symptoms(page: &mut Page, cause: &RootCause) {
    if cause.symptoms.is_empty() && cause.blocked.is_empty() {
        return;
    }
    for (number, symptom) in cause.symptoms.iter().take(SYMPTOMS_SHOWN).enumerate() {
        let label = if number == 0 {
            "  hence   "
        } else {
            "          "
        };
        page.entry(
            label,
            Tone::Faint,
            &format!("{} {}", symptom.code, one_line(symptom)),
        );
    }
    let hidden = cause.symptoms.len().saturating_sub(SYMPTOMS_SHOWN);
    if hidden > 0 {
        page.entry(
            "          ",
            Tone::Faint,
            &format!("and {hidden} more like these (`--output json` has all)"),
        );
    }
    if !cause.blocked.is_empty() {
        let mut probes: Vec<&str> = cause
            .blocked
            .iter()
            .map(|gap| gap.probe.describe())
            .collect();
        probes.dedup();
        page.entry(
            "  blocked ",
            Tone::Faint,
            &format!("not seen because of it: {}", probes.join(", ")),
        );
    }
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

fn footer(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
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
    let codes: Vec<Code> = diagnosis
        .causes
        .iter()
        .map(|cause| cause.finding.code)
        .collect();
    if let Some(code) = codes.first() {
        page.paragraph(Tone::Faint, &format!("more: ptctl explain {code}"));
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

/// `1 finding`, `3 findings`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn one_gap(gap: &Gap) -> String {
    format!(
        "{} of {}: {}",
        gap.probe.describe(),
        gap.subject,
        gap.reason
    )
}

fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Doubtful,
        Severity::Info => Tone::Plain,
    }
}
