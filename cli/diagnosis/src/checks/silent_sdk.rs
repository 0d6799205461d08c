//! How SDKs are made to speak of failed exports: those that print nothing by themselves, and the others in detail.

use crate::{
    export::{Language, Library, Runtime},
    export_errors::Language as Spoken,
    snapshot::Container,
};

/// What makes a container's SDK say why it sends nothing, as a sentence without its full stop; `None` where the SDK
/// speaks by itself or its language is unknown.
pub(crate) fn speak_up(container: &Container) -> Option<&'static str> {
    if Library::of(container) == Library::Ours {
        return None;
    }
    match Runtime::of(container).language? {
        Language::Node => Some(
            "Node's SDK says nothing by itself: `OTEL_LOG_LEVEL=info` makes it print why exports fail",
        ),
        Language::DotNet => Some(
            ".NET's SDK says nothing by itself: a file `OTEL_DIAGNOSTICS.json` in the program's working directory with `{\"LogDirectory\": \"/tmp\", \"FileSize\": 32768, \"LogLevel\": \"Warning\"}` makes it write why exports fail",
        ),
        Language::Rust => Some(
            "Rust's SDK speaks through `tracing` only: a subscriber with `RUST_LOG=opentelemetry=debug` prints why exports fail",
        ),
        Language::Java | Language::Python | Language::Go | Language::Ruby | Language::Php => None,
    }
}

/// What makes a container's SDK tell everything, to be followed by `for`: the variable that its language reads, or what
/// takes its place. An error in its log may betray the language where nothing else does.
pub(crate) fn own_log(container: &Container) -> &'static str {
    if Library::of(container) == Library::Ours {
        return "set `RUST_LOG=debug`";
    }
    match Runtime::of(container)
        .language
        .or_else(|| betrayed(container))
    {
        Some(Language::Rust) => "set `RUST_LOG=opentelemetry=debug`",
        Some(Language::Java) => "set `OTEL_JAVAAGENT_DEBUG=true`",
        Some(Language::Go) => "call `otel.SetLogger` with a logger of verbosity 8 in the program",
        Some(Language::Python) => {
            "set the level of Python's logger `opentelemetry` to DEBUG in the program"
        }
        Some(Language::DotNet) => {
            "put a file `OTEL_DIAGNOSTICS.json` with `\"LogLevel\": \"Verbose\"` into the working directory"
        }
        // The variable of the specification.
        Some(Language::Node | Language::Ruby | Language::Php) | None => {
            "set `OTEL_LOG_LEVEL=debug`"
        }
    }
}

fn betrayed(container: &Container) -> Option<Language> {
    let logs = container.logs.known()?;
    let spoken = logs
        .errors
        .iter()
        .find_map(|group| group.component.language)?;
    Some(match spoken {
        Spoken::Dotnet => Language::DotNet,
        Spoken::Go => Language::Go,
        Spoken::Java => Language::Java,
        Spoken::Node => Language::Node,
        Spoken::Php => Language::Php,
        Spoken::Python => Language::Python,
        Spoken::Ruby => Language::Ruby,
        Spoken::Rust => Language::Rust,
        Spoken::Cpp | Spoken::Erlang | Spoken::Swift => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn only_a_silent_sdk_of_a_known_language_is_told_to_speak() {
        let mut snapshot = fixtures::healthy();
        assert_eq!(speak_up(snapshot.service_mut("scraper")), None);
        let service = snapshot.service_mut("scraper");
        service
            .labels
            .retain(|(name, _)| name != "dev.ptctl.library");
        service.command = vec!["node".to_owned(), "server.js".to_owned()];
        service
            .environment
            .retain(|variable| variable.name != "TEMPO_ENDPOINT");
        assert!(speak_up(service).is_some_and(|hint| hint.contains("OTEL_LOG_LEVEL")));
        service.command = vec!["python".to_owned(), "app.py".to_owned()];
        assert_eq!(speak_up(service), None);
    }

    #[test]
    fn each_language_is_told_to_log_in_its_own_way() {
        let mut snapshot = fixtures::healthy();
        let service = snapshot.service_mut("scraper");
        assert_eq!(own_log(service), "set `RUST_LOG=debug`");
        service
            .labels
            .retain(|(name, _)| name != "dev.ptctl.library");
        let mut told = |program: &str| {
            service.command = vec![program.to_owned(), "app".to_owned()];
            own_log(service)
        };
        assert!(told("node").contains("OTEL_LOG_LEVEL"));
        assert!(told("java").contains("OTEL_JAVAAGENT_DEBUG"));
        assert!(told("dotnet").contains("OTEL_DIAGNOSTICS.json"));
        // The variable does nothing in Python and Go.
        assert!(!told("python").contains("OTEL_LOG_LEVEL"));
    }
}
