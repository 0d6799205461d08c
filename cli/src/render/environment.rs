//! `ptctl env`: the variables that decide where spans go, as the running container has them.

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{EnvironmentVariable, Snapshot},
    view::{Service, Stack},
};

use ptctl_diagnosis::export::{ExportSettings, Sign};
use serde::Serialize;

use super::page::{Page, Tone};

/// Writes the effective variables of each service, secrets redacted.
pub fn environment(page: &mut Page, snapshot: &Snapshot) {
    let stack = Stack::of(snapshot);
    for (number, service) in stack.services.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        page.paragraph(Tone::Strong, service.label());
        page.entry("  traced because  ", Tone::Faint, &signs(service));
        let effect = match &service.settings {
            Observed::Known(settings) => {
                let protocol = settings
                    .protocol
                    .map_or("protocol decided in code", |protocol| protocol.word());
                format!("{} by {protocol}", settings.shown())
            }
            Observed::Unknown(gap) => format!("unknown: {}", gap.reason),
        };
        page.entry("  sends spans to  ", Tone::Faint, &effect);
        let mut variables: Vec<&EnvironmentVariable> = tracing_variables(service).collect();
        variables.sort_by_key(|variable| &variable.name);
        for variable in variables {
            page.verbatim(
                "  ",
                Tone::Plain,
                &format!("{}={}", variable.name, variable.value),
            );
        }
    }
    if stack.services.is_empty() {
        page.paragraph(Tone::Doubtful, "no service shows a sign of tracing");
    }
}

fn signs(service: &Service<'_>) -> String {
    let signs: Vec<String> = service.signs.iter().map(ToString::to_string).collect();
    signs.join(", ")
}

/// The variables that tracing libraries and their transports read.
fn tracing_variables<'a>(
    service: &'a Service<'_>,
) -> impl Iterator<Item = &'a EnvironmentVariable> {
    const OTHERS: [&str; 8] = [
        "TEMPO_ENDPOINT",
        "JAVA_TOOL_OPTIONS",
        "NODE_OPTIONS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "no_proxy",
    ];
    service.container.environment.iter().filter(|variable| {
        variable.name.starts_with("OTEL_") || OTHERS.contains(&variable.name.as_str())
    })
}

/// The effective export settings of one service, for a program.
#[derive(Debug, Serialize)]
pub(super) struct ServiceEnvironment<'a> {
    service: &'a str,
    container: &'a str,
    signs: &'a [Sign],
    settings: &'a Observed<ExportSettings>,
    variables: Vec<&'a EnvironmentVariable>,
}

/// The effective variables of every traced service as JSON, secrets redacted.
pub fn environments(snapshot: &Snapshot) -> serde_json::Result<serde_json::Value> {
    let stack = Stack::of(snapshot);
    let services: Vec<ServiceEnvironment<'_>> = stack
        .services
        .iter()
        .map(|service| ServiceEnvironment {
            service: service.label(),
            container: &service.container.name,
            signs: &service.signs,
            settings: &service.settings,
            variables: tracing_variables(service).collect(),
        })
        .collect();
    serde_json::to_value(services)
}
