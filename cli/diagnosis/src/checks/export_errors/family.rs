//! The families that the kinds of export errors fall into, one check each.

use crate::{
    check::{Cause, Outcome, Report, Verdict, fail},
    checks::{
        export_errors::{
            backend_internal_error, backend_not_ready_answers, connection_cut, connection_refused,
            credentials_refused, dns_temporary_failure, failed, message_too_large, name_not_found,
            no_tenant, path_not_found, payload_refused, proxy_answers, rate_limited_exports,
            receiver, rejected, started_before_tempo, timed_out, tls_failed, unimplemented,
            wrong_protocol,
        },
        standing,
        tempo::{
            invalid_ids, live_traces_exceeded, rate_limited, ring_empty, spans_discarded,
            spans_refused, tenant_missing, trace_too_large, writes_failing,
        },
    },
    export::Target,
    export_errors::{ErrorKind, Language, Program},
    finding::{Remedy, Severity},
    observed::Gap,
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
    /// The name server itself fails.
    NameServer,
    /// Nobody answers in time.
    TimedOut,
    /// The connection is cut.
    ConnectionCut,
    /// Something answers that takes no traces.
    Unimplemented,
    /// One protocol at a port of the other.
    WrongProtocol,
    /// The receiver does not have the path.
    PathNotFound,
    /// Something else than the receiver answers.
    ProxyAnswers,
    /// TLS on one side only, or a certificate that is not trusted.
    Tls,
    /// No or wrong credentials.
    CredentialsRefused,
    /// No tenant.
    NoTenant,
    /// A batch over a limit of size.
    MessageTooLarge,
    /// Batches over a limit of rate.
    RateLimited,
    /// A payload that the receiver cannot read.
    PayloadRefused,
    /// A part of the batch is refused.
    PartialSuccess,
    /// Refused for another reason that the receiver names.
    Rejected,
    /// The receiver is not ready.
    NotReady,
    /// The receiver fails by itself.
    InternalError,
    /// Spans are dropped before they are sent.
    SpansDropped,
    /// The SDK did not start, or is switched off.
    StartFailed,
    /// The SDK works without a setting that it could not read.
    SettingIgnored,
    /// Anything else.
    Other,
}

/// So many further groups of one family are proofs beside the newest.
const OTHERS: usize = 3;

/// A service that only needs a restart says so first.
pub(super) const AFTER_A_RESTART: &[Cause] =
    &[Cause::same_subject(started_before_tempo::CHECK.code)];

/// What explains that a backend refuses data: its own counters and lines say it first.
pub(super) const REJECTIONS: &[Cause] = &[
    Cause::export_target(invalid_ids::CHECK.code),
    Cause::export_target(trace_too_large::CHECK.code),
    Cause::export_target(live_traces_exceeded::CHECK.code),
    Cause::export_target(spans_refused::CHECK.code),
];

/// What explains that a backend takes a part only.
pub(super) const DISCARDS: &[Cause] = &[
    Cause::export_target(invalid_ids::CHECK.code),
    Cause::export_target(trace_too_large::CHECK.code),
    Cause::export_target(live_traces_exceeded::CHECK.code),
    Cause::export_target(spans_discarded::CHECK.code),
];

/// What explains that a backend refuses for the rate of what comes.
pub(super) const RATE_LIMIT: &[Cause] = &[
    Cause::export_target(rate_limited::CHECK.code),
    Cause::export_target(spans_refused::CHECK.code),
];

/// What explains that a backend asks for a tenant.
pub(super) const TENANT: &[Cause] = &[Cause::export_target(tenant_missing::CHECK.code)];

/// What the backend counts of what it refuses.
pub(super) const REFUSED: &[Cause] = &[Cause::export_target(spans_refused::CHECK.code)];

/// What explains that a backend fails by itself.
pub(super) const FAILURES: &[Cause] = &[
    Cause::export_target(writes_failing::CHECK.code),
    Cause::export_target(ring_empty::CHECK.code),
    Cause::export_target(spans_refused::CHECK.code),
];

/// What a service says more exactly of exports that fail.
pub(super) const NAMED_FAILURES: &[Cause] = &[
    Cause::same_subject(connection_refused::CHECK.code),
    Cause::same_subject(name_not_found::CHECK.code),
    Cause::same_subject(dns_temporary_failure::CHECK.code),
    Cause::same_subject(timed_out::CHECK.code),
    Cause::same_subject(wrong_protocol::CHECK.code),
    Cause::same_subject(path_not_found::CHECK.code),
    Cause::same_subject(unimplemented::CHECK.code),
    Cause::same_subject(proxy_answers::CHECK.code),
    Cause::same_subject(tls_failed::CHECK.code),
    Cause::same_subject(credentials_refused::CHECK.code),
    Cause::same_subject(no_tenant::CHECK.code),
    Cause::same_subject(rate_limited_exports::CHECK.code),
    Cause::same_subject(message_too_large::CHECK.code),
    Cause::same_subject(payload_refused::CHECK.code),
    Cause::same_subject(backend_not_ready_answers::CHECK.code),
    Cause::same_subject(backend_internal_error::CHECK.code),
    Cause::same_subject(rejected::CHECK.code),
    Cause::same_subject(connection_cut::CHECK.code),
];

/// Exports that fail let the queue fill; [`NAMED_FAILURES`] come first.
pub(super) const FAILED_EXPORTS: &[Cause] = &[Cause::same_subject(failed::CHECK.code)];

impl Family {
    /// The family of a kind, as an SDK in that language takes it.
    pub(super) fn of(kind: ErrorKind, language: Option<Language>) -> Self {
        use ErrorKind as Kind;
        match kind {
            Kind::BackendDown | Kind::LocalhostInContainer | Kind::WrongPort => Self::Refused,
            Kind::DnsNoSuchHost | Kind::HostDockerInternal => Self::NameNotFound,
            Kind::DnsServerMisbehaving => Self::NameServer,
            Kind::BackendTimeout | Kind::ClientReset => Self::TimedOut,
            Kind::ConnectionDropped => Self::ConnectionCut,
            Kind::QueryPortUsed | Kind::CollectorNoTracesPipeline => Self::Unimplemented,
            Kind::GrpcToHttpPort | Kind::HttpToGrpcPort | Kind::ProtocolPortMismatch => {
                Self::WrongProtocol
            }
            Kind::PathWrong404 | Kind::PathDoubled | Kind::PathOtlpPrefix => Self::PathNotFound,
            Kind::ProxyBadGateway
            | Kind::HttpProxyEnv
            | Kind::HttpRedirect
            | Kind::WrongService200 => Self::ProxyAnswers,
            Kind::TlsToPlaintext | Kind::PlaintextToTls | Kind::TlsUntrustedCert => Self::Tls,
            Kind::AuthFailed => Self::CredentialsRefused,
            Kind::TenantMissing => Self::NoTenant,
            Kind::TempoMessageTooLarge => Self::MessageTooLarge,
            Kind::TempoRateLimited | Kind::TempoBatchOverBurst => Self::RateLimited,
            Kind::BadRequest | Kind::ContentTypeUnsupported => Self::PayloadRefused,
            Kind::PartialSuccess => Self::PartialSuccess,
            Kind::TempoTraceTooLarge
            | Kind::TempoLiveTracesExceeded
            | Kind::TempoInvalidIds
            | Kind::TempoSpanDiscarded
            | Kind::CollectorMemoryLimiter
            | Kind::CollectorPermanentError => Self::Rejected,
            Kind::BackendNotReady | Kind::TempoLiveStoreStarting | Kind::TempoRingEmpty => {
                Self::NotReady
            }
            Kind::BackendInternalError | Kind::TempoKafkaMissing | Kind::TempoDiskFull => {
                Self::InternalError
            }
            Kind::SdkQueueFull => Self::SpansDropped,
            Kind::ExporterUnknown
            | Kind::ExporterNone
            | Kind::SdkDisabled
            | Kind::SdkStartFailed
            | Kind::SdkDependencyCrash => Self::StartFailed,
            Kind::ProtocolEnvInvalid
            | Kind::SamplerInvalid
            | Kind::HeadersMalformed
            | Kind::TimeoutEnvInvalid
            | Kind::PropagatorInvalid
            | Kind::ResourceMalformed
            | Kind::PathOnGrpcEndpoint => Self::of_setting(kind, language),
            Kind::Unspecified
            | Kind::SchemeMissing
            | Kind::EndpointMalformed
            | Kind::CollectorRetryExhausted
            | Kind::CollectorQueueFull
            | Kind::CollectorConfigInvalid => Self::Other,
        }
    }

    /// What a setting that cannot be read does: Java refuses to start with any of them, Python with some, Ruby and PHP
    /// with an unknown protocol; the others take their default.
    fn of_setting(kind: ErrorKind, language: Option<Language>) -> Self {
        let refuses = match language {
            Some(Language::Java) => true,
            Some(Language::Python) => matches!(
                kind,
                ErrorKind::ProtocolEnvInvalid
                    | ErrorKind::TimeoutEnvInvalid
                    | ErrorKind::PropagatorInvalid
            ),
            Some(Language::Ruby | Language::Php) => kind == ErrorKind::ProtocolEnvInvalid,
            Some(
                Language::Cpp
                | Language::Dotnet
                | Language::Erlang
                | Language::Go
                | Language::Node
                | Language::Rust
                | Language::Swift,
            )
            | None => false,
        };
        if refuses {
            Self::StartFailed
        } else {
            Self::SettingIgnored
        }
    }

    /// The newest standing error of this family in a service's log, as a verdict.
    pub(super) fn examine(self, service: &Service<'_>, stack: &Stack<'_>) -> Verdict {
        let mut groups = self.standing(service, stack)?;
        groups.retain(|group| Self::of(group.kind, group.component.language) == self);
        groups.sort_by_key(|group| group.last_at);
        match groups.pop() {
            Some(newest) => {
                // On the way to another receiver, or for another reason of this family.
                let others = groups.iter().rev().take(OTHERS);
                fail(
                    self.report(service, newest)
                        .proof(others.map(|group| standing::proof(service, group))),
                )
            }
            None => Ok(Outcome::Pass),
        }
    }

    /// The errors that are not over, by what ends errors of this family.
    fn standing<'s>(
        self,
        service: &Service<'s>,
        stack: &Stack<'s>,
    ) -> Result<Vec<&'s ErrorGroup>, Gap> {
        match self {
            Self::SettingIgnored => standing::of_this_run(service),
            Self::StartFailed => standing::without_spans_since(service, stack),
            _ => standing::standing(service, stack),
        }
    }

    /// Whether an error of this kind can come from a backend that was not there yet.
    pub(super) fn is_absence(kind: ErrorKind) -> bool {
        matches!(
            Self::of(kind, None),
            Self::Refused
                | Self::NameNotFound
                | Self::NameServer
                | Self::TimedOut
                | Self::ConnectionCut
        )
    }

    fn report(self, service: &Service<'_>, group: &ErrorGroup) -> Report {
        let advice = match (self, &service.target) {
            (Self::Unimplemented, Some(Target::Outside | Target::HostPort)) => {
                "send to a receiver of OTLP: whatever answers at that address outside this engine takes no traces"
            }
            (Self::Unimplemented, _) => {
                "send to Tempo's OTLP receiver, 4317 by gRPC or 4318 by HTTP, and to none of its other ports"
            }
            (Self::SpansDropped, _) if group.component.program == Program::Telemetry => {
                "mend whatever keeps exports from arriving; then raise `TEMPO_RETRY_BUFFER_BYTES` where the line names the \
                 retry buffer, or `OTEL_BSP_MAX_QUEUE_SIZE` where it names the queue"
            }
            _ => group.kind.advice().trim_end_matches('.'),
        };
        let report = Report::new(
            self.message(service, group),
            standing::proof(service, group),
            Remedy::edit(advice),
        )
        .since(standing::since(group));
        match group.kind {
            // A line that names no cause proves that exports fail, not why.
            ErrorKind::Unspecified => report.likely(),
            // Somebody may want it so.
            ErrorKind::ExporterNone | ErrorKind::SdkDisabled => report.severity(Severity::Info),
            _ => report,
        }
    }

    fn message(self, service: &Service<'_>, group: &ErrorGroup) -> String {
        let name = service.label();
        let what = group.kind.describe();
        match self {
            Self::StartFailed => format!("`{name}` runs without tracing: {what}, says its SDK"),
            Self::SettingIgnored => {
                format!("`{name}` traces without one of its settings: {what}, says its SDK")
            }
            Self::SpansDropped => format!(
                "`{name}` drops spans before it sends them: {what} ({})",
                standing::count(group)
            ),
            _ => {
                let to = receiver::told(service, group);
                format!(
                    "`{name}` fails to export spans{to}: {what} ({})",
                    standing::count(group)
                )
            }
        }
    }
}
