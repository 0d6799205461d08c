//! What else the same words are printed for: one line often cannot tell a stopped backend from a wrong host.

use super::ErrorKind as Kind;

/// Other causes of the words that named `kind`, the commoner ones first.
pub(super) fn of(kind: Kind) -> &'static [Kind] {
    TABLE
        .iter()
        .find(|(named, _)| *named == kind)
        .map_or(&[], |(_, others)| *others)
}

const TABLE: &[(Kind, &[Kind])] = &[
    (
        Kind::Unspecified,
        &[
            Kind::BackendDown,
            Kind::BackendTimeout,
            Kind::DnsNoSuchHost,
            Kind::LocalhostInContainer,
            Kind::BackendNotReady,
            Kind::ConnectionDropped,
            Kind::HttpToGrpcPort,
            Kind::TlsToPlaintext,
            Kind::TempoRateLimited,
        ],
    ),
    (
        Kind::BackendDown,
        &[Kind::LocalhostInContainer, Kind::WrongPort],
    ),
    (Kind::LocalhostInContainer, &[Kind::BackendDown]),
    (Kind::WrongPort, &[Kind::BackendDown]),
    (
        Kind::DnsNoSuchHost,
        &[Kind::EndpointMalformed, Kind::HostDockerInternal],
    ),
    (
        Kind::DnsServerMisbehaving,
        &[Kind::DnsNoSuchHost, Kind::BackendDown],
    ),
    (
        Kind::BackendTimeout,
        &[Kind::BackendDown, Kind::HttpToGrpcPort],
    ),
    (
        Kind::ConnectionDropped,
        &[
            Kind::PlaintextToTls,
            Kind::TlsUntrustedCert,
            Kind::HttpToGrpcPort,
        ],
    ),
    (Kind::PlaintextToTls, &[Kind::ConnectionDropped]),
    (Kind::TlsToPlaintext, &[Kind::SchemeMissing]),
    (Kind::GrpcToHttpPort, &[Kind::QueryPortUsed]),
    (
        Kind::QueryPortUsed,
        &[Kind::GrpcToHttpPort, Kind::PathWrong404],
    ),
    (Kind::PathWrong404, &[Kind::QueryPortUsed]),
    (Kind::PathDoubled, &[Kind::QueryPortUsed]),
    (Kind::PathOtlpPrefix, &[Kind::QueryPortUsed]),
    (Kind::CollectorNoTracesPipeline, &[Kind::QueryPortUsed]),
    (Kind::AuthFailed, &[Kind::TenantMissing]),
    (Kind::TenantMissing, &[Kind::AuthFailed]),
    (
        Kind::BadRequest,
        &[Kind::TempoInvalidIds, Kind::ContentTypeUnsupported],
    ),
    (
        Kind::BackendNotReady,
        &[Kind::BackendDown, Kind::CollectorMemoryLimiter],
    ),
    (Kind::BackendInternalError, &[Kind::CollectorMemoryLimiter]),
    (
        Kind::TempoRateLimited,
        &[Kind::TempoMessageTooLarge, Kind::TempoBatchOverBurst],
    ),
    (Kind::ProxyBadGateway, &[Kind::BackendDown]),
    (Kind::TempoTraceTooLarge, &[Kind::TempoLiveTracesExceeded]),
];
