//! Attribute names with ids in them, and spans with more attributes than anybody reads.

use super::{
    own_spans,
    pattern::{Alike, without_ids},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::MOST_KEYS,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(712),
    name: "attribute-names-unbounded",
    severity: Severity::Info,
    summary: "the attributes of a service's spans have ids in their names, or are a hundred and more on one span",
    why: "Nobody can search for a name that is made up for each request; blocks and the list of tags grow with every one, and SDKs drop attributes beyond 128 of a span.",
    causes: &[
        "A map with ids as its keys is turned into attributes, entry by entry.",
        "A whole document (a request, a configuration) is flattened into attributes.",
    ],
    remedy: "Give the attribute one name and put the id into its value; record of a document what is asked for.",
    verify: "`ptctl trace show TRACE --attributes` of a new trace shows names that stay the same.",
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
        for (key, _) in &span.attributes {
            if let Some(pattern) = pattern(key) {
                alike.add(pattern, key, seen);
            }
        }
    }
    let label = service.label();
    let with_ids = alike.report(
        |count, pattern| {
            format!("{count} attributes of `{label}` differ in an id alone: `{pattern}`")
        },
        |_| "give the attribute one name, and put the id into its value".to_owned(),
    );
    if let Some(report) = with_ids {
        return fail(report);
    }
    let mut spans = spans.iter();
    let Some((seen, span)) = spans.find(|(_, span)| span.attributes.len() >= MOST_KEYS) else {
        return Ok(Outcome::Pass);
    };
    fail(Report::new(
        format!(
            "spans `{}` of `{}` have {MOST_KEYS} attributes or more",
            span.name,
            service.label()
        ),
        seen.evidence(format!("`{}` has {MOST_KEYS} or more", span.name)),
        Remedy::run(
            "record of what is written there only what somebody searches for",
            seen.command(),
        ),
    ))
}

/// A name with `{id}` for each of its parts that is an id; `None` where none is.
fn pattern(key: &str) -> Option<String> {
    let mut has_id = false;
    let parts: Vec<String> = key
        .split('.')
        .map(|part| match without_ids(part) {
            Some(pattern) => {
                has_id = true;
                pattern
            }
            None => part.to_owned(),
        })
        .collect();
    has_id.then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, Story},
        trace::SpanKind,
    };

    fn found(keys: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        let story = Story::began(100).span(0, CONTROLLER, SpanKind::Server, "GET /cart", (0, 9));
        snapshot.traced([keys
            .into_iter()
            .fold(story, |story, key| story.with(&key, "1"))]);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings.map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn numbered_parts_of_a_list_are_no_ids_and_two_ids_are_too_few() {
        let listed = (0..12).map(|number| format!("items.{number}.price"));
        assert_eq!(found(listed), [""; 0]);
        let two = [4711, 4712].map(|id| format!("user.{id}.name"));
        assert_eq!(found(two), [""; 0]);
        let three = [4711, 4712, 4713].map(|id| format!("user.{id}.name"));
        assert!(found(three)[0].contains("`user.{id}.name`"));
    }

    #[test]
    fn ninety_attributes_are_left_in_peace_and_a_hundred_are_not() {
        let so_many = |count: u8| {
            (0..count).map(|number| {
                let (first, second) = (b'a' + number / 26, b'a' + number % 26);
                format!("form.{}{}", char::from(first), char::from(second))
            })
        };
        assert_eq!(found(so_many(90)), [""; 0]);
        assert!(found(so_many(100))[0].contains("100 attributes or more"));
    }
}
