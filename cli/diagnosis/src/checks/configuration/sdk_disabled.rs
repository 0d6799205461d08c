//! Tracing that a variable switches off.

use super::value::{self, Effect};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Runtime, Setting},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(318),
    name: "sdk-disabled",
    severity: Severity::Error,
    summary: "a service's tracing is switched off by a variable",
    why: "A disabled SDK makes no spans and says nothing about it; some even log that tracing started.",
    causes: &[
        "`OTEL_SDK_DISABLED=true` was set for a test and stayed.",
        "The Java agent or .NET's instrumentation is switched off by a variable of its own.",
    ],
    remedy: "Take the variable out of the service's environment, then recreate the service. Where it is meant so, label the container `dev.ptctl.traced=false`.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// The variables that switch tracing off, each with the value that does.
const SWITCHES: [(&str, &str); 4] = [
    ("OTEL_SDK_DISABLED", "true"),
    ("OTEL_JAVAAGENT_ENABLED", "false"),
    ("OTEL_DOTNET_AUTO_TRACES_ENABLED", "false"),
    ("OTEL_PHP_AUTOLOAD_ENABLED", "false"),
];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let mut named = SWITCHES
        .iter()
        .filter_map(|(name, off)| Some((Setting::of(service.container, name)?, *off)))
        .peekable();
    if named.peek().is_none() {
        return Ok(Outcome::NotApplicable("no variable switches its tracing"));
    }
    let Some((setting, _)) = named.find(|(setting, off)| setting.bare().eq_ignore_ascii_case(off))
    else {
        return Ok(Outcome::Pass);
    };
    if Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its SDK does not read the variable",
        ));
    }
    let report = value::report(
        service,
        &setting,
        "its SDK makes no spans",
        value::unset(service, setting.name),
    );
    // Go's SDK has never read the variable.
    match Runtime::of(service.container).language {
        Some(Language::Go) => fail(report.severity(Severity::Info).likely()),
        Some(_) | None => fail(report),
    }
}
