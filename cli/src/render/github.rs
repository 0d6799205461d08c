//! Findings as workflow commands of GitHub Actions, which shows them as annotations.
//!
//! The syntax: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use ptctl_diagnosis::{
    finding::{Finding, Severity},
    printable::printable,
};

use super::{
    group::{self, Group, groups},
    report::Report,
    summary::summary,
};

/// Writes one command for each cause, many of one check as one: GitHub shows ten of a kind for each step.
pub(super) fn annotations(report: &Report<'_>) -> String {
    let mut lines = Vec::new();
    for group in groups(&report.diagnosis.causes) {
        let (finding, message) = match group {
            Group::One(cause) => (&cause.finding, cause.finding.message.clone()),
            Group::Many(causes) => {
                let message = format!("{} ({})", group::sentence(&causes), group::names(&causes));
                match causes.first() {
                    Some(first) => (&first.finding, message),
                    None => continue,
                }
            }
        };
        lines.push(command(report, finding, &message));
    }
    let summary = summary(report);
    let verdict = format!("{} {}: {}", summary.word, summary.place, summary.counts);
    let saw_nothing = report.diagnosis.is_blind() && report.diagnosis.causes.is_empty();
    let kind = if saw_nothing { "error" } else { "notice" };
    lines.push(format!("::{kind} title=ptctl::{}\n", data(&verdict)));
    lines.concat()
}

fn command(report: &Report<'_>, finding: &Finding, message: &str) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    let place = finding
        .evidence
        .iter()
        .find_map(|evidence| evidence.location.as_ref());
    if let Some((place, file)) =
        place.and_then(|place| Some((place, report.relative(&place.file)?)))
    {
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    let title = format!("{} {}", finding.code, finding.subject.name());
    properties.push(format!("title={}", property(&title)));
    let remedy = &finding.remedy;
    let message = match &remedy.command {
        Some(command) => format!("{message}\nremedy: {}\n$ {command}", remedy.action),
        None => format!("{message}\nremedy: {}", remedy.action),
    };
    format!("::{kind} {}::{}\n", properties.join(","), data(&message))
}

/// The text of a command: its line ends stay, everything else that could end it does not.
pub(super) fn data(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| printable(line).replace('%', "%25"))
        .collect();
    lines.join("%0A")
}

/// The value of a property, in which `:` and `,` end it as well.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_command_or_begins_another() {
        assert_eq!(data("50% of\nall\r\u{1b}"), "50%25 of%0Aall\\r\\u{1b}");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(data("::error::x"), "::error::x");
    }
}
