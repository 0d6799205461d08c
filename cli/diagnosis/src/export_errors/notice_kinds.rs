//! Lines of note that are no failed export: configurations that cannot be read, storage that cannot be written, queries
//! that fail. Each row names its program by words that only this one prints.

/// What such a line means; `None` where it is none.
pub(super) fn of(text: &str) -> Option<&'static str> {
    ROWS.iter()
        .find(|(_, parts)| parts.iter().all(|part| text.contains(part)))
        .map(|(slug, _)| *slug)
}

/// A name, and the words that must all stand in a line.
const ROWS: &[(&str, &[&str])] = &[
    // Tempo, at its start.
    (
        "tempo-config-field-not-found",
        &["failed to parse configFile"],
    ),
    (
        "tempo-config-field-not-found",
        &["field ", " not found in type "],
    ),
    ("tempo-config-missing", &["failed to read configFile"]),
    ("tempo-legacy-overrides", &["legacy overrides are disabled"]),
    (
        "tempo-permission-denied",
        &["failed to create store", "permission denied"],
    ),
    (
        "metrics-generator-missing",
        &["metrics-generator is not configured"],
    ),
    // Tempo, at work.
    (
        "tempo-disk-full",
        &["failed to cut", "no space left on device"],
    ),
    (
        "tempo-disk-full",
        &["failed to flush", "no space left on device"],
    ),
    ("tempo-block-lost", &["POSSIBLE DATA LOSS"]),
    ("tempo-wal-replay-failure", &["failed to replay block"]),
    (
        "tempo-wal-replay-failure",
        &["warning while replaying block"],
    ),
    ("tempo-storage-unreachable", &["exiting polling loop early"]),
    (
        "tempo-attr-truncated",
        &["distributor.go:", "attributes truncated"],
    ),
    (
        "metrics-generator-remote-write",
        &["remote write receiver needs to be enabled"],
    ),
    (
        "tempo-localhost-bind",
        &["tempo: Starting ", " server: 127.0.0.1:"],
    ),
    // Answers of Tempo to queries, and Grafana's words about them.
    ("tempo-not-ready", &["Some services are not Running"]),
    ("tempo-not-ready", &["Query Frontend not ready"]),
    ("tempo-not-ready", &["Ingester not ready"]),
    ("tempo-not-ready", &["LiveStore not ready"]),
    ("tempo-not-ready", &["Application is stopping"]),
    (
        "tempo-query-limits",
        &["failed to get trace with id", "larger than max"],
    ),
    (
        "trace-not-found",
        &["failed to get trace with id", "trace not found"],
    ),
    ("grafana-ds-url-wrong", &["failed get to tempo"]),
    (
        "grafana-ds-url-wrong",
        &["Tempo echo endpoint returned status"],
    ),
    (
        "grafana-ds-provisioning-failed",
        &["Datasource provisioning error"],
    ),
    (
        "grafana-streaming-http2",
        &["addrConn.createTransport", "http2: frame too large"],
    ),
    // Python's exporter goes on without the certificate.
    (
        "tls-untrusted-cert",
        &[
            "Failed to read file: ",
            "Please check if the file exists and is accessible",
        ],
    ),
    // The collector, at its start.
    ("collector-config-invalid", &["error decoding '"]),
    // Docker.
    ("port-conflict", &["port is already allocated"]),
    ("port-conflict", &["bind: address already in use"]),
    (
        "depends-on-unhealthy",
        &["dependency failed to start: container"],
    ),
    ("healthcheck-no-binary", &["/bin/sh: ", ": not found"]),
    ("exec-format", &["exec format error"]),
];
