//! The sentences by which Tempo and the collector refuse data, which every SDK passes on inside its own message.

use super::{ErrorKind, network_texts::Texts};

/// What a receiver answers, the more telling sentences first.
pub(super) const RECEIVER_TEXTS: Texts = &[
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
        &["rate_limited:", "ingestion rate limit"],
    ),
    (
        ErrorKind::TempoMessageTooLarge,
        &[
            "message larger than max",
            "request message too large",
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
];
