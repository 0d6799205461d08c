//! An exporter that no SDK has, or has no more.

use super::{
    spelling,
    value::{self, Effect},
};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Runtime, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(320),
    name: "exporter-unknown",
    severity: Severity::Error,
    summary: "the exporter that a service names is not known to its SDK",
    why: "The SDK does not start, or starts without an exporter; Node's says nothing about it.",
    causes: &[
        "A typing error, such as `oltp`.",
        "`jaeger`, whose exporter was removed from the SDKs in 2023.",
        "The exporter's package is not installed.",
    ],
    remedy: "Set `OTEL_TRACES_EXPORTER=otlp` and install that exporter's package, then recreate the service.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// The exporters of the specification, and those that single SDKs have besides.
const KNOWN: [&str; 13] = [
    "otlp",
    "console",
    "logging",
    "logging-otlp",
    "zipkin",
    "none",
    "stdout",
    "otlp/stdout",
    "otlp_proto_grpc",
    "otlp_proto_http",
    "zipkin_json",
    "zipkin_proto",
    "memory",
];
/// Exporters that the SDKs have no more.
const REMOVED: [&str; 4] = ["jaeger", "jaeger_thrift", "jaeger_proto", "jaeger-thrift"];
/// What our library takes.
const OURS: [&str; 2] = ["otlp", "none"];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, variables::EXPORTER) else {
        return Ok(Outcome::NotApplicable("no exporter is named"));
    };
    let known: &[&str] = match Library::of(service.container) {
        Library::Ours => &OURS,
        Library::Unknown => &KNOWN,
    };
    let Some(item) = setting.items().find(|item| !known.contains(item)) else {
        return Ok(Outcome::Pass);
    };
    if Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::NotApplicable(
            "its spans arrive all the same: its exporter is known to it",
        ));
    }
    let language = Runtime::of(service.container).language;
    let (what, severity) = if let Some(meant) = spelling::meant(item, known, 2) {
        let severity = match language {
            // Their SDKs read the variable only through a package of its own.
            Some(Language::Go) => Severity::Warning,
            Some(_) | None => Severity::Error,
        };
        (
            format!("no SDK has an exporter `{item}`; `{meant}` is meant"),
            severity,
        )
    } else if REMOVED.contains(&item) {
        let severity = match language {
            Some(Language::Python | Language::Java | Language::Node) => Severity::Error,
            Some(_) | None => Severity::Warning,
        };
        (
            format!("the SDKs have no exporter `{item}` any more"),
            severity,
        )
    } else if known == OURS {
        (
            format!("its library has no exporter `{item}`"),
            Severity::Error,
        )
    } else {
        let what = format!(
            "`{item}` is no exporter of OpenTelemetry's own; whether its package is installed cannot be seen"
        );
        (what, Severity::Info)
    };
    let remedy = value::set(service, setting.name, "otlp");
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
