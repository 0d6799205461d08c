//! A compression that OTLP does not have.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(339),
    name: "compression-invalid",
    severity: Severity::Warning,
    summary: "the compression that a service names is not one that its SDK knows",
    why: "Python's and Java's SDKs do not start with it, and the service runs untraced; others send uncompressed.",
    causes: &[
        "`true` or `1` instead of `gzip`.",
        "A compression of the collector's, such as `zstd` or `snappy`.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_COMPRESSION` to `gzip` or `none`, then recreate the service.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::first(service.container, &variables::COMPRESSION) else {
        return Ok(Outcome::NotApplicable("no compression is named"));
    };
    let bare = setting.bare();
    let is_known = match bare.to_lowercase().as_str() {
        "gzip" | "none" => true,
        // Single SDKs know them.
        "deflate" | "zstd" => Library::of(service.container) == Library::Unknown,
        _ => false,
    };
    if is_known {
        return Ok(Outcome::Pass);
    }
    let reaction = Reaction::of(service, &[Language::Python, Language::Java]);
    let what = format!("`gzip` and `none` are known; {}", reaction.consequence());
    let severity = reaction.severity(Effect::of(service, stack));
    let remedy = value::set(service, setting.name, "gzip");
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
