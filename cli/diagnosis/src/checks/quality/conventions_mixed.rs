//! One thing under two names: services that follow different versions of the semantic conventions.

use std::collections::BTreeMap;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::Span,
    view::{SeenTrace, Stack},
};

/// A name of the conventions of today, and the one before it
/// (<https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/> and `db-migration/` there).
struct Renamed {
    former: &'static str,
    present: &'static str,
    /// What `OTEL_SEMCONV_STABILITY_OPT_IN` calls the conventions that it belongs to.
    family: &'static str,
}

const RENAMED: [Renamed; 6] = [
    Renamed {
        former: "http.method",
        present: "http.request.method",
        family: "http",
    },
    Renamed {
        former: "http.status_code",
        present: "http.response.status_code",
        family: "http",
    },
    Renamed {
        former: "http.url",
        present: "url.full",
        family: "http",
    },
    Renamed {
        former: "http.target",
        present: "url.path",
        family: "http",
    },
    Renamed {
        former: "db.statement",
        present: "db.query.text",
        family: "database",
    },
    Renamed {
        former: "db.system",
        present: "db.system.name",
        family: "database",
    },
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(714),
    name: "conventions-mixed",
    severity: Severity::Info,
    summary: "services name the same attribute differently, by two versions of the semantic conventions",
    why: "Whoever searches, groups or alerts by one of the names misses the spans of the other services, and nothing says so.",
    causes: &[
        "Instrumentations of several languages or ages: those of HTTP were renamed in 2023, those of databases in 2025.",
        "`OTEL_SEMCONV_STABILITY_OPT_IN` is set for some services and not for others.",
    ],
    remedy: "Set `OTEL_SEMCONV_STABILITY_OPT_IN` (`http`, `database`; `http/dup` writes both names meanwhile) where the SDK knows it, or bring the instrumentation up to date; until then ask for both names.",
    verify: "`ptctl trace search -a http.request.method=GET` finds traces of every service.",
    masked_by: &[],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let traces = stack.traces()?;
    let mixed = RENAMED.iter().find_map(|renamed| {
        let (former, present) = (
            users(traces, renamed.former),
            users(traces, renamed.present),
        );
        // Whoever writes both is found by either.
        let only = |some: &BTreeMap<&str, _>, others: &BTreeMap<&str, _>| {
            some.keys().any(|service| !others.contains_key(service))
        };
        (only(&former, &present) && only(&present, &former)).then_some((renamed, former, present))
    });
    let Some((renamed, former, present)) = mixed else {
        return Ok(if traces.is_empty() {
            Outcome::NotApplicable("no traces were read")
        } else {
            Outcome::Pass
        });
    };
    let who = |users: &BTreeMap<&str, _>| {
        let names: Vec<String> = users.keys().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let proof = |users: &BTreeMap<&str, (&SeenTrace<'_>, &Span)>, name: &str| {
        let (seen, span) = users.values().next()?;
        Some(seen.evidence(format!("`{}` has `{name}`", span.name)))
    };
    let (Some(first), Some(second)) = (
        proof(&former, renamed.former),
        proof(&present, renamed.present),
    ) else {
        return Ok(Outcome::Pass);
    };
    fail(
        Report::new(
            format!(
                "the same is called `{}` by {} and `{}` by {}",
                renamed.former,
                who(&former),
                renamed.present,
                who(&present)
            ),
            first,
            Remedy::edit(format!(
                "set `OTEL_SEMCONV_STABILITY_OPT_IN={}` for {}, or bring their instrumentation up to date",
                renamed.family,
                who(&former)
            )),
        )
        .proof([second]),
    )
}

/// The services with a span that has this attribute, and the first such span.
fn users<'t, 's>(
    traces: &'t [SeenTrace<'s>],
    key: &str,
) -> BTreeMap<&'t str, (&'t SeenTrace<'s>, &'t Span)> {
    let mut users = BTreeMap::new();
    for seen in traces {
        for span in seen.trace.spans() {
            let mut keys = span.attributes.iter().map(|(key, _)| key);
            if let (Some(service), true) = (span.service(), keys.any(|name| name == key)) {
                users.entry(service).or_insert((seen, span));
            }
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, SCRAPER, Story},
        trace::SpanKind::Server,
    };

    fn found(keys: [&[&str]; 2]) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        let stories = [CONTROLLER, SCRAPER].into_iter().zip(keys);
        snapshot.traced(stories.map(|(service, keys)| {
            let story = Story::began(100).span(0, service, Server, "GET /cart", (0, 9));
            keys.iter().fold(story, |story, key| story.with(key, "GET"))
        }));
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings.map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn only_services_that_cannot_be_found_by_one_name_are_told_of() {
        let (former, present): (&[&str], &[&str]) = (&["http.method"], &["http.request.method"]);
        assert_eq!(
            found([former, present]),
            [
                "the same is called `http.method` by `docutag-controller` and `http.request.method` by `docutag-scraper`"
            ]
        );
        assert_eq!(found([former, former]), [""; 0]);
        assert_eq!(
            found([&["http.method", "http.request.method"], present]),
            [""; 0]
        );
    }
}
