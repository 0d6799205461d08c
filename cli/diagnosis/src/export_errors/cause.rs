//! The inner cause of a failed export: the sentences of network stacks, TLS libraries, HTTP clients, gRPC cores and
//! of Tempo and the collector, which every SDK passes on inside its own message.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{
    ErrorKind, endpoint,
    network_texts::{NETWORK_TEXTS, Texts, WEAK_TEXTS},
    receiver_texts::RECEIVER_TEXTS,
    status,
};

/// The cause that a text names.
pub(super) fn of(text: &str) -> Option<ErrorKind> {
    let named = first(&RECEIVER, RECEIVER_TEXTS, text)
        .or_else(|| first(&NETWORK, NETWORK_TEXTS, text))
        .or_else(|| status::of_http(text))
        .or_else(|| status::of_grpc(text))
        .or_else(|| first(&WEAK, WEAK_TEXTS, text))?;
    Some(endpoint::refine(named, text))
}

/// The cause that a text names by the words of a network stack or TLS library, not by a status of a server.
pub(super) fn of_transport(text: &str) -> Option<ErrorKind> {
    let named = first(&RECEIVER, RECEIVER_TEXTS, text)
        .or_else(|| first(&NETWORK, NETWORK_TEXTS, text))
        .or_else(|| first(&WEAK, WEAK_TEXTS, text))?;
    Some(endpoint::refine(named, text))
}

static RECEIVER: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(RECEIVER_TEXTS));
static NETWORK: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(NETWORK_TEXTS));
static WEAK: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(WEAK_TEXTS));

fn automaton(texts: Texts) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(texts.iter().flat_map(|(_, sentences)| *sentences))
        .expect("a fixed list of short patterns")
}

/// The first kind, in the order of the list, of which any sentence stands in the text.
fn first(automaton: &AhoCorasick, texts: Texts, text: &str) -> Option<ErrorKind> {
    let best = automaton
        .find_overlapping_iter(text)
        .map(|found| found.pattern().as_usize())
        .min()?;
    let mut passed = 0;
    texts.iter().find_map(|(kind, sentences)| {
        passed += sentences.len();
        (best < passed).then_some(*kind)
    })
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, of};

    #[test]
    fn the_innermost_cause_wins_over_what_wraps_it() {
        for (text, kind) in [
            (
                "context deadline exceeded: rpc error: code = Unavailable desc = connection error: dial tcp 10.0.0.1:4317: connect: connection refused",
                ErrorKind::BackendDown,
            ),
            (
                "rpc error: code = Unknown desc = no org id",
                ErrorKind::TenantMissing,
            ),
            (
                "code = DeadlineExceeded desc = context deadline exceeded",
                ErrorKind::BackendTimeout,
            ),
            (
                "failed to send to http://a:1/v1/traces: 503 Service Unavailable",
                ErrorKind::BackendNotReady,
            ),
            ("Post \"http://a\": EOF: EOF", ErrorKind::ConnectionDropped),
        ] {
            assert_eq!(of(text), Some(kind), "{text}");
        }
        assert_eq!(of("no luck"), None);
    }
}
