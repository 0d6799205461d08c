//! What else the same words are printed for: one line often cannot tell a stopped backend from a wrong host.

use super::ErrorKind::{self, *};

/// Other causes of the words that named `kind`, the commoner ones first.
pub(super) const fn of(kind: ErrorKind) -> &'static [ErrorKind] {
    match kind {
        Unspecified => &[
            BackendTimeout,
            DnsNoSuchHost,
            LocalhostInContainer,
            BackendNotReady,
            ConnectionDropped,
            HttpToGrpcPort,
            TlsToPlaintext,
            TempoRateLimited,
        ],
        BackendDown => &[LocalhostInContainer, WrongPort],
        LocalhostInContainer | WrongPort => &[BackendDown],
        DnsNoSuchHost => &[EndpointMalformed, HostDockerInternal],
        DnsServerMisbehaving => &[DnsNoSuchHost, BackendDown],
        BackendTimeout => &[BackendDown, HttpToGrpcPort],
        ConnectionDropped => &[PlaintextToTls, TlsUntrustedCert, HttpToGrpcPort],
        PlaintextToTls => &[ConnectionDropped],
        TlsToPlaintext => &[SchemeMissing],
        GrpcToHttpPort => &[QueryPortUsed],
        QueryPortUsed => &[GrpcToHttpPort, PathWrong404],
        PathWrong404 | PathDoubled | PathOtlpPrefix => &[QueryPortUsed],
        CollectorNoTracesPipeline => &[QueryPortUsed],
        AuthFailed => &[TenantMissing],
        TenantMissing => &[AuthFailed],
        BadRequest => &[TempoInvalidIds, ContentTypeUnsupported],
        BackendNotReady => &[BackendDown, CollectorMemoryLimiter],
        BackendInternalError => &[CollectorMemoryLimiter],
        TempoRateLimited => &[TempoMessageTooLarge, TempoBatchOverBurst],
        ProxyBadGateway => &[BackendDown],
        TempoTraceTooLarge => &[TempoLiveTracesExceeded],
        _ => &[],
    }
}
