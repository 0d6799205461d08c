//! How SDKs that print nothing of a failed export are made to speak.

use crate::{
    export::{Language, Library, Runtime},
    snapshot::Container,
};

/// What makes a container's SDK say why it sends nothing, as a sentence without its full stop; `None` where the SDK
/// speaks by itself or its language is unknown.
pub(super) fn speak_up(container: &Container) -> Option<&'static str> {
    if Library::of(container) == Library::Ours {
        return None;
    }
    match Runtime::of(container).language? {
        Language::Node => Some(
            "Node's SDK says nothing by itself: `OTEL_LOG_LEVEL=info` makes it print why exports fail",
        ),
        Language::DotNet => Some(
            ".NET's SDK says nothing by itself: a file `OTEL_DIAGNOSTICS.json` beside the program makes it write why exports fail",
        ),
        Language::Rust => Some(
            "Rust's SDK speaks through `tracing` only: a subscriber with `RUST_LOG=opentelemetry=debug` prints why exports fail",
        ),
        Language::Java | Language::Python | Language::Go | Language::Ruby | Language::Php => None,
    }
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
}
