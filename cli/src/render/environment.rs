//! `ptctl env`: the variables that decide where spans go, as the running container has them.

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{EnvironmentVariable, Snapshot},
    view::{Service, Stack},
};

use ptctl_diagnosis::{
    export::{Declared, ExportSettings, Layer, Sign, declared, is_tracing_variable},
    finding::Location,
};
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
        let origins: Vec<String> = variables
            .iter()
            .map(|variable| origin(service, variable, snapshot))
            .collect();
        let width = origins
            .iter()
            .map(|origin| textwrap::core::display_width(origin))
            .max()
            .unwrap_or_default();
        for (variable, origin) in variables.iter().zip(&origins) {
            let blanks = " ".repeat(width - textwrap::core::display_width(origin));
            page.verbatim(
                "  ",
                Tone::Plain,
                &format!("{origin}{blanks}  {}={}", variable.name, variable.value),
            );
        }
    }
    if stack.services.is_empty() {
        page.paragraph(Tone::Doubtful, "no service shows a sign of tracing");
    }
}

/// The layer that won, and where it stands: `environment compose.yml:12:7`.
fn origin(service: &Service<'_>, variable: &EnvironmentVariable, snapshot: &Snapshot) -> String {
    let declared = declared(service.container, &variable.name, snapshot);
    match declared {
        Some(Declared {
            layer,
            location: Some(location),
        }) => format!("{layer} {}", short(&location, snapshot)),
        Some(Declared {
            layer,
            location: None,
        }) => layer.word().to_owned(),
        None => Layer::Unknown.word().to_owned(),
    }
}

/// A place, with its path from the project's folder on.
fn short(location: &Location, snapshot: &Snapshot) -> String {
    let folder = snapshot.compose.known().map(|project| &project.folder);
    let place = location.to_string();
    folder
        .and_then(|folder| place.strip_prefix(folder.as_str())?.strip_prefix('/'))
        .map_or(place.clone(), str::to_owned)
}

fn signs(service: &Service<'_>) -> String {
    let signs: Vec<String> = service.signs.iter().map(ToString::to_string).collect();
    signs.join(", ")
}

/// The variables that tracing libraries and their transports read.
fn tracing_variables<'a>(
    service: &'a Service<'_>,
) -> impl Iterator<Item = &'a EnvironmentVariable> {
    service
        .container
        .environment
        .iter()
        .filter(|variable| is_tracing_variable(&variable.name))
}

/// The effective export settings of one service, for a program.
#[derive(Debug, Serialize)]
pub(super) struct ServiceEnvironment<'a> {
    service: &'a str,
    container: &'a str,
    signs: &'a [Sign],
    settings: &'a Observed<ExportSettings>,
    variables: Vec<DeclaredVariable<'a>>,
}

/// A variable, what set it, and where.
#[derive(Debug, Serialize)]
struct DeclaredVariable<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(flatten)]
    declared: Option<Declared>,
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
            variables: tracing_variables(service)
                .map(|variable| DeclaredVariable {
                    name: &variable.name,
                    value: &variable.value,
                    declared: declared(service.container, &variable.name, snapshot),
                })
                .collect(),
        })
        .collect();
    serde_json::to_value(services)
}
