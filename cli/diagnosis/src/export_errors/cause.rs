//! The inner cause of a failed export: the sentences of network stacks, TLS libraries, HTTP clients, gRPC cores and
//! of Tempo and the collector, which every SDK passes on inside its own message.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{ErrorKind, endpoint, status};

/// How much of a text is searched for a cause.
const MAX_BYTES: usize = 16 * 1024;

/// The cause that a text names.
pub(super) fn of(text: &str) -> Option<ErrorKind> {
    let text = endpoint::head(text, MAX_BYTES);
    let named = first(&STRONG, STRONG_TEXTS, text)
        .or_else(|| status::of_http(text))
        .or_else(|| status::of_grpc(text))
        .or_else(|| first(&WEAK, WEAK_TEXTS, text))?;
    Some(endpoint::refine(named, text))
}

/// The cause that a text names by the words of a network stack or TLS library, not by a status of a server.
pub(super) fn of_transport(text: &str) -> Option<ErrorKind> {
    let text = endpoint::head(text, MAX_BYTES);
    let named = first(&STRONG, STRONG_TEXTS, text).or_else(|| first(&WEAK, WEAK_TEXTS, text))?;
    Some(endpoint::refine(named, text))
}

type Texts = &'static [(ErrorKind, &'static [&'static str])];

/// Sentences that name one cause, the more telling ones first: a refused connection inside a timed-out retry is a
/// refused connection.
const STRONG_TEXTS: Texts = &[
    (
        ErrorKind::TempoTraceTooLarge,
        &["trace_too_large", "max size of trace", "trace too large"],
    ),
    (
        ErrorKind::TempoLiveTracesExceeded,
        &["live_traces_exceeded", "max live traces"],
    ),
    (ErrorKind::TempoBatchOverBurst, &["exceeds ingestion limit"]),
    (
        ErrorKind::TempoRateLimited,
        &["rate_limited", "ingestion rate limit"],
    ),
    (
        ErrorKind::TempoMessageTooLarge,
        &[
            "received message larger than max",
            "message after decompression larger than max",
            "decoded message length too large",
            "request body too large",
        ],
    ),
    (
        ErrorKind::TempoInvalidIds,
        &[
            "trace ids must be",
            "span ids must be",
            "invalid traceid length",
            "invalid spanid length",
        ],
    ),
    (ErrorKind::TenantMissing, &["no org id", "invalid org id"]),
    (
        ErrorKind::TempoLiveStoreStarting,
        &["live-store is starting", "live store is starting"],
    ),
    (
        ErrorKind::TempoRingEmpty,
        &[
            "ingestercount <= 0",
            "instancescount <= 0",
            "empty ring",
            "too many unhealthy instances",
            "live replicas required",
        ],
    ),
    (
        ErrorKind::TempoKafkaMissing,
        &["failed to write to kafka", "kafka broker not ready"],
    ),
    (ErrorKind::TempoDiskFull, &["no space left on device"]),
    (
        ErrorKind::CollectorMemoryLimiter,
        &["high memory usage", "refusing data", "memory limiter"],
    ),
    (
        ErrorKind::CollectorQueueFull,
        &["sending queue is full", "sending_queue is full"],
    ),
    (
        ErrorKind::HttpProxyEnv,
        &[
            "failed to do connect handshake",
            "tunnel connection failed",
            "cannot connect to proxy",
            "proxyconnect tcp",
            "proxyerror(",
        ],
    ),
    (
        ErrorKind::EndpointMalformed,
        &[
            "misformatted domain name",
            "missing port in address",
            "too many colons in address",
            "invalid port",
            "could not parse endpoint",
            "nodename nor servname provided",
        ],
    ),
    (
        ErrorKind::SchemeMissing,
        &[
            "no connection adapters were found",
            "err_invalid_protocol",
            "unsupported protocol scheme",
            "first path segment in url cannot contain colon",
            "no scheme supplied",
            "missing schema",
            "invalid endpoint '",
            "relative url without a base",
            "builder error",
            "err_invalid_url",
            "scheme is missing",
        ],
    ),
    (
        ErrorKind::DnsServerMisbehaving,
        &[
            "server misbehaving",
            "eai_again",
            "temporary failure in name resolution",
            "try again (os error",
        ],
    ),
    (
        ErrorKind::DnsNoSuchHost,
        &[
            "no such host",
            "produced zero addresses",
            "domain name not found",
            "address lookup failed for",
            "name or service not known",
            "name does not resolve",
            "failed to resolve",
            "name resolution failed",
            "name resolution error",
            "enotfound",
            "failed to lookup address",
            "dns error",
            "dns resolution failed",
            "could not resolve",
            "couldn't resolve",
            "unknownhostexception",
            "unresolvedaddressexception",
            "unable to resolve host",
            "no address associated with",
            "getaddrinfo failed",
            "php_network_getaddresses",
            "nxdomain",
        ],
    ),
    (
        ErrorKind::GrpcToHttpPort,
        &[
            "expected settings frame",
            "http1.x server",
            "frame with invalid size",
            "frame_size_error",
            "http2: frame too large",
            "looked like an http/1.1 header",
            "last error: protocol error",
            "first received frame was not settings",
            "did not complete the http/2 handshake",
            "http_1_1_required",
            "expected a connection preface",
        ],
    ),
    (
        ErrorKind::HttpToGrpcPort,
        &[
            "malformed http response",
            "badstatusline(",
            "parse error: expected http",
            "hpe_invalid",
            "received http/0.9",
            "wrong status line",
            "unexpected status line",
            "invalid http version parsed",
            "invalid or unrecognized response",
            "unsupported http version",
        ],
    ),
    (
        ErrorKind::TlsUntrustedCert,
        &[
            "certificate_verify_failed",
            "certificate verify failed",
            "self-signed certificate",
            "self signed certificate",
            "self_signed_cert",
            "x509:",
            "invalid peer certificate",
            "unable to verify the first certificate",
            "unable_to_verify",
            "unable to get local issuer",
            "unable to get issuer",
            "pkix path",
            "unknownissuer",
            "caused by: unknown issuer",
            "remote certificate is invalid",
            "ssl certificate problem",
            "certificate has expired",
            "cert_has_expired",
            "does not match certificate",
            "peer not verified",
            "unknown certificate authority",
            "bad certificate",
        ],
    ),
    (
        ErrorKind::TlsToPlaintext,
        &[
            "wrong_version_number",
            "wrong version number",
            "does not look like a tls handshake",
            "before secure tls connection",
            "invalidcontenttype",
            "corrupt message",
            "gave http response to https client",
            "unrecognized ssl message",
            "unsupported or unrecognized ssl",
            "not an ssl/tls record",
            "packet length too long",
            "record layer failure",
            "record_layer_failure",
            "unexpected packet format",
            "corrupted frame was received",
            "unknown protocol",
            "http_request",
            "tls handshake eof",
            "eof occurred in violation of protocol",
            "unexpected_eof_while_reading",
        ],
    ),
    (
        ErrorKind::PlaintextToTls,
        &[
            "http request to an https server",
            "plain http request was sent to https port",
            "combination of host and port requires tls",
            "socket closed",
            "last error: failed to connect (",
            "error reading server preface: eof",
        ],
    ),
    // A gRPC client that got an answer of HTTP: the port speaks HTTP/2, yet takes no exports.
    (
        ErrorKind::QueryPortUsed,
        &[
            "code received from server: 404",
            "code received from server: 405",
            "http2 header with status: 404",
            "unimplemented: received http status code 404",
            "mapped from http status code 404",
        ],
    ),
    (
        ErrorKind::CollectorNoTracesPipeline,
        &[
            "unknown service opentelemetry.proto",
            "method not found!",
            "unknown method export",
        ],
    ),
    (
        ErrorKind::BackendDown,
        &[
            "connection refused",
            "econnrefused",
            "connectionrefused",
            "actively refused",
            "couldn't connect to server",
            "could not connect to server",
            "no route to host",
            "host is unreachable",
            "network is unreachable",
            "ehostunreach",
            "enetunreach",
            "hostunreachable",
            "networkunreachable",
            "connection_refused",
            "failed to connect to localhost",
        ],
    ),
    (
        ErrorKind::ConnectionDropped,
        &[
            "connection reset",
            "connectionreset",
            "econnreset",
            "forcibly closed",
            "socket hang up",
            "remotedisconnected",
            "connection aborted",
            "connection closed before message completed",
            "incompletemessage",
            "incomplete message",
            "broken pipe",
            "brokenpipe",
            "epipe",
            "unexpected end of stream",
            "unexpected end of file",
            "unexpected eof",
            "rst_stream",
            "goaway",
            "stream removed",
            "stream closed because",
            "transport is closing",
            "closedchannelexception",
            "response ended prematurely",
            "empty reply from server",
            "end of file reached",
            "server preface",
            "socket is closed",
            "stream was reset",
            "h2 protocol error",
            "kind(unexpectedeof)",
        ],
    ),
    (
        ErrorKind::BackendTimeout,
        &[
            "timeout expired",
            "read timed out",
            "i/o timeout",
            "etimedout",
            "client.timeout",
            "idle timeout",
        ],
    ),
    (
        ErrorKind::BackendNotReady,
        &[
            "not ready",
            "is starting",
            "shutting down",
            "server is stopping",
            "service is stopping",
        ],
    ),
];

/// Sentences that often only wrap another cause.
const WEAK_TEXTS: Texts = &[
    (
        ErrorKind::BackendTimeout,
        &[
            "i/o timeout",
            "etimedout",
            "deadline exceeded",
            "deadline_exceeded",
            "deadline has elapsed",
            "read timed out",
            "timed out",
            "timedout",
            "timeout reached",
            "timeout expired",
            "timeoutexception",
            "client.timeout",
            "request timeout",
            "connect timeout",
            "read timeout",
            "exporter export timeout",
            "deadlineexceeded",
            "exportertimedout",
            ": timeout",
        ],
    ),
    (ErrorKind::ConnectionDropped, &[": eof", "\"eof\"", "= eof"]),
    (
        ErrorKind::ClientReset,
        &["context canceled", "context cancelled"],
    ),
];

static STRONG: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(STRONG_TEXTS));
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
