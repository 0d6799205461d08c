//! A service whose traces are mostly those of its health check.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::SpanKind,
    view::{SeenTrace, Service, Stack},
};

/// Fewer of them are no flood. At most four traces of one service are read, those with different roots first.
const ENOUGH: usize = 3;

/// The last part of the address of a health check, in lower case.
const ADDRESSES: [&str; 17] = [
    "health",
    "healthz",
    "healthcheck",
    "health-check",
    "health_check",
    "ready",
    "readyz",
    "readiness",
    "live",
    "livez",
    "liveness",
    "ping",
    "heartbeat",
    "alive",
    "up",
    "metrics",
    "startup",
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(713),
    name: "health-checks-traced",
    severity: Severity::Info,
    summary: "most traces of a service are its health checks",
    why: "They fill Tempo and every search, day and night, and hide the few traces that somebody looks for; a sampler that keeps one in ten keeps mostly them.",
    causes: &[
        "The instrumentation traces every route; the health check is asked every few seconds.",
        "Prometheus scrapes a page of the service, and each scrape is a trace.",
    ],
    remedy: "Exclude the addresses from tracing: `OTEL_PYTHON_EXCLUDED_URLS`, `ignoreIncomingRequestHook` in Node, a filter in the middleware, or the collector's `filter` processor.",
    verify: "`ptctl trace search` shows requests again.",
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
    let begun: Vec<(&SeenTrace<'_>, &str)> = stack
        .traces()?
        .iter()
        .filter_map(|seen| {
            let mut own = seen.spans_of(&name.0).map(|(_, span)| span);
            let first = own.find(|span| span.parent.is_none() && span.kind == SpanKind::Server)?;
            Some((seen, first.name.as_str()))
        })
        .collect();
    if begun.len() < ENOUGH {
        return Ok(Outcome::NotApplicable(
            "too few traces that begin with it were read",
        ));
    }
    let checks: Vec<&(&SeenTrace<'_>, &str)> = begun
        .iter()
        .filter(|(_, name)| is_health_check(name))
        .collect();
    if checks.len() < ENOUGH || checks.len() * 4 < begun.len() * 3 {
        return Ok(Outcome::Pass);
    }
    let (seen, name) = checks[0];
    fail(Report::new(
        format!(
            "{} of {} traces that begin with `{}` and were read are health checks (`{name}`)",
            checks.len(),
            begun.len(),
            service.label()
        ),
        seen.evidence(format!("`{name}`")),
        Remedy::run(
            format!(
                "exclude the address of `{name}` from tracing in `{}`",
                service.label()
            ),
            seen.command(),
        ),
    ))
}

fn is_health_check(name: &str) -> bool {
    let address = name.rsplit(' ').next().unwrap_or(name);
    let Some((_, last)) = address.trim_end_matches('/').rsplit_once('/') else {
        return false;
    };
    ADDRESSES.contains(&last.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, Story},
    };

    #[test]
    fn addresses_of_health_checks_are_known_and_those_of_requests_are_not() {
        for (name, expected) in [
            ("GET /health", true),
            ("GET /api/Healthz/", true),
            ("/readyz", true),
            ("GET /actuator/health", true),
            ("GET /health/records", false),
            ("health", false),
            ("GET", false),
            ("GET /", false),
            ("POST /api/ship", false),
        ] {
            assert_eq!(is_health_check(name), expected, "{name}");
        }
    }

    #[test]
    fn two_kinds_of_requests_among_four_traces_are_no_flood_of_checks() {
        let found =
            |names: [&str; 4]| {
                let mut snapshot = fixtures::healthy();
                snapshot.traced(names.map(|name| {
                    Story::began(100).span(0, CONTROLLER, SpanKind::Server, name, (0, 1))
                }));
                diagnose(&snapshot, &Policy::default()).findings().count()
            };
        let check = "GET /health";
        assert_eq!(found([check, check, check, "GET /cart"]), 1);
        assert_eq!(found([check, check, "POST /cart", "GET /cart"]), 0);
    }
}
