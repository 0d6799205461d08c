//! An OTLP protocol that does not exist.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{ExportSettings, Language, Library, Runtime, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(321),
    name: "protocol-invalid",
    severity: Severity::Error,
    summary: "the OTLP protocol that a service names is not one that its SDK speaks",
    why: "Python's and Java's SDKs do not start; Node's and .NET's go on with another protocol, which may not be that of the port.",
    causes: &[
        "`http`, `https` or `http/proto` instead of `http/protobuf`.",
        "`http/json`, which only some SDKs speak.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_PROTOCOL` to `grpc` for port 4317 or `http/protobuf` for port 4318, then recreate the service.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::first(service.container, &variables::PROTOCOL) else {
        return Ok(Outcome::NotApplicable("no protocol is named"));
    };
    let ours = Library::of(service.container) == Library::Ours;
    let language = Runtime::of(service.container).language;
    let speaks_json = !ours && !matches!(language, Some(Language::Java | Language::Python));
    let what = match setting.bare() {
        "http/json" if !speaks_json => "its SDK does not speak OTLP in JSON",
        "grpc" | "http/protobuf" | "http/json" => return Ok(Outcome::Pass),
        _ => "that is no protocol of OTLP",
    };
    let refusing = [
        Language::Python,
        Language::Java,
        Language::Ruby,
        Language::Php,
    ];
    let reaction = Reaction::of(service, &refusing);
    let severity = match (reaction, Effect::of(service, stack)) {
        // What it falls back to depends on the language, and may be the protocol of the other port.
        (Reaction::FallsBack, Effect::Fail | Effect::Unknown) => Severity::Warning,
        (reaction, effect) => reaction.severity(effect),
    };
    let port = service.settings.known().and_then(ExportSettings::port);
    let right = if port == Some(4317) {
        "grpc"
    } else {
        "http/protobuf"
    };
    let what = format!("{what}; {}", reaction.consequence());
    let remedy = value::set(service, setting.name, right);
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
