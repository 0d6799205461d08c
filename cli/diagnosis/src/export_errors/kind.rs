//! Why an export failed, in the words of a log line.

use serde::{Deserialize, Serialize};

/// Declares each kind once: its name, its slug, what it means, and what to do about it.
macro_rules! kinds {
    ($($name:ident, $slug:literal, $phrase:literal, $advice:literal;)+) => {
        /// Why an export failed, as far as one line can prove it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ErrorKind {
            $(
                #[doc = concat!("As a phrase: ", $phrase, ".")]
                #[serde(rename = $slug)]
                $name,
            )+
        }

        impl ErrorKind {
            /// Every kind, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in output and documentation: `backend-down`.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)+
                }
            }

            /// A short phrase for people: `connection refused`.
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$name => $phrase,)+
                }
            }

            /// What to do about it: one imperative sentence.
            pub const fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)+
                }
            }
        }
    };
}

kinds! {
    Unspecified, "unspecified", "cause not named by the line",
        "Look at the endpoint from the service's own network: the line names no cause.";
    BackendDown, "backend-down", "connection refused",
        "Start the backend that the endpoint names, and read its last log lines.";
    BackendNotReady, "backend-not-ready", "the backend answered that it is not ready",
        "Wait until the backend's `/ready` answers 200, else read its log.";
    BackendTimeout, "backend-timeout", "no answer in time",
        "Find out what keeps the backend from answering: paused, overloaded, or behind a firewall.";
    ConnectionDropped, "connection-dropped", "the connection was cut",
        "Look whether the backend crashed, was killed for memory, or sits behind a proxy that cuts idle connections.";
    ProxyBadGateway, "proxy-bad-gateway", "a proxy could not reach the backend",
        "Fix the upstream of the proxy between the service and the backend; gRPC needs an HTTP/2 upstream.";
    HttpProxyEnv, "http-proxy-env", "sent through an HTTP proxy that refused it",
        "Add the backend's name to `NO_PROXY`, or unset `HTTP_PROXY` and `HTTPS_PROXY`.";
    BackendInternalError, "backend-internal-error", "internal error in the backend",
        "Read the backend's own error lines of the same time.";
    LocalhostInContainer, "localhost-in-container", "sent to the container's own loopback",
        "Use the backend's service name in the endpoint: `http://tempo:4317`.";
    DnsNoSuchHost, "dns-no-such-host", "no such host",
        "Correct the host name in the endpoint, or join the network of the backend.";
    DnsServerMisbehaving, "dns-server-misbehaving", "name resolution failed for the moment",
        "Start the backend's container; if it runs, check the DNS of the engine's host.";
    HostDockerInternal, "host-docker-internal", "`host.docker.internal` is not known here",
        "Add `extra_hosts: [\"host.docker.internal:host-gateway\"]` to the service.";
    WrongPort, "wrong-port", "a port that no receiver uses any more",
        "Send to port 4317 (gRPC) or 4318 (HTTP).";
    GrpcToHttpPort, "grpc-to-http-port", "gRPC sent to a port that speaks HTTP/1",
        "Use port 4317, or set `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`.";
    HttpToGrpcPort, "http-to-grpc-port", "HTTP/1 sent to a port that speaks gRPC",
        "Use port 4318, or set `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`.";
    ProtocolPortMismatch, "protocol-port-mismatch", "port and protocol do not fit",
        "Use port 4317 with `grpc` and port 4318 with `http/protobuf`.";
    QueryPortUsed, "query-port-used", "sent to a port that does not take OTLP",
        "Send to Tempo's OTLP receiver (4317 or 4318), not to its query port.";
    PathWrong404, "path-wrong-404", "path not found (404)",
        "Let the signal's endpoint end in `/v1/traces`, or set `OTEL_EXPORTER_OTLP_ENDPOINT` without a path.";
    PathDoubled, "path-doubled", "path doubled: `/v1/traces/v1/traces`",
        "Take `/v1/traces` off `OTEL_EXPORTER_OTLP_ENDPOINT`: the SDK appends it.";
    PathOtlpPrefix, "path-otlp-prefix", "path `/otlp` that Tempo does not serve",
        "Take `/otlp` off the endpoint: Tempo takes `/v1/traces` on port 4318.";
    PathOnGrpcEndpoint, "path-on-grpc-endpoint", "a path on a gRPC endpoint",
        "Take the path off the endpoint: gRPC has none.";
    SchemeMissing, "scheme-missing", "endpoint without a usable scheme",
        "Put `http://` in front of the endpoint.";
    EndpointMalformed, "endpoint-malformed", "endpoint cannot be read",
        "Take quotes, blanks and doubled ports out of the endpoint.";
    TlsToPlaintext, "tls-to-plaintext", "TLS sent to a port that speaks plaintext",
        "Use `http://`, or set `OTEL_EXPORTER_OTLP_INSECURE=true` (collector: `tls: {insecure: true}`).";
    PlaintextToTls, "plaintext-to-tls", "plaintext sent to a port that wants TLS",
        "Use `https://` and give the exporter the CA certificate.";
    TlsUntrustedCert, "tls-untrusted-cert", "certificate not trusted",
        "Mount the CA certificate and name it in `OTEL_EXPORTER_OTLP_CERTIFICATE`.";
    HttpRedirect, "http-redirect", "redirected elsewhere",
        "Point the endpoint at the final URL.";
    WrongService200, "wrong-service-200", "answered by something that is not an OTLP receiver",
        "Correct host and port: what answers there is not an OTLP receiver.";
    ContentTypeUnsupported, "content-type-unsupported", "content type refused (415)",
        "Set `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`.";
    BadRequest, "bad-request", "refused as malformed (400)",
        "Upgrade the SDK or the receiver so that both speak the same OTLP version.";
    SdkQueueFull, "sdk-queue-full", "the SDK's queue is full",
        "Raise `OTEL_BSP_MAX_QUEUE_SIZE`, or make the backend faster.";
    PartialSuccess, "partial-success", "accepted in part",
        "Read the reason in the line and in the backend's discarded spans.";
    ExporterUnknown, "exporter-unknown", "exporter not known to the SDK",
        "Set `OTEL_TRACES_EXPORTER=otlp` and install that exporter's package.";
    ExporterNone, "exporter-none", "exporting is switched off",
        "Set `OTEL_TRACES_EXPORTER=otlp`.";
    SdkDisabled, "sdk-disabled", "the SDK is disabled",
        "Unset `OTEL_SDK_DISABLED`.";
    ProtocolEnvInvalid, "protocol-env-invalid", "protocol not known to the SDK",
        "Set `OTEL_EXPORTER_OTLP_PROTOCOL` to `grpc`, `http/protobuf` or `http/json`.";
    SamplerInvalid, "sampler-invalid", "sampler not known to the SDK",
        "Correct `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`.";
    HeadersMalformed, "headers-malformed", "exporter headers cannot be read",
        "Write `OTEL_EXPORTER_OTLP_HEADERS` as `key=value`, URL-encoded: `Authorization=Basic%20...`.";
    TimeoutEnvInvalid, "timeout-env-invalid", "exporter timeout cannot be read",
        "Set `OTEL_EXPORTER_OTLP_TIMEOUT` to a bare number.";
    PropagatorInvalid, "propagator-invalid", "propagator not known to the SDK",
        "Correct `OTEL_PROPAGATORS`, or install that propagator's package.";
    ResourceMalformed, "resource-attributes-malformed", "resource attributes cannot be read",
        "Write `OTEL_RESOURCE_ATTRIBUTES` as `key=value,key=value`, without blanks.";
    SdkStartFailed, "sdk-start-failed", "the SDK could not start",
        "Correct what the line and the ones after it name, then recreate the service.";
    SdkDependencyCrash, "sdk-dependency-crash", "protobuf packages that do not fit together",
        "Install versions of the OpenTelemetry, gRPC and protobuf packages that fit together, and build the image again.";
    CollectorConfigInvalid, "collector-config-invalid", "the collector's configuration cannot be read",
        "Correct the key that the collector's next lines name; components removed since must be replaced.";
    CollectorNoTracesPipeline, "collector-no-traces-pipeline", "the receiver does not take this signal",
        "Add the OTLP receiver to a pipeline of this signal (`service.pipelines`), or send to Tempo's OTLP port.";
    CollectorRetryExhausted, "collector-retry-exhausted", "given up after retries",
        "Fix the backend behind the collector; a persistent queue bridges longer outages.";
    CollectorPermanentError, "collector-permanent-error", "refused for good, so not retried",
        "Read the inner error of the line and fix what the backend refuses.";
    CollectorQueueFull, "collector-queue-full", "the collector's sending queue is full",
        "Make the backend faster, or raise `sending_queue.queue_size`.";
    CollectorMemoryLimiter, "collector-memory-limiter", "refused by the collector's memory limiter",
        "Raise the collector's `memory_limiter` limit and its container's memory.";
    TenantMissing, "tenant-missing", "no tenant in the request",
        "Send the header `X-Scope-OrgID`, or set `multitenancy_enabled: false` in Tempo.";
    AuthFailed, "auth-failed", "credentials missing or refused",
        "Set the token in `OTEL_EXPORTER_OTLP_HEADERS`.";
    TempoRateLimited, "tempo-rate-limited", "over the ingestion rate limit",
        "Raise `overrides.defaults.ingestion.rate_limit_bytes` and `burst_size_bytes` in Tempo.";
    TempoBatchOverBurst, "tempo-batch-over-burst", "one batch is larger than the limit",
        "Raise `burst_size_bytes` in Tempo, or lower `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.";
    TempoTraceTooLarge, "tempo-trace-too-large", "trace over the size limit",
        "Raise `overrides.defaults.global.max_bytes_per_trace`, or split long traces.";
    TempoLiveTracesExceeded, "tempo-live-traces-exceeded", "too many live traces",
        "Raise `overrides.defaults.ingestion.max_traces_per_user` in Tempo.";
    TempoMessageTooLarge, "tempo-message-too-large", "message over the receiver's size limit",
        "Raise `receivers.otlp.protocols.grpc.max_recv_msg_size_mib` (or the proxy's body limit), or send smaller batches.";
    TempoInvalidIds, "tempo-invalid-ids", "trace or span ids of the wrong length",
        "Send 128-bit trace ids and 64-bit span ids.";
    ClientReset, "client-reset", "the client gave up first",
        "Raise the client's `OTEL_EXPORTER_OTLP_TIMEOUT`.";
    TempoSpanDiscarded, "tempo-span-discarded", "span discarded by Tempo",
        "Read the reason in `tempo_discarded_spans_total`.";
    TempoRingEmpty, "tempo-ring-empty", "no healthy member in Tempo's ring",
        "Look at Tempo's ring pages, and join its instances to one memberlist.";
    TempoLiveStoreStarting, "tempo-live-store-starting", "Tempo's live store is still starting",
        "Wait until Tempo's `/ready` answers 200.";
    TempoKafkaMissing, "tempo-kafka-missing", "Tempo cannot write to Kafka",
        "Run the Kafka that Tempo's `ingest.kafka` names, or use `target: all`.";
    TempoDiskFull, "tempo-disk-full", "no space left on the backend's disk",
        "Free disk space, or lower Tempo's `block_retention`.";
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ErrorKind;

    #[test]
    fn each_kind_is_written_as_its_slug_and_read_back() {
        for kind in ErrorKind::ALL {
            let json = serde_json::to_string(kind).expect("a unit variant");
            assert_eq!(json, format!("\"{}\"", kind.slug()));
            assert_eq!(
                serde_json::from_str::<ErrorKind>(&json).expect("just written"),
                *kind
            );
        }
    }

    #[test]
    fn slugs_are_unique_and_advice_is_one_sentence() {
        let slugs: BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ErrorKind::ALL.len());
        for kind in ErrorKind::ALL {
            assert!(kind.advice().ends_with('.'), "{kind}");
            assert!(!kind.describe().ends_with('.'), "{kind}");
        }
    }
}
