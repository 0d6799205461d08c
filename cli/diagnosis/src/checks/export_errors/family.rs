//! The families that the kinds of export errors fall into, one check each.

use crate::{
    check::{Cause, Outcome, Report, Verdict, fail},
    checks::{
        export_errors::started_before_tempo,
        standing,
        tempo::{not_ready, spans_refused},
    },
    export_errors::ErrorKind,
    finding::Remedy,
    snapshot::ErrorGroup,
    view::{Service, Stack},
};

/// What a family of export errors has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Nobody listens there.
    Refused,
    /// The name resolves to nothing.
    NameNotFound,
    /// Nobody answers in time, or the connection is cut.
    TimedOut,
    /// Something answers that is no OTLP receiver of that protocol.
    Unimplemented,
    /// TLS on one side only, or a certificate that is not trusted.
    Tls,
    /// The backend refuses what it received.
    Rejected,
    /// Anything else.
    Other,
}

/// A service that only needs a restart says so first.
pub(super) const AFTER_A_RESTART: &[Cause] =
    &[Cause::same_subject(started_before_tempo::CHECK.code)];

/// What explains that a backend rejects: its own counter says it first.
pub(super) const REJECTIONS: &[Cause] = &[
    Cause::export_target(spans_refused::CHECK.code),
    Cause::export_target(not_ready::CHECK.code),
];

impl Family {
    /// The family of a kind.
    fn of(kind: ErrorKind) -> Self {
        use ErrorKind as Kind;
        match kind {
            Kind::BackendDown | Kind::LocalhostInContainer | Kind::WrongPort => Self::Refused,
            Kind::DnsNoSuchHost | Kind::DnsServerMisbehaving | Kind::HostDockerInternal => {
                Self::NameNotFound
            }
            Kind::BackendTimeout | Kind::ConnectionDropped | Kind::ClientReset => Self::TimedOut,
            Kind::GrpcToHttpPort
            | Kind::HttpToGrpcPort
            | Kind::ProtocolPortMismatch
            | Kind::QueryPortUsed
            | Kind::PathWrong404
            | Kind::PathDoubled
            | Kind::PathOtlpPrefix
            | Kind::PathOnGrpcEndpoint
            | Kind::WrongService200
            | Kind::ContentTypeUnsupported
            | Kind::CollectorNoTracesPipeline => Self::Unimplemented,
            Kind::TlsToPlaintext | Kind::PlaintextToTls | Kind::TlsUntrustedCert => Self::Tls,
            Kind::BadRequest
            | Kind::PartialSuccess
            | Kind::TenantMissing
            | Kind::AuthFailed
            | Kind::TempoRateLimited
            | Kind::TempoBatchOverBurst
            | Kind::TempoTraceTooLarge
            | Kind::TempoLiveTracesExceeded
            | Kind::TempoMessageTooLarge
            | Kind::TempoInvalidIds
            | Kind::TempoSpanDiscarded
            | Kind::CollectorMemoryLimiter
            | Kind::CollectorPermanentError => Self::Rejected,
            Kind::Unspecified
            | Kind::BackendNotReady
            | Kind::ProxyBadGateway
            | Kind::HttpProxyEnv
            | Kind::BackendInternalError
            | Kind::SchemeMissing
            | Kind::EndpointMalformed
            | Kind::HttpRedirect
            | Kind::SdkQueueFull
            | Kind::ExporterUnknown
            | Kind::ExporterNone
            | Kind::SdkDisabled
            | Kind::ProtocolEnvInvalid
            | Kind::SamplerInvalid
            | Kind::HeadersMalformed
            | Kind::TimeoutEnvInvalid
            | Kind::PropagatorInvalid
            | Kind::CollectorRetryExhausted
            | Kind::CollectorQueueFull
            | Kind::CollectorConfigInvalid
            | Kind::TempoRingEmpty
            | Kind::TempoLiveStoreStarting
            | Kind::TempoKafkaMissing
            | Kind::TempoDiskFull => Self::Other,
        }
    }

    /// The newest standing error of this family in a service's log, as a verdict.
    pub(super) fn examine(self, service: &Service<'_>, stack: &Stack<'_>) -> Verdict {
        let standing = standing::standing(service, stack)?;
        let newest = standing
            .into_iter()
            .filter(|group| Self::of(group.kind) == self)
            .max_by_key(|group| group.last_at);
        match newest {
            Some(group) => fail(report(service, group)),
            None => Ok(Outcome::Pass),
        }
    }

    /// Whether an error of this family can come from a backend that was not there yet.
    pub(super) fn is_absence(kind: ErrorKind) -> bool {
        matches!(
            Self::of(kind),
            Self::Refused | Self::NameNotFound | Self::TimedOut
        )
    }
}

fn report(service: &Service<'_>, group: &ErrorGroup) -> Report {
    let to = service.settings.known().map_or(String::new(), |settings| {
        format!(" to `{}`", settings.shown())
    });
    let message = format!(
        "`{}` fails to export spans{to}: {} ({})",
        service.label(),
        group.kind.describe(),
        standing::count(group),
    );
    let advice = group.kind.advice().trim_end_matches('.');
    let report = Report::new(
        message,
        standing::proof(service, group),
        Remedy::edit(advice),
    )
    .since(standing::since(group));
    // A line that names no cause proves that exports fail, not why.
    if group.kind == ErrorKind::Unspecified {
        report.likely()
    } else {
        report
    }
}
