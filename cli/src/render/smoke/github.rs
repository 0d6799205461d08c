//! Smoke checks as annotations of GitHub Actions: one for each check that did not pass, since GitHub shows ten of a kind.

use ptctl_diagnosis::{
    finding::Location,
    smoke::{Outcome, Problem, Verdict},
};

use crate::{
    render::{
        github::{data, property},
        report::relative,
    },
    smoke::{Conclusion, SmokeReport},
};

/// Writes the commands, a notice last. Files are shown relative to the root, as GitHub knows them.
pub fn smoke_annotations(report: &SmokeReport, root: &str) -> String {
    let mut lines = String::new();
    let mut passed = 0;
    for check in &report.checks {
        if check.conclusion == Conclusion::Passed {
            passed += 1;
            continue;
        }
        let is_unmet =
            |verdict: &&Verdict| !matches!(verdict.outcome, Outcome::Held | Outcome::Skipped(_));
        let unmet: Vec<&Verdict> = check.expected.iter().filter(is_unmet).collect();
        let place = unmet.iter().find_map(|verdict| verdict.place.as_ref());
        let message: Vec<String> = unmet
            .iter()
            .map(|verdict| {
                format!(
                    "{}: {}",
                    verdict.expected,
                    verdict.outcome.reason().unwrap_or_default()
                )
            })
            .chain(check.trace_id.as_ref().map(|id| format!("trace {id}")))
            .collect();
        lines.push_str(&command(root, place, &check.name, &message.join("\n")));
    }
    let verdict = format!("{passed} of {} smoke checks passed", report.checks.len());
    lines + &format!("::notice title=ptctl smoke::{}\n", data(&verdict))
}

/// Writes the command for something that is wrong with a file of checks.
pub fn problem_annotation(problem: &Problem, root: &str) -> String {
    let message = format!("{}; {}", problem.problem, problem.remedy);
    command(root, Some(&problem.place), "ptctl smoke", &message)
}

fn command(root: &str, place: Option<&Location>, title: &str, message: &str) -> String {
    let place = place.and_then(|place| Some((place, relative(root, &place.file)?)));
    let place = place.map_or_else(String::new, |(place, file)| {
        let file = property(file);
        format!("file={file},line={},col={},", place.line, place.column)
    });
    format!(
        "::error {place}title={}::{}\n",
        property(title),
        data(message)
    )
}
