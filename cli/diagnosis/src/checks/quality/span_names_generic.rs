//! A service whose requests all have the same name, which says nothing.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::{Span, SpanKind},
    view::{SeenTrace, Service, Stack},
};

/// Fewer requests than this prove nothing.
const ENOUGH: usize = 4;

/// Names, in lower case, that tell the protocol and no operation.
const GENERIC: [&str; 14] = [
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "http",
    "https",
    "request",
    "handler",
    "handle",
    "server",
    "middleware",
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(710),
    name: "span-names-generic",
    severity: Severity::Info,
    summary: "the spans of a service's requests are named by the method alone",
    why: "All that it does is one operation: nobody sees which route is slow or fails.",
    causes: &[
        "The instrumentation sits in front of the router and does not know the route.",
        "The framework's own instrumentation is missing beside that of its HTTP server.",
    ],
    remedy: "Use the instrumentation of the framework, or set the span's name and `http.route` after routing.",
    verify: "`ptctl trace search` shows names with routes.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(name) = &service.name else {
        return Ok(Outcome::NotApplicable(
            "nothing tells the name on its spans",
        ));
    };
    let requests: Vec<(&SeenTrace<'_>, &Span)> = stack
        .traces()?
        .iter()
        .flat_map(|seen| seen.spans_of(&name.0).map(move |(_, span)| (seen, span)))
        .filter(|(_, span)| span.kind == SpanKind::Server)
        .collect();
    if requests.len() < ENOUGH {
        return Ok(Outcome::NotApplicable("too few requests of it were read"));
    }
    // What found no route has no other name: only where nothing has one is it left out.
    if !requests.iter().all(|(_, span)| is_generic(&span.name)) {
        return Ok(Outcome::Pass);
    }
    let (seen, span) = requests[0];
    fail(Report::new(
        format!(
            "all {} requests of `{}` that were read are named like `{}`, without their route",
            requests.len(),
            service.label(),
            span.name
        ),
        seen.evidence(format!("`{}`", span.name)),
        Remedy::run(
            "let the framework's instrumentation name the spans, or set name and `http.route` after routing",
            seen.command(),
        ),
    ))
}

fn is_generic(name: &str) -> bool {
    let mut words = name
        .split([' ', '/', '.', '_', '-'])
        .filter(|word| !word.is_empty());
    words.all(|word| GENERIC.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::is_generic;

    #[test]
    fn names_that_tell_no_operation_are_known() {
        for (name, expected) in [
            ("GET", true),
            ("HTTP POST", true),
            ("http.request", true),
            ("/", true),
            ("", true),
            ("GET /cart", false),
            ("cart.get", false),
            ("{id}", false),
        ] {
            assert_eq!(is_generic(name), expected, "{name}");
        }
    }
}
