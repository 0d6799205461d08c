//! An SDK that says at start that it could not read a setting and goes on without it.

use super::family::Family;
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(522),
    name: "sdk-setting-ignored",
    severity: Severity::Warning,
    summary: "a service's SDK ignores a setting that it cannot read",
    why: "It traces by its default instead: another sampler, no header, another protocol than was meant.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_HEADERS` with a colon or with blanks: it is `key=value`, URL-encoded.",
        "A typing error in `OTEL_TRACES_SAMPLER` or its argument.",
        "A unit in a time: `10s` where a bare number is wanted.",
        "A propagator whose package is not installed.",
    ],
    remedy: "Correct the variable that the line names; `ptctl env` shows its value and where it comes from.",
    verify: "The line is not among those that the service prints at its next start.",
    masked_by: &[explanations::SWITCHED_OFF, explanations::SETTINGS],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::SettingIgnored.examine(service, stack)
}
