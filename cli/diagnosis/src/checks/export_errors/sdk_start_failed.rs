//! An SDK that says at start that it will not trace.

use super::{family::Family, sdk_stops_service};
use crate::{
    check::{Cause, Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(521),
    name: "sdk-start-failed",
    severity: Severity::Error,
    summary: "a service's SDK did not start, and the service runs without tracing",
    why: "Instrumentation that cannot start steps aside: the service works as before, and makes no spans.",
    causes: &[
        "An exporter, protocol, propagator or sampler that this SDK does not know, or whose package is not installed.",
        "A value of the wrong form, such as `10s` for `OTEL_EXPORTER_OTLP_TIMEOUT`.",
        "Packages of the SDK whose versions do not fit together.",
        "`OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`, which is reported as an info.",
    ],
    remedy: "Correct the variable that the line names (`ptctl env` shows them all), or install the package that it misses; then recreate the service.",
    verify: "`ptctl status` shows a last span of the service.",
    masked_by: &[
        &[Cause::same_subject(sdk_stops_service::CHECK.code)],
        explanations::SWITCHED_OFF,
        explanations::SETTINGS,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::StartFailed.examine(service, stack)
}
