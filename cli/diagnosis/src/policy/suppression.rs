//! Findings that somebody has decided to live with.

use std::str::FromStr;

use thiserror::Error;

use crate::{
    catalogue::{self, RETIRED},
    code::{Code, NotACode},
    finding::Finding,
    glob::{EmptyGlob, Glob},
    snapshot::Snapshot,
    subject::Subject,
};

/// The label of a container whose findings with these codes are not to count: `PT0301,PT0302`.
pub const IGNORE_LABEL: &str = "dev.ptctl.ignore";

/// Which findings are meant: `PT0301`, or `PT0301=scraper*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The code of the check.
    pub code: Code,
    /// The names of the subjects; all where `None`.
    pub subject: Option<Glob>,
}

/// What is not a rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotARule {
    /// No code stands in front.
    #[error(transparent)]
    Code(#[from] NotACode),
    /// No check has this code.
    #[error("no check has the code {0}")]
    NoSuchCheck(Code),
    /// Nothing stands behind the `=`.
    #[error("nothing stands behind the `=`; write `PT0301`, or `PT0301=scraper*`")]
    Subject(#[from] EmptyGlob),
}

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (code, subject) = match text.split_once('=') {
            Some((code, subject)) => (code, Some(subject.parse()?)),
            None => (text, None),
        };
        let code: Code = code.trim().parse()?;
        // A code that was given up may stay in a file: it suppresses nothing.
        let known = catalogue::by_code(code).is_some()
            || RETIRED.iter().any(|(retired, _)| *retired == code);
        if !known {
            return Err(NotARule::NoSuchCheck(code));
        }
        Ok(Self { code, subject })
    }
}

/// A rule, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Which findings are meant.
    pub rule: Rule,
    /// Where the rule stands: `--suppress`, `.ptctl.toml:12`.
    pub origin: String,
    /// Why, in the words of whoever made it.
    pub reason: Option<String>,
}

impl Suppression {
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let subject = &self.rule.subject;
        finding.code == self.rule.code
            && subject
                .as_ref()
                .is_none_or(|glob| glob.matches(finding.subject.name()))
    }
}

/// The rule in a container's label that covers a finding about that container.
pub(super) fn by_label(finding: &Finding, snapshot: &Snapshot) -> Option<Suppression> {
    if matches!(finding.subject, Subject::Stack | Subject::Engine) {
        return None;
    }
    let name = finding.subject.name();
    let container = snapshot.containers.iter().find(|container| {
        (container.name == name || container.display_name() == name)
            && codes(container.label(IGNORE_LABEL).unwrap_or_default())
                .any(|code| code.parse() == Ok(finding.code))
    })?;
    Some(Suppression {
        rule: Rule {
            code: finding.code,
            subject: None,
        },
        origin: format!("label `{IGNORE_LABEL}` of `{}`", container.name),
        reason: None,
    })
}

/// What stands in labels of containers and is the code of no check: the container's name and the text.
pub fn unknown_in_labels(snapshot: &Snapshot) -> Vec<(String, String)> {
    snapshot
        .containers
        .iter()
        .flat_map(|container| {
            codes(container.label(IGNORE_LABEL).unwrap_or_default())
                .filter(|code| code.contains('=') || code.parse::<Rule>().is_err())
                .map(|code| (container.name.clone(), code.to_owned()))
        })
        .collect()
}

fn codes(label: &str) -> impl Iterator<Item = &str> {
    label
        .split([',', ' '])
        .map(str::trim)
        .filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_rule_names_a_code_and_perhaps_subjects() {
        let rule: Rule = "PT0302=scra*".parse().unwrap();
        assert_eq!(rule.code.to_string(), "PT0302");
        assert!(rule.subject.unwrap().matches("scraper"));
        assert_eq!("pt0302".parse::<Rule>().unwrap().subject, None);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_reason() {
        for (text, says) in [
            ("tempo", "`tempo` is not a code"),
            ("PT9999", "no check has the code PT9999"),
            ("PT0302=", "nothing stands behind the `=`"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn a_slip_in_a_label_is_told() {
        let mut snapshot = fixtures::healthy();
        let labels = &mut snapshot.service_mut("scraper").labels;
        labels.push((IGNORE_LABEL.to_owned(), "PT0302, PT9999 none".to_owned()));
        let unknown = unknown_in_labels(&snapshot);
        let texts: Vec<_> = unknown.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["PT9999", "none"]);
    }
}
