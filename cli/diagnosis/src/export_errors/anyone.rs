//! Lines of a program that is not known: a network or TLS error beside an OTLP path, an OTLP port or a configured
//! endpoint, and answers that only Tempo gives to an export.

use super::{
    Component, ErrorKind, Language, Loss, Program, cause, context::Context, endpoint,
    envelope::Record, origin::is_grpc_core, reading::Reading, reading::says, status,
};

pub(super) fn read(record: &Record<'_>, context: &Context) -> Option<Reading> {
    let text = &*record.text;
    let component = speaker(text);
    if says(
        text,
        &[
            "RATE_LIMITED: ",
            "TRACE_TOO_LARGE: ",
            "LIVE_TRACES_EXCEEDED: ",
        ],
    ) {
        return Some(Reading::failed(component, Loss::Unknown));
    }
    // The gRPC C core prints one such line for each attempt, beside the exporter's own.
    if is_grpc_core(text) || text.contains("addrConn.createTransport") {
        return None;
    }
    // The status of an answer on a path of OTLP, told as a failure.
    if endpoint::names_otlp_path(text)
        && !is_probe(text)
        && says(text, &["failed", "Failed", "error: ", "Error: "])
        && let Some(kind) = status::of_http(text)
    {
        return Some(Reading::failed(component, Loss::Unknown).kind(kind));
    }
    // A query to the same host fails with the same words, so paths and ports of queries never count.
    let sent_to_receiver = endpoint::names_otlp_path(text)
        || says(text, &["opentelemetry.proto.collector."])
        || context.is_named_in(text)
        || (endpoint::names_otlp_port(text) && !dials_elsewhere(text));
    if !sent_to_receiver || is_own_listener(text) || is_probe(text) {
        return None;
    }
    if let Some(kind) = cause::of_transport(text) {
        return Some(Reading::failed(component, Loss::Unknown).kind(kind));
    }
    let answered = says(
        text,
        &[
            "rpc error: code = ",
            "StatusCode.",
            "responded with HTTP Status Code",
            "HTTP status client error",
            "HTTP status server error",
            "UNAVAILABLE:",
        ],
    );
    (answered && !text.contains("StatusCode.OK"))
        .then(|| Reading::failed(component, Loss::Unknown).likeliest(ErrorKind::BackendDown))
}

/// Whose network errors they are, as far as their words are one language's own.
fn speaker(text: &str) -> Component {
    if says(text, &["java.net.", "java.io.", "io.grpc.", "okhttp3."]) {
        Component::sdk(Language::Java)
    } else if says(text, &["requests.exceptions.", "urllib3."]) {
        Component::sdk(Language::Python)
    } else if text.contains("System.Net.") {
        Component::sdk(Language::Dotnet)
    } else if says(text, &["Post \"http", "dial tcp", "rpc error: code = "]) {
        Component::sdk(Language::Go)
    } else {
        Component::program(Program::Unknown)
    }
}

/// Whether the error names another address than the one with the port of OTLP, which is only mentioned beside it.
fn dials_elsewhere(text: &str) -> bool {
    [
        "dial tcp ",
        "ECONNREFUSED ",
        "ECONNRESET ",
        "ETIMEDOUT ",
        "EHOSTUNREACH ",
    ]
    .iter()
    .flat_map(|mark| text.match_indices(mark).map(move |(at, _)| at + mark.len()))
    .any(|at| {
        let target = text[at..]
            .split([' ', ',', '"', '\n'])
            .next()
            .unwrap_or_default();
        let target = target.trim_end_matches(':');
        target.contains(':')
            && target.ends_with(|c: char| c.is_ascii_digit())
            && !endpoint::names_otlp_port(target)
    })
}

/// Somebody waits for the receiver, or looks whether it is there; nothing is exported.
fn is_probe(text: &str) -> bool {
    says(
        text,
        &[
            "wait-for",
            "wait_for",
            "aiting for ",
            "after waiting ",
            "leeping",
            "nc: ",
            "ncat: ",
            "curl: (",
            "wget: ",
            "Problem with dial",
            "ealthcheck",
            "ealth check",
            "eadiness probe",
            "iveness probe",
            // What `grpc-js` tells of its connections when it is asked to.
            " | transport | ",
            " | subchannel | ",
            " | channel | ",
            " | dns_resolver | ",
            " | pick_first | ",
        ],
    )
}

/// A program that could not listen, or says that it does, speaks of its own port.
fn is_own_listener(text: &str) -> bool {
    says(
        text,
        &[
            "address already in use",
            "port is already allocated",
            "listen tcp",
            "listening on",
            "Listening on",
            "OTLP exporter endpoint port is likely incorrect",
            "(http",
        ],
    ) && !says(text, &["dial tcp", "(https"])
}
