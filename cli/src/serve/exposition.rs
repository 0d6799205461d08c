//! The page of metrics in Prometheus' text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeSet;

use jiff::Timestamp;
use ptctl_diagnosis::watch::{Standing, Watch};

use super::tally::{Outcome, Tally};

/// Findings that have a series of their own, the worst; more are counted. A thousand series cost Prometheus next to
/// nothing, and nobody reads more.
const FINDINGS: usize = 1_000;

/// Writes the page.
pub(super) fn exposition(tally: &Tally, watch: &Watch, project: Option<&str>) -> String {
    let mut page = Page::default();
    page.family("ptctl_build_info", "gauge", "The version of ptctl.");
    page.sample(
        "ptctl_build_info",
        &[("version", env!("CARGO_PKG_VERSION"))],
        "1",
    );
    findings(&mut page, watch, project.unwrap_or_default());
    looks(&mut page, tally);
    page.text
}

fn findings(page: &mut Page, watch: &Watch, project: &str) {
    page.family(
        "ptctl_findings",
        "gauge",
        "1 for each finding that stands; a look that cannot tell leaves it as it was, and a resolved one is gone.",
    );
    let standing = watch.standing();
    let mut told = BTreeSet::new();
    let mut left_out = 0_usize;
    for Standing { finding, .. } in standing {
        let code = finding.code.to_string();
        let severity = finding.severity.word();
        let subject = finding.subject.name();
        // A service and a container may have one name; a series is there once.
        if told.contains(&(code.clone(), severity, subject)) {
            continue;
        }
        if told.len() == FINDINGS {
            left_out += 1;
            continue;
        }
        let labels = [
            ("code", code.as_str()),
            ("severity", severity),
            ("subject", subject),
            ("project", project),
        ];
        page.sample("ptctl_findings", &labels, "1");
        told.insert((code, severity, subject));
    }
    let help = format!("Findings beyond the {FINDINGS} worst, which have no series of their own.");
    page.family("ptctl_findings_left_out", "gauge", &help);
    page.sample("ptctl_findings_left_out", &[], &left_out.to_string());
}

fn looks(page: &mut Page, tally: &Tally) {
    page.family(
        "ptctl_looks_total",
        "counter",
        "Looks by what they came to.",
    );
    for (outcome, count) in tally.counts() {
        let labels = [("outcome", outcome.word())];
        page.sample("ptctl_looks_total", &labels, &count.to_string());
    }
    page.family(
        "ptctl_up",
        "gauge",
        "Whether the last look was whole: nothing essential was out of sight, and it ended in time.",
    );
    let last = tally.last();
    let is_whole = last.is_some_and(|last| last.outcome == Outcome::Whole);
    page.sample("ptctl_up", &[], if is_whole { "1" } else { "0" });
    page.family(
        "ptctl_last_success_timestamp_seconds",
        "gauge",
        "When the last whole look began; 0 before there is one.",
    );
    let whole = tally.last_whole().map_or("0".to_owned(), seconds);
    page.sample("ptctl_last_success_timestamp_seconds", &[], &whole);
    let Some(last) = last else {
        return;
    };
    page.family(
        "ptctl_last_look_timestamp_seconds",
        "gauge",
        "When the last look began, whatever it came to.",
    );
    page.sample("ptctl_last_look_timestamp_seconds", &[], &seconds(last.at));
    page.family(
        "ptctl_gather_duration_seconds",
        "gauge",
        "How long the last look took, with its diagnosis.",
    );
    let took = format!("{:.3}", last.took.as_secs_f64());
    page.sample("ptctl_gather_duration_seconds", &[], &took);
    // Of a look that showed nothing nobody can count them, and 0 would say that nothing is out of sight.
    if let Some(gaps) = last.gaps {
        page.family(
            "ptctl_gaps",
            "gauge",
            "Facts that the last look could not see and that no finding explains; absent where it failed.",
        );
        page.sample("ptctl_gaps", &[], &gaps.to_string());
    }
}

fn seconds(at: Timestamp) -> String {
    let milliseconds = at.as_millisecond();
    format!(
        "{}.{:03}",
        milliseconds / 1000,
        milliseconds.rem_euclid(1000)
    )
}

/// A page under construction.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let head = format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        self.text.push_str(&head);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        self.text.push_str(name);
        for (number, (label, value)) in labels.iter().enumerate() {
            self.text.push(if number == 0 { '{' } else { ',' });
            self.text.push_str(label);
            self.text.push_str("=\"");
            for character in value.chars() {
                match character {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    plain => self.text.push(plain),
                }
            }
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        self.text.push(' ');
        self.text.push_str(value);
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use ptctl_diagnosis::{diagnose, fixtures, policy::Policy, snapshot::Status};

    use super::*;
    use crate::clients::exposition::{Sample, samples};

    fn all(page: &str) -> Vec<Sample> {
        samples(page, |_| true)
    }

    fn value(samples: &[Sample], name: &str) -> Option<f64> {
        let mut all = samples.iter().filter(|sample| sample.name == name);
        all.next().map(|sample| sample.value)
    }

    #[test]
    fn before_the_first_look_nothing_is_claimed() {
        let page = exposition(&Tally::default(), &Watch::default(), None);
        let samples = all(&page);
        assert_eq!(value(&samples, "ptctl_up"), Some(0.0));
        assert_eq!(
            value(&samples, "ptctl_last_success_timestamp_seconds"),
            Some(0.0)
        );
        assert_eq!(value(&samples, "ptctl_findings"), None);
        assert_eq!(value(&samples, "ptctl_gather_duration_seconds"), None);
        let looks = samples
            .iter()
            .filter(|sample| sample.name == "ptctl_looks_total");
        assert!(looks.map(|sample| sample.value).eq([0.0; 4]));
    }

    #[test]
    fn each_finding_is_one_series_and_every_line_is_a_sample_of_a_family_that_is_described() {
        let mut stopped = fixtures::healthy();
        stopped.stop_tempo(Status::Exited, 1);
        let diagnosis = diagnose(&stopped, &Policy::default());
        let mut watch = Watch::default();
        watch.look(fixtures::now(), &diagnosis);
        let mut tally = Tally::default();
        tally.count(
            fixtures::now(),
            Duration::from_millis(420),
            Outcome::Whole,
            Some(2),
        );
        let page = exposition(&tally, &watch, Some("shop \"1\"\\"));
        let samples = all(&page);
        assert_eq!(
            samples.len(),
            page.lines().filter(|line| !line.starts_with('#')).count(),
            "{page}"
        );
        let mut series = BTreeMap::new();
        for sample in &samples {
            let key = (sample.name.clone(), sample.labels.clone());
            assert!(series.insert(key, sample.value).is_none(), "{sample:?}");
            for word in ["HELP", "TYPE"] {
                let head = format!("# {word} {} ", sample.name);
                assert_eq!(page.matches(&head).count(), 1, "{head}");
            }
        }
        let found: Vec<&Sample> = samples
            .iter()
            .filter(|sample| sample.name == "ptctl_findings")
            .collect();
        assert_eq!(found.len(), diagnosis.findings().count());
        assert_eq!(found[0].label("project"), Some("shop \"1\"\\"));
        assert_eq!(found[0].label("severity"), Some("error"));
        assert!(
            found
                .iter()
                .any(|sample| sample.label("code") == Some("PT0102")
                    && sample.label("subject") == Some("tempo"))
        );
        assert_eq!(value(&samples, "ptctl_gather_duration_seconds"), Some(0.42));
        assert_eq!(value(&samples, "ptctl_gaps"), Some(2.0));
        assert_eq!(value(&samples, "ptctl_up"), Some(1.0));
    }

    #[test]
    fn a_look_that_fails_leaves_the_findings_and_the_last_success() {
        let mut stopped = fixtures::healthy();
        stopped.stop_tempo(Status::Exited, 1);
        let mut watch = Watch::default();
        watch.look(fixtures::now(), &diagnose(&stopped, &Policy::default()));
        let mut tally = Tally::default();
        let took = Duration::from_secs(1);
        tally.count(fixtures::ago(30), took, Outcome::Whole, Some(0));
        let before = all(&exposition(&tally, &watch, None));
        watch.fail(fixtures::now(), "no engine".to_owned());
        tally.count(fixtures::now(), took, Outcome::Failed, None);
        let after = all(&exposition(&tally, &watch, None));
        let findings = |samples: &[Sample]| -> Vec<Sample> {
            let wanted = |sample: &&Sample| sample.name == "ptctl_findings";
            samples.iter().filter(wanted).cloned().collect()
        };
        assert_eq!(findings(&before), findings(&after));
        let name = "ptctl_last_success_timestamp_seconds";
        assert_eq!(value(&before, name), value(&after, name));
        assert_eq!(value(&before, "ptctl_gaps"), Some(0.0));
        assert_eq!(value(&after, "ptctl_gaps"), None, "nobody could count");
        assert_eq!(value(&after, "ptctl_up"), Some(0.0));
    }

    #[test]
    fn the_number_of_series_is_bounded() {
        let mut diagnosis = diagnose(&fixtures::healthy(), &Policy::default());
        let mut stopped = fixtures::healthy();
        stopped.stop_tempo(Status::Exited, 1);
        let template = diagnose(&stopped, &Policy::default()).causes.remove(0);
        diagnosis.causes = (0..FINDINGS + 7)
            .map(|number| {
                let mut cause = template.clone();
                cause.symptoms.clear();
                cause.finding.subject =
                    ptctl_diagnosis::subject::Subject::Tempo(format!("tempo-{number}"));
                cause
            })
            .collect();
        let mut watch = Watch::default();
        watch.look(fixtures::now(), &diagnosis);
        let samples = all(&exposition(&Tally::default(), &watch, None));
        let findings = samples
            .iter()
            .filter(|sample| sample.name == "ptctl_findings");
        assert_eq!(findings.count(), FINDINGS);
        assert_eq!(value(&samples, "ptctl_findings_left_out"), Some(7.0));
    }
}
