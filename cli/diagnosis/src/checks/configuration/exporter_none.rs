//! An exporter that keeps spans where they are.

use super::value::{self, Effect};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(319),
    name: "exporter-none",
    severity: Severity::Error,
    summary: "a service's spans are exported nowhere, or to its own log alone",
    why: "`none` drops every span and `console` prints it: neither sends anything to Tempo, and no error is logged.",
    causes: &[
        "`OTEL_TRACES_EXPORTER=none` was set for a test and stayed.",
        "`console` or `logging` was set to see the spans once.",
    ],
    remedy: "Set `OTEL_TRACES_EXPORTER=otlp`, or take it away where `otlp` is the default, then recreate the service. Where it is meant so, label the container `dev.ptctl.traced=false`.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// Exporters that write spans down where the service runs.
const LOCAL: [&str; 5] = [
    "console",
    "logging",
    "logging-otlp",
    "stdout",
    "otlp/stdout",
];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, variables::EXPORTER) else {
        return Ok(Outcome::NotApplicable("no exporter is named"));
    };
    let none = setting.items().any(|item| item == "none");
    let local = setting.items().all(|item| LOCAL.contains(&item));
    if !none && !local {
        return Ok(Outcome::Pass);
    }
    if Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its exporter is chosen in code",
        ));
    }
    let what = if none {
        "its spans are exported nowhere"
    } else {
        "its spans are written to its own log and sent nowhere"
    };
    let remedy = value::set(service, setting.name, "otlp");
    fail(value::report(service, &setting, what, remedy))
}
