//! Span names with ids in them.

use std::collections::BTreeSet;

use super::{
    own_spans,
    pattern::{Alike, without_ids},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::SpanKind,
    view::{Service, Stack},
};

/// So many different names among the calls of one service are no list of operations.
const MANY: usize = 40;

pub(crate) static CHECK: Check = Check {
    code: Code::new(708),
    name: "span-names-unbounded",
    severity: Severity::Info,
    summary: "the names of a service's spans hold ids or whole addresses",
    why: "Every request makes an operation of its own: nothing can be grouped by name, and each name costs series in the metrics generator, which drops some from its limit on.",
    causes: &[
        "The path of a request is taken for the span's name instead of its route.",
        "A statement, a key or an id is formatted into the name.",
    ],
    remedy: "Name spans by what is done (`GET /users/{id}`), and put the rest into attributes (`url.path`, `db.query.text`).",
    verify: "`ptctl trace search` shows the same names for the same operations.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let spans = match own_spans::of(service, stack)? {
        Ok(spans) => spans,
        Err(nothing) => return Ok(nothing),
    };
    let mut alike = Alike::default();
    for (seen, span) in &spans {
        if let Some(pattern) = without_ids(&span.name) {
            alike.add(pattern, &span.name, seen);
        }
    }
    let label = service.label();
    let with_ids = alike.report(
        |count, pattern| {
            format!("{count} span names of `{label}` differ in an id alone: `{pattern}`")
        },
        |pattern| format!("name these spans `{pattern}`, and put the id into an attribute"),
    );
    if let Some(report) = with_ids {
        return fail(report);
    }
    let calls = spans
        .iter()
        .filter(|(_, span)| !matches!(span.kind, SpanKind::Internal | SpanKind::Unspecified));
    let names: BTreeSet<&str> = calls.clone().map(|(_, span)| span.name.as_str()).collect();
    // Nearly every one has a name of its own.
    if names.len() < MANY || names.len() * 5 < calls.count() * 4 {
        return Ok(Outcome::Pass);
    }
    let (seen, _) = spans[0];
    let shown: Vec<String> = names
        .iter()
        .take(3)
        .map(|name| format!("`{name}`"))
        .collect();
    fail(
        Report::new(
            format!(
                "the spans of `{}` have {} different names in the traces that were read",
                service.label(),
                names.len()
            ),
            seen.evidence(shown.join(", ")),
            Remedy::run(
                "name spans by what is done, and put what differs into attributes",
                seen.command(),
            ),
        )
        .likely(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, Story},
    };

    fn found(names: &[&str]) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.traced(
            names
                .iter()
                .map(|name| Story::began(100).span(0, CONTROLLER, SpanKind::Server, name, (0, 9))),
        );
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings.map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn two_names_with_a_number_are_no_finding_and_many_names_without_are() {
        assert_eq!(found(&["GET /u/100", "GET /u/200"]), [""; 0]);
        let words: Vec<String> = (0..45u8)
            .map(|number| {
                format!(
                    "GET /page-{}{}",
                    char::from(b'a' + number / 26),
                    char::from(b'a' + number % 26)
                )
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert!(found(&words)[0].contains("45 different names"));
        assert_eq!(found(&words[..20]), [""; 0]);
    }
}
